//! The night: CPR's production of change files for the customer's task.
//!
//! Each file tells of everybody whom the customer follows and whose data changed since the file before it, of whom the
//! customer follows since then, and which subscriptions ended. The days are the simulator's own: a file is of the next
//! weekday that has none yet, and not before today.

mod file;
mod happenings;
mod subscriptions;

use std::path::PathBuf;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use cpr::PersonalNumber;
use serde::{Deserialize, Serialize};

pub use file::Flaw;
pub(crate) use subscriptions::Subscriptions;

use crate::knobs::NightKnobs;
use crate::memory::State;
use crate::population::Population;

/// What the night knows.
pub(crate) struct NightShift {
    /// The task (*opgavenummer*), six digits.
    pub(crate) task: String,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) folder: PathBuf,
    /// The register as the last file saw it.
    seen: Population,
    /// The day of the last file.
    last: Option<NaiveDate>,
    /// No file is of a day before this one.
    not_before: Option<NaiveDate>,
    rejected: Vec<Rejected>,
    productions: Vec<Production>,
}

/// A change file that was produced, whether or not it was put where the customer looks.
#[derive(Clone, PartialEq, Eq)]
pub struct Production {
    /// The day that it is of (*PRODDTO*).
    pub date: NaiveDate,
    /// The day of the one before it (*PRODDTOFORRIG*).
    pub previous: NaiveDate,
    /// Its name, `dÅÅMMDD.lNNNNNN`.
    pub file_name: String,
    /// The whole file.
    pub bytes: Vec<u8>,
    /// How many persons it tells of.
    pub persons: usize,
    /// Whether it was put where the customer looks, in order.
    pub state: ProductionState,
}

/// What became of a production.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProductionState {
    /// Held back.
    Withheld,
    /// Put in the folder, with a flaw.
    Flawed,
    /// Put in the folder.
    Delivered,
}

/// What the night can be told to do. As JSON `{"command": "release", "date": "2026-11-23"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case")]
pub enum NightCommand {
    /// Produces the next file and puts it where the customer looks.
    Deliver,
    /// Produces the next file and holds it back: it comes late, or never.
    Withhold,
    /// Puts a file that was held back, or spoilt, where the customer looks.
    Release {
        /// The day that it is of.
        date: NaiveDate,
    },
    /// Puts the last file a second time, under its name in capitals.
    Twice,
    /// Produces the next two files, and puts the later one first.
    OutOfOrder,
    /// Produces the next file and puts it with a flaw. [`NightCommand::Release`] puts it as it should be.
    Flawed {
        /// What is wrong with it.
        flaw: Flaw,
    },
    /// The next file is of this day (or the next weekday), if none of a later day has been produced.
    SetDate {
        /// The day.
        date: NaiveDate,
    },
}

/// Input that CPR will reject in the next file (910).
struct Rejected {
    key: String,
    line: String,
    code: u16,
    text: &'static str,
}

/// Why there is no file.
#[derive(Debug)]
pub enum NightError {
    /// No production of that day is kept.
    UnknownDate,
    /// Nothing was produced yet.
    NothingProduced,
    /// A record cannot be written, or the folder cannot be written to.
    File(String),
}

/// So many productions are kept for a second delivery.
const KEPT: usize = 30;

impl NightShift {
    /// As the night was remembered; `seen` is the register as the last file saw it.
    pub(crate) fn new(task: String, folder: PathBuf, seen: Population, state: &State) -> Self {
        Self {
            task,
            subscriptions: Subscriptions::of(&state.subscriptions),
            folder,
            seen,
            last: state.last,
            not_before: None,
            rejected: Vec::new(),
            productions: Vec::new(),
        }
    }

    /// Does as told; gives the files that it was about, in the order in which they were put.
    ///
    /// # Errors
    /// [`NightError`].
    pub(crate) fn command(
        &mut self,
        command: &NightCommand,
        population: &Population,
        knobs: &NightKnobs,
        today: NaiveDate,
    ) -> Result<Vec<Production>, NightError> {
        let production = match command {
            NightCommand::SetDate { date } => {
                self.not_before = Some(*date);
                return Ok(Vec::new());
            }
            NightCommand::Withhold => self.produce(population, knobs, today)?,
            NightCommand::Deliver => {
                let date = self.produce(population, knobs, today)?.date;
                self.put(date, None, knobs)?
            }
            NightCommand::Flawed { flaw } => {
                let date = self.produce(population, knobs, today)?.date;
                self.put(date, Some(*flaw), knobs)?
            }
            NightCommand::Release { date } => self.put(*date, None, knobs)?,
            NightCommand::Twice => self.put_again(knobs)?,
            NightCommand::OutOfOrder => {
                let first = self.produce(population, knobs, today)?.date;
                let second = self.produce(population, knobs, today)?.date;
                return Ok(vec![self.put(second, None, knobs)?, self.put(first, None, knobs)?]);
            }
        };
        Ok(vec![production])
    }

    /// The day that the next file will be of.
    pub(crate) fn next_date(&self, today: NaiveDate) -> NaiveDate {
        let after_last = self.last.map_or(today, |last| last + Days::new(1));
        weekday_from(after_last.max(today).max(self.not_before.unwrap_or(today)))
    }

