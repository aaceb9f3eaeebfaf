//! Samples written by hand from CPR's documents (`corpus/gctp`), round trips, and arbitrary bytes. The samples check
//! what the shared table of fields cannot: a name that is wrong in it would be wrong in both directions.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::codes::{AddressStanding, CivilStatus, FamilyRelation, PersonStatus, ProtectionKind, country};
use crate::{CprDate, PersonalNumber, Sex};

macro_rules! sample {
    ($name:literal) => {
        include_bytes!(concat!("../../corpus/gctp/", $name)).as_slice()
    };
}

fn number(digits: &str) -> PersonalNumber {
    PersonalNumber::parse(digits).unwrap()
}

fn service(bytes: &[u8]) -> (ServiceAnswer, Option<Receipt>) {
    match Answer::parse(bytes).unwrap().body {
        AnswerBody::Service { answer, receipt } => (answer, receipt),
        AnswerBody::Security(receipt) => panic!("{receipt:?}"),
    }
}

fn security(bytes: &[u8]) -> Result<(), SignOnRefusal> {
    match Answer::parse(bytes).unwrap().body {
        AnswerBody::Security(receipt) => receipt.sign_on(),
        AnswerBody::Service { .. } => panic!("a service answered"),
    }
}

fn refusal(bytes: &[u8]) -> Option<Refusal> {
    service(bytes).1.and_then(|receipt| receipt.refusal())
}

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
fn a_lookup_is_read_with_and_without_prolog() {
    for bytes in [sample!("stamp.xml"), sample!("stamp-with-prolog.xml")] {
        let (answer, receipt) = service(bytes);
        assert_eq!(receipt, Some(Receipt::ok()));
        assert_eq!(answer.service, "STAMP");
        let at = NaiveDate::from_ymd_opt(2024, 1, 15).unwrap().and_hms_opt(10, 15, 0);
        assert_eq!(answer.answered_at(), at);
        let person: Stam = answer.record().unwrap();
        assert_eq!(person.number, Some(number("0707614285")));
        assert_eq!(person.name, AddressingName::of("Mortensen", "Jens"));
        assert_eq!((person.sex, person.status.clone()), (Some(Sex::Male), Some(PersonStatus::ResidentInDenmark)));
        assert_eq!(person.birth_date, CprDate::parse("19610707"));
        assert_eq!((person.status_since, person.current_number, person.protected), (None, None, Protected(false)));
        assert_eq!(person.care_of.as_deref(), Some("c/o Christiansen"));
        assert_eq!((person.house_number.as_deref(), person.floor.as_deref()), (Some("095"), Some("01")));
        assert_eq!(person.door.as_deref(), Some("  mf"));
        assert_eq!((person.municipality.value(), person.municipality.text()), (Some("0851"), Some("Aalborg")));
        assert_eq!((person.road.value(), person.road.text()), (Some("8512"), Some("Industrivænget")));
        assert_eq!((person.postal_code.value(), person.postal_code.text()), (Some("9000"), Some("Aalborg")));
        assert_eq!(person.standard_address.as_deref(), Some("Industrivænget 95, 1. mf"));
        assert!(person.foreign_lines().is_empty() && !person.is_withheld() && person.country.is_empty());
    }
}

#[test]
fn a_lookup_in_the_manner_of_2001_is_read_too() {
    // No receipt, no version, no empty fields, other order, unknown element, attribute and field, short field form.
    let (answer, receipt) = service(sample!("stamp-2001.xml"));
    assert_eq!(receipt, None);
    let person: Stam = answer.record().unwrap();
    assert_eq!(person.number, Some(number("0707614285")));
    assert_eq!(person.name.full().as_deref(), Some("Jens Mortensen"));
    assert_eq!(person.birth_date, CprDate::parse("19610707"));
    assert_eq!(answer.field("NYTFELT").value(), Some("+%A\""));
}

#[test]
fn a_protected_person_is_withheld_and_not_empty() {
    let (answer, _) = service(sample!("stamp-protected.xml"));
    let person: Stam = answer.record().unwrap();
    assert!(person.protected.0 && person.is_withheld());
    assert_eq!((person.name.full(), person.standard_address.as_deref(), person.floor.as_deref()), (None, None, None));
    assert_eq!(answer.field("BESKYT").text(), Some("Navne- og adresse beskyttelse"));
    // The writer marks it as it was recorded.
    assert_eq!(person.write().get("BESKYT"), answer.field("BESKYT"));
}

