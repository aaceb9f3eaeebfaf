//! Files as CPR writes them, in every style that has been seen.

use std::io::{self, Write};

use chrono::NaiveDate;

use super::scan::LineEnd;
use super::{FieldFault, Record, RecordBuilder};
use crate::CprDate;

/// How a file is written. All of these have been seen in files that came from CPR or are copies of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// What stands between records.
    pub line_end: LineEnd,
    /// Whether blanks at the end of a line are written. Without line ends they always are.
    pub padded: bool,
    /// Whether 001 and 002 are written in their long form.
    pub long: bool,
    /// Whether all records 003 stand in one block before the end record. They wait in memory until then.
    pub names_last: bool,
}

/// Lines with LF and all blanks, short forms, every record at its place.
impl Default for Style {
    fn default() -> Self {
        Self { line_end: LineEnd::Lf, padded: true, long: false, names_last: false }
    }
}

/// Writes a file from start record to end record, and counts. Needs no buffer around `out`.
pub struct Writer<W> {
    out: W,
    style: Style,
    /// Whole records on their way to `out`.
    buffer: Vec<u8>,
    names: Vec<u8>,
    count: u64,
}

/// Why a record is not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A mistake in the record.
    #[error(transparent)]
    Field(#[from] FieldFault),
    /// The record is of unknown type or longer than this style allows, so nobody could tell where the next one begins.
    #[error("record {0}: without line ends only records in the length of the table can be written")]
    Length(String),
    /// The file cannot be written.
    #[error("writing the file: {0}")]
    Io(#[from] io::Error),
}

const BUFFER: usize = 64 << 10;

impl<W: Write> Writer<W> {
    /// A file of this style, with nothing in it.
    pub fn new(out: W, style: Style) -> Self {
        Self { out, style, buffer: Vec::with_capacity(2 * BUFFER), names: Vec::new(), count: 0 }
    }

    /// Writes the start record: the task (six digits), the day of the file, the day of the one before it (`None` as in
    /// CPR Direkte).
    ///
    /// # Errors
    /// The task is not what it should be; the file cannot be written.
    pub fn start(&mut self, task: &str, produced: NaiveDate, previous: Option<NaiveDate>) -> Result<(), WriteError> {
        let mut start = RecordBuilder::new("000", "0000000000").set("OPGAVENR", task);
        start = start.set_date("PRODDTO", CprDate::of(produced));
        if let Some(previous) = previous {
            start = start.set_date("PRODDTOFORRIG", CprDate::of(previous));
        }
        self.line(start.line()?);
        self.flush_full()
    }

    /// Writes a record.
    ///
    /// # Errors
    /// The first mistake made with the record; one that this style cannot hold; the file cannot be written.
    pub fn record(&mut self, record: &RecordBuilder) -> Result<(), WriteError> {
        self.copy(Record::of(record.line()?))
    }

    /// Writes a record that was read from somewhere, in this style.
    ///
    /// # Errors
    /// The style cannot hold the record; the file cannot be written.
    pub fn copy(&mut self, record: Record<'_>) -> Result<(), WriteError> {
        let line = record.raw();
        let unfit = || Err(WriteError::Length(record.code().to_owned()));
        let length = match record.layout() {
            Some(layout) if self.style.long => layout.longest(),
            Some(layout) => layout.length,
            None if self.style.line_end == LineEnd::None => return unfit(),
            None => line.len(),
        };
        if self.style.line_end == LineEnd::None && line.len() > length {
            return unfit();
        }
        self.count += 1;
        let end = self.style.line_end.bytes();
        let into = if self.style.names_last && record.code() == "003" { &mut self.names } else { &mut self.buffer };
        if self.style.padded || self.style.line_end == LineEnd::None {
            into.extend_from_slice(line);
            into.resize(into.len() + length.saturating_sub(line.len()), b' ');
        } else {
            into.extend_from_slice(trimmed(line));
        }
        into.extend_from_slice(end);
        self.flush_full()
    }

    /// Writes a line as it is, whatever it is, and counts it as a record. For files with mistakes in them.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn raw(&mut self, line: &[u8]) -> Result<(), WriteError> {
        self.count += 1;
        self.line(line);
        self.flush_full()
    }

    /// How many records stand between start and end.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Writes the end record with the count, and everything out.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(self) -> Result<W, WriteError> {
        let count = self.count;
        self.finish_counting(count)
    }

    /// The same with a count of the caller's. For files with mistakes in them.
    ///
    /// # Errors
    /// The count has more than eight digits; the file cannot be written.
    pub fn finish_counting(mut self, count: u64) -> Result<W, WriteError> {
        self.write_names();
        let end = RecordBuilder::new("999", "9999999999").set("TAELLER", &count.to_string());
        self.line(end.line()?);
        self.abandon()
    }

    /// Writes everything out without an end record. For files with mistakes in them.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn abandon(mut self) -> Result<W, WriteError> {
        self.write_names();
        self.out.write_all(&self.buffer)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn write_names(&mut self) {
        self.buffer.append(&mut self.names);
    }

    fn line(&mut self, line: &[u8]) {
        self.buffer.extend_from_slice(line);
        self.buffer.extend_from_slice(self.style.line_end.bytes());
    }

    fn flush_full(&mut self) -> Result<(), WriteError> {
        if self.buffer.len() >= BUFFER {
            self.out.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }
}

impl LineEnd {
    const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Lf => b"\n",
            Self::CrLf => b"\r\n",
            Self::None => b"",
        }
    }
}

fn trimmed(mut line: &[u8]) -> &[u8] {
    while let [rest @ .., b' '] = line {
        line = rest;
    }
    line
}
