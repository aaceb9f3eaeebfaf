//! The files of `corpus/extract`: written by hand from the layouts, position by position, not by our writer.

use super::*;

macro_rules! sample {
    ($name:literal) => {
        include_bytes!(concat!("../../../corpus/extract/", $name)).as_slice()
    };
}
pub(super) use sample;

#[test]
fn a_change_file_is_read_field_by_field() {
    let bytes = sample!("change-scattered.txt");
    let scan = scanned(bytes).unwrap();
    let envelope = Envelope {
        task_number: "999901".to_owned(),
        production_date: day(2026, 11, 23),
        previous_production_date: Some(day(2026, 11, 20)),
        count: 29,
    };
    assert_eq!((&scan.envelope, scan.line_end), (&envelope, LineEnd::Lf));
    let persons = persons(&scan, bytes);
    let [first, dead, protected] = persons.as_slice() else { panic!("{persons:?}") };
    assert_eq!(first.personal_number(), Some(number("1705801235")));
    assert!(persons.iter().all(|person| person.fault().is_none()));

    let person = first.one("001").unwrap();
    assert_eq!((person.text("STATUS"), person.text("KOEN")), ("01".into(), "M".into()));
    assert_eq!(person.date("FOED_DT"), Some(CprDate::of(day(1980, 5, 17))));
    assert_eq!((person.date("STATUSHAENSTART"), person.date("SLUT_DT-PERSON")), (None, None));
    assert_eq!(person.text("STILLING"), "Prøvesmed");
    assert_eq!(person.reference("PNRGAELD"), Reference::Nobody);

    let address = first.one("002").unwrap();
    for (field, text) in [
        ("KOMKOD", "0851"),
        ("VEJKOD", "8530"),
        ("HUSNR", "004"),
        ("ETAGE", "02"),
        ("SIDEDOER", "th"),
        ("BNR", ""),
        ("CONVN", "c/o Østergård"),
        ("FRAFLYKOMKOD", "0573"),
        ("ADR1-SUPLADR", "Bagbygningen"),
        ("ADR2-SUPLADR", ""),
        ("VEJNVN", ""),
    ] {
        assert_eq!(address.text(field), text, "{field}");
    }
    assert_eq!(address.number("KOMKOD"), Some(851));
    assert_eq!(address.date("TILFLYDTO").unwrap().digits(), "202611210000");
    assert_eq!(address.date("START_DT-ADRTXT"), Some(CprDate::of(day(2020, 2, 1))));

    // Its 003 stands behind everybody else, and has the name.
    assert_eq!(first.iter().last().unwrap().code(), "003");
    let name = first.one("003").unwrap();
    assert_eq!((name.text("ADRNVN"), name.text("BYNVN")), ("Prøve B. Æblegård".into(), "Prøveby".into()));
    assert_eq!((name.text("POSTNR"), name.text("POSTDISTTXT")), ("9000".into(), "Aalborg".into()));
    assert_eq!((name.text("SIDEDOER"), name.text("VEJADRNVN")), ("th".into(), "Kastanjealléen".into()));
    assert_eq!(first.one("008").unwrap().text("MELNVN"), "Bæk");
    assert_eq!(first.one("008").unwrap().text("EFTERNVN_MRK"), "*");

    assert_eq!(first.one("022").unwrap().reference("PNR"), Reference::Number(number("1705801200")));
    assert_eq!(first.one("014").unwrap().reference("PNR-BARN"), Reference::Number(number("1109794568")));
    assert_eq!(first.one("015").unwrap().reference("PNRMOR"), Reference::WithoutNumber);
    assert_eq!(first.one("051").unwrap().raw(), b"0511705801235SOMETHING NEW 2026");
    assert_eq!(first.one("099").unwrap().text("HAENDELSE"), "A01");

    assert!(dead.one("002").is_none());
    assert_eq!((dead.one("003").unwrap().text("ADRNVN"), dead.one("012").unwrap().text("CIVST")).1, "D");
    assert_eq!(protected.one("004").unwrap().text("BESKYTTYPE"), "0001");
    assert_eq!(protected.one("050").unwrap().date("HAENSTART").unwrap().date(), Some(day(2026, 12, 24)));
    assert_eq!(protected.one("052").unwrap().text("VAERGEMAALS_TYPE"), "DELVIS");
    assert_eq!(protected.one("099").unwrap().date("TIMESTAMPU"), None);
}

#[test]
fn dates_come_as_they_are_registered_incomplete_and_uncertain_ones_too() {
    let bytes = sample!("change-scattered.txt");
    let persons = persons(&scanned(bytes).unwrap(), bytes);
    let date = |code: &str, field: &str| persons[0].one(code).unwrap().date(field).unwrap();
    for (code, field, digits, precision, uncertain) in [
        ("023", "TILFLYDTO", "198000000000", Precision::Year, true),
        ("023", "FRAFLYDTO", "200001011299", Precision::Day, true),
        ("002", "TILFLYKOMDTO", "200001011299", Precision::Day, true),
        ("008", "NVNHAENSTART", "198006012000", Precision::Minute, false),
        ("012", "AEGTEFOED_DT", "19790000", Precision::Year, true),
        ("012", "HAENSTART-CIVILSTAND", "200506041200", Precision::Minute, false),
        ("015", "MOR_DT", "19800517", Precision::Day, true),
        ("022", "SLUT_DT-PERSON", "19990000", Precision::Year, true),
        ("022", "START_DT-PERSON", "19800517", Precision::Day, false),
    ] {
        let date = date(code, field);
        assert_eq!(
            (date.digits().as_str(), date.precision(), date.uncertain),
            (digits, precision, uncertain),
            "{field}"
        );
    }
}

