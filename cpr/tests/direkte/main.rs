//! The client of CPR Direkte against an office at the wire.

mod office;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use cpr::PersonalNumber;
use cpr::client::{Clock, PasswordSource};
use cpr::direkte::client::{ConfigError, DirekteConfig, State, Subscribed};
use cpr::direkte::{Answer, DirekteClient, DirekteError, Malformed, Refusal, RefusalKind};
use cpr::gctp::Secret;
use office::{Act, Office};

/// No file of these tests is old at that time.
fn clock() -> Clock {
    Arc::new(|| DateTime::<Utc>::UNIX_EPOCH)
}

fn jens() -> PersonalNumber {
    PersonalNumber::parse("0707614285").unwrap()
}

/// Start, person and end as CPR Direkte frames them; written by hand.
fn records(number: &str) -> Vec<u8> {
    let person = format!("001{number}{:10}01000000000000 M1961-07-07 1961-07-07 {:45}", "", "");
    let name = format!("008{number}{:50} {:40} {:40} 196107070000 {:34}", "Jens", "", "Mortensen", "Jens Mortensen");
    assert_eq!((person.len(), name.len()), (106, 193));
    let start = "00000000000009999012026112300000000";
    let end = "999999999999900000002";
    assert_eq!((start.len(), end.len()), (35, 21));
    format!("{start}{person}{name}{end}").into_bytes()
}

fn client(office: &Office) -> DirekteClient {
    DirekteClient::new(office.config(), clock()).unwrap()
}

fn refused(number: u8) -> DirekteError {
    DirekteError::Refused(Refusal::of(number).unwrap())
}

fn with_records(subscribed: &Subscribed) -> &Answer {
    let Subscribed::WithRecords(answer) = subscribed else { panic!("{subscribed:?}") };
    answer
}

#[tokio::test]
async fn each_operation_is_one_call_after_one_log_on() {
    let office = Office::open().await;
    let client = client(&office);
    assert_eq!(client.state(), State::LoggedOff);
    let subscribed = client.subscribe(jens()).await.unwrap();
    assert_eq!(with_records(&subscribed).lines, records("0707614285"));
    assert_eq!(with_records(&subscribed).person().unwrap().one("008").unwrap().text("EFTERNVN"), "Mortensen");
    client.subscribe_only(jens()).await.unwrap();
    assert_eq!(client.read(jens()).await.unwrap().lines, records("0707614285"));
    client.unsubscribe(jens()).await.unwrap();
    assert_eq!(office.seen(), ["log-on", "16", "10", "06", "30"]);
    assert_eq!(client.state(), State::LoggedOn);
}

#[tokio::test]
async fn an_answer_is_read_to_its_length_over_any_number_of_segments() {
    let office = Office::open().await;
    let client = client(&office);
    office.will([Act::Dribble, Act::Dribble]);
    assert_eq!(client.read(jens()).await.unwrap().lines, records("0707614285"));
}

#[tokio::test]
async fn an_answer_may_end_without_the_farewell_of_tls() {
    let office = Office::open().await;
    let client = client(&office);
    office.will([Act::Abrupt, Act::Abrupt]);
    assert_eq!(client.read(jens()).await.unwrap().lines, records("0707614285"));
}

#[tokio::test]
async fn twenty_callers_log_on_once_over_four_connections() {
    let office = Office::open().await;
    office.with(|state| state.delay = Duration::from_millis(20));
    let client = client(&office);
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.subscribe_only(jens()).await })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), Ok(()));
    }
    let seen = office.seen();
    assert_eq!((seen.len(), seen.iter().filter(|seen| *seen == "log-on").count()), (21, 1));
    assert!(office.with(|state| state.most_open) <= 4);
}

#[tokio::test]
async fn an_expired_token_costs_one_log_on_and_one_repeat() {
    let office = Office::open().await;
    let client = client(&office);
    client.subscribe_only(jens()).await.unwrap();
    office.will([Act::Forget]);
    client.unsubscribe(jens()).await.unwrap();
    assert_eq!(office.seen(), ["log-on", "10", "30", "log-on", "30"]);

    office.will([Act::Forget, Act::Normal, Act::Forget]);
    let error = client.unsubscribe(jens()).await.unwrap_err();
    assert_eq!((&error, error.kind()), (&refused(7), RefusalKind::Later));
    assert_eq!(office.seen(), ["30", "log-on", "30"], "it is repeated once, not for ever");
}

