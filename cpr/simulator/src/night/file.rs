//! The file itself: its records, its flaws, and how it comes to lie in the folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use chrono::NaiveDate;
use cpr::PersonalNumber;
use cpr::extract::{LineEnd, RecordBuilder, Style, WriteError, Writer};
use serde::{Deserialize, Serialize};

use super::happenings::{Event, Happenings};
use super::subscriptions::Turnover;
use super::{NightError, Production, Rejected, weekday_before};
use crate::knobs::{LineEnds, NightKnobs, Writing};
use crate::office::records::{self, Form};
use crate::population::{Person, Population};

/// What the file tells.
pub(super) struct Content<'a> {
    pub(super) task: &'a str,
    pub(super) date: NaiveDate,
    pub(super) previous: NaiveDate,
    pub(super) population: &'a Population,
    pub(super) followed: &'a BTreeSet<PersonalNumber>,
    pub(super) happenings: Happenings,
    pub(super) turnover: Turnover,
    pub(super) rejected: Vec<Rejected>,
}

/// What can be wrong with a file that is put in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    /// Only its first half.
    Cut,
    /// The end record counts one more than there are.
    WrongCount,
    /// The start record names an earlier day as the one before it.
    WrongPrevious,
    /// No end record.
    NoEnd,
    /// The start record once more behind the end record.
    DataAfterEnd,
    /// No byte at all.
    Empty,
}

/// The event of a delivery because a subscription was created.
const SUBSCRIBED: &str = "A74";
/// The event in a receipt for an ended subscription. CPR's own code is not known.
const UNSUBSCRIBED: &str = "A00";

impl Content<'_> {
    /// The bytes, and how many persons they tell of.
    pub(super) fn write(&self, knobs: &NightKnobs) -> Result<(Vec<u8>, usize), WriteError> {
        let mut writer = Writer::new(Vec::new(), style(knobs));
        writer.start(self.task, self.date, Some(self.previous))?;
        let form = Form { surname_first: knobs.surname_first, long: knobs.long };
        let delivered = self.delivered(knobs.new_subscriptions);
        for (person, events) in &delivered {
            for record in records::of(self.population, person, form) {
                writer.record(&record)?;
            }
            for event in events {
                writer.record(&self.event(person, *event))?;
            }
        }
        for Rejected { key, line, code, text } in &self.rejected {
            let line: String = line.chars().take(75).collect();
            let record = RecordBuilder::new("910", key).set("INDDATA", &line).set("FEJLNR", &code.to_string());
            writer.record(&record.set("FEJLTXT-UDTRÆK", text))?;
        }
        if knobs.receipts {
            for number in &self.turnover.ended {
                let record = RecordBuilder::new("997", number.digits().as_str()).set("HAENDELSE", UNSUBSCRIBED);
                writer.record(&record.set("TIMESTAMPU", &self.midnight()))?;
            }
        }
        Ok((writer.finish()?, delivered.len()))
    }

    /// Who is delivered and why, by birth date. A person whose subscription began since the last file comes because of
    /// that; one whose subscription ended does not come, whatever happened before.
    fn delivered(&self, new_subscriptions: bool) -> Vec<(&Person, BTreeSet<Event>)> {
        let mut reasons: BTreeMap<PersonalNumber, BTreeSet<Event>> = BTreeMap::new();
        for (number, events) in &self.happenings {
            if self.followed.contains(number) || self.turnover.moved.contains(number) {
                reasons.entry(*number).or_default().extend(events);
            }
        }
        if new_subscriptions {
            for number in &self.turnover.created {
                reasons.entry(*number).or_default().insert(Event { code: SUBSCRIBED, derived: "" });
            }
        }
        let person = |(number, events)| self.population.person(number).map(|person| (person, events));
        let mut delivered: Vec<_> = reasons.into_iter().filter_map(person).collect();
        delivered.sort_by_key(|(person, _)| (person.born.digits(), person.number));
        delivered
    }

    fn event(&self, person: &Person, event: Event) -> RecordBuilder {
        let time = if event.code == SUBSCRIBED { String::new() } else { self.midnight() };
        let record = RecordBuilder::new("099", person.number.digits().as_str()).set("TIMESTAMPU", &time);
        record.set("HAENDELSE", event.code).set("AFLEDTMRK", event.derived)
    }

    /// CPR tells no time of day any more.
    fn midnight(&self) -> String {
        self.date.format("%Y%m%d0000").to_string()
    }
}

/// `dÅÅMMDD.lNNNNNN`.
pub(super) fn name(task: &str, date: NaiveDate) -> String {
    format!("d{}.l{task}", date.format("%y%m%d"))
}

fn style(knobs: &NightKnobs) -> Style {
    let line_end = match knobs.line_ends {
        LineEnds::Lf => LineEnd::Lf,
        LineEnds::CrLf => LineEnd::CrLf,
        LineEnds::None => LineEnd::None,
    };
    Style { line_end, padded: knobs.padded, long: knobs.long, names_last: knobs.names_last }
}

impl Flaw {
    /// The file with the flaw.
    pub(super) fn spoil(self, bytes: &[u8], production: &Production) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        let end = bytes.windows(END.len()).rposition(|window| window == END).unwrap_or(bytes.len());
        match self {
            Self::Empty => bytes.clear(),
            Self::Cut => bytes.truncate(bytes.len() / 2),
            Self::NoEnd => bytes.truncate(end),
            Self::DataAfterEnd => {
                let start = bytes.get(..START_LENGTH).unwrap_or_default().to_vec();
                bytes.extend(start);
            }
            Self::WrongCount => {
                let counter = bytes.get_mut(end + END.len()..end + END.len() + 8);
                if let Some(last) = counter.and_then(|counter| counter.last_mut()) {
                    *last = if *last == b'9' { b'8' } else { *last + 1 };
                }
            }
            Self::WrongPrevious => {
                let earlier = weekday_before(production.previous).format("%Y%m%d").to_string();
                if let Some(field) = bytes.get_mut(27..START_LENGTH) {
                    field.copy_from_slice(earlier.as_bytes());
                }
            }
        }
        bytes
    }
}

/// What the end record begins with.
const END: &[u8] = b"9999999999999";
const START_LENGTH: usize = 35;

/// Puts a file in the folder.
pub(super) fn put(path: &Path, bytes: Vec<u8>, writing: Writing) -> Result<(), NightError> {
    let written = match writing {
        Writing::Renamed => put_renamed(path, &bytes),
        Writing::Direct => fs::write(path, &bytes),
        Writing::Slowly => put_slowly(path, bytes),
    };
    written.map_err(|error| NightError::File(format!("the folder cannot be written to: {}", error.kind())))
}

fn put_renamed(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("tmp");
    fs::write(&temporary, bytes)?;
    fs::rename(temporary, path)
}

/// In twenty pieces within two seconds, in a thread of its own.
fn put_slowly(path: &Path, bytes: Vec<u8>) -> io::Result<()> {
    let mut file = File::create(path)?;
    std::thread::Builder::new().name("cpr-simulator-file".to_owned()).spawn(move || {
        for piece in bytes.chunks(bytes.len().div_ceil(20).max(1)) {
            // Whoever removed the file meanwhile does not want the rest.
            if file.write_all(piece).and_then(|()| file.flush()).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    })?;
    Ok(())
}
