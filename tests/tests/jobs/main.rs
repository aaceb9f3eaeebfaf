//! Who runs a job, and how often: several dispatchers on one database, and jobs that misbehave.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use backend::actions::job::{Run, Watch};
use backend::actions::{Actions, Context, Error, Policy, Retention};
use backend::clock::{Clock, SettableClock};
use backend::config::RequireReason;
use backend::domain::caller::Caller;
use backend::domain::job::{JobRun, Report, RunState, Schedule};
use backend::domain::page::PageRequest;
use backend::domain::protection::{self, Display};
use backend::domain::subscription::{FollowPolicy, Scope};
use backend::jobs::{Dispatcher, Jobs};
use backend::registry::Keep;
use backend::registry::delivery::Deliveries;
use backend::store::Database;
use cpr::client::delivery::Source;
use sea_orm::{ConnectionTrait, Statement, Value};
use tests::database::{TestDatabase, with_database};
use tests::on_each_database;
use uuid::Uuid;

/// Jobs for these tests.
const JOBS: Jobs = &[
    ("counts", |_, run| Box::pin(count(run))),
    ("reckons", |_, run| Box::pin(reckon(run))),
    ("panics", |_, _| Box::pin(async { panic!("on purpose") })),
    ("cannot", |_, _| Box::pin(async { Err(Error::CprUnavailable) })),
    ("may-not", |_, _| Box::pin(async { Err(Error::CprRefused) })),
    ("deaf", |_, _| Box::pin(std::future::pending())),
];

/// From when to when which run really ran, whatever its row says.
static SPANS: Mutex<Vec<(Uuid, Instant, Instant)>> = Mutex::new(Vec::new());

/// A run that is really running.
struct Span {
    run: Uuid,
    began: Instant,
}

impl Drop for Span {
    fn drop(&mut self) {
        SPANS.lock().unwrap().push((self.run, self.began, Instant::now()));
    }
}

