//! A file written by hand, every fault that a file can have, round trips of anything, and arbitrary bytes. The file by
//! hand checks what the shared table of fields cannot: a position that is wrong in it would be wrong both ways.

mod faults;
mod records;
mod round_trip;
mod samples;
mod scanning;

use std::io::{Cursor, Read};

use chrono::NaiveDate;

use super::*;
use crate::{CprDate, PersonalNumber, Precision};

fn number(digits: &str) -> PersonalNumber {
    PersonalNumber::parse(digits).unwrap()
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// All persons of a file, in the order of the index.
fn persons(scan: &Scan, bytes: &[u8]) -> Vec<PersonRecords> {
    let mut source = Cursor::new(bytes);
    let read = |ordinal| {
        let mut person = PersonRecords::default();
        scan.index.read_person(ordinal, &mut source, &mut person).unwrap();
        person
    };
    (0..scan.index.len()).map(read).collect()
}

fn scanned(mut bytes: &[u8]) -> Result<Scan, Refusal> {
    match scan(&mut bytes) {
        Ok(scan) => Ok(scan),
        Err(ScanError::Refused(refusal)) => Err(refusal),
        Err(ScanError::Io(error)) => panic!("{error}"),
    }
}

fn write(style: Style, lines: &[RecordBuilder]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), style);
    writer.start("999901", day(2026, 11, 23), Some(day(2026, 11, 20))).unwrap();
    for line in lines {
        writer.record(line).unwrap();
    }
    writer.finish().unwrap()
}

/// Gives a few bytes at a time, as a network does.
struct Trickle<'a> {
    bytes: &'a [u8],
    portion: usize,
}

impl Read for Trickle<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let length = self.portion.min(into.len());
        self.bytes.read(&mut into[..length])
    }
}
