//! *Hent fra CPR*: look-up, preview, fetch, and the CPR tab.

use std::collections::BTreeMap;
use std::time::Duration;

use cpr::{CprDate, PersonalNumber};
use openapi::audit::{AuditEntry, AuditOutcome};
use openapi::page::Page;
use openapi::party::{AddressKind, Party, RegisterSource};
use openapi::person::{LookupAnswer, Preview, PreviewField};
use openapi::problem::ProblemCode;
use serde_json::{Value, json};
use tests::{House, on_each_database};

use crate::{CASEWORKER, create, read};

const JENS: &str = "0707614285";

async fn a_fetch_brings_name_and_address_and_the_stamp(house: &House) {
    let party = create(house, json!({ "name": "J. Mortensen", "personalNumber": JENS })).await;
    house.let_pass(Duration::from_secs(60));
    let fetched = fetch(house, &party, json!({})).await;
    assert_eq!(fetched.name, "Jens Mortensen");
    assert_eq!(fetched.address_kind, AddressKind::Danish);
    let address = fetched.address.clone().expect("an address");
    assert!(address.line1.as_deref().is_some_and(|line| line.starts_with("Industrivænget 95")), "{address:?}");
    assert_eq!(address.line2.as_deref(), Some("c/o Christiansen"));
    assert_eq!((address.postal_code.as_deref(), address.city.as_deref()), (Some("9000"), Some("Aalborg")));
    let cpr = fetched.cpr.clone().expect("CPR was asked");
    assert_eq!((cpr.updated_at, cpr.source), (house.now(), RegisterSource::Lookup));
    assert_eq!((cpr.status.as_deref(), cpr.kept.len()), (Some("01"), 0));
    assert_eq!(fetched.protection.name_and_address, Some(false));
    assert_eq!(fetched.version, party.version + 1);
    assert_eq!(read(house, &party).await, fetched);
}

async fn an_unchanged_fetch_moves_the_stamp_and_nothing_else(house: &House) {
    let party = create(house, json!({ "name": "x", "personalNumber": JENS })).await;
    let first = fetch(house, &party, json!({})).await;
    house.let_pass(Duration::from_secs(600));
    let mut second = fetch(house, &party, json!({})).await;
    assert_eq!(second.cpr.as_ref().map(|cpr| cpr.updated_at), Some(house.now()));
    let stamp = first.cpr.as_ref().map(|cpr| (cpr.updated_at, cpr.register_date)).expect("CPR was asked");
    if let Some(cpr) = &mut second.cpr {
        (cpr.updated_at, cpr.register_date) = stamp;
    }
    assert_eq!(second, first);
}

async fn a_preview_saves_nothing_and_is_applied_as_it_was_shown(house: &House) {
    let party = create(house, json!({ "name": "J. Mortensen", "personalNumber": JENS })).await;
    let path = format!("/parties/{}/cpr/preview", party.id);
    let preview: Preview = house.with(CASEWORKER).post(&path, &json!({})).await.expect(200).json();
    assert!(!preview.unchanged);
    let name = preview.changes.iter().find(|change| change.field == PreviewField::Name).expect("the name changes");
    assert_eq!((&name.current, &name.register), (&json!("J. Mortensen"), &json!("Jens Mortensen")));
    assert_eq!(read(house, &party).await, party);

    let asked = questions(house);
    let renamed = house
        .cpr()
        .edit(|population| population.rename(number(JENS), ("Jens", "", "Holm"), CprDate::parse("20261101").unwrap()));
    renamed.expect("Jens is in the register");
    let fetched = fetch(house, &party, json!({ "previewId": preview.preview_id })).await;
    assert_eq!(fetched.name, "Jens Mortensen");
    assert_eq!(questions(house), asked, "CPR is not asked again");
    assert_eq!(fetch(house, &party, json!({})).await.name, "Jens Holm");
}