#[tokio::test]
async fn a_refused_password_is_sent_once() {
    let office = Office::open().await;
    office.with(|state| state.password = "En_and3n".to_owned());
    let client = client(&office);
    for _ in 0..10 {
        let error = client.subscribe(jens()).await.unwrap_err();
        assert_eq!(
            (&error, error.kind(), error.number()),
            (&refused(1), RefusalKind::Configuration, Some("01".into()))
        );
    }
    assert_eq!(office.seen(), ["log-on"]);
    assert_eq!(client.state(), State::Refused(Refusal::WrongPassword));
}

#[tokio::test]
async fn another_password_in_the_file_is_tried_and_a_refused_one_never_again() {
    let office = Office::open().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let write = |text: &str| std::fs::write(file.path(), text).unwrap();
    write("F0rkert!\n");
    let password = PasswordSource::File(file.path().to_owned());
    let client = DirekteClient::new(DirekteConfig { password, ..office.config() }, clock()).unwrap();
    assert_eq!(client.read(jens()).await, Err(refused(1)));
    write("0gsåforkert");
    assert_eq!(client.read(jens()).await, Err(DirekteError::PasswordForm));
    write("0gsaa_F!");
    assert_eq!(client.read(jens()).await, Err(refused(1)));
    write("F0rkert!");
    assert_eq!(client.read(jens()).await, Err(refused(1)));
    assert_eq!(office.seen(), ["log-on", "log-on"]);
    write("Hemm1ig!\n");
    assert!(client.read(jens()).await.is_ok());
    assert_eq!((office.seen(), client.state()), (vec!["log-on".to_owned(), "06".to_owned()], State::LoggedOn));
}

#[tokio::test]
async fn a_refusal_that_ends_at_cpr_is_asked_about_again_after_a_pause() {
    let office = Office::open().await;
    let client = client(&office);
    office.will([Act::Refuse(16), Act::Refuse(16)]);
    assert_eq!(client.read(jens()).await, Err(refused(16)));
    assert_eq!(client.read(jens()).await, Err(refused(16)));
    assert!(matches!(client.read(jens()).await, Err(DirekteError::Paused(_))));
    assert_eq!(office.seen().len(), 2);
    assert_eq!(client.state(), State::LoggedOff);
}

#[tokio::test]
async fn every_number_reaches_the_caller_and_nothing_is_repeated() {
    let office = Office::open().await;
    let client = client(&office);
    client.subscribe_only(jens()).await.unwrap();
    office.seen();
    for number in (1..=99).filter(|number| *number != 7) {
        office.will([Act::Refuse(number)]);
        assert_eq!(client.subscribe(jens()).await, Err(refused(number)));
        assert_eq!(office.seen(), ["16"]);
    }
}

#[tokio::test]
async fn a_subscription_is_there_whatever_becomes_of_its_records() {
    let office = Office::open().await;
    let client = client(&office);
    office.with(|state| state.records.clear());
    assert_eq!(client.subscribe(jens()).await, Ok(Subscribed::WithoutRecords));
    assert_eq!(client.read(jens()).await, Err(Malformed::NoRecords.into()));
    office.with(|state| state.records = records("0709614126"));
    assert_eq!(client.subscribe(jens()).await, Ok(Subscribed::WithUnreadable(Malformed::OtherPerson)));
    let error = client.read(jens()).await.unwrap_err();
    assert_eq!((&error, error.kind()), (&Malformed::OtherPerson.into(), RefusalKind::Later));
    let mut miscounted = records("0707614285");
    *miscounted.last_mut().unwrap() = b'3';
    office.with(|state| state.records = miscounted);
    let error = client.read(jens()).await.unwrap_err();
    assert!(matches!(error, DirekteError::Malformed(Malformed::Extract(_))), "{error}");
}

#[tokio::test]
async fn a_header_without_data_has_its_length_blanks_or_zeros() {
    let office = Office::open().await;
    let client = client(&office);
    client.subscribe_only(jens()).await.unwrap();
    for length in ["0028", "0000", "    "] {
        office.will([Act::Raw(format!("999910t0k3n+01abcd12  00{length}").into_bytes())]);
        assert_eq!(client.subscribe_only(jens()).await, Ok(()));
    }
}

#[tokio::test]
async fn broken_answers_are_named() {
    let office = Office::open().await;
    let client = client(&office);
    client.subscribe_only(jens()).await.unwrap();
    let early = |expected, read| Malformed::ClosedEarly { expected, read };
    for (bytes, expected) in [
        (&b""[..], early(24, 0)),
        (&b"999906t0k3n+01"[..], early(24, 14)),
        (&b"999906t0k3n+01abcd12  0000"[..], early(4, 2)),
        (&b"999906t0k3n+01abcd12  00009900000"[..], early(71, 5)),
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], Malformed::Head("a customer number of four digits at position 1")),
        (&b"999906t0k3n+01abcd12  xx0028"[..], Malformed::Head("an error number of two digits at position 23")),
        (&b"999906t0k3n+01abcd12  00 x28"[..], Malformed::Head("a length of four digits at position 25")),
    ] {
        office.will([Act::Raw(bytes.to_vec())]);
        assert_eq!(client.read(jens()).await, Err(expected.into()));
    }
    let mut short = format!("999906t0k3n+01abcd12  00{:04}", 28 + records("0707614285").len() - 10).into_bytes();
    short.extend(records("0707614285"));
    office.will([Act::Raw(short)]);
    assert!(matches!(client.read(jens()).await, Err(DirekteError::Malformed(Malformed::Extract(_)))));
}

