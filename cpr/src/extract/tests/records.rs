//! Single records: reading what is short, odd or foreign, and making them.

use super::*;

#[test]
fn a_line_of_any_length_reads_as_if_blanks_stood_behind_it() {
    let line = b"0041705801235000320";
    for length in 0..=line.len() {
        let record = Record::of(&line[..length]);
        assert_eq!(record.code(), &"004"[..length.min(3)]);
        assert_eq!(record.key().len(), length.saturating_sub(3).min(10));
        if length >= 3 {
            assert_eq!(record.text("BESKYTTYPE").len(), length.saturating_sub(13).min(4));
            assert_eq!(record.date("START_DT-BESKYTTELSE"), None);
        }
    }
    assert_eq!(Record::of(b"004170580123").personal_number(), None);
    assert_eq!(Record::of(b"0041705801235").personal_number(), Some(number("1705801235")));
}

#[test]
fn an_unknown_record_keeps_its_line_and_has_no_fields() {
    let record = Record::of(b"0511705801235whatever it is");
    assert!(record.layout().is_none());
    assert_eq!((record.code(), record.key(), record.text("ADRNVN")), ("051", "1705801235", "".into()));
    assert_eq!(record.raw(), b"0511705801235whatever it is");
    assert_eq!(Record::of(b"\xe6\xf8\xe5\xe6\xf8\xe5\xe6").code(), "");
}

#[test]
fn nobody_somebody_without_number_and_nonsense_are_told_apart() {
    for (field, reference) in [
        ("          ", Reference::Nobody),
        ("", Reference::Nobody),
        ("0000000000", Reference::WithoutNumber),
        ("1705801235", Reference::Number(number("1705801235"))),
        ("9999999999", Reference::Unreadable),
        ("17058-1235", Reference::Unreadable),
        ("170580", Reference::Unreadable),
    ] {
        let line = format!("0120302812346G{field}");
        assert_eq!(Record::of(line.as_bytes()).reference("AEGTEPNR"), reference, "{field}");
    }
}

#[test]
fn what_is_no_date_is_still_a_text() {
    for (text, digits) in [
        ("1981-02-03", Some("19810203")),
        ("1981-00-00", Some("19810000")),
        ("1895-12-31", Some("18951231")),
        ("2101-01-01", Some("21010101")),
        ("0000-00-00", None),
        ("          ", None),
        ("1981/02/03", None),
        ("1981-02   ", None),
    ] {
        let line = format!("0040302812346\u{30}001{text}");
        let record = Record::of(line.as_bytes());
        assert_eq!(record.date("START_DT-BESKYTTELSE").map(CprDate::digits).as_deref(), digits, "{text}");
        assert_eq!(record.text("START_DT-BESKYTTELSE"), text.trim_end());
    }
}

#[test]
fn numbers_are_read_from_digits_only() {
    let number = |digits: &str| Record::of(format!("999999999999{digits}").as_bytes()).number("TAELLER");
    assert_eq!((number("900000009"), number("999999999")), (Some(9), Some(99_999_999)));
    assert_eq!((number("90000000x"), number("9"), number("9  000001")), (None, None, None));
}

#[test]
fn fields_that_nobody_set_are_empty_as_cprs_are() {
    let record = RecordBuilder::new("002", "1705801235").set("SIDEDOER", "tv").set("HUSNR", "004").set("KOMKOD", "851");
    let line = String::from_utf8(record.line().unwrap().to_vec()).unwrap();
    assert_eq!(line.len(), 306);
    assert_eq!(
        line.trim_end(),
        format!("002170580123508510000004   {:>4}{:38}{:012}{:>13} 0000{:012} 0000", "tv", "", 0, "000000000000", 0)
    );
    let long = record.set("VEJNVN", "Kastanjealléen");
    assert_eq!(long.line().unwrap().len(), 382);
}

#[test]
fn a_mistake_in_a_record_is_named_without_its_value() {
    let record = || RecordBuilder::new("001", "1705801235");
    for (record, field, expected) in [
        (record().set("ADRNVN", "Æblegård"), "ADRNVN", "a field of this record"),
        (record().set("STATUS", "123"), "STATUS", "not more characters than the field has"),
        (record().set("STATUS", "x"), "STATUS", "digits"),
        (
            record().set("STILLING", "smørrebrødsjomfru og meget mere end det"),
            "STILLING",
            "not more characters than the field has",
        ),
        (record().set("STILLING", "€"), "STILLING", "characters of ISO-8859-1"),
        (record().set("STILLING", "a\nb"), "STILLING", "no control characters"),
        (record().set("FOED_DT", "1981"), "FOED_DT", "as many characters as the field has"),
        (record().set_date("STILLING", CprDate::of(day(1981, 2, 3))), "STILLING", "a field for a date"),
        (RecordBuilder::new("001", "170580"), "PNR", "as many characters as the field has"),
        (RecordBuilder::new("777", "1705801235"), "RECORDTYPE", "a code of the table of records"),
    ] {
        // Later calls do not hide the first mistake.
        let fault = record.set("NONE", "").line().unwrap_err();
        assert_eq!((fault.field.as_str(), fault.expected), (field, expected));
        assert!(!fault.to_string().contains("Æblegård") && !fault.to_string().contains("smørre"));
    }
    let uncertain = CprDate::of(day(1981, 2, 3)).with_uncertainty(true);
    let record = RecordBuilder::new("004", "1705801235").set_date("START_DT-BESKYTTELSE", uncertain);
    assert!(record.line().is_err());
}

#[test]
fn a_field_can_be_emptied_with_its_mark() {
    let uncertain = CprDate::parse("19610000").unwrap().with_uncertainty(true);
    let record = RecordBuilder::new("001", "1705801235").set_date("FOED_DT", uncertain).set("STILLING", "Ærlig");
    let line = record.line().unwrap();
    assert_eq!(Record::of(line).date("FOED_DT"), Some(uncertain));
    let short = line.trim_ascii_end();
    let emptied = RecordBuilder::copy_of(Record::of(short)).clear("FOED_DT").clear("STILLING").clear("NGLKONST");
    let emptied = Record::of(emptied.line().unwrap());
    assert_eq!(
        (emptied.date("FOED_DT"), emptied.text("FOED_DT_UMRK"), emptied.text("STILLING")),
        (None, "".into(), "".into())
    );
    assert_eq!(emptied.text("STATUSHAENSTART"), "000000000000");
}

#[test]
fn lines_that_were_kept_as_text_are_read_again() {
    let text = "0011705801235          01\n0031705801235Prøve Æblegård\n0511705801235?";
    let person = PersonRecords::from_lines(text).unwrap();
    assert_eq!((person.len(), person.fault(), person.to_text().as_str()), (3, None, text));
    assert_eq!(person.one("003").unwrap().text("ADRNVN"), "Prøve Æblegård");
    assert_eq!(PersonRecords::from_lines("001\n\n0030€"), Err(NotLatin1(3)));
    assert_eq!(PersonRecords::from_lines("").unwrap().fault(), Some(PersonFault::Missing));
}

#[test]
fn printing_records_shows_nothing_of_them() {
    let record = RecordBuilder::new("003", "1705801235").set("ADRNVN", "Prøve");
    let person = PersonRecords::from_lines("0031705801235Prøve").unwrap();
    let text = format!("{record:?} {:?} {person:?}", Record::of(record.line().unwrap()));
    assert_eq!(text, r#"RecordBuilder(003) Record(003) ["003"]"#);
}
