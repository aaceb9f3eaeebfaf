//! What nobody needs any more goes for good, and what waits for a person.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use openapi::event::{EventPage, EventType};
use openapi::job::{Job, JobRun, JobRunState};
use openapi::page::Page;
use openapi::party::{ChangeSource, Party, PartyVersion};
use openapi::problem::ProblemCode;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tests::database::TestDatabase;
use tests::{House, on_each_database};

use crate::{CASEWORKER, create, fetch, log, preview, read, run_job};

const JENS: &str = "0707614285";
const PROTECTED: &str = "0701614011";

fn count(run: &JobRun, name: &str) -> u64 {
    assert_eq!(run.state, JobRunState::Succeeded, "{run:?}");
    run.report.as_ref().unwrap()[name]
}

/// Moves the clock to ten in the morning of a day.
fn come_to(house: &House, day: &str) {
    let time: DateTime<Utc> = format!("{day}T09:00:00Z").parse().unwrap();
    house.set_time(time);
}

/// The run of the job `purge` that nobody asked for and that came last.
async fn purge_by_schedule(house: &House) -> JobRun {
    let started = Instant::now();
    loop {
        let jobs: Page<Job> = house.with(CASEWORKER).get("/jobs").await.expect(200).json();
        let last = jobs.items.into_iter().find(|job| job.name == "purge").and_then(|job| job.last_run);
        if let Some(run) = last.filter(|run| run.requested_by.is_none()) {
            return run;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "the job does not run");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Everything that the database holds, as text; on SQLite the bytes of its files, with what is only given free.
async fn everything(house: &House) -> String {
    if let TestDatabase::Sqlite { folder } = house.database() {
        let mut bytes = Vec::new();
        for name in ["partsregister.db", "partsregister.db-wal"] {
            bytes.extend(std::fs::read(folder.path().join(name)).unwrap_or_default());
        }
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    let connection = house.database().connect().await.unwrap();
    let ask = async |statement: String| {
        let statement = Statement::from_string(connection.get_database_backend(), statement);
        let rows = connection.query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get::<String>("", "text").unwrap()).collect::<Vec<_>>()
    };
    let tables = "SELECT tablename::text AS text FROM pg_tables WHERE schemaname = 'public'";
    let mut all = String::new();
    for table in ask(tables.to_owned()).await {
        all += &ask(format!("SELECT t::text AS text FROM \"{table}\" AS t")).await.join("\n");
    }
    connection.close().await.unwrap();
    all
}

async fn what_cpr_said_goes_for_good_after_its_time_and_the_party_stays(house: &House) {
    let party = create(house, json!({ "name": "J. M.", "personalNumber": JENS, "email": "jens@example.dk" })).await;
    let fetched = fetch(house, &party, json!({})).await;
    preview(house, &party, json!({})).await;
    let road = fetched.address.as_ref().and_then(|address| address.line1.clone()).unwrap();
    let road = road.split_whitespace().next().unwrap().to_owned();
    assert!(everything(house).await.contains(&road), "the test looks in the right place");

    come_to(house, "2026-12-23");
    assert_eq!(count(&run_job(house, "purge-preview").await, "persons"), 0, "thirty whole days");

    come_to(house, "2026-12-24");
    let would = run_job(house, "purge-preview").await;
    assert_eq!(count(&would, "persons"), 1);
    assert!(read(house, &party).await.cpr.is_some(), "a preview deletes nothing");
    assert_eq!(count(&run_job(house, "purge").await, "persons"), 1);

    let after = read(house, &party).await;
    assert!(after.cpr.is_none() && after.address.is_none() && after.protection.name_and_address.is_none());
    assert_eq!((after.name.as_str(), after.personal_number.as_deref()), ("Jens Mortensen", Some(JENS)));
    assert_eq!((after.email.as_deref(), after.version), (Some("jens@example.dk"), fetched.version + 1));
    let found: Page<Party> =
        house.with(CASEWORKER).post("/parties/search", &json!({ "query": road })).await.expect(200).json();
    assert!(found.items.is_empty());
    let history: Page<PartyVersion> =
        house.with(CASEWORKER).get(&format!("/parties/{}/history", party.id)).await.expect(200).json();
    assert_eq!(history.items[0].source, ChangeSource::Retention);
    let told = history.items.iter().flat_map(|version| &version.changes).find(|change| change.field == "status");
    assert!(told.is_some_and(|change| change.old == Value::Null && change.new == Value::Null), "which field, not what");

    let entries = log(house, &format!("&partyId={}&operation=forget_person", party.id)).await;
    assert_eq!(entries.iter().map(|entry| entry.actor.as_str()).collect::<Vec<_>>(), ["job:purge"]);
    let left = everything(house).await.to_lowercase();
    assert!(!left.contains(&road.to_lowercase()), "{road} is left in the database");

    let again = fetch(house, &party, json!({})).await;
    assert_eq!(again.address, fetched.address, "CPR can be asked again");
}

async fn nobody_goes_who_is_on_an_open_case_followed_or_not(house: &House) {
    let followed = create(house, json!({ "personalNumber": JENS })).await;
    let lawyer = create(house, json!({ "personalNumber": PROTECTED })).await;
    for party in [&followed, &lawyer] {
        fetch(house, party, json!({})).await;
    }
    let case = |status: Value| {
        let mut case = status;
        case["parties"] = json!([
            { "partyId": followed.id, "roles": [] }, { "partyId": lawyer.id, "roles": [], "subscribe": false },
        ]);
        case
    };
    let integration = house.with(&["Sagsintegration"]);
    integration.put("/cases/S-1", &case(json!({ "status": "open" }))).await.expect(201);

    come_to(house, "2027-01-31");
    assert_eq!(count(&run_job(house, "purge").await, "persons"), 0);
    for party in [&followed, &lawyer] {
        assert!(read(house, party).await.cpr.is_some());
    }

    let closed = json!({ "status": "closed", "closedAt": "2026-10-01T09:00:00Z" });
    house.with(&["Sagsintegration"]).put("/cases/S-1", &case(closed)).await.expect(200);
    come_to(house, "2027-03-02");
    run_job(house, "purge").await;
    assert!(read(house, &followed).await.cpr.is_some(), "the reason ended thirty days ago");
    come_to(house, "2027-03-03");
    // By its schedule or by hand, whichever comes first.
    run_job(house, "purge").await;
    for party in [&followed, &lawyer] {
        assert!(read(house, party).await.cpr.is_none());
    }
    let feed: EventPage = house.with(CASEWORKER).get("/events?limit=200").await.expect(200).json();
    let of_lawyer = feed.items.iter().filter(|event| event.party_id == lawyer.id).map(|event| event.type_);
    let changes = of_lawyer.filter(|type_| *type_ == EventType::PartyProtectionChanged).count();
    assert_eq!(changes, 2, "the protection came with the look-up and is not known any more");
}

async fn a_purge_that_nobody_asked_for_waits_the_first_time(house: &House) {
    let party = create(house, json!({ "personalNumber": JENS })).await;
    fetch(house, &party, json!({})).await;
    come_to(house, "2027-01-31");
    let run = purge_by_schedule(house).await;
    assert_eq!(run.state, JobRunState::Failed);
    let error = run.error.unwrap();
    assert_eq!((error.code.as_str(), error.retryable), ("purge-held-first-time", false));
    assert!(error.detail.contains("start jobbet selv"), "{}", error.detail);
    assert!(read(house, &party).await.cpr.is_some());
    assert_eq!(count(&run_job(house, "purge-preview").await, "held"), 1);
    assert_eq!(count(&run_job(house, "purge").await, "persons"), 1, "somebody looked and started it");
}

async fn old_events_go_and_whoever_stands_before_them_is_told_the_way_back(house: &House) {
    create(house, json!({ "name": "Gammel" })).await;
    create(house, json!({ "name": "Ældre" })).await;
    come_to(house, "2027-12-29");
    let young = create(house, json!({ "name": "Ny" })).await;
    // The job may have run by its schedule meanwhile.
    run_job(house, "purge").await;

    let problem = house.with(CASEWORKER).get("/events?after=0").await.problem(ProblemCode::CursorExpired);
    assert!(problem.detail.contains("after=2"), "{}", problem.detail);
    house.with(CASEWORKER).get("/events?after=1").await.problem(ProblemCode::CursorExpired);
    let feed: EventPage = house.with(CASEWORKER).get("/events?after=2").await.expect(200).json();
    assert_eq!((feed.oldest, feed.latest), (Some(3), 3));
    assert_eq!(feed.items.iter().map(|event| (event.seq, event.party_id)).collect::<Vec<_>>(), [(3, young.id)]);
}

on_each_database! {
    what_cpr_said_goes_for_good_after_its_time_and_the_party_stays,
    nobody_goes_who_is_on_an_open_case_followed_or_not,
    a_purge_that_nobody_asked_for_waits_the_first_time,
    old_events_go_and_whoever_stands_before_them_is_told_the_way_back,
}
