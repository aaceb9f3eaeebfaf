//! What `/metrics` tells to those who watch, and that the alarms of `docs/operations/alerts.yml` watch what there is.

use std::collections::BTreeSet;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use cpr_simulator::Trouble;
use openapi::health::{Health, HealthStatus};
use reqwest::Method;
use serde_json::json;
use tests::{House, on_each_database, run_following};

use crate::{CASEWORKER, EDITOR, create, fetch, run_job};

const JENS: &str = "0707614285";
const AKSEL: &str = "0701614011";
const MASK: &str = "protection.display = 'mask'";

async fn metrics(house: &House) -> String {
    house.anonymous().request(Method::GET, "/metrics").send().await.expect(200).text()
}

/// The value of a measure with its labels, as it is written; 0 where it is not.
fn value(metrics: &str, name: &str) -> f64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.map_or(0.0, |value| value.parse().unwrap())
}

async fn requests_are_counted_by_operation_and_refusals_by_code(house: &House) {
    create(house, json!({ "name": "Vita Prøve" })).await;
    for _ in 0..2 {
        house.with(EDITOR).get("/parties/0707614285").await.expect(400);
    }
    house.bearing("no.good.token").get("/parties").await.expect(401);
    house.with(&[]).post("/parties", &json!({ "name": "Otto Prøve" })).await.expect(403);
    house.with(EDITOR).get("/nowhere/0707614285").await.expect(404);
    let told = metrics(house).await;
    let requests = |operation: &str, status: &str| {
        let labels = format!("{{operation=\"{operation}\",status=\"{status}\"}}");
        value(&told, &format!("partsregister_request_duration_seconds_count{labels}"))
    };
    assert_eq!((requests("create_party", "2xx"), requests("create_party", "4xx")), (1.0, 1.0), "{told}");
    assert_eq!((requests("get_party", "4xx"), requests("list_parties", "4xx")), (2.0, 1.0), "{told}");
    assert_eq!(requests("unknown", "4xx"), 1.0, "{told}");
    let problems = |code: &str| value(&told, &format!("partsregister_problems_total{{code=\"{code}\"}}"));
    assert_eq!(
        ["invalid-request", "unauthenticated", "forbidden", "not-found"].map(problems),
        [2.0, 1.0, 1.0, 1.0],
        "{told}"
    );
    assert!(!told.contains("0707614285") && !told.contains("Vita"), "{told}");
}

async fn questions_to_cpr_are_counted_by_how_they_came_out(house: &House) {
    let caller = house.with(CASEWORKER);
    caller.post("/cpr/lookup", &json!({ "personalNumber": JENS })).await.expect(200);
    caller.post("/cpr/lookup", &json!({ "personalNumber": "0101010109" })).await.expect(422);
    house.cpr().turn(|knobs| knobs.trouble = Some(Trouble::DropConnection));
    caller.post("/cpr/lookup", &json!({ "personalNumber": JENS })).await.expect(503);
    let told = metrics(house).await;
    let asked = |outcome: &str| {
        let labels = format!("{{door=\"cpr-services\",outcome=\"{outcome}\",question=\"look-up\"}}");
        value(&told, &format!("partsregister_cpr_question_duration_seconds_count{labels}"))
    };
    assert_eq!(["answered", "not-found", "unavailable"].map(asked), [1.0, 1.0, 1.0], "{told}");
    let state =
        |state: &str| value(&told, &format!("partsregister_cpr_state{{door=\"cpr-services\",state=\"{state}\"}}"));
    assert_eq!((state("unreachable"), state("ready")), (1.0, 0.0), "{told}");
}

async fn an_address_that_is_told_although_protected_is_counted(house: &House) {
    let party = create(house, json!({ "name": "Aksel", "personalNumber": AKSEL })).await;
    let name = "partsregister_protected_disclosures_total{display=\"warn\"}";
    assert_eq!(value(&metrics(house).await, name), 0.0, "CPR was not asked yet");
    fetch(house, &party, json!({})).await;
    let caller = house.with(CASEWORKER);
    caller.get(&format!("/parties/{}", party.id)).await.expect(200);
    caller.get("/parties").await.expect(200);
    caller.post("/cpr/lookup", &json!({ "personalNumber": AKSEL })).await.expect(200);
    assert_eq!(value(&metrics(house).await, name), 4.0);
}

