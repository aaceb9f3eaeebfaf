//! The change files.

use cpr::extract::{LineEnd, Reference};
use cpr_simulator::{Flaw, LifeEvent, LineEnds, NightCommand, ProductionState, Writing};

use super::*;

#[test]
fn a_quiet_night_gives_an_empty_file() {
    let line = Line::open();
    let file = line.deliver();
    assert_eq!((file.scan.envelope.task_number.as_str(), file.scan.envelope.count), ("999901", 0));
    assert_eq!(file.scan.envelope.production_date, date("2024-01-15"));
    assert_eq!(file.scan.envelope.previous_production_date, Some(date("2024-01-12")), "the weekday before");
    let name = line.in_folder()[0].file_name().unwrap().to_owned();
    assert_eq!((line.in_folder().len(), name.to_str()), (1, Some("d240115.l999901")));
}

#[test]
fn files_are_of_weekdays_and_name_the_one_before_them() {
    let line = Line::open();
    let mut previous = date("2024-01-12");
    for expected in ["2024-01-15", "2024-01-16", "2024-01-17", "2024-01-18", "2024-01-19", "2024-01-22"] {
        let envelope = line.deliver().scan.envelope;
        assert_eq!((envelope.production_date, envelope.previous_production_date), (date(expected), Some(previous)));
        previous = date(expected);
    }
    line.let_pass(TimeDelta::days(12));
    assert_eq!(line.simulator.night().next_date(), date("2024-01-29"), "not on a Saturday, and not before today");
    line.simulator.night().command(&NightCommand::SetDate { date: date("2024-03-02") }).unwrap();
    assert_eq!(line.deliver().scan.envelope.production_date, date("2024-03-04"));
}

#[test]
fn who_is_followed_comes_because_of_that_and_then_only_when_something_happens() {
    let line = Line::open();
    line.follow(&["0707614285", "0701614011"]);
    let first = line.deliver();
    assert_eq!(first.numbers(), ["0701614011", "0707614285"], "by birth date");
    assert_eq!(first.events("0707614285"), events(&["A74"]));
    assert_eq!(first.person("0707614285").one("099").unwrap().date("TIMESTAMPU"), None);
    assert_eq!(line.deliver().numbers(), [""; 0]);
    line.simulator.happen(LifeEvent::Move, number("0707614285"), "").unwrap();
    line.simulator.happen(LifeEvent::Move, number("0701614038"), "").unwrap();
    let third = line.deliver();
    assert_eq!((third.numbers(), third.events("0707614285")), (vec!["0707614285".to_owned()], events(&["A01"])));
    let jens = third.person("0707614285");
    assert_eq!(field(jens, "003", "STANDARDADR"), "Hovedgaden 12, 1. th");
    let left = jens.records("023").last().unwrap();
    assert_eq!((left.text("HUSNR").as_ref(), left.date("FRAFLYDTO")), ("095", CprDate::parse("202401150000")));
}

#[test]
fn an_edit_of_the_register_is_seen_too() {
    let line = Line::open();
    line.follow(&["0707614285"]);
    line.deliver();
    let today = CprDate::parse("20240115").unwrap();
    line.simulator.edit(|population| population.protect(number("0707614285"), "0001", today)).unwrap();
    assert_eq!(line.deliver().events("0707614285"), events(&["A33"]));
}

#[test]
fn an_ended_subscription_is_receipted_and_nobody_comes() {
    let line = Line::open();
    line.follow(&["0707614285", "0701614011"]);
    line.deliver();
    line.simulator.happen(LifeEvent::Move, number("0707614285"), "").unwrap();
    line.unfollow("0707614285");
    let file = line.deliver();
    assert_eq!(file.numbers(), [""; 0]);
    assert_eq!(file.scan.receipts.len(), 1);
    assert_eq!(file.scan.receipts[0].number, Some(number("0707614285")));
    line.follow(&["0707614285"]);
    line.unfollow("0707614285");
    line.follow(&["0707614285"]);
    let file = line.deliver();
    assert_eq!((file.scan.receipts.len(), file.events("0707614285")), (0, events(&["A74"])));
    line.unfollow("0701614011");
    line.simulator.turn(|knobs| knobs.night.receipts = false);
    assert_eq!(line.deliver().scan.receipts.len(), 0);
}