async fn a_preview_of_a_party_that_has_changed_since_is_stale(house: &House) {
    let caseworker = house.with(CASEWORKER);
    let party = create(house, json!({ "name": "J. Mortensen", "personalNumber": JENS })).await;
    let path = format!("/parties/{}", party.id);
    let preview: Preview = caseworker.post(&format!("{path}/cpr/preview"), &json!({})).await.expect(200).json();
    let change = json!({ "name": "En tredje", "personalNumber": JENS });
    let put = caseworker.api(reqwest::Method::PUT, &path).header("If-Match", &format!("\"{}.x\"", party.version));
    put.json(&change).send().await.expect(200);
    let stale = caseworker.post(&format!("{path}/cpr/fetch"), &json!({ "previewId": preview.preview_id })).await;
    stale.problem(ProblemCode::Stale);
    assert_eq!(read(house, &party).await.name, "En tredje");
}

async fn a_kept_name_stays_until_it_is_released(house: &House) {
    let party = create(house, json!({ "name": "Jens fra kantinen", "personalNumber": JENS })).await;
    let kept = fetch(house, &party, json!({ "keep": ["name"] })).await;
    assert_eq!(kept.name, "Jens fra kantinen");
    assert!(kept.address.is_some(), "the address is not kept");
    let fields = kept.cpr.as_ref().map(|cpr| cpr.kept.iter().map(|kept| &kept.register).collect::<Vec<_>>());
    assert_eq!(fields, Some(vec![&json!("Jens Mortensen")]));

    assert_eq!(fetch(house, &party, json!({})).await.name, "Jens fra kantinen");
    let released = fetch(house, &party, json!({ "keep": [] })).await;
    assert_eq!(released.name, "Jens Mortensen");
    assert!(released.cpr.is_some_and(|cpr| cpr.kept.is_empty()));
}

async fn a_protected_party_is_shown_under_its_warning(house: &House) {
    let party = create(house, json!({ "name": "Aksel", "personalNumber": "0701614011" })).await;
    assert_eq!((party.protection.name_and_address, &party.protection.message), (None, &None));
    let fetched = fetch(house, &party, json!({})).await;
    assert_eq!((fetched.name.as_str(), fetched.protection.name_and_address), ("Aksel Sander", Some(true)));
    assert_eq!(fetched.protection.message.as_deref(), Some("Denne part har adressebeskyttelse"));
    assert!(!fetched.address_masked);
    assert_eq!(fetched.address.and_then(|address| address.city).as_deref(), Some("Aalborg"));

    let protected = house.with(CASEWORKER).post("/parties/search", &json!({ "filter": "protected" })).await;
    let page: Page<Party> = protected.expect(200).json();
    assert_eq!(page.items.iter().map(|party| party.id).collect::<Vec<_>>(), [party.id]);
}

async fn a_person_unknown_to_cpr_is_told_from_a_number_that_is_none(house: &House) {
    let caseworker = house.with(CASEWORKER);
    let unknown = caseworker.post("/cpr/lookup", &json!({ "personalNumber": "010157-5008" })).await;
    unknown.problem(ProblemCode::CprPersonNotFound);
    for none in ["610161-4011", "320161-4011", "0701"] {
        let answer = caseworker.post("/cpr/lookup", &json!({ "personalNumber": none })).await;
        answer.problem(ProblemCode::PersonalNumberInvalid);
        assert!(!answer.text().contains("4011"), "{answer:?}");
    }
    let without = create(house, json!({ "name": "Uden nummer" })).await;
    let answer = caseworker.post(&format!("/parties/{}/cpr/fetch", without.id), &json!({})).await;
    let pointers: Vec<String> =
        answer.problem(ProblemCode::InvalidInput).errors.into_iter().map(|error| error.pointer).collect();
    assert_eq!(pointers, ["/personalNumber"]);
}

async fn a_refused_service_is_no_reason_to_try_again(house: &House) {
    house.cpr().turn(|knobs| knobs.refuse = BTreeMap::from([("STAM".to_owned(), 1035)]));
    let answer = house.with(CASEWORKER).post("/cpr/lookup", &json!({ "personalNumber": JENS })).await;
    assert!(!answer.problem(ProblemCode::CprRefused).retryable);
}

