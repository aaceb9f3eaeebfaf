//! What is written is read back, in every style; arbitrary bytes never panic.

use proptest::prelude::*;

use super::samples::sample;
use super::*;

fn style() -> impl Strategy<Value = Style> {
    let line_end = prop_oneof![Just(LineEnd::Lf), Just(LineEnd::CrLf), Just(LineEnd::None)];
    (line_end, any::<[bool; 3]>()).prop_map(|(line_end, [padded, long, names_last])| Style {
        line_end,
        padded,
        long,
        names_last,
    })
}

/// Keys of a few persons, so that their records get mixed. All can be personal numbers.
fn key() -> impl Strategy<Value = String> {
    "0[2-4]028[1-3]1234"
}

/// What a field of this kind can hold, trimmed as it is read.
fn value(field: &'static Field) -> BoxedStrategy<String> {
    let length = field.length;
    match field.kind {
        Kind::Digits => regex(&format!("([0-9]{{{length}}})?")),
        Kind::Text => regex(&format!("([!-~æøåÆØÅéü¡-ÿ][ -~æøåÆØÅ]{{0,{}}})?", length - 1))
            .prop_map(|text| text.trim_end_matches(' ').to_owned())
            .boxed(),
        Kind::RightText => regex(&format!("[!-~æøå]{{0,{length}}}")),
        Kind::PersonalNumber => prop_oneof!["[0-9]{10}", Just("0000000000".to_owned()), Just(String::new())].boxed(),
        Kind::Day => "[0-9]{8}".boxed(),
        Kind::Date => "([0-9]{4}-[0-9]{2}-[0-9]{2})?".boxed(),
        Kind::Time => "([0-9]{12})?".boxed(),
        Kind::Uncertainty => "[*]?".boxed(),
    }
}

fn regex(pattern: &str) -> BoxedStrategy<String> {
    prop::string::string_regex(pattern).unwrap().boxed()
}

