//! The client against an office at the wire.

mod office;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use cpr::client::{
    ClientError, Clock, ErrorKind, Garbled, GctpClient, PasswordSource, Profile, Settings, State, Unavailable,
};
use cpr::gctp::{
    AddressCriteria, FamilieRow, NameCriteria, Page, Receipt, Record, Refusal, Secret, ServiceAnswer, SignOnRefusal,
    Stam, Table,
};
use cpr::{PersonalNumber, Sex};
use office::{Mischief, Office, Seen, respond, security};

/// Long enough for a machine that is busy with other things.
const TIMEOUT: Duration = Duration::from_secs(10);

fn jens() -> PersonalNumber {
    PersonalNumber::parse("0707614285").unwrap()
}

fn at_ten() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2024, 1, 15, 10, 15, 0).unwrap()
}

/// A clock that stands at a quarter past ten and can be moved by minutes.
fn clock() -> (Clock, Arc<AtomicI64>) {
    let minutes = Arc::new(AtomicI64::new(0));
    let moved = Arc::clone(&minutes);
    (Arc::new(move || at_ten() + TimeDelta::minutes(moved.load(Ordering::SeqCst))), minutes)
}

fn client(office: &Office, password: PasswordSource) -> GctpClient {
    let settings = Settings { url: office.url.clone(), user: "WAB12345".to_owned(), password, timeout: TIMEOUT };
    GctpClient::new(settings, clock().0).unwrap()
}

fn fixed() -> PasswordSource {
    PasswordSource::Fixed(Secret::new("Gammel1!"))
}

async fn lookup(client: &GctpClient) -> Result<(), ClientError> {
    client.lookup(jens(), Profile::Authority).await.map(|found| assert_eq!(found.value.number, Some(jens())))
}

fn sign_on(password: &str) -> Seen {
    Seen::SignOn(password.to_owned())
}

fn question() -> Seen {
    Seen::Question("STAM".to_owned())
}

fn refused(number: u32) -> Result<(), ClientError> {
    Err(ClientError::SignOn(SignOnRefusal::of(Some(number))))
}

/// A folder with a password file.
struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl File {
    fn with(password: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cpr-password");
        std::fs::write(&path, password).unwrap();
        Self { _folder: folder, path }
    }

    fn source(&self) -> PasswordSource {
        PasswordSource::File(self.path.clone())
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.path).unwrap()
    }

    fn next(&self) -> Option<String> {
        std::fs::read_to_string(self.path.with_extension("next")).ok()
    }

    fn set_next(&self, password: &str) {
        std::fs::write(self.path.with_extension("next"), password).unwrap();
    }
}

#[tokio::test]
async fn a_lookup_signs_on_once_and_asks_as_the_handbook_says() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    assert_eq!(client.health().await.state, State::SignedOff);
    let found = client.lookup(jens(), Profile::Private).await.unwrap();
    assert_eq!(found.value.name.full().as_deref(), Some("Jens Mortensen"));
    assert_eq!(found.answer.record::<Stam>().unwrap(), found.value);
    lookup(&client).await.unwrap();
    assert_eq!(office.seen(), [sign_on("Gammel1!"), Seen::Question("STAMP".to_owned()), question()]);
    assert_eq!(client.health().await.state, State::SignedOn);
    let heads = office.with(|state| state.headers.clone());
    for head in &heads {
        let lower = head.to_ascii_lowercase();
        assert!(head.starts_with("POST /cpr-online-gctp/gctp HTTP/1.1"), "{head}");
        for line in ["user-agent: cpr/1.0", "content-type: text/xml", "connection: close", "content-length: "] {
            assert!(lower.contains(line), "{line} in {head}");
        }
    }
    assert!(!heads[0].to_ascii_lowercase().contains("cookie:"), "no token at sign-on");
    assert!(heads[1].to_ascii_lowercase().contains("cookie: token=t"));
}

#[test]
fn proxies_of_the_environment_are_not_followed() {
    // The environment belongs to a process, so another one runs the test above with a proxy that is not there.
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "a_lookup_signs_on_once_and_asks_as_the_handbook_says"]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"] {
        again.env(name, "http://127.0.0.1:9");
    }
    let output = again.env_remove("NO_PROXY").env_remove("no_proxy").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

