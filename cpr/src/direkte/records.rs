//! The records in an answer: those of one person, enclosed like a change file.

use std::fmt;
use std::io::Cursor;

use super::Malformed;
use crate::PersonalNumber;
use crate::extract::{PersonRecords, ScanError, scan};

/// A person's records, complete as CPR sent them: `000` … `999` without line ends, ISO-8859-1.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The bytes of the records.
    pub lines: Vec<u8>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Answer({} bytes)", self.lines.len())
    }
}

impl Answer {
    /// Takes bytes for an answer if they are all the records of that person.
    ///
    /// # Errors
    /// [`Malformed`]: the envelope is not that of an extract, the count is wrong, there is another person or more than
    /// one, or the person has not exactly one 001.
    pub fn check(lines: Vec<u8>, number: PersonalNumber) -> Result<Self, Malformed> {
        let answer = Self { lines };
        let person = answer.person()?;
        if person.personal_number() == Some(number) { Ok(answer) } else { Err(Malformed::OtherPerson) }
    }

    /// The person in the answer.
    ///
    /// # Errors
    /// As for [`Answer::check`].
    pub fn person(&self) -> Result<PersonRecords, Malformed> {
        let found = scan(&mut self.lines.as_slice()).map_err(|error| match error {
            ScanError::Refused(refusal) => Malformed::Extract(refusal),
            // Bytes in memory can always be read.
            ScanError::Io(_) => Malformed::OtherPerson,
        })?;
        if found.index.len() != 1 {
            return Err(Malformed::OtherPerson);
        }
        let mut person = PersonRecords::default();
        let mut source = Cursor::new(&self.lines);
        found.index.read_person(0, &mut source, &mut person).map_err(|_| Malformed::OtherPerson)?;
        match person.fault() {
            Some(fault) => Err(Malformed::Person(fault)),
            None => Ok(person),
        }
    }
}
