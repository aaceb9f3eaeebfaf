//! What callers of the API see, on each database.

mod alarms;
mod audit;
mod audit_chain;
mod cases;
mod circle;
mod conditions;
mod cpr;
mod deliveries;
mod edge;
mod events;
mod find;
mod following;
mod freshness;
mod health;
mod import;
mod jobs;
mod mask;
mod metrics;
mod numbers;
mod on_behalf_of;
mod parties;
mod privacy;
mod private;
mod purge;
mod repeat;
mod restore;
mod said;
mod session;
mod spot_check;
mod statuses;
mod subject_report;
mod subscription;
mod tls;
mod tokens;
mod trouble;
#[cfg(feature = "postgres")]
mod upgrade;

use std::time::{Duration, Instant};

use openapi::audit::AuditEntry;
use openapi::job::JobRun;
use openapi::page::Page;
use openapi::party::Party;
use openapi::person::Preview;
use serde_json::{Value, json};
use tests::House;

const EDITOR: &[&str] = &["Partsredaktør"];
const CASEWORKER: &[&str] = &["Opdater fra CPR", "Partsredaktør"];

/// Creates a party as the caseworker.
async fn create(house: &House, input: Value) -> Party {
    house.with(CASEWORKER).post("/parties", &input).await.expect(201).json()
}

/// Reads a party as the caseworker.
async fn read(house: &House, party: &Party) -> Party {
    house.with(CASEWORKER).get(&format!("/parties/{}", party.id)).await.expect(200).json()
}

/// Fetches a party from CPR as the caseworker.
async fn fetch(house: &House, party: &Party, input: Value) -> Party {
    house.with(CASEWORKER).post(&format!("/parties/{}/cpr/fetch", party.id), &input).await.expect(200).json()
}

/// Previews a fetch as the caseworker.
async fn preview(house: &House, party: &Party, input: Value) -> Preview {
    house.with(CASEWORKER).post(&format!("/parties/{}/cpr/preview", party.id), &input).await.expect(200).json()
}

/// Lets a job run as the caseworker, and waits until the run has ended.
async fn run_job(house: &House, name: &str) -> JobRun {
    let caseworker = house.with(CASEWORKER);
    let mut run: JobRun = caseworker.post(&format!("/jobs/{name}/runs"), &json!({})).await.expect(202).json();
    let started = Instant::now();
    while run.finished_at.is_none() {
        assert!(started.elapsed() < Duration::from_secs(60), "{name} does not end: {run:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
        run = caseworker.get(&format!("/jobs/{name}/runs/{}", run.id)).await.expect(200).json();
    }
    run
}

/// The entries of the audit log that meet the criteria of this query string.
async fn log(house: &House, query: &str) -> Vec<AuditEntry> {
    let path = format!("/audit?limit=200{query}");
    house.with(&["Revisor"]).get(&path).await.expect(200).json::<Page<AuditEntry>>().items
}

/// Of which fields an answer complains.
fn pointers(problem: &openapi::problem::Problem) -> Vec<&str> {
    problem.errors.iter().map(|error| error.pointer.as_str()).collect()
}
