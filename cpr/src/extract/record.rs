//! One record: a line and the names of its parts.

use std::borrow::Cow;
use std::fmt;

use super::layout::{Field, Kind, Layout};
use super::table::{code_number, layout_of};
use crate::{CprDate, PersonalNumber, latin1};

/// A record (*record*): a borrowed line in ISO-8859-1 without its line end, and its layout where the type is known.
///
/// Any bytes are a record. A line shorter than its layout reads as if blanks stood behind it (copies come with trailing
/// blanks cut off), what stands behind the last field is the [`Record::tail`]. `Debug` shows the code alone.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    raw: &'a [u8],
    layout: Option<&'static Layout>,
}

/// The person in a field that refers to one. CPR tells nobody and somebody without a number apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// Blank: there is nobody.
    Nobody,
    /// Zeros: somebody who is unknown or has no personal number.
    WithoutNumber,
    /// A personal number.
    Number(PersonalNumber),
    /// Something else, which no personal number can be.
    Unreadable,
}

/// Why a historic record is not history any more (`ANNKOR`): such records are delivered and kept, but never shown as what
/// once was in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correction {
    /// `K`, *korrigeret*: it was wrong and has been replaced.
    Corrected,
    /// `A`, *annulleret*, *fortrudt*: it was undone.
    Undone,
    /// `Æ`, *teknisk ændring*: replaced for technical reasons.
    Technical,
    /// A mark that no public description shows.
    Unknown,
}

impl<'a> Record<'a> {
    /// The record in a line without its line end.
    #[must_use]
    pub fn of(line: &'a [u8]) -> Self {
        let layout = line.first_chunk().and_then(|code| layout_of(code_number(*code)?));
        Self { raw: line, layout }
    }

    /// The code, three digits; less or nothing where the line does not begin with ASCII.
    #[must_use]
    pub fn code(&self) -> &'a str {
        ascii(self.slice(1, 3))
    }

    /// The key, positions 4–13 without trailing blanks: the personal number in every record of a person. Empty where it
    /// is not ASCII (910 repeats what it was given).
    #[must_use]
    pub fn key(&self) -> &'a str {
        ascii(self.slice(4, 10)).trim_end_matches(' ')
    }

    /// The key as personal number.
    #[must_use]
    pub fn personal_number(&self) -> Option<PersonalNumber> {
        number_of(self.slice(4, 10))
    }

    /// The table of the record's fields; `None` for a type that no public description shows.
    #[must_use]
    pub fn layout(&self) -> Option<&'static Layout> {
        self.layout
    }

    /// The line as delivered, ISO-8859-1.
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// What stands behind the last field of the layout (of its long form, where there is one).
    #[must_use]
    pub fn tail(&self) -> &'a [u8] {
        self.layout.and_then(|layout| self.raw.get(layout.longest()..)).unwrap_or_default()
    }

    /// A field as text, without the blanks that fill it: those behind it, for doors those before it too. Empty when the
    /// record has no such field.
    #[must_use]
    pub fn text(&self, field: &str) -> Cow<'a, str> {
        self.field(field).map_or(Cow::Borrowed(""), |field| latin1::decode(self.trimmed(field)))
    }

    /// A field of digits as number. `None` where it is blank or has something else than digits.
    #[must_use]
    pub fn number(&self, field: &str) -> Option<u64> {
        let digits = self.trimmed(self.field(field)?);
        if digits.iter().all(u8::is_ascii_digit) { ascii(digits).parse().ok() } else { None }
    }

    /// A date of any of CPR's three forms, with its uncertainty mark. `None` where there is none: blanks, zeros, or
    /// something that is no date ([`Record::text`] has it all the same).
    #[must_use]
    pub fn date(&self, field: &str) -> Option<CprDate> {
        let field = self.field(field)?;
        let text = self.trimmed(field);
        let date = match text {
            [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] => {
                CprDate::parse(ascii(&[*y1, *y2, *y3, *y4, *m1, *m2, *d1, *d2]))?
            }
            digits => CprDate::parse(ascii(digits))?,
        };
        if text.iter().all(|byte| matches!(byte, b'0' | b'-')) {
            return None;
        }
        let mark = self.layout?.mark_of(field).map_or(&[] as &[u8], |mark| self.trimmed(mark));
        Some(date.with_uncertainty(!mark.is_empty()))
    }

    /// The person that a field refers to.
    #[must_use]
    pub fn reference(&self, field: &str) -> Reference {
        match self.field(field).map_or(&[] as &[u8], |field| self.trimmed(field)) {
            b"" => Reference::Nobody,
            b"0000000000" => Reference::WithoutNumber,
            digits => number_of(digits).map_or(Reference::Unreadable, Reference::Number),
        }
    }

    /// Why a historic record is none any more; `None` for one that counts, and for records of other types.
    #[must_use]
    pub fn correction(&self) -> Option<Correction> {
        let field = self.layout?.field("ANNKOR")?;
        Some(match self.trimmed(field) {
            b"" => return None,
            b"K" => Correction::Corrected,
            b"A" => Correction::Undone,
            b"\xc6" => Correction::Technical,
            _ => Correction::Unknown,
        })
    }

    /// The field of that name. Asking a known record for a field that it has not is a mistake in the program.
    fn field(&self, name: &str) -> Option<&'static Field> {
        let field = self.layout?.field(name);
        debug_assert!(field.is_some(), "record {} has no field {name}", self.code());
        field
    }

    fn trimmed(&self, field: &Field) -> &'a [u8] {
        let mut bytes = self.slice(field.start, field.length);
        while let [rest @ .., b' '] = bytes {
            bytes = rest;
        }
        while let (Kind::RightText, [b' ', rest @ ..]) = (field.kind, bytes) {
            bytes = rest;
        }
        bytes
    }

    /// The part of the line at CPR's positions, as far as the line reaches.
    fn slice(&self, start: usize, length: usize) -> &'a [u8] {
        let from = (start - 1).min(self.raw.len());
        let to = (from + length).min(self.raw.len());
        &self.raw[from..to]
    }
}

impl fmt::Debug for Record<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Record({})", self.code())
    }
}

fn ascii(bytes: &[u8]) -> &str {
    // ASCII is UTF-8; anything else reads as nothing.
    if bytes.is_ascii() { std::str::from_utf8(bytes).unwrap_or_default() } else { "" }
}

/// Ten digits that can be a personal number, and nothing else: no blanks or hyphens as people write them.
pub(super) fn number_of(bytes: &[u8]) -> Option<PersonalNumber> {
    let is_number = bytes.len() == 10 && bytes.iter().all(u8::is_ascii_digit);
    if is_number { PersonalNumber::parse(ascii(bytes)).ok() } else { None }
}
