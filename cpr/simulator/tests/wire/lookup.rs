use cpr_simulator::Profile;

use crate::raw::{Office, has_error, question, values};

#[test]
fn stam_of_jens_mortensen_is_written_as_the_documents_show_it() {
    let body = Office::open().ask("STAM", &[("PNR", "0707614285")]);
    let expected = concat!(
        r#"<root xmlns="http://www.cpr.dk"><Gctp v="2.0" env="Demo"><System r="CprSoeg"><Service r="STAM">"#,
        r#"<CprServiceHeader r="STAM" ts="20240115101500123456"/>"#,
        r#"<CprData u="O"><Rolle r="HovedRolle"><Praes r="STAMPNR">"#,
        r#"<Field r="PNR" v="0707614285"/><Field r="I_VENT_MRK"/>"#,
        r#"<Field r="ADRNVN" v="Mortensen,Jens" t="Jens Mortensen"/>"#,
        r#"<Field r="KOEN" v="M"/><Field r="STATUS" v="01"/><Field r="STARTDATOSTATUS"/><Field r="PNRGAELD"/>"#,
        r#"<Field r="FOEDDATO" v="19610707"/><Field r="FOEDDATOUSM"/><Field r="BESKYT"/>"#,
        r#"<Field r="CONVN" v="c/o Christiansen"/><Field r="ETAGE" v="01"/><Field r="HUSNR" v="095"/>"#,
        r#"<Field r="SIDEDOER" v="  mf"/><Field r="BNR"/>"#,
        r#"<Field r="KOMKOD" v="0851" t="Aalborg" tl="Aalborg"/><Field r="VEJKOD" v="8512" t="Industrivænget"/>"#,
        r#"<Field r="BYNVN"/><Field r="LOKALITET"/><Field r="POSTNR" v="9000" t="Aalborg"/>"#,
        r#"<Field r="UDR_LANDEKOD"/><Field r="UDLANDSADR1"/><Field r="UDLANDSADR2"/><Field r="UDLANDSADR3"/>"#,
        r#"<Field r="UDLANDSADR4"/><Field r="UDLANDSADR5"/><Field r="STADR" v="Industrivænget 95, 1. mf"/>"#,
        r#"</Praes></Rolle></CprData><Kvit r="Ok" t="" v="0"/></Service></System></Gctp></root>"#,
    );
    assert_eq!(body, expected);
}

