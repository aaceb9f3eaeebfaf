//! What happens to people: the edits by which a test or a demonstration changes the register.
//!
//! Each keeps the history that CPR would keep. They check that the person exists and nothing more: the office believes
//! its clerks.

use cpr::{CprDate, PersonalNumber};

use super::{
    Address, CivilStatus, Emigrated, FormerAddress, FormerName, FormerNumber, Name, Parent, Person, Population,
    Protection,
};

/// Why a person gets another number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renumbering {
    /// The number was wrong: status 60, and a new one is given.
    Changed,
    /// The person had two: status 50, and the other one, which must be in the register, remains.
    Deleted,
}

/// Why an edit changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditError {
    /// Nobody has the number.
    UnknownPerson,
    /// Somebody has the number that was to be given.
    NumberInUse,
}

impl Population {
    /// Takes a person into the register.
    ///
    /// # Errors
    /// If somebody has the number.
    pub fn insert(&mut self, person: Person) -> Result<(), EditError> {
        if self.persons.contains_key(&person.number) {
            return Err(EditError::NumberInUse);
        }
        self.persons.insert(person.number, person);
        Ok(())
    }

    /// Names a road.
    pub fn name_road(&mut self, municipality: &str, road: &str, name: &str) {
        self.roads.insert((municipality.to_owned(), road.to_owned()), name.to_owned());
    }

    /// Names a postal district.
    pub fn name_postal_district(&mut self, code: &str, name: &str) {
        self.postal_districts.insert(code.to_owned(), name.to_owned());
    }

    /// The person moves, or comes back to Denmark, on the day in `address.since`.
    ///
    /// # Errors
    /// If nobody has the number.
    pub fn move_to(&mut self, number: PersonalNumber, address: Address) -> Result<(), EditError> {
        let person = self.person_mut(number)?;
        person.leave_address(address.since);
        "01".clone_into(&mut person.status);
        person.status_since = None;
        person.emigrated = None;
        person.disappeared = None;
        person.contact_address = None;
        person.address = Some(address);
        Ok(())
    }

    /// The person goes abroad.
    ///
    /// # Errors
    /// If nobody has the number.
    pub fn emigrate(&mut self, number: PersonalNumber, emigrated: Emigrated) -> Result<(), EditError> {
        let person = self.person_mut(number)?;
        person.leave_address(Some(emigrated.since));
        "80".clone_into(&mut person.status);
        person.status_since = Some(emigrated.since);
        person.emigrated = Some(emigrated);
        Ok(())
    }

    /// The person gets another name, or a child its first one. The addressing name is made of all of it and must have
    /// at most 34 characters.
    ///
    /// # Errors
    /// If nobody has the number.
    pub fn rename(
        &mut self,
        number: PersonalNumber,
        (first, middle, last): (&str, &str, &str),
        since: CprDate,
    ) -> Result<(), EditError> {
        let person = self.person_mut(number)?;
        if let Some(former) = person.name.replace(Name::of(first, middle, last, Some(since))) {
            person.former_names.push(FormerName {
                mark: String::new(),
                first: former.first,
                middle: former.middle,
                last: former.last,
                from: former.since.unwrap_or(person.born),
                until: since,
            });
        }
        Ok(())
    }

    /// A protection of the given kind (`0001` to `0005`) begins.
    ///
    /// # Errors
    /// If nobody has the number.
    pub fn protect(&mut self, number: PersonalNumber, kind: &str, from: CprDate) -> Result<(), EditError> {
        let person = self.person_mut(number)?;
        person.protections.retain(|protection| protection.kind != kind);
        person.protections.push(Protection { kind: kind.to_owned(), from, until: None });
        Ok(())
    }

    /// A protection of the given kind is deleted.
    ///
    /// # Errors
    /// If nobody has the number.
    pub fn unprotect(&mut self, number: PersonalNumber, kind: &str) -> Result<(), EditError> {
        self.person_mut(number)?.protections.retain(|protection| protection.kind != kind);
        Ok(())
    }

