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

async fn the_log_is_searched_by_a_number_that_stands_in_no_address(house: &House) {
    let ask = |number: &str| json!({ "personalNumber": number });
    house.with(CASEWORKER).post("/cpr/lookup", &ask("0707614285")).await.expect(200);
    house.with(CASEWORKER).post("/cpr/lookup", &ask("0709614398")).await.expect(200);
    let gerda = create(house, json!({ "name": "Gerda Holmstad", "personalNumber": "0709614398" })).await;
    crate::fetch(house, &gerda, json!({})).await;
    let auditor = house.with(&["Revisor"]);
    let search = async |criteria: serde_json::Value| {
        let page: Page<AuditEntry> = auditor.post("/audit/search", &criteria).await.expect(200).json();
        page.items.into_iter().map(|entry| entry.operation).collect::<Vec<_>>()
    };
    assert_eq!(search(json!({ "personalNumber": "070761-4285" })).await, ["look_up_person"]);
    let by_number = search(json!({ "personalNumber": "0909610036" })).await;
    for operation in ["look_up_person", "create_party", "fetch_party_cpr"] {
        assert!(by_number.iter().any(|found| found == operation), "{operation} not in {by_number:?}");
    }
    let narrowed = json!({ "personalNumber": "0909610036", "operation": "create_party", "limit": 1 });
    assert_eq!(search(narrowed).await, ["create_party"]);
    let searches = entries(house, "?operation=search_audit_entries").await;
    assert!(searches.iter().all(|entry| entry.subject.personal_number_digest.is_some()));
    assert_eq!(
        searches[0].subject.criteria.as_deref(),
        Some("log: personalNumber, operation"),
        "which criteria, and no values"
    );
    auditor.get("/audit?personalNumber=0707614285").await.expect(422);
    house.with(CASEWORKER).post("/audit/search", &json!({})).await.expect(403);
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
    the_log_is_searched_by_a_number_that_stands_in_no_address,
}
