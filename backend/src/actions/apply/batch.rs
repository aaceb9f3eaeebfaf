//! What a batch of persons does to the parties that have them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use cpr::PersonalNumber;
use uuid::Uuid;

use super::super::Error;
use crate::domain::apply::{self, Delivered};
use crate::domain::delivery::{Counts, DeliveryProblem};
use crate::domain::event::NewEvent;
use crate::domain::order::Moment;
use crate::domain::party::{ChangeSource, Party, PartyVersion};
use crate::domain::person::{Person, Register, RegisterSource, Status};
use crate::domain::subscription::Moved;
use crate::registry::Answer;
use crate::registry::extract::InFile;
use crate::store::party::Change;
use crate::store::register::{Kept, KeptRecords};
use crate::store::subscription::Whose;
use crate::store::{self, Write};

/// The delivery that a batch is of.
pub(super) struct Batch {
    pub delivery: Uuid,
    pub produced: NaiveDate,
    /// Who stands in the history.
    pub by: Arc<str>,
}

/// What became of the persons of a batch.
#[derive(Default)]
pub(super) struct Outcome {
    pub counts: Counts,
    pub problems: Vec<DeliveryProblem>,
    pub events: Vec<NewEvent>,
    /// Somebody has another number now: whom CPR is to follow is to be compared.
    pub renumbered: bool,
}

impl Outcome {
    /// Of persons that the database would not take.
    pub fn set_aside(persons: &[InFile]) -> Outcome {
        let text = "Personen kunne ikke gemmes. Se serverens log.";
        let problems = persons.iter().map(|person| problem(person, "not-stored", text, None)).collect();
        let failed = i64::try_from(persons.len()).unwrap_or(i64::MAX);
        Outcome { counts: Counts { failed, ..Counts::default() }, problems, ..Outcome::default() }
    }
}

impl Batch {
    /// Reads the parties of these persons, decides, and writes.
    ///
    /// # Errors
    /// The database's; a party that was changed meanwhile.
    pub async fn apply(&self, write: &Write, persons: &[InFile], now: DateTime<Utc>) -> Result<Outcome, Error> {
        let mut work = Work::read(self, write, persons, now).await?;
        for person in persons {
            work.take(person);
        }
        let delivered: Vec<PersonalNumber> =
            persons.iter().filter(|person| person.answer.is_ok()).filter_map(|person| person.number).collect();
        let mut outcome = work.write(write).await?;
        outcome.events.extend(store::subscription::confirm_delivered(write, &delivered, now).await?);
        Ok(outcome)
    }
}

/// A batch while it is decided about. Persons see what those before them did.
struct Work<'a> {
    batch: &'a Batch,
    now: DateTime<Utc>,
    parties: Vec<Held>,
    /// Who has a number now.
    by_number: BTreeMap<PersonalNumber, usize>,
    /// Numbers that a party had before.
    former: BTreeSet<PersonalNumber>,
    records: BTreeMap<PersonalNumber, KeptRecords>,
    /// What is to be stored of a number: all that CPR said, the records alone, or nothing any more.
    stored: BTreeMap<PersonalNumber, Stored>,
    /// Numbers that CPR gave up for others: their subscriptions follow.
    moves: Vec<Moved>,
    outcome: Outcome,
}

/// A party of the batch.
struct Held {
    before: Party,
    now: Party,
    versions: Vec<PartyVersion>,
}

enum Stored {
    Register(Box<Register>, KeptRecords),
    Records(KeptRecords),
    Removed,
}

