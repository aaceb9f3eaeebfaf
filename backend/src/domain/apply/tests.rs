use super::*;
use crate::domain::change::Changed;
use crate::domain::event::EventType;
use crate::domain::testing::*;

fn fetched(party: &Party, person: Person, day: u32) -> Changed {
    apply(party, delivered(person, day), None)
}

fn line1(party: &Party) -> Option<&str> {
    party.fields.address.as_ref().and_then(|address| address.line1.as_deref())
}

/// Whose register is stored, and whose is removed.
fn registers(changed: &Changed) -> (Option<PersonalNumber>, Option<PersonalNumber>) {
    (changed.store_register.as_ref().map(|register| register.person.personal_number), changed.remove_register)
}

fn types(changed: &Changed) -> Vec<EventType> {
    changed.events.iter().map(|event| event.type_).collect()
}

fn changed_fields(changed: &Changed) -> Vec<&str> {
    changed.changes.iter().map(|change| change.field.as_str()).collect()
}

#[test]
fn name_and_address_come_from_cpr_and_the_version_tells_it() {
    let before = party(JENS);
    let changed = fetched(&before, jens(), 2);
    let after = &changed.party;
    assert_eq!(after.fields.name, "Jens Mortensen");
    assert_eq!(line1(after), Some("Industrivænget 95, 1. mf"));
    assert_eq!(after.address_kind, AddressKind::Danish);
    assert_eq!((after.version, after.updated_at), (2, at(2)));
    assert_eq!(changed_fields(&changed), ["name", "address", "status", "protection"]);
    assert_eq!(types(&changed), [EventType::PartyUpdated]);
    assert_eq!(changed.events[0].changed_fields, ["name", "address", "cpr", "protection", "addressKind"]);
    assert_eq!(registers(&changed), (Some(number(JENS)), None));
}

#[test]
fn an_unchanged_look_up_moves_only_when_it_was_last_confirmed() {
    let before = fetched(&party(JENS), jens(), 2).party;
    let again = fetched(&before, jens(), 5);
    assert!(!again.is_new_version() && again.changes.is_empty() && again.events.is_empty());
    assert_eq!((again.party.version, again.party.updated_at), (before.version, before.updated_at));
    assert_eq!(again.party.register.as_ref().unwrap().updated_at, at(5));
    assert!(preview(&before, &delivered(jens(), 5)).is_empty());
}

#[test]
fn a_person_without_a_name_leaves_the_name() {
    let unnamed = Person { name: None, ..jens() };
    let changed = fetched(&party(JENS), unnamed, 2);
    assert_eq!(changed.party.fields.name, "J. Mortensen");
    assert_eq!(line1(&changed.party), Some("Industrivænget 95, 1. mf"));
}

#[test]
fn a_withheld_answer_sets_the_protection_and_clears_nothing() {
    let withheld = Person { name: None, protected: true, withheld: true, ..without_address(Status::Resident) };
    let typed = party(JENS);
    let after = fetched(&typed, withheld.clone(), 2);
    assert!(after.party.is_protected());
    assert_eq!(after.party.fields.name, "J. Mortensen");
    assert_eq!(line1(&after.party), Some("Boulevarden 101, 1 m"));
    assert_eq!(after.party.address_kind, AddressKind::Local);
    assert!(types(&after).contains(&EventType::PartyProtectionChanged));

    let from_cpr = fetched(&typed, jens(), 2).party;
    let after = fetched(&from_cpr, withheld, 3).party;
    assert_eq!(line1(&after), Some("Industrivænget 95, 1. mf"));
    assert_eq!(after.address_kind, AddressKind::Danish);
    assert_eq!(after.register.unwrap().person.name.as_deref(), Some("Jens Mortensen"));
}

#[test]
fn the_dead_the_disappeared_and_the_administrative_have_no_address_but_a_last_one() {
    let alive = fetched(&party(JENS), jens(), 2).party;
    for status in [Status::Dead, Status::Disappeared, Status::Administrative] {
        let changed = fetched(&alive, without_address(status.clone()), 3);
        assert_eq!(line1(&changed.party), None, "{status:?}");
        assert_eq!(changed.party.address_kind, AddressKind::None);
        let person = changed.party.register.clone().unwrap().person;
        assert_eq!(person.last_address, Some(address("Industrivænget 95, 1. mf")));
        // The next look-up still knows it.
        let again = fetched(&changed.party, without_address(status.clone()), 4);
        assert!(!again.is_new_version());
        assert_eq!(again.party.register.unwrap().person.last_address, person.last_address);
        assert_eq!(types(&changed).contains(&EventType::PartyDeceased), status == Status::Dead);
        assert!(types(&changed).contains(&EventType::PartyStatusChanged));
    }
}

