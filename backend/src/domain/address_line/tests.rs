use super::*;

#[test]
fn addresses_are_read_as_people_write_them() {
    for (text, standard, care_of, rest) in [
        // As the manual and CPR write them.
        ("Boulevarden 101, 1 m", "Boulevarden 101, 1. mf", "", ""),
        ("Hovedgaden 2 B, 2 tv", "Hovedgaden 2B, 2. tv", "", ""),
        ("Industrivænget 95,1. mf.", "Industrivænget 95, 1. mf", "", ""),
        ("Industrivænget 95, 1. mf", "Industrivænget 95, 1. mf", "", ""),
        ("Skovvej 77A", "Skovvej 77A", "", ""),
        ("Skovvej 77 A", "Skovvej 77A", "", ""),
        ("Skovvej 77a", "Skovvej 77A", "", ""),
        ("Skovvej 077A", "Skovvej 77A", "", ""),
        ("Industrivænget 2,st th", "Industrivænget 2, st. th", "", ""),
        ("Industrivænget 2, st. th.", "Industrivænget 2, st. th", "", ""),
        ("Ahlefeldtsgade 22, 2.", "Ahlefeldtsgade 22, 2.", "", ""),
        ("Pr Caroline Amlg 2", "Pr Caroline Amlg 2", "", ""),
        ("Søgade 12,st mf", "Søgade 12, st. mf", "", ""),
        ("Strandvejen 123A, st. tv, 2900 Hellerup", "Strandvejen 123A, st. tv", "", "2900 Hellerup"),
        // Without commas, with too many of them, with extra blanks, in capitals.
        ("Boulevarden 101 1 m", "Boulevarden 101, 1. mf", "", ""),
        ("Boulevarden 101 1. tv.", "Boulevarden 101, 1. tv", "", ""),
        ("Boulevarden, 101, 1, tv", "Boulevarden 101, 1. tv", "", ""),
        ("  Boulevarden   101 ,  1   tv ,", "Boulevarden 101, 1. tv", "", ""),
        ("HOVEDGADEN 2 B, 2 TV", "HOVEDGADEN 2B, 2. tv", "", ""),
        ("Hovedgaden 2B 2tv", "Hovedgaden 2B, 2. tv", "", ""),
        ("Hovedgaden 2, 2.tv", "Hovedgaden 2, 2. tv", "", ""),
        ("Hovedgaden 2, 2. sal t.v.", "Hovedgaden 2, 2. tv", "", ""),
        ("Hovedgaden 2, 2. sal til højre", "Hovedgaden 2, 2. th", "", ""),
        ("Hovedgaden 2, stuen til venstre", "Hovedgaden 2, st. tv", "", ""),
        ("Hovedgaden 2, kl", "Hovedgaden 2, kl.", "", ""),
        ("Hovedgaden 2, kælderen th", "Hovedgaden 2, kl. th", "", ""),
        ("Hovedgaden 2, k2 tv", "Hovedgaden 2, k2. tv", "", ""),
        ("Hovedgaden nr. 2, 1", "Hovedgaden 2, 1.", "", ""),
        // Door numbers and letters.
        ("Hovedgaden 4, 3. dør 12", "Hovedgaden 4, 3. 12", "", ""),
        ("Hovedgaden 4, 3., lejl. 0012", "Hovedgaden 4, 3. 12", "", ""),
        ("Hovedgaden 4,3,-12", "Hovedgaden 4, 3. 12", "", ""),
        ("Hovedgaden 4, 3. a", "Hovedgaden 4, 3. a", "", ""),
        ("Hovedgaden 4, 03 0012", "Hovedgaden 4, 3. 12", "", ""),
        ("Hovedgaden 4, th", "Hovedgaden 4, th", "", ""),
        // Stretches of house numbers.
        ("Hovedgaden 95-97", "Hovedgaden 95-97", "", ""),
        ("Hovedgaden 95 - 97, 1. th", "Hovedgaden 95-97, 1. th", "", ""),
        ("Hovedgaden 2A-2C", "Hovedgaden 2A-2C", "", ""),
        // Roads with numbers in their name.
        ("1. Maj Plads 3", "1. Maj Plads 3", "", ""),
        ("10. Februar Vej 5, 2 tv", "10. Februar Vej 5, 2. tv", "", ""),
        ("Christian 10 Vej 5", "Christian 10 Vej 5", "", ""),
        // c/o anywhere.
        ("c/o Christiansen, Industrivænget 95, 1. mf", "Industrivænget 95, 1. mf", "Christiansen", ""),
        ("Industrivænget 95, 1. mf, c/o Christiansen", "Industrivænget 95, 1. mf", "Christiansen", ""),
        ("Industrivænget 95 c/o Bo Christiansen, 1. mf", "Industrivænget 95, 1. mf", "Bo Christiansen", ""),
        ("C/O: Christiansen, Industrivænget 95", "Industrivænget 95", "Christiansen", ""),
        ("c/o Hansen Hovedgaden 2, 1. th", "Hovedgaden 2, 1. th", "Hansen", ""),
        ("v/ Hansen, Hovedgaden 2", "Hovedgaden 2", "Hansen", ""),
        // Something else on the line.
        ("Solhavehjemmet, Industrivænget 2, st. tv", "Industrivænget 2, st. tv", "", "Solhavehjemmet"),
        (
            "Industrivænget 2, 2. tv, Hasseris, Solhavehjemmet",
            "Industrivænget 2, 2. tv",
            "",
            "Hasseris, Solhavehjemmet",
        ),
        // No address at all.
        ("Boulevarden", "Boulevarden", "", ""),
        ("12", "12", "", ""),
        ("", "", "", ""),
        (",,", "", "", ""),
        ("c/o", "", "", ""),
    ] {
        let line = AddressLine::parse(text);
        assert_eq!(line.standard(), standard, "{text}");
        assert_eq!(line.care_of.as_deref().unwrap_or_default(), care_of, "{text}");
        assert_eq!(line.rest.as_deref().unwrap_or_default(), rest, "{text}");
    }
}

