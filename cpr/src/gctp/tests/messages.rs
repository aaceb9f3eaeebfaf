//! Frames, receipts, questions, the JSON form, and what is no message.

use super::*;

#[test]
fn a_signon_is_written_as_in_cprs_example() {
    let request = Request::sign_on("USERID", Secret::new("PASSWORD"));
    let text = concat!(
        r#"<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>"#,
        r#"<root xmlns="http://www.cpr.dk"><Gctp v="2.0"><Sik function="signon" userid="USERID" password="PASSWORD"/>"#,
        r#"</Gctp></root>"#
    );
    assert_eq!(request.to_bytes(), text.as_bytes());
    let request = Request::new_password("USERID", Secret::new("OLD"), Secret::new("NEW"));
    let sik = r#"<Sik function="newpass" userid="USERID" password="OLD" newpass1="NEW"/>"#;
    assert!(String::from_utf8(request.to_bytes()).unwrap().contains(sik));
    assert_eq!(Request::parse(&request.to_bytes()).unwrap(), request);
}

#[test]
fn a_lookup_is_written_as_in_cprs_example() {
    let request = Request::question(service::STAMP, &LookupKey { number: Some(number("0707614285")) });
    let text = concat!(
        r#"<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>"#,
        r#"<root xmlns="http://www.cpr.dk"><Gctp v="2.0"><System r="CprSoeg"><Service r="STAMP">"#,
        r#"<CprServiceHeader r="STAMP"><Key><Field r="PNR" v="0707614285"/></Key></CprServiceHeader>"#,
        r#"</Service></System></Gctp></root>"#
    );
    assert_eq!(request.to_bytes(), text.as_bytes());
    assert_eq!(Request::parse(&request.to_bytes()).unwrap(), request);
}

#[test]
fn the_signon_answers_have_118_and_130_bytes() {
    let answer = |number, text| Answer {
        version: Version::V2,
        environment: None,
        body: AnswerBody::Security(Receipt::security(number, text)),
    };
    let accepted = answer(900, "Signon udført").to_bytes(Style::default());
    let refused = answer(905, "Ugyldig kodeord indtastet").to_bytes(Style::default());
    assert_eq!((accepted.len(), refused.len()), (118, 130));
    assert_eq!(accepted, sample!("signon-accepted.xml"));
    assert_eq!(refused, sample!("signon-wrong-password.xml"));
}

#[test]
fn the_security_system_is_understood() {
    assert_eq!(security(sample!("signon-accepted.xml")), Ok(()));
    assert_eq!(security(sample!("signon-wrong-password.xml")), Err(SignOnRefusal::PasswordWrong));
    assert_eq!(security(sample!("token-unknown.xml")), Err(SignOnRefusal::TokenUnknown));
}

#[test]
fn refusals_have_names() {
    assert_eq!(refusal(sample!("not-found-172.xml")), Some(Refusal::PersonNotFound));
    assert_eq!(refusal(sample!("invalid-number-52.xml")), Some(Refusal::NumberInvalid));
    assert_eq!(refusal(sample!("no-access-1035.xml")), Some(Refusal::NoAccess));
    assert_eq!(refusal(sample!("unknown-number.xml")), Some(Refusal::Unknown(Some(9876))));
    assert_eq!(refusal(sample!("technical.xml")), Some(Refusal::Technical));
    assert_eq!(refusal(sample!("dump.xml")), Some(Refusal::Technical));
    assert_eq!(refusal(sample!("dump-without-service.xml")), Some(Refusal::Technical));
    let groups = [
        (172, RefusalGroup::NotFound),
        (52, RefusalGroup::InvalidKey),
        (27, RefusalGroup::InvalidKey),
        (1035, RefusalGroup::NoAccess),
        (2212, RefusalGroup::Closed),
        (2213, RefusalGroup::Closed),
        (3974, RefusalGroup::InsufficientCriteria),
        (31, RefusalGroup::Unknown),
    ];
    for (number, group) in groups {
        assert_eq!(Refusal::of(Some(number)).group(), group, "{number}");
    }
}