#[test]
fn no_fixed_abode_is_told_apart_from_no_address() {
    let person = Person { address_kind: AddressKind::NoFixedAbode, ..without_address(Status::NoFixedAbode) };
    let after = fetched(&party(JENS), person, 2).party;
    assert_eq!((line1(&after), after.address_kind), (None, AddressKind::NoFixedAbode));
}

#[test]
fn a_moved_number_takes_the_party_along_and_the_old_one_is_listed_as_former() {
    let before = fetched(&party(GERDA_OLD), person(GERDA_OLD, "Gerda Holmstad", "Søgade 16"), 2).party;
    let now = person(GERDA, "Gerda Holmstad", "Søgade 16");
    let delivered = Delivered { moved_from: vec![number(GERDA_OLD)], ..delivered(now, 3) };
    let changed = apply(&before, delivered.clone(), None);
    assert_eq!(changed.party.fields.personal_number, Some(number(GERDA)));
    assert_eq!(changed.party.former_numbers, [number(GERDA_OLD)]);
    assert_eq!(registers(&changed), (Some(number(GERDA)), Some(number(GERDA_OLD))));
    assert_eq!(types(&changed), [EventType::PartyUpdated, EventType::PartyPersonalNumberChanged]);
    assert_eq!(changed_fields(&changed), ["personalNumber", "formerPersonalNumbers"]);
    let moved = |moved_as| vec![Moved { from: number(GERDA_OLD), to: number(GERDA), moved_as }];
    assert_eq!(changed.moved, moved(MovedAs::Changed));
    let double = Delivered { deleted: vec![number(GERDA_OLD)], ..delivered.clone() };
    assert_eq!(apply(&before, double, None).moved, moved(MovedAs::Deleted));
    let rows = preview(&before, &delivered);
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0].current, &rows[0].result), (&json!(GERDA_OLD), &json!(GERDA)));
}

#[test]
fn a_number_that_another_party_holds_moves_nothing_and_is_told_once() {
    let gone = Person {
        personal_number: number(GERDA_OLD),
        current_number: Some(number(GERDA)),
        ..without_address(Status::Changed)
    };
    let holder = Some(Uuid::from_u128(2));
    let before = party(GERDA_OLD);
    let delivered = Delivered { current_number_held_by: holder, ..delivered(gone, 3) };
    let rows = preview(&before, &delivered);
    assert_eq!(rows[0].field, PreviewField::PersonalNumber);
    assert_eq!((&rows[0].register, &rows[0].result), (&json!(GERDA), &json!(GERDA_OLD)));

    let changed = apply(&before, delivered.clone(), None);
    assert_eq!(changed.party.fields.personal_number, Some(number(GERDA_OLD)));
    assert_eq!(changed.party.current_number_held_by, holder);
    let moved = Moved { from: number(GERDA_OLD), to: number(GERDA), moved_as: MovedAs::Changed };
    assert_eq!(changed.moved, [moved]);
    assert!(types(&changed).contains(&EventType::PartyDuplicateFound));
    assert_eq!(line1(&changed.party), Some("Boulevarden 101, 1 m"), "nobody lives under a number that is gone");
    let again = apply(&changed.party, delivered, None);
    assert!(again.events.is_empty());
}

#[test]
fn a_new_number_of_which_nothing_was_told_takes_cprs_earlier_word_along() {
    let secret = Person { protected: true, ..person(GERDA_OLD, "Gerda Holmstad", "Søgade 16") };
    let before = fetched(&party(GERDA_OLD), secret, 2).party;
    let told = Person {
        personal_number: number(GERDA_OLD),
        current_number: Some(number(GERDA)),
        name: None,
        ..without_address(Status::Changed)
    };
    let earlier = before.register.as_ref().map(|register| &register.person);
    let carried = carried_over(&told, number(GERDA), earlier);
    assert_eq!((carried.personal_number, carried.status.clone()), (number(GERDA), Some(Status::Resident)));
    let moved = Delivered { moved_from: vec![number(GERDA_OLD)], ..delivered(carried, 3) };
    let after = apply(&before, moved, None).party;
    assert_eq!((after.fields.personal_number, line1(&after)), (Some(number(GERDA)), Some("Søgade 16")));
    assert!(after.is_protected() && after.former_numbers == [number(GERDA_OLD)]);

    // CPR never said anything but that: what was typed stays.
    let typed = party(GERDA_OLD);
    let carried = carried_over(&told, number(GERDA), None);
    assert_eq!((carried.status.as_ref(), carried.withheld), (None, true));
    let moved = Delivered { moved_from: vec![number(GERDA_OLD)], ..delivered(carried, 3) };
    let after = apply(&typed, moved, None).party;
    assert_eq!((after.fields.name.as_str(), line1(&after)), ("J. Mortensen", Some("Boulevarden 101, 1 m")));
    assert_eq!(after.fields.personal_number, Some(number(GERDA)));
}

