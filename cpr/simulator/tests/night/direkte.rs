//! CPR Direkte over TLS.

use std::time::Duration;

use cpr::direkte::client::{State, Subscribed};
use cpr::direkte::{DirekteClient, DirekteConfig, DirekteError, Malformed, Refusal};
use cpr_simulator::{Command, DirekteTrouble, LifeEvent};

use super::*;

fn refused(number: u8) -> DirekteError {
    DirekteError::Refused(Refusal::of(number).unwrap())
}

#[tokio::test]
async fn subscribing_gives_the_records_and_the_night_follows() {
    let line = Line::open();
    let client = line.client();
    let Subscribed::WithRecords(answer) = client.subscribe(number("0707614285")).await.unwrap() else { panic!() };
    let jens = answer.person().unwrap();
    assert_eq!(field(&jens, "003", "STANDARDADR"), "Industrivænget 95, 1. mf");
    assert_eq!(jens.one("099").map(|record| record.code()), None, "an online answer tells no events");
    assert!(
        answer.lines.starts_with(b"00000000000009999012024011500000000001"),
        "task, day, no day before, no line end"
    );
    client.subscribe_only(number("0701614011")).await.unwrap();
    assert_eq!(line.simulator.night().followed(), BTreeSet::from([number("0707614285"), number("0701614011")]));
    client.unsubscribe(number("0707614285")).await.unwrap();
    client.unsubscribe(number("0707614285")).await.unwrap();
    assert_eq!(line.simulator.night().followed(), BTreeSet::from([number("0701614011")]));
    let counters = line.simulator.counters();
    let count = |name: &str| counters.get(name).copied().unwrap_or_default();
    assert_eq!(["direkte log-on", "direkte 16", "direkte 10", "direkte 30"].map(count), [1, 1, 1, 2]);
}

#[tokio::test]
async fn every_person_of_the_register_can_be_read_in_any_segments() {
    let line = Line::open();
    let client = line.client();
    line.simulator.turn(|knobs| knobs.direkte.segment = 97);
    let everybody: Vec<(PersonalNumber, bool)> = line
        .simulator
        .edit(|population| population.persons().map(|person| (person.number, person.address.is_some())).collect());
    for (number, is_resident) in everybody {
        let person = client.read(number).await.unwrap().person().unwrap();
        assert_eq!(person.one("002").is_some(), is_resident);
        assert_eq!(field(&person, "003", "ADRNVN"), field(&person, "008", "ADRNVN"));
        for place in ["KOMKOD", "VEJKOD", "HUSNR", "ETAGE", "SIDEDOER", "BNR", "CONVN"] {
            if is_resident {
                assert_eq!(field(&person, "003", place), field(&person, "002", place));
            }
        }
        let codes: Vec<&str> = person.iter().map(|record| record.code()).collect();
        assert!(codes.is_sorted(), "{codes:?}");
    }
    assert_eq!(line.simulator.night().followed(), BTreeSet::new());
}

#[tokio::test]
async fn a_number_that_nobody_has_is_05_and_nobody_is_followed() {
    let line = Line::open();
    assert_eq!(line.client().subscribe(number("0101010109")).await, Err(refused(5)));
    assert_eq!(line.simulator.night().followed(), BTreeSet::new());
}

#[tokio::test]
async fn a_token_expires_and_is_renewed_once() {
    let line = Line::open();
    let client = line.client();
    client.read(number("0707614285")).await.unwrap();
    line.let_pass(TimeDelta::minutes(29));
    client.read(number("0707614285")).await.unwrap();
    assert_eq!(line.simulator.counters()["direkte log-on"], 1);
    line.let_pass(TimeDelta::minutes(2));
    client.read(number("0707614285")).await.unwrap();
    assert_eq!(line.simulator.counters()["direkte log-on"], 2);
    line.simulator.command(Command::ForgetTokens);
    client.read(number("0707614285")).await.unwrap();
    assert_eq!(line.simulator.counters()["direkte log-on"], 3);
}

