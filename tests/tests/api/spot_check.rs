//! Spot checks: a random sample of recent look-ups that no case explains, and what is noted about each.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_lc_rs::hmac;
use openapi::audit::AuditEntry;
use openapi::page::Page;
use openapi::problem::ProblemCode;
use openapi::spot_check::{AuditFinding, AuditSample, AuditSampleContent, AuditSampleEntry};
use reqwest::Method;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{House, on_each_database};
use uuid::Uuid;

use crate::{CASEWORKER, create, log, pointers};

const JENS: &str = "0707614285";

async fn look_ups_with_a_case_are_set_aside_and_the_others_drawn(house: &House) {
    let party = create(house, json!({ "name": "Jens", "personalNumber": JENS })).await;
    for case in ["S-1", "S-2"] {
        let ask = json!({ "personalNumber": JENS, "caseNumber": case });
        house.with(CASEWORKER).post("/cpr/lookup", &ask).await.expect(200);
    }
    look_up(house, 3).await;
    house.with(&[]).get(&format!("/parties/{}", party.id)).await.expect(200);
    // What shows nobody, and what shows many, is no look-up of a person.
    house.with(&[]).post("/cpr/lookup", &json!({ "personalNumber": JENS })).await.expect(403);
    house.with(&[]).get(&format!("/parties/{}", Uuid::nil())).await.expect(404);
    house.with(&[]).get("/parties").await.expect(200);

    let drawn = draw(house, json!({ "reason": "Månedens stikprøve" })).await;
    let sample = &drawn.sample;
    assert_eq!((sample.eligible, sample.set_aside, sample.drawn, sample.noted), (4, 2, 4, 0));
    assert_eq!((sample.size, sample.seed.len(), sample.reason.as_deref()), (20, 64, Some("Månedens stikprøve")));
    assert_eq!((sample.drawn_at, sample.drawn_by.as_str()), (house.now(), "med Revisor"));
    let entries: Vec<&AuditEntry> = drawn.entries.iter().filter_map(|drawn| drawn.entry.as_ref()).collect();
    let mut operations: Vec<&str> = entries.iter().map(|entry| entry.operation.as_str()).collect();
    operations.sort_unstable();
    assert_eq!(operations, ["get_party", "look_up_person", "look_up_person", "look_up_person"]);
    assert!(entries.iter().all(|entry| entry.case_number.is_none()));

    let auditor = house.with(&["Revisor"]);
    let again: AuditSampleContent = auditor.get(&format!("/audit/samples/{}", sample.id)).await.expect(200).json();
    assert_eq!(again, drawn);
    let samples: Page<AuditSample> = auditor.get("/audit/samples").await.expect(200).json();
    assert_eq!(samples.items, [drawn.sample]);
    auditor.get(&format!("/audit/samples/{}", Uuid::nil())).await.problem(ProblemCode::NotFound);
}

async fn a_sample_is_as_large_and_as_recent_as_was_asked(house: &House) {
    look_up(house, 2).await;
    house.let_pass(Duration::from_secs(40 * 24 * 3600));
    let since = house.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    look_up(house, 9).await;
    let recent = draw(house, json!({ "size": 5 })).await;
    assert_eq!((recent.sample.eligible, recent.entries.len()), (9, 5), "the last 30 days");
    let ids: BTreeSet<Uuid> = recent.entries.iter().map(|drawn| drawn.id).collect();
    assert_eq!(ids.len(), 5, "nothing is drawn twice");
    // Anybody can draw it again from the log, with the seed.
    let mut again = log(house, &format!("&operation=look_up_person&from={since}")).await;
    let byte = |at: usize| u8::from_str_radix(&recent.sample.seed[at..at + 2], 16).expect("hexadecimal");
    let seed: Vec<u8> = (0..64).step_by(2).map(byte).collect();
    let key = hmac::Key::new(hmac::HMAC_SHA256, &seed);
    again.sort_by_key(|entry| hmac::sign(&key, entry.id.as_bytes()).as_ref().to_vec());
    let again: Vec<Uuid> = again.iter().take(5).map(|entry| entry.id).collect();
    assert_eq!(again, recent.entries.iter().map(|drawn| drawn.id).collect::<Vec<_>>());
    let all = draw(house, json!({ "from": "2026-01-01T00:00:00Z", "size": 200 })).await;
    assert_eq!(all.entries.len(), 11);
    assert_ne!(recent.sample.seed, all.sample.seed);

    let auditor = house.with(&["Revisor"]);
    for (bad, pointer) in [
        (json!({ "size": 0 }), "/size"),
        (json!({ "size": 201 }), "/size"),
        (json!({ "from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z" }), "/from"),
        (json!({ "seed": "00" }), "/seed"),
    ] {
        let problem = auditor.post("/audit/samples", &bad).await.problem(ProblemCode::InvalidInput);
        assert_eq!(pointers(&problem), [pointer], "{bad}");
    }
}

