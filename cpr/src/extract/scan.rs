//! Pass 1 over a file: is its envelope in order, and where does each person's part of it lie.

use std::fmt;
use std::io::Read;

use chrono::NaiveDate;

use super::index::{Builder, Index};
use super::refusal::{Fault, Place, Refusal, ScanError};
use super::split::{END, Format, PERSON, RECEIPT, REJECTED, START, is_blank};
use super::table::{code_number, layout_of};
use super::window::{Window, read_records};
use super::{Record, foreign};
use crate::{CprDate, PersonalNumber};

/// What pass 1 found: everything but the persons themselves, which [`Index::read_person`] reads.
#[derive(Debug)]
pub struct Scan {
    /// Start and end record.
    pub envelope: Envelope,
    /// The persons in order of first appearance.
    pub index: Index,
    /// Subscriptions that CPR says are ended (997).
    pub receipts: Vec<Receipt>,
    /// Input that CPR rejected (910).
    pub rejected: Vec<Rejected>,
    /// How the lines end.
    pub line_end: LineEnd,
    counts: Counts,
}

/// What start and end record (*startrecord*, *slutrecord*) say of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The task (*opgavenummer*), six digits: four of the customer, two of the task.
    pub task_number: String,
    /// The day that the file is of.
    pub production_date: NaiveDate,
    /// The day that the previous file of the task was of. `None` in an answer of CPR Direkte.
    pub previous_production_date: Option<NaiveDate>,
    /// How many records stand between start and end.
    pub count: u64,
}

/// A receipt (*kvittering*, 997): CPR has deleted the subscription of a personal number.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Whose subscription. `None` where the ten digits can be no personal number.
    pub number: Option<PersonalNumber>,
    /// When CPR was updated.
    pub at: Option<CprDate>,
    /// CPR's event code.
    pub event: String,
    /// The key constant of the order, mostly empty.
    pub key_constant: String,
}

/// Input that CPR rejected (*fejlrecord*, 910).
#[derive(Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The number that the line was about, where it was about one.
    pub number: Option<PersonalNumber>,
    /// The rejected line, its first 75 characters.
    pub input: String,
    /// CPR's error number, four digits.
    pub code: String,
    /// CPR's error text, Danish.
    pub text: String,
}

/// How the records of a file are separated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnd {
    /// A line feed (or, mixed, now and then a carriage return before it).
    Lf,
    /// Carriage return and line feed, at least behind the first record.
    CrLf,
    /// Not at all.
    None,
}

/// Reads a file to its end, without holding it: is it a person extract for authorities, whole and counted right, and
/// where do the persons' records stand. Works on the answer of CPR Direkte as well (behind its header).
///
/// # Errors
/// [`ScanError::Refused`] with the first fault in the order of the file; [`ScanError::Io`] when it could not be read.
pub fn scan(source: &mut impl Read) -> Result<Scan, ScanError> {
    let mut scanner = Scanner::new();
    let (mut window, format) = Window::open(source)?;
    let format = read_records(&mut window, format, &mut scanner)?;
    scanner.finish(format, &window).map_err(ScanError::Refused)
}

impl Scan {
    /// How many records of each type stand between start and end record, by code.
    pub fn counts(&self) -> impl Iterator<Item = (String, u64)> {
        let counted = self.counts.0.iter().enumerate().filter(|(_, count)| **count > 0);
        counted.map(|(code, count)| (format!("{code:03}"), *count))
    }

    /// The codes among them that no public description shows. Their records are kept as they came.
    pub fn unknown_codes(&self) -> impl Iterator<Item = (String, u64)> {
        self.counts().filter(|(code, _)| super::layout(code).is_none())
    }
}

/// Records by code, 000 to 999.
struct Counts(Box<[u64]>);

/// What is known while the records pass.
pub(super) struct Scanner {
    index: Builder,
    counts: Counts,
    receipts: Vec<Receipt>,
    rejected: Vec<Rejected>,
    start: Option<(String, NaiveDate, Option<NaiveDate>)>,
    count: Option<u64>,
    /// Records read, blank lines not counted.
    records: u64,
    run: Run,
    text: Charset,
    /// Until the first 001 has passed.
    expects_first_person: bool,
}

/// The run that is being read: records of one person directly behind each other.
struct Run {
    key: [u8; 10],
    start: u64,
    /// Behind its last record and its line end; equal to `start` when there is no run.
    end: u64,
}

