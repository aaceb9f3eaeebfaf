use crate::raw::{Office, has_error, values};

const ROAD: [(&str, &str); 2] = [("KOMK", "0851"), ("VEJK", "8512")];

fn with<'a>(key: &[(&'a str, &'a str)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [key, more].concat()
}

/// The key of the next page.
fn rest(body: &str) -> Option<&str> {
    body.split("<Row u=\"REST\" k=\"").nth(1).and_then(|rest| rest.split('"').next())
}

#[test]
fn a_road_with_many_residents_comes_in_pages_of_twenty() {
    let office = Office::open();
    let first = office.ask("ADRSOG1", &with(&ROAD, &[("AIA", "X"), ("MAXA", "50")]));
    let total: usize = first.split(" aia=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
    assert_eq!(total, 37 + 5, "all of the demo persons' table, and the five seen in a recording");
    assert!(first.contains(r#"<Table r="ADRSOEG" aia="42">"#));
    assert_eq!(values(&first, "SEARCH_ID")[0].len(), 16);
    assert_eq!(first.matches("u=\"B\"").count(), 1, "one heading for the road");
    let next = |page: &str| office.ask("ADRSOG1", &with(&ROAD, &[("MAXA", "50"), ("REST", rest(page).unwrap())]));
    let second = next(&first);
    let third = next(&second);
    assert_eq!((second.matches("u=\"B\"").count(), rest(&third)), (0, None));
    let all = |field| [values(&first, field), values(&second, field), values(&third, field)];
    assert_eq!(all("PNR").map(|page| page.len()), [20, 20, 2]);
    let moved_in = all("STARTDATO").concat();
    assert!(moved_in.is_sorted_by(|one, other| one >= other), "newest first: {moved_in:?}");
    let mut seen = all("PNR").concat();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), total, "nobody twice");
}

#[test]
fn the_next_page_needs_its_key_and_the_same_criteria() {
    let office = Office::open();
    let first = office.ask("ADRSOG1", &with(&ROAD, &[("MAXA", "5")]));
    let key = rest(&first).unwrap();
    assert_eq!(values(&first, "PNR").len(), 5);
    assert!(has_error(&office.ask("ADRSOG1", &with(&ROAD, &[("REST", "FEDCBA9876543210")])), 2660));
    let other = [("KOMK", "0851"), ("VEJK", "8513"), ("REST", key)];
    assert!(has_error(&office.ask("ADRSOG1", &other), 2660));
    let second = office.ask("ADRSOG1", &with(&ROAD, &[("REST", key)]));
    assert_eq!(values(&second, "PNR").len(), 20, "a page may have another size");
    let id = values(&first, "SEARCH_ID")[0];
    assert!(office.ask("SOEGDONE", &[("SEARCH_ID", id)]).contains("<Kvit r=\"Ok\""));
    assert!(has_error(&office.ask("ADRSOG1", &with(&ROAD, &[("REST", key)])), 2660));
}

#[test]
fn one_dwelling_is_found_by_road_name_postal_code_house_floor_and_side() {
    let office = Office::open();
    let key =
        [("POST", "9000"), ("VNVN", "industrivænget"), ("HNR", "002"), ("ETAG", "02"), ("SIDO", "tv"), ("NOBR", "X")];
    let body = office.ask("ADRSOG1", &key);
    // The recording of 2014 has the same five, newest first.
    assert_eq!(values(&body, "PNR"), ["0812015028", "0104005039", "1312814435", "0706614206", "0707614307"]);
    assert_eq!(values(&body, "CNVN_ADRNVN")[..2], ["", "Holm,Knud"]);
    assert_eq!(values(&body, "STARTDATO")[0], "200112081525");
    assert_eq!(values(&body, "SIDEDOER"), ["  tv"; 5]);
    assert!(!body.contains("u=\"B\""));
    let named = office.ask("ADRSOG1", &with(&key, &[("NVN", "holm"), ("KON", "K")]));
    assert_eq!(values(&named, "PNR"), ["0706614206"]);
}

#[test]
fn similar_names_at_one_address_are_all_there() {
    let office = Office::open();
    let key = [("KOMK", "0851"), ("VNVN", "Kastanjealléen"), ("HNR", "012"), ("NOBR", "X"), ("NVN", "Lund")];
    let body = office.ask("ADRSOG1", &key);
    assert_eq!(values(&body, "CNVN_ADRNVN").len(), 5);
    let two = office.ask("ADRSOG1", &with(&key[..4], &[("NVN", "Jens Peter Lund")]));
    assert_eq!(values(&two, "PNR"), ["1103485009", "1404415049"]);
    assert_eq!(values(&body, "ADRBESKYT").iter().filter(|mark| !mark.is_empty()).count(), 1);
}

#[test]
fn former_residents_are_found_when_asked_for_and_corrected_rows_too() {
    let office = Office::open();
    let key = [("KOMK", "0851"), ("VEJK", "8513"), ("HNR", "038"), ("NOBR", "X")];
    assert_eq!(values(&office.ask("ADRSOG1", &key), "PNR"), ["0709614592"]);
    let with_history = office.ask("ADRSOG1", &with(&key, &[("HIST", "X")]));
    assert_eq!(values(&with_history, "PNR"), ["0101520013", "0709614592"]);
    assert_eq!(values(&with_history, "SLUTDATO"), ["200111071450", ""]);
    let corrected = [("KOMK", "0851"), ("VEJK", "8513"), ("HNR", "006"), ("HIST", "X")];
    assert_eq!(values(&office.ask("ADRSOG1", &corrected), "PNR"), [] as [&str; 0]);
    let corrected = office.ask("ADRSOG1", &with(&corrected, &[("AKX", "X")]));
    assert_eq!((values(&corrected, "PNR"), values(&corrected, "AKM")), (vec!["0707614285"], vec!["A"]));
    let period = [("FDTO", "19980101"), ("TDTO", "19990101")];
    let in_period = office.ask("ADRSOG1", &with(&key, &[("HIST", "X"), period[0], period[1]]));
    assert_eq!(values(&in_period, "PNR").len(), 2);
    let before = office.ask("ADRSOG1", &with(&key, &[("HIST", "X"), ("TDTO", "19970101")]));
    assert_eq!(values(&before, "PNR"), ["0709614592"]);
}

#[test]
fn stretches_of_road_are_searched_by_range_and_side() {
    let office = Office::open();
    let houses = |more: &[(&'static str, &'static str)]| {
        let body = office.ask("ADRSOG1", &with(&ROAD, &with(more, &[("NOBR", "X")])));
        let mut houses: Vec<_> = values(&body, "HUSNR").into_iter().map(str::to_owned).collect();
        houses.sort();
        houses.dedup();
        houses
    };
    assert_eq!(houses(&[("HNRF", "016"), ("HNRT", "029")]), ["016", "025", "026", "029"]);
    assert_eq!(houses(&[("HNRF", "016"), ("HNRT", "029"), ("LIUL", "U")]), ["025", "029"]);
    assert_eq!(houses(&[("HNRF", "090"), ("LIUL", "L")]), ["092"]);
}

#[test]
fn a_faulty_address_search_has_its_error_number() {
    let office = Office::open();
    for (key, number) in [
        (&[("VEJK", "8512")][..], 3974),
        (&[("KOMK", "0851")], 724),
        (&[("KOMK", "851"), ("VEJK", "8512")], 724),
        (&[("KOMK", "085A"), ("VEJK", "8512")], 725),
        (&[("KOMK", "0001"), ("VEJK", "8512")], 3975),
        (&[("KOMK", "0851"), ("VEJK", "85")], 724),
        (&[("POST", "9000"), ("VNVN", "Søgade"), ("HNR", "16")], 30),
        (&[("POST", "9000"), ("VNVN", "Søgade"), ("HNR", "000")], 30),
        (&[("POST", "9000"), ("VNVN", "Søgade"), ("HNRT", "01AB")], 30),
        (&[("POST", "9000"), ("VNVN", "Søgade"), ("HNR", "016"), ("BNR", "1")], 1068),
        (&[("POST", "9000"), ("VNVN", "Søgade"), ("HNR", "016"), ("HNRF", "001")], 1068),
        (&[("POST", "9000"), ("VNVN", "Søgade"), ("HNR", "016"), ("LIUL", "L")], 1068),
        (&[("POST", "9000"), ("VNVN", "Søgade"), ("LIUL", "X")], 48),
        (&[("POST", "9000"), ("VNVN", "Søgade"), ("ETAG", "stuen")], 43),
        (&[("POST", "9000"), ("VNVN", "Søgade"), ("KON", "F")], 47),
        (&[("POST", "9000"), ("VNVN", "Søgade"), ("NOBR", "JA")], 78),
        (&[("POST", "9000"), ("VNVN", "Søgade"), ("FDTO", "18570101")], 1055),
        (&[("POST", "9000"), ("VNVN", "Søgade"), ("FDTO", "20010101"), ("TDTO", "20010101")], 672),
        (&[("POST", "9000"), ("VNVN", "Søgade"), ("NDNR", "SY5"), ("NVN1", "A")], 3891),
        (&[("POST", "9000"), ("VNVN", "Søgade"), ("NDNR", "SY1")], 3935),
        (&[("POST", "9000"), ("VNVN", "Søgade"), ("MAXA", "tyve")], 37),
        (&[("POST", "9000"), ("VNVN", "Søgade"), ("HUSNR", "016")], 27),
    ] {
        let body = office.ask("ADRSOG1", key);
        assert!(has_error(&body, number), "{number}: {body}");
    }
    let nobody = office.ask("ADRSOG1", &[("POST", "1000"), ("VNVN", "Søgade")]);
    assert!(nobody.contains("<Kvit r=\"Ok\"") && !nobody.contains("<Row"), "{nobody}");
}

#[test]
fn the_name_search_of_the_documents_has_three_hits_on_two_pages() {
    let office = Office::open();
    let key = [("NVN", "Henriksen"), ("KON", "M"), ("MAXA", "2")];
    let first = office.ask("NVNSOG2", &with(&key, &[("AIA", "X")]));
    assert!(first.contains(r#"<Table r="NAVNSOEG" aia="3">"#), "{first}");
    assert_eq!(values(&first, "PNR"), ["0707614293", "0712614455"]);
    assert!(first.contains(r#"<Field r="CNVN_ADRNVN" v="Henriksen,Lars" t="Lars Henriksen"/><Field r="CNVN_STATUS" v="01"/><Field r="FOEDMYNTXT"/><Field r="CNVN_KOEN" v="M"/><Field r="ADRBESKYT"/><Field r="STADR" v="Svinget 50"/><Field r="POSTNR" v="9000" t="Aalborg"/></Row>"#));
    let next = rest(&first).unwrap();
    assert!(next.starts_with("0901414025") && next.ends_with(values(&first, "SEARCH_ID")[0]), "{next}");
    let second = office.ask("NVNSOG2", &with(&key, &[("REST", next)]));
    assert_eq!(values(&second, "PNR"), ["0901414025"]);
    assert!(!second.contains("aia=") && rest(&second).is_none());
}

#[test]
fn names_match_by_whole_parts_and_in_any_case() {
    let office = Office::open();
    let hits = |key: &[(&str, &str)]| {
        let body = office.ask("NVNSOG2", key);
        assert!(body.contains("<Kvit r=\"Ok\""), "{body}");
        values(&body, "PNR").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(hits(&[("NVN", "MØLLER-MADSEN"), ("KON", "k")]), ["0707614226"]);
    assert_eq!(hits(&[("NVN", "Møller"), ("KON", "K")]), [] as [&str; 0]);
    assert_eq!(hits(&[("NVN", "Hansen"), ("NVN1", "Christian"), ("KON", "M")]), ["0410791005"]);
    assert_eq!(hits(&[("NVN", "Jens"), ("NVN1", "Lund"), ("KON", "M")]), ["1103485009", "1404415049"]);
    assert_eq!(hits(&[("NVN", "Ærø-Østergård"), ("KON", "K")]), ["0909435048"]);
    assert_eq!(hits(&[("NVN", "Ærø-Østergaard"), ("KON", "K")]), [] as [&str; 0]);
    assert_eq!(hits(&[("NVN", "Lund"), ("KON", "K"), ("KOMK", "0573")]), [] as [&str; 0]);
    assert_eq!(hits(&[("NVN", "Lund"), ("KON", "K"), ("KOMK", "0851")]).len(), 4);
    assert_eq!(hits(&[("NVN", "Petersen"), ("KON", "M"), ("STAF", "05")]), ["1102425029"]);
    assert_eq!(hits(&[("NVN", "Petersen"), ("KON", "M"), ("STAF", "99")]), [] as [&str; 0]);
    assert_eq!(hits(&[("NVN", "Grænseby"), ("KON", "K"), ("STB", "5180")]), ["2810465002"]);
    assert_eq!(
        hits(&[("NVN", "Mortensen"), ("KON", "M"), ("ALDF", "62"), ("ALDT", "62")]),
        ["0707614285", "0709614169"]
    );
    assert_eq!(hits(&[("NVN", "Mortensen"), ("KON", "M"), ("ALDF", "63")]), [] as [&str; 0]);
}

#[test]
fn a_hit_tells_where_the_birth_was_registered() {
    let body = Office::open().ask("NVNSOG2", &[("NVN", "Hansen"), ("KON", "M"), ("KOMK", "0161")]);
    assert_eq!((values(&body, "PNR"), values(&body, "FOEDMYNTXT")), (vec!["0410791005"], vec!["Helsinge"]));
    assert_eq!(values(&body, "STADR"), ["Industrivej 1"]);
}

#[test]
fn former_names_are_found_when_asked_for_without_the_sex() {
    let office = Office::open();
    let key = [("NVN", "Børgesen"), ("KON", "M")];
    assert_eq!(values(&office.ask("NVNSOG2", &key), "PNR"), [] as [&str; 0]);
    let body = office.ask("NVNSOG2", &with(&key, &[("HNVS", "X")]));
    assert_eq!(values(&body, "PNR"), ["0701614011"]);
    assert!(body.contains(r#"v="Børgesen,Aksel" t="Aksel Børgesen""#));
    assert_eq!(values(&body, "CNVN_KOEN"), [""]);
    assert_ne!(values(&body, "ADRBESKYT"), [""], "an authority sees the protected person, with the mark");
}

#[test]
fn a_faulty_name_search_has_its_error_number() {
    let office = Office::open();
    for (key, number) in [
        (&[("KON", "M")][..], 628),
        (&[("KON", "M"), ("HNVS", "X")], 628),
        (&[("NVN", "Lund")], 47),
        (&[("NVN", "Lund"), ("KON", "F")], 47),
        (&[("NVN", "Lund"), ("KON", "M"), ("HNVS", "J")], 78),
        (&[("NVN", "Lund"), ("KON", "M"), ("KOMK", "85")], 724),
        (&[("NVN", "Lund"), ("KON", "M"), ("LDEL", "A")], 725),
        (&[("NVN", "Lund"), ("KON", "M"), ("KOMK", "9999")], 3975),
        (&[("NVN", "Lund"), ("KON", "M"), ("ALDF", "ung")], 37),
        (&[("NVN", "Lund"), ("KON", "M"), ("VEJK", "8512")], 27),
    ] {
        let body = office.ask("NVNSOG2", key);
        assert!(has_error(&body, number), "{number}: {body}");
    }
}