async fn what_is_found_out_is_added_and_never_replaced(house: &House) {
    look_up(house, 2).await;
    let drawn = draw(house, json!({})).await;
    let of = |entry: Uuid| format!("/audit/samples/{}/entries/{entry}/notes", drawn.sample.id);
    let path = of(drawn.entries[0].id);
    let asked = json!({ "finding": "under-inquiry", "note": "Spurgt sagsbehandleren" });
    note(house, &path, &asked).await;
    house.let_pass(Duration::from_secs(3600));
    let entry: AuditSampleEntry = note(house, &path, &json!({ "finding": "in-order" })).await;
    let notes: Vec<(AuditFinding, Option<&str>)> =
        entry.notes.iter().map(|note| (note.finding, note.note.as_deref())).collect();
    let expected = [(AuditFinding::UnderInquiry, Some("Spurgt sagsbehandleren")), (AuditFinding::InOrder, None)];
    assert_eq!(notes, expected);
    assert_eq!((entry.notes[1].at, entry.notes[1].by.as_str()), (house.now(), "med Revisor"));
    let sample = house.with(&["Revisor"]).get(&format!("/audit/samples/{}", drawn.sample.id)).await.expect(200);
    let sample: AuditSampleContent = sample.json();
    assert_eq!((sample.sample.noted, sample.entries[0].notes.len()), (1, 2));

    let auditor = house.with(&["Revisor"]);
    for (bad, pointer) in [
        (json!({}), "/finding"),
        (json!({ "finding": "not-in-order" }), "/note"),
        (json!({ "finding": "not-in-order", "note": "  " }), "/note"),
        (json!({ "finding": "in-order", "note": "x".repeat(1_001) }), "/note"),
    ] {
        let problem = auditor.post(&path, &bad).await.problem(ProblemCode::InvalidInput);
        assert_eq!(pointers(&problem), [pointer], "{bad}");
    }
    auditor.post(&of(Uuid::nil()), &json!({ "finding": "in-order" })).await.problem(ProblemCode::NotFound);
    let database = house.database().connect().await.expect("the database");
    let changed = database.execute_unprepared("UPDATE spot_check_note SET note = 'noget andet'").await;
    assert!(changed.is_err(), "the database refuses a change");
}

async fn nobody_judges_a_look_up_of_their_own(house: &House) {
    let both = &["Opdater fra CPR", "Revisor"];
    house.with(both).post("/cpr/lookup", &json!({ "personalNumber": JENS })).await.expect(200);
    let drawn = draw(house, json!({})).await;
    let path = format!("/audit/samples/{}/entries/{}/notes", drawn.sample.id, drawn.entries[0].id);
    let fine = json!({ "finding": "in-order" });
    house.with(both).post(&path, &fine).await.problem(ProblemCode::Conflict);
    house.with(&["Revisor"]).post(&path, &fine).await.expect(200);
}

