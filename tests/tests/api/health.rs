//! Whether the house is there.

use openapi::health::{Health, HealthStatus};
use openapi::job::JobRunState;
use openapi::problem::ProblemCode;
use reqwest::Method;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, TransactionTrait};
use serde_json::json;
use tests::database::TestDatabase;
use tests::{House, on_each_database};

use crate::{EDITOR, create, run_job};

async fn a_house_that_is_open_is_alive_and_ready(house: &House) {
    for path in ["/health/live", "/health/ready"] {
        let health: Health = house.anonymous().request(Method::GET, path).send().await.expect(200).json();
        assert_eq!(health.status, HealthStatus::Ok, "{path}: {health:?}");
    }
}

/// PostgreSQL takes no connections; on SQLite somebody else keeps the file from being written, which no operation on
/// personal data goes without.
async fn without_its_database_the_house_says_so_and_it_comes_back_with_it(house: &House) {
    let party = create(house, json!({ "name": "Vita Prøve" })).await;
    let away = Away::take(house.database()).await;
    let path = format!("/parties/{}", party.id);
    let caller = house.with(EDITOR);
    for _ in 0..2 {
        let problem = caller.get(&path).await.problem(ProblemCode::Unavailable);
        assert!(problem.retryable && problem.detail.contains("Databasen"), "{problem:?}");
        let problem = caller.post("/parties", &json!({ "name": "Otto Prøve" })).await.problem(ProblemCode::Unavailable);
        assert!(problem.retryable && !problem.detail.contains("Otto"), "{problem:?}");
    }
    let ready: Health = house.anonymous().request(Method::GET, "/health/ready").send().await.expect(503).json();
    assert_eq!(ready.status, HealthStatus::Down, "{ready:?}");
    house.anonymous().request(Method::GET, "/health/live").send().await.expect(200);

    away.give_back().await;
    caller.get(&path).await.expect(200);
    let found = caller.post("/parties/search", &json!({ "query": "otto" })).await.expect(200).value();
    assert_eq!(found["items"], json!([]), "what was answered with 503 was not done");
}

async fn a_folder_for_change_files_that_is_not_there_is_an_error_of_the_job_and_shows(house: &House) {
    let run = run_job(house, "receive-deliveries").await;
    assert_eq!(run.state, JobRunState::Failed, "{run:?}");
    assert_eq!(run.error.map(|error| error.code).as_deref(), Some("delivery-source-folder"));
    let ready: Health = house.anonymous().request(Method::GET, "/health/ready").send().await.expect(200).json();
    let jobs = ready.checks.iter().find(|check| check.name == "jobs").expect("jobs are looked at");
    assert_eq!((ready.status, jobs.status), (HealthStatus::Degraded, HealthStatus::Degraded));
    let detail = jobs.detail.as_deref().unwrap_or_default();
    assert!(detail.contains("receive-deliveries (delivery-source-folder)"), "{detail}");
}

/// A database that cannot be used.
enum Away {
    Locked(DatabaseTransaction),
    Closed { cluster: DatabaseConnection, name: String },
}

impl Away {
    async fn take(database: &TestDatabase) -> Away {
        let TestDatabase::Postgres { name } = database else {
            let writer = database.connect().await.unwrap().begin().await.unwrap();
            writer.execute_unprepared("UPDATE heartbeat SET beats = beats").await.unwrap();
            return Away::Locked(writer);
        };
        // Nobody closes the database that is used to close it.
        let url = database.url().unwrap().replacen(&format!("/{name}?"), "/postgres?", 1);
        let cluster = Database::connect(url).await.unwrap();
        let close = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false");
        cluster.execute_unprepared(&close).await.unwrap();
        let cut = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        cluster.execute_unprepared(&cut).await.unwrap();
        Away::Closed { cluster, name: name.clone() }
    }

    async fn give_back(self) {
        match self {
            Away::Locked(writer) => writer.rollback().await.unwrap(),
            Away::Closed { cluster, name } => {
                let open = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true");
                cluster.execute_unprepared(&open).await.unwrap();
            }
        }
    }
}

on_each_database! {
    a_house_that_is_open_is_alive_and_ready,
    without_its_database_the_house_says_so_and_it_comes_back_with_it,
    a_folder_for_change_files_that_is_not_there_is_an_error_of_the_job_and_shows with
        "cpr.delivery.folder = '/nowhere/leverancer'",
}
