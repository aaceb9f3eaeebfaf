//! *Find CPR-nummer*: which questions lead from name and address to candidates, and how a candidate agrees with what was
//! asked. Nothing is picked and nothing is scored: people choose on the data.
//!
//! The questions, in order: name with the full address; without the door; without floor and door; the name alone,
//! wherever the person lives. `Widen` says how far to go. A step along the address is taken only when the one before
//! found nobody; the search by name is taken whenever it was asked for, because it is asked for when the address found
//! the wrong people.

use chrono::NaiveDate;
use cpr::PersonalNumber;

use super::address_line::{AddressLine, HouseNumber};
use super::party::Address;
use super::person::{Sex, Status};
use super::search::words;

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Widen {
    /// Ask with everything, and no further.
    None,
    /// Then without door and floor.
    #[default]
    Address,
    /// Then by name, wherever the person lives.
    Name,
}

/// A kind of question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Name and the full address.
    FullAddress,
    /// Name and the address without door.
    WithoutDoor,
    /// Name and the address without floor and door.
    WithoutFloor,
    /// The name alone.
    Name,
}

/// Whom somebody looks for.
#[derive(Clone, PartialEq)]
pub struct Wanted {
    /// The name.
    pub name: String,
    /// The parts of the address line.
    pub line: AddressLine,
    /// Postal code.
    pub postal_code: String,
    /// Sex, where known.
    pub sex: Option<Sex>,
    /// Birth date, where known.
    pub birth_date: Option<NaiveDate>,
    /// Former names too; in the search by name alone.
    pub include_former_names: bool,
    /// How far to go.
    pub widen: Widen,
}

/// Name, address line or postal code is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameAndAddressRequired;

impl Wanted {
    /// Whom to look for by name and Danish address; sex, birth date and former names are added to it.
    ///
    /// # Errors
    /// Name, address line or postal code is empty.
    pub fn new(name: &str, address: Option<&Address>, widen: Widen) -> Result<Wanted, NameAndAddressRequired> {
        let line1 = address.and_then(|address| address.line1.as_deref()).filter(|line| !words(line).is_empty());
        let postal_code = address.and_then(|address| address.postal_code.clone()).filter(|code| !code.is_empty());
        let (Some(line1), Some(postal_code), false) = (line1, postal_code, words(name).is_empty()) else {
            return Err(NameAndAddressRequired);
        };
        Ok(Wanted {
            name: name.to_owned(),
            line: AddressLine::parse(line1),
            postal_code,
            sex: None,
            birth_date: None,
            include_former_names: false,
            widen,
        })
    }