#[test]
fn an_old_number_that_tells_no_protection_ends_none() {
    let secret = Person { protected: true, ..person(GERDA_OLD, "Gerda Holmstad", "Søgade 16") };
    let before = fetched(&party(GERDA_OLD), secret, 2).party;
    let gone = Person { personal_number: number(GERDA_OLD), ..without_address(Status::Changed) };
    let delivered = Delivered { current_number_held_by: Some(Uuid::from_u128(2)), ..delivered(gone, 3) };
    assert!(apply(&before, delivered, None).party.is_protected());
}

#[test]
fn kept_values_stay_until_they_are_released() {
    let before = party(JENS);
    let keep = |party: &Party, keep: Option<&[KeepableField]>, day| apply(party, delivered(jens(), day), keep);
    let kept = keep(&before, Some(&[KeepableField::Address]), 2).party;
    assert_eq!(kept.fields.name, "Jens Mortensen");
    assert_eq!(line1(&kept), Some("Boulevarden 101, 1 m"));
    assert_eq!(kept.address_kind, AddressKind::Local);

    let still = keep(&kept, None, 3);
    assert!(!still.is_new_version(), "an absent list leaves the earlier choice");
    let rows = preview(&kept, &delivered(jens(), 3));
    assert_eq!(rows.len(), 1, "what is kept against CPR's word is shown");
    assert_eq!(rows[0].register, address_value(Some(&address("Industrivænget 95, 1. mf"))));
    assert_eq!(rows[0].result, rows[0].current);

    let released = keep(&kept, Some(&[]), 4);
    assert_eq!(line1(&released.party), Some("Industrivænget 95, 1. mf"));
    assert_eq!(changed_fields(&released), ["address", "kept"]);
    assert_eq!(released.party.address_kind, AddressKind::Danish);
}

#[test]
fn a_kept_value_that_cpr_comes_to_share_has_cprs_kind() {
    let kept = apply(&party(JENS), delivered(jens(), 2), Some(&[KeepableField::Address])).party;
    let moved = Person { address: kept.fields.address.clone(), ..jens() };
    let after = fetched(&kept, moved, 3).party;
    assert_eq!(after.address_kind, AddressKind::Danish);
    assert!(after.keeps_address);
}

#[test]
fn another_persons_number_brings_nothing_of_the_first_person_along() {
    let secret = Person { protected: true, ..jens() };
    let before = apply(&party(JENS), delivered(secret, 2), Some(&[KeepableField::Name])).party;
    let unnamed = Person { personal_number: number(GERDA), name: None, ..without_address(Status::Changed) };
    let changed = fetched(&before, unnamed, 3);
    assert_eq!(line1(&changed.party), None, "a protected address leaves with its number");
    assert!(!changed.party.is_protected() && !changed.party.keeps_name);
    assert!(changed.party.former_numbers.is_empty(), "a mistaken number is nobody's former one");
    assert_eq!(changed.remove_register, Some(number(JENS)));
}

#[test]
fn protection_that_begins_or_ends_is_an_event_and_a_first_no_is_none() {
    let first = fetched(&party(JENS), jens(), 2);
    assert!(!types(&first).contains(&EventType::PartyProtectionChanged));
    let begun = fetched(&first.party, Person { protected: true, ..jens() }, 3);
    assert_eq!(types(&begun), [EventType::PartyUpdated, EventType::PartyProtectionChanged]);
    let ended = fetched(&begun.party, jens(), 4);
    assert_eq!(types(&ended), [EventType::PartyUpdated, EventType::PartyProtectionChanged]);
}

#[test]
fn cpr_is_asked_only_about_numbers_that_it_can_know() {
    let typed = party(JENS);
    assert_eq!(number_to_ask(&typed, None), Ok(number(JENS)));
    assert_eq!(number_to_ask(&typed, Some(number(GERDA))), Ok(number(GERDA)));
    assert_eq!(number_to_ask(&party("6707614285"), None), Err(NumberFault::Replacement));
    let mut company = party(JENS);
    company.fields.kind = PartyKind::Company;
    company.fields.personal_number = None;
    assert_eq!(number_to_ask(&company, Some(number(JENS))), Err(NumberFault::Company));
    assert_eq!(number_to_ask(&company, None), Err(NumberFault::Missing));
}

