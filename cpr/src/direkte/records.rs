//! The records in an answer: those of one person, enclosed like a change file.

use std::fmt;

use super::Malformed;
use crate::PersonalNumber;

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

const START_LENGTH: usize = 35;
const END_LENGTH: usize = 21;

impl Answer {
    /// Takes bytes for an answer if they are all the records of that person.
    ///
    /// # Errors
    /// [`Malformed::Records`].
    pub fn check(lines: Vec<u8>, number: PersonalNumber) -> Result<Self, Malformed> {
        let record = |from: usize, code: &[u8; 3], key: &[u8]| {
            lines.get(from..from + 3) == Some(code) && lines.get(from + 3..from + 3 + key.len()) == Some(key)
        };
        let end = lines.len().checked_sub(END_LENGTH).ok_or(Malformed::Records("shorter than their frame"))?;
        if !record(0, b"000", b"") {
            return Err(Malformed::Records("a start record first"));
        }
        if !record(START_LENGTH, b"001", number.digits().as_str().as_bytes()) {
            return Err(Malformed::Records("the person that was asked for, behind the start record"));
        }
        if !record(end, b"999", b"") {
            return Err(Malformed::Records("an end record last"));
        }
        Ok(Self { lines })
    }
}