#[tokio::test]
async fn twenty_callers_sign_on_once() {
    let office = Office::open().await;
    office.with(|state| state.delay = Duration::from_millis(30));
    let client = client(&office, fixed());
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { lookup(&client).await })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), Ok(()));
    }
    assert_eq!(office.sign_ons(), 1);
    assert_eq!(office.seen().len(), 21);
}

#[tokio::test]
async fn twenty_callers_whose_token_is_forgotten_sign_on_once_more() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    lookup(&client).await.unwrap();
    office.with(|state| {
        state.token = "nobody's".to_owned();
        state.delay = Duration::from_millis(30);
    });
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { lookup(&client).await })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), Ok(()));
    }
    assert_eq!(office.sign_ons(), 2);
}

#[tokio::test]
async fn a_caller_who_goes_away_leaves_the_sign_on_to_the_others() {
    let office = Office::open().await;
    office.with(|state| state.delay = Duration::from_millis(500));
    let client = client(&office, fixed());
    let gone = tokio::time::timeout(Duration::from_millis(30), lookup(&client)).await;
    assert!(gone.is_err());
    lookup(&client).await.unwrap();
    assert_eq!(office.sign_ons(), 1);
}

#[tokio::test]
async fn a_forgotten_token_is_renewed_and_the_question_repeated_once() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    lookup(&client).await.unwrap();
    office.seen();
    office.will([Mischief::ForgetTokens]);
    lookup(&client).await.unwrap();
    assert_eq!(office.seen(), [question(), sign_on("Gammel1!"), question()]);
    // Forgotten again at once: never more than one repeat.
    office.will([Mischief::Security(901), Mischief::None, Mischief::Security(901)]);
    assert_eq!(lookup(&client).await, refused(901));
    assert_eq!(office.seen(), [question(), sign_on("Gammel1!"), question()]);
    assert_eq!(refused(901).unwrap_err().kind(), ErrorKind::Unavailable);
    lookup(&client).await.unwrap();
}

#[tokio::test]
async fn a_token_is_renewed_some_minutes_before_it_ends() {
    let office = Office::open().await;
    let (clock, minutes) = clock();
    let settings =
        Settings { url: office.url.clone(), user: "WAB12345".to_owned(), password: fixed(), timeout: TIMEOUT };
    let client = GctpClient::new(settings, clock).unwrap();
    lookup(&client).await.unwrap();
    minutes.store(114, Ordering::SeqCst);
    lookup(&client).await.unwrap();
    assert_eq!(office.sign_ons(), 1);
    minutes.store(116, Ordering::SeqCst);
    office.with(|state| state.token_expires = "Mon, 15-Jan-2024 14:11:00 GMT");
    lookup(&client).await.unwrap();
    lookup(&client).await.unwrap();
    assert_eq!(office.sign_ons(), 2);
}

#[tokio::test]
async fn an_end_in_the_past_tells_of_wrong_clocks_and_not_of_a_dead_token() {
    let office = Office::open().await;
    office.with(|state| state.token_expires = "Mon, 15-Jan-2024 09:00:00 GMT");
    let client = client(&office, fixed());
    lookup(&client).await.unwrap();
    lookup(&client).await.unwrap();
    assert_eq!(office.sign_ons(), 1);
}

#[tokio::test]
async fn a_new_token_is_taken_from_any_answer() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    lookup(&client).await.unwrap();
    office.will([Mischief::NewToken]);
    lookup(&client).await.unwrap();
    office.with(|state| state.token += "x");
    lookup(&client).await.unwrap();
    assert_eq!(office.sign_ons(), 1);
}

#[tokio::test]
async fn a_wrong_password_is_sent_once_and_never_again() {
    let office = Office::open().await;
    let client = client(&office, PasswordSource::Fixed(Secret::new("Forkert1!")));
    for _ in 0..8 {
        assert_eq!(lookup(&client).await, refused(905));
    }
    assert_eq!(office.seen(), [sign_on("Forkert1!")]);
    assert_eq!(client.health().await.state, State::Refused(SignOnRefusal::PasswordWrong));
    let error = refused(905).unwrap_err();
    assert_eq!((error.kind(), error.number(), error.is_retryable()), (ErrorKind::Refused, Some(905), false));
}

