use proptest::prelude::*;

use super::super::apply::{Delivered, apply};
use super::super::edit;
use super::super::event::EventType;
use super::super::person::Person;
use super::super::protection::Display;
use super::super::testing::*;
use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn facts(needed: bool, noted_on: &str, reasons_until: Option<&str>) -> Facts {
    Facts { needed, noted_on: day(noted_on), reasons_until: reasons_until.map(day) }
}

#[test]
fn whole_days_pass_after_the_last_reason_or_the_last_look_up() {
    let today = day("2026-06-01");
    let from = |facts: Facts| may_go_from(&facts, 30, today);
    assert_eq!(from(facts(false, "2026-01-01", Some("2026-03-10"))), Some(day("2026-04-10")));
    assert_eq!(from(facts(false, "2026-03-20", Some("2026-03-10"))), Some(day("2026-04-20")), "looked up since");
    assert_eq!(from(facts(false, "2026-03-20", None)), Some(day("2026-04-20")), "never on a case");
    assert_eq!(may_go_from(&facts(false, "2026-03-20", None), 0, today), Some(day("2026-03-21")));
}

#[test]
fn nobody_goes_who_is_needed_or_whose_reason_is_on_record() {
    let today = day("2026-06-01");
    assert_eq!(may_go_from(&facts(true, "2020-01-01", Some("2020-01-01")), 0, today), None);
    assert_eq!(may_go_from(&facts(false, "2020-01-01", Some("9999-12-31")), 0, today), None);
    assert_eq!(may_go_from(&facts(false, "2020-01-01", Some("2026-06-01")), 0, today), None, "its last day");
}

proptest! {
    /// Whoever may go today is found by the index, and whoever is found and may not go is not found again tomorrow.
    #[test]
    fn the_index_finds_exactly_whom_the_rule_lets_go(
        needed in any::<bool>(), noted in 0_i64..200, until in proptest::option::of(0_i64..300), days in 0_u32..60,
    ) {
        let today = day("2026-06-01");
        let before = |back: i64| today - chrono::Duration::days(back);
        let facts = Facts { needed, noted_on: before(noted), reasons_until: until.map(|until| before(until - 50)) };
        let found = |noted_on: NaiveDate| noted_on < looked_at_before(days, today);
        if may_go_from(&facts, days, today).is_some_and(|from| from <= today) {
            prop_assert!(found(facts.noted_on));
        } else {
            prop_assert!(!found(last_needed_on(&facts, today)));
        }
    }
}

#[test]
fn a_purge_waits_when_its_numbers_may_be_wrong() {
    let survey = |due, persons, cases| Survey { due, persons, cases };
    assert_eq!(hold(&survey(0, 10, 0), None, true), None, "nothing to delete");
    assert_eq!(hold(&survey(1, 10, 5), Some(5), true), Some(Hold::AfterRestore));
    assert_eq!(hold(&survey(1, 10, 5), None, false), Some(Hold::FirstTime));
    assert_eq!(hold(&survey(1, 10, 0), Some(5), false), Some(Hold::CasesShrunk), "an empty table");
    assert_eq!(hold(&survey(1, 10, 2), Some(5), false), Some(Hold::CasesShrunk));
    assert_eq!(hold(&survey(1, 10, 3), Some(5), false), None);
    assert_eq!(hold(&survey(100, 100, 5), Some(5), false), None, "few");
    assert_eq!(hold(&survey(101, 1_009, 5), Some(5), false), Some(Hold::TooMany));
    assert_eq!(hold(&survey(101, 1_010, 5), Some(5), false), None);
    for hold in Hold::ALL {
        assert_eq!(Hold::from_code(hold.code()), Some(hold));
    }
}

#[test]
fn cases_that_vanish_without_anything_to_delete_are_not_taken_for_granted() {
    let survey = |cases| Survey { due: 0, persons: 10, cases };
    assert_eq!(cases_to_remember(&survey(0), None, false), None, "before the first load");
    assert_eq!(cases_to_remember(&survey(0), None, true), Some(0));
    assert_eq!(cases_to_remember(&survey(1000), Some(0), false), Some(1000));
    assert_eq!(cases_to_remember(&survey(499), Some(1000), false), Some(1000));
    assert_eq!(cases_to_remember(&survey(900), Some(1000), false), Some(900));
    assert_eq!(cases_to_remember(&survey(499), Some(1000), true), Some(499));
}

/// Versions of a party as they are stored, and the party after them.
fn lived(steps: impl IntoIterator<Item = Changed>) -> (Party, Vec<PartyVersion>) {
    let mut party = None;
    let mut history = Vec::new();
    for changed in steps {
        history.push(PartyVersion {
            party_id: changed.party.id,
            version: changed.party.version,
            at: changed.party.updated_at,
            by: "nogen".to_owned(),
            source: changed.party.changed_by,
            changes: changed.changes,
        });
        party = Some(changed.party);
    }
    (party.unwrap(), history)
}

fn created() -> Changed {
    let fields = super::super::party::PartyFields {
        personal_number: Some(number(JENS)),
        address: Some(address("Boulevarden 101, 1 m")),
        email: Some("jens@example.dk".to_owned()),
        ..fields("J. Mortensen")
    };
    edit::create(fields, Uuid::from_u128(1), at(1))
}

fn texts(forgotten: &Forgotten) -> String {
    let rows = forgotten.history.iter().map(|version| &version.changes).chain([&forgotten.changed.changes]);
    serde_json::to_string(&rows.collect::<Vec<_>>()).unwrap()
}