#[test]
fn an_authority_sees_a_protected_person_with_the_mark() {
    let person: Stam = service(sample!("stam-protected.xml")).0.record().unwrap();
    assert!(person.protected.0 && person.waiting && !person.is_withheld());
    assert_eq!(person.name.full().as_deref(), Some("Aksel Sander"));
    assert_eq!((person.town.as_deref(), person.locality.as_deref()), (Some("Hasseris"), Some("Gården")));
    assert_eq!(person.building.as_deref(), Some("1"));
}

#[test]
fn a_changed_number_names_the_current_one() {
    let person: Stam = service(sample!("stam-changed.xml")).0.record().unwrap();
    assert!(person.status.as_ref().unwrap().is_superseded());
    assert_eq!(person.current_number, Some(number("0709610015")));
    assert_eq!(person.status_since, CprDate::parse("200111130859"));
    assert!(person.birth_date.unwrap().uncertain);
    assert_eq!(person.address_standing(), Some(AddressStanding::None));
}

#[test]
fn an_emigrated_person_has_foreign_lines() {
    let person: Stam = service(sample!("stam-emigrated.xml")).0.record().unwrap();
    assert_eq!(person.address_standing(), Some(AddressStanding::Foreign));
    assert_eq!(person.foreign_lines(), ["Pflamenstrasse 22", "D 12345 Braunschweig", "Tyskland", "5 5 5"]);
    assert_eq!(country(person.country.value().unwrap()).unwrap().iso, Some("DE"));
    assert_eq!(person.status_since, CprDate::parse("20010101"));
}

#[test]
fn an_address_is_read_with_all_its_parts() {
    let address: Adresse3 = service(sample!("adresse3.xml")).0.record().unwrap();
    assert!(address.has_earlier && address.has_earlier_municipality && address.has_order_to_move);
    assert!(!address.has_contact_address && !address.has_supplementary_address);
    assert_eq!(address.kind, Some(AddressKind::Danish));
    let stamps = [&address.updated, &address.created, &address.registered].map(|stamp| stamp.as_deref().unwrap());
    assert_eq!(stamps, ["19811213133800000000", "19811213133800000001", "19811213133800000002"]);
    assert_eq!(address.authority.text(), Some("Aalborg Kommune"));
    assert_eq!((address.road.text(), address.municipality.value()), (Some("Industrivænget"), Some("0851")));
    assert_eq!((address.house_number.as_deref(), address.floor.as_deref()), (Some("002"), Some("02")));
    assert_eq!((address.door.as_deref(), address.building.as_deref()), (Some("  tv"), None));
    assert_eq!((address.town.as_deref(), address.locality.as_deref()), (Some("Hasseris"), Some("Solhavehjemmet")));
    assert_eq!(address.start, CprDate::parse("198112131338"));
    assert_eq!(address.moved_to_municipality, address.start.map(|start| start.with_uncertainty(true)));
    assert_eq!(address.postal_code.text(), Some("Aalborg"));

    let abroad: Adresse3 = service(sample!("adresse3-emigrated.xml")).0.record().unwrap();
    assert_eq!((abroad.kind, abroad.start), (Some(AddressKind::Emigrated), CprDate::parse("20010101")));
    assert_eq!(abroad.country.value(), Some("5180"));
    assert_eq!(abroad.foreign_line_2.as_deref(), Some("D 12345 Braunschweig"));
    assert_eq!(abroad.foreign_authority.value(), Some("0851"));
    assert!(abroad.foreign_registered.is_some());
}

#[test]
fn a_contact_address_is_read_line_by_line() {
    let address: Adresse4 = service(sample!("adresse4.xml")).0.record().unwrap();
    assert_eq!(address.lines(), ["Kontaktadresse Linje 1", "Kontaktadresse Linje 2", "Linje 5"]);
    assert_eq!((address.start, address.deletion), (CprDate::parse("20010630"), CprDate::parse("20050715")));
    assert_eq!(address.authority.text(), Some("Aalborg"));
}

