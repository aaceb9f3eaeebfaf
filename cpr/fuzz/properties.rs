//! What holds for any bytes. The fuzz targets try it with bytes that nobody thought of, `cpr/tests/corpus.rs` with the
//! samples and with every input that has once broken it.
#![allow(dead_code, reason = "each fuzz target uses one of the functions")]

use std::io::{Cursor, Read};

use cpr::extract::{self, Fault, Kind, PersonRecords, Record, RecordBuilder, ScanError, Style, Writer};
use cpr::gctp::{self, Answer, AnswerBody};
use cpr::{CprDate, PersonalNumber, direkte};

/// Any line is a record, all of it can be asked for, and a copy of it is the same.
pub fn record(line: &[u8]) {
    let record = Record::of(line);
    assert!(record.code().len() <= 3 && record.key().len() <= 10 && record.tail().len() <= line.len());
    for field in record.layout().map(|layout| layout.fields).unwrap_or_default() {
        assert!(record.text(field.name).chars().count() <= field.length);
        let (_, _) = (record.number(field.name), record.reference(field.name));
        let is_date = matches!(field.kind, Kind::Day | Kind::Date | Kind::Time);
        let Some(date) = record.date(field.name).filter(|_| is_date) else { continue };
        let written = RecordBuilder::copy_of(record).set_date(field.name, date);
        let read = Record::of(written.line().unwrap()).date(field.name);
        // A field for a time may hold a mere day; it is written as midnight.
        assert_eq!(read.map(|read| CprDate { time: date.time, ..read }), Some(date));
    }
    let _ = record.correction();
    assert_eq!(RecordBuilder::copy_of(record).line().as_deref(), Ok(line));

    let mut person = PersonRecords::default();
    person.push(line);
    let _ = person.fault();
    if line.iter().all(|byte| *byte >= b' ') && line.iter().any(|byte| *byte != b' ') {
        assert_eq!(PersonRecords::from_lines(&person.to_text()), Ok(person));
    }
}

/// Any file is refused or read, the same in whatever portions it comes; each record of a file that is read belongs to
/// somebody; and what was read can be written and read again.
pub fn scan(file: &[u8]) {
    let portion = 1 + file.len() % 7;
    let trickled = extract::scan(&mut Trickle { file, portion });
    let scan = match extract::scan(&mut { file }) {
        Err(ScanError::Refused(refusal)) => {
            let Err(ScanError::Refused(again)) = trickled else { panic!("refused as a whole, read in portions") };
            assert_eq!(refusal, again);
            return;
        }
        Err(ScanError::Io(error)) => panic!("{error}"),
        Ok(scan) => scan,
    };
    assert_eq!(format!("{scan:?}"), format!("{:?}", trickled.unwrap()));

    let persons = read_all(&scan, file);
    let records = persons.iter().map(PersonRecords::len).sum::<usize>() + scan.receipts.len() + scan.rejected.len();
    let unknown: u64 = scan.unknown_codes().map(|(_, count)| count).sum();
    assert!(records as u64 <= scan.envelope.count && records as u64 + unknown >= scan.envelope.count);

    let mut writer = Writer::new(Vec::new(), Style { padded: file.len().is_multiple_of(2), ..Style::default() });
    let cpr::extract::Envelope { task_number, production_date, previous_production_date, .. } = &scan.envelope;
    writer.start(task_number, *production_date, *previous_production_date).unwrap();
    for record in persons.iter().flat_map(PersonRecords::iter) {
        writer.copy(record).unwrap();
    }
    let written = writer.finish().unwrap();
    match extract::scan(&mut written.as_slice()) {
        Ok(scan) => assert_eq!(read_all(&scan, &written), persons),
        // In another order another 001 is the first, and without its other records a file may look like UTF-8.
        Err(ScanError::Refused(refusal)) => assert!(matches!(refusal.fault, Fault::Foreign(_) | Fault::Utf8)),
        Err(ScanError::Io(error)) => panic!("{error}"),
    }
}

/// Any bytes are refused or read as an answer of CPR Services. What was read can be written and read; from then on it stays
/// what it is (the first writing leaves out what XML cannot carry).
pub fn gctp(bytes: &[u8]) {
    let _ = gctp::Request::parse(bytes);
    let Ok(answer) = Answer::parse(bytes) else { return };
    if let AnswerBody::Service { answer, .. } = &answer.body {
        let _ = answer.record::<gctp::Stam>();
        let _ = answer.record::<gctp::Adresse3>();
        let _ = answer.rows::<gctp::FamilieRow>();
        let _ = answer.rows::<gctp::AdrsogRow>();
        let _ = answer.answered_at();
    }
    for style in [gctp::Style::default(), gctp::Style { prolog: true, empty_fields: false, ok_receipt: true }] {
        let written = Answer::parse(&answer.to_bytes(style)).unwrap();
        assert_eq!(Answer::parse(&written.to_bytes(style)).as_ref(), Ok(&written));
    }
}

/// Any bytes are refused or read as a message to CPR Direkte, and as an answer of it.
pub fn direkte(bytes: &[u8]) {
    if let Ok(request) = direkte::Request::parse(bytes) {
        let written = match &request {
            direkte::Request::LogOn(log_on) => log_on.to_bytes(),
            direkte::Request::Call(call) => call.to_bytes(),
        };
        assert_eq!(direkte::Request::parse(&written), Ok(request));
    }
    let Some((head, rest)) = bytes.split_first_chunk() else { return };
    if let Ok(head) = direkte::AnswerHead::parse(head) {
        let written = head.to_bytes();
        assert_eq!(direkte::AnswerHead::parse(written.first_chunk().unwrap()), Ok(head));
    }
    let Some((length, records)) = rest.split_first_chunk() else { return };
    let _ = direkte::data_length(length);
    let number = PersonalNumber::parse("1705801235").unwrap();
    if let Ok(answer) = direkte::Answer::check(records.to_vec(), number) {
        assert_eq!(answer.person().unwrap().personal_number(), Some(number));
    }
}

fn read_all(scan: &extract::Scan, file: &[u8]) -> Vec<PersonRecords> {
    let mut source = Cursor::new(file);
    let read = |ordinal| {
        let mut person = PersonRecords::default();
        scan.index.read_person(ordinal, &mut source, &mut person).unwrap();
        person
    };
    (0..scan.index.len()).map(read).collect()
}

/// Gives a few bytes at a time, as a network does.
struct Trickle<'a> {
    file: &'a [u8],
    portion: usize,
}

impl Read for Trickle<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let length = self.portion.min(into.len());
        self.file.read(&mut into[..length])
    }
}