async fn everything_about_samples_takes_the_auditor_and_stands_in_the_log(house: &House) {
    look_up(house, 1).await;
    let drawn = draw(house, json!({})).await;
    let path = format!("/audit/samples/{}/entries/{}/notes", drawn.sample.id, drawn.entries[0].id);
    note(house, &path, &json!({ "finding": "in-order" })).await;
    let auditor = house.with(&["Revisor"]);
    auditor.get("/audit/samples").await.expect(200);
    auditor.get(&format!("/audit/samples/{}", drawn.sample.id)).await.expect(200);
    for operation in ["draw_audit_sample", "note_audit_sample_entry", "list_audit_samples", "get_audit_sample"] {
        assert_eq!(log(house, &format!("&operation={operation}&outcome=succeeded")).await.len(), 1, "{operation}");
    }
    let caseworker = house.with(CASEWORKER);
    caseworker.post("/audit/samples", &json!({})).await.problem(ProblemCode::Forbidden);
    caseworker.get("/audit/samples").await.problem(ProblemCode::Forbidden);
    caseworker.get(&format!("/audit/samples/{}", drawn.sample.id)).await.problem(ProblemCode::Forbidden);
    caseworker.post(&path, &json!({ "finding": "in-order" })).await.problem(ProblemCode::Forbidden);
}

async fn a_repeated_request_draws_and_notes_once(house: &House) {
    look_up(house, 1).await;
    let party = create(house, json!({ "name": "Jens", "personalNumber": JENS })).await;
    house.with(&[]).get(&format!("/parties/{}", party.id)).await.expect(200);
    let auditor = house.with(&["Revisor"]);
    let keyed = |path: &str, key: &str, body: Value| {
        auditor.api(Method::POST, path).header("Idempotency-Key", key).json(&body).send()
    };
    house.let_pass(Duration::from_secs(1));
    let first: AuditSampleContent = keyed("/audit/samples", "k-1", json!({})).await.expect(201).json();
    let second: AuditSampleContent = keyed("/audit/samples", "k-1", json!({})).await.expect(201).json();
    assert_eq!((&first, first.entries.len()), (&second, 2));
    // A look-up of a party, and one of a number alone.
    for drawn in &first.entries {
        let path = format!("/audit/samples/{}/entries/{}/notes", first.sample.id, drawn.id);
        for _ in 0..2 {
            let noted = keyed(&path, &drawn.id.to_string(), json!({ "finding": "in-order" })).await.expect(200);
            assert_eq!(noted.json::<AuditSampleEntry>().notes.len(), 1);
        }
    }
    let samples: Page<AuditSample> = auditor.get("/audit/samples").await.expect(200).json();
    assert_eq!(samples.items.len(), 1);
}

async fn look_up(house: &House, times: u32) {
    for _ in 0..times {
        house.with(CASEWORKER).post("/cpr/lookup", &json!({ "personalNumber": JENS })).await.expect(200);
    }
}

/// Draws a second later: what happens in the very moment of a draw is after it.
async fn draw(house: &House, request: Value) -> AuditSampleContent {
    house.let_pass(Duration::from_secs(1));
    let answer = house.with(&["Revisor"]).post("/audit/samples", &request).await.expect(201);
    let drawn: AuditSampleContent = answer.json();
    let place = format!("/api/v1/audit/samples/{}", drawn.sample.id);
    assert_eq!(answer.header("Location"), Some(place.as_str()));
    drawn
}

async fn note(house: &House, path: &str, body: &Value) -> AuditSampleEntry {
    house.with(&["Revisor"]).post(path, body).await.expect(200).json()
}

on_each_database! {
    look_ups_with_a_case_are_set_aside_and_the_others_drawn,
    a_sample_is_as_large_and_as_recent_as_was_asked,
    what_is_found_out_is_added_and_never_replaced,
    nobody_judges_a_look_up_of_their_own,
    everything_about_samples_takes_the_auditor_and_stands_in_the_log,
    a_repeated_request_draws_and_notes_once,
}