#[tokio::test]
async fn no_answer_in_time_is_a_timeout_and_repeated_failures_pause() {
    let office = Office::open().await;
    let timeout = Duration::from_millis(300);
    let client = DirekteClient::new(DirekteConfig { timeout, ..office.config() }, clock()).unwrap();
    office.will([Act::Normal, Act::Hang, Act::Hang]);
    assert_eq!(client.read(jens()).await, Err(DirekteError::Timeout));
    assert_eq!(client.state(), State::Unreachable);
    assert_eq!(client.read(jens()).await, Err(DirekteError::Timeout));
    assert!(matches!(client.read(jens()).await, Err(DirekteError::Paused(_))));
}

#[tokio::test]
async fn a_host_that_does_not_shake_hands_costs_the_time_of_connecting() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let office = Office::open().await;
    let config = DirekteConfig {
        port: silent.local_addr().unwrap().port(),
        connect_timeout: Duration::from_millis(100),
        ..office.config()
    };
    assert_eq!(DirekteClient::new(config, clock()).unwrap().read(jens()).await, Err(DirekteError::Timeout));
}

#[tokio::test]
async fn who_is_not_trusted_gets_nothing() {
    let office = Office::open().await;
    let other = Office::open().await;
    let ca_file = Some(other.ca.path().to_owned());
    let stranger = DirekteClient::new(DirekteConfig { ca_file, ..office.config() }, clock()).unwrap();
    assert_eq!(stranger.read(jens()).await, Err(DirekteError::Unreachable("TLS was not agreed on")));

    let elsewhere = Office::open_as("direkte.example.org").await;
    assert_eq!(client(&elsewhere).read(jens()).await, Err(DirekteError::Unreachable("TLS was not agreed on")));
    assert_eq!((office.seen().len(), elsewhere.seen().len()), (0, 0));

    let closed = DirekteConfig { port: 1, ..office.config() };
    assert_eq!(
        DirekteClient::new(closed, clock()).unwrap().read(jens()).await,
        Err(DirekteError::Unreachable("no connection"))
    );
}

#[tokio::test]
async fn a_replacement_number_never_leaves_the_house() {
    let office = Office::open().await;
    let replacement = PersonalNumber::parse("6707614285").unwrap();
    let client = client(&office);
    for outcome in [client.read(replacement).await.map(drop), client.subscribe(replacement).await.map(drop)] {
        assert_eq!(outcome, Err(DirekteError::ReplacementNumber));
    }
    assert_eq!(client.unsubscribe(replacement).await, Err(DirekteError::ReplacementNumber));
    assert_eq!(office.seen(), [""; 0]);
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_before_anything_is_sent() {
    let office = Office::open().await;
    let refuses = |change: fn(&mut DirekteConfig), expected| {
        let mut config = office.config();
        change(&mut config);
        assert_eq!(DirekteClient::new(config, clock()).err(), Some(expected));
    };
    refuses(|config| config.host = "not a host".to_owned(), ConfigError::Host);
    refuses(|config| config.host = String::new(), ConfigError::Host);
    refuses(|config| config.transaction = "OFF".to_owned(), ConfigError::Transaction);
    refuses(|config| config.customer_number = "99x9".to_owned(), ConfigError::CustomerNumber);
    refuses(|config| config.customer_number = "99999".to_owned(), ConfigError::CustomerNumber);
    refuses(|config| config.user = String::new(), ConfigError::User);
    refuses(|config| config.user = "ni_tegn_1".to_owned(), ConfigError::User);
    refuses(|config| config.password = PasswordSource::Fixed(Secret::new("kort")), ConfigError::Password);
    refuses(|config| config.timeout = Duration::ZERO, ConfigError::Timeout);
    refuses(|config| config.ca_file = Some("/nowhere".into()), ConfigError::CaFile);
    let empty = tempfile::NamedTempFile::new().unwrap();
    let config = DirekteConfig { ca_file: Some(empty.path().to_owned()), ..office.config() };
    assert_eq!(DirekteClient::new(config, clock()).err(), Some(ConfigError::CaFile));
}
