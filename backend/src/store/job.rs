//! Jobs and their runs: who has a job is decided here, by rows, so that several servers on one database agree.
//!
//! A job is *held* by the run that is under way. Nobody compares clocks: while its process lives, the holder raises `beats`,
//! and whoever sees the same holder with the same beats for long enough may take the job over. Each step names the holder (and
//! the beats) that it was decided by, so only one of two who decide at once succeeds.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::sql::{self, get, get_json, get_name, values};
use super::{Connection, Error, Write};
use crate::domain::job::{Fault, Job, JobRun, Progress, Report, RunState};

/// Finished runs that are kept of each job.
const KEPT: i64 = 200;

/// How often a run may begin just when another one is asked for.
const TRIES: u32 = 5;

/// Makes a job known that is not yet; its schedule counts from `now`.
///
/// # Errors
/// As every write.
pub async fn know(write: &Write, name: &str, now: DateTime<Utc>) -> Result<(), Error> {
    let statement = "INSERT INTO job (name, beats, scheduled_for) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING";
    sql::execute(write, statement, values![name, sql::micros(now)]).await?;
    Ok(())
}

/// Notes that the schedule was looked after until `now`; `false`: another server did, since `seen` was read.
///
/// # Errors
/// As every write.
pub async fn look_after(write: &Write, name: &str, seen: DateTime<Utc>, now: DateTime<Utc>) -> Result<bool, Error> {
    let statement = "UPDATE job SET scheduled_for = $3 WHERE name = $1 AND scheduled_for = $2";
    Ok(sql::execute(write, statement, values![name, sql::micros(seen), sql::micros(now)]).await? > 0)
}

/// Queues a run unless one is queued, which then goes on waiting as before; it is by hand when either of the two is.
///
/// # Errors
/// As every write.
pub async fn queue(write: &Write, run: &JobRun) -> Result<(), Error> {
    let statement = "INSERT INTO job_run (id, job, state, attempt, requested_by, requested_at, not_before, done, total) \
        VALUES ($1, $2, 'queued', $3, $4, $5, $6, $7, $8) ON CONFLICT (job) WHERE state = 'queued' \
        DO UPDATE SET requested_by = coalesce(job_run.requested_by, excluded.requested_by)";
    let values = values![
        run.id,
        run.job.as_str(),
        i64::from(run.attempt),
        run.requested_by.clone(),
        sql::micros(run.requested_at),
        run.not_before.map(sql::micros),
        count(run.progress.done),
        run.progress.total.map(count),
    ];
    sql::execute(write, statement, values).await?;
    Ok(())
}

/// Sees to it that a run begins after this transaction, and therefore sees what it wrote: queues one unless one is queued. The
/// one that is queued cannot begin before this transaction has ended.
///
/// Call it late, after the events and before the audit row: who asks for the same at the same time may have to wait.
///
/// # Errors
/// As every write.
pub async fn request(write: &Write, name: &str, now: DateTime<Utc>) -> Result<(), Error> {
    // Of several who find a run, none waits for the others: the lock is shared.
    let share = if sql::is_sqlite(write) { "" } else { " FOR SHARE" };
    let found = format!("SELECT id FROM job_run WHERE job = $1 AND state = 'queued' AND not_before IS NULL{share}");
    let hurry = "UPDATE job_run SET not_before = NULL WHERE job = $1 AND state = 'queued' AND not_before IS NOT NULL";
    // A run that was queued a moment ago may have begun since: then none begins after us, and we queue one.
    for _ in 0..TRIES {
        if sql::one(write, &found, values![name]).await?.is_some()
            || sql::execute(write, hurry, values![name]).await? > 0
        {
            return Ok(());
        }
        queue(write, &new_run(name, None, now)).await?;
    }
    Err(Error::Unavailable("a job begins again and again".to_owned()))
}