/// What the bytes above 7F show.
enum Charset {
    /// Nothing yet.
    Ascii,
    /// So far each line that has any is UTF-8; the first of them.
    Utf8(Place),
    /// There is a line that is no UTF-8: the file is as it should be.
    Latin1,
}

/// A run is cut at this length, so that it fits its place in the index.
const LONGEST_RUN: u64 = 1 << 30;

impl Scanner {
    fn new() -> Self {
        Self {
            index: Builder::new(),
            counts: Counts(vec![0; 1000].into()),
            receipts: Vec::new(),
            rejected: Vec::new(),
            start: None,
            count: None,
            records: 0,
            run: Run { key: [0; 10], start: 0, end: 0 },
            text: Charset::Ascii,
            expects_first_person: true,
        }
    }

    /// Takes the next line or joined record, at byte `at`; `end` is where the next one begins. `has_high` says that there
    /// may be bytes above 7F in it.
    #[inline]
    pub(super) fn take(&mut self, line: &[u8], at: u64, end: u64, has_high: bool) -> Result<(), Refusal> {
        if is_blank(line) {
            return Ok(());
        }
        self.records += 1;
        if has_high && !matches!(self.text, Charset::Latin1) {
            self.note_charset(line, at);
        }
        let code = line.first_chunk().and_then(|code| code_number(*code));
        let Some(code) = code.filter(|_| self.start.is_some() && self.count.is_none()) else {
            return self.take_first(line, at);
        };
        let Some(key) = line.get(3..).and_then(<[u8]>::first_chunk::<10>) else {
            return Err(self.refusal(Fault::ShortRecord, at));
        };
        self.counts.0[code] += 1;
        // The common case: one more record of the same person.
        let is_same = *key == self.run.key && self.run.end > self.run.start && at - self.run.start < LONGEST_RUN;
        let is_first_person = code == PERSON && self.expects_first_person;
        if is_same && !is_first_person && !matches!(code, START | END | REJECTED | RECEIPT) {
            self.run.end = end;
            return Ok(());
        }
        self.close_run(at)?;
        match code {
            START => Err(self.refusal(Fault::SecondStart, at)),
            END => self.take_end(line, at),
            REJECTED => {
                self.rejected.push(Rejected::of(Record::of(line)));
                Ok(())
            }
            _ if !key.iter().all(u8::is_ascii_digit) => match layout_of(code) {
                Some(_) => Err(self.refusal(Fault::NotANumber, at)),
                // Counted and reported; it belongs to nobody.
                None => Ok(()),
            },
            RECEIPT => {
                self.receipts.push(Receipt::of(Record::of(line)));
                Ok(())
            }
            _ => {
                self.expects_first_person &= !is_first_person;
                if let Some(product) = is_first_person.then(|| foreign::by_person(line)).flatten() {
                    return Err(self.refusal(Fault::Foreign(product), at));
                }
                self.run = Run { key: *key, start: at, end };
                Ok(())
            }
        }
    }

    /// A refusal because of the record at byte `at`, the last one taken.
    pub(super) fn refusal(&self, fault: Fault, at: u64) -> Refusal {
        Refusal { fault, place: Place { record: self.records, byte: at } }
    }

    /// A refusal because of what stands at byte `at`, behind the last record taken.
    pub(super) fn refusal_behind(&self, fault: Fault, at: u64) -> Refusal {
        Refusal { fault, place: Place { record: self.records + 1, byte: at } }
    }

    /// Whether the start record has been.
    pub(super) fn is_begun(&self) -> bool {
        self.start.is_some()
    }

    /// Whether the end record has been.
    pub(super) fn is_ended(&self) -> bool {
        self.count.is_some()
    }

    /// The first record, one without code, or one behind the end.
    #[cold]
    fn take_first(&mut self, line: &[u8], at: u64) -> Result<(), Refusal> {
        if self.count.is_some() {
            return Err(self.refusal(Fault::DataAfterEnd, at));
        }
        if self.start.is_some() {
            return Err(self.refusal(Fault::NotARecord, at));
        }
        let line = line.trim_ascii_end();
        if let Some(product) = foreign::by_start(line) {
            return Err(self.refusal(Fault::Foreign(product), at));
        }
        if line.starts_with(b"\xef\xbb\xbf") {
            return Err(self.refusal(Fault::Utf8, at));
        }
        if !line.starts_with(b"000") {
            return Err(self.refusal(Fault::NoStart, at));
        }
        let start = read_start(Record::of(line)).map_err(|fault| self.refusal(fault, at))?;
        self.start = Some(start);
        Ok(())
    }