#[test]
fn every_refusal_keeps_its_number() {
    for refusal in Refusal::ALL {
        assert_eq!(Refusal::of(refusal.number()), *refusal);
    }
    for refusal in SignOnRefusal::ALL {
        assert_eq!(SignOnRefusal::of(refusal.number()), *refusal);
    }
    assert_eq!(Refusal::of(None), Refusal::Unknown(None));
    assert_eq!(Refusal::Technical.number(), None);
}

#[test]
fn a_receipt_that_quotes_a_number_does_not_print_it() {
    let (_, receipt) = service(sample!("invalid-number-52.xml"));
    let receipt = receipt.unwrap();
    assert!(receipt.text.contains("123"));
    for text in [format!("{receipt:?}"), receipt.refusal().unwrap().to_string()] {
        assert!(!text.contains("123") && !text.contains("Personnummeret"), "{text}");
    }
}

#[test]
fn a_long_receipt_is_read_line_by_line_whatever_its_fields_are_called() {
    let (_, receipt) = service(sample!("long-receipt.xml"));
    let receipt = receipt.unwrap();
    assert_eq!(receipt.lines, ["linje 1", "linje 2"]);
    assert_eq!(receipt.refusal(), Some(Refusal::MunicipalityUnknown));
}

#[test]
fn what_is_no_message_is_refused_with_place_and_expectation() {
    let refused = |bytes: &[u8]| Answer::parse(bytes).unwrap_err();
    assert_eq!(refused(sample!("bad-truncated.xml")), MessageError::Truncated);
    assert_eq!(refused(sample!("bad-empty.xml")), MessageError::Truncated);
    assert_eq!(refused(sample!("bad-html.xml")), MessageError::Missing("element Gctp"));
    assert_eq!(refused(sample!("bad-doctype.xml")), MessageError::DocumentType);
    assert_eq!(refused(sample!("bad-laughs.xml")), MessageError::DocumentType);
    assert!(matches!(refused(sample!("bad-entity.xml")), MessageError::Malformed { .. }));
    assert!(matches!(refused(sample!("bad-crossed.xml")), MessageError::Malformed { .. }));
    assert_eq!(refused(sample!("bad-deep.xml")), MessageError::TooDeep);
    assert_eq!(refused(&vec![b' '; MAX_MESSAGE_BYTES + 1]), MessageError::TooLong);
    assert!(matches!(refused(b"<root><Gctp v='2.0\0'/></root>"), MessageError::Malformed { at: 18 }));
    assert!(matches!(refused(b"<root><Gctp v='&#0;'/></root>"), MessageError::Malformed { .. }));
    let attributes: String = (0..100_000).map(|count| format!(" a{count}=''")).collect();
    assert!(matches!(refused(format!("<root{attributes}/>").as_bytes()), MessageError::Malformed { .. }));
}