#[test]
fn a_protected_party_comes_in_full_for_an_authority() {
    let body = Office::open().ask("STAM", &[("PNR", "0701614011")]);
    assert!(body.contains(r#"<Field r="ADRNVN" v="Sander,Aksel" t="Aksel Sander"/>"#));
    assert!(body.contains(r#"<Field r="BESKYT" v="1" t="Navne- og adresse beskyttelse" ts="Beskyt"/>"#));
    assert_eq!(values(&body, "STADR"), ["Industrivænget 26, 1. tv"]);
}

#[test]
fn a_protected_party_is_blanked_for_a_private_caller() {
    let office = Office::open();
    office.simulator.turn(|knobs| knobs.profile = Profile::Private);
    let body = office.ask("STAMP", &[("PNR", "0701614011")]);
    let filled: Vec<_> = body
        .split("<Field r=\"")
        .skip(1)
        .map(|field| field.split("/>").next().unwrap())
        .filter(|field| field.contains(" v=\""))
        .collect();
    assert_eq!(
        filled,
        [
            r#"PNR" v="0701614011""#,
            r#"KOEN" v="M""#,
            r#"STATUS" v="01""#,
            r#"FOEDDATO" v="19610107""#,
            r#"BESKYT" v="1" t="Navne- og adresse beskyttelse" ts="Beskyt""#,
        ]
    );
    assert!(body.contains(r#"<Kvit r="Ok" t="" v="0"/>"#));
    let open = office.ask("STAMP", &[("PNR", "0707614285")]);
    assert_eq!(values(&open, "STADR"), ["Industrivænget 95, 1. mf"]);
    // Local directory and marketing protections blank nothing.
    for digits in ["0709614169", "0710614326", "0108610018"] {
        assert!(!values(&office.ask("STAMP", &[("PNR", digits)]), "ADRNVN")[0].is_empty(), "{digits}");
    }
}

#[test]
fn a_private_caller_has_stamp_and_nothing_else_and_an_authority_all_but_stamp() {
    let office = Office::open();
    assert!(has_error(&office.ask("STAMP", &[("PNR", "0707614285")]), 1035));
    office.simulator.turn(|knobs| knobs.profile = Profile::Private);
    for service in ["STAM", "FAMILIE", "NVNSOG2", "ADRSOG1"] {
        assert!(has_error(&office.ask(service, &[("PNR", "0707614285")]), 1035), "{service}");
    }
}

#[test]
fn unknown_persons_and_invalid_numbers_have_their_error_numbers() {
    let office = Office::open();
    let unknown = office.ask("STAM", &[("PNR", "0709614029")]);
    let expected = concat!(
        r#"<root xmlns="http://www.cpr.dk"><Gctp v="2.0" env="Demo"><System r="CprSoeg"><Service r="STAM">"#,
        r#"<CprServiceHeader r="STAM" ts="20240115101500123456"/>"#,
        r#"<Kvit r="Fejl" t="Personen findes ikke i CPR" v="172"/></Service></System></Gctp></root>"#,
    );
    assert_eq!(unknown, expected);
    for digits in ["", "123", "12345678901234", "0000000000", "3002614285", "070761-4285", "6707614285", "070761428A"] {
        assert!(has_error(&office.ask("STAM", &[("PNR", digits)]), 52), "{digits}");
    }
    assert!(has_error(&office.ask("STAM", &[]), 52));
    assert!(has_error(&office.ask("STAM", &[("PNR", "0707614285"), ("CVR", "1")]), 27));
    assert!(has_error(&office.ask("NAVNE3", &[("PNR", "0707614285"), ("AKX", "ja")]), 78));
    let strange = office.ask("STAM9", &[("PNR", "0707614285")]);
    assert!(strange.contains("<Kvit r=\"System\""), "{strange}");
}

#[test]
fn changed_and_deleted_numbers_lead_to_the_current_one() {
    let office = Office::open();
    for (old, status, current, since) in [
        ("0101520013", "50", "0107529039", "200111071450"),
        ("0108610069", "60", "0709610015", "200111130859"),
        ("0708614246", "60", "0307610078", "200111071551"),
        ("0709614398", "60", "0909610036", "200111071559"),
        ("1207385006", "60", "0408395003", "202102030915"),
    ] {
        let body = office.ask("STAM", &[("PNR", old)]);
        assert_eq!(values(&body, "STATUS"), [status]);
        assert_eq!(values(&body, "PNRGAELD"), [current]);
        assert_eq!(values(&body, "STARTDATOSTATUS"), [since]);
        assert!(!values(&body, "ADRNVN")[0].is_empty());
        assert_eq!(values(&body, "STADR"), [""]);
    }
    let former = office.ask("TIDLPNR", &[("PNR", "0408395003")]);
    assert_eq!(values(&former, "PNR"), ["1207385006", "1207385049"]);
}

#[test]
fn the_emigrated_the_dead_and_those_without_a_home_are_told_apart() {
    let office = Office::open();
    let body = office.ask("STAM", &[("PNR", "1706455058")]);
    assert_eq!(values(&body, "STATUS"), ["80"]);
    assert!(body.contains(r#"<Field r="UDR_LANDEKOD" v="5120" t="Sverige" tl="Sverige"/>"#));
    assert_eq!(values(&body, "UDLANDSADR2"), ["211 42 Malmö"]);
    assert_eq!(values(&body, "STADR"), [""]);
    let address = office.ask("ADRESSE3", &[("PNR", "1706455058")]);
    assert_eq!((values(&address, "ADRKOD"), values(&address, "UDRLANDEKOD")), (vec!["2"], vec!["5120"]));
    let contact = office.ask("ADRESSE4", &[("PNR", "1706455058")]);
    assert_eq!(values(&contact, "CATX_ADR1"), ["c/o Advokat Holm"]);
    for (dead, since) in [("0708614327", "200006301004"), ("0901414084", "196103132000")] {
        let body = office.ask("STAM", &[("PNR", dead)]);
        assert_eq!((values(&body, "STATUS"), values(&body, "STARTDATOSTATUS")), (vec!["90"], vec![since]));
        assert_eq!((values(&body, "STADR"), values(&body, "VEJKOD")), (vec![""], vec![""]));
    }
    let missing = office.ask("ADRESSE3", &[("PNR", "1312814362")]);
    assert_eq!((values(&missing, "ADRKOD"), values(&missing, "STARTDATOUSM")), (vec!["3"], vec!["*"]));
    let homeless = office.ask("STAM", &[("PNR", "0303405003")]);
    assert_eq!((values(&homeless, "STATUS"), values(&homeless, "VEJKOD")), (vec!["03"], vec!["9901"]));
    assert_eq!((values(&homeless, "HUSNR"), values(&homeless, "POSTNR")), (vec![""], vec!["9999"]));
    let greenland = office.ask("STAM", &[("PNR", "1102425002")]);
    assert_eq!((values(&greenland, "BNR"), values(&greenland, "HUSNR")), (vec!["1234"], vec![""]));
}

#[test]
fn an_unnamed_child_has_an_empty_name() {
    let body = Office::open().ask("STAM", &[("PNR", "0101005038")]);
    assert!(body.contains(r#"<Field r="ADRNVN"/>"#), "{body}");
}

#[test]
fn names_carry_their_parts_marks_and_history() {
    let office = Office::open();
    let body = office.ask("NAVNE3", &[("PNR", "1307610015")]);
    assert_eq!(values(&body, "CNVN_MELNVN"), ["Udt"]);
    assert_eq!(values(&body, "CNVN_MELNVNMRK"), ["*"]);
    assert_eq!(values(&body, "HISTORIKMRK"), [""]);
    let body = office.ask("NAVNE3", &[("PNR", "0709614592")]);
    assert_eq!(
        (values(&body, "CNVN_FORNVN"), values(&body, "CNVN_STARTDATO")),
        (vec!["Jane Østerholm"], vec!["199801010957"])
    );
    assert_eq!(values(&body, "HISTORIKMRK"), ["X"]);
    // The only former row is a corrected one: it counts only when asked for.
    assert_eq!(values(&office.ask("NAVNE3", &[("PNR", "1303814074")]), "HISTORIKMRK"), [""]);
    assert_eq!(values(&office.ask("NAVNE3", &[("PNR", "1303814074"), ("AKX", "X")]), "HISTORIKMRK"), ["X"]);
}

#[test]
fn the_current_address_is_that_of_the_recording() {
    let body = Office::open().ask("ADRESSE3", &[("PNR", "1312814435")]);
    for (field, value) in [
        ("ADRKOD", "1"),
        ("KOMKOD", "0851"),
        ("VEJKOD", "8512"),
        ("HUSNR", "002"),
        ("ETAGE", "02"),
        ("SIDEDOER", "  tv"),
        ("BYNVN", "Hasseris"),
        ("LOKALITET", "Solhavehjemmet"),
        ("POSTNR", "9000"),
        ("STARTDATO", "198112131338"),
    ] {
        assert_eq!(values(&body, field), [value], "{field}");
    }
}

#[test]
fn protections_stand_in_their_places_with_their_days() {
    let office = Office::open();
    let body = office.ask("BESKYT3", &[("PNR", "0701614011")]);
    assert_eq!(
        (values(&body, "CBSK_STARTDATO1"), values(&body, "CBSK_SLETDATO1")),
        (vec!["20011102"], vec!["20041102"])
    );
    assert_eq!(values(&body, "CBSK_SLETDATO4"), ["21011102"]);
    let body = office.ask("BESKYT3", &[("PNR", "0709614169")]);
    assert_eq!((values(&body, "CBSK_STARTDATO1"), values(&body, "CBSK_STARTDATO2")), (vec![""], vec!["20011106"]));
    let none = office.ask("BESKYT3", &[("PNR", "0707614285")]);
    assert!(none.contains(r#"<Kvit r="Ok" t="" v="0"/>"#) && !none.contains(" v=\"2001"));
}

#[test]
fn civil_status_names_the_spouse_by_number_or_name() {
    let office = Office::open();
    let body = office.ask("CIVIL3", &[("PNR", "0707614285")]);
    assert_eq!((values(&body, "CCIV_CIVST"), values(&body, "CCIV_STARTDATO")), (vec!["F"], vec!["198010012000"]));
    assert!(body.contains("0706614184"));
    assert!(office.ask("CIVIL3", &[("PNR", "0101965058")]).contains("Udtzen,Heinrich"));
}

#[test]
fn the_family_of_jens_mortensen_is_his_daughter() {
    let body = Office::open().ask("FAMILIE", &[("PNR", "0707614285")]);
    assert_eq!(values(&body, "FAMMRK"), ["Barn"]);
    assert_eq!(values(&body, "PNR_FOEDDATO"), ["1312814362"]);
    assert!(body.contains(r#"<Field r="ADRNVN" v="Mortensen,Janne" t="Janne Mortensen"/>"#));
    assert_eq!(values(&body, "CNVN_STATUS"), ["70"]);
}

#[test]
fn relatives_carry_their_own_protection_and_custody() {
    let office = Office::open();
    let body = office.ask("FAMILIE", &[("PNR", "1404415049")]);
    assert_eq!(values(&body, "FAMMRK"), ["Ægtefælle", "Barn", "Barn"]);
    assert_eq!(values(&body, "PNR_FOEDDATO"), ["1404415006", "1103485009", "1103485068"]);
    assert_eq!(values(&body, "CBSK_TYP"), ["", "", "00001"]);
    assert_eq!(values(&body, "FORAELDREMYNMRK"), ["", "X", ""]);
    let body = office.ask("FAMILIE", &[("PNR", "2802363039")]);
    assert_eq!(values(&body, "FAMMRK"), ["Far", "Mor"]);
    assert_eq!(values(&body, "ADRNVN"), ["Ullerini,Ugo", "Ullerini,Udolfina"]);
    assert_eq!(values(&body, "PNR_FOEDDATO"), ["", ""]);
}

#[test]
fn the_answer_has_the_version_of_the_question() {
    let office = Office::open();
    let old = question("STAM", &[("PNR", "0707614285")]).replace("v=\"2.0\"", "v=\"1.0\"");
    let body = office.post(Some(&office.token()), &old).body;
    assert!(body.starts_with("<?xml version=\"1.0\" encoding=\"ISO-8859-1\" standalone=\"yes\"?>"), "{body}");
    assert!(body.contains("<Gctp v=\"1.0\" env=\"Demo\">"));
}
