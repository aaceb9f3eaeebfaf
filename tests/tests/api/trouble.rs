//! When CPR is away, slow, angry or incomprehensible: the caller is told in Danish, and nothing is changed.

use std::collections::BTreeMap;
use std::time::Duration;

use cpr_simulator::{Command, Knobs, Trouble, TroubleOn};
use openapi::audit::AuditOutcome;
use openapi::event::EventPage;
use openapi::health::{Health, HealthStatus};
use openapi::party::Party;
use openapi::problem::ProblemCode;
use reqwest::Method;
use serde_json::json;
use tests::{House, on_each_database};

use crate::{CASEWORKER, create, fetch, log, read};

const JENS: &str = "0707614285";
const HASTY: &str = "cpr.gctp.timeout_seconds = 1";

async fn whatever_cpr_does_every_button_says_so_in_danish_and_nothing_is_changed(house: &House) {
    let party = party(house).await;
    for (trouble, code) in [
        (Knobs { trouble: Some(Trouble::DropConnection), ..Knobs::default() }, ProblemCode::CprUnavailable),
        (Knobs { trouble: Some(Trouble::HttpStatus(500)), ..Knobs::default() }, ProblemCode::CprUnavailable),
        (Knobs { trouble: Some(Trouble::HttpStatus(404)), ..Knobs::default() }, ProblemCode::CprUnavailable),
        (Knobs { trouble: Some(Trouble::TruncatedAnswer), ..Knobs::default() }, ProblemCode::CprUnavailable),
        (Knobs { trouble: Some(Trouble::GarbledXml), ..Knobs::default() }, ProblemCode::CprUnavailable),
        (Knobs { trouble: Some(Trouble::SystemReceipt), ..Knobs::default() }, ProblemCode::CprUnavailable),
        (
            Knobs { trouble: Some(Trouble::OversizedAnswer(20_000_000)), ..Knobs::default() },
            ProblemCode::CprUnavailable,
        ),
        (garbled_after_sign_on(), ProblemCode::CprUnavailable),
        (Knobs { latency_ms: 1_500, ..Knobs::default() }, ProblemCode::CprUnavailable),
        (refusing(&["STAM", "ADRSOG1"], 1035), ProblemCode::CprRefused),
        (refusing(&["STAM", "ADRSOG1"], 2212), ProblemCode::CprUnavailable),
    ] {
        house.cpr().turn(|knobs| *knobs = trouble.clone());
        for (path, body) in questions(&party) {
            // After a failure CPR is left alone for half a minute.
            house.let_pass(Duration::from_secs(31));
            let answer = house.with(CASEWORKER).post(&path, &body).await;
            let problem = answer.problem(code);
            assert_eq!(problem.retryable, code == ProblemCode::CprUnavailable, "{path} {trouble:?}");
            assert!(problem.detail.contains("ikke ændret noget"), "{problem:?}");
            assert!(!answer.text().contains("Mortensen") && !answer.text().contains(JENS), "{answer:?}");
        }
        assert_eq!(read(house, &party).await, party, "{trouble:?}");
    }
    let feed: EventPage = house.with(&[]).get("/events").await.expect(200).json();
    assert_eq!(feed.latest, 1, "one party was created, and that is all");
    house.cpr().turn(|knobs| *knobs = Knobs::default());
    house.let_pass(Duration::from_secs(31));
    assert_eq!(fetch(house, &party, json!({})).await.name, "Jens Mortensen");
}

async fn a_refused_password_is_tried_once_and_never_again(house: &House) {
    let party = party(house).await;
    house.cpr().turn(|knobs| knobs.wrong_password = true);
    for (path, body) in questions(&party) {
        house.let_pass(Duration::from_secs(31));
        let problem = house.with(CASEWORKER).post(&path, &body).await.problem(ProblemCode::CprRefused);
        assert!(!problem.retryable && problem.detail.contains("administrator"), "{problem:?}");
    }
    // The fifth wrong password locks the organisation's user.
    assert_eq!(house.cpr().counters().get("signon"), Some(&1));
    assert_eq!(ready(house).await, HealthStatus::Degraded);
    assert_eq!(read(house, &party).await, party);
}

