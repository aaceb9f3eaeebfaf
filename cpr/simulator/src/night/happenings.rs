//! What happened to people between two nights, seen by comparing the register with itself: whichever door a change came
//! in by, the night sees it.
//!
//! The event codes are those that public sources name or that CPR's demo file suggests; CPR's list is not public. A
//! receiver must not depend on them.

use std::collections::{BTreeMap, BTreeSet};

use cpr::{PersonalNumber, Sex};

use crate::population::{Parent, Person, Population};

/// An event of a delivered person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    /// *HAENDELSE*.
    pub(super) code: &'static str,
    /// *AFLEDTMRK*: what the delivered person is to the one it happened to; empty where it is the same one.
    pub(super) derived: &'static str,
}

/// Whose data changed or may have changed, with the reasons.
pub(super) type Happenings = BTreeMap<PersonalNumber, BTreeSet<Event>>;

/// When nothing better fits: a correction of the address register.
const CORRECTION: &str = "A04";

/// Compares two states of the register.
pub(super) fn between(before: &Population, after: &Population) -> Happenings {
    let mut happenings = Happenings::new();
    for person in after.persons() {
        let earlier = before.person(person.number);
        if earlier == Some(person) {
            continue;
        }
        happenings.entry(person.number).or_default();
        for code in codes(earlier, person) {
            note(&mut happenings, person.number, code, "");
            for (relative, derived) in relatives(code, earlier, person) {
                if after.person(relative).is_some() {
                    note(&mut happenings, relative, code, derived);
                }
            }
        }
    }
    for events in happenings.values_mut().filter(|events| events.is_empty()) {
        events.insert(Event { code: CORRECTION, derived: "" });
    }
    happenings
}

fn note(happenings: &mut Happenings, number: PersonalNumber, code: &'static str, derived: &'static str) {
    happenings.entry(number).or_default().insert(Event { code, derived });
}

/// What happened to the person, other than through a relative.
fn codes(before: Option<&Person>, after: &Person) -> Vec<&'static str> {
    let Some(before) = before else {
        return vec![if after.former_numbers.is_empty() { "A51" } else { "P42" }];
    };
    let mut codes = Vec::new();
    if before.status != after.status {
        codes.extend(match (before.status.as_str(), after.status.as_str()) {
            (_, "90") => vec!["A21"],
            (_, "80") => vec!["A06", "A08"],
            (_, "70") => vec!["A02"],
            (_, "60") => vec!["P03"],
            (_, "50") => vec!["P02"],
            ("80", _) => vec!["A05"],
            ("70", _) => vec!["A03"],
            _ => vec![CORRECTION],
        });
    } else if let (Some(left), Some(here)) = (&before.address, &after.address)
        && left != here
    {
        codes.push(if left.place() == here.place() { "A07" } else { "A01" });
    }
    codes.extend(civil_event(before, after));
    for (changed, code) in [
        (before.name != after.name, "A13"),
        (before.supplementary_address != after.supplementary_address, "A45"),
        (before.contact_address != after.contact_address, "A47"),
        (before.citizenship != after.citizenship, "A27"),
        (before.church != after.church, "A29"),
        (before.notes != after.notes, "A31"),
        (before.municipal_conditions != after.municipal_conditions, "A32"),
        (before.protections != after.protections, "A33"),
        (before.guardianship != after.guardianship, "A73"),
        (before.custody.len() != after.custody.len(), "P40"),
        (before.former_numbers.len() < after.former_numbers.len(), "P42"),
    ] {
        codes.extend(changed.then_some(code));
    }
    codes
}

/// Marriage, divorce, separation. Widowhood comes through the one who died; of two who marry or divorce, the event is
/// the woman's and derived for the man (of the one with the lower number where both are of one sex).
fn civil_event(before: &Person, after: &Person) -> Option<&'static str> {
    let (left, here) = (before.civil.as_ref()?, after.civil.as_ref()?);
    let spouse = here.spouse.or(left.spouse);
    let is_first = match spouse {
        Some(spouse) if spouse.sex() == after.sex => after.number < spouse,
        Some(_) => after.sex == Sex::Female,
        None => true,
    };
    match here.status.as_str() {
        "G" if left.status != "G" => is_first.then_some("A19"),
        "P" if left.status != "P" => is_first.then_some("A23"),
        "F" | "O" if left.status != here.status => is_first.then_some("A20"),
        _ if left.status != here.status => None,
        _ => match (left.separated, here.separated) {
            (None, Some(_)) => Some("P35"),
            (Some(_), None) => Some("P36"),
            _ => None,
        },
    }
}

/// Who is delivered too because of an event, and as what.
fn relatives(code: &str, before: Option<&Person>, person: &Person) -> Vec<(PersonalNumber, &'static str)> {
    let civil = |person: &Person| person.civil.as_ref().and_then(|civil| civil.spouse);
    let spouse = civil(person).or_else(|| before.and_then(civil)).map(|number| (number, "ÆG"));
    let number = |parent: &Option<Parent>| parent.as_ref().and_then(|parent| parent.number);
    let mother = number(&person.mother).map(|number| (number, "MO"));
    let father = number(&person.father).map(|number| (number, "FA"));
    let children = person.children.iter().map(|child| (*child, "BØ"));
    match code {
        "A19" | "A20" | "A21" | "P35" | "P36" => spouse.into_iter().collect(),
        "A23" => spouse.map(|(number, _)| (number, "PA")).into_iter().collect(),
        "A51" => mother.into_iter().chain(father).collect(),
        "P02" | "P03" => {
            let current = person.current_number.map(|number| (number, "PN"));
            current.into_iter().chain(spouse).chain(mother).chain(father).chain(children).collect()
        }
        _ => Vec::new(),
    }
}
