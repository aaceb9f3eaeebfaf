//! `protection.display = "mask"`: a protected address is hidden everywhere until it is revealed with a reason.

use openapi::audit::{AuditEntry, AuditOutcome};
use openapi::page::Page;
use openapi::party::{Party, RevealedAddress};
use openapi::person::LookupAnswer;
use openapi::problem::ProblemCode;
use reqwest::Method;
use serde_json::json;
use tests::{House, on_each_database};

use crate::{CASEWORKER, create, read};

/// Aksel Sander, who is protected, at Industrivænget 26 in Aalborg.
async fn protected(house: &House) -> Party {
    let party = create(house, json!({ "name": "Aksel", "personalNumber": "0701614011" })).await;
    let path = format!("/parties/{}/cpr/fetch", party.id);
    house.with(CASEWORKER).post(&path, &json!({})).await.expect(200).json()
}

async fn no_answer_shows_the_address_of_a_protected_party(house: &House) {
    let party = protected(house).await;
    assert!(party.address.is_none() && party.address_masked, "{party:?}");
    let caseworker = house.with(CASEWORKER);
    let path = format!("/parties/{}", party.id);
    caseworker.put("/cases/S-1", &json!({ "status": "open", "parties": [{ "partyId": party.id }] })).await.expect(201);
    let everything = house.with(&["Opdater fra CPR", "Partsredaktør", "Revisor"]);
    for answer in [
        everything.get(&path).await,
        everything.get("/parties").await,
        everything.post("/parties/search", &json!({ "query": "sander" })).await,
        everything.get(&format!("{path}/history")).await,
        everything.get(&format!("{path}/cpr")).await,
        everything.post(&format!("{path}/cpr/preview"), &json!({})).await,
        everything.post(&format!("{path}/cpr/fetch"), &json!({})).await,
        everything.post("/cpr/lookup", &json!({ "personalNumber": "0701614011" })).await,
        everything.get("/cases/S-1/parties").await,
        everything.get(&format!("{path}/cases")).await,
        everything.get("/events").await,
        everything.get("/audit").await,
    ] {
        let answer = answer.expect(200);
        assert!(!answer.text().contains("Industriv"), "{answer:?}");
    }
}

async fn a_search_does_not_match_what_it_hides(house: &House) {
    let party = protected(house).await;
    for (query, hits) in [("sander", 1), ("industrivænget", 0), ("aksel 9000", 0), ("aalborg", 0)] {
        let found = house.with(CASEWORKER).post("/parties/search", &json!({ "query": query })).await.expect(200);
        assert_eq!(found.json::<Page<Party>>().items.len(), hits, "{query}");
    }
    assert_eq!(party.name, "Aksel Sander");
}

async fn revealing_needs_a_reason_is_logged_and_changes_nothing(house: &House) {
    let party = protected(house).await;
    let path = format!("/parties/{}/address/reveal", party.id);
    let caseworker = house.with(CASEWORKER);
    caseworker.post(&path, &json!({})).await.problem(ProblemCode::ReasonRequired);
    house.with(&[]).post(&path, &json!({ "reason": "Nysgerrig" })).await.problem(ProblemCode::Forbidden);
    let answer: RevealedAddress = caseworker.post(&path, &json!({ "reason": "Brev" })).await.expect(200).json();
    assert!(answer.address.and_then(|address| address.line1).is_some_and(|line| line.starts_with("Industrivænget 26")));
    assert_eq!(read(house, &party).await, party);

    let log = house.with(&["Revisor"]).get("/audit?operation=reveal_party_address&outcome=succeeded").await;
    let entries: Page<AuditEntry> = log.expect(200).json();
    let seen: Vec<_> = entries.items.iter().map(|entry| (entry.reason.as_deref(), entry.outcome)).collect();
    assert_eq!(seen, [(Some("Brev"), AuditOutcome::Succeeded)]);
}

async fn a_look_up_with_a_reason_shows_the_address(house: &House) {
    let ask = json!({ "personalNumber": "0701614011", "reason": "Partshøring" });
    let answer: LookupAnswer = house.with(CASEWORKER).post("/cpr/lookup", &ask).await.expect(200).json();
    assert!(answer.person.address.is_some() && !answer.person.address_masked);
}

async fn saving_a_masked_party_leaves_its_hidden_address(house: &House) {
    let party = protected(house).await;
    let caseworker = house.with(CASEWORKER);
    let put = caseworker.api(Method::PUT, &format!("/parties/{}", party.id));
    let input = json!({ "name": party.name, "personalNumber": "0701614011", "phone": "12 34 56 78" });
    put.header("If-Match", &format!("\"{}.x\"", party.version)).json(&input).send().await.expect(200);
    let path = format!("/parties/{}/address/reveal", party.id);
    let answer: RevealedAddress = caseworker.post(&path, &json!({ "reason": "Brev" })).await.expect(200).json();
    assert!(answer.address.is_some());
    assert!(read(house, &party).await.cpr.is_some_and(|cpr| cpr.kept.is_empty()));
}

const MASK: &str = "protection.display = 'mask'";

on_each_database! {
    no_answer_shows_the_address_of_a_protected_party with MASK,
    a_search_does_not_match_what_it_hides with MASK,
    revealing_needs_a_reason_is_logged_and_changes_nothing with MASK,
    a_look_up_with_a_reason_shows_the_address with MASK,
    saving_a_masked_party_leaves_its_hidden_address with MASK,
}
