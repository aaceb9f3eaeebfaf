use super::*;

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn named() -> RawParty {
    RawParty { name: some("Jens Mortensen"), ..RawParty::default() }
}

fn pointers<T>(checked: Result<T, Faults>) -> Vec<String> {
    checked.err().map(|faults| faults.0.into_iter().map(|fault| fault.pointer).collect()).unwrap_or_default()
}

#[test]
fn a_name_alone_makes_a_party() {
    let fields = party(named(), "").unwrap();
    assert_eq!(fields.name, "Jens Mortensen");
    assert!(fields.kind == PartyKind::Person && fields.active && !fields.owns_email_domain);
    assert!(fields.address.is_none() && fields.personal_number.is_none());
}

#[test]
fn a_name_is_required_unless_there_is_a_personal_number() {
    assert_eq!(pointers(party(RawParty::default(), "/create")), ["/create/name"]);
    assert_eq!(pointers(party(RawParty { name: some("  "), ..RawParty::default() }, "")), ["/name"]);
    let fields = party(RawParty { personal_number: some("070761-4285"), ..RawParty::default() }, "").unwrap();
    assert_eq!(fields.personal_number.unwrap().digits().as_str(), "0707614285");
    assert_eq!(fields.name, "");
}

#[test]
fn an_impossible_personal_number_has_a_code_of_its_own() {
    let faults = party(RawParty { personal_number: some("300261-4285"), ..named() }, "").err().unwrap();
    assert_eq!(faults.0[0].pointer, "/personalNumber");
    assert!(faults.is_personal_number_invalid());
    assert!(!faults.0[0].detail.contains("300261"));
    let more = RawParty { personal_number: some("300261-4285"), cvr_number: some("1"), ..named() };
    assert!(!party(more, "").err().unwrap().is_personal_number_invalid());
}

#[test]
fn a_replacement_number_may_stand_on_a_party_and_a_number_on_a_company_may_not() {
    assert!(party(RawParty { personal_number: some("670761-4285"), ..named() }, "").is_ok());
    let company = RawParty { kind: Some(PartyKind::Company), personal_number: some("0707614285"), ..named() };
    assert_eq!(pointers(party(company, "")), ["/personalNumber"]);
}

#[test]
fn every_fault_is_named_with_its_place() {
    let raw = RawParty {
        name: some("a\nb"),
        email: some("jens"),
        phone: some("ring"),
        cvr_number: some("1234567"),
        p_number: some("12345678"),
        address: Some(RawAddress { postal_code: some("90000"), country_code: some("dk"), ..RawAddress::default() }),
        external_ids: Some(vec![
            ExternalId { system: "esdh".into(), id: "1".into() },
            ExternalId { system: " esdh ".into(), id: "2".into() },
            ExternalId { system: "erp".into(), id: String::new() },
        ]),
        ..RawParty::default()
    };
    let mut found = pointers(party(raw, ""));
    found.sort();
    assert_eq!(
        found,
        [
            "/address/postalCode",
            "/cvrNumber",
            "/email",
            "/externalIds/1/system",
            "/externalIds/2/id",
            "/name",
            "/pNumber",
            "/phone"
        ]
    );
}

#[test]
fn an_address_without_anything_in_it_is_none_and_a_foreign_postal_code_is_free() {
    let empty = RawAddress { line1: some(" "), country_code: some("DK"), ..RawAddress::default() };
    assert_eq!(address("/address", empty), Ok(None));
    let swedish = RawAddress { postal_code: some("211 20"), country_code: some("se"), ..RawAddress::default() };
    let swedish = address("/address", swedish).unwrap().unwrap();
    assert_eq!((swedish.postal_code, swedish.country_code), (some("211 20"), some("SE")));
    let danish = address("/address", RawAddress { line1: some("Søgade 16"), ..RawAddress::default() });
    assert_eq!(danish.unwrap().unwrap().country_code, some("DK"));
    let odd = RawAddress { line1: some("Søgade 16"), country_code: some("Danmark"), ..RawAddress::default() };
    assert_eq!(pointers(address("/address", odd)), ["/address/countryCode"]);
}

