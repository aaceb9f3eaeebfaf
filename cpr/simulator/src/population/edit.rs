//! What happens to people: the edits by which a test or a demonstration changes the register.
//!
//! Each keeps the history that CPR would keep. They check that the person exists and nothing more: the office believes
//! its clerks.

use chrono::NaiveDate;
use cpr::{CprDate, PersonalNumber, Sex};

use super::{
    Address, CivilStatus, Custody, Disappearance, Emigrated, Emigration, FormerAddress, FormerCivilStatus, FormerName,
    FormerNumber, Name, Parent, Person, Population, Protection,
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
    /// A marriage needs two persons.
    OnePerson,
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
        address.status().clone_into(&mut person.status);
        person.status_since = None;
        if let Some(Emigrated { country, since, lines }) = person.emigrated.take() {
            person.former_emigrations.push(Emigration {
                mark: String::new(),
                out_country: country.clone(),
                out: Some(since),
                in_country: country,
                back: address.since.unwrap_or(since),
                lines,
            });
        }
        if let Some(from) = person.disappeared.take() {
            let until = address.since.unwrap_or(from);
            person.former_disappearances.push(Disappearance { mark: String::new(), from, until });
        }
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

    /// Nobody knows any more where the person is (*forsvinding*).
    ///
    /// # Errors
    /// If nobody has the number.
    pub fn disappear(&mut self, number: PersonalNumber, at: CprDate) -> Result<(), EditError> {
        let person = self.person_mut(number)?;
        person.leave_address(Some(at));
        "70".clone_into(&mut person.status);
        person.status_since = Some(at);
        person.disappeared = Some(at);
        Ok(())
    }

    /// Two persons marry; whatever each was before becomes history.
    ///
    /// # Errors
    /// If nobody has one of the numbers, or they are the same.
    pub fn marry(&mut self, one: PersonalNumber, other: PersonalNumber, at: CprDate) -> Result<(), EditError> {
        if one == other {
            return Err(EditError::OnePerson);
        }
        self.person(other).ok_or(EditError::UnknownPerson)?;
        self.person_mut(one)?.change_civil_status("G", Some(other), at);
        self.person_mut(other)?.change_civil_status("G", Some(one), at);
        Ok(())
    }

    /// The person has a child, which has no name yet and lives at the same address; a spouse is the other parent. The
    /// number is one that nobody has. Gives the child's number.
    ///
    /// # Errors
    /// If nobody has the number; if no number is left for a child of that day.
    pub fn have_child(
        &mut self,
        parent: PersonalNumber,
        sex: Sex,
        born: NaiveDate,
    ) -> Result<PersonalNumber, EditError> {
        let number = self.unused_number(born, sex).ok_or(EditError::NumberInUse)?;
        let this = self.person(parent).ok_or(EditError::UnknownPerson)?;
        let at = CprDate::of(born);
        let married = this.civil.as_ref().filter(|civil| matches!(civil.status.as_str(), "G" | "P"));
        let other = married.and_then(|civil| civil.spouse).filter(|spouse| self.person(*spouse).is_some());
        // A second mother (*medmor*) stands where the father does.
        let (mother, father) = match this.sex {
            Sex::Female => (Some(parent), other),
            Sex::Male => (other, Some(parent)),
        };
        let custody = |kind: &str| Custody { kind: kind.to_owned(), from: at, holder: None };
        let address = this.address.clone().map(|address| Address { since: Some(at), ..address });
        let mut child = Person {
            name: None,
            mother: mother.map(|number| Parent { number: Some(number), name: String::new() }),
            father: father.map(|number| Parent { number: Some(number), name: String::new() }),
            citizenship: this.citizenship.clone(),
            civil: Some(CivilStatus {
                status: "U".to_owned(),
                spouse: None,
                spouse_name: String::new(),
                since: None,
                separated: None,
            }),
            custody: mother.map(|_| custody("0003")).into_iter().chain(father.map(|_| custody("0004"))).collect(),
            ..Person::resident(number, ("", "", ""), address.clone().unwrap_or_default())
        };
        child.address = address;
        if child.address.is_none() {
            // A child of somebody abroad: registered without residence.
            "20".clone_into(&mut child.status);
            child.status_since = Some(at);
        }
        self.insert(child)?;
        for parent in [mother, father].into_iter().flatten() {
            self.person_mut(parent)?.children.push(number);
        }
        Ok(number)
    }

    /// A number of that day and sex that nobody has, here or anywhere: its control digit does not fit.
    #[must_use]
    pub fn unused_number(&self, born: NaiveDate, sex: Sex) -> Option<PersonalNumber> {
        let date = born.format("%d%m%y");
        (0..10_000).filter_map(|serial| PersonalNumber::parse(&format!("{date}{serial:04}")).ok()).find(|number| {
            number.birth_date() == Some(born)
                && number.sex() == sex
                && !number.passes_modulus_11()
                && !self.persons.contains_key(number)
        })
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
        let Some(civil) = &person.civil else { return Ok(()) };
        let left_behind = match civil.status.as_str() {
            "G" => "E",
            "P" => "L",
            _ => return Ok(()),
        };
        let spouse = civil.spouse;
        person.change_civil_status("D", spouse, at);
        if let Some(spouse) = spouse.and_then(|spouse| self.persons.get_mut(&spouse)).filter(|it| it.civil.is_some()) {
            spouse.change_civil_status(left_behind, Some(number), at);
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

    /// The spouse stays named, also of who is left behind.
    fn change_civil_status(&mut self, status: &str, spouse: Option<PersonalNumber>, at: CprDate) {
        let new = CivilStatus {
            status: status.to_owned(),
            spouse,
            spouse_name: String::new(),
            since: Some(at),
            separated: None,
        };
        let Some(former) = self.civil.as_mut() else {
            self.civil = Some(new);
            return;
        };
        let spouse_name = if spouse.is_none() { former.spouse_name.clone() } else { String::new() };
        let former = std::mem::replace(former, CivilStatus { spouse_name, ..new });
        self.former_civil.push(FormerCivilStatus {
            mark: String::new(),
            status: former.status,
            spouse: former.spouse,
            spouse_name: former.spouse_name,
            from: former.since,
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
        self.former_civil.iter_mut().flat_map(|civil| &mut civil.spouse).for_each(follow);
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
            Self::OnePerson => "a marriage needs two persons",
        })
    }
}

impl std::error::Error for EditError {}