#[tokio::test]
async fn a_refused_user_is_not_tried_again_with_any_password() {
    for number in [902, 903, 904] {
        let office = Office::open().await;
        office.with(|state| state.user_receipt = Some(number));
        let file = File::with("Gammel1!");
        file.set_next("Anden22!");
        let client = client(&office, file.source());
        for _ in 0..6 {
            assert_eq!(lookup(&client).await, refused(number));
        }
        assert_eq!(office.seen(), [sign_on("Gammel1!")]);
        // The administrator reactivates the user and writes the new password into the file.
        office.with(|state| {
            state.user_receipt = None;
            state.password = "Engangs9!".to_owned();
        });
        std::fs::write(&file.path, "Engangs9!\n").unwrap();
        lookup(&client).await.unwrap();
        assert_eq!(office.seen(), [sign_on("Engangs9!"), question()]);
        assert_eq!(client.health().await.state, State::SignedOn);
    }
}

#[tokio::test]
async fn a_wrong_password_file_is_tried_again_when_it_changes() {
    let office = Office::open().await;
    let file = File::with("Forkert1!");
    let client = client(&office, file.source());
    for _ in 0..4 {
        assert_eq!(lookup(&client).await, refused(905));
    }
    std::fs::write(&file.path, "Forkert2!").unwrap();
    for _ in 0..4 {
        assert_eq!(lookup(&client).await, refused(905));
    }
    assert_eq!(office.seen(), [sign_on("Forkert1!"), sign_on("Forkert2!")]);
    std::fs::write(&file.path, "Gammel1!").unwrap();
    lookup(&client).await.unwrap();
    std::fs::remove_file(&file.path).unwrap();
    lookup(&client).await.unwrap();
}

#[tokio::test]
async fn a_missing_password_file_is_named_as_such() {
    let office = Office::open().await;
    let client = client(&office, PasswordSource::File("/nonexistent/cpr-password".into()));
    let error = lookup(&client).await.unwrap_err();
    assert!(matches!(error, ClientError::PasswordFile { step: "read", .. }));
    assert_eq!((error.kind(), office.seen()), (ErrorKind::Refused, vec![]));
}

#[tokio::test]
async fn an_expired_password_is_renewed() {
    for with_token in [true, false] {
        let office = Office::open().await;
        office.with(|state| {
            state.expired = true;
            state.token_with_new_password = with_token;
        });
        let file = File::with("Gammel1!\n");
        let client = client(&office, file.source());
        lookup(&client).await.unwrap();
        let new = file.text();
        assert_eq!(office.with(|state| state.password.clone()), new);
        assert_eq!(file.next(), None);
        let mut expected = vec![sign_on("Gammel1!"), Seen::NewPassword("Gammel1!".to_owned(), new.clone())];
        if !with_token {
            expected.push(sign_on(&new));
        }
        expected.push(question());
        assert_eq!(office.seen(), expected);
        assert!(client.health().await.password_age.is_some());
    }
}