#[test]
fn new_subscriptions_can_be_left_out() {
    let line = Line::open();
    line.simulator.turn(|knobs| knobs.night.new_subscriptions = false);
    line.follow(&["0707614285"]);
    assert_eq!(line.deliver().numbers(), [""; 0]);
    line.simulator.happen(LifeEvent::Emigrate, number("0707614285"), "").unwrap();
    let file = line.deliver();
    assert_eq!(file.events("0707614285"), events(&["A06", "A08"]));
    let jens = file.person("0707614285");
    assert_eq!(
        (field(jens, "001", "STATUS"), field(jens, "005", "UDR_LANDEKOD")),
        ("80".to_owned(), "5120".to_owned())
    );
    assert!(jens.one("002").is_none());
    assert_eq!(day(jens, "005", "UDRDTO"), day(jens, "001", "STATUSHAENSTART"));
    line.simulator.happen(LifeEvent::Move, number("0707614285"), "").unwrap();
    let back = line.deliver();
    assert_eq!(back.events("0707614285"), events(&["A05"]));
    assert_eq!(back.person("0707614285").records("024").last().unwrap().text("INDR_LANDEKOD"), "5120");
}

#[test]
fn relatives_come_with_what_they_are_to_the_person_of_the_event() {
    let line = Line::open();
    line.follow(&["0701614011", "0709614118"]);
    line.deliver();
    line.simulator.happen(LifeEvent::Die, number("0701614011"), "").unwrap();
    let file = line.deliver();
    assert_eq!(file.events("0701614011"), events(&["A21"]));
    assert_eq!(file.events("0709614118"), events(&["A21 ÆG"]));
    let (dead, widow) = (file.person("0701614011"), file.person("0709614118"));
    assert_eq!((field(dead, "012", "CIVST"), field(widow, "012", "CIVST")), ("D".to_owned(), "E".to_owned()));
    assert_eq!(day(dead, "001", "STATUSHAENSTART"), day(dead, "012", "HAENSTART-CIVILSTAND"));
    let marriage = widow.one("029").unwrap();
    assert_eq!(
        (marriage.text("CIVST").as_ref(), marriage.date("HAENSLUT-CIVILSTAND")),
        ("G", day(widow, "012", "HAENSTART-CIVILSTAND"))
    );
}

#[test]
fn a_child_is_born_marries_nobody_and_stands_with_its_parents() {
    let line = Line::open();
    line.follow(&["0701614011", "0709614118"]);
    line.deliver();
    let child = line.simulator.happen(LifeEvent::HaveChild, number("0709614118"), "").unwrap().unwrap();
    assert!(!child.passes_modulus_11() && child.birth_date() == Some(date("2024-01-15")));
    line.follow(&[child.digits().as_str()]);
    let file = line.deliver();
    assert_eq!(file.events("0709614118"), events(&["A51 MO"]));
    assert_eq!(file.events("0701614011"), events(&["A51 FA"]));
    assert_eq!(file.events(child.digits().as_str()), events(&["A51", "A74"]));
    let born = file.person(child.digits().as_str());
    assert_eq!(born.one("015").unwrap().reference("PNRMOR"), Reference::Number(number("0709614118")));
    assert_eq!(born.one("015").unwrap().reference("PNRFAR"), Reference::Number(number("0701614011")));
    assert_eq!((field(born, "008", "FORNVN"), born.records("016").count()), (String::new(), 2));
    assert!(file.person("0709614118").records("014").any(|row| row.reference("PNR-BARN") == Reference::Number(child)));
}

#[test]
fn two_who_marry_point_at_each_other() {
    let line = Line::open();
    line.follow(&["0707614285", "0702614147"]);
    line.deliver();
    line.simulator.happen(LifeEvent::Marry, number("0707614285"), "0702614147").unwrap();
    let file = line.deliver();
    let (one, other) = (file.person("0707614285"), file.person("0702614147"));
    assert_eq!(one.one("012").unwrap().reference("AEGTEPNR"), Reference::Number(number("0702614147")));
    assert_eq!(other.one("012").unwrap().reference("AEGTEPNR"), Reference::Number(number("0707614285")));
    assert_eq!(day(one, "012", "HAENSTART-CIVILSTAND"), day(other, "012", "HAENSTART-CIVILSTAND"));
    let mut both: Vec<_> = [file.events("0707614285"), file.events("0702614147")].into_iter().flatten().collect();
    both.sort();
    assert_eq!(both, ["A19", "A19 ÆG"], "of two of one sex the event is that of the lower number");
}

