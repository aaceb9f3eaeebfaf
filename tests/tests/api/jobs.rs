//! Jobs: what runs, when, and how often.

use std::time::{Duration, Instant};

use backend::domain::audit::Intent;
use backend::store::Database;
use backend::store::audit::{self, Row};
use openapi::job::{Job, JobRun, JobRunState};
use openapi::page::Page;
use openapi::problem::ProblemCode;
use reqwest::Method;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, Value};
use serde_json::json;
use tests::{House, on_each_database};
use uuid::Uuid;

use crate::{CASEWORKER, log};

const JOB: &str = "close-audit-entries";

async fn a_run_that_is_asked_for_runs_and_reports(house: &House) {
    let answer = ask(house).await;
    let run: JobRun = answer.json();
    assert_eq!(answer.header("Location"), Some(format!("/api/v1/jobs/{JOB}/runs/{}", run.id).as_str()));
    let run = ended(house, run.id).await;
    assert_eq!(run.state, JobRunState::Succeeded);
    assert_eq!(run.report.unwrap()["closed"], 0);
    assert!(run.requested_by.is_some() && run.started_at.is_some() && run.finished_at.is_some() && run.error.is_none());
    let job = job(house).await;
    assert_eq!(job.last_run.map(|last| last.id), Some(run.id));
    assert_eq!((job.running, job.queued), (None, None));
    assert_eq!(job.last_succeeded_at, run.finished_at);
}

async fn who_asked_and_what_ran_stand_in_the_log(house: &House) {
    let run: JobRun = ask(house).await.json();
    ended(house, run.id).await;
    let asked = log(house, "&operation=start_job_run").await;
    assert_eq!(asked.len(), 1);
    assert_eq!(Some(&asked[0].actor), run.requested_by.as_ref());
    let ran = log(house, "&operation=close_audit_entries").await;
    assert_eq!((ran.len(), ran[0].actor.as_str()), (1, "job:close-audit-entries"));
    assert_eq!((ran[0].id, ran[0].trace_id.as_str()), (run.id, run.id.to_string().as_str()));
    assert_eq!(serde_json::to_value(ran[0].outcome).unwrap(), "succeeded");
}

async fn asking_twice_with_a_key_asks_once(house: &House) {
    let ask = async || {
        let request = house.with(CASEWORKER).api(Method::POST, &format!("/jobs/{JOB}/runs"));
        request.header("Idempotency-Key", "k-1").json(&json!({})).send().await.expect(202).json::<JobRun>().id
    };
    let first = ask().await;
    ended(house, first).await;
    assert_eq!(ask().await, first);
}

async fn a_job_runs_by_its_schedule_and_makes_up_once_for_what_it_missed(house: &House) {
    assert!(job(house).await.last_run.is_none());
    house.let_pass(Duration::from_secs(3 * 3600));
    let first = wait_for(async || job(house).await.last_run).await;
    assert_eq!((first.state, first.requested_by), (JobRunState::Succeeded, None));
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let job = job(house).await;
    assert_eq!((job.last_run.map(|last| last.id), job.queued), (Some(first.id), None));
    // A quarter past the hour; it is 13.00 in Copenhagen now.
    assert_eq!(job.next_run_at.unwrap().to_rfc3339(), "2026-11-23T12:15:00+00:00");
}

async fn the_run_of_a_dead_process_is_taken_over_within_half_a_minute(house: &House) {
    let dead = Uuid::new_v4();
    let connection = house.database().connect().await.unwrap();
    execute(&connection, "UPDATE job SET held_by = $1 WHERE name = $2", vec![dead.into(), JOB.into()]).await;
    let insert = "INSERT INTO job_run (id, job, state, attempt, requested_by, requested_at, started_at, done) \
        VALUES ($1, $2, 'running', 1, 'en-sagsbehandler', $3, $3, 7)";
    execute(&connection, insert, vec![dead.into(), JOB.into(), house.now().into()]).await;
    let began = Instant::now();
    assert_eq!(job(house).await.running.map(|run| run.progress.done), Some(7));

    let heir = wait_for(async || job(house).await.last_run.filter(|last| last.id != dead)).await;
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    // Asked for by hand, and so is the run that goes on.
    assert_eq!((heir.state, heir.requested_by.as_deref()), (JobRunState::Succeeded, Some("en-sagsbehandler")));
    let dead = run(house, dead).await;
    assert_eq!((dead.state, dead.error.unwrap().code.as_str()), (JobRunState::Interrupted, "interrupted"));
}