#[tokio::test]
async fn an_expired_password_of_the_configuration_cannot_be_renewed() {
    let office = Office::open().await;
    office.with(|state| state.expired = true);
    let client = client(&office, fixed());
    for _ in 0..6 {
        assert_eq!(lookup(&client).await, refused(906));
    }
    assert_eq!(office.seen(), [sign_on("Gammel1!")]);
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_is_finished_by_the_next_question() {
    let office = Office::open().await;
    office.with(|state| state.expired = true);
    let file = File::with("Gammel1!");
    let client = client(&office, file.source());
    office.will([Mischief::None, Mischief::ActThenClose]);
    assert_eq!(lookup(&client).await, Err(Unavailable::Network.into()));
    // CPR has the new password, the file the old one.
    let new = file.next().unwrap();
    assert_eq!((file.text().as_str(), office.with(|state| state.password.clone())), ("Gammel1!", new.clone()));
    office.seen();
    lookup(&client).await.unwrap();
    assert_eq!(office.seen(), [sign_on("Gammel1!"), sign_on(&new), question()]);
    assert_eq!((file.text(), file.next()), (new, None));
}

#[tokio::test]
async fn a_crash_before_the_new_password_was_sent_is_healed_at_start() {
    let office = Office::open().await;
    office.with(|state| state.expired = true);
    let file = File::with("Gammel1!");
    file.set_next("AldrigSendt1!");
    lookup(&client(&office, file.source())).await.unwrap();
    let new = file.text();
    assert_ne!(new, "AldrigSendt1!");
    assert_eq!(office.seen(), [sign_on("Gammel1!"), Seen::NewPassword("Gammel1!".to_owned(), new), question()]);
    assert_eq!(file.next(), None);
}

#[tokio::test]
async fn a_crash_after_the_new_password_was_accepted_is_healed_at_start() {
    let office = Office::open().await;
    office.with(|state| state.password = "Accepteret1!".to_owned());
    let file = File::with("Gammel1!");
    file.set_next("Accepteret1!");
    lookup(&client(&office, file.source())).await.unwrap();
    assert_eq!(office.seen(), [sign_on("Gammel1!"), sign_on("Accepteret1!"), question()]);
    assert_eq!((file.text().as_str(), file.next()), ("Accepteret1!", None));
}

#[tokio::test]
async fn a_crash_that_left_only_the_next_password_is_healed_at_start() {
    let office = Office::open().await;
    office.with(|state| {
        state.password = "Accepteret1!".to_owned();
        state.expired = true;
    });
    let file = File::with("");
    file.set_next("Accepteret1!");
    lookup(&client(&office, file.source())).await.unwrap();
    assert_eq!(office.with(|state| state.password.clone()), file.text());
    assert_eq!(file.next(), None);
}

#[tokio::test]
async fn both_passwords_wrong_are_tried_once_each() {
    let office = Office::open().await;
    let file = File::with("Forkert1!");
    file.set_next("Forkert2!");
    let client = client(&office, file.source());
    for _ in 0..6 {
        assert_eq!(lookup(&client).await, refused(905));
    }
    assert_eq!(office.seen(), [sign_on("Forkert1!"), sign_on("Forkert2!")]);
}

#[tokio::test]
async fn a_new_password_that_cpr_will_not_have_is_thrown_away() {
    let office = Office::open().await;
    office.with(|state| {
        state.expired = true;
        state.new_password_receipt = Some(908);
    });
    let file = File::with("Gammel1!");
    let client = client(&office, file.source());
    for _ in 0..6 {
        assert_eq!(lookup(&client).await, refused(908));
    }
    assert_eq!(office.seen().len(), 2);
    assert_eq!((file.text().as_str(), file.next()), ("Gammel1!", None));
}

#[tokio::test]
async fn two_servers_with_one_file_change_the_password_once() {
    let office = Office::open().await;
    office.with(|state| {
        state.expired = true;
        state.delay = Duration::from_millis(40);
    });
    let file = File::with("Gammel1!");
    let (first, second) = (client(&office, file.source()), client(&office, file.source()));
    let (one, two) = tokio::join!(lookup(&first), lookup(&second));
    // The office knows one token; the server that signed on first asks again, as after any 901.
    assert_eq!((one, two), (Ok(()), Ok(())));
    let changes = office.seen().into_iter().filter(|seen| matches!(seen, Seen::NewPassword(..))).count();
    assert_eq!(changes, 1);
    assert_eq!(office.with(|state| state.password.clone()), file.text());
}

#[tokio::test]
async fn an_error_inside_cprs_security_system_is_not_held_against_the_user() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    office.will([Mischief::Security(999)]);
    assert_eq!(lookup(&client).await, refused(999));
    assert_eq!(refused(999).unwrap_err().kind(), ErrorKind::Unavailable);
    lookup(&client).await.unwrap();
    assert_eq!(office.sign_ons(), 2);
}

#[tokio::test]
async fn a_security_system_that_keeps_failing_is_not_asked_by_every_caller() {
    let office = Office::open().await;
    office.with(|state| state.user_receipt = Some(999));
    let client = client(&office, fixed());
    for _ in 0..10 {
        assert_eq!(lookup(&client).await.unwrap_err().kind(), ErrorKind::Unavailable);
    }
    assert_eq!(office.sign_ons(), 2);
}

#[tokio::test]
async fn a_silent_cpr_costs_no_more_than_the_time_of_a_call() {
    let office = Office::open().await;
    let timeout = Duration::from_secs(1);
    let settings = Settings { url: office.url.clone(), user: "WAB12345".to_owned(), password: fixed(), timeout };
    let client = GctpClient::new(settings, clock().0).unwrap();
    lookup(&client).await.unwrap();
    office.will([Mischief::Hang]);
    let begin = Instant::now();
    assert_eq!(lookup(&client).await, Err(Unavailable::Timeout.into()));
    assert!(begin.elapsed() < timeout * 5, "{:?}", begin.elapsed());
    assert_eq!(client.health().await.state, State::Unreachable);
    lookup(&client).await.unwrap();
    assert_eq!(client.health().await.state, State::SignedOn);
}