    fn take_end(&mut self, line: &[u8], at: u64) -> Result<(), Refusal> {
        let field = line.get(13..21).filter(|digits| digits.iter().all(u8::is_ascii_digit));
        let stated = field.and_then(|_| Record::of(line).number("TAELLER"));
        let stated = stated.ok_or_else(|| self.refusal(Fault::BadEnd, at))?;
        let found = self.records - 2;
        if stated != found {
            return Err(self.refusal(Fault::WrongCount { stated, found }, at));
        }
        self.count = Some(found);
        Ok(())
    }

    fn close_run(&mut self, at: u64) -> Result<(), Refusal> {
        let Run { key, start, end } = self.run;
        if end > start {
            let key = key.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
            // Shorter than twice the longest run: the last record in it is no longer than a line.
            let length = u32::try_from(end - start).map_err(|_| self.refusal(Fault::TooMany, at))?;
            self.index.add(key, start, length).map_err(|_| self.refusal(Fault::TooMany, at))?;
            self.run.end = start;
        }
        Ok(())
    }

    fn note_charset(&mut self, line: &[u8], at: u64) {
        if !line.is_ascii() {
            if std::str::from_utf8(line).is_err() {
                self.text = Charset::Latin1;
            } else if matches!(self.text, Charset::Ascii) {
                self.text = Charset::Utf8(Place { record: self.records, byte: at });
            }
        }
    }

    fn finish<R: Read>(mut self, format: Format, window: &Window<'_, R>) -> Result<Scan, Refusal> {
        let Some((task_number, production_date, previous_production_date)) = self.start.take() else {
            return Err(self.refusal_behind(Fault::Empty, 0));
        };
        let Some(count) = self.count else {
            return Err(self.refusal_behind(Fault::MissingEnd, window.offset()));
        };
        if let Charset::Utf8(place) = self.text {
            return Err(Refusal { fault: Fault::Utf8, place });
        }
        self.counts.0[END] = 0;
        Ok(Scan {
            envelope: Envelope { task_number, production_date, previous_production_date, count },
            index: self.index.finish(format),
            receipts: self.receipts,
            rejected: self.rejected,
            line_end: window.line_end(format),
            counts: self.counts,
        })
    }
}

fn read_start(start: Record<'_>) -> Result<(String, NaiveDate, Option<NaiveDate>), Fault> {
    let task = start.text("OPGAVENR");
    if task.len() != 6 || !task.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::BadStart("OPGAVENR", "6 digits"));
    }
    let produced = start.date("PRODDTO").and_then(CprDate::date).ok_or(Fault::BadStart("PRODDTO", "a date"))?;
    let previous = match (start.date("PRODDTOFORRIG"), start.text("PRODDTOFORRIG")) {
        (Some(date), _) => Some(date.date().ok_or(Fault::BadStart("PRODDTOFORRIG", "a date or zeros"))?),
        (None, text) if text.bytes().all(|byte| byte == b'0') => None,
        (None, _) => return Err(Fault::BadStart("PRODDTOFORRIG", "a date or zeros")),
    };
    Ok((task.into_owned(), produced, previous))
}

impl Receipt {
    fn of(record: Record<'_>) -> Self {
        Self {
            number: record.personal_number(),
            at: record.date("TIMESTAMPU"),
            event: record.text("HAENDELSE").into_owned(),
            key_constant: record.text("NGLKONST").into_owned(),
        }
    }
}

impl Rejected {
    fn of(record: Record<'_>) -> Self {
        Self {
            number: record.personal_number(),
            input: record.text("INDDATA").into_owned(),
            code: record.text("FEJLNR").into_owned(),
            text: record.text("FEJLTXT-UDTRÆK").into_owned(),
        }
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Receipt({})", self.event)
    }
}

impl fmt::Debug for Rejected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Rejected({})", self.code)
    }
}

impl fmt::Debug for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = self.0.iter().enumerate().filter(|(_, count)| **count > 0);
        formatter.debug_map().entries(counted).finish()
    }
}