async fn an_entry_that_nobody_closed_is_closed_as_unknown(house: &House) {
    let open = Uuid::new_v4();
    let intent = Intent {
        id: open,
        at: house.now() - chrono::Duration::hours(25),
        actor: "en".to_owned(),
        on_behalf_of: None,
        operation: "get_party".to_owned(),
        party_id: None,
        number_digest: None,
        criteria: None,
        reason: None,
        case_number: None,
        trace_id: "t".to_owned(),
        actor_names: Vec::new(),
        case_relation: None,
    };
    // Another process, which dies.
    let database = Database::connect(&house.database().url().unwrap(), 1).await.unwrap();
    audit::begin(&database, b"its key", house.now()).await.unwrap();
    let write = database.begin().await.unwrap();
    audit::append(&write, &Row::Intent(intent)).await.unwrap();
    write.commit().await.unwrap();
    database.close().await.unwrap();
    let run: JobRun = ask(house).await.json();
    assert_eq!(ended(house, run.id).await.report.unwrap()["closed"], 1);
    let entries = log(house, "&actor=en").await;
    assert_eq!((entries[0].id, serde_json::to_value(entries[0].outcome).unwrap()), (open, "unknown".into()));
    let again: JobRun = ask(house).await.json();
    assert_eq!(ended(house, again.id).await.report.unwrap()["closed"], 0);
}

async fn nobody_runs_what_there_is_not_or_with_input(house: &House) {
    let caseworker = house.with(CASEWORKER);
    caseworker.post("/jobs/070761-4285/runs", &json!({})).await.problem(ProblemCode::NotFound);
    caseworker.get(&format!("/jobs/{JOB}/runs/{}", Uuid::new_v4())).await.problem(ProblemCode::NotFound);
    caseworker.post(&format!("/jobs/{JOB}/runs"), &json!({ "day": 1 })).await.problem(ProblemCode::InvalidInput);
    assert!(log(house, "&operation=start_job_run").await.iter().all(|entry| !format!("{entry:?}").contains("4285")));
}

on_each_database! {
    a_run_that_is_asked_for_runs_and_reports,
    who_asked_and_what_ran_stand_in_the_log,
    asking_twice_with_a_key_asks_once,
    a_job_runs_by_its_schedule_and_makes_up_once_for_what_it_missed,
    the_run_of_a_dead_process_is_taken_over_within_half_a_minute,
    an_entry_that_nobody_closed_is_closed_as_unknown,
    nobody_runs_what_there_is_not_or_with_input,
}

async fn ask(house: &House) -> tests::client::Answer {
    house.with(CASEWORKER).api(Method::POST, &format!("/jobs/{JOB}/runs")).send().await.expect(202)
}

async fn job(house: &House) -> Job {
    let jobs: Page<Job> = house.with(CASEWORKER).get("/jobs").await.expect(200).json();
    jobs.items.into_iter().find(|job| job.name == JOB).unwrap()
}

async fn run(house: &House, id: Uuid) -> JobRun {
    house.with(CASEWORKER).get(&format!("/jobs/{JOB}/runs/{id}")).await.expect(200).json()
}

/// The run when it has ended.
async fn ended(house: &House, id: Uuid) -> JobRun {
    wait_for(async || Some(run(house, id).await).filter(|run| run.finished_at.is_some())).await
}

async fn wait_for<T>(asked: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..400 {
        if let Some(answer) = asked().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it did not happen within 40 seconds");
}

async fn execute(connection: &DatabaseConnection, statement: &str, values: Vec<Value>) {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), statement, values);
    connection.execute_raw(statement).await.unwrap();
}