#[test]
fn every_row_of_a_preview_is_what_the_fetch_then_does() {
    let before = party(JENS);
    for person in [jens(), Person { protected: true, ..jens() }, without_address(Status::Dead)] {
        let answer = delivered(person, 2);
        let rows = preview(&before, &answer);
        let after = apply(&before, answer, None).party;
        for row in rows {
            match row.field {
                PreviewField::Name => assert_eq!(row.result, json!(after.fields.name)),
                PreviewField::Address => assert_eq!(row.result, address_value(after.fields.address.as_ref())),
                PreviewField::Protection => assert_eq!(row.result["nameAndAddress"], json!(after.is_protected())),
                PreviewField::Status | PreviewField::PersonalNumber => assert_ne!(row.current, row.result),
            }
        }
    }
}

/// One of the answers that CPR can give about Jens.
fn answers() -> impl proptest::strategy::Strategy<Value = Person> {
    use proptest::prelude::*;
    let status = proptest::sample::select(vec![
        Status::Resident,
        Status::NoFixedAbode,
        Status::Administrative,
        Status::Annulled,
        Status::Disappeared,
        Status::Emigrated,
        Status::Dead,
    ]);
    let name = proptest::option::of(proptest::sample::select(vec!["Jens Mortensen", "Jens Bo Mortensen"]));
    let line = proptest::sample::select(vec!["Industrivænget 95, 1. mf", "Søgade 16"]);
    (status, name, line, any::<bool>(), any::<bool>()).prop_map(|(status, name, line1, protected, withheld)| {
        let withheld = withheld && protected;
        let lives = matches!(status, Status::Resident | Status::Emigrated) && !withheld;
        let kind = match status {
            Status::NoFixedAbode => AddressKind::NoFixedAbode,
            _ if !lives => AddressKind::None,
            Status::Emigrated => AddressKind::Foreign,
            _ => AddressKind::Danish,
        };
        Person {
            status: Some(status),
            name: name.filter(|_| !withheld).map(str::to_owned),
            address: lives.then(|| address(line1)),
            address_kind: kind,
            protected,
            withheld,
            ..jens()
        }
    })
}

fn choices() -> impl proptest::strategy::Strategy<Value = Option<Vec<KeepableField>>> {
    let fields = vec![KeepableField::Name, KeepableField::Address];
    proptest::option::of(proptest::sample::subsequence(fields, 0..=2))
}

proptest::proptest! {
    #[test]
    fn whatever_cpr_says_the_values_in_force_follow_from_it_and_from_the_choices(
        story in proptest::collection::vec((answers(), choices()), 1..6),
    ) {
        let mut now = party(JENS);
        for (person, keep) in story {
            let before = now.clone();
            let rows = preview(&before, &delivered(person.clone(), 2));
            let changed = apply(&before, delivered(person.clone(), 2), keep.as_deref());
            now = changed.party.clone();

            // What is kept stays, what is not is CPR's where CPR said something. (A value that is released while CPR
            // withholds its own gives way to what CPR said before.)
            if now.keeps_name || (person.name.is_none() && !person.withheld) {
                proptest::prop_assert_eq!(&now.fields.name, &before.fields.name);
            } else if !person.withheld {
                proptest::prop_assert_eq!(Some(&now.fields.name), person.name.as_ref());
            }
            let says_nothing = person.address.is_none()
                && (person.withheld || person.status == Some(Status::Annulled));
            if now.keeps_address {
                proptest::prop_assert!(now.fields.address == before.fields.address);
            } else if !says_nothing {
                proptest::prop_assert!(now.fields.address == person.address);
                proptest::prop_assert_eq!(now.address_kind, person.address_kind);
            }
            proptest::prop_assert_eq!(now.is_protected(), person.protected);

            proptest::prop_assert!(changed.store_register == now.register);

            // A version, its history and its one event come together; saying it again brings none.
            let told = changed.events.iter().filter(|event| event.type_ == EventType::PartyUpdated).count();
            proptest::prop_assert_eq!(told, usize::from(changed.is_new_version()));
            proptest::prop_assert_eq!(now.version - before.version, i64::from(changed.is_new_version()));
            proptest::prop_assert!(!apply(&now, delivered(person.clone(), 3), None).is_new_version());

            // The preview told what the fetch did, unless the choice was made in the fetch.
            if keep.is_none() {
                let shown = |field| rows.iter().any(|row| row.field == field && row.current != row.result);
                proptest::prop_assert_eq!(shown(PreviewField::Name), now.fields.name != before.fields.name);
                proptest::prop_assert_eq!(shown(PreviewField::Address), now.fields.address != before.fields.address);
            }

            // Somebody who saves the form as it stands changes nothing.
            let saved = crate::domain::edit::edit(&now, now.fields.clone(), Default::default(), at(4));
            let own_choice = now.keeps_name || now.keeps_address;
            proptest::prop_assert!(own_choice || !saved.is_new_version());
        }
    }
}
