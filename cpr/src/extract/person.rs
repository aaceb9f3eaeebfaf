//! The records of one person.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

use super::Record;
use super::split::{Format, records};
use crate::{PersonalNumber, latin1};

/// A person with more than this is not read; fully selected persons have one to fifty kilobytes.
pub const MAX_PERSON_BYTES: u64 = 4 << 20;

/// All records of one personal number, in the order of the file. The buffer is reused from person to person.
///
/// `Debug` shows the codes alone.
#[derive(Clone, Default)]
pub struct PersonRecords {
    bytes: Vec<u8>,
    lines: Vec<std::ops::Range<usize>>,
    too_long: bool,
}

/// Why a person cannot be taken from a file that is otherwise in order. The rest of the file is not touched by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonFault {
    /// No 001, which every delivered person has.
    #[error("no record 001")]
    Missing,
    /// More than one 001.
    #[error("more than one record 001")]
    Repeated,
    /// The key is ten digits, but can be no personal number.
    #[error("the key can be no personal number")]
    ImpossibleNumber,
    /// More records than any person has.
    #[error("more than {MAX_PERSON_BYTES} bytes of records")]
    TooLong,
}

/// A line that is not ISO-8859-1, counted from 1, so it cannot have come from CPR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {0}: expected characters of ISO-8859-1")]
pub struct NotLatin1(
    /// The line.
    pub usize,
);

impl PersonRecords {
    /// The records that [`PersonRecords::to_text`] wrote: one a line.
    ///
    /// # Errors
    /// The first line with a character that ISO-8859-1 has not.
    pub fn from_lines(text: &str) -> Result<Self, NotLatin1> {
        let mut person = Self::default();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_end_matches(' ').is_empty()) {
            let bytes = latin1::encode(line).map_err(|_| NotLatin1(number + 1))?;
            person.push(&bytes);
        }
        Ok(person)
    }

    /// The records as text, one a line, without trailing blanks.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(self.bytes.len());
        for record in self.iter() {
            let line = latin1::decode(record.raw());
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(line.trim_end_matches(' '));
        }
        text
    }

    /// Adds a record behind the others.
    pub fn push(&mut self, line: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(line);
        self.lines.push(start..self.bytes.len());
    }

    /// All records in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = Record<'_>> {
        self.lines.iter().map(|line| Record::of(&self.bytes[line.clone()]))
    }

    /// The records of one type, in the order of the file.
    pub fn records<'a>(&'a self, code: &str) -> impl Iterator<Item = Record<'a>> {
        let code = <[u8; 3]>::try_from(code.as_bytes()).unwrap_or_default();
        let lines = self.lines.iter().map(|line| &self.bytes[line.clone()]);
        lines.filter(move |line| line.starts_with(&code)).map(Record::of)
    }

    /// The first record of a type of which a person has at most one.
    #[must_use]
    pub fn one(&self, code: &str) -> Option<Record<'_>> {
        self.records(code).next()
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Whose records they are: the key of the first one.
    #[must_use]
    pub fn personal_number(&self) -> Option<PersonalNumber> {
        self.iter().next()?.personal_number()
    }

    /// Why the person cannot be taken. `None`: there is one 001, and the key can be a personal number.
    #[must_use]
    pub fn fault(&self) -> Option<PersonFault> {
        match self.records("001").count() {
            _ if self.too_long => Some(PersonFault::TooLong),
            _ if !self.is_empty() && self.personal_number().is_none() => Some(PersonFault::ImpossibleNumber),
            0 => Some(PersonFault::Missing),
            1 => None,
            _ => Some(PersonFault::Repeated),
        }
    }

    /// Reads the runs of one person from a file.
    ///
    /// # Errors
    /// The source cannot be read, or what stands there are not this person's records.
    pub(super) fn read(
        &mut self,
        source: &mut (impl Read + Seek),
        format: Format,
        key: [u8; 10],
        runs: &[(u64, u32)],
    ) -> io::Result<()> {
        self.bytes.clear();
        self.lines.clear();
        self.too_long = runs.iter().map(|(_, length)| u64::from(*length)).sum::<u64>() > MAX_PERSON_BYTES;
        if self.too_long {
            return Ok(());
        }
        for (offset, length) in runs {
            let start = self.bytes.len();
            self.bytes.resize(start + *length as usize, 0);
            source.seek(SeekFrom::Start(*offset))?;
            source.read_exact(&mut self.bytes[start..])?;
            let lines = records(format, &self.bytes[start..]);
            self.lines.extend(lines.map(|line| line.start + start..line.end + start));
        }
        let is_of_person = |line: &std::ops::Range<usize>| self.bytes[line.clone()].get(3..13) == Some(&key);
        if self.lines.is_empty() || !self.lines.iter().all(is_of_person) {
            let message = "the file is not the one that was scanned";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(())
    }
}

/// The same records, whether or not blanks stand at the end of the lines.
impl PartialEq for PersonRecords {
    fn eq(&self, other: &Self) -> bool {
        let trimmed = |record: Record<'_>| latin1::decode(record.raw()).trim_end_matches(' ').to_owned();
        self.too_long == other.too_long && self.iter().map(trimmed).eq(other.iter().map(trimmed))
    }
}

impl Eq for PersonRecords {}

impl fmt::Debug for PersonRecords {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter().map(|record| record.code().to_owned())).finish()
    }
}
