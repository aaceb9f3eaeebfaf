use super::*;
use crate::domain::apply::{Delivered, apply, preview};
use crate::domain::details::{AddressItem, Availability, Relation, Section};
use crate::domain::find::{Agreement, Agrees};
use crate::domain::party::{ChangeSource, FieldChange};
use crate::domain::testing::*;

fn policy(display: Display) -> Policy {
    Policy { display, message: "Denne part har adressebeskyttelse".to_owned() }
}

fn protected() -> Person {
    Person { protected: true, last_address: Some(address("Søgade 16")), ..jens() }
}

fn fetched(person: Person) -> Party {
    apply(&party(JENS), delivered(person, 2), None).party
}

fn version(changes: Vec<FieldChange>) -> PartyVersion {
    let (party_id, by) = (Uuid::nil(), "sb1".to_owned());
    PartyVersion { party_id, version: 2, at: at(2), by, source: ChangeSource::Lookup, changes }
}

#[test]
fn under_warn_a_protected_address_is_shown_with_the_message() {
    let view = PartyView::of(&fetched(protected()), None, None, true, &policy(Display::Warn));
    assert!(view.address.is_some() && !view.address_masked);
    assert_eq!(view.protection.name_and_address, Some(true));
    assert_eq!(view.protection.message.as_deref(), Some("Denne part har adressebeskyttelse"));
    assert!(view.cpr.unwrap().last_address.is_some());
}

#[test]
fn never_asked_is_told_apart_from_no() {
    let asked = |party: &Party| PartyView::of(party, None, None, true, &policy(Display::Mask)).protection;
    assert_eq!(asked(&party(JENS)), ProtectionView { name_and_address: None, message: None, as_of: None });
    let no = asked(&fetched(jens()));
    assert_eq!((no.name_and_address, no.message, no.as_of), (Some(false), None, Some(at(2).date_naive())));
}

#[test]
fn under_mask_no_address_of_a_protected_party_is_in_its_view() {
    let before = apply(&party(JENS), delivered(protected(), 2), Some(&[KeepableField::Address])).party;
    let view = PartyView::of(&before, None, None, true, &policy(Display::Mask));
    assert!(view.address.is_none() && view.address_masked);
    let cpr = view.cpr.unwrap();
    assert!(cpr.last_address.is_none());
    assert_eq!(cpr.kept, [(KeepableField::Address, Value::Null)]);
    assert_eq!(reveal(&before), before.fields.address);
    let open = PartyView::of(&fetched(jens()), None, None, true, &policy(Display::Mask));
    assert!(open.address.is_some() && !open.address_masked);
}

#[test]
fn under_mask_an_answer_of_cprs_is_blanked_unless_there_is_a_reason() {
    let mask = policy(Display::Mask);
    let before = party(JENS);
    let answer = delivered(protected(), 2);
    let seen = |has_reason| {
        let rows = preview_view(preview(&before, &answer), &before, &answer.register, &mask, has_reason);
        let row = rows.into_iter().find(|row| row.field == PreviewField::Address).unwrap();
        (PersonView::of(&answer.register, &mask, has_reason), row)
    };
    let (view, row) = seen(false);
    assert!(view.person.address.is_none() && view.person.last_address.is_none() && view.address_masked);
    assert!(row.current.is_null() && row.register.is_null() && row.result.is_null());
    let (view, row) = seen(true);
    assert!(view.person.address.is_some() && !view.address_masked);
    assert!(!row.register.is_null());
}

#[test]
fn a_preview_tells_the_message_with_the_protection() {
    let before = party(JENS);
    let answer = delivered(protected(), 2);
    let warn = policy(Display::Warn);
    let rows = preview_view(preview(&before, &answer), &before, &answer.register, &warn, false);
    let row = rows.iter().find(|row| row.field == PreviewField::Protection).unwrap();
    assert_eq!(row.current["message"], Value::Null);
    assert_eq!(row.result["message"], json!("Denne part har adressebeskyttelse"));
}

#[test]
fn history_is_hidden_by_todays_protection_and_after_a_protected_number_left() {
    let change = |field: &str, old: Value, new: Value| FieldChange { field: field.to_owned(), old, new };
    let moved = version(vec![change("address", json!({"line1": "Søgade 16"}), Value::Null)]);
    let mask = policy(Display::Mask);
    let masked = |party: &Party, left| history_view(&moved, party, left, &mask)[0].masked;
    assert!(masked(&fetched(protected()), false));
    assert!(!masked(&fetched(jens()), false), "the protection has ended");
    assert!(masked(&party(JENS), true));
    assert!(!history_view(&moved, &fetched(protected()), true, &policy(Display::Warn))[0].masked);

    let left = version(vec![
        change("personalNumber", json!(JENS), Value::Null),
        change("protection", json!({"nameAndAddress": true}), json!({"nameAndAddress": null})),
    ]);
    assert!(left_protected_number(&left) && !left_protected_number(&moved));
}

