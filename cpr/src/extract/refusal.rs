//! Why a file is not taken.

use std::fmt;
use std::io;

/// Why a file is refused as a whole: what is wrong, and where. Names codes, fields and expectations, never content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{fault} ({place})")]
pub struct Refusal {
    /// What is wrong.
    pub fault: Fault,
    /// Where.
    pub place: Place,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The record, counted from 1, blank lines not counted. In a file that ends too early: the one that is missing.
    pub record: u64,
    /// Where it begins, in bytes from the beginning of the file.
    pub byte: u64,
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nothing in it but blank lines.
    #[error("the file is empty")]
    Empty,
    /// The first record is no start record.
    #[error("expected a start record (000)")]
    NoStart,
    /// A field of the start record has not the form that it must have.
    #[error("start record, field {0}: expected {1}")]
    BadStart(&'static str, &'static str),
    /// The file is another product of CPR's, whose records mean something else.
    #[error("not a person extract for authorities, but {0}")]
    Foreign(Product),
    /// Another start record: files put one behind the other.
    #[error("a second start record (000)")]
    SecondStart,
    /// No end record: the file was cut off, or is not finished.
    #[error("expected an end record (999) before the end of the file")]
    MissingEnd,
    /// The end record has no count.
    #[error("end record, field TAELLER: expected 8 digits")]
    BadEnd,
    /// Something behind the end record.
    #[error("data behind the end record (999)")]
    DataAfterEnd,
    /// The end record counts other than the records that are there.
    #[error("the end record counts {stated} records, the file has {found}")]
    WrongCount {
        /// What the end record says.
        stated: u64,
        /// The records between start and end.
        found: u64,
    },
    /// A line that does not begin with three digits.
    #[error("expected a record code of three digits")]
    NotARecord,
    /// A record that ends before its key does.
    #[error("the record ends before position 13")]
    ShortRecord,
    /// A record of a person whose key is not ten digits.
    #[error("positions 4-13: expected ten digits")]
    NotANumber,
    /// A byte below 20 (hexadecimal) that is no line end, or a line end inside a record of fixed length.
    #[error("a control character")]
    ControlByte,
    /// The text has been turned into UTF-8 on its way, so nothing stands where it should.
    #[error("the file has been turned into UTF-8; expected ISO-8859-1 as delivered")]
    Utf8,
    /// A record type without known length in a file without line ends: where the next record begins nobody knows.
    #[error("a record type of unknown length in a file without line ends")]
    UnknownCode,
    /// A file without line ends that stops inside a record.
    #[error("the file ends inside a record")]
    Truncated,
    /// A line longer than [`MAX_LINE`](super::MAX_LINE).
    #[error("the line is longer than any record")]
    LongLine,
    /// More persons, or more scattered records, than can be counted.
    #[error("more persons or scattered records than can be indexed")]
    TooMany,
}

/// Products of CPR's that look alike and mean something else. How they are told apart is second-hand knowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// U09480-P, change extract for private companies: 001 is one wide record.
    PrivateExtract,
    /// U08080-P, address match: other keys.
    AddressMatch,
    /// The registration extract that Greenland gets: codes in steps of five.
    RegistrationExtract,
    /// P02680, P05780, P11980: authorities, roads, post codes.
    Register,
    /// The records of persons are far longer than any that is known.
    Unknown,
}

/// Why a scan came to no result.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The file is not to be taken.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The source could not be read: says nothing about the file.
    #[error("reading the file: {0}")]
    Io(#[from] io::Error),
}

impl Fault {
    /// A stable name, for logs, reports and whoever translates.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NoStart => "no-start",
            Self::BadStart(..) => "bad-start",
            Self::Foreign(product) => product.code(),
            Self::SecondStart => "second-start",
            Self::MissingEnd => "missing-end",
            Self::BadEnd => "bad-end",
            Self::DataAfterEnd => "data-after-end",
            Self::WrongCount { .. } => "wrong-count",
            Self::NotARecord => "not-a-record",
            Self::ShortRecord => "short-record",
            Self::NotANumber => "not-a-number",
            Self::ControlByte => "control-byte",
            Self::Utf8 => "utf-8",
            Self::UnknownCode => "unknown-code",
            Self::Truncated => "truncated",
            Self::LongLine => "long-line",
            Self::TooMany => "too-many",
        }
    }
}

impl Product {
    const fn code(self) -> &'static str {
        match self {
            Self::PrivateExtract => "private-extract",
            Self::AddressMatch => "address-match",
            Self::RegistrationExtract => "registration-extract",
            Self::Register => "register",
            Self::Unknown => "unknown-product",
        }
    }
}

impl fmt::Display for Product {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::PrivateExtract => "the extract for private companies (U09480-P)",
            Self::AddressMatch => "an address match (U08080-P)",
            Self::RegistrationExtract => "the registration extract delivered to Greenland",
            Self::Register => "a register of authorities, roads or post codes",
            Self::Unknown => "an unknown product with wider records",
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "record {}, byte {}", self.record, self.byte)
    }
}