async fn a_look_up_that_cpr_gives_no_access_to_stands_in_readiness_until_it_is_given(house: &House) {
    let ask = json!({ "personalNumber": JENS });
    house.cpr().turn(|knobs| *knobs = refusing(&["STAM"], 1035));
    house.with(CASEWORKER).post("/cpr/lookup", &ask).await.problem(ProblemCode::CprRefused);
    let health: Health = house.anonymous().request(Method::GET, "/health/ready").send().await.expect(200).json();
    let cpr = health.checks.iter().find(|check| check.name == "cpr").unwrap();
    assert_eq!((health.status, cpr.status), (HealthStatus::Degraded, HealthStatus::Degraded));
    assert!(cpr.detail.as_ref().is_some_and(|detail| detail.contains("1035")), "{cpr:?}");
    house.cpr().turn(|knobs| *knobs = Knobs::default());
    house.with(CASEWORKER).post("/cpr/lookup", &ask).await.expect(200);
    assert_eq!(ready(house).await, HealthStatus::Ok);
}

async fn a_locked_user_is_a_refusal(house: &House) {
    house.cpr().command(Command::LockUser);
    let ask = json!({ "personalNumber": JENS });
    house.with(CASEWORKER).post("/cpr/lookup", &ask).await.problem(ProblemCode::CprRefused);
}

async fn a_lost_token_is_renewed_without_the_caller_noticing(house: &House) {
    let caller = house.with(CASEWORKER);
    let ask = json!({ "personalNumber": JENS });
    caller.post("/cpr/lookup", &ask).await.expect(200);
    house.cpr().command(Command::ForgetTokens);
    caller.post("/cpr/lookup", &ask).await.expect(200);
    assert_eq!(house.cpr().counters().get("signon"), Some(&2));
}

async fn after_a_failure_cpr_is_left_alone_and_then_asked_again(house: &House) {
    let caller = house.with(CASEWORKER);
    let ask = json!({ "personalNumber": JENS });
    assert_eq!(ready(house).await, HealthStatus::Ok);
    house.cpr().turn(|knobs| knobs.trouble = Some(Trouble::HttpStatus(503)));
    caller.post("/cpr/lookup", &ask).await.problem(ProblemCode::CprUnavailable);
    assert_eq!(ready(house).await, HealthStatus::Degraded, "this process serves, but CPR does not answer");
    house.cpr().turn(|knobs| *knobs = Knobs::default());
    house.let_pass(Duration::from_secs(30));
    caller.post("/cpr/lookup", &ask).await.expect(200);
    assert_eq!(ready(house).await, HealthStatus::Ok);
}

async fn a_section_that_fails_or_is_refused_is_the_only_one_that_is_missing(house: &House) {
    let party = party(house).await;
    for (code, availability) in [(1035, "not-entitled"), (2212, "not-fetched")] {
        house.cpr().turn(|knobs| *knobs = refusing(&["FAMILIE"], code));
        assert_eq!(fetch(house, &party, json!({})).await.name, "Jens Mortensen");
        let tab = house.with(CASEWORKER).get(&format!("/parties/{}/cpr", party.id)).await.expect(200).value();
        assert_eq!(tab["children"]["availability"], availability, "{tab}");
        assert_eq!(tab["civilStatus"]["availability"], "delivered", "{tab}");
        assert_eq!(tab["names"]["availability"], "delivered", "{tab}");
    }
}

