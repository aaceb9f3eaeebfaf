//! What the table of fields is made of.

/// A record type (*recordtype*): its code, CPR's name of it, and its fields.
#[derive(Debug, PartialEq, Eq)]
pub struct Layout {
    /// Three digits, positions 1–3 of every record.
    pub code: &'static str,
    /// CPR's name of the record, Danish.
    pub name: &'static str,
    /// Length in characters when every blank is delivered.
    pub length: usize,
    /// Length of the long form, where there is one: the same record with more fields behind it. A task delivers one form
    /// or the other, and nothing but the length tells which.
    pub long_length: Option<usize>,
    /// The fields from position 4 on, without gaps. The first is the key; those behind [`Layout::length`] exist in the
    /// long form only.
    pub fields: &'static [Field],
}

/// A field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// CPR's name.
    pub name: &'static str,
    /// First position, counted from 1 as CPR does.
    pub start: usize,
    /// Number of characters.
    pub length: usize,
    /// What stands in it.
    pub kind: Kind,
}

/// What stands in a field. CPR's own two types are N (zero-filled from the left; empty = zeros) and A (blank-filled;
/// empty = blanks).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Ten digits of a person (A). Blanks: there is nobody. Zeros: there is somebody, without a number or unknown.
    PersonalNumber,
    /// A code or a number (N).
    Digits,
    /// Text (A).
    Text,
    /// Text that CPR writes to the right of its field: doors (*sidedør*).
    RightText,
    /// `ÅÅÅÅMMDD` (N).
    Day,
    /// `ÅÅÅÅ-MM-DD` (A).
    Date,
    /// `ÅÅÅÅMMDDTTMM` (N), Danish local time.
    Time,
    /// `*` where the date before it is uncertain (A).
    Uncertainty,
}

impl Layout {
    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field that marks this date as uncertain: the one behind it, if it is a mark.
    #[must_use]
    pub fn mark_of(&self, field: &Field) -> Option<&'static Field> {
        let behind = field.start + field.length;
        self.fields.iter().find(|mark| mark.start == behind && mark.kind == Kind::Uncertainty)
    }

    /// The length with every field that there may be.
    #[must_use]
    pub fn longest(&self) -> usize {
        self.long_length.unwrap_or(self.length)
    }
}

impl Kind {
    /// What an empty field of this kind is filled with.
    #[must_use]
    pub const fn filler(self) -> u8 {
        match self {
            Self::Digits | Self::Day | Self::Time => b'0',
            Self::PersonalNumber | Self::Text | Self::RightText | Self::Date | Self::Uncertainty => b' ',
        }
    }
}

pub(super) const fn record(code: &'static str, name: &'static str, length: usize, fields: &'static [Field]) -> Layout {
    Layout { code, name, length, long_length: None, fields }
}

pub(super) const fn long_record(
    code: &'static str,
    name: &'static str,
    length: usize,
    long_length: usize,
    fields: &'static [Field],
) -> Layout {
    Layout { code, name, length, long_length: Some(long_length), fields }
}

pub(super) const fn person(name: &'static str, start: usize) -> Field {
    Field { name, start, length: 10, kind: Kind::PersonalNumber }
}

pub(super) const fn digits(name: &'static str, start: usize, length: usize) -> Field {
    Field { name, start, length, kind: Kind::Digits }
}

pub(super) const fn text(name: &'static str, start: usize, length: usize) -> Field {
    Field { name, start, length, kind: Kind::Text }
}

pub(super) const fn right(name: &'static str, start: usize, length: usize) -> Field {
    Field { name, start, length, kind: Kind::RightText }
}

pub(super) const fn day(name: &'static str, start: usize) -> Field {
    Field { name, start, length: 8, kind: Kind::Day }
}

pub(super) const fn date(name: &'static str, start: usize) -> Field {
    Field { name, start, length: 10, kind: Kind::Date }
}

pub(super) const fn time(name: &'static str, start: usize) -> Field {
    Field { name, start, length: 12, kind: Kind::Time }
}

pub(super) const fn mark(name: &'static str, start: usize) -> Field {
    Field { name, start, length: 1, kind: Kind::Uncertainty }
}