#[tokio::test]
async fn after_two_failures_nothing_is_sent_for_a_moment() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    lookup(&client).await.unwrap();
    office.seen();
    office.will([Mischief::ActThenClose, Mischief::ActThenClose]);
    for _ in 0..2 {
        assert_eq!(lookup(&client).await, Err(Unavailable::Network.into()));
    }
    let paused = lookup(&client).await;
    let Err(ClientError::Unavailable(Unavailable::Paused(pause))) = paused else { panic!("{paused:?}") };
    assert!(pause <= Duration::from_secs(2));
    assert_eq!(office.seen().len(), 2);
}

#[tokio::test]
async fn answers_that_are_none_are_told_apart() {
    let head = "HTTP/1.1 200\r\nContent-Type: text/xml\r\n";
    let whole = respond(None, &security(901));
    let stam = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/gctp/stamp.xml")).unwrap();
    let endless = [format!("{head}Content-Length: 3000000\r\n\r\n").into_bytes(), vec![b' '; 3_000_000]].concat();
    let chunked = {
        let chunk = [b"10000\r\n".to_vec(), vec![b' '; 0x1_0000], b"\r\n".to_vec()].concat();
        [format!("{head}Transfer-Encoding: chunked\r\n\r\n").into_bytes(), chunk.repeat(40), b"0\r\n\r\n".to_vec()]
            .concat()
    };
    let redirect = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_vec();
    type Expected = fn(&Unavailable) -> bool;
    let cases: Vec<(Mischief, Expected)> = vec![
        (Mischief::Raw(whole[..whole.len() - 20].to_vec()), |error| *error == Unavailable::Network),
        (Mischief::Raw(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n".to_vec()), |error| {
            *error == Unavailable::Status(503)
        }),
        (Mischief::Raw(redirect), |error| *error == Unavailable::Status(302)),
        (Mischief::Raw(endless), |error| *error == Unavailable::TooLong),
        (Mischief::Raw(chunked), |error| *error == Unavailable::TooLong),
        (Mischief::Raw(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()), |error| *error == Unavailable::Network),
        (Mischief::Body(b"<html/>".to_vec()), |error| matches!(error, Unavailable::Garbled(Garbled::Message(_)))),
        (Mischief::Body(stam[..500].to_vec()), |error| matches!(error, Unavailable::Garbled(Garbled::Message(_)))),
        // STAMP's answer to a question to STAM.
        (Mischief::Body(stam), |error| matches!(error, Unavailable::Garbled(Garbled::Mismatch(_)))),
    ];
    for (mischief, expected) in cases {
        let office = Office::open().await;
        let client = client(&office, fixed());
        lookup(&client).await.unwrap();
        let what: String = format!("{mischief:?}").chars().take(60).collect();
        office.will([mischief]);
        let error = lookup(&client).await.unwrap_err();
        let ClientError::Unavailable(unavailable) = &error else { panic!("{error:?}") };
        assert!(expected(unavailable), "{what}: {error:?}");
        assert!(error.kind() == ErrorKind::Unavailable && error.is_retryable());
        lookup(&client).await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_about_somebody_else_is_not_taken() {
    let office = Office::open().await;
    office.with(|state| {
        state.answer = Box::new(|service, _| {
            let number = PersonalNumber::parse("0706614184").ok();
            (ServiceAnswer::of(service, &Stam { number, ..Stam::default() }), Some(Receipt::ok()))
        });
    });
    let error = lookup(&client(&office, fixed())).await.unwrap_err();
    assert_eq!(error, Garbled::Mismatch("the person that was asked for").into());
}

#[tokio::test]
async fn refusals_of_services_are_told_apart() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    for (receipt, refusal, kind) in [
        (Receipt::error(172, "…"), Refusal::PersonNotFound, ErrorKind::NotFound),
        (Receipt::error(52, "…"), Refusal::NumberInvalid, ErrorKind::InvalidKey),
        (Receipt::error(1035, "…"), Refusal::NoAccess, ErrorKind::NoAccess),
        (Receipt::error(2212, "…"), Refusal::ClosedNow, ErrorKind::NoAccess),
        (Receipt::error(3974, "…"), Refusal::MunicipalityMissing, ErrorKind::InsufficientCriteria),
        (Receipt::error(4711, "…"), Refusal::Unknown(Some(4711)), ErrorKind::Refused),
        (Receipt::system(0, "…"), Refusal::Technical, ErrorKind::Unavailable),
    ] {
        office.with(|state| {
            state.answer = Box::new(move |service, _| (ServiceAnswer::empty(service), Some(receipt.clone())));
        });
        let error = lookup(&client).await.unwrap_err();
        assert_eq!((error.clone(), error.kind()), (refusal.into(), kind));
        assert_eq!(error.number(), refusal.number());
    }
    office.with(|state| state.answer = Box::new(|service, _| (ServiceAnswer::empty(service), None)));
    assert_eq!(lookup(&client).await, Err(Garbled::Mismatch("data or a receipt").into()));
}

#[tokio::test]
async fn a_replacement_number_is_never_sent() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    let number = PersonalNumber::parse("6707614285").unwrap();
    assert_eq!(client.lookup(number, Profile::Authority).await.err(), Some(ClientError::ReplacementNumber));
    assert_eq!(client.family(number).await.err(), Some(ClientError::ReplacementNumber));
    assert_eq!(office.seen(), []);
}