#[tokio::test]
async fn a_client_with_a_wrong_password_does_not_lock_the_user() {
    let line = Line::open();
    let password = PasswordSource::Fixed(Secret::new("F0rkert!"));
    let client = DirekteClient::new(DirekteConfig { password, ..line.config() }, line.clock()).unwrap();
    for _ in 0..6 {
        assert_eq!(client.read(number("0707614285")).await, Err(refused(1)));
    }
    assert_eq!(client.state(), State::Refused(Refusal::WrongPassword));
    assert!(line.client().read(number("0707614285")).await.is_ok(), "the user is not locked");
    line.simulator.command(Command::LockUser);
    assert_eq!(line.client().read(number("0707614285")).await, Err(refused(1)));
    line.simulator.command(Command::UnlockUser);
    line.simulator.command(Command::ExpirePassword);
    assert_eq!(line.client().read(number("0707614285")).await, Err(refused(2)));
}

/// A password file that is so many days old, and a client that reads it.
struct InFile {
    _folder: tempfile::TempDir,
    path: PathBuf,
    client: DirekteClient,
}

impl InFile {
    fn of(line: &Line, days: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, line.simulator.direkte().password()).unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified((line.clock()() - TimeDelta::days(days)).into()).unwrap();
        let password = PasswordSource::File(path.clone());
        let client = DirekteClient::new(DirekteConfig { password, ..line.config() }, line.clock()).unwrap();
        Self { _folder: folder, path, client }
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.path).unwrap()
    }

    fn next(&self) -> Option<String> {
        std::fs::read_to_string(self.path.with_extension("next")).ok()
    }
}

#[tokio::test]
async fn an_expired_password_in_a_file_is_renewed() {
    let line = Line::open();
    let file = InFile::of(&line, 0);
    let before = file.text();
    line.simulator.command(Command::ExpirePassword);
    assert!(file.client.read(number("0707614285")).await.is_ok());
    assert_ne!(file.text(), before);
    assert_eq!((file.text(), file.next()), (line.simulator.direkte().password(), None));
    assert_eq!(line.simulator.counters()["direkte log-on"], 2);
    assert!(file.client.password_changed_at().await.is_some());
}

#[tokio::test]
async fn a_password_is_renewed_long_before_it_expires_and_only_once() {
    let line = Line::open();
    for (days, renews) in [(59, false), (60, true)] {
        let file = InFile::of(&line, days);
        let before = file.text();
        assert!(file.client.read(number("0707614285")).await.is_ok());
        assert_eq!(file.text() != before, renews, "{days} days");
        assert_eq!((file.text(), file.next()), (line.simulator.direkte().password(), None));
        line.let_pass(TimeDelta::minutes(31));
        assert!(file.client.read(number("0707614285")).await.is_ok());
    }
    assert_eq!(line.simulator.counters()["direkte log-on"], 5, "two each, and one that carried the new password");
}

