//! Who is behind a system: `X-On-Behalf-Of`, and who has to say it.

use openapi::audit::{AuditEntry, AuditOutcome};
use openapi::problem::ProblemCode;
use openapi::session::{CallerKind, Session};
use reqwest::Method;
use serde_json::{Value, json};
use tests::client::{Answer, Caller};
use tests::issuer::Person;
use tests::{House, on_each_database};

use crate::{CASEWORKER, log};

const JENS: &str = "0707614285";

async fn what_a_system_does_for_a_person_stands_in_the_log_as_both(house: &House) {
    let system = system(house, CASEWORKER);
    let party: Value =
        naming(&system, Method::POST, "/parties", "birgit", json!({ "name": "Åse" })).await.expect(201).value();
    naming(&system, Method::POST, "/cpr/lookup", "  birgit ", json!({ "personalNumber": JENS })).await.expect(200);
    naming(&system, Method::POST, "/cpr/lookup", "søren.å@kommune.dk", json!({ "personalNumber": JENS }))
        .await
        .expect(200);
    naming(&system, Method::GET, "/audit", "birgit", Value::Null).await.problem(ProblemCode::Forbidden);
    system.get("/parties").await.expect(200);

    let found = log(house, "&actor=esdh").await;
    let found: Vec<(&str, Option<&str>, AuditOutcome)> =
        found.iter().map(|entry| (entry.operation.as_str(), entry.on_behalf_of.as_deref(), entry.outcome)).collect();
    assert_eq!(
        found,
        [
            ("list_parties", None, AuditOutcome::Succeeded),
            ("list_audit_entries", Some("birgit"), AuditOutcome::Refused),
            ("look_up_person", Some("søren.å@kommune.dk"), AuditOutcome::Succeeded),
            ("look_up_person", Some("birgit"), AuditOutcome::Succeeded),
            ("create_party", Some("birgit"), AuditOutcome::Succeeded),
        ]
    );
    let of_birgit: Vec<AuditEntry> = log(house, "&onBehalfOf=birgit").await;
    assert_eq!(of_birgit.len(), 3, "{of_birgit:#?}");
    assert_eq!(of_birgit[2].subject.party_id, party["id"].as_str().and_then(|id| id.parse().ok()));
}

async fn the_session_tells_a_system_whom_it_acts_for(house: &House) {
    let system = system(house, &[]);
    let session: Session = naming(&system, Method::GET, "/session", "birgit", Value::Null).await.expect(200).json();
    assert_eq!((session.kind, session.on_behalf_of.as_deref()), (CallerKind::System, Some("birgit")));
    let session: Session = system.get("/session").await.expect(200).json();
    assert_eq!((session.kind, session.on_behalf_of), (CallerKind::System, None));
}

async fn a_person_acts_in_their_own_name_only(house: &House) {
    let person = house.as_person(&Person::new("birgit", CASEWORKER));
    for (method, path) in [(Method::GET, "/session"), (Method::GET, "/parties")] {
        let answer = naming(&person, method, path, "viggo", Value::Null).await;
        assert!(answer.problem(ProblemCode::Forbidden).detail.contains("X-On-Behalf-Of"), "{answer:?}");
    }
    let refused = log(house, "&actor=birgit&operation=list_parties").await;
    assert_eq!(refused.iter().map(|entry| entry.outcome).collect::<Vec<_>>(), [AuditOutcome::Refused]);
    person.get("/parties").await.expect(200);
}

async fn a_name_that_cannot_be_used_is_refused_and_never_repeated(house: &House) {
    let system = system(house, CASEWORKER);
    for name in ["", "0707614285", "070761-4285", "dk:0707614285", "a\tb", &"x".repeat(129)] {
        let answer = naming(&system, Method::POST, "/cpr/lookup", name, json!({ "personalNumber": JENS })).await;
        assert!(answer.problem(ProblemCode::InvalidInput).detail.contains("X-On-Behalf-Of"), "{answer:?}");
        assert!(!answer.text().contains("4285"), "{answer:?}");
    }
    let two = system.api(Method::GET, "/parties").header("X-On-Behalf-Of", "birgit").header("X-On-Behalf-Of", "viggo");
    two.send().await.problem(ProblemCode::InvalidInput);
    let entries = log(house, "&actor=esdh").await;
    assert_eq!(entries.len(), 7, "what came through the door stands in the log: {entries:#?}");
    assert!(entries.iter().all(|entry| entry.outcome == AuditOutcome::Failed && entry.on_behalf_of.is_none()));
    assert_eq!(house.cpr().counters().values().sum::<u64>(), 0, "CPR is not troubled");
}

async fn where_it_is_demanded_a_system_does_nothing_for_nobody(house: &House) {
    let system = system(house, &["Sagsintegration", "Opdater fra CPR"]);
    for (method, path, body) in [
        (Method::GET, "/parties", Value::Null),
        (Method::POST, "/cpr/lookup", json!({ "personalNumber": JENS })),
        (Method::PUT, "/cases/S-1", json!({ "status": "open" })),
    ] {
        let request = system.api(method.clone(), path).json(&body);
        let answer = request.send().await;
        assert!(answer.problem(ProblemCode::Forbidden).detail.contains("X-On-Behalf-Of"), "{answer:?}");
        let answer = naming(&system, method, path, "birgit", body).await;
        assert!([200, 201].contains(&answer.status), "{answer:?}");
    }
    // What shows nobody's data, it may do for nobody; people need no header.
    for path in ["/session", "/settings", "/events"] {
        system.get(path).await.expect(200);
    }
    house.with(CASEWORKER).get("/parties").await.expect(200);
    let refused = log(house, "&actor=esdh&outcome=refused").await;
    assert_eq!(refused.len(), 3, "{refused:#?}");
}

/// A system under its own name, as a provider gives it a token for its client credentials.
fn system(house: &House, privileges: &[&str]) -> Caller {
    let mut claims = house.issuer().claims(&Person::new("esdh", privileges));
    claims["client_id"] = json!("esdh");
    house.bearing(&house.issuer().sign_under(&json!({ "typ": "at+jwt" }), &claims))
}

async fn naming(caller: &Caller, method: Method, path: &str, person: &str, body: Value) -> Answer {
    let request = caller.api(method, path).header("X-On-Behalf-Of", person);
    if body.is_null() { request.send().await } else { request.json(&body).send().await }
}

on_each_database! {
    what_a_system_does_for_a_person_stands_in_the_log_as_both,
    the_session_tells_a_system_whom_it_acts_for,
    a_person_acts_in_their_own_name_only,
    a_name_that_cannot_be_used_is_refused_and_never_repeated,
    where_it_is_demanded_a_system_does_nothing_for_nobody with "auth.client_requires_end_user = true",
}