#[test]
fn corrected_and_undone_history_is_told_from_history() {
    let bytes = sample!("change-scattered.txt");
    let persons = persons(&scanned(bytes).unwrap(), bytes);
    let corrections: Vec<_> = persons[0].records("023").map(|record| record.correction()).collect();
    let expected = [None, Some(Correction::Corrected), Some(Correction::Undone), Some(Correction::Technical)];
    assert_eq!(corrections, expected);
    assert_eq!(Record::of(b"0231705801235X").correction(), Some(Correction::Unknown));
    assert_eq!(persons[0].one("022").unwrap().correction(), None);
}

#[test]
fn receipts_and_rejected_lines_are_lists_and_no_persons() {
    let scan = scanned(sample!("change-scattered.txt")).unwrap();
    let receipt = Receipt {
        number: Some(number("1109794568")),
        at: CprDate::parse("202611210700"),
        event: "A00".to_owned(),
        key_constant: String::new(),
    };
    assert_eq!(scan.receipts, [receipt]);
    let rejected = &scan.rejected[0];
    assert_eq!((rejected.number, rejected.code.as_str()), (None, "0042"));
    assert_eq!((rejected.input.as_str(), rejected.text.as_str()), ("06not a number", "Personnummeret er forkert"));
    assert_eq!(scan.index.len(), 3);
    assert_eq!(scan.index.personal_number(2), Some(number("2206853457")));
    assert_eq!(scan.index.personal_number(3), None);
    assert_eq!(scan.unknown_codes().collect::<Vec<_>>(), [("051".to_owned(), 1)]);
    let counts: Vec<_> = scan.counts().collect();
    assert_eq!(counts.iter().map(|(_, count)| count).sum::<u64>(), 29);
    assert!(counts.contains(&("023".to_owned(), 4)) && counts.contains(&("003".to_owned(), 3)), "{counts:?}");
}

#[test]
fn the_long_forms_are_told_by_their_length_with_line_ends_and_without() {
    for (bytes, line_end) in
        [(sample!("status-crlf-long.txt"), LineEnd::CrLf), (sample!("joined-long.txt"), LineEnd::None)]
    {
        let scan = scanned(bytes).unwrap();
        assert_eq!((scan.line_end, scan.index.len()), (line_end, 1));
        let person = &persons(&scan, bytes)[0];
        assert_eq!(person.len(), 14);
        assert_eq!(person.one("001").unwrap().text("NGLKONST"), "LISTE 7");
        let address = person.one("002").unwrap();
        assert_eq!(address.text("VEJNVN"), "Kastanjealléen");
        assert_eq!(address.text("ADRESSE_UUID"), "0a3f50ab-0000-4000-8000-000000000000");
        assert_eq!(person.one("003").unwrap().text("ADRNVN"), "Prøve B. Æblegård");
    }
}

#[test]
fn an_answer_of_cpr_direkte_is_an_extract_without_line_ends_and_without_predecessor() {
    let bytes = sample!("direkte-joined.txt");
    let scan = scanned(bytes).unwrap();
    assert_eq!((scan.line_end, scan.envelope.previous_production_date), (LineEnd::None, None));
    // The same person as in the change file, but for the place of 003 and what only a change file has.
    let change = sample!("change-scattered.txt");
    let mut change = PersonRecords::clone(&persons(&scanned(change).unwrap(), change)[0]).to_text();
    for lost in ["\n0511705801235SOMETHING NEW 2026", "\n0991705801235202611210932A01"] {
        change = change.replace(lost, "");
    }
    let direkte = persons(&scan, bytes)[0].to_text();
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&direkte), sorted(&change));
    assert_eq!(PersonRecords::from_lines(&direkte).unwrap(), persons(&scan, bytes)[0]);
}

#[test]
fn a_day_without_news_is_a_file_without_persons() {
    let scan = scanned(sample!("quiet-day.txt")).unwrap();
    assert!(scan.index.is_empty());
    assert_eq!((scan.envelope.count, scan.counts().count()), (0, 0));
}

#[test]
fn what_is_longer_than_its_record_is_kept_behind_it() {
    let bytes = sample!("tail.txt");
    let person = &persons(&scanned(bytes).unwrap(), bytes)[0];
    // 001 has a longer form, whose field takes the first 15 characters.
    assert_eq!(person.one("001").unwrap().text("NGLKONST"), " and more that");
    assert_eq!(person.one("001").unwrap().tail(), b"is new");
    assert_eq!(person.one("008").unwrap().tail(), b"");
}

#[test]
fn a_person_with_a_fault_does_not_stop_the_file() {
    let bytes = sample!("odd-persons.txt");
    let persons = persons(&scanned(bytes).unwrap(), bytes);
    let faults: Vec<_> = persons.iter().map(PersonRecords::fault).collect();
    let expected = [PersonFault::Repeated, PersonFault::Missing, PersonFault::ImpossibleNumber];
    assert_eq!(faults, expected.map(Some));
}

#[test]
fn every_bad_file_is_refused_for_the_reason_in_its_name() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/extract");
    let mut codes = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let result = scanned(&std::fs::read(&path).unwrap());
        match name.strip_prefix("bad-") {
            Some(code) => assert_eq!(result.unwrap_err().fault.code(), code),
            None => assert!(result.is_ok(), "{name}: {result:?}"),
        }
        codes.extend(name.strip_prefix("bad-").map(str::to_owned));
    }
    assert_eq!(codes.len(), 20, "{codes:?}");
}
