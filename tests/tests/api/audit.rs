//! The audit log: who did what, when and why.

use openapi::audit::{AuditEntry, AuditOutcome};
use openapi::page::Page;
use openapi::party::Party;
use reqwest::Method;
use serde_json::json;
use tests::{House, on_each_database};

use crate::{CASEWORKER, create};

async fn reading_and_writing_a_party_are_entries_with_who_and_what(house: &House) {
    let party = create(house, json!({ "name": "Jens Mortensen", "personalNumber": "0707614285" })).await;
    let reader = house.with(&[]);
    let request = reader.api(Method::GET, &format!("/parties/{}", party.id)).header("X-Request-Id", "sporing-17");
    request.send().await.expect(200).json::<Party>();

    let entries = entries(house, &format!("?partyId={}", party.id)).await;
    let seen: Vec<(&str, &str, AuditOutcome)> =
        entries.iter().map(|entry| (entry.operation.as_str(), entry.actor.as_str(), entry.outcome)).collect();
    let expected = [
        ("create_party", "med Opdater fra CPR og Partsredaktør", AuditOutcome::Succeeded),
        ("get_party", "med ", AuditOutcome::Succeeded),
    ];
    for entry in expected {
        assert!(seen.contains(&entry), "{entry:?} not in {seen:?}");
    }
    let read = entries.iter().find(|entry| entry.operation == "get_party").expect("the reading");
    assert_eq!((read.trace_id.as_str(), read.at), ("sporing-17", house.now()));
}

async fn reading_the_log_is_an_entry_itself(house: &House) {
    entries(house, "").await;
    let entries = entries(house, "?operation=list_audit_entries").await;
    assert!(!entries.is_empty());
}

async fn a_refused_operation_is_an_entry_too(house: &House) {
    house.with(&[]).post("/parties", &json!({ "name": "x" })).await.expect(403);
    let refused = entries(house, "?outcome=refused").await;
    assert_eq!(refused.iter().map(|entry| entry.operation.as_str()).collect::<Vec<_>>(), ["create_party"]);
}

async fn the_log_can_be_narrowed_by_case_time_and_actor(house: &House) {
    let ask = |case: &str| json!({ "personalNumber": "0707614285", "caseNumber": case });
    house.with(CASEWORKER).post("/cpr/lookup", &ask("S-1")).await.expect(200);
    house.let_pass(std::time::Duration::from_secs(60));
    let later = house.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    house.with(CASEWORKER).post("/cpr/lookup", &ask("S-2")).await.expect(200);
    for (query, expected) in [
        ("?caseNumber=S-1".to_owned(), vec!["S-1"]),
        (format!("?operation=look_up_person&from={later}"), vec!["S-2"]),
        (format!("?operation=look_up_person&to={later}"), vec!["S-1"]),
        ("?actor=nobody".to_owned(), vec![]),
    ] {
        let found = entries(house, &query).await;
        let cases: Vec<&str> = found.iter().filter_map(|entry| entry.case_number.as_deref()).collect();
        assert_eq!(cases, expected, "{query}");
    }
}

async fn entries(house: &House, query: &str) -> Vec<AuditEntry> {
    let page: Page<AuditEntry> = house.with(&["Revisor"]).get(&format!("/audit{query}")).await.expect(200).json();
    page.items
}

on_each_database! {
    reading_and_writing_a_party_are_entries_with_who_and_what,
    reading_the_log_is_an_entry_itself,
    a_refused_operation_is_an_entry_too,
    the_log_can_be_narrowed_by_case_time_and_actor,
}
