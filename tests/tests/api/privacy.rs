//! What must stand in the audit log, and what must stand nowhere: numbers, names and addresses of people in what the program
//! says about itself.

use cpr_simulator::{Knobs, Trouble};
use openapi::audit::AuditOutcome;
use reqwest::Method;
use serde_json::{Value, json};
use tests::client::{Caller, Request};
use tests::{House, on_each_database};

use crate::said::listen;
use crate::{CASEWORKER, create, log};

const JENS: &str = "0707614285";
const EVERYTHING: &[&str] = &["Opdater fra CPR", "Partsredaktør", "Sagsintegration", "Revisor"];

/// Names, addresses and numbers of the demo persons that the operations below touch.
const SECRETS: [&str; 8] =
    ["0707614285", "070761-4285", "Mortensen", "Industriv", "Janne", "0701614011", "Sander", "Christiansen"];

async fn every_operation_on_personal_data_stands_in_the_log(house: &House) {
    let party = create(house, json!({ "name": "Jens", "personalNumber": JENS })).await;
    let mut refused = 0;
    for (operation, method, path, body) in operations(&party.id.to_string()) {
        let request = request(&house.with(EVERYTHING), operation, &method, &path, &body);
        let answer = request.header("X-Request-Id", operation).send().await;
        assert!((200..300).contains(&answer.status), "{operation}: {answer:?} {}", answer.text());
        let entries = log(house, &format!("&operation={operation}&outcome=succeeded")).await;
        let entry = entries.iter().find(|entry| entry.trace_id == operation);
        let entry = entry.unwrap_or_else(|| panic!("{operation} is not in the log: {entries:?}"));
        assert!(entry.actor.contains("Revisor") && entry.at == house.now(), "{entry:?}");

        // And so does the attempt of somebody who may not.
        if house.with(&[]).api(method, &path).send().await.status == 403 {
            let entries = log(house, &format!("&operation={operation}&outcome=refused")).await;
            assert_eq!(entries.iter().map(|entry| entry.outcome).collect::<Vec<_>>(), [AuditOutcome::Refused]);
            refused += 1;
        }
    }
    assert_eq!(refused, 16, "nine of the operations only read, which any token may");
    let whole = house.with(&["Revisor"]).get("/audit?limit=200").await.expect(200).text();
    for secret in SECRETS {
        assert!(!whole.contains(secret), "{secret} stands in the audit log");
    }
}

async fn a_person_can_be_followed_through_the_log_by_a_digest_that_is_no_plain_hash(house: &House) {
    let caller = house.with(CASEWORKER);
    for _ in 0..2 {
        caller.post("/cpr/lookup", &json!({ "personalNumber": JENS })).await.expect(200);
    }
    caller.post("/cpr/lookup", &json!({ "personalNumber": "0701614011" })).await.expect(200);
    let entries = log(house, "&operation=look_up_person").await;
    let digests: Vec<String> =
        entries.iter().map(|entry| entry.subject.personal_number_digest.clone().expect("a digest")).collect();
    assert_ne!(digests[0], digests[1]);
    assert_eq!(digests[1], digests[2]);
    let plain = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, JENS.as_bytes());
    let plain: String = plain.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_ne!(digests[1], plain);
}

async fn nothing_that_the_program_says_about_itself_names_a_person(house: &House) {
    let said = listen();
    let before = said.so_far();
    let party = create(house, json!({ "name": "Jens", "personalNumber": JENS })).await;
    let caller = house.with(EVERYTHING);
    let everything = async |caller: &Caller| {
        for (operation, method, path, body) in operations(&party.id.to_string()) {
            request(caller, operation, &method, &path, &body).send().await;
        }
    };
    everything(&caller).await;
    let party = create(house, json!({ "name": "Jens Mortensen", "personalNumber": JENS })).await;
    for trouble in [Trouble::GarbledXml, Trouble::TruncatedAnswer, Trouble::HttpStatus(500), Trouble::DropConnection] {
        house.cpr().turn(|knobs| knobs.trouble = Some(trouble));
        house.let_pass(std::time::Duration::from_secs(31));
        caller.post(&format!("/parties/{}/cpr/fetch", party.id), &json!({})).await.expect(503);
    }
    house.cpr().turn(|knobs| *knobs = Knobs::default());
    // Numbers where they do not belong.
    for path in ["/parties/0707614285", "/cases/070761-4285", "/parties?cursor=0707614285", "/Mortensen/0707614285"] {
        let answer = caller.get(path).await;
        assert!((400..500).contains(&answer.status), "{answer:?}");
        assert!(!answer.text().contains("614285") && !answer.text().contains("Mortensen"), "{}", answer.text());
    }
    let said = said.since(before);
    assert!(said.lines().count() > 30, "nobody listened: {said}");
    for line in said.lines() {
        for secret in SECRETS {
            assert!(!line.contains(secret), "{secret} in {line}");
        }
    }
}