/// A record of any person type, every field of it set to something; and what was set.
fn record() -> impl Strategy<Value = (RecordBuilder, Vec<(&'static Field, String)>)> {
    let layouts: Vec<_> = layouts().filter(|layout| !matches!(layout.code, "000" | "910" | "997" | "999")).collect();
    (prop::sample::select(layouts), key(), any::<bool>()).prop_flat_map(|(layout, key, long)| {
        let length = if long { layout.longest() } else { layout.length };
        let fields: Vec<_> = layout.fields[1..].iter().filter(move |field| field.start <= length).collect();
        let values: Vec<_> = fields.iter().map(|field| value(field)).collect();
        values.prop_map(move |values| {
            let set: Vec<_> = fields.iter().copied().zip(values).collect();
            let record = RecordBuilder::new(layout.code, &key);
            let record = set.iter().fold(record, |record, (field, value)| record.set(field.name, value));
            (record, set)
        })
    })
}

/// The records of each person in the order of first appearance; with names last, each person's 003 behind the others.
fn grouped(records: &[RecordBuilder], style: Style) -> Vec<PersonRecords> {
    let lines: Vec<&[u8]> = records.iter().map(|record| record.line().unwrap()).collect();
    let is_late = |line: &&[u8]| style.names_last && line.starts_with(b"003");
    let (late, early): (Vec<&[u8]>, Vec<&[u8]>) = lines.into_iter().partition(is_late);
    let mut persons: Vec<PersonRecords> = Vec::new();
    for line in early.into_iter().chain(late) {
        let key = Record::of(line).key();
        match persons.iter_mut().find(|person| person.iter().any(|record| record.key() == key)) {
            Some(person) => person.push(line),
            None => {
                let mut person = PersonRecords::default();
                person.push(line);
                persons.push(person);
            }
        }
    }
    persons
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_field_is_read_as_it_was_set((record, set) in record()) {
        let line = record.line().unwrap();
        let read = Record::of(line);
        for (field, value) in &set {
            prop_assert_eq!(read.text(field.name), value.as_str(), "{} {}", read.code(), field.name);
            if matches!(field.kind, Kind::Day | Kind::Date | Kind::Time) {
                let digits = value.replace('-', "");
                let expected = CprDate::parse(&digits).filter(|_| digits.bytes().any(|byte| byte != b'0'));
                let date = read.date(field.name);
                prop_assert_eq!(date.map(|date| date.with_uncertainty(false)), expected);
                // A date is written as it was read, its mark too.
                if let Some(date) = date {
                    let again = RecordBuilder::copy_of(read).clear(field.name).set_date(field.name, date);
                    prop_assert_eq!(again.line().unwrap(), line);
                }
            }
        }
    }

    #[test]
    fn any_file_survives_writing_and_reading_in_any_style(
        records in prop::collection::vec(record().prop_map(|(record, _)| record), 0..40), style in style(),
    ) {
        // A file without line ends has one form of 001 and 002.
        let style = Style { long: style.long || style.line_end == LineEnd::None, ..style };
        let bytes = write(style, &records);
        let scan = scanned(&bytes).unwrap();
        prop_assert_eq!(scan.envelope.count, records.len() as u64);
        prop_assert_eq!(scan.counts().map(|(_, count)| count).sum::<u64>(), records.len() as u64);
        let expected = grouped(&records, style);
        prop_assert_eq!(&persons(&scan, &bytes), &expected);
        for person in expected {
            prop_assert_eq!(PersonRecords::from_lines(&person.to_text()), Ok(person));
        }
    }

    #[test]
    fn unknown_records_and_tails_survive_with_line_ends(
        codes in prop::collection::vec("(034|051|098|[2-8][0-9]{2})", 0..20), tail in "[!-~æøå]{0,60}", crlf in any::<bool>(),
    ) {
        let style = Style { line_end: if crlf { LineEnd::CrLf } else { LineEnd::Lf }, ..Style::default() };
        let mut writer = Writer::new(Vec::new(), style);
        writer.start("999901", day(2026, 11, 23), None).unwrap();
        let lines: Vec<_> = codes.iter().map(|code| latin1(&format!("{code}0302811234{tail}"))).collect();
        for line in &lines {
            writer.raw(line).unwrap();
        }
        let bytes = writer.finish().unwrap();
        let scan = scanned(&bytes).unwrap();
        prop_assert_eq!(scan.unknown_codes().map(|(_, count)| count).sum::<u64>(), lines.len() as u64);
        let read: Vec<Vec<u8>> =
            persons(&scan, &bytes).iter().flat_map(|person| person.iter().map(|record| record.raw().to_vec())).collect();
        prop_assert_eq!(read, lines);
    }

    #[test]
    fn any_other_count_is_refused(
        records in prop::collection::vec(record().prop_map(|(record, _)| record), 0..8), stated in 0..99_999_999_u64,
    ) {
        let mut writer = Writer::new(Vec::new(), Style::default());
        writer.start("999901", day(2026, 11, 23), None).unwrap();
        for record in &records {
            writer.record(record).unwrap();
        }
        let found = writer.count();
        let result = scanned(&writer.finish_counting(stated).unwrap());
        if stated == found {
            prop_assert!(result.is_ok());
        } else {
            prop_assert_eq!(result.unwrap_err().fault, Fault::WrongCount { stated, found });
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let record = Record::of(&bytes);
        let _ = (record.code(), record.key(), record.personal_number(), record.tail(), record.correction());
        let _ = scanned(&bytes);
    }

    #[test]
    fn a_damaged_file_is_read_or_refused(
        which in 0..4_usize, at in 0..3000_usize, with in any::<u8>(), cut in 0..3200_usize,
    ) {
        let samples = [sample!("change-scattered.txt"), sample!("status-crlf-long.txt"), sample!("joined-long.txt"),
            sample!("direkte-joined.txt")];
        let mut bytes = samples[which].to_vec();
        if let Some(byte) = bytes.get_mut(at) {
            *byte = with;
        }
        bytes.truncate(cut);
        if let Ok(scan) = scanned(&bytes) {
            for person in persons(&scan, &bytes) {
                let _ = person.fault();
            }
        }
    }
}

fn latin1(text: &str) -> Vec<u8> {
    crate::latin1::encode(text).unwrap()
}

#[test]
fn without_line_ends_only_lengths_of_the_table_are_written() {
    let mut writer = Writer::new(Vec::new(), Style { line_end: LineEnd::None, ..Style::default() });
    let long = RecordBuilder::new("002", "0302811234").set("VEJNVN", "Allé");
    assert!(matches!(writer.record(&long), Err(WriteError::Length(code)) if code == "002"));
    assert!(matches!(writer.copy(Record::of(b"0510302811234")), Err(WriteError::Length(_))));
    assert!(matches!(writer.record(&RecordBuilder::new("001", "1")), Err(WriteError::Field(_))));
}