#[test]
fn what_came_from_cpr_goes_and_what_identifies_the_party_or_was_typed_stays() {
    let created = created();
    let fetched = apply(&created.party, delivered(jens(), 2), None);
    let moved = apply(&fetched.party, delivered(person(JENS, "Jens Holm", "Søgade 16"), 3), None);
    let (party, history) = lived([created, fetched, moved]);
    let forgotten = forget(&party, &history, at(9));

    let after = &forgotten.changed.party;
    assert!(after.register.is_none() && after.fields.address.is_none());
    assert_eq!((after.address_kind, after.version), (AddressKind::None, 4));
    assert_eq!((after.fields.name.as_str(), after.fields.personal_number), ("Jens Holm", Some(number(JENS))));
    assert_eq!(after.fields.email.as_deref(), Some("jens@example.dk"));
    assert_eq!(forgotten.changed.remove_register, Some(number(JENS)));
    assert_eq!(forgotten.changed.events[0].type_, EventType::PartyUpdated);

    let left = texts(&forgotten);
    for gone in ["Industrivænget", "Søgade", "Jens Mortensen", "1961", "nameAndAddress", "\"01\""] {
        assert!(!left.contains(gone), "{gone} is left in {left}");
    }
    assert!(left.contains("Boulevarden 101") && left.contains("Jens Holm"), "{left}");
    let fields = |version: &PartyVersion| version.changes.iter().map(|change| change.field.clone()).collect::<Vec<_>>();
    assert_eq!(
        forgotten.history.iter().map(fields).collect::<Vec<_>>(),
        history[1..].iter().map(fields).collect::<Vec<_>>()
    );
}

#[test]
fn an_address_that_was_typed_here_stays_but_not_a_protected_persons() {
    for protected in [false, true] {
        let created = created();
        let fetched = apply(&created.party, delivered(Person { protected, ..jens() }, 2), None);
        let mut fields = fetched.party.fields.clone();
        fields.address = Some(address("Postboks 7"));
        let typed = edit::edit(&fetched.party, fields, Display::Warn, at(3));
        let (party, history) = lived([created, fetched, typed]);
        let forgotten = forget(&party, &history, at(9));
        let after = &forgotten.changed.party;
        let stays = (!protected).then(|| address("Postboks 7"));
        assert_eq!((after.fields.address.clone(), after.keeps_address), (stays, false));
        let left = texts(&forgotten);
        assert!(!left.contains("Industrivænget"), "{left}");
        assert_eq!(left.contains("Boulevarden") || left.contains("Postboks"), !protected, "{left}");
        let types: Vec<EventType> = forgotten.changed.events.iter().map(|event| event.type_).collect();
        assert_eq!(types.contains(&EventType::PartyProtectionChanged), protected);
    }
}

#[test]
fn numbers_that_the_party_had_here_stay_and_those_that_only_cpr_told_of_go() {
    let fields = super::super::party::PartyFields { personal_number: Some(number(GERDA_OLD)), ..fields("Gerda") };
    let created = edit::create(fields, Uuid::from_u128(1), at(1));
    let gerda = Person { former_numbers: vec![number(JENS)], ..person(GERDA, "Gerda Holmstad", "Søgade 16") };
    let moved = apply(&created.party, Delivered { moved_from: vec![number(GERDA_OLD)], ..delivered(gerda, 2) }, None);
    assert_eq!(moved.party.former_numbers.len(), 2);
    let (party, history) = lived([created, moved]);
    let forgotten = forget(&party, &history, at(9));
    assert_eq!(forgotten.changed.party.former_numbers, [number(GERDA_OLD)]);
    assert_eq!(forgotten.changed.party.fields.personal_number, Some(number(GERDA)));
    assert!(!texts(&forgotten).contains(JENS));
}

#[test]
fn forgetting_twice_changes_nothing_more() {
    let created = created();
    let fetched = apply(&created.party, delivered(jens(), 2), None);
    let (party, history) = lived([created, fetched]);
    let first = forget(&party, &history, at(9));
    let mut history = [vec![history[0].clone()], first.history].concat();
    history.push(PartyVersion { version: 3, changes: first.changed.changes, ..history[0].clone() });
    let again = forget(&first.changed.party, &history, at(10));
    assert!(!again.changed.is_new_version() && again.history.is_empty());
}

#[test]
fn that_a_person_who_left_the_party_was_protected_stays_known() {
    let created = created();
    let fetched = apply(&created.party, delivered(Person { protected: true, ..jens() }, 2), None);
    let mut fields = fetched.party.fields.clone();
    fields.personal_number = Some(number(GERDA));
    let left = edit::edit(&fetched.party, fields, Display::Warn, at(3));
    let gerda = apply(&left.party, delivered(person(GERDA, "Gerda Holmstad", "Søgade 16"), 4), None);
    let (party, history) = lived([created, fetched, left, gerda]);
    let forgotten = forget(&party, &history, at(9));
    let mut stored = history;
    for version in forgotten.history {
        let place = stored.iter().position(|old| old.version == version.version).unwrap();
        stored[place] = version;
    }
    assert!(stored.iter().any(super::super::protection::left_protected_number));
    let texts = serde_json::to_string(&stored.iter().map(|version| &version.changes).collect::<Vec<_>>()).unwrap();
    assert!(!texts.contains("Industrivænget") && !texts.contains("Søgade"), "{texts}");
}
