//! From CPR to a party: the values that CPR gives, the ones that a person chose to keep, and the number that may move.
//!
//! Three layers are kept apart: what CPR says (`Party::register`), what a person chose (`keeps_name`, `keeps_address`),
//! and what is in force (`Party::fields`). CPR's answer replaces the first; the last follows from the three.

use std::collections::BTreeSet;

use cpr::PersonalNumber;
use serde_json::{Value, json};
use uuid::Uuid;

use super::change::{Changed, KeepableField, address_value, conclude, forget_register, local_kind, protection_value};
use super::party::{Address, AddressKind, ChangeSource, Party, PartyKind};
use super::person::{Person, Register, RegisterSource, Sex, Status};
use super::subscription::{Moved, MovedAs};

/// CPR's answer about the person of a party.
#[derive(Clone, PartialEq)]
pub struct Delivered {
    /// What CPR says, of the number that the party is to have.
    pub register: Register,
    /// Numbers that were asked for and led, as deleted or changed (50, 60), to the number in `register`.
    pub moved_from: Vec<PersonalNumber>,
    /// Those of them that were deleted because the person had two (50); the others were changed (60).
    pub deleted: Vec<PersonalNumber>,
    /// The party that already holds the person's current number. Then nothing is moved: `register` is about the number
    /// that was asked for.
    pub current_number_held_by: Option<Uuid>,
}

/// Why CPR cannot be asked for a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberFault {
    /// Neither the request nor the party has a number.
    Missing,
    /// A replacement number: made here, unknown to CPR and never sent there.
    Replacement,
    /// A company has no personal number.
    Company,
}

/// The number to ask CPR about: the one in the request, else the party's.
///
/// # Errors
/// [`NumberFault`].
pub fn number_to_ask(party: &Party, requested: Option<PersonalNumber>) -> Result<PersonalNumber, NumberFault> {
    let number = requested.or(party.fields.personal_number);
    match number {
        Some(_) if party.fields.kind == PartyKind::Company => Err(NumberFault::Company),
        Some(number) if number.is_replacement() => Err(NumberFault::Replacement),
        Some(number) => Ok(number),
        None => Err(NumberFault::Missing),
    }
}

/// The party after CPR's answer. `keep` replaces the choice of kept fields (`[]` releases all); `None` leaves it.
///
/// An answer that says nothing new moves only when the register was last confirmed: no version, no history, no event.
pub fn apply(party: &Party, delivered: Delivered, keep: Option<&[KeepableField]>) -> Changed {
    let Delivered { mut register, moved_from, deleted, current_number_held_by } = delivered;
    let number = register.person.personal_number;
    let old_number = party.fields.personal_number.filter(|old| *old != number);
    let mut after = party.clone();
    if old_number.is_some_and(|old| !moved_from.contains(&old)) {
        // Another person's number: nothing that CPR said of the old one holds.
        forget_register(&mut after);
    }
    after.fields.personal_number = Some(number);
    after.current_number_held_by = current_number_held_by;
    if let Some(keep) = keep {
        after.keeps_name = keep.contains(&KeepableField::Name);
        after.keeps_address = keep.contains(&KeepableField::Address);
    }

    let former: BTreeSet<_> = [&after.former_numbers, &moved_from, &register.person.former_numbers]
        .into_iter()
        .flatten()
        .copied()
        .filter(|former| *former != number)
        .collect();
    after.former_numbers = former.into_iter().collect();
    remember(&mut register.person, after.register.as_ref().map(|earlier| &earlier.person));
    put_in_force(&mut after, &register.person);

    let moved = moves(&register.person, &moved_from, &deleted);
    let (source, at) = (change_source(register.source), register.updated_at);
    after.register = Some(register.clone());
    Changed {
        store_register: Some(register),
        remove_register: old_number,
        moved,
        ..conclude(Some(party), after, source, at)
    }
}

/// The numbers that CPR gave up for others, by this answer.
fn moves(person: &Person, moved_from: &[PersonalNumber], deleted: &[PersonalNumber]) -> Vec<Moved> {
    let as_told = |is_deleted| if is_deleted { MovedAs::Deleted } else { MovedAs::Changed };
    let to = person.personal_number;
    let left = moved_from.iter().map(|from| Moved { from: *from, to, moved_as: as_told(deleted.contains(from)) });
    // The party stays where it is when another one holds the person's number.
    let is_moved = person.status.as_ref().filter(|status| status.is_moved());
    let still_here = is_moved.zip(person.current_number).map(|(status, current)| Moved {
        from: to,
        to: current,
        moved_as: as_told(*status == Status::Deleted),
    });
    left.chain(still_here).collect()
}

/// What holds of the number that a person was moved to (50, 60) as long as CPR has told nothing of that number itself:
/// what CPR said of the person before. `told` is what it says of the old number now.
pub fn carried_over(told: &Person, to: PersonalNumber, earlier: Option<&Person>) -> Person {
    let is_moved = |person: &&Person| person.status.as_ref().is_some_and(Status::is_moved);
    let before = earlier.unwrap_or(told);
    let status = Some(before).filter(|before| !is_moved(before)).and_then(|before| before.status.clone());
    Person {
        personal_number: to,
        current_number: None,
        former_numbers: told.former_numbers.clone(),
        status_since: before.status_since.filter(|_| status.is_some()),
        // Birth date or sex may be the reason for the new number.
        birth_date: to.birth_date().or(before.birth_date),
        sex: Some(Sex::of(to)),
        name: told.name.clone().or_else(|| before.name.clone()),
        protected: told.protected || before.protected,
        withheld: before.withheld || status.is_none(),
        status,
        ..before.clone()
    }
}