    /// Whether CPR can search by the address: it needs a road and a postal code of four digits.
    fn has_danish_address(&self) -> bool {
        let postal_code = &self.postal_code;
        !self.line.street.is_empty() && postal_code.len() == 4 && postal_code.bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// One question to CPR.
#[derive(Clone, PartialEq)]
pub enum Question {
    /// Who of that name lives there?
    Address(AddressQuestion),
    /// Who has that name?
    Name(NameQuestion),
}

/// Who of that name lives there?
#[derive(Clone, PartialEq)]
pub struct AddressQuestion {
    /// The surname.
    pub surname: String,
    /// The first of the first names, when it is more than an initial.
    pub first_name: Option<String>,
    /// Sex, where known.
    pub sex: Option<Sex>,
    /// Road name.
    pub street: String,
    /// House number; with `to` the first of a stretch.
    pub house_number: Option<HouseNumber>,
    /// The last house number of a stretch.
    pub house_number_to: Option<HouseNumber>,
    /// Floor.
    pub floor: Option<String>,
    /// Door.
    pub door: Option<String>,
    /// Postal code.
    pub postal_code: String,
}

/// Who has that name?
#[derive(Clone, PartialEq)]
pub struct NameQuestion {
    /// The surname.
    pub surname: String,
    /// The first of the first names, when it is more than an initial.
    pub first_name: Option<String>,
    /// CPR searches one sex at a time.
    pub sex: Sex,
    /// Search former names too.
    pub former_names: bool,
    /// Only in this municipality, CPR's code.
    pub municipality: Option<String>,
}

/// The next step after what was searched so far, each with its hits. `None`: the search is at its end.
pub fn next_step(wanted: &Wanted, searched: &[(Step, u32)]) -> Option<Step> {
    let found = searched.iter().any(|(_, hits)| *hits > 0);
    let asked = |step| searched.iter().any(|(asked, _)| *asked == step);
    steps(wanted).into_iter().find(|step| !asked(*step) && (*step == Step::Name || !found))
}

/// The wider search that would ask something new, for the caller to choose; `None` when there is none.
pub fn wider(wanted: &Wanted, searched: &[(Step, u32)]) -> Option<Widen> {
    [Widen::Address, Widen::Name]
        .into_iter()
        .filter(|widen| *widen > wanted.widen)
        .find(|widen| next_step(&Wanted { widen: *widen, ..wanted.clone() }, searched).is_some())
}

/// The questions of a step: one, or one for each sex in the search by name where the sex is not known. `municipality`
/// narrows the search by name; CPR's code, from hits of the address search.
pub fn questions(wanted: &Wanted, step: Step, municipality: Option<&str>) -> Vec<Question> {
    let (surname, first_name) = searchable_name(&wanted.name);
    if step == Step::Name {
        let sexes = wanted.sex.map_or_else(|| vec![Sex::Female, Sex::Male], |sex| vec![sex]);
        let question = |sex| {
            Question::Name(NameQuestion {
                surname: surname.clone(),
                first_name: first_name.clone(),
                sex,
                former_names: wanted.include_former_names,
                municipality: municipality.map(str::to_owned),
            })
        };
        return sexes.into_iter().map(question).collect();
    }
    let line = &wanted.line;
    vec![Question::Address(AddressQuestion {
        surname,
        first_name,
        sex: wanted.sex,
        street: line.street.clone(),
        house_number: line.house_number,
        house_number_to: line.house_number_to,
        floor: line.floor.clone().filter(|_| step != Step::WithoutFloor),
        door: line.door.clone().filter(|_| step == Step::FullAddress),
        postal_code: wanted.postal_code.clone(),
    })]
}

/// A person that can be meant.
#[derive(Clone, PartialEq)]
pub struct Candidate {
    /// Personal number.
    pub personal_number: PersonalNumber,
    /// The name; `None` for somebody not yet named.
    pub name: Option<String>,
    /// The address; `None` when it is not known, or when it is masked.
    pub address: Option<Address>,
    /// The parts of the address line, where CPR told them apart; `None` when masked.
    pub line: Option<AddressLine>,
    /// The address is hidden because the request has no reason.
    pub address_masked: bool,
    /// Birth date.
    pub birth_date: Option<NaiveDate>,
    /// Person status.
    pub status: Option<Status>,
    /// Name and address protection.
    pub protected: bool,
    /// How it agrees with what was asked.
    pub agreement: Agreement,
}

/// Field by field: does the candidate agree with what was asked?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Agreement {
    /// The name.
    pub name: Agrees,
    /// The road.
    pub street: Agrees,
    /// The house number with its letter.
    pub house_number: Agrees,
    /// The floor.
    pub floor: Agrees,
    /// The door.
    pub door: Agrees,
    /// The postal code.
    pub postal_code: Agrees,
}

/// Whether one field agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Agrees {
    /// The same.
    Same,
    /// Not the same.
    Different,
    /// One of the two is not known, or hidden.
    #[default]
    Unknown,
}

impl Agreement {
    /// Of a candidate with what was asked.
    pub fn of(wanted: &Wanted, candidate: &Candidate) -> Agreement {
        let name = candidate.name.as_deref().map_or(Agrees::Unknown, |name| names_agree(&wanted.name, name));
        let parsed = || candidate.address.as_ref()?.line1.as_deref().map(AddressLine::parse);
        let Some(line) = candidate.line.clone().or_else(parsed) else {
            return Agreement { name, ..Agreement::default() };
        };
        let asked = &wanted.line;
        let postal_code = candidate.address.as_ref().and_then(|address| address.postal_code.as_ref());
        Agreement {
            name,
            street: both(street_words(asked), street_words(&line)),
            house_number: house_numbers_agree(asked, &line),
            floor: parts_agree(asked.floor.as_ref(), line.floor.as_ref()),
            door: parts_agree(asked.door.as_ref(), line.door.as_ref()),
            postal_code: both(Some(&wanted.postal_code), postal_code),
        }
    }

    /// The same without anything that tells where the person lives.
    pub fn without_address(self) -> Agreement {
        Agreement { name: self.name, ..Agreement::default() }
    }
}