#[test]
fn a_name_is_read_with_its_parts_and_marks() {
    let name: Navne3 = service(sample!("navne3.xml")).0.record().unwrap();
    assert_eq!(name.full().as_deref(), Some("Poul Udt Junkersen"));
    assert_eq!(name.name, AddressingName::of("Junkersen", "Poul Udt"));
    assert_eq!((name.first_names.as_deref(), name.middle_name.as_deref()), (Some("Poul"), Some("Udt")));
    assert_eq!((name.surname.as_deref(), name.middle_name_mark.as_deref()), (Some("Junkersen"), Some("*")));
    assert_eq!((name.sex, name.status.clone()), (Some(Sex::Male), Some(PersonStatus::ResidentInDenmark)));
    assert!(name.status_since.unwrap().uncertain && name.has_former);
    assert_eq!(name.start, CprDate::parse("196100000000").map(|start| start.with_uncertainty(true)));
    assert_eq!((name.authority.value(), name.authority_text.as_deref()), (Some("0851"), Some("Folkekirken")));
    assert!(name.name_registered.is_some() && name.authority_text_registered.is_some());
}

#[test]
fn protections_are_read_by_their_places() {
    let protections: Beskyt3 = service(sample!("beskyt3.xml")).0.record().unwrap();
    let in_force = protections.in_force();
    let kinds: Vec<&ProtectionKind> = in_force.iter().map(|protection| &protection.kind).collect();
    assert_eq!(kinds, [&ProtectionKind::NameAndAddress, &ProtectionKind::LocalDirectory]);
    assert_eq!((in_force[0].reported, in_force[1].reported), (Some(true), Some(false)));
    assert_eq!((in_force[0].start, in_force[0].deletion), (CprDate::parse("20011102"), CprDate::parse("20041102")));
    assert_eq!(in_force[0].authority.text(), Some("Aalborg"));
}

#[test]
fn a_civil_status_is_read() {
    let civil: Civil3 = service(sample!("civil3.xml")).0.record().unwrap();
    assert_eq!((civil.status, civil.start), (Some(CivilStatus::Divorced), CprDate::parse("198010012000")));
    assert_eq!((civil.authority_text.as_deref(), civil.authority.value()), (Some("Statsamtet"), Some("0851")));
    assert_eq!(civil.spouse_number, None);
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
fn a_page_of_a_search_is_read_with_its_count_and_its_rest() {
    let (answer, _) = service(sample!("nvnsog2-page-1.xml"));
    let table = answer.table_of::<NvnsogRow>().unwrap();
    assert_eq!((table.total, table.rest.as_deref()), (Some(3), Some("0901414025DE0A1B2C3D4E5F60")));
    assert_eq!(answer.field("SEARCH_ID").value(), Some("DE0A1B2C3D4E5F60"));
    let rows: Vec<NvnsogRow> = answer.rows().unwrap();
    assert_eq!(
        rows.iter().map(|row| row.number).collect::<Vec<_>>(),
        [Some(number("0707614293")), Some(number("0712614455"))]
    );
    assert_eq!(rows[0].name.full().as_deref(), Some("Lars Henriksen"));
    assert_eq!((rows[0].protected, rows[1].protected), (Protected(false), Protected(true)));
    assert_eq!(rows[0].postal_code.text(), Some("Aalborg"));
}

#[test]
fn break_rows_are_no_hits_and_unnamed_persons_are() {
    let (answer, _) = service(sample!("adrsog1.xml"));
    assert_eq!(answer.table_of::<AdrsogRow>().unwrap().rows.len(), 3);
    let rows: Vec<AdrsogRow> = answer.rows().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0].number, rows[0].name.full()), (Some(number("0812015028")), None));
    assert_eq!(rows[0].start, CprDate::parse("200112081525"));
    assert_eq!((rows[1].name.full().as_deref(), rows[1].door.as_deref()), (Some("Niels Holm"), Some("  tv")));
}

#[test]
fn a_family_is_read_even_if_its_table_has_another_name() {
    let (answer, _) = service(sample!("familie.xml"));
    let rows: Vec<FamilieRow> = answer.rows().unwrap();
    assert_eq!(rows[0].relation, Some(FamilyRelation::Child));
    assert_eq!(rows[0].number_or_birth_date, Some(NumberOrBirthDate::Number(number("1312814362"))));
    assert_eq!(rows[0].status, Some(PersonStatus::Disappeared));
    assert_eq!(rows[1].relation, Some(FamilyRelation::Spouse));
    let born = CprDate::parse("19610607").unwrap();
    assert_eq!(rows[1].number_or_birth_date, Some(NumberOrBirthDate::BirthDate(born)));
    assert_eq!(rows[1].protection, Some(ProtectionKind::NameAndAddress));
    assert_eq!((rows[0].is_protected(), rows[1].is_protected()), (false, true));
    // How a birth date looks here no document shows; another form than we know costs only itself.
    let other = Fields::from_iter([("FAMMRK", Field::new("Far")), ("PNR_FOEDDATO", Field::new("07.07.1961"))]);
    let father = FamilieRow::read(&other).unwrap();
    assert_eq!((father.relation, father.number_or_birth_date), (Some(FamilyRelation::Father), None));
    let unknown = FamilieRow { protection: Some(ProtectionKind::of("00007")), ..FamilieRow::default() };
    assert!(unknown.is_protected(), "a mark that nobody knows protects");
}

