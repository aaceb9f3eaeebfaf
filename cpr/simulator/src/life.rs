//! What can happen to people at the press of a button: each event needs a person and at most one word more; where it
//! needs an address or a number, the simulator finds one.

use chrono::NaiveDate;
use cpr::{CprDate, PersonalNumber, Sex};
use serde::{Deserialize, Serialize};

use crate::population::{Address, EditError, Emigrated, Person, Population, Protection, Renumbering};

/// Something that happens to a person today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LifeEvent {
    /// Moves to another address, or comes back.
    Move,
    /// Takes another surname: the word, or one that the simulator finds.
    Rename,
    /// Marries the person whose number is the word.
    Marry,
    /// Has a child; a spouse is the other parent.
    HaveChild,
    /// Name and address become protected.
    Protect,
    /// The protection of name and address ends.
    Unprotect,
    /// Goes to Sweden.
    Emigrate,
    /// Nobody knows any more where the person is.
    Disappear,
    /// Dies.
    Die,
    /// Gets another number, because the old one was wrong (status 60).
    Renumber,
    /// Turns out to have had two numbers: this one is deleted (status 50), the other one, which is new here, remains.
    DoubleNumber,
}

/// An event as it comes in: `{"event": "marry", "number": "…", "other": "…"}`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Happening {
    pub(crate) event: LifeEvent,
    /// To whom, ten digits.
    pub(crate) number: String,
    /// The word more.
    #[serde(default)]
    pub(crate) other: String,
}

/// Why nothing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LifeError {
    /// Nobody in the register has the number, or it is none.
    UnknownPerson,
    /// The other person of a marriage is missing or unknown.
    UnknownSpouse,
    /// Nothing that happens to the living happens to the dead, or under a number that is not in use.
    NotAlive,
    /// No number is left for that day.
    NoNumber,
}

const SURNAMES: [&str; 4] = ["Holm", "Birk", "Lund", "Dam"];
const SWEDEN: &str = "5120";

pub(crate) fn happen(
    population: &mut Population,
    event: LifeEvent,
    number: PersonalNumber,
    other: &str,
    today: NaiveDate,
) -> Result<Option<PersonalNumber>, LifeError> {
    let person = population.person(number).ok_or(LifeError::UnknownPerson)?;
    if matches!(person.status.as_str(), "30" | "50" | "60" | "90") {
        return Err(LifeError::NotAlive);
    }
    let day = CprDate::of(today);
    let at = CprDate { time: Some((0, 0)), ..day };
    let other = other.trim();
    match event {
        LifeEvent::Move => population.move_to(number, new_address(person, at))?,
        LifeEvent::Rename => {
            let (first, last) = new_name(person, other);
            population.rename(number, (&first, "", &last), at)?;
        }
        LifeEvent::Marry => {
            let spouse = PersonalNumber::parse(other).map_err(|_| LifeError::UnknownSpouse)?;
            population.marry(number, spouse, at).map_err(|_| LifeError::UnknownSpouse)?;
        }
        LifeEvent::HaveChild => {
            // Boys and girls in turn.
            let sex = if person.children.len().is_multiple_of(2) { Sex::Female } else { Sex::Male };
            return Ok(Some(population.have_child(number, sex, today)?));
        }
        LifeEvent::Protect => population.protect(number, Protection::NAME_AND_ADDRESS, day)?,
        LifeEvent::Unprotect => population.unprotect(number, Protection::NAME_AND_ADDRESS)?,
        LifeEvent::Emigrate => {
            let lines = vec!["Storgatan 1".to_owned(), "211 42 Malmö".to_owned(), "Sverige".to_owned()];
            population.emigrate(number, Emigrated { country: SWEDEN.to_owned(), since: at, lines })?;
        }
        LifeEvent::Disappear => population.disappear(number, at)?,
        LifeEvent::Die => population.die(number, at)?,
        LifeEvent::Renumber => {
            let new = another_number(population, person)?;
            population.renumber(number, new, Renumbering::Changed, at)?;
            return Ok(Some(new));
        }
        LifeEvent::DoubleNumber => {
            let new = another_number(population, person)?;
            let remaining = Person { number: new, former_numbers: Vec::new(), ..person.clone() };
            population.insert(remaining)?;
            population.renumber(number, new, Renumbering::Deleted, at)?;
            return Ok(Some(new));
        }
    }
    Ok(None)
}

/// Another number of the same day and sex.
fn another_number(population: &Population, person: &Person) -> Result<PersonalNumber, LifeError> {
    let born = person.number.birth_date().ok_or(LifeError::NoNumber)?;
    population.unused_number(born, person.sex).ok_or(LifeError::NoNumber)
}

/// One of a few addresses of the register: another than the person has, and if there is one, has had.
fn new_address(person: &Person, since: CprDate) -> Address {
    let address = |(municipality, road, house, floor, door, town, post): (&str, &str, &str, &str, &str, &str, &str)| {
        let owned = str::to_owned;
        Address {
            municipality: owned(municipality),
            road: owned(road),
            house: owned(house),
            floor: owned(floor),
            door: owned(door),
            town: owned(town),
            post: owned(post),
            since: Some(since),
            ..Address::default()
        }
    };
    let addresses = [
        ("0851", "8540", "012", "01", "th", "", "9000"),
        ("0851", "8550", "005", "02", "tv", "", "9000"),
        ("0573", "5732", "034", "", "", "Varde", "6800"),
        ("0851", "8530", "007A", "st", "mf", "", "9210"),
    ];
    let here = person.address.as_ref().map(Address::place);
    let was_left = |choice: &Address| person.former_addresses.iter().any(|left| left.place() == choice.place());
    let choices = addresses.map(address);
    let elsewhere = || choices.iter().filter(|choice| Some(choice.place()) != here);
    let choice = elsewhere().find(|choice| !was_left(choice)).or_else(|| elsewhere().next());
    choice.cloned().unwrap_or_default()
}

fn new_name(person: &Person, wish: &str) -> (String, String) {
    let (first, last) = person.name.as_ref().map_or(("Nini", ""), |name| (&name.first, &name.last));
    let next = SURNAMES.iter().position(|surname| *surname == last).map_or(0, |place| (place + 1) % SURNAMES.len());
    let surname = if wish.is_empty() { SURNAMES[next] } else { wish };
    // The addressing name has 34 characters.
    let room = 34_usize.saturating_sub(surname.chars().count() + 1);
    (first.chars().take(room).collect::<String>().trim_end().to_owned(), surname.chars().take(32).collect())
}

impl From<EditError> for LifeError {
    fn from(error: EditError) -> Self {
        match error {
            EditError::UnknownPerson | EditError::OnePerson => Self::UnknownPerson,
            EditError::NumberInUse => Self::NoNumber,
        }
    }
}

impl std::fmt::Display for LifeError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::UnknownPerson => "nobody in the register has the number",
            Self::UnknownSpouse => "the other person of the marriage is missing or unknown",
            Self::NotAlive => "the person is dead, or the number is not in use",
            Self::NoNumber => "no number is left",
        })
    }
}

impl std::error::Error for LifeError {}