/// The candidates of all steps: each person once, as the first step found it; without those whose known birth date is
/// another than the one asked for; each with its agreement.
pub fn candidates(wanted: &Wanted, found: impl IntoIterator<Item = Candidate>) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for candidate in found {
        let known = candidates.iter().any(|other| other.personal_number == candidate.personal_number);
        let other_birth_date = matches!((wanted.birth_date, candidate.birth_date), (Some(a), Some(b)) if a != b);
        if !known && !other_birth_date {
            let agreement = Agreement::of(wanted, &candidate);
            candidates.push(Candidate { agreement, ..candidate });
        }
    }
    candidates
}

fn steps(wanted: &Wanted) -> Vec<Step> {
    let mut steps = Vec::new();
    if wanted.has_danish_address() {
        steps.push(Step::FullAddress);
        if wanted.widen >= Widen::Address && wanted.line.door.is_some() {
            steps.push(Step::WithoutDoor);
        }
        if wanted.widen >= Widen::Address && wanted.line.floor.is_some() {
            steps.push(Step::WithoutFloor);
        }
    }
    if wanted.widen == Widen::Name {
        steps.push(Step::Name);
    }
    steps
}

/// Surname and first name as CPR can search them: whole words. Names between them are left out, because people leave
/// them out, shorten them, and write them as initials.
fn searchable_name(name: &str) -> (String, Option<String>) {
    // `Mortensen, Jens` is how registers write.
    let turned = match name.split_once(',') {
        Some((surname, first_names)) if !words(first_names).is_empty() => format!("{first_names} {surname}"),
        _ => name.replace(',', " "),
    };
    let parts: Vec<&str> = turned.split_whitespace().filter(|part| !words(part).is_empty()).collect();
    match parts[..] {
        [] => (String::new(), None),
        [only] => (only.to_owned(), None),
        [first, .., last] => {
            let initial = words(first).concat().chars().count() < 2;
            (last.to_owned(), (!initial).then(|| first.trim_matches('.').to_owned()))
        }
    }
}

/// Names agree when one is the other with names or letters left out: the surname is the same, the first name is the same
/// or an initial of it, and what stands between in the shorter one is found, in order, in the longer one, in full or as
/// initials. `Jens P. Mortensen` and `Jens Peter Bo Mortensen` agree; `Jens Mortensen` and `Anne Mortensen` do not. A
/// single word agrees with a name that has it. Case, accents and hyphens do not count.
fn names_agree(asked: &str, told: &str) -> Agrees {
    let (asked, told) = (natural_order(asked), natural_order(told));
    let (short, long) = if asked.len() <= told.len() { (&asked, &told) } else { (&told, &asked) };
    let agree = match (&short[..], &long[..]) {
        ([], _) | (_, []) => return Agrees::Unknown,
        ([only], long) => long.contains(only),
        ([first, middle @ .., last], [long_first, long_middle @ .., long_last]) => {
            let mut between = long_middle.iter();
            last == long_last
                && words_agree(first, long_first)
                && middle.iter().all(|name| between.any(|other| words_agree(name, other)))
        }
        (_, [_]) => false,
    };
    if agree { Agrees::Same } else { Agrees::Different }
}

/// The words of a name, first names first.
fn natural_order(name: &str) -> Vec<String> {
    match name.split_once(',') {
        Some((surname, first_names)) => [words(first_names), words(surname)].concat(),
        None => words(name),
    }
}

/// The same word, or one is the initial of the other.
fn words_agree(one: &str, other: &str) -> bool {
    let initial = |short: &str, long: &str| short.chars().count() == 1 && long.starts_with(short);
    one == other || initial(one, other) || initial(other, one)
}

fn house_numbers_agree(asked: &AddressLine, told: &AddressLine) -> Agrees {
    match (asked.house_number, asked.house_number_to, told.house_number) {
        (Some(from), Some(to), Some(told)) => same(from <= told && told <= to),
        (asked, _, told) => both(asked, told),
    }
}

/// Of floor or door. CPR tells all there is, so a part that was asked for and is not there is different; one that was not
/// asked for is not known to agree.
fn parts_agree(asked: Option<&String>, told: Option<&String>) -> Agrees {
    match (asked, told) {
        (None, Some(_)) => Agrees::Unknown,
        (asked, told) => same(asked == told),
    }
}

fn both<T: PartialEq>(asked: Option<T>, told: Option<T>) -> Agrees {
    match (asked, told) {
        (Some(asked), Some(told)) => same(asked == told),
        _ => Agrees::Unknown,
    }
}

const fn same(same: bool) -> Agrees {
    if same { Agrees::Same } else { Agrees::Different }
}

fn street_words(line: &AddressLine) -> Option<Vec<String>> {
    Some(words(&line.street)).filter(|words| !words.is_empty())
}

#[cfg(test)]
mod tests;