#[test]
fn at_a_changed_number_the_subscription_moves_and_at_a_deleted_one_it_stays() {
    let line = Line::open();
    line.follow(&["0707614285", "0701614038"]);
    line.deliver();
    let new = line.simulator.happen(LifeEvent::Renumber, number("0707614285"), "").unwrap().unwrap();
    let other = line.simulator.happen(LifeEvent::DoubleNumber, number("0701614038"), "").unwrap().unwrap();
    let file = line.deliver();
    let (old, current) = (file.person("0707614285"), file.person(new.digits().as_str()));
    assert_eq!(
        (field(old, "001", "STATUS"), old.one("001").unwrap().reference("PNRGAELD")),
        ("60".to_owned(), Reference::Number(new))
    );
    assert_eq!(current.one("022").unwrap().reference("PNR"), Reference::Number(number("0707614285")));
    assert!(file.events(new.digits().as_str()).contains("P03 PN"));
    let deleted = file.person("0701614038");
    assert_eq!((field(deleted, "001", "STATUS"), file.events("0701614038")), ("50".to_owned(), events(&["P02"])));
    assert!(!file.numbers().contains(&other.digits().as_str().to_owned()));
    assert_eq!(line.simulator.night().followed(), BTreeSet::from([new, number("0701614038")]));
    assert_eq!(file.scan.receipts.len(), 0);
    line.simulator.happen(LifeEvent::Move, new, "").unwrap();
    assert_eq!(line.deliver().numbers(), [new.digits().as_str()]);
}

#[test]
fn rejected_input_comes_back() {
    let line = Line::open();
    line.follow(&["0101010109"]);
    line.simulator.night().take_input("99something else\n");
    line.simulator.night().reject(number("0707614285"));
    let file = line.deliver();
    let rejected: Vec<_> = file.scan.rejected.iter().map(|row| (row.number, row.code.as_str())).collect();
    let unknown = Some(number("0101010109"));
    assert_eq!(rejected, [(unknown, "9001"), (None, "9002"), (Some(number("0707614285")), "9001")]);
    assert_eq!(file.scan.rejected[0].input, "06999900OP0101010109");
    assert_eq!(line.deliver().scan.rejected.len(), 0);
}

#[test]
fn the_same_persons_come_in_every_style() {
    let line = Line::open();
    let everybody: Vec<String> = line.simulator.edit(|population| {
        // A subscription to a changed number moves to the new one.
        let kept = population.persons().filter(|person| person.status != "60");
        kept.map(|person| person.number.digits().as_str().to_owned()).collect()
    });
    let all: Vec<&str> = everybody.iter().map(String::as_str).collect();
    line.follow(&all);
    let plain = line.deliver();
    assert_eq!(plain.persons.len(), everybody.len());
    for (line_ends, padded, names_last) in [
        (LineEnds::Lf, false, true),
        (LineEnds::CrLf, true, true),
        (LineEnds::CrLf, false, false),
        (LineEnds::None, true, true),
        (LineEnds::None, true, false),
    ] {
        line.simulator.turn(|knobs| {
            (knobs.night.line_ends, knobs.night.padded, knobs.night.names_last) = (line_ends, padded, names_last);
        });
        everybody.iter().for_each(|digits| line.unfollow(digits));
        line.deliver();
        line.follow(&all);
        let styled = line.deliver();
        let expected = match line_ends {
            LineEnds::Lf => LineEnd::Lf,
            LineEnds::CrLf => LineEnd::CrLf,
            LineEnds::None => LineEnd::None,
        };
        assert_eq!(styled.scan.line_end, expected);
        for digits in &everybody {
            let sorted = |person: &PersonRecords| {
                let mut lines: Vec<String> = person.to_text().lines().map(str::to_owned).collect();
                lines.sort();
                lines
            };
            assert_eq!(sorted(styled.person(digits)), sorted(plain.person(digits)));
        }
    }
    line.simulator.turn(|knobs| knobs.night.long = true);
    line.unfollow("0707614285");
    line.deliver();
    line.follow(&["0707614285"]);
    assert_eq!(field(line.deliver().person("0707614285"), "002", "VEJNVN"), "Industrivænget");
}