/// CPR's word on a person's address: the address, or that there is none. `None` when CPR's answer says nothing of it:
/// withheld, or a number that is nobody's any more (30, 50, 60).
pub fn address_word(person: &Person) -> Option<(Option<&Address>, AddressKind)> {
    let annulled = person.status.as_ref().is_some_and(|status| status.is_moved() || *status == Status::Annulled);
    let silent = person.address.is_none() && (person.withheld || annulled);
    (!silent).then_some((person.address.as_ref(), person.address_kind))
}

/// Where CPR said nothing, its earlier word stands.
fn remember(person: &mut Person, earlier: Option<&Person>) {
    let Some(earlier) = earlier else { return };
    if address_word(person).is_none() {
        person.address = earlier.address.clone();
        person.address_kind = earlier.address_kind;
    }
    if person.withheld && person.name.is_none() {
        person.name = earlier.name.clone();
    }
    if person.status.as_ref().is_some_and(Status::is_moved) {
        // What an old number no longer tells has not ended.
        person.protected |= earlier.protected;
    }
    if person.status.as_ref().is_some_and(Status::has_no_address) && person.last_address.is_none() {
        person.last_address = earlier.address.clone().or_else(|| earlier.last_address.clone());
    }
}

fn put_in_force(party: &mut Party, person: &Person) {
    if let Some(name) = person.name.as_ref().filter(|_| !party.keeps_name) {
        party.fields.name = name.clone();
    }
    match address_word(person) {
        Some((address, kind)) if !party.keeps_address => {
            party.fields.address = address.cloned();
            party.address_kind = kind;
        }
        Some((address, kind)) if party.fields.address.as_ref() == address => party.address_kind = kind,
        Some(_) => party.address_kind = local_kind(party.fields.address.as_ref()),
        None => {}
    }
}

const fn change_source(source: RegisterSource) -> ChangeSource {
    match source {
        RegisterSource::Lookup => ChangeSource::Lookup,
        RegisterSource::Subscription => ChangeSource::Subscription,
    }
}

/// One field before and after a fetch; values shaped as in the contract's `Party`.
#[derive(Clone, PartialEq)]
pub struct PreviewChange {
    /// Which field.
    pub field: PreviewField,
    /// The party's value.
    pub current: Value,
    /// CPR's value.
    pub register: Value,
    /// The party's value after the fetch.
    pub result: Value,
}

impl std::fmt::Debug for PreviewChange {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "PreviewChange({:?}, **)", self.field)
    }
}

/// The fields that a preview shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreviewField {
    /// Personal number.
    PersonalNumber,
    /// Name.
    Name,
    /// Address.
    Address,
    /// Person status.
    Status,
    /// Name and address protection.
    Protection,
}

/// What a fetch without a new choice of kept fields would change, and the fields in which a value is kept that is not
/// CPR's. Empty: CPR says what the party says.
pub fn preview(party: &Party, delivered: &Delivered) -> Vec<PreviewChange> {
    let after = apply(party, delivered.clone(), None).party;
    let said = &delivered.register.person;
    let remembered = after.register.as_ref().map_or(said, |register| &register.person);
    let digits = |number: Option<PersonalNumber>| json!(number.map(|number| number.digits().as_str().to_owned()));
    let status = |party: &Party| {
        json!(party.register.as_ref().and_then(|register| register.person.status.as_ref()).map(Status::code))
    };
    let rows = [
        PreviewChange {
            field: PreviewField::PersonalNumber,
            current: digits(party.fields.personal_number),
            register: digits(said.current_number.or(Some(said.personal_number))),
            result: digits(after.fields.personal_number),
        },
        PreviewChange {
            field: PreviewField::Name,
            current: json!(party.fields.name),
            register: json!(said.name),
            result: json!(after.fields.name),
        },
        PreviewChange {
            field: PreviewField::Address,
            current: address_value(party.fields.address.as_ref()),
            register: address_value(said.address.as_ref()),
            result: address_value(after.fields.address.as_ref()),
        },
        PreviewChange {
            field: PreviewField::Status,
            current: status(party),
            register: json!(said.status.as_ref().map(Status::code)),
            result: status(&after),
        },
        PreviewChange {
            field: PreviewField::Protection,
            current: protection_value(party),
            register: protection_value(&after),
            result: protection_value(&after),
        },
    ];
    let shown = |row: &PreviewChange| match row.field {
        PreviewField::PersonalNumber => row.current != row.result || row.register != row.current,
        PreviewField::Name => {
            row.current != row.result || (after.keeps_name && said.name.is_some() && row.register != row.current)
        }
        PreviewField::Address => {
            let said_something = address_word(remembered).is_some() && !said.withheld;
            row.current != row.result || (after.keeps_address && said_something && row.register != row.current)
        }
        PreviewField::Status => row.current != row.result,
        PreviewField::Protection => row.current["nameAndAddress"] != row.result["nameAndAddress"],
    };
    rows.into_iter().filter(shown).collect()
}

#[cfg(test)]
mod tests;