    /// The day of the last file.
    pub(crate) fn last(&self) -> Option<NaiveDate> {
        self.last
    }

    pub(crate) fn productions(&self) -> &[Production] {
        &self.productions
    }

    /// Takes lines of input of type 06 (*personnummer-abonnement*): `06`, customer, `00`, `OP` or `SL`, number. What is
    /// something else comes back as 910 in the next file. CPR's error numbers are not public; these are the simulator's.
    pub(crate) fn take_input(&mut self, text: &str, population: &Population) {
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let field = |from: usize, to: usize| line.get(from - 1..to).unwrap_or_default();
            let number = PersonalNumber::parse(field(11, 20)).ok();
            let known = number.filter(|number| population.person(*number).is_some());
            let fault = match (field(1, 2), field(3, 8), field(9, 10), known) {
                ("06", customer, "OP", Some(number)) if customer.strip_suffix("00") == self.task.get(..4) => {
                    self.subscriptions.create(number);
                    continue;
                }
                ("06", customer, "SL", Some(number)) if customer.strip_suffix("00") == self.task.get(..4) => {
                    self.subscriptions.end(number);
                    continue;
                }
                ("06", _, "OP" | "SL", None) => (9001, "Personnummeret findes ikke i CPR"),
                _ => (9002, "Inddata er ikke gyldige"),
            };
            self.reject(field(11, 20), line, fault);
        }
    }

    /// A line of input for this number will come back as rejected.
    pub(crate) fn reject_number(&mut self, number: PersonalNumber) {
        let (digits, customer) = (number.digits(), self.task.get(..4).unwrap_or_default());
        let line = format!("06{customer}00OP{}", digits.as_str());
        self.reject(digits.as_str(), &line, (9001, "Personnummeret findes ikke i CPR"));
    }

    fn reject(&mut self, key: &str, line: &str, (code, text): (u16, &'static str)) {
        self.rejected.push(Rejected { key: key.to_owned(), line: line.to_owned(), code, text });
    }

    /// Makes the next file, and holds it back.
    fn produce(
        &mut self,
        population: &Population,
        knobs: &NightKnobs,
        today: NaiveDate,
    ) -> Result<Production, NightError> {
        self.subscriptions.follow_changed_numbers(population);
        let date = self.next_date(today);
        let previous = self.last.unwrap_or_else(|| weekday_before(date));
        let turnover = self.subscriptions.take_turnover();
        let content = file::Content {
            task: &self.task,
            date,
            previous,
            population,
            followed: self.subscriptions.active(),
            happenings: happenings::between(&self.seen, population),
            turnover,
            rejected: std::mem::take(&mut self.rejected),
        };
        let (bytes, persons) = content.write(knobs).map_err(|error| NightError::File(error.to_string()))?;
        self.seen = population.clone();
        self.last = Some(date);
        let file_name = file::name(&self.task, date);
        let production = Production { date, previous, file_name, bytes, persons, state: ProductionState::Withheld };
        if self.productions.len() == KEPT {
            self.productions.remove(0);
        }
        self.productions.push(production.clone());
        Ok(production)
    }

    /// Puts a production where the customer looks, in order or with a flaw.
    fn put(&mut self, date: NaiveDate, flaw: Option<Flaw>, knobs: &NightKnobs) -> Result<Production, NightError> {
        let production = self.productions.iter_mut().find(|it| it.date == date).ok_or(NightError::UnknownDate)?;
        let path = self.folder.join(&production.file_name);
        let bytes = flaw.map_or_else(|| production.bytes.clone(), |flaw| flaw.spoil(&production.bytes, production));
        file::put(&path, bytes, knobs.writing)?;
        production.state = if flaw.is_some() { ProductionState::Flawed } else { ProductionState::Delivered };
        Ok(production.clone())
    }

    /// Puts the last production a second time, under its name in capitals, as it has been seen from CPR too.
    fn put_again(&mut self, knobs: &NightKnobs) -> Result<Production, NightError> {
        let production = self.productions.last().ok_or(NightError::NothingProduced)?;
        let path = self.folder.join(production.file_name.to_uppercase());
        file::put(&path, production.bytes.clone(), knobs.writing)?;
        Ok(production.clone())
    }
}

/// The first weekday that is not before the day.
fn weekday_from(mut date: NaiveDate) -> NaiveDate {
    while is_weekend(date) {
        date = date + Days::new(1);
    }
    date
}

/// The last weekday before the day.
fn weekday_before(date: NaiveDate) -> NaiveDate {
    let mut before = date - Days::new(1);
    while is_weekend(before) {
        before = before - Days::new(1);
    }
    before
}

/// Whether CPR makes no file of that day. That it makes one of every other day, holidays among them, is an assumption.
pub(crate) fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

impl std::fmt::Debug for Production {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Production({} after {}, {} persons)", self.date, self.previous, self.persons)
    }
}

impl std::fmt::Display for NightError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownDate => formatter.write_str("no file of that day is kept"),
            Self::NothingProduced => formatter.write_str("no file has been produced yet"),
            Self::File(why) => formatter.write_str(why),
        }
    }
}

impl std::error::Error for NightError {}
