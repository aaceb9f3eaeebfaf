//! Records read from the samples.

use super::*;

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