/// As [`request`], for somebody who waits for the run: at once, and in this name; the run.
///
/// # Errors
/// As every write.
pub async fn request_by(write: &Write, name: &str, who: &str, now: DateTime<Utc>) -> Result<JobRun, Error> {
    let statement = format!(
        "UPDATE job_run SET not_before = NULL, requested_by = coalesce(requested_by, $2) \
         WHERE job = $1 AND state = 'queued' RETURNING {RUN}"
    );
    for _ in 0..TRIES {
        if let Some(row) = sql::one(write, &statement, values![name, who]).await? {
            return run(&row);
        }
        queue(write, &new_run(name, Some(who), now)).await?;
    }
    Err(Error::Unavailable("a job begins again and again".to_owned()))
}

/// A run that is queued for the first time.
pub fn new_run(name: &str, requested_by: Option<&str>, now: DateTime<Utc>) -> JobRun {
    JobRun {
        id: Uuid::now_v7(),
        job: name.to_owned(),
        state: RunState::Queued,
        attempt: 1,
        requested_by: requested_by.map(str::to_owned),
        requested_at: sql::micros(now),
        not_before: None,
        started_at: None,
        finished_at: None,
        progress: Progress::default(),
        report: None,
        error: None,
    }
}

/// Begins a queued run; `None`: the job is held, or the run is not queued any more.
///
/// # Errors
/// As every write.
pub async fn begin(write: &Write, name: &str, id: Uuid, now: DateTime<Utc>) -> Result<Option<JobRun>, Error> {
    let hold = "UPDATE job SET held_by = $2, beats = 0 WHERE name = $1 AND held_by IS NULL";
    if sql::execute(write, hold, values![name, id]).await? == 0 {
        return Ok(None);
    }
    let start = format!(
        "UPDATE job_run SET state = 'running', started_at = $2, not_before = NULL, done = 0, total = NULL \
         WHERE id = $1 AND state = 'queued' RETURNING {RUN}"
    );
    sql::one(write, &start, values![id, sql::micros(now)]).await?.as_ref().map(run).transpose()
}

/// The holder lives, and is so far; `false`: it holds the job no longer.
///
/// # Errors
/// As every write.
pub async fn beat(write: &Write, name: &str, id: Uuid, progress: Progress) -> Result<bool, Error> {
    let beat = "UPDATE job SET beats = beats + 1 WHERE name = $1 AND held_by = $2";
    if sql::execute(write, beat, values![name, id]).await? == 0 {
        return Ok(false);
    }
    set_progress(write, id, progress).await?;
    Ok(true)
}

/// Lets the transaction be committed only while the run holds its job; nobody can take it over before the transaction has
/// ended.
///
/// # Errors
/// [`Error::Stale`] when the run holds it no longer.
pub async fn hold(write: &Write, name: &str, id: Uuid) -> Result<(), Error> {
    let share = if sql::is_sqlite(write) { "" } else { " FOR SHARE" };
    let statement = format!("SELECT name FROM job WHERE name = $1 AND held_by = $2{share}");
    sql::one(write, &statement, values![name, id]).await?.map(drop).ok_or(Error::Stale)
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    /// It did this.
    Succeeded(Report),
    /// It did not succeed.
    Failed(Fault),
    /// Its process stopped.
    Interrupted(Fault),
}

/// Ends a run and gives the job back; `false`: the run held it no longer, and nothing is written.
///
/// # Errors
/// As every write.
pub async fn end(write: &Write, run: &JobRun, ended: &Ended, now: DateTime<Utc>) -> Result<bool, Error> {
    let give_back = "UPDATE job SET held_by = NULL WHERE name = $1 AND held_by = $2";
    if sql::execute(write, give_back, values![run.job.as_str(), run.id]).await? == 0 {
        return Ok(false);
    }
    let last = match ended {
        Ended::Succeeded(_) => Some("UPDATE job SET last_succeeded_at = $2 WHERE name = $1"),
        Ended::Failed(_) => Some("UPDATE job SET last_failed_at = $2 WHERE name = $1"),
        Ended::Interrupted(_) => None,
    };
    if let Some(last) = last {
        sql::execute(write, last, values![run.job.as_str(), sql::micros(now)]).await?;
    }
    set_progress(write, run.id, run.progress).await?;
    close(write, run.id, ended, now).await?;
    prune(write, &run.job).await?;
    Ok(true)
}