#[test]
fn nothing_registered_is_an_empty_answer_and_no_error() {
    let (answer, receipt) = service(sample!("adresse4-empty.xml"));
    assert!(answer.is_empty() && receipt.unwrap().refusal().is_none());
    assert!(answer.record::<Adresse4>().unwrap().lines().is_empty());
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
fn a_value_in_the_wrong_form_names_its_field_and_not_itself() {
    let fields = Fields::from_iter([("FOEDDATO", Field::new("07-07-1961"))]);
    let error = Stam::read(&fields).unwrap_err();
    assert_eq!(error.to_string(), "field FOEDDATO: expected a date of 8 or 12 digits");
    let fields = Fields::from_iter([("PNRGAELD", Field::new("9999999999"))]);
    assert_eq!(Stam::read(&fields).unwrap_err().field, "PNRGAELD");
}

#[test]
fn zeros_are_nobody_and_no_date() {
    let fields = Fields::from_iter([
        ("PNRGAELD", Field::new("0000000000")),
        ("STARTDATOSTATUS", Field::new("000000000000")),
        ("FOEDDATO", Field::new("00000000")),
    ]);
    assert_eq!(Stam::read(&fields).unwrap(), Stam::default());
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
fn the_four_protections_go_in_and_come_out() {
    let protection = |kind| Protection {
        kind,
        reported: Some(true),
        start: CprDate::parse("20011102"),
        deletion: CprDate::parse("21011102"),
        authority: Field::coded("0851", "Aalborg"),
    };
    let all: Vec<Protection> = ProtectionKind::ALL[..4].iter().cloned().map(protection).collect();
    let answer = Beskyt3::of(all.clone());
    assert_eq!(Beskyt3::read(&answer.write()).unwrap().in_force(), all);
    // Without the inferred names of the kinds, the places still tell them.
    let documented = Fields::from_iter([("CBSK_STARTDATO3", Field::new("20011102"))]);
    let found = Beskyt3::read(&documented).unwrap().in_force();
    assert_eq!(found.iter().map(|one| &one.kind).collect::<Vec<_>>(), [&ProtectionKind::Marketing]);
    assert!(Beskyt3::default().in_force().is_empty());
}

#[test]
fn every_service_has_its_table_of_fields() {
    assert_eq!(layout_of(service::STAM).unwrap().names().count(), 27, "the handbook lists 27 items");
    assert_eq!(layout_of(service::STAM), layout_of(service::STAMP));
    for id in ["NAVNE3", "ADRESSE3", "ADRESSE4", "BESKYT3", "FAMILIE", "CIVIL3", "TIDLPNR", "ADRSOG1", "NVNSOG2"] {
        let layout = layout_of(id).unwrap();
        let mut names: Vec<_> = layout.names().collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), layout.names().count(), "{id} has a field twice");
    }
    assert_eq!(layout_of("KODTXT1"), None);
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

/// Any text that XML can carry and CPR might deliver: letters, signs that need escaping, line ends.
fn text() -> impl Strategy<Value = Option<String>> {
    let filled = prop_oneof!["[ -~æøåÆØÅéü\u{a0}-\u{ff}]{0,40}", "[\"<>&'+%\t\n\r æøå€œ]{1,12}", "\\PC{0,20}"];
    filled.prop_map(|text: String| {
        let text = text.trim_end().to_owned();
        if text.trim().is_empty() { None } else { Some(text) }
    })
}

fn any_number() -> impl Strategy<Value = Option<PersonalNumber>> {
    "(0[1-9]|[12][0-8])(0[1-9]|1[0-2])[0-9]{6}".prop_map(|digits| PersonalNumber::parse(&digits).ok())
}

fn any_date() -> impl Strategy<Value = Option<CprDate>> {
    prop::option::of(("[0-9]{8}", prop::option::of("[0-9]{4}"), any::<bool>())).prop_map(|parts| {
        let (day, time, uncertain) = parts?;
        let digits = day + &time.unwrap_or_default();
        if digits.bytes().all(|byte| byte == b'0') {
            return None;
        }
        CprDate::parse(&digits).map(|date| date.with_uncertainty(uncertain))
    })
}

fn certain_date() -> impl Strategy<Value = Option<CprDate>> {
    any_date().prop_map(|date| date.map(|date| date.with_uncertainty(false)))
}

fn field() -> impl Strategy<Value = Field> {
    (text(), text(), text(), text(), text()).prop_map(|(v, t, ts, tm, tl)| {
        Field::new(v.unwrap_or_default())
            .with_text(t.unwrap_or_default())
            .with_short_text(ts.unwrap_or_default())
            .with_medium_text(tm.unwrap_or_default())
            .with_long_text(tl.unwrap_or_default())
    })
}

/// Fields for a layout, of the given content; every record is then read from them and compared by what it writes.
fn filled(layout: Layout) -> impl Strategy<Value = Fields> {
    let names: Vec<&'static str> = layout.names().collect();
    prop::collection::vec(field(), names.len()).prop_map(move |fields| names.iter().copied().zip(fields).collect())
}

/// What a record keeps of a message survives writing and reading: on the wire, in JSON, as record.
fn survives<R: Record + PartialEq + std::fmt::Debug>(service: &str, record: &R) -> Result<(), TestCaseError> {
    let answer = match R::LAYOUT.place {
        Place::Rows(_) => ServiceAnswer::of_rows(service, [("1".to_owned(), record)]),
        _ => ServiceAnswer::of(service, record),
    };
    let message = Answer {
        version: Version::V2,
        environment: Some("Demo".to_owned()),
        body: AnswerBody::Service { answer: answer.clone(), receipt: Some(Receipt::ok()) },
    };
    for style in [Style::default(), Style { prolog: true, empty_fields: false, ok_receipt: true }] {
        let read = Answer::parse(&message.to_bytes(style));
        prop_assert_eq!(read.as_ref(), Ok(&message));
    }
    let json = serde_json::to_string(&answer).unwrap();
    let answer: ServiceAnswer = serde_json::from_str(&json).unwrap();
    match R::LAYOUT.place {
        Place::Rows(_) => prop_assert_eq!(&answer.rows::<R>().unwrap()[0], record),
        _ => prop_assert_eq!(&answer.record::<R>().unwrap(), record),
    }
    Ok(())
}

/// The record of arbitrary content, as far as its typed columns can hold it.
fn lenient<R: Record>(mut fields: Fields) -> R {
    loop {
        match R::read(&fields) {
            Ok(record) => return record,
            Err(error) => fields.set(error.field, Field::default()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_person_survives_writing_and_reading(
        number in any_number(), current_number in any_number(), name in text(), turned in text(), care_of in text(),
        birth_date in any_date(), status_since in certain_date(), status in 0..PersonStatus::ALL.len(),
        municipality in field(), standard_address in text(), line in text(), protected in any::<bool>(),
    ) {
        let person = Stam {
            number, current_number, care_of, birth_date, status_since, municipality, standard_address,
            name: AddressingName {
                natural: name.map(|name| name.trim().to_owned()),
                surname_first: turned.map(|name| name.trim().to_owned()),
            },
            sex: number.map(PersonalNumber::sex),
            status: Some(PersonStatus::ALL[status].clone()),
            protected: Protected(protected),
            foreign_line_3: line,
            ..Stam::default()
        };
        survives(service::STAM, &person)?;
        survives(service::STAMP, &person)?;
    }

    #[test]
    fn any_name_survives(fields in filled(Navne3::LAYOUT)) {
        survives(service::NAVNE3, &lenient::<Navne3>(fields))?;
    }

    #[test]
    fn any_address_survives(fields in filled(Adresse3::LAYOUT), start in any_date()) {
        survives(service::ADRESSE3, &Adresse3 { start, ..lenient(fields) })?;
    }

    #[test]
    fn any_contact_address_survives(fields in filled(Adresse4::LAYOUT), start in certain_date()) {
        survives(service::ADRESSE4, &Adresse4 { start, ..lenient(fields) })?;
    }

    #[test]
    fn any_protection_survives(
        fields in filled(Beskyt3::LAYOUT), deletion_1 in certain_date(), reported_2 in any::<Option<bool>>(),
    ) {
        survives(service::BESKYT3, &Beskyt3 { deletion_1, reported_2, ..lenient(fields) })?;
    }

    #[test]
    fn any_civil_status_survives(
        fields in filled(Civil3::LAYOUT), status in 0..CivilStatus::ALL.len(), spouse_number in any_number(),
        start in any_date(), spouse_birth_date in any_date(),
    ) {
        let status = Some(CivilStatus::ALL[status].clone());
        survives(service::CIVIL3, &Civil3 { status, spouse_number, start, spouse_birth_date, ..lenient(fields) })?;
    }

    #[test]
    fn any_relative_survives(fields in filled(FamilieRow::LAYOUT), number in any_number(), born in certain_date()) {
        let number_or_birth_date =
            number.map(NumberOrBirthDate::Number).or(born.map(NumberOrBirthDate::BirthDate));
        survives(service::FAMILIE, &FamilieRow { number_or_birth_date, ..lenient(fields) })?;
    }

    #[test]
    fn any_former_number_survives(
        fields in filled(TidlpnrRow::LAYOUT), number in any_number(), start in any_date(), end in any_date(),
    ) {
        survives(service::TIDLPNR, &TidlpnrRow { number, start, end, ..lenient(fields) })?;
    }

    #[test]
    fn any_hit_survives(
        address in filled(AdrsogRow::LAYOUT), name in filled(NvnsogRow::LAYOUT), number in any_number(),
        birth_date in any_date(), end in certain_date(),
    ) {
        survives(service::ADRSOG1, &AdrsogRow { number, birth_date, end, ..lenient(address) })?;
        survives(service::NVNSOG2, &NvnsogRow { number, sex: Some(Sex::Female), ..lenient(name) })?;
    }

    #[test]
    fn any_question_survives(
        name in text(), road_name in text(), from in certain_date(), age_from in any::<Option<u32>>(),
        sex in any::<bool>(), marks in any::<[bool; 4]>(), after in text(), size in any::<Option<u32>>(),
    ) {
        let sex = Some(if sex { Sex::Male } else { Sex::Female });
        let [former_residents, archive, no_break_rows, former_names] = marks;
        let address = AddressCriteria {
            name: name.clone(), road_name, from, sex, former_residents, archive, no_break_rows,
            ..AddressCriteria::default()
        };
        let by_name = NameCriteria { name, age_from, sex, former_names, ..NameCriteria::default() };
        let page = Page { size, count: former_names, after };
        let request = Request::question(service::ADRSOG1, &address).and(&page);
        let read = Request::parse(&request.to_bytes());
        prop_assert_eq!(read.as_ref(), Ok(&request));
        prop_assert_eq!(AddressCriteria::read(&address.write()), Ok(address));
        prop_assert_eq!(NameCriteria::read(&by_name.write()), Ok(by_name));
        prop_assert_eq!(Page::read(&page.write()), Ok(page));
    }

    #[test]
    fn any_secret_survives(user in "[A-Z0-9]{1,8}", old in "[ -~]{1,20}", new in "[ -~æøå]{1,20}") {
        let request = Request::new_password(user, Secret::new(old), Secret::new(new));
        let read = Request::parse(&request.to_bytes());
        prop_assert_eq!(read.as_ref(), Ok(&request));
    }

    #[test]
    fn latin_1_is_one_byte_per_character(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = decode_latin1(&bytes).into_owned();
        prop_assert_eq!(text.chars().count(), bytes.len());
        prop_assert_eq!(encode_latin1(&text), Ok(bytes));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Answer::parse(&bytes);
        let _ = Request::parse(&bytes);
    }

    #[test]
    fn a_damaged_message_never_panics(
        at in 0..1200_usize, with in any::<u8>(), cut in 0..1400_usize, which in 0..4_usize,
    ) {
        let mut bytes = [sample!("stamp.xml"), sample!("nvnsog2-page-1.xml"), sample!("adrsog1.xml"),
            sample!("long-receipt.xml")][which].to_vec();
        if let Some(byte) = bytes.get_mut(at) {
            *byte = with;
        }
        bytes.truncate(cut);
        if let Ok(Answer { body: AnswerBody::Service { answer, .. }, .. }) = Answer::parse(&bytes) {
            let _ = answer.record::<Stam>();
            let _ = answer.rows::<AdrsogRow>();
            let _ = answer.rows::<NvnsogRow>();
            let _ = answer.answered_at();
        }
    }
}
