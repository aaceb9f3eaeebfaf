//! The records of change files and of CPR Direkte, which are the same: a person of them, and what is kept.

mod file;
mod keep;
mod person;
mod sections;

use cpr::extract::{PersonFault, PersonRecords, Record};

use super::translate::value::text;
use super::{Answer, Keep, Records};

pub use file::{ChangeFile, FileFault, InFile, Moved};
pub(super) use person::former_numbers;
pub(super) use sections::details;

/// Why the records of a person cannot be used. They are set aside; nothing that is kept of the person changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The key of the records is no number that a person can have in CPR.
    #[error("the key is no personal number")]
    NoNumber,
    /// No record 001: what came is not the person's whole state.
    #[error("record 001 is missing")]
    NoPerson,
    /// Several records 001: it is not known which one holds.
    #[error("there is more than one record 001")]
    SeveralPersons,
    /// More records than any person has.
    #[error("there are more records than any person has")]
    TooLong,
    /// 001 without a status.
    #[error("record 001 has no status")]
    NoStatus,
}

impl Fault {
    /// A stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Fault::NoNumber => "no-personal-number",
            Fault::NoPerson => "no-person-record",
            Fault::SeveralPersons => "several-person-records",
            Fault::TooLong => "too-many-records",
            Fault::NoStatus => "no-status",
        }
    }

    /// What is wrong, in Danish.
    pub const fn text(self) -> &'static str {
        match self {
            Fault::NoNumber => "Recordernes nøgle er ikke et personnummer.",
            Fault::NoPerson => "Record 001 mangler: personen er ikke leveret helt.",
            Fault::SeveralPersons => "Der er flere record 001 for den samme person.",
            Fault::TooLong => "Personen har flere recorder, end nogen person kan have.",
            Fault::NoStatus => "Record 001 har ingen status.",
        }
    }
}

/// What the records of one person say: what a party shows, and what is kept.
///
/// # Errors
/// [`Fault`].
pub fn read(records: &PersonRecords, keep: &Keep) -> Result<Answer, Fault> {
    Ok(Answer { person: person::person(records)?, records: Records::of_lines(kept_lines(records, keep)) })
}

/// The lines that are stored, in the order of delivery, each without what this installation does not keep; `\n` between
/// them. Events (099), which tell why a person came, are not the person's state and are never kept.
pub fn kept_lines(records: &PersonRecords, keep: &Keep) -> String {
    keep::kept_lines(records, keep)
}

impl From<PersonFault> for Fault {
    fn from(fault: PersonFault) -> Fault {
        match fault {
            PersonFault::Missing => Fault::NoPerson,
            PersonFault::Repeated => Fault::SeveralPersons,
            PersonFault::ImpossibleNumber => Fault::NoNumber,
            PersonFault::TooLong => Fault::TooLong,
        }
    }
}

/// A field's text with single blanks; `None` when there is nothing in it.
fn field(record: &Record, name: &str) -> Option<String> {
    text(record.text(name))
}

/// A field of digits; `None` when there are only zeros.
fn code(record: &Record, name: &str) -> Option<String> {
    field(record, name).filter(|digits| !digits.bytes().all(|byte| byte == b'0'))
}

#[cfg(test)]
mod tests;
