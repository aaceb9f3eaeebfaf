//! What is refused, and where it says the fault is.

use super::samples::sample;
use super::*;

fn refusal(bytes: &[u8]) -> (Fault, u64, u64) {
    let refusal = scanned(bytes).unwrap_err();
    (refusal.fault, refusal.place.record, refusal.place.byte)
}

const START: &str = "00000000000009999012026112320261120\n";
const PERSON: &str = "0010302812346          01000000000000 K1981-02-03\n";

#[test]
fn a_refusal_names_the_place() {
    let after_person = (START.len() + PERSON.len()) as u64;
    for (text, expected) in [
        (String::new(), (Fault::Empty, 1, 0)),
        ("  \n\r\n".to_owned(), (Fault::Empty, 1, 0)),
        (format!("{START}{PERSON}"), (Fault::MissingEnd, 3, after_person)),
        (format!("{START}{PERSON}{START}"), (Fault::SecondStart, 3, after_person)),
        (format!("{START}{PERSON}99999999999990000000\n"), (Fault::BadEnd, 3, after_person)),
        (
            format!("{START}{PERSON}999999999999900000002\n"),
            (Fault::WrongCount { stated: 2, found: 1 }, 3, after_person),
        ),
        (format!("{START}\n\n{PERSON}00A\n"), (Fault::NotARecord, 3, after_person + 2)),
        (format!("{START}{PERSON}004030281234\n"), (Fault::ShortRecord, 3, after_person)),
        (format!("{START}{PERSON}004030281-346\n"), (Fault::NotANumber, 3, after_person)),
        (format!("{START}{PERSON}0040302812346\t\n"), (Fault::ControlByte, 3, after_person)),
        (format!("{START}{PERSON}0040302812346\r0003\n"), (Fault::ControlByte, 3, after_person)),
        (format!("{START}{PERSON}999999999999900000001\n \n\nx"), (Fault::DataAfterEnd, 4, after_person + 25)),
        ("0000000000000999901".to_owned(), (Fault::BadStart("PRODDTO", "a date"), 1, 0)),
        ("\n000000000000099990A2026112320261120".to_owned(), (Fault::BadStart("OPGAVENR", "6 digits"), 1, 1)),
        (START.replace("20261120", "20260000"), (Fault::BadStart("PRODDTOFORRIG", "a date or zeros"), 1, 0)),
        ("PK\u{3}\u{4}\n\n".to_owned(), (Fault::NoStart, 1, 0)),
        ("\u{feff}00000000000".to_owned(), (Fault::Utf8, 1, 0)),
    ] {
        assert_eq!(refusal(text.as_bytes()), expected, "{text:?}");
    }
}

#[test]
fn a_refusal_repeats_nothing_of_the_file() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/extract");
    for entry in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = match scanned(&bytes) {
            Err(refusal) => format!("{refusal} {refusal:?}"),
            Ok(scan) => format!("{scan:?} {:?}", persons(&scan, &bytes)),
        };
        for content in ["1705801235", "0302812346", "2206853457", "1109794568", "blegård", "Eksempel", "not a number"]
        {
            assert!(!text.contains(content), "{text}");
        }
    }
}

#[test]
fn each_fault_has_a_code_of_its_own() {
    use Product::{AddressMatch, PrivateExtract, Register, RegistrationExtract};
    let faults = [
        Fault::Empty,
        Fault::NoStart,
        Fault::BadStart("", ""),
        Fault::SecondStart,
        Fault::MissingEnd,
        Fault::BadEnd,
        Fault::DataAfterEnd,
        Fault::WrongCount { stated: 0, found: 0 },
        Fault::NotARecord,
        Fault::ShortRecord,
        Fault::NotANumber,
        Fault::ControlByte,
        Fault::Utf8,
        Fault::UnknownCode,
        Fault::Truncated,
        Fault::LongLine,
        Fault::TooMany,
        Fault::Foreign(PrivateExtract),
        Fault::Foreign(AddressMatch),
        Fault::Foreign(RegistrationExtract),
        Fault::Foreign(Register),
        Fault::Foreign(Product::Unknown),
    ];
    let codes: std::collections::BTreeSet<_> = faults.iter().map(|fault| fault.code()).collect();
    assert_eq!(codes.len(), faults.len());
}

#[test]
fn a_line_without_end_is_refused_and_not_held() {
    let mut line = START.as_bytes().to_vec();
    line.extend(PERSON.trim_end().as_bytes());
    line.resize(line.len() + 3 * MAX_LINE, b'x');
    assert_eq!(refusal(&line), (Fault::LongLine, 2, 36));
    assert_eq!(refusal(&vec![b'x'; 3 * MAX_LINE]), (Fault::NoStart, 1, 0));
    // A long line that ends is a record with a tail.
    let mut line = format!("{START}0040302812346{}", "x".repeat(MAX_LINE / 2));
    line.push_str("\n999999999999900000001");
    assert_eq!(scanned(line.as_bytes()).unwrap().index.len(), 1);
}

#[test]
fn foreign_products_without_line_ends_are_named_too() {
    let register = "00000000120261123001085100000000000000000000000000000000".repeat(2000);
    assert_eq!(refusal(register.as_bytes()).0, Fault::Foreign(Product::Register));
    let person = format!("{:<469}", "001030281234619810203K0100000000000");
    let joined = format!("{}{person}999999999999900000001", START.trim_end());
    assert_eq!(refusal(joined.as_bytes()).0, Fault::Foreign(Product::PrivateExtract));
}

#[test]
fn a_file_that_stops_anywhere_is_refused() {
    for bytes in [sample!("change-scattered.txt"), sample!("status-crlf-long.txt"), sample!("joined-long.txt")] {
        let end = bytes.trim_ascii_end().len();
        for length in 0..end {
            assert!(scanned(&bytes[..length]).is_err(), "{length} of {end}");
        }
        assert!(scanned(&bytes[..end]).is_ok());
    }
}

#[test]
fn a_source_that_fails_says_nothing_about_the_file() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let (start, _) = sample!("change-scattered.txt").split_at(500);
    assert!(matches!(scan(&mut start.chain(Broken)), Err(ScanError::Io(_))));
}

#[test]
fn another_file_than_the_one_that_was_scanned_is_not_read() {
    let bytes = sample!("change-scattered.txt");
    let scan = scanned(bytes).unwrap();
    let mut person = PersonRecords::default();
    let other = bytes.to_ascii_uppercase().repeat(2).split_off(7);
    let error = scan.index.read_person(0, &mut Cursor::new(&other), &mut person).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
    let error = scan.index.read_person(0, &mut Cursor::new(&bytes[..50]), &mut person).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
    let error = scan.index.read_person(3, &mut Cursor::new(bytes), &mut person).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}

#[test]
fn a_person_with_more_than_anybody_has_is_not_read() {
    let line = format!("0190302812346{:<2000}\n", "");
    let lines = usize::try_from(MAX_PERSON_BYTES).unwrap() / line.len() + 1;
    let text = format!("{START}{PERSON}{}99999999999990000{:04}", line.repeat(lines), lines + 1);
    let scan = scanned(text.as_bytes()).unwrap();
    assert_eq!(persons(&scan, text.as_bytes())[0].fault(), Some(PersonFault::TooLong));
}
