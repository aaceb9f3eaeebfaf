//! Requests that are sent again with their `Idempotency-Key`.

use std::time::Duration;

use cpr::{CprDate, PersonalNumber};
use cpr_simulator::{Knobs, Trouble};
use openapi::page::Page;
use openapi::party::Party;
use openapi::problem::ProblemCode;
use reqwest::Method;
use serde_json::{Value, json};
use tests::client::{Answer, Caller};
use tests::{House, on_each_database};

use crate::{CASEWORKER, EDITOR, create, log};

const JENS: &str = "0707614285";

async fn the_same_request_again_gets_the_same_outcome_and_stands_in_the_log(house: &House) {
    let editor = house.with(EDITOR);
    let wish = json!({ "name": "Kun én", "personalNumber": JENS });
    let first = post(&editor, "/parties", "nøgle-1", &wish).await;
    first.problem(ProblemCode::InvalidInput);
    let first = post(&editor, "/parties", "k-1", &wish).await.expect(201);
    let again = post(&editor, "/parties", "k-1", &wish).await.expect(201);
    assert_eq!((first.value(), first.etag()), (again.value(), again.etag()));
    assert_eq!(again.header("Location"), first.header("Location"));
    let id = first.json::<Party>().id;
    // The second answer told of a person as the first did.
    assert_eq!(log(house, &format!("&partyId={id}&operation=create_party")).await.len(), 2);
}

async fn two_at_once_act_once(house: &House) {
    let editor = house.with(EDITOR);
    let wish = json!({ "name": "Kun én" });
    let send = || post(&editor, "/parties", "k-1", &wish);
    let (one, two, three) = tokio::join!(send(), send(), send());
    let ids = [one, two, three].map(|answer| answer.expect(201).json::<Party>().id);
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let page: Page<Party> = editor.get("/parties").await.expect(200).json();
    assert_eq!(page.items.len(), 1);
}

async fn a_key_belongs_to_one_request_of_one_caller_for_a_day(house: &House) {
    let wish = json!({ "name": "Den første" });
    post(&house.with(EDITOR), "/parties", "k-1", &wish).await.expect(201);
    let party = create(house, json!({ "name": "x", "personalNumber": JENS })).await;
    let editor = house.with(EDITOR);
    let other = json!({ "name": "Den anden" });
    post(&editor, "/parties", "k-1", &other).await.problem(ProblemCode::IdempotencyMismatch);
    let caseworker = house.with(CASEWORKER);
    post(&caseworker, "/parties", "k-2", &wish).await.expect(201);
    let path = format!("/parties/{}/cpr/fetch", party.id);
    post(&caseworker, &path, "k-2", &json!({})).await.problem(ProblemCode::IdempotencyMismatch);
    post(&caseworker, "/parties", "k-1", &other).await.expect(201);

    house.let_pass(Duration::from_secs(24 * 3600 + 1));
    post(&house.with(EDITOR), "/parties", "k-1", &other).await.expect(201);
}

async fn a_refusal_is_repeated_and_a_failure_is_tried_again(house: &House) {
    let caller = house.with(CASEWORKER);
    let party = create(house, json!({ "name": "x", "personalNumber": JENS })).await;
    let path = format!("/parties/{}/cpr/fetch", party.id);
    house.cpr().turn(|knobs| knobs.trouble = Some(Trouble::HttpStatus(503)));
    post(&caller, &path, "k-1", &json!({})).await.problem(ProblemCode::CprUnavailable);
    house.cpr().turn(|knobs| *knobs = Knobs::default());
    house.let_pass(Duration::from_secs(31));
    post(&caller, &path, "k-1", &json!({})).await.expect(200);

    let taken = json!({ "name": "En anden", "personalNumber": JENS });
    post(&caller, "/parties", "k-2", &taken).await.problem(ProblemCode::PersonalNumberInUse);
    let delete = caller.api(Method::DELETE, &format!("/parties/{}", party.id)).header("If-Match", "*");
    delete.send().await.expect(204);
    post(&caller, "/parties", "k-2", &taken).await.problem(ProblemCode::PersonalNumberInUse);
}

async fn a_repeated_fetch_asks_cpr_once_and_shows_the_party_as_it_is_now(house: &House) {
    let caller = house.with(CASEWORKER);
    let party = create(house, json!({ "name": "x", "personalNumber": JENS })).await;
    let path = format!("/parties/{}/cpr/fetch", party.id);
    post(&caller, &path, "k-1", &json!({})).await.expect(200);
    let asked: u64 = house.cpr().counters().values().sum();
    let number = PersonalNumber::parse(JENS).expect("a personal number");
    let renamed = house
        .cpr()
        .edit(|people| people.rename(number, ("Jens", "", "Holm"), CprDate::parse("20261101").expect("a date")));
    renamed.expect("Jens is in the register");
    let again: Party = post(&caller, &path, "k-1", &json!({})).await.expect(200).json();
    assert_eq!(again.name, "Jens Mortensen");
    assert_eq!(house.cpr().counters().values().sum::<u64>(), asked, "CPR is not asked again");

    let put = caller.api(Method::PUT, &format!("/parties/{}", party.id)).header("If-Match", "*");
    put.json(&json!({ "name": "Rettet", "personalNumber": JENS })).send().await.expect(200);
    let again: Party = post(&caller, &path, "k-1", &json!({})).await.expect(200).json();
    assert_eq!(again.name, "Rettet");
}

async fn ten_callers_at_once_resolve_the_same_party(house: &House) {
    for key in [
        json!({ "personalNumber": JENS }),
        json!({ "cvrNumber": "12345678" }),
        json!({ "externalId": { "system": "esdh", "id": "17" } }),
    ] {
        let mut wish = key.clone();
        wish["create"] = json!({ "name": "Ny part" });
        if key.get("cvrNumber").is_some() {
            wish["create"]["kind"] = json!("company");
        }
        let system = house.with(&["Sagsintegration"]);
        let answers = futures_util::future::join_all((0..10).map(|_| system.post("/parties/resolve", &wish))).await;
        let created = answers.iter().filter(|answer| answer.status == 201).count();
        let mut ids: Vec<_> = answers.iter().map(|answer| answer.json::<Party>().id).collect();
        ids.dedup();
        assert_eq!((created, ids.len()), (1, 1), "{key}: {answers:?}");
    }
}

async fn a_key_with_the_form_of_a_personal_number_is_refused(house: &House) {
    for key in [JENS, "070761-4285", "", &"k".repeat(201)] {
        let answer = post(&house.with(EDITOR), "/parties", key, &json!({ "name": "x" })).await;
        answer.problem(ProblemCode::InvalidInput);
        assert!(!answer.text().contains("1-4285") && !answer.text().contains("614285"), "{answer:?}");
    }
}

async fn post(caller: &Caller, path: &str, key: &str, body: &Value) -> Answer {
    caller.api(Method::POST, path).header("Idempotency-Key", key).json(body).send().await
}

on_each_database! {
    the_same_request_again_gets_the_same_outcome_and_stands_in_the_log,
    two_at_once_act_once,
    a_key_belongs_to_one_request_of_one_caller_for_a_day,
    a_refusal_is_repeated_and_a_failure_is_tried_again,
    a_repeated_fetch_asks_cpr_once_and_shows_the_party_as_it_is_now,
    ten_callers_at_once_resolve_the_same_party,
    a_key_with_the_form_of_a_personal_number_is_refused,
}