#[test]
fn a_file_comes_late_twice_and_in_the_wrong_order() {
    let line = Line::open();
    let night = line.simulator.night();
    let late = night.withhold().unwrap();
    assert_eq!((late.state, line.in_folder().len()), (ProductionState::Withheld, 0));
    let next = night.deliver().unwrap();
    assert_eq!((next.previous, line.in_folder().len()), (late.date, 1));
    assert_eq!(night.release(late.date).unwrap().state, ProductionState::Delivered);
    assert_eq!(line.in_folder().len(), 2);
    night.command(&NightCommand::Twice).unwrap();
    let again = night.folder().join("D240116.L999901");
    assert_eq!(std::fs::read(again).unwrap(), next.bytes);
    let swapped = night.command(&NightCommand::OutOfOrder).unwrap();
    assert_eq!(swapped.iter().map(|it| it.date).collect::<Vec<_>>(), [date("2024-01-18"), date("2024-01-17")]);
    assert_eq!(night.productions().len(), 4);
    assert!(night.release(date("2020-01-01")).is_err());
}

#[test]
fn every_flaw_is_one_and_the_right_file_can_follow() {
    let line = Line::open();
    let night = line.simulator.night();
    line.follow(&["0707614285"]);
    for flaw in [Flaw::Cut, Flaw::WrongCount, Flaw::NoEnd, Flaw::DataAfterEnd, Flaw::Empty, Flaw::WrongPrevious] {
        let production = night.deliver_flawed(flaw).unwrap();
        let path = night.folder().join(&production.file_name);
        let spoilt = std::fs::read(&path).unwrap();
        let outcome = scan(&mut spoilt.as_slice());
        match flaw {
            Flaw::WrongPrevious => {
                assert!(outcome.unwrap().envelope.previous_production_date < Some(production.previous));
            }
            _ => assert!(outcome.is_err(), "{flaw:?}"),
        }
        assert_eq!(production.state, ProductionState::Flawed);
        night.release(production.date).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), production.bytes);
        assert!(scan(&mut production.bytes.as_slice()).is_ok());
    }
}

#[test]
fn a_file_can_be_written_slowly_under_its_own_name() {
    let line = Line::open();
    line.follow(&["0707614285"]);
    line.simulator.turn(|knobs| knobs.night.writing = Writing::Slowly);
    let production = line.simulator.night().deliver().unwrap();
    let path = line.simulator.night().folder().join(&production.file_name);
    let size = || std::fs::metadata(&path).unwrap().len();
    assert!(size() < production.bytes.len() as u64);
    let begun = std::time::Instant::now();
    while size() < production.bytes.len() as u64 && begun.elapsed().as_secs() < 30 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(std::fs::read(&path).unwrap(), production.bytes);
}

#[test]
fn a_restart_forgets_neither_whom_it_follows_nor_what_happened() {
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let options = Options {
            memory: Some(folder.path().join("memory.json")),
            delivery_folder: Some(folder.path().join("ud")),
            ..Options::new(|| "2024-01-15T09:15:00Z".parse().unwrap())
        };
        Simulator::start(options).unwrap()
    };
    let before = open();
    before.night().take_input("06999900OP0707614285\n06999900OP0701614011\n");
    before.happen(LifeEvent::Rename, number("0707614285"), "Holm").unwrap();
    before.night().deliver().unwrap();
    before.happen(LifeEvent::Move, number("0707614285"), "").unwrap();
    before.night().take_input("06999900SL0701614011\n");
    drop(before);

    let after = open();
    assert_eq!(after.night().followed(), BTreeSet::from([number("0707614285")]));
    let production = after.night().deliver().unwrap();
    assert_eq!((production.date, production.previous), (date("2024-01-16"), date("2024-01-15")));
    let file = Delivered::read(&production);
    assert_eq!((file.events("0707614285"), file.scan.receipts.len()), (events(&["A01"]), 1));
    assert_eq!(field(file.person("0707614285"), "008", "EFTERNVN"), "Holm");
}