#[test]
fn a_protected_person_stays_hidden_after_another_one_who_was_protected_too() {
    let gerda = |protected| Person { protected, ..person(GERDA, "Gerda Holmstad", "Søgade 16") };
    let fetch = |party: &Party, person, day| {
        let changed = apply(party, delivered(person, day), None);
        (changed.party.clone(), version(changed.changes))
    };
    let first = fetched(protected());
    let (second, left) = fetch(&first, gerda(true), 3);
    assert!(left_protected_number(&left));
    let (open, ended) = fetch(&second, gerda(false), 4);
    assert!(!left_protected_number(&ended) && !open.is_protected());
    let shown = history_view(&left, &open, true, &policy(Display::Mask));
    let address = shown.iter().find(|change| change.field == "address").unwrap();
    assert!(address.masked && address.old.is_null());
}

#[test]
fn a_number_that_moved_in_the_version_that_ended_the_protection_is_nobody_elses() {
    let old = Person { protected: true, ..person(GERDA_OLD, "Gerda Holmstad", "Søgade 16") };
    let now = person(GERDA, "Gerda Holmstad", "Boulevarden 101");
    let before = apply(&party(GERDA_OLD), delivered(old, 2), None).party;
    let moved = Delivered { moved_from: vec![number(GERDA_OLD)], ..delivered(now.clone(), 3) };
    let moved = apply(&before, moved, None);
    assert!(moved.changes.iter().any(|change| change.field == "protection"));
    assert!(!left_protected_number(&version(moved.changes)));
    let still = Delivered { moved_from: vec![number(GERDA_OLD)], ..delivered(Person { protected: true, ..now }, 3) };
    let still = apply(&before, still, None);
    assert!(still.changes.iter().all(|change| change.field != "protection"), "one person's, and it did not change");
}

#[test]
fn a_relative_is_hidden_by_the_relatives_own_mark() {
    let relative = |protected| Relative {
        relation: Relation::Child,
        personal_number: Some(number(GERDA)),
        name: Some("Gerda Holmstad".to_owned()),
        birth_date: None,
        address: Some(address("Søgade 16")),
        address_masked: false,
        protected,
        status: None,
        from: None,
    };
    let own = AddressItem {
        address: Some(address("Søgade 16")),
        kind: AddressKind::Danish,
        masked: false,
        municipality: Some("Aalborg".to_owned()),
        from: None,
        in_municipality_from: None,
    };
    let details = Details {
        children: Section { items: vec![relative(true), relative(false)], ..Section::empty(Availability::Delivered) },
        address: Section { items: vec![own], ..Section::empty(Availability::Delivered) },
        ..Details::default()
    };
    let view = details_view(details, false, &policy(Display::Mask));
    let shown: Vec<_> =
        view.children.items.iter().map(|child| (child.address.is_some(), child.address_masked)).collect();
    assert_eq!(shown, [(false, true), (true, false)]);
    assert!(view.address.items[0].address.is_some());
}

#[test]
fn a_hidden_candidate_agrees_with_nothing_but_its_name() {
    let all = Agreement {
        name: Agrees::Same,
        street: Agrees::Same,
        house_number: Agrees::Same,
        floor: Agrees::Same,
        door: Agrees::Same,
        postal_code: Agrees::Same,
    };
    let candidate = Candidate {
        personal_number: number(JENS),
        name: Some("Jens Mortensen".to_owned()),
        address: Some(address("Søgade 16")),
        line: None,
        address_masked: false,
        birth_date: None,
        status: None,
        protected: true,
        agreement: all,
    };
    let mask = policy(Display::Mask);
    let hidden = candidate_view(candidate.clone(), &mask, false);
    assert!(hidden.address.is_none() && hidden.address_masked);
    assert_eq!(hidden.agreement, Agreement { name: Agrees::Same, ..Agreement::default() });
    assert!(candidate_view(candidate.clone(), &mask, true).agreement == all);
    assert!(candidate_view(candidate, &policy(Display::Warn), false).address.is_some());
}