    /// The person dies; a spouse or registered partner is left behind.
    ///
    /// # Errors
    /// If nobody has the number.
    pub fn die(&mut self, number: PersonalNumber, at: CprDate) -> Result<(), EditError> {
        let person = self.person_mut(number)?;
        person.leave_address(Some(at));
        "90".clone_into(&mut person.status);
        person.status_since = Some(at);
        let Some(CivilStatus { status, since, spouse, .. }) = &mut person.civil else { return Ok(()) };
        let left_behind = match status.as_str() {
            "G" => "E",
            "P" => "L",
            _ => return Ok(()),
        };
        "D".clone_into(status);
        *since = Some(at);
        let spouse = *spouse;
        if let Some(civil) = spouse.and_then(|spouse| self.persons.get_mut(&spouse)).and_then(|it| it.civil.as_mut()) {
            left_behind.clone_into(&mut civil.status);
            civil.since = Some(at);
        }
        Ok(())
    }

    /// The person gets the number `new`; `old` remains and points to it, as do numbers that were changed before.
    ///
    /// # Errors
    /// If nobody has the old number; if somebody has the new one (changed) or nobody has it (deleted).
    pub fn renumber(
        &mut self,
        old: PersonalNumber,
        new: PersonalNumber,
        how: Renumbering,
        at: CprDate,
    ) -> Result<(), EditError> {
        let mut person = self.person(old).ok_or(EditError::UnknownPerson)?.clone();
        match (how, self.persons.contains_key(&new)) {
            (Renumbering::Changed, true) => return Err(EditError::NumberInUse),
            (Renumbering::Deleted, false) => return Err(EditError::UnknownPerson),
            (Renumbering::Changed, false) => {
                person.number = new;
                person.sex = new.sex();
                person.born = new.birth_date().map_or(person.born, CprDate::of);
                self.persons.insert(new, person);
            }
            (Renumbering::Deleted, true) => {}
        }
        let left = self.person_mut(old)?;
        left.leave_address(Some(at));
        match how {
            Renumbering::Changed => "60",
            Renumbering::Deleted => "50",
        }
        .clone_into(&mut left.status);
        left.status_since = Some(at);
        let earlier = std::mem::take(&mut left.former_numbers);
        let current = self.person_mut(new)?;
        if how == Renumbering::Deleted {
            current.former_numbers.extend(earlier);
        }
        current.former_numbers.push(FormerNumber { number: old, from: None, until: Some(at) });
        for person in self.persons.values_mut() {
            person.follow_number(old, new);
        }
        Ok(())
    }

    fn person_mut(&mut self, number: PersonalNumber) -> Result<&mut Person, EditError> {
        self.persons.get_mut(&number).ok_or(EditError::UnknownPerson)
    }
}

impl Person {
    fn leave_address(&mut self, at: Option<CprDate>) {
        let Some(address) = self.address.take() else { return };
        self.former_addresses.push(FormerAddress {
            mark: String::new(),
            municipality: address.municipality,
            road: address.road,
            house: address.house,
            floor: address.floor,
            door: address.door,
            building: address.building,
            care_of: address.care_of,
            from: address.since,
            until: at,
        });
    }

    /// Wherever this person's block names the number `old`, it now names `new`.
    fn follow_number(&mut self, old: PersonalNumber, new: PersonalNumber) {
        let follow = |number: &mut PersonalNumber| {
            if *number == old {
                *number = new;
            }
        };
        self.children.iter_mut().for_each(follow);
        for Parent { number, .. } in [&mut self.mother, &mut self.father].into_iter().flatten() {
            number.iter_mut().for_each(follow);
        }
        self.civil.iter_mut().flat_map(|civil| &mut civil.spouse).for_each(follow);
        self.custody.iter_mut().flat_map(|custody| &mut custody.holder).for_each(follow);
        self.guardianship.iter_mut().flat_map(|guardianship| &mut guardianship.guardian).for_each(follow);
        self.current_number.iter_mut().for_each(follow);
        if self.number == old {
            self.current_number = Some(new);
        }
    }
}

impl std::fmt::Display for EditError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::UnknownPerson => "nobody in the register has the number",
            Self::NumberInUse => "somebody in the register has the number",
        })
    }
}

impl std::error::Error for EditError {}
