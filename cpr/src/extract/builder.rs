//! Records in the making.

use super::layout::{Field, Kind, Layout};
use super::{Record, layout};
use crate::CprDate;

/// A record that is being filled. Fields that nobody sets are empty as CPR's are: zeros in N, blanks in A.
///
/// The first mistake is kept and given by [`RecordBuilder::line`], so that calls can be chained and no mistake is passed
/// over: whoever writes the record gets it.
#[derive(Clone)]
pub struct RecordBuilder {
    layout: Option<&'static Layout>,
    line: Vec<u8>,
    fault: Option<FieldFault>,
}

/// What cannot be written. Names record, field and expectation, never the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record {record}, field {field}: expected {expected}")]
pub struct FieldFault {
    /// The code of the record.
    pub record: String,
    /// The field as it was named.
    pub field: String,
    /// What was expected.
    pub expected: &'static str,
}

impl RecordBuilder {
    /// An empty record of this type with its key, positions 4–13.
    #[must_use]
    pub fn new(code: &str, key: &str) -> Self {
        let Some(layout) = layout(code) else {
            let fault = FieldFault {
                record: code.to_owned(),
                field: "RECORDTYPE".to_owned(),
                expected: "a code of the table of records",
            };
            return Self { layout: None, line: Vec::new(), fault: Some(fault) };
        };
        let mut line = Vec::with_capacity(layout.longest());
        line.extend_from_slice(code.as_bytes());
        let builder = Self { layout: Some(layout), line, fault: None };
        let key_field = layout.fields[0].name;
        builder.grown(layout.length).set(key_field, key)
    }

    /// A copy of a record, for changing it. Tail and form are kept; a record of unknown type cannot be changed.
    #[must_use]
    pub fn copy_of(record: Record<'_>) -> Self {
        Self { layout: record.layout(), line: record.raw().to_vec(), fault: None }
    }

    /// Sets a field. Numbers are filled with zeros from the left; an empty value is written as blanks, in fields of type
    /// N too (CPR does so in the time of some events).
    #[must_use]
    pub fn set(mut self, field: &str, value: &str) -> Self {
        if let Err(expected) = self.try_set(field, value) {
            self.note(field, expected);
        }
        self
    }

    /// Sets a date in the form of its field, and its uncertainty mark. A day is written as midnight where a time is
    /// wanted.
    #[must_use]
    pub fn set_date(mut self, field: &str, date: CprDate) -> Self {
        if let Err(expected) = self.try_set_date(field, date) {
            self.note(field, expected);
        }
        self
    }

    /// Empties a field as if it had never been set, and its uncertainty mark.
    #[must_use]
    pub fn clear(mut self, field: &str) -> Self {
        match self.field(field) {
            Ok(found) => {
                self.fill(found);
                if let Some(mark) = self.layout.and_then(|layout| layout.mark_of(found)) {
                    self.fill(mark);
                }
            }
            Err(expected) => self.note(field, expected),
        }
        self
    }

    /// The record in ISO-8859-1, without line end.
    ///
    /// # Errors
    /// The first mistake that was made with it.
    pub fn line(&self) -> Result<&[u8], FieldFault> {
        match &self.fault {
            Some(fault) => Err(fault.clone()),
            None => Ok(&self.line),
        }
    }

    fn try_set(&mut self, name: &str, value: &str) -> Result<(), &'static str> {
        let field = self.field(name)?;
        let place = self.place(field);
        if value.is_empty() {
            place.fill(b' ');
            return Ok(());
        }
        let count = value.chars().count();
        if count > place.len() {
            return Err("not more characters than the field has");
        }
        if value.chars().any(|character| u32::from(character) > 0xff) {
            return Err("characters of ISO-8859-1");
        }
        if value.chars().any(|character| u32::from(character) < 0x20) {
            return Err("no control characters");
        }
        let fixed = match field.kind {
            Kind::Digits | Kind::Day | Kind::Time if !value.bytes().all(|byte| byte.is_ascii_digit()) => {
                return Err("digits");
            }
            Kind::Day | Kind::Time | Kind::Date | Kind::PersonalNumber => count != place.len(),
            Kind::Digits | Kind::Text | Kind::RightText | Kind::Uncertainty => false,
        };
        if fixed {
            return Err("as many characters as the field has");
        }
        let empty = place.len() - count;
        let (filler, part) = match field.kind {
            Kind::Digits | Kind::RightText => place.split_at_mut(empty),
            _ => {
                let (part, filler) = place.split_at_mut(count);
                (filler, part)
            }
        };
        filler.fill(field.kind.filler());
        for (byte, character) in part.iter_mut().zip(value.chars()) {
            *byte = character as u8;
        }
        Ok(())
    }

    fn try_set_date(&mut self, name: &str, date: CprDate) -> Result<(), &'static str> {
        let field = self.field(name)?;
        let day = CprDate { time: None, ..date }.digits();
        match field.kind {
            Kind::Day => self.try_set(name, &day)?,
            Kind::Date => self.try_set(name, &format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]))?,
            Kind::Time => self.try_set(name, &CprDate { time: date.time.or(Some((0, 0))), ..date }.digits())?,
            _ => return Err("a field for a date"),
        }
        match self.layout.and_then(|layout| layout.mark_of(field)) {
            Some(mark) => self.place(mark).fill(if date.uncertain { b'*' } else { b' ' }),
            None if date.uncertain => return Err("a certain date: the field has no uncertainty mark"),
            None => {}
        }
        Ok(())
    }

    fn field(&self, name: &str) -> Result<&'static Field, &'static str> {
        let layout = self.layout.ok_or("a record of a known type")?;
        layout.field(name).ok_or("a field of this record")
    }

    fn fill(&mut self, field: &Field) {
        self.place(field).fill(field.kind.filler());
    }

    /// The bytes of a field; the line is made as long as that needs.
    fn place(&mut self, field: &Field) -> &mut [u8] {
        let (start, end) = (field.start - 1, field.start - 1 + field.length);
        if self.line.len() < end {
            let layout = self.layout;
            let wanted =
                layout.map_or(end, |layout| if end > layout.length { layout.longest() } else { layout.length });
            *self = std::mem::replace(self, Self { layout, line: Vec::new(), fault: None }).grown(wanted);
        }
        &mut self.line[start..end]
    }

    /// Longer, with the fields that it gains empty. A field that was cut off with its trailing blanks gets those back.
    fn grown(mut self, length: usize) -> Self {
        let layout = self.layout;
        for field in layout.iter().flat_map(|layout| layout.fields) {
            let (start, end) = (field.start - 1, field.start - 1 + field.length);
            if end <= length && self.line.len() < end {
                let filler = if self.line.len() > start { b' ' } else { field.kind.filler() };
                self.line.resize(end, filler);
            }
        }
        self
    }

    fn note(&mut self, field: &str, expected: &'static str) {
        if self.fault.is_none() {
            let record = self.layout.map_or_else(String::new, |layout| layout.code.to_owned());
            self.fault = Some(FieldFault { record, field: field.to_owned(), expected });
        }
    }
}

impl std::fmt::Debug for RecordBuilder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "RecordBuilder({})", self.layout.map_or("", |layout| layout.code))
    }
}