/// Counts to thirty in three seconds, unless it is told to stop.
async fn count(run: &Run) -> Result<Report, Error> {
    let _span = Span { run: run.id(), began: Instant::now() };
    for done in 0..30 {
        run.progress(done, Some(30)).await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(Report::of([("counted", 30)]))
}

/// Does not wait for long, as a job that reads a large file does.
async fn reckon(run: &Run) -> Result<Report, Error> {
    std::thread::sleep(Duration::from_secs(28));
    // However large a count is.
    run.progress(u64::MAX - 1, Some(u64::MAX)).await?;
    Ok(Report::of([("reckoned", 1)]))
}

async fn two_dispatchers_never_run_a_job_at_the_same_time(database: &TestDatabase) {
    let (one, other) = (Server::start(database).await, Server::start(database).await);
    let mut asked = Vec::new();
    for server in [&one, &other, &one, &other] {
        asked.push(server.ask("counts").await.id);
        tokio::time::sleep(Duration::from_millis(1200)).await;
    }
    // On a machine that is too busy for three seconds' work a run may be interrupted; then another one goes on.
    for id in &asked {
        one.ended("counts", *id).await;
    }
    while one.job("counts").await.queued.is_some() || one.job("counts").await.running.is_some() {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let ours = one.ids("true").await;
    let mut spans: Vec<(Uuid, Instant, Instant)> =
        SPANS.lock().unwrap().iter().copied().filter(|(run, ..)| ours.contains(run)).collect();
    spans.sort_by_key(|(_, began, _)| *began);
    assert!(spans.len() >= 2, "who asks while one runs gets another one");
    assert_eq!(spans.len(), ours.len());
    for pair in spans.windows(2) {
        assert!(pair[0].2 <= pair[1].1, "{pair:?}");
    }
    one.stop().await;
    other.stop().await;
}

async fn whoever_asks_while_one_runs_gets_one_more_and_no_third(database: &TestDatabase) {
    let server = Server::start(database).await;
    let first = server.ask("counts").await.id;
    server.until("counts", first, |run| run.state == RunState::Running && run.progress.done > 2).await;
    let (second, third) = tokio::join!(server.ask("counts"), server.ask("counts"));
    assert_eq!(second.id, third.id);
    assert_ne!(second.id, first);
    assert_eq!(second.state, RunState::Queued);
    let (first, second) = (server.ended("counts", first).await, server.ended("counts", second.id).await);
    assert!(second.started_at >= first.finished_at);
    server.stop().await;
}

async fn a_run_that_is_told_to_stop_is_interrupted_and_another_server_goes_on(database: &TestDatabase) {
    let one = Server::start(database).await;
    let first = one.ask("counts").await.id;
    one.until("counts", first, |run| run.progress.done > 0).await;
    let other = Server::start(database).await;
    let began = Instant::now();
    one.stop().await;
    let stopped = other.run("counts", first).await;
    assert_eq!((stopped.state, stopped.error.map(|fault| fault.retryable)), (RunState::Interrupted, Some(true)));
    assert!((1..30).contains(&stopped.progress.done), "{:?}", stopped.progress);
    let heir = other.last("counts", first).await;
    assert_eq!((heir.state, heir.requested_by.as_deref()), (RunState::Succeeded, Some("en")));
    assert!(began.elapsed() < Duration::from_secs(15), "nobody had to be waited for");
    other.stop().await;
}

async fn a_job_that_does_not_listen_is_dropped_when_its_process_stops(database: &TestDatabase) {
    let one = Server::start(database).await;
    let first = one.ask("deaf").await.id;
    one.until("deaf", first, |run| run.state == RunState::Running).await;
    let began = Instant::now();
    one.stop().await;
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
    let other = Server::without_dispatcher(database).await;
    assert_eq!(other.run("deaf", first).await.state, RunState::Interrupted);
    other.stop().await;
}

async fn a_job_that_reckons_for_long_keeps_its_lease(database: &TestDatabase) {
    let (one, other) = (Server::start(database).await, Server::start(database).await);
    let asked = one.ask("reckons").await.id;
    let run = one.ended("reckons", asked).await;
    assert_eq!(run.state, RunState::Succeeded);
    one.stop().await;
    other.stop().await;
}

async fn the_dead_holder_is_inherited_from_on_sqlite_at_once_on_postgresql_soon(database: &TestDatabase) {
    let dead = Uuid::new_v4();
    let before = Server::without_dispatcher(database).await;
    done(before.actions.know_jobs().await);
    before.hold("counts", dead).await;
    before.stop().await;

    let server = Server::start(database).await;
    let began = Instant::now();
    let interrupted = server.ended("counts", dead).await;
    let limit = match database {
        TestDatabase::Sqlite { .. } => 15,
        TestDatabase::Postgres { .. } => 30,
    };
    assert!(began.elapsed() < Duration::from_secs(limit), "{:?}", began.elapsed());
    assert_eq!(interrupted.state, RunState::Interrupted);
    assert_eq!(server.last("counts", dead).await.state, RunState::Succeeded);
    server.stop().await;
}

async fn whoever_was_taken_over_drops_its_run_and_writes_nothing_of_it(database: &TestDatabase) {
    let server = Server::start(database).await;
    let first = server.ask("counts").await.id;
    server.until("counts", first, |run| run.progress.done > 0).await;
    // As another server does that has not heard of it for long enough.
    let usurper = Uuid::new_v4();
    let took = "UPDATE job_run SET state = 'interrupted', finished_at = started_at WHERE id = $1";
    server.execute(took, vec![first.into()]).await;
    server.hold("counts", usurper).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let first = server.run("counts", first).await;
    assert_eq!((first.state, first.report), (RunState::Interrupted, None));
    assert_eq!(server.run("counts", usurper).await.state, RunState::Running);
    server.stop().await;
}

async fn a_panic_ends_the_run_and_nothing_else(database: &TestDatabase) {
    let server = Server::start(database).await;
    for _ in 0..2 {
        let asked = server.ask("panics").await.id;
        let run = server.ended("panics", asked).await;
        let fault = run.error.unwrap();
        assert_eq!((run.state, fault.code.as_str(), fault.retryable), (RunState::Failed, "panicked", false));
    }
    assert!(server.job("panics").await.queued.is_none());
    server.stop().await;
}

async fn what_can_pass_is_tried_again_and_longer_each_time(database: &TestDatabase) {
    let server = Server::start(database).await;
    let asked = server.ask("cannot").await.id;
    let mut run = server.ended("cannot", asked).await;
    for wait in [30, 60] {
        assert_eq!((run.state, run.error.map(|fault| fault.retryable)), (RunState::Failed, Some(true)));
        let again = server.job("cannot").await.queued.unwrap();
        assert_eq!(again.not_before, run.finished_at.map(|time| time + chrono::Duration::seconds(wait)));
        server.clock.advance(chrono::Duration::seconds(wait - 1));
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert_eq!(server.run("cannot", again.id).await.state, RunState::Queued, "too early");
        server.clock.advance(chrono::Duration::seconds(1));
        run = server.ended("cannot", again.id).await;
    }
    // Somebody who asks does not wait.
    let asked = server.ask("cannot").await;
    assert_eq!((asked.not_before, asked.attempt), (None, 4));
    server.ended("cannot", asked.id).await;
    server.stop().await;
}

async fn what_cannot_pass_is_not_tried_again(database: &TestDatabase) {
    let server = Server::start(database).await;
    let asked = server.ask("may-not").await.id;
    let run = server.ended("may-not", asked).await;
    assert_eq!(run.error.map(|fault| (fault.code, fault.retryable)), Some(("cpr-refused".to_owned(), false)));
    assert!(server.job("may-not").await.queued.is_none());
    server.stop().await;
}

async fn a_schedule_is_kept_by_one_of_two(database: &TestDatabase) {
    let clock = clock();
    let one = Server::with_clock(database, clock.clone()).await.dispatching().await;
    let other = Server::with_clock(database, clock.clone()).await.dispatching().await;
    for hour in 1..=2 {
        clock.advance(chrono::Duration::hours(1));
        let succeeded = async || one.ids("state = 'succeeded'").await.len();
        while succeeded().await < hour {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        tokio::time::sleep(Duration::from_millis(2500)).await;
        assert_eq!(succeeded().await, hour);
    }
    one.stop().await;
    other.stop().await;
}

on_each_database! {
    using with_database;
    two_dispatchers_never_run_a_job_at_the_same_time,
    whoever_asks_while_one_runs_gets_one_more_and_no_third,
    a_run_that_is_told_to_stop_is_interrupted_and_another_server_goes_on,
    a_job_that_does_not_listen_is_dropped_when_its_process_stops,
    a_job_that_reckons_for_long_keeps_its_lease,
    the_dead_holder_is_inherited_from_on_sqlite_at_once_on_postgresql_soon,
    whoever_was_taken_over_drops_its_run_and_writes_nothing_of_it,
    a_panic_ends_the_run_and_nothing_else,
    what_can_pass_is_tried_again_and_longer_each_time,
    what_cannot_pass_is_not_tried_again,
    a_schedule_is_kept_by_one_of_two,
}

/// A server without its doors.
struct Server {
    actions: Arc<Actions>,
    clock: Arc<SettableClock>,
    dispatcher: Option<Dispatcher>,
    url: String,
}

impl Server {
    async fn start(database: &TestDatabase) -> Server {
        Server::without_dispatcher(database).await.dispatching().await
    }

    async fn dispatching(self) -> Server {
        let dispatcher = Dispatcher::start(Arc::clone(&self.actions), Watch::new(), JOBS).await.unwrap();
        Server { dispatcher: Some(dispatcher), ..self }
    }

    async fn without_dispatcher(database: &TestDatabase) -> Server {
        Server::with_clock(database, clock()).await
    }

    async fn with_clock(database: &TestDatabase, clock: Arc<SettableClock>) -> Server {
        let url = database.url().unwrap();
        let database = Database::connect(&url, 4).await.unwrap();
        database.migrate().await.unwrap();
        let hourly = Schedule::parse("0 0 * * * *").unwrap();
        let never = Schedule::parse("0 0 0 30 2 *").unwrap();
        let schedule = |name: &str| if name == "counts" { hourly.clone() } else { never.clone() };
        let policy = Policy {
            follow: FollowPolicy { scope: Scope::OpenAndRecentlyClosed, recently_closed_days: 90 },
            all_cases_reason: None,
            case_reading: None,
            protection: protection::Policy { display: Display::Warn, message: String::new() },
            require_reason: RequireReason::Never,
            finds: false,
            keep: Keep::all(),
            schedules: JOBS.iter().map(|(name, _)| ((*name).to_owned(), schedule(name))).collect::<BTreeMap<_, _>>(),
            digest_key: None,
            anchor_file: None,
            retention: Retention { register_days: 30, audit_days: 180, event_days: 400, deletion_file: None },
            task_number: None,
            upload: false,
        };
        let deliveries = Deliveries::new(Source::Folder("nowhere".into()));
        let actions = Actions::new(database, None, None, deliveries, policy, clock.clone()).await.unwrap();
        Server { actions: Arc::new(actions), clock, dispatcher: None, url }
    }

    async fn stop(self) {
        if let Some(dispatcher) = self.dispatcher {
            dispatcher.stop().await;
        }
        self.actions.close().await;
    }

    async fn ask(&self, job: &str) -> JobRun {
        done(self.actions.start_job_run(&context(), job).await)
    }

    async fn run(&self, job: &str, id: Uuid) -> JobRun {
        done(self.actions.get_job_run(job, id).await)
    }

    async fn job(&self, name: &str) -> backend::domain::job::Job {
        let page = PageRequest { limit: 200, after: None };
        let jobs = done(self.actions.list_jobs(page).await).items;
        jobs.into_iter().map(|view| view.job).find(|job| job.name == name).unwrap()
    }

    /// The run when it is as wanted.
    async fn until(&self, job: &str, id: Uuid, wanted: impl Fn(&JobRun) -> bool) -> JobRun {
        for _ in 0..900 {
            let run = self.run(job, id).await;
            if wanted(&run) {
                return run;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it did not happen within 45 seconds");
    }

    async fn ended(&self, job: &str, id: Uuid) -> JobRun {
        self.until(job, id, |run| run.finished_at.is_some()).await
    }

    /// Every run that meets a condition.
    async fn ids(&self, condition: &str) -> Vec<Uuid> {
        let connection = sea_orm::Database::connect(&self.url).await.unwrap();
        let asked = format!("SELECT id FROM job_run WHERE {condition}");
        let asked = Statement::from_string(connection.get_database_backend(), asked);
        let rows = connection.query_all_raw(asked).await.unwrap();
        let ids = rows.iter().map(|row| row.try_get("", "id").unwrap()).collect();
        connection.close().await.unwrap();
        ids
    }

    /// The run that ended after `before`.
    async fn last(&self, job: &str, before: Uuid) -> JobRun {
        for _ in 0..900 {
            if let Some(last) = self.job(job).await.last.filter(|last| last.id != before) {
                return last;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it did not happen within 45 seconds");
    }

    /// Lets a run hold the job that nobody does.
    async fn hold(&self, job: &str, run: Uuid) {
        let hold = "UPDATE job SET held_by = $1, beats = 1 WHERE name = $2";
        self.execute(hold, vec![run.into(), job.into()]).await;
        let insert = "INSERT INTO job_run (id, job, state, attempt, requested_at, started_at, done) \
            VALUES ($1, $2, 'running', 1, $3, $3, 7)";
        self.execute(insert, vec![run.into(), job.into(), self.clock.now().into()]).await;
    }

    async fn execute(&self, statement: &str, values: Vec<Value>) {
        let connection = sea_orm::Database::connect(&self.url).await.unwrap();
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), statement, values);
        connection.execute_raw(statement).await.unwrap();
        connection.close().await.unwrap();
    }
}

fn clock() -> Arc<SettableClock> {
    Arc::new(SettableClock::at("2026-11-23T09:30:00Z".parse().unwrap()))
}

#[track_caller]
fn done<T>(outcome: Result<T, Error>) -> T {
    outcome.unwrap_or_else(|error| panic!("{}", error.code()))
}

fn context() -> Context {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    Context {
        caller: Caller::house("en"),
        operation: "test",
        trace_id: CALLS.fetch_add(1, Ordering::Relaxed).to_string(),
        reason: None,
        case_number: None,
        idempotency: None,
        noted: Default::default(),
    }
}