#[test]
fn the_json_form_is_stable() {
    let (answer, _) = service(sample!("nvnsog2-page-1.xml"));
    let json = serde_json::to_string(&answer).unwrap();
    assert_eq!(serde_json::from_str::<ServiceAnswer>(&json).unwrap(), answer);
    let begin = concat!(
        r#"{"service":"NVNSOG2","ts":"20240115101500123456","fields":{"SEARCH_ID":"DE0A1B2C3D4E5F60"},"#,
        r#""tables":{"NAVNSOEG":{"aia":3,"rest":"0901414025DE0A1B2C3D4E5F60","rows":[{"k":"0707614293DE0A1B2C3D4E5F60","#,
        r#""f":{"CNVN_ADRNVN":{"v":"Henriksen,Lars","t":"Lars Henriksen"},"CNVN_KOEN":"M","CNVN_STATUS":"01","#
    );
    assert!(json.starts_with(begin), "{json}");
    assert_eq!(
        serde_json::from_str::<ServiceAnswer>(r#"{"service":"STAM"}"#).unwrap(),
        ServiceAnswer::empty("STAM"),
        "what is empty is left out"
    );
    // A later version may store more, and an earlier one may have stored what says nothing.
    let other = r#"{"service":"STAM","fields":{"PNR":{},"KOEN":" "},"since":1}"#;
    assert_eq!(serde_json::from_str::<ServiceAnswer>(other).unwrap(), ServiceAnswer::empty("STAM"));
}

#[test]
fn nothing_that_can_be_printed_shows_a_person() {
    for bytes in [sample!("stamp.xml"), sample!("nvnsog2-page-1.xml"), sample!("adrsog1.xml"), sample!("familie.xml")] {
        let parsed = Answer::parse(bytes).unwrap();
        let mut text = format!("{parsed:#?}");
        let (answer, _) = service(bytes);
        text += &format!("{:?}", answer.record::<Stam>());
        text += &format!("{:?}", answer.rows::<NvnsogRow>());
        text += &format!("{:?}", answer.rows::<AdrsogRow>());
        text += &format!("{:?}", answer.rows::<FamilieRow>());
        for personal in ["07076142", "Mortensen", "Jens", "Industri", "Henriksen", "9000", "Holm", "Janne", "1961"] {
            assert!(!text.contains(personal), "{personal} in {text}");
        }
    }
    let request = Request::sign_on("W12345", Secret::new("hemmelig"));
    assert!(!format!("{request:?}").contains("hemmelig"));
    let question = Request::question(service::STAM, &LookupKey { number: Some(number("0707614285")) });
    assert!(!format!("{question:?}").contains("0707614285"));
}

#[test]
fn a_question_carries_its_criteria_and_its_page() {
    let criteria = AddressCriteria {
        municipality: Some("0851".to_owned()),
        road_name: Some("Industrivænget".to_owned()),
        house_number: Some("002".to_owned()),
        no_break_rows: true,
        ..AddressCriteria::default()
    };
    let page = Page { size: Some(5), count: true, after: Some("k".to_owned()) };
    let request = Request::question(service::ADRSOG1, &criteria).and(&page);
    let bytes = request.to_bytes();
    assert!(bytes.windows(4).any(|window| window == b"iv\xe6n"), "æ is one byte");
    let RequestBody::Question { service, key } = Request::parse(&bytes).unwrap().body else { panic!() };
    assert_eq!(service, "ADRSOG1");
    assert_eq!(AddressCriteria::read(&key).unwrap(), criteria);
    assert_eq!(Page::read(&key).unwrap(), page);
    assert!(AddressCriteria::LAYOUT.knows("KOMK") && Page::LAYOUT.knows("REST") && !Page::LAYOUT.knows("KOMK"));
}

#[test]
fn requests_that_are_none_are_refused() {
    let refused = |text: &str| Request::parse(text.as_bytes()).unwrap_err();
    assert_eq!(refused("<root><Gctp/></root>"), MessageError::Missing("element Sik or System"));
    assert_eq!(refused(r#"<Gctp><System r="CprAjour"/></Gctp>"#), MessageError::Missing("System CprSoeg"));
    let signoff = r#"<Gctp><Sik function="signoff" userid="a" password="b"/></Gctp>"#;
    assert_eq!(refused(signoff), MessageError::Missing("function signon or newpass"));
}

#[test]
fn every_message_of_the_corpus_is_read_or_refused() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/gctp");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let bad = path.file_name().unwrap().to_str().unwrap().starts_with("bad-");
        let answer = Answer::parse(&bytes);
        assert_eq!(answer.is_err(), bad, "{}", path.display());
        if let Ok(answer) = answer {
            for prolog in [true, false] {
                for empty_fields in [true, false] {
                    let written = answer.to_bytes(Style { prolog, empty_fields, ok_receipt: true });
                    assert_eq!(Answer::parse(&written).as_ref(), Ok(&answer), "{}", path.display());
                }
            }
        }
        read += 1;
    }
    assert!(read >= 20, "{read}");
}
