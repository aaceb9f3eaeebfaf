//! Whom the customer follows: one store for every door by which a subscription begins or ends.

use std::collections::BTreeSet;

use cpr::PersonalNumber;

use crate::memory::Followed;
use crate::population::Population;

/// The customer's subscriptions, and what became of them since the last file.
#[derive(Default)]
pub(crate) struct Subscriptions {
    active: BTreeSet<PersonalNumber>,
    created: BTreeSet<PersonalNumber>,
    ended: BTreeSet<PersonalNumber>,
    moved: BTreeSet<PersonalNumber>,
}

/// What became of the subscriptions between two files.
#[derive(Default)]
pub(super) struct Turnover {
    /// Begun, and still there.
    pub(super) created: BTreeSet<PersonalNumber>,
    /// Ended, and not begun again.
    pub(super) ended: BTreeSet<PersonalNumber>,
    /// Old numbers whose subscription went over to the new one. They come one last time.
    pub(super) moved: BTreeSet<PersonalNumber>,
}

impl Subscriptions {
    /// Begins a subscription, unless it is there.
    pub(crate) fn create(&mut self, number: PersonalNumber) {
        if self.active.insert(number) {
            self.created.insert(number);
            self.ended.remove(&number);
        }
    }

    /// Ends a subscription, if it is there.
    pub(crate) fn end(&mut self, number: PersonalNumber) {
        if self.active.remove(&number) {
            self.created.remove(&number);
            self.ended.insert(number);
        }
    }

    pub(crate) fn active(&self) -> &BTreeSet<PersonalNumber> {
        &self.active
    }

    /// At a changed number (status 60) CPR moves the subscription by itself; at a deleted one (50) it does not.
    pub(crate) fn follow_changed_numbers(&mut self, population: &Population) {
        let new_number = |old: &PersonalNumber| {
            let person = population.person(*old).filter(|person| person.status == "60")?;
            Some((*old, person.current_number?))
        };
        let moves: Vec<_> = self.active.iter().filter_map(new_number).collect();
        for (old, new) in moves {
            self.active.remove(&old);
            self.moved.insert(old);
            let was_created = self.created.remove(&old);
            if self.active.insert(new) && was_created {
                self.created.insert(new);
            }
        }
    }

    /// As it is remembered.
    pub(crate) fn remembered(&self) -> Followed {
        let digits = |numbers: &BTreeSet<PersonalNumber>| {
            numbers.iter().map(|number| number.digits().as_str().to_owned()).collect()
        };
        let Self { active, created, ended, moved } = self;
        Followed { active: digits(active), created: digits(created), ended: digits(ended), moved: digits(moved) }
    }

    /// As it was remembered.
    pub(super) fn of(followed: &Followed) -> Self {
        let numbers = |digits: &[String]| digits.iter().filter_map(|one| PersonalNumber::parse(one).ok()).collect();
        let Followed { active, created, ended, moved } = followed;
        Self { active: numbers(active), created: numbers(created), ended: numbers(ended), moved: numbers(moved) }
    }

    /// What happened since the last time, which is forgotten.
    pub(super) fn take_turnover(&mut self) -> Turnover {
        Turnover {
            created: std::mem::take(&mut self.created),
            ended: std::mem::take(&mut self.ended),
            moved: std::mem::take(&mut self.moved),
        }
    }
}