fn request(caller: &Caller, operation: &str, method: &Method, path: &str, body: &Value) -> Request {
    let mut request = caller.api(method.clone(), path);
    if ["update_party", "delete_party"].contains(&operation) {
        request = request.header("If-Match", "*");
    }
    if body.is_null() { request } else { request.json(body) }
}

/// Every operation on personal data, in an order in which each succeeds.
fn operations(party: &str) -> Vec<(&'static str, Method, String, Value)> {
    let of = |path: &str| format!("/parties/{party}{path}");
    let address = json!({ "line1": "Industrivænget 95, 1. mf.", "postalCode": "9000" });
    let who = json!({ "name": "Jens Mortensen", "address": address });
    let number = json!({ "personalNumber": JENS });
    let case = json!({ "status": "open", "parties": [{ "personalNumber": JENS }] });
    let put = json!({ "name": "Jens", "personalNumber": JENS, "address": address });
    let none = Value::Null;
    vec![
        ("create_party", Method::POST, "/parties".to_owned(), json!({ "name": "Aksel Sander" })),
        ("resolve_party", Method::POST, "/parties/resolve".to_owned(), number.clone()),
        ("look_up_person", Method::POST, "/cpr/lookup".to_owned(), number.clone()),
        ("find_person", Method::POST, "/cpr/find".to_owned(), who.clone()),
        ("find_party_personal_number", Method::POST, of("/cpr/find"), who),
        ("preview_party_cpr", Method::POST, of("/cpr/preview"), json!({})),
        ("fetch_party_cpr", Method::POST, of("/cpr/fetch"), json!({ "reason": "Partshøring" })),
        ("get_party_cpr", Method::GET, of("/cpr"), none.clone()),
        ("get_party", Method::GET, of(""), none.clone()),
        ("update_party", Method::PUT, of(""), put),
        ("get_party_history", Method::GET, of("/history"), none.clone()),
        ("reveal_party_address", Method::POST, of("/address/reveal"), json!({ "reason": "Forkyndelse" })),
        ("list_parties", Method::GET, "/parties".to_owned(), none.clone()),
        ("search_parties", Method::POST, "/parties/search".to_owned(), json!({ "query": "Mortensen Industrivænget" })),
        ("put_case", Method::PUT, "/cases/S-1".to_owned(), case),
        ("list_cases", Method::GET, "/cases".to_owned(), none.clone()),
        ("get_case", Method::GET, "/cases/S-1".to_owned(), none.clone()),
        ("list_case_parties", Method::GET, "/cases/S-1/parties".to_owned(), none.clone()),
        ("list_party_cases", Method::GET, of("/cases"), none.clone()),
        ("put_case_party", Method::PUT, format!("/cases/S-1/parties/{party}"), json!({ "roles": ["ansøger"] })),
        ("delete_case_party", Method::DELETE, format!("/cases/S-1/parties/{party}"), none.clone()),
        ("list_events", Method::GET, "/events".to_owned(), none.clone()),
        ("list_audit_entries", Method::GET, "/audit".to_owned(), none.clone()),
        ("delete_case", Method::DELETE, "/cases/S-1".to_owned(), none.clone()),
        ("delete_party", Method::DELETE, of(""), none),
    ]
}

on_each_database! {
    every_operation_on_personal_data_stands_in_the_log,
    a_person_can_be_followed_through_the_log_by_a_digest_that_is_no_plain_hash,
    nothing_that_the_program_says_about_itself_names_a_person,
}