async fn under_mask_only_what_a_reason_opened_is_counted(house: &House) {
    let party = create(house, json!({ "name": "Aksel", "personalNumber": AKSEL })).await;
    fetch(house, &party, json!({})).await;
    let (caller, path) = (house.with(CASEWORKER), format!("/parties/{}", party.id));
    caller.get(&path).await.expect(200);
    caller.post("/cpr/lookup", &json!({ "personalNumber": AKSEL })).await.expect(200);
    let name = "partsregister_protected_disclosures_total{display=\"mask\"}";
    assert_eq!(value(&metrics(house).await, name), 0.0);
    caller.post(&format!("{path}/address/reveal"), &json!({ "reason": "Forkyndelse" })).await.expect(200);
    let look_up = json!({ "personalNumber": AKSEL, "reason": "Partshøring" });
    caller.post("/cpr/lookup", &look_up).await.expect(200);
    assert_eq!(value(&metrics(house).await, name), 2.0);
}

/// The password is in a file that has not been touched for 80 days.
async fn a_password_that_is_not_renewed_is_seen_before_it_expires(house: &House) {
    let file = std::fs::File::options().write(true).open(&house.config().cpr.gctp.password_file).unwrap();
    file.set_modified((house.now() - chrono::Duration::days(80)).into()).unwrap();
    let ready: Health = house.anonymous().request(Method::GET, "/health/ready").send().await.expect(200).json();
    assert_eq!(ready.status, HealthStatus::Degraded, "{ready:?}");
    let cpr = ready.checks.iter().find(|check| check.name == "cpr").unwrap();
    assert!(cpr.detail.as_deref().is_some_and(|detail| detail.contains("80 dage")), "{cpr:?}");
    let changed =
        value(&metrics(house).await, "partsregister_cpr_password_changed_timestamp_seconds{door=\"cpr-services\"}");
    assert_eq!(changed, (house.now() - chrono::Duration::days(80)).timestamp() as f64);
    std::fs::remove_file(&house.config().cpr.gctp.password_file).unwrap();
}

/// What an alarm watches and nobody tells would never ring.
async fn every_alarm_watches_a_measure_that_there_is(house: &House) {
    let party = create(house, json!({ "name": "Jens", "personalNumber": JENS })).await;
    let case = json!({ "status": "open", "parties": [{ "partyId": party.id }] });
    house.with(&["Sagsintegration"]).put("/cases/S-1", &case).await.expect(201);
    run_job(house, "reconcile-subscriptions").await;
    house.cpr().night().deliver().unwrap();
    run_job(house, "receive-deliveries").await;
    run_job(house, "apply-deliveries").await;
    fetch(house, &party, json!({})).await;
    house.anonymous().get("/parties").await.expect(401);
    let told = metrics(house).await;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations/alerts.yml");
    let alarms = std::fs::read_to_string(file).unwrap();
    let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let watched: BTreeSet<&str> =
        alarms.split(|character| !is_name(character)).filter(|word| word.starts_with("partsregister_")).collect();
    assert!(watched.len() > 8, "{watched:?}");
    // A password in a file has the test above; here no job fails, and none is under way by now.
    let elsewhere = [
        "partsregister_cpr_password_changed_timestamp_seconds",
        "partsregister_job_last_failure_timestamp_seconds",
        "partsregister_job_started_timestamp_seconds",
    ];
    for name in watched.into_iter().filter(|name| !elsewhere.contains(name)) {
        let is_told = told.lines().any(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' '])));
        assert!(is_told, "{name} is not in\n{told}");
    }
}

on_each_database! {
    requests_are_counted_by_operation_and_refusals_by_code,
    questions_to_cpr_are_counted_by_how_they_came_out,
    an_address_that_is_told_although_protected_is_counted,
    under_mask_only_what_a_reason_opened_is_counted with MASK,
    a_password_that_is_not_renewed_is_seen_before_it_expires with &password_in_file(),
}

mod following {
    use super::*;

    on_each_database! { using run_following; every_alarm_watches_a_measure_that_there_is }
}

/// Settings with the simulator's password in a file.
fn password_in_file() -> String {
    let file = std::env::temp_dir().join(format!("partsregister-password-{}", uuid::Uuid::new_v4()));
    let mut options = std::fs::File::options();
    options.write(true).create_new(true).mode(0o600).open(&file).unwrap().write_all(b"Demo-2026").unwrap();
    format!("[cpr.gctp]\npassword = ''\npassword_file = '{}'", file.display())
}
