//! Alarms: patterns in the log that somebody should look at.

use std::time::Duration;

use openapi::alarm::{AuditAlarms, AuditPattern};
use openapi::problem::ProblemCode;
use serde_json::json;
use tests::{House, on_each_database};

use crate::{CASEWORKER, create, log, pointers, read};

const JENS: &str = "0707614285";
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn who_comes_back_to_one_person_without_a_case_raises_an_alarm(house: &House) {
    let party = create(house, json!({ "name": "Jens", "personalNumber": JENS })).await;
    for _ in 0..2 {
        read(house, &party).await;
        house.with(CASEWORKER).post("/cpr/lookup", &json!({ "personalNumber": JENS })).await.expect(200);
        house.let_pass(DAY);
    }
    assert!(alarms(house, "").await.items.is_empty(), "four look-ups on two days");
    let first = house.now() - chrono::Duration::days(2);
    read(house, &party).await;
    house.let_pass(Duration::from_secs(1));
    let found = alarms(house, "").await;
    let [alarm] = found.items.as_slice() else { panic!("{found:?}") };
    assert_eq!((alarm.pattern, alarm.count), (AuditPattern::SamePerson, 5));
    assert_eq!(alarm.actor.as_deref(), Some("med Opdater fra CPR og Partsredaktør"));
    assert_eq!((alarm.party_id, alarm.from), (Some(party.id), first));
    house.let_pass(8 * DAY);
    assert!(alarms(house, "").await.items.is_empty(), "the last seven days");
}

async fn what_a_case_explains_raises_none(house: &House) {
    let ask = json!({ "personalNumber": JENS, "caseNumber": "S-1" });
    for _ in 0..6 {
        house.with(CASEWORKER).post("/cpr/lookup", &ask).await.expect(200);
        house.let_pass(DAY / 2);
    }
    let found = alarms(house, "").await;
    assert!(found.items.is_empty(), "{found:?}");
}

async fn who_tries_what_is_not_allowed_raises_an_alarm(house: &House) {
    for _ in 0..10 {
        house.with(&[]).post("/cpr/lookup", &json!({})).await.expect(403);
    }
    house.let_pass(Duration::from_secs(1));
    let found = alarms(house, "").await;
    let [alarm] = found.items.as_slice() else { panic!("{found:?}") };
    assert_eq!((alarm.pattern, alarm.count, alarm.actor.as_deref()), (AuditPattern::Refused, 10, Some("med ")));
    assert_eq!(log(house, "&operation=list_audit_alarms").await.len(), 1, "asking for alarms stands in the log");
}

async fn a_time_that_cannot_be_used_is_refused(house: &House) {
    let auditor = house.with(&["Revisor"]);
    for bad in ["?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z", "?from=2026-09-01T00:00:00Z"] {
        let problem = auditor.get(&format!("/audit/alarms{bad}")).await.problem(ProblemCode::InvalidInput);
        assert_eq!(pointers(&problem), ["/from"], "{bad}");
    }
    house.with(CASEWORKER).get("/audit/alarms").await.problem(ProblemCode::Forbidden);
}

async fn alarms(house: &House, query: &str) -> AuditAlarms {
    house.with(&["Revisor"]).get(&format!("/audit/alarms{query}")).await.expect(200).json()
}

on_each_database! {
    who_comes_back_to_one_person_without_a_case_raises_an_alarm,
    what_a_case_explains_raises_none,
    who_tries_what_is_not_allowed_raises_an_alarm,
    a_time_that_cannot_be_used_is_refused,
}