#[tokio::test]
async fn a_renewal_that_cpr_will_not_have_today_disturbs_nobody() {
    let line = Line::open();
    line.simulator.turn(|knobs| knobs.one_password_change_a_day = true);
    line.simulator.command(Command::ExpirePassword);
    let first = InFile::of(&line, 0);
    assert!(first.client.read(number("0707614285")).await.is_ok());
    let second = InFile::of(&line, 70);
    let before = second.text();
    for _ in 0..3 {
        assert!(second.client.read(number("0707614285")).await.is_ok());
        line.simulator.command(Command::ForgetTokens);
    }
    assert_eq!((second.text(), second.next(), second.client.state()), (before.clone(), None, State::LoggedOn));
    line.let_pass(TimeDelta::hours(25));
    assert!(second.client.read(number("0707614285")).await.is_ok());
    assert_ne!(second.text(), before);
    assert_eq!(second.text(), line.simulator.direkte().password());
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_is_finished_by_the_next_call() {
    let line = Line::open();
    let file = InFile::of(&line, 0);
    let before = file.text();
    // As a crash between CPR's yes and ours leaves it: the new password is in force, and lies beside the old one.
    line.simulator.command(Command::ExpirePassword);
    let other = InFile::of(&line, 0);
    assert!(other.client.read(number("0707614285")).await.is_ok());
    std::fs::write(file.path.with_extension("next"), other.text()).unwrap();
    assert!(file.client.read(number("0707614285")).await.is_ok());
    assert_ne!(file.text(), before);
    assert_eq!((file.text(), file.next()), (line.simulator.direkte().password(), None));
}

#[tokio::test]
async fn strangers_are_turned_away_by_their_numbers() {
    let line = Line::open();
    let with = |change: fn(&mut DirekteConfig)| {
        let mut config = line.config();
        change(&mut config);
        DirekteClient::new(config, line.clock()).unwrap()
    };
    let jens = number("0707614285");
    assert_eq!(with(|config| config.customer_number = "1234".to_owned()).read(jens).await, Err(refused(6)));
    assert_eq!(with(|config| config.transaction = "PRIV".to_owned()).read(jens).await, Err(refused(99)));
    assert_eq!(with(|config| config.user = "WDM00009".to_owned()).read(jens).await, Err(refused(1)));
}

#[tokio::test]
async fn every_number_can_be_had_for_the_log_on_for_everybody_and_for_one() {
    let line = Line::open();
    let client = line.client();
    let jens = number("0707614285");
    client.read(jens).await.unwrap();
    for code in [4, 5, 6, 8, 9, 10, 11, 14, 16, 17, 18, 24, 28, 99] {
        line.simulator.turn(|knobs| {
            knobs.direkte.refuse = [("0707614285".to_owned(), code)].into();
        });
        assert_eq!(client.subscribe(jens).await, Err(refused(code)));
        assert!(client.read(number("0701614011")).await.is_ok());
    }
    line.simulator.turn(|knobs| knobs.direkte.refuse = [("*".to_owned(), 14)].into());
    assert_eq!(client.read(number("0701614011")).await, Err(refused(14)));
    line.simulator.turn(|knobs| knobs.direkte.refuse = [("log-on".to_owned(), 4)].into());
    assert_eq!(line.client().read(jens).await, Err(refused(4)));
    assert_eq!(line.simulator.night().followed(), BTreeSet::new());
}

#[tokio::test]
async fn trouble_reaches_the_client_and_what_was_asked_is_done() {
    let line = Line::open();
    let timeout = Duration::from_secs(2);
    let client = DirekteClient::new(DirekteConfig { timeout, ..line.config() }, line.clock()).unwrap();
    let jens = number("0707614285");
    client.read(jens).await.unwrap();
    let trouble = |trouble| {
        line.simulator.turn(|knobs| {
            knobs.direkte.trouble = Some(trouble);
            knobs.direkte.trouble_times = Some(1);
        });
    };
    trouble(DirekteTrouble::CloseAfter(100));
    let cut = client.subscribe(jens).await;
    assert!(matches!(cut, Err(DirekteError::Malformed(Malformed::ClosedEarly { read: 72, .. }))), "{cut:?}");
    assert!(line.simulator.night().followed().contains(&jens));
    trouble(DirekteTrouble::WrongLength(-20));
    assert!(matches!(client.subscribe(jens).await, Ok(Subscribed::WithUnreadable(Malformed::Extract(_)))));
    trouble(DirekteTrouble::WrongLength(20));
    let short = client.read(jens).await;
    assert!(matches!(short, Err(DirekteError::Malformed(Malformed::ClosedEarly { .. }))), "{short:?}");
    trouble(DirekteTrouble::Garbage);
    assert!(matches!(client.read(jens).await, Err(DirekteError::Malformed(Malformed::Head(_)))));
    trouble(DirekteTrouble::Silence);
    assert_eq!(client.read(jens).await, Err(DirekteError::Timeout));
    assert!(client.read(jens).await.is_ok());
}

#[tokio::test]
async fn both_doors_tell_the_same_at_the_same_moment() {
    let line = Line::open();
    let client = line.client();
    let jens = number("0707614285");
    line.simulator.happen(LifeEvent::Rename, jens, "Holm").unwrap();
    line.simulator.happen(LifeEvent::Protect, jens, "").unwrap();
    let person = client.read(jens).await.unwrap().person().unwrap();
    assert_eq!(field(&person, "008", "EFTERNVN"), "Holm");
    assert_eq!(field(&person, "008", "ADRNVN"), "Holm,Jens");
    assert_eq!(field(&person, "026", "EFTERNVN"), "Mortensen");
    assert_eq!(day(&person, "008", "NVNHAENSTART"), CprDate::parse("202401150000"));
    assert!(person.records("004").any(|record| record.text("BESKYTTYPE") == "0001"));
}