impl<'a> Work<'a> {
    async fn read(
        batch: &'a Batch,
        write: &Write,
        persons: &[InFile],
        now: DateTime<Utc>,
    ) -> Result<Work<'a>, store::Error> {
        let mut numbers: BTreeSet<PersonalNumber> = persons.iter().filter_map(|person| person.number).collect();
        for person in persons {
            numbers.extend(person.moved.as_ref().map(|moved| moved.to));
            numbers.extend(&person.left);
        }
        let numbers: Vec<PersonalNumber> = numbers.into_iter().collect();
        let parties = store::party::by_personal_numbers(write, &numbers).await?;
        let mut by_number = BTreeMap::new();
        let mut held = Vec::with_capacity(parties.len());
        for party in parties {
            by_number.extend(party.fields.personal_number.map(|number| (number, held.len())));
            held.push(Held { before: party.clone(), now: party, versions: Vec::new() });
        }
        let nobodys: Vec<PersonalNumber> =
            numbers.iter().copied().filter(|number| !by_number.contains_key(number)).collect();
        Ok(Work {
            batch,
            now,
            former: store::party::former_among(write, &nobodys).await?,
            records: store::register::records_of(write, &by_number.keys().copied().collect::<Vec<_>>()).await?,
            parties: held,
            by_number,
            stored: BTreeMap::new(),
            moves: Vec::new(),
            outcome: Outcome::default(),
        })
    }

    fn take(&mut self, person: &InFile) {
        let holder = person.number.and_then(|number| self.by_number.get(&number).copied());
        let answer = match &person.answer {
            Ok(answer) => answer,
            Err(fault) => {
                let party = holder.and_then(|holder| self.parties.get(holder)).map(|held| held.now.id);
                self.outcome.problems.push(problem(person, fault.code(), fault.text(), party));
                self.outcome.counts.failed += 1;
                return;
            }
        };
        let changed = match holder {
            Some(holder) => self.deliver(holder, person, answer),
            None => self.arrive(person, answer),
        };
        if changed {
            self.outcome.counts.changed += 1;
        } else {
            self.outcome.counts.unchanged += 1;
        }
    }

    /// A person whose number no party has: perhaps a party has one that the person had before.
    fn arrive(&mut self, person: &InFile, answer: &Answer) -> bool {
        let number = answer.person.personal_number;
        let before = person.left.iter().find_map(|left| Some((*left, *self.by_number.get(left)?)));
        match before {
            Some((left, holder)) => self.store(holder, self.told(answer), vec![left], false, None),
            None => {
                // Somebody who left the number in this file or an earlier one is not a stranger.
                self.outcome.counts.unexpected += i64::from(!self.former.contains(&number));
                false
            }
        }
    }

    /// A person whose number a party has.
    fn deliver(&mut self, holder: usize, person: &InFile, answer: &Answer) -> bool {
        let Some(moved) = &person.moved else {
            return self.store(holder, self.told(answer), Vec::new(), false, None);
        };
        let other = self.by_number.get(&moved.to).copied().filter(|other| *other != holder);
        if let Some(other) = other.and_then(|other| self.parties.get(other)) {
            let other = other.now.id;
            return self.store(holder, self.told(answer), Vec::new(), false, Some(other));
        }
        let told = match &moved.current {
            Some(current) => self.told(current),
            None => {
                // CPR has told nothing of the new number yet: its earlier word about the person stands.
                let number = answer.person.personal_number;
                let earlier = self.parties.get(holder).and_then(|held| held.now.register.as_ref());
                let person = apply::carried_over(&answer.person, moved.to, earlier.map(|register| &register.person));
                let records = self.records.get(&number).cloned();
                Told { person, records: records.unwrap_or_else(|| self.told(answer).records) }
            }
        };
        let is_double = answer.person.status == Some(Status::Deleted);
        self.store(holder, told, moved.by.clone(), is_double, None)
    }

    fn told(&self, answer: &Answer) -> Told {
        Told {
            person: answer.person.clone(),
            records: KeptRecords {
                layout: answer.records.layout().to_owned(),
                text: answer.records.to_text(),
                source: RegisterSource::Subscription,
                date: self.batch.produced,
            },
        }
    }

    /// What CPR told of a party's person, unless what is kept is newer; whether the party has a new version.
    fn store(
        &mut self,
        holder: usize,
        told: Told,
        moved_from: Vec<PersonalNumber>,
        is_double: bool,
        current_number_held_by: Option<Uuid>,
    ) -> bool {
        let Some(held) = self.parties.get_mut(holder) else { return false };
        // Of the number that the party had: CPR tells it with that number, in this file or before.
        let known = held.now.register.as_ref().and_then(|register| register.person.status.as_ref());
        let was_double = is_double || known == Some(&Status::Deleted);
        let moment = Moment::delivery(self.batch.produced, self.now);
        let own = held.now.fields.personal_number;
        let kept = own.and_then(|number| self.records.get(&number));
        if let (Some(register), Some(kept)) = (&held.now.register, kept) {
            let state = Moment { source: kept.source, date: kept.date, received_at: register.updated_at };
            if !moment.replaces(&state) {
                return false;
            }
        }
        let number = told.person.personal_number;
        let register = Register {
            person: told.person,
            source: RegisterSource::Subscription,
            register_date: self.batch.produced,
            updated_at: self.now,
        };
        let deleted = if was_double { moved_from.clone() } else { Vec::new() };
        let delivered = Delivered { register, moved_from, deleted, current_number_held_by };
        let changed = apply::apply(&held.now, delivered, None);
        self.moves.extend(&changed.moved);
        let is_new = changed.is_new_version();
        let same_person = match (&held.now.register, &changed.party.register) {
            (Some(before), Some(after)) => before.person == after.person,
            _ => false,
        };
        if is_new || !same_person {
            if let Some(left) = changed.remove_register {
                self.records.remove(&left);
                self.stored.insert(left, Stored::Removed);
            }
            if let Some(register) = changed.store_register {
                self.stored.insert(number, Stored::Register(Box::new(register), told.records.clone()));
            }
        } else if kept.is_none_or(|kept| (&kept.layout, &kept.text) != (&told.records.layout, &told.records.text)) {
            // Nothing that a party shows: only the CPR tab reads it.
            let stored = self.stored.entry(number).or_insert_with(|| Stored::Records(told.records.clone()));
            if let Stored::Register(_, records) | Stored::Records(records) = stored {
                *records = told.records.clone();
            }
        } else {
            return false;
        }
        self.records.insert(number, told.records);
        if !is_new {
            if !same_person {
                held.now.register = changed.party.register;
            }
            return false;
        }
        if own != Some(number) {
            if let Some(own) = own {
                self.by_number.remove(&own);
                self.former.insert(own);
            }
            self.by_number.insert(number, holder);
        }
        held.versions.push(PartyVersion {
            party_id: changed.party.id,
            version: changed.party.version,
            at: self.now,
            by: self.batch.by.to_string(),
            source: ChangeSource::Subscription,
            changes: changed.changes,
        });
        held.now = changed.party;
        self.outcome.events.extend(changed.events);
        true
    }

    /// Register, parties, versions; events are the caller's, late.
    async fn write(self, write: &Write) -> Result<Outcome, Error> {
        let (mut registers, mut records, mut removed) = (Vec::new(), Vec::new(), Vec::new());
        for (number, stored) in self.stored {
            match stored {
                Stored::Register(register, records) => registers.push(Kept { register: *register, records }),
                Stored::Records(kept) => records.push((number, kept)),
                Stored::Removed => removed.push(number),
            }
        }
        store::register::delete_many(write, &removed).await?;
        store::register::put_many(write, &registers).await?;
        store::register::put_records(write, &records).await?;
        let changed: Vec<&Held> = self.parties.iter().filter(|held| !held.versions.is_empty()).collect();
        let changes: Vec<Change<'_>> =
            changed.iter().map(|held| Change { before: &held.before, after: &held.now }).collect();
        store::party::update_many(write, &changes).await?;
        let renumbered: Vec<(Uuid, Option<PersonalNumber>, Option<PersonalNumber>)> = changed
            .iter()
            .map(|held| (held.now.id, held.before.fields.personal_number, held.now.fields.personal_number))
            .filter(|(_, old, new)| old != new)
            .collect();
        let versions: Vec<PartyVersion> = self.parties.into_iter().flat_map(|held| held.versions).collect();
        store::party::insert_versions(write, &versions).await?;
        store::subscription::moved(write, &self.moves, self.now).await?;
        for (party, old, new) in &renumbered {
            if let Some(new) = new {
                store::subscription::adopt(write, *new, *party).await?;
            }
            if let Some(old) = old {
                store::subscription::forget_ended(write, *old).await?;
            }
            store::subscription::note_reasons(write, Whose::Party(*party), self.now).await?;
        }
        let renumbered = !renumbered.is_empty() || !self.moves.is_empty();
        Ok(Outcome { renumbered, ..self.outcome })
    }
}

/// What CPR told of a number.
struct Told {
    person: Person,
    records: KeptRecords,
}

fn problem(person: &InFile, kind: &str, text: &str, party_id: Option<Uuid>) -> DeliveryProblem {
    DeliveryProblem {
        kind: kind.to_owned(),
        place: Some(format!("person {}", person.ordinal + 1)),
        text: text.to_owned(),
        party_id,
    }
}