/// Takes a job from a holder that is dead, as it was seen; the run that it did not end, which is interrupted now. `None`: the
/// holder lives, or somebody else was first.
///
/// # Errors
/// As every write.
pub async fn take_over(
    write: &Write,
    name: &str,
    (holder, beats): (Uuid, i64),
    fault: Fault,
    now: DateTime<Utc>,
) -> Result<Option<JobRun>, Error> {
    let take = "UPDATE job SET held_by = NULL WHERE name = $1 AND held_by = $2 AND beats = $3";
    if sql::execute(write, take, values![name, holder, beats]).await? == 0 {
        return Ok(None);
    }
    close(write, holder, &Ended::Interrupted(fault), now).await?;
    get_run(write, name, holder).await
}

async fn close(write: &Write, id: Uuid, ended: &Ended, now: DateTime<Utc>) -> Result<(), Error> {
    let (state, report, error) = match ended {
        Ended::Succeeded(report) => (RunState::Succeeded, Some(sql::json(report)?), None),
        Ended::Failed(fault) => (RunState::Failed, None, Some(sql::json(fault)?)),
        Ended::Interrupted(fault) => (RunState::Interrupted, None, Some(sql::json(fault)?)),
    };
    let statement = "UPDATE job_run SET state = $2, finished_at = $3, report = $4, error = $5 WHERE id = $1";
    sql::execute(write, statement, values![id, sql::name(&state)?, sql::micros(now), report, error]).await?;
    Ok(())
}

async fn set_progress(write: &Write, id: Uuid, progress: Progress) -> Result<(), Error> {
    let statement = "UPDATE job_run SET done = $2, total = $3 WHERE id = $1";
    sql::execute(write, statement, values![id, count(progress.done), progress.total.map(count)]).await?;
    Ok(())
}

async fn prune(write: &Write, name: &str) -> Result<(), Error> {
    let statement = "DELETE FROM job_run WHERE job = $1 AND finished_at < \
        (SELECT finished_at FROM job_run WHERE job = $1 AND finished_at IS NOT NULL \
         ORDER BY finished_at DESC LIMIT 1 OFFSET $2)";
    sql::execute(write, statement, values![name, KEPT - 1]).await?;
    Ok(())
}

/// Every job with its runs, by name.
///
/// # Errors
/// As every read.
pub async fn list(on: &impl Connection) -> Result<Vec<Job>, Error> {
    let rows = sql::all(on, "SELECT name, last_succeeded_at, last_failed_at FROM job", Vec::new()).await?;
    let jobs = rows.iter().map(job).collect::<Result<Vec<Job>, Error>>()?;
    let active = format!("SELECT {RUN} FROM job_run WHERE state IN ('running', 'queued')");
    let last = format!(
        "SELECT {RUN} FROM job_run WHERE id IN (SELECT \
         (SELECT id FROM job_run WHERE job = job.name AND finished_at IS NOT NULL ORDER BY finished_at DESC LIMIT 1) FROM job)"
    );
    let mut jobs: BTreeMap<String, Job> = jobs.into_iter().map(|job| (job.name.clone(), job)).collect();
    for statement in [active, last] {
        for row in &sql::all(on, &statement, Vec::new()).await? {
            let run = run(row)?;
            let Some(job) = jobs.get_mut(&run.job) else { continue };
            match run.state {
                RunState::Running => job.running = Some(run),
                RunState::Queued => job.queued = Some(run),
                _ => job.last = Some(run),
            }
        }
    }
    Ok(jobs.into_values().collect())
}