#[test]
fn what_was_read_stands_in_its_own_field() {
    let line = AddressLine::parse("Hovedgaden 2 B, 2 tv");
    assert_eq!(line.street, "Hovedgaden");
    assert_eq!(line.house_number, Some(HouseNumber { number: 2, letter: Some('B') }));
    assert_eq!((line.floor.as_deref(), line.door.as_deref()), (Some("2"), Some("tv")));
    let line = AddressLine::parse("Boulevarden");
    assert_eq!((line.street.as_str(), line.house_number), ("Boulevarden", None));
}

#[test]
fn the_parts_are_read_from_cprs_own_fields_too() {
    assert_eq!(HouseNumber::parse("077A"), Some(HouseNumber { number: 77, letter: Some('A') }));
    assert_eq!(HouseNumber::parse("095 "), Some(HouseNumber { number: 95, letter: None }));
    assert_eq!(HouseNumber::parse("000"), None);
    assert_eq!((floor("01"), floor("st"), floor("")), (Some("1".into()), Some("st".into()), None));
    assert_eq!((door("  tv"), door("0012"), door("")), (Some("tv".into()), Some("12".into()), None));
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_odd(text in "\\PC{0,60}") {
        let _ = AddressLine::parse(&text).standard();
    }

    #[test]
    fn what_is_written_is_read_as_the_same(
        street in "[A-ZÆØÅ][a-zæøåé]{3,12}( [A-ZÆØÅ][a-zæøå]{3,8})?",
        number in 1_u16..=999,
        letter in proptest::option::of(proptest::char::range('A', 'Z')),
        floor in proptest::option::of("st|kl|k2|kv|[1-9]|[1-9][0-9]"),
        door in proptest::option::of("th|tv|mf|[1-9][0-9]{0,3}"),
    ) {
        let door = door.filter(|_| floor.is_some());
        let house_number = Some(HouseNumber { number, letter });
        let line = AddressLine { street, house_number, floor, door, ..AddressLine::default() };
        let text = line.standard();
        proptest::prop_assert!(AddressLine::parse(&text) == line, "{}", text);
        let shouted = AddressLine::parse(&text.replace(',', " ").to_uppercase());
        proptest::prop_assert_eq!((shouted.house_number, shouted.floor, shouted.door), (line.house_number, line.floor, line.door));
    }
}