#[tokio::test]
async fn every_service_is_asked_by_its_own_name() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    client.name(jens()).await.unwrap();
    client.address(jens()).await.unwrap();
    client.contact_address(jens()).await.unwrap();
    client.protections(jens()).await.unwrap();
    client.civil_status(jens()).await.unwrap();
    client.family(jens()).await.unwrap();
    client.former_numbers(jens()).await.unwrap();
    let by_name = NameCriteria { name: Some("Henriksen".to_owned()), sex: Some(Sex::Male), ..NameCriteria::default() };
    client.search_name(&by_name, &Page::default()).await.unwrap();
    client.search_address(&AddressCriteria::default(), &Page::default()).await.unwrap();
    let names: Vec<String> = office
        .seen()
        .into_iter()
        .filter_map(|seen| if let Seen::Question(service) = seen { Some(service) } else { None })
        .collect();
    let expected = ["NAVNE3", "ADRESSE3", "ADRESSE4", "BESKYT3", "CIVIL3", "FAMILIE", "TIDLPNR", "NVNSOG2", "ADRSOG1"];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_search_is_paged_by_the_key_that_cpr_gave() {
    let office = Office::open().await;
    office.with(|state| {
        state.answer = Box::new(|service, key| {
            let page = Page::read(key).unwrap();
            let child = FamilieRow::default();
            let mut answer = ServiceAnswer::of_rows::<FamilieRow>(service, [("1".to_owned(), &child)]);
            let table = answer.tables.remove("FAMILIE").unwrap();
            let rest = page.after.is_none().then(|| "side2".to_owned());
            answer.tables.insert("NAVNSOEG".to_owned(), Table { rest, total: page.count.then_some(2), ..table });
            (answer, Some(Receipt::ok()))
        });
    });
    let client = client(&office, fixed());
    let criteria = NameCriteria { name: Some("Henriksen".to_owned()), ..NameCriteria::default() };
    let first = client.search_name(&criteria, &Page { count: true, ..Page::default() }).await.unwrap();
    assert_eq!((first.total, first.rest.as_deref(), first.hits.len()), (Some(2), Some("side2"), 1));
    let second = client.search_name(&criteria, &Page { after: first.rest, ..Page::default() }).await.unwrap();
    assert_eq!((second.total, second.rest), (None, None));
}

#[tokio::test]
async fn nothing_of_a_person_or_a_password_is_in_an_error() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    let text = |error: &ClientError| format!("{error} {error:?}");
    office.with(|state| {
        state.answer = Box::new(|service, _| {
            let receipt = Receipt::error(52, "Personnummeret 0707614285 er ikke gyldigt");
            (ServiceAnswer::empty(service), Some(receipt))
        });
    });
    let mut all = text(&lookup(&client).await.unwrap_err());
    office.with(|state| {
        state.answer = Box::new(|service, _| {
            let mut answer = ServiceAnswer::empty(service);
            answer.fields.set("FOEDDATO", cpr::gctp::Field::new("7. juli 1961"));
            (answer, Some(Receipt::ok()))
        });
    });
    all += &text(&lookup(&client).await.unwrap_err());
    office.will([Mischief::Body(b"<root>0707614285".to_vec())]);
    all += &text(&lookup(&client).await.unwrap_err());
    all += &format!("{client:?}");
    for personal in ["0707614285", "1961", "juli", "Gammel1!", "WAB12345"] {
        assert!(!all.contains(personal), "{personal} in {all}");
    }
    assert!(all.contains("field FOEDDATO: expected a date of 8 or 12 digits"));
}
