//! The scan as such: small portions, many persons, little memory.

use super::samples::sample;
use super::*;

#[test]
fn a_file_is_the_same_in_whatever_portions_it_comes() {
    for bytes in [sample!("change-scattered.txt"), sample!("status-crlf-long.txt"), sample!("joined-long.txt")] {
        let whole = scanned(bytes).unwrap();
        for portion in [1, 2, 3, 7, 64, 1000] {
            let scan = scan(&mut Trickle { bytes, portion }).unwrap();
            assert_eq!(scan.envelope, whole.envelope);
            assert_eq!(scan.counts().collect::<Vec<_>>(), whole.counts().collect::<Vec<_>>());
            assert_eq!(persons(&scan, bytes), persons(&whole, bytes));
        }
    }
}

/// A file of this many persons with five records each, all 003 behind everybody.
fn crowd(count: u32, style: Style) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), style);
    writer.start("999901", day(2026, 11, 23), Some(day(2026, 11, 20))).unwrap();
    for person in 0..count {
        let key = key_of(person);
        for record in [
            RecordBuilder::new("001", &key).set("STATUS", "01").set("KOEN", "K"),
            RecordBuilder::new("002", &key).set("KOMKOD", "0851").set("SIDEDOER", "tv"),
            RecordBuilder::new("003", &key).set("ADRNVN", &format!("Nummer {person}")),
            RecordBuilder::new("008", &key).set("FORNVN", "Ø"),
            RecordBuilder::new("099", &key).set("HAENDELSE", "A01"),
        ] {
            writer.record(&record).unwrap();
        }
    }
    writer.finish().unwrap()
}

/// Days of 1981 (not the first of January), so that every key can be a number.
fn key_of(person: u32) -> String {
    format!("{:02}{:02}81{:04}", 2 + person % 27, 1 + person / 27 % 12, person / (27 * 12))
}

#[test]
fn each_of_many_persons_gets_all_of_its_scattered_records_for_forty_bytes() {
    for line_end in [LineEnd::Lf, LineEnd::None] {
        let count = 32_768;
        let bytes = crowd(count, Style { line_end, padded: false, names_last: true, ..Style::default() });
        let scan = scanned(&bytes).unwrap();
        assert_eq!((scan.index.len(), scan.envelope.count), (count as usize, 5 * u64::from(count)));
        let each = scan.index.memory() as f64 / f64::from(count);
        assert!(each < 48.0, "{each} bytes a person");
        let mut source = Cursor::new(&bytes);
        let mut person = PersonRecords::default();
        for ordinal in (0..count).step_by(997) {
            scan.index.read_person(ordinal as usize, &mut source, &mut person).unwrap();
            assert_eq!(person.personal_number(), Some(number(&key_of(ordinal))));
            assert_eq!(person.one("003").unwrap().text("ADRNVN"), format!("Nummer {ordinal}"));
            assert_eq!(person.iter().map(|record| record.code()).collect::<String>(), "001002008099003");
        }
    }
}

#[test]
fn two_persons_in_turn_are_read_in_the_order_of_the_file() {
    let record = |person: u32, note: u32| RecordBuilder::new("019", &key_of(person)).set("NOTATNR", &note.to_string());
    let lines: Vec<_> = (0..90).flat_map(|note| [record(1, note), record(2, note)]).collect();
    let bytes = write(Style::default(), &lines);
    let scan = scanned(&bytes).unwrap();
    for person in persons(&scan, &bytes) {
        let notes: Vec<_> = person.records("019").filter_map(|record| record.number("NOTATNR")).collect();
        assert_eq!(notes, (0..90).collect::<Vec<_>>());
    }
}

#[test]
fn line_ends_may_be_mixed_and_blank_lines_do_not_count() {
    let text =
        "00000000000009999012026112320261120\r\n\n0010302812346\n \n0040302812346\r\n\r\n999999999999900000002\r";
    let scan = scanned(text.as_bytes()).unwrap();
    assert_eq!((scan.line_end, scan.envelope.count), (LineEnd::CrLf, 2));
    assert_eq!(persons(&scan, text.as_bytes())[0].to_text(), "0010302812346\n0040302812346");
}
