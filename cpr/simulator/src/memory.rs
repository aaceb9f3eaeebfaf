//! What the office remembers when it is closed: whom the customer follows, what happened at the press of a button, and
//! the day of the last file. Without it a restart would follow nobody, and the next file would not follow the last one.
//!
//! Kept are what happened and when, not the register: it is brought up to date by letting everything happen again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use cpr::PersonalNumber;
use serde::{Deserialize, Serialize};

use crate::life::{self, LifeEvent};
use crate::population::Population;

/// Everything that is remembered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct State {
    /// The day of the last file.
    pub(crate) last: Option<NaiveDate>,
    /// What happened, oldest first.
    pub(crate) happened: Vec<Happened>,
    /// How much of it the last file saw.
    pub(crate) told: usize,
    pub(crate) subscriptions: Followed,
}

/// Something that happened to a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Happened {
    pub(crate) on: NaiveDate,
    pub(crate) event: LifeEvent,
    pub(crate) number: String,
    pub(crate) other: String,
}

/// The subscriptions, by number.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Followed {
    pub(crate) active: Vec<String>,
    pub(crate) created: Vec<String>,
    pub(crate) ended: Vec<String>,
    pub(crate) moved: Vec<String>,
}

/// A file that holds the state.
pub(crate) struct Memory {
    path: PathBuf,
    saved: State,
}

impl Memory {
    /// Opens the file; without one nothing has happened yet.
    ///
    /// # Errors
    /// If it cannot be read, or has another form.
    pub(crate) fn open(path: PathBuf) -> io::Result<(Self, State)> {
        let state = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => State::default(),
            Err(error) => return Err(error),
        };
        Ok((Self { path, saved: State::clone(&state) }, state))
    }

    /// Saves the state, if it is another than the one saved last.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn save(&mut self, state: &State) -> io::Result<()> {
        if *state != self.saved {
            write(&self.path, &serde_json::to_vec(state)?)?;
            self.saved = state.clone();
        }
        Ok(())
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    fs::write(&beside, bytes)?;
    fs::rename(beside, path)
}

/// Lets everything happen again. What a newer population does not allow any more is left out.
pub(crate) fn relive(population: &mut Population, happened: &[Happened]) {
    for Happened { on, event, number, other } in happened {
        if let Ok(number) = PersonalNumber::parse(number) {
            let _ = life::happen(population, *event, number, other, *on);
        }
    }
}