async fn every_question_to_cpr_stands_in_the_audit_log_with_its_outcome(house: &House) {
    let caseworker = house.with(CASEWORKER);
    let ask = json!({ "personalNumber": JENS, "reason": "Partshøring", "caseNumber": "S-2026-1" });
    let answer: LookupAnswer = caseworker.post("/cpr/lookup", &ask).await.expect(200).json();
    assert_eq!(answer.person.name.as_deref(), Some("Jens Mortensen"));
    caseworker.post("/cpr/lookup", &json!({ "personalNumber": "010157-5008" })).await.expect(422);
    house.with(&["Partsredaktør"]).post("/cpr/lookup", &ask).await.expect(403);

    let log = house.with(&["Revisor"]).get("/audit?operation=look_up_person").await.expect(200);
    let entries: Page<AuditEntry> = log.json();
    let outcomes: Vec<(AuditOutcome, Option<&str>)> =
        entries.items.iter().map(|entry| (entry.outcome, entry.problem.as_deref())).collect();
    assert_eq!(outcomes.len(), 3, "{outcomes:?}");
    assert!(outcomes.contains(&(AuditOutcome::Succeeded, None)), "{outcomes:?}");
    assert!(outcomes.contains(&(AuditOutcome::Failed, Some("cpr-person-not-found"))), "{outcomes:?}");
    assert!(outcomes.iter().any(|(outcome, _)| *outcome == AuditOutcome::Refused), "{outcomes:?}");
    let asked = entries.items.iter().find(|entry| entry.outcome == AuditOutcome::Succeeded).expect("the look-up");
    assert_eq!((asked.reason.as_deref(), asked.case_number.as_deref()), (Some("Partshøring"), Some("S-2026-1")));
    for secret in [JENS, "Mortensen", "Industriv"] {
        assert!(!log.text().contains(secret), "{secret} stands in the audit log");
    }
}

async fn the_cpr_tab_tells_of_the_child_and_of_what_was_never_asked(house: &House) {
    let caseworker = house.with(CASEWORKER);
    let party = create(house, json!({ "name": "x", "personalNumber": JENS })).await;
    let path = format!("/parties/{}/cpr", party.id);
    let before: Value = caseworker.get(&path).await.expect(200).value();
    assert_eq!(before["children"]["availability"], "not-fetched", "{before}");

    fetch(house, &party, json!({})).await;
    let after: Value = caseworker.get(&path).await.expect(200).value();
    assert_eq!(after["children"]["availability"], "delivered", "{after}");
    assert!(after["children"]["items"].to_string().contains("Janne"), "{after}");
}

async fn a_section_that_cpr_refuses_empties_itself_and_no_other(house: &House) {
    house.cpr().turn(|knobs| knobs.refuse = BTreeMap::from([("CIVIL3".to_owned(), 1035)]));
    let party = create(house, json!({ "name": "x", "personalNumber": JENS })).await;
    fetch(house, &party, json!({})).await;
    let tab: Value = house.with(CASEWORKER).get(&format!("/parties/{}/cpr", party.id)).await.expect(200).value();
    assert_eq!(tab["civilStatus"]["availability"], "not-entitled", "{tab}");
    assert_eq!(tab["children"]["availability"], "delivered", "{tab}");
}

async fn fetch(house: &House, party: &Party, input: Value) -> Party {
    house.with(CASEWORKER).post(&format!("/parties/{}/cpr/fetch", party.id), &input).await.expect(200).json()
}

fn questions(house: &House) -> u64 {
    house.cpr().counters().values().sum()
}

fn number(text: &str) -> PersonalNumber {
    PersonalNumber::parse(text).expect("a personal number")
}

on_each_database! {
    a_fetch_brings_name_and_address_and_the_stamp,
    an_unchanged_fetch_moves_the_stamp_and_nothing_else,
    a_preview_saves_nothing_and_is_applied_as_it_was_shown,
    a_preview_of_a_party_that_has_changed_since_is_stale,
    a_kept_name_stays_until_it_is_released,
    a_protected_party_is_shown_under_its_warning,
    a_person_unknown_to_cpr_is_told_from_a_number_that_is_none,
    a_refused_service_is_no_reason_to_try_again,
    every_question_to_cpr_stands_in_the_audit_log_with_its_outcome,
    the_cpr_tab_tells_of_the_child_and_of_what_was_never_asked,
    a_section_that_cpr_refuses_empties_itself_and_no_other,
}