async fn what_is_asked_of_cpr_stands_in_the_log_before_the_answer_is_there(house: &House) {
    let party = party(house).await;
    house.cpr().turn(|knobs| knobs.latency_ms = 4_000);
    let caller = house.with(CASEWORKER);
    let questions = questions(&party);
    let asking =
        async { futures_util::future::join_all(questions.iter().map(|(path, body)| caller.post(path, body))).await };
    let looking = async {
        for _ in 0..100 {
            let open = log(house, "&outcome=unknown").await;
            let asked = ["look_up_person", "preview_party_cpr", "fetch_party_cpr", "find_person"];
            if asked.iter().all(|name| open.iter().any(|entry| entry.operation == *name)) {
                assert!(!house.cpr().counters().contains_key("STAM"), "no question was answered yet");
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the questions are not in the log: {:?}", log(house, "").await);
    };
    let (answers, ()) = tokio::join!(asking, looking);
    for answer in answers {
        assert!(answer.status == 503 || answer.status == 200, "{answer:?}");
    }
    assert_eq!(log(house, "&outcome=unknown").await, []);
}

async fn a_caller_who_hangs_up_leaves_an_entry_and_no_change(house: &House) {
    let party = party(house).await;
    house.cpr().turn(|knobs| knobs.latency_ms = 3_000);
    let path = format!("/parties/{}/cpr/fetch", party.id);
    let caller = house.with(CASEWORKER);
    let asked = tokio::time::timeout(Duration::from_millis(500), caller.post(&path, &json!({}))).await;
    assert!(asked.is_err(), "{asked:?}");
    let entries = log(house, "&operation=fetch_party_cpr").await;
    assert_eq!(entries.iter().map(|entry| entry.outcome).collect::<Vec<_>>(), [AuditOutcome::Unknown]);
    assert_eq!(read(house, &party).await, party);
}

async fn without_cpr_the_buttons_say_that_it_is_not_set_up(house: &House) {
    let party = party(house).await;
    let caller = house.with(CASEWORKER);
    for (path, body) in questions(&party) {
        caller.post(&path, &body).await.problem(ProblemCode::NotAvailableHere);
    }
    let tab = caller.get(&format!("/parties/{}/cpr", party.id)).await.expect(200).value();
    assert_eq!(tab["names"]["availability"], "not-fetched");
    assert_eq!(ready(house).await, HealthStatus::Ok);
}

async fn where_a_reason_is_wanted_cpr_is_not_asked_without_one(house: &House) {
    let party = party(house).await;
    let caller = house.with(CASEWORKER);
    for (path, body) in questions(&party) {
        caller.post(&path, &body).await.problem(ProblemCode::ReasonRequired);
    }
    assert_eq!(house.cpr().counters().values().sum::<u64>(), 0);
    for (path, mut body) in questions(&party) {
        body["reason"] = json!("Partshøring");
        caller.post(&path, &body).await.expect(200);
    }
}

/// A party that CPR knows, and that was never fetched.
async fn party(house: &House) -> Party {
    create(house, json!({ "name": "J. M.", "personalNumber": JENS })).await
}

/// Each way to ask CPR, with a body.
fn questions(party: &Party) -> Vec<(String, serde_json::Value)> {
    let address = json!({ "line1": "Industrivænget 95, 1. mf.", "postalCode": "9000" });
    let who = json!({ "name": "Jens Mortensen", "address": address });
    vec![
        ("/cpr/lookup".to_owned(), json!({ "personalNumber": JENS })),
        (format!("/parties/{}/cpr/preview", party.id), json!({})),
        (format!("/parties/{}/cpr/fetch", party.id), json!({})),
        ("/cpr/find".to_owned(), who.clone()),
        (format!("/parties/{}/cpr/find", party.id), who),
    ]
}

fn refusing(services: &[&str], code: u16) -> Knobs {
    let refuse: BTreeMap<String, u16> = services.iter().map(|service| ((*service).to_owned(), code)).collect();
    Knobs { refuse, ..Knobs::default() }
}

fn garbled_after_sign_on() -> Knobs {
    Knobs { trouble: Some(Trouble::GarbledXml), trouble_on: TroubleOn::Services, ..Knobs::default() }
}

async fn ready(house: &House) -> HealthStatus {
    let answer = house.anonymous().request(Method::GET, "/health/ready").send().await.expect(200);
    answer.json::<Health>().status
}

on_each_database! {
    whatever_cpr_does_every_button_says_so_in_danish_and_nothing_is_changed with super::HASTY,
    a_refused_password_is_tried_once_and_never_again,
    a_look_up_that_cpr_gives_no_access_to_stands_in_readiness_until_it_is_given,
    a_locked_user_is_a_refusal,
    a_lost_token_is_renewed_without_the_caller_noticing,
    after_a_failure_cpr_is_left_alone_and_then_asked_again,
    a_section_that_fails_or_is_refused_is_the_only_one_that_is_missing,
    what_is_asked_of_cpr_stands_in_the_log_before_the_answer_is_there,
    a_caller_who_hangs_up_leaves_an_entry_and_no_change,
    without_cpr_the_buttons_say_that_it_is_not_set_up with "cpr.gctp.user = ''\ncpr.gctp.password = ''",
    where_a_reason_is_wanted_cpr_is_not_asked_without_one with "audit.require_reason = 'always'",
}