#[test]
fn e_mail_addresses_have_the_common_shape() {
    for (email, fits) in [
        ("jens@example.dk", true),
        ("jens.æ@exæmple.co.uk", true),
        ("jens@example", false),
        ("@example.dk", false),
        ("jens@", false),
        ("a@b@c.dk", false),
        ("jens @example.dk", false),
        ("Jens <jens@example.dk>", false),
        ("jens@example..dk", false),
        ("jens@.dk", false),
    ] {
        assert_eq!(party(RawParty { email: some(email), ..named() }, "").is_ok(), fits, "{email}");
    }
}

#[test]
fn a_case_number_is_never_shaped_like_a_personal_number() {
    for (number, fits) in [
        ("2026-00123", true),
        ("S-1", true),
        ("070761-42851", true),
        ("0707614285", false),
        ("070761-4285", false),
        (" 07 07 61 42 85", false),
        ("9999999999", false),
        ("", false),
    ] {
        assert_eq!(case_number("/caseNumber", number).is_ok(), fits, "{number}");
    }
    assert!(case_number("/caseNumber", &"x".repeat(64)).is_ok());
    assert!(case_number("/caseNumber", &"x".repeat(65)).is_err());
}

#[test]
fn a_closed_case_has_a_closing_time_and_an_open_one_has_none() {
    let at = DateTime::from_timestamp(1_700_000_000, 0);
    let raw = |open, closed_at| RawCase { open, closed_at, ..RawCase::default() };
    assert_eq!(case(raw(Some(true), None), "S-1").unwrap().status, CaseStatus::Open);
    assert_eq!(case(raw(Some(false), at), "S-1").unwrap().status, CaseStatus::Closed(at.unwrap()));
    assert_eq!(pointers(case(raw(Some(true), at), "S-1")), ["/closedAt"]);
    assert_eq!(pointers(case(raw(Some(false), None), "S-1")), ["/closedAt"]);
    assert_eq!(pointers(case(raw(None, None), "S-1")), ["/status"]);
    let other = RawCase { case_number: some("S-2"), ..raw(Some(true), None) };
    assert_eq!(pointers(case(other, "S-1")), ["/caseNumber"]);
}

#[test]
fn a_party_to_a_case_has_exactly_one_key_and_each_role_once() {
    let raw = |parties| RawCase { open: Some(true), parties: Some(parties), ..RawCase::default() };
    let jens = RawCaseParty {
        personal_number: some("070761-4285"),
        roles: Some(vec!["Ansøger".into(), " Ansøger ".into(), "Klager".into()]),
        ..RawCaseParty::default()
    };
    let fields = case(raw(vec![jens.clone()]), "S-1").unwrap().parties.unwrap();
    assert_eq!(fields[0].roles, ["Ansøger", "Klager"]);
    assert!(fields[0].subscribe);
    let two = RawCaseParty { party_id: Some(Uuid::nil()), ..jens.clone() };
    let wrong = RawCaseParty { personal_number: some("1"), ..jens };
    let found = pointers(case(raw(vec![two, RawCaseParty::default(), wrong]), "S-1"));
    assert_eq!(found, ["/parties/0", "/parties/1", "/parties/2/personalNumber"]);
}

#[test]
fn a_file_name_is_never_shaped_like_a_personal_number() {
    assert_eq!(file_name("/fileName", Some(" d261123.l431101 ")).unwrap().as_deref(), Some("d261123.l431101"));
    assert_eq!(file_name("/fileName", Some(" ")).unwrap(), None);
    for name in ["0707614285", "070761-4285", "070761-4285.txt", "0707614285.l431101"] {
        assert_eq!(file_name("/fileName", Some(name)).unwrap_err().0[0].pointer, "/fileName", "{name}");
    }
}

#[test]
fn the_person_behind_a_system_is_named_and_never_by_a_personal_number() {
    for (given, name) in [
        ("birgit", "birgit"),
        ("  AZ12345 ", "AZ12345"),
        ("søren.å@kommune.dk", "søren.å@kommune.dk"),
        ("3f2504e0-4f89-11d3-9a0c-0305e82c3301", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
    ] {
        assert_eq!(end_user(given).as_deref(), Some(name));
    }
    for given in [
        "",
        "  ",
        "a\tb",
        "0707614285",
        "070761-4285",
        "070761 4285",
        "dk:0707614285",
        "cpr-070761-4285",
        "mailto:0707614285@example.dk",
    ] {
        assert_eq!(end_user(given), None, "{}", given.escape_debug());
    }
    assert_eq!(end_user(&"x".repeat(129)), None);
}