/// What has to be known of a job to decide what is next.
#[derive(Debug, Clone, PartialEq)]
pub struct Glance {
    /// Its name.
    pub name: String,
    /// The run that has it now, and how often that run's process has said that it lives.
    pub held_by: Option<(Uuid, i64)>,
    /// Until when its schedule has been looked after.
    pub scheduled_for: DateTime<Utc>,
    /// The run that waits, and until when it does.
    pub queued: Option<(Uuid, Option<DateTime<Utc>>)>,
}

/// What is next, of every job; asked often.
///
/// # Errors
/// As every read.
pub async fn glance(on: &impl Connection) -> Result<Vec<Glance>, Error> {
    let statement = "SELECT job.name, job.held_by, job.beats, job.scheduled_for, job_run.id, job_run.not_before \
        FROM job LEFT JOIN job_run ON job_run.job = job.name AND job_run.state = 'queued' ORDER BY job.name";
    let glance = |row: &QueryResult| {
        let beats = get(row, "beats")?;
        let not_before = get(row, "not_before")?;
        Ok(Glance {
            name: get(row, "name")?,
            held_by: get::<Option<Uuid>>(row, "held_by")?.map(|run| (run, beats)),
            scheduled_for: get(row, "scheduled_for")?,
            queued: get::<Option<Uuid>>(row, "id")?.map(|run| (run, not_before)),
        })
    };
    sql::all(on, statement, Vec::new()).await?.iter().map(glance).collect()
}

/// When a run of the job last succeeded.
///
/// # Errors
/// As every read.
pub async fn last_success(on: &impl Connection, name: &str) -> Result<Option<DateTime<Utc>>, Error> {
    let row = sql::one(on, "SELECT last_succeeded_at FROM job WHERE name = $1", values![name]).await?;
    Ok(row.map(|row| get(&row, "last_succeeded_at")).transpose()?.flatten())
}

/// A run of a job.
///
/// # Errors
/// As every read.
pub async fn get_run(on: &impl Connection, name: &str, id: Uuid) -> Result<Option<JobRun>, Error> {
    let statement = format!("SELECT {RUN} FROM job_run WHERE id = $1 AND job = $2");
    sql::one(on, &statement, values![id, name]).await?.as_ref().map(run).transpose()
}

const RUN: &str = "id, job, state, attempt, requested_by, requested_at, not_before, started_at, finished_at, done, total, \
    report, error";

fn run(row: &QueryResult) -> Result<JobRun, Error> {
    let report: Option<String> = get(row, "report")?;
    let error: Option<String> = get(row, "error")?;
    let total: Option<i64> = get(row, "total")?;
    Ok(JobRun {
        id: get(row, "id")?,
        job: get(row, "job")?,
        state: get_name(row, "state")?,
        attempt: u32::try_from(get::<i64>(row, "attempt")?).map_err(|_| Error::unreadable("attempt"))?,
        requested_by: get(row, "requested_by")?,
        requested_at: get(row, "requested_at")?,
        not_before: get(row, "not_before")?,
        started_at: get(row, "started_at")?,
        finished_at: get(row, "finished_at")?,
        progress: Progress { done: uncount(get(row, "done")?)?, total: total.map(uncount).transpose()? },
        report: report.map(|_| get_json(row, "report")).transpose()?,
        error: error.map(|_| get_json(row, "error")).transpose()?,
    })
}

fn job(row: &QueryResult) -> Result<Job, Error> {
    Ok(Job {
        name: get(row, "name")?,
        last_succeeded_at: get(row, "last_succeeded_at")?,
        last_failed_at: get(row, "last_failed_at")?,
        running: None,
        queued: None,
        last: None,
    })
}

fn count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn uncount(count: i64) -> Result<u64, Error> {
    u64::try_from(count).map_err(|_| Error::unreadable("count"))
}
