//! Whose turn it is: what the dispatcher of a process does with the rows of `store::job`.
//!
//! A run is begun in one transaction with its audit intent and ended in one with its outcome, so the log knows every run.
//! While it is under way its process says so every few seconds ([`Actions::attend`]). A holder that has said nothing for
//! [`DEAD_AFTER`] is taken over: its run is interrupted, and the same work is queued anew. Long before that a process that
//! cannot say so any more has dropped its run ([`SILENT_AT_MOST`]). Both are measured by each process's own stopwatch, so
//! neither two servers' clocks nor a clock that is set can make two runs of one job.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures_util::FutureExt;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::run::{Pace, Run};
use crate::actions::{Actions, Error};
use crate::domain::audit::{Ending, Intent, Outcome};
use crate::domain::job::{self, Fault, JobRun, Report};
use crate::store::audit::Row;
use crate::store::job::{Ended, Glance};
use crate::store::{self, JobRight};

/// How often a process says that its run lives.
const BEAT: Duration = Duration::from_secs(3);
/// How often what a run has done is shown.
const SHOW: Duration = Duration::from_secs(1);
/// How long it tries to say so, each time.
const BREATH: Duration = Duration::from_secs(4);
/// A run is dropped when its process could not say for so long that it lives.
const SILENT_AT_MOST: Duration = Duration::from_secs(16);
/// A holder that was seen with the same beats for so long is dead.
const DEAD_AFTER: Duration = Duration::from_secs(22);
/// How long the end of a run is tried to be written. After that it is taken over, like that of a dead process.
const END_WITHIN: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(500);

/// What a dispatcher remembers from one look at the jobs to the next.
#[derive(Default)]
pub struct Watch {
    /// Only this job, and only when it is asked for.
    only: Option<String>,
    right: Option<JobRight>,
    /// Until the first look has been taken: on SQLite every holder that it finds is dead.
    inherits: bool,
    ours: HashSet<Uuid>,
    seen: HashMap<String, ((Uuid, i64), Instant)>,
}

/// How a job's work came out.
pub enum Worked {
    /// It returned.
    Returned(Result<Report, Error>),
    /// It panicked.
    Panicked,
    /// It was dropped where it stood.
    Dropped,
}

impl Watch {
    /// Watches every job.
    pub fn new() -> Watch {
        Watch::default()
    }

    /// Watches one job, and leaves its schedule to others.
    pub fn only(name: &str) -> Watch {
        Watch { only: Some(name.to_owned()), ..Watch::default() }
    }

    /// A run of ours has ended.
    pub fn forget(&mut self, run: Uuid) {
        self.ours.remove(&run);
    }

    /// Whether the holder is dead: it has not said anything for so long, or it cannot live beside us.
    fn is_dead(&mut self, name: &str, holder: (Uuid, i64)) -> bool {
        if self.inherits {
            return true;
        }
        let (seen, since) = self.seen.entry(name.to_owned()).or_insert_with(|| (holder, Instant::now()));
        if *seen != holder {
            (*seen, *since) = (holder, Instant::now());
        }
        since.elapsed() >= DEAD_AFTER
    }
}

impl Actions {
    /// Makes the jobs of this house known to the database.
    ///
    /// # Errors
    /// As every write.
    pub async fn know_jobs(&self) -> Result<(), Error> {
        let write = self.database.begin().await?;
        for name in self.policy.schedules.keys() {
            store::job::know(&write, name, self.clock.now()).await?;
        }
        Ok(write.commit().await?)
    }

    /// Returns when somebody in this process has asked for a run.
    pub async fn called(&self) {
        self.calls.news.notified().await;
    }

    /// Takes over from the dead, queues what is due by its schedule, and begins what is queued; the runs that begin here, for
    /// the caller to do. A job whose turn cannot be taken now is looked at again next time.
    ///
    /// # Errors
    /// As every read.
    pub async fn take_turns(&self, watch: &mut Watch) -> Result<Vec<Run>, Error> {
        if watch.right.is_none() {
            watch.right = self.database.job_right()?;
            watch.inherits = matches!(watch.right, Some(JobRight::Alone(_)));
        }
        if watch.right.is_none() {
            return Ok(Vec::new());
        }
        let mut begun = Vec::new();
        for glance in store::job::glance(&self.database.read()).await? {
            let is_ours = watch.only.as_deref().is_none_or(|only| only == glance.name);
            if is_ours && self.policy.schedules.contains_key(&glance.name) {
                match self.take_turn(watch, &glance).await {
                    Ok(run) => begun.extend(run),
                    Err(error) => tracing::warn!(job = %glance.name, code = error.code(), "a job's turn was not taken"),
                }
            }
        }
        watch.inherits = false;
        Ok(begun)
    }

    async fn take_turn(&self, watch: &mut Watch, glance: &Glance) -> Result<Option<Run>, Error> {
        let mut queued = glance.queued;
        if let Some(holder) = glance.held_by {
            if watch.ours.contains(&holder.0) || !watch.is_dead(&glance.name, holder) {
                return Ok(None);
            }
            self.take_over(&glance.name, holder).await?;
            // The run that goes on is begun at the next look, here or elsewhere.
            self.calls.news.notify_one();
            return Ok(None);
        }
        watch.seen.remove(&glance.name);
        if watch.only.is_none() {
            queued = queued.or(self.queue_when_due(glance).await?.map(|run| (run, None)));
        }
        match queued {
            Some((run, not_before)) if not_before.is_none_or(|time| time <= self.clock.now()) => {
                let begun = self.begin_run(&glance.name, run).await?;
                watch.ours.extend(begun.iter().map(Run::id));
                Ok(begun)
            }
            _ => Ok(None),
        }
    }

    /// Ends the run of a dead process and queues one that goes on with its work.
    async fn take_over(&self, name: &str, holder: (Uuid, i64)) -> Result<(), Error> {
        let now = self.clock.now();
        let fault = Fault { code: Error::Interrupted.code().to_owned(), retryable: true };
        let write = self.database.begin().await?;
        let Some(dead) = store::job::take_over(&write, name, holder, fault, now).await? else { return Ok(()) };
        self.queue_again(&write, &dead, dead.attempt + 1, job::wait_after_death(dead.attempt)).await?;
        store::audit::append(&write, &Row::Outcome(dead.id, self.run_ended(Outcome::Unknown))).await?;
        write.commit().await?;
        tracing::warn!(job = name, run = %dead.id, "the run of a dead process was taken over");
        Ok(())
    }

    /// Queues the same work again, unless a run is queued that does it anyway.
    async fn queue_again(
        &self,
        write: &store::Write,
        run: &JobRun,
        attempt: u32,
        wait: Option<TimeDelta>,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let again = store::job::new_run(&run.job, run.requested_by.as_deref(), now);
        let again = JobRun { attempt, not_before: wait.map(|wait| now + wait), ..again };
        Ok(store::job::queue(write, &again).await?)
    }

    async fn queue_when_due(&self, glance: &Glance) -> Result<Option<Uuid>, Error> {
        let Some(schedule) = self.policy.schedules.get(&glance.name) else { return Ok(None) };
        let (seen, now) = (glance.scheduled_for, self.clock.now());
        let due = schedule.is_due(seen, now);
        if !due && !job::is_from_the_future(seen, now) {
            return Ok(None);
        }
        let run = store::job::new_run(&glance.name, None, now);
        let write = self.database.begin().await?;
        if !store::job::look_after(&write, &glance.name, seen, now).await? {
            return Ok(None);
        }
        if due {
            store::job::queue(&write, &run).await?;
        }
        write.commit().await?;
        Ok(due.then_some(run.id))
    }

    /// Begins a queued run, with its audit entry; `None`: somebody else was first.
    async fn begin_run(&self, name: &str, id: Uuid) -> Result<Option<Run>, Error> {
        let now = self.clock.now();
        let write = self.database.begin().await?;
        let Some(run) = store::job::begin(&write, name, id, now).await? else { return Ok(None) };
        let run = Run::of(run);
        let intent = Intent {
            id,
            at: now,
            actor: format!("job:{name}"),
            on_behalf_of: None,
            operation: name.replace('-', "_"),
            party_id: None,
            number_digest: None,
            criteria: None,
            reason: None,
            case_number: None,
            trace_id: id.to_string(),
            actor_names: Vec::new(),
            case_relation: None,
        };
        store::audit::append(&write, &Row::Intent(intent)).await?;
        write.commit().await?;
        Ok(Some(run))
    }

    /// Says that the run lives, and how far it is, until the task is aborted, or the run is lost to us; then it is dropped.
    pub async fn attend(&self, run: Run) {
        let mut last_beat = Instant::now();
        let mut shown = run.so_far();
        loop {
            sleep(SHOW).await;
            let asked = Instant::now();
            let so_far = run.so_far();
            if so_far == shown && asked - last_beat < BEAT {
                continue;
            }
            let beat = async {
                let write = self.database.begin().await?;
                let holds = store::job::beat(&write, run.job(), run.id(), so_far).await?;
                write.commit().await?;
                Ok::<bool, store::Error>(holds)
            };
            match timeout(BREATH, beat).await {
                Ok(Ok(true)) => (last_beat, shown) = (asked, so_far),
                Ok(Ok(false)) => {
                    tracing::warn!(job = run.job(), run = %run.id(), "another process has taken this run over");
                    return run.pace(Pace::Drop);
                }
                missed => {
                    let cause = match missed {
                        Ok(Err(fault)) => fault.to_string(),
                        _ => "it took too long".to_owned(),
                    };
                    tracing::warn!(job = run.job(), run = %run.id(), cause, "a run could not say that it lives");
                    if last_beat.elapsed() > SILENT_AT_MOST {
                        return run.pace(Pace::Drop);
                    }
                }
            }
        }
    }

    /// Does the work of a run, until it is done or dropped.
    pub async fn work(&self, run: &Run, work: impl Future<Output = Result<Report, Error>>) -> Worked {
        let work = AssertUnwindSafe(work).catch_unwind();
        tokio::select! {
            biased;
            worked = work => worked.map_or(Worked::Panicked, Worked::Returned),
            () = run.paced(Pace::Drop) => Worked::Dropped,
        }
    }

    /// Ends a run with its audit entry, and queues the same work again where that can help.
    pub async fn end_run(&self, run: &Run, worked: Worked) {
        let began = Instant::now();
        loop {
            match self.try_end_run(run, &worked).await {
                Ok(true) => return self.calls.news.notify_one(),
                Ok(false) => return,
                Err(error) if began.elapsed() > END_WITHIN => {
                    tracing::error!(job = run.job(), run = %run.id(), code = error.code(), "the end of a run could not be written");
                    return;
                }
                Err(_) => sleep(PAUSE).await,
            }
        }
    }

    async fn try_end_run(&self, run: &Run, worked: &Worked) -> Result<bool, Error> {
        let now = self.clock.now();
        let interrupted = || Fault { code: Error::Interrupted.code().to_owned(), retryable: true };
        let (ended, outcome, result_count) = match worked {
            Worked::Returned(Ok(report)) => {
                let count = i64::try_from(report.sum()).unwrap_or(i64::MAX);
                (Ended::Succeeded(report.clone()), Outcome::Succeeded, Some(count))
            }
            Worked::Returned(Err(Error::Interrupted)) | Worked::Dropped => {
                (Ended::Interrupted(interrupted()), Outcome::Failed, None)
            }
            Worked::Returned(Err(error)) => {
                let fault = Fault { code: error.code().to_owned(), retryable: error.is_retryable() };
                (Ended::Failed(fault), error.outcome(), None)
            }
            Worked::Panicked => {
                let fault = Fault { code: "panicked".to_owned(), retryable: false };
                (Ended::Failed(fault), Outcome::Failed, None)
            }
        };
        let row = run.row();
        let write = self.database.begin().await?;
        if !store::job::end(&write, &row, &ended, now).await? {
            return Ok(false);
        }
        let problem = match &ended {
            Ended::Succeeded(_) => None,
            Ended::Interrupted(fault) => {
                self.queue_again(&write, &row, row.attempt, None).await?;
                Some(fault.code.clone())
            }
            Ended::Failed(fault) => {
                if fault.retryable {
                    let wait = job::wait_after(row.attempt);
                    self.queue_again(&write, &row, row.attempt + 1, Some(wait)).await?;
                }
                tracing::warn!(job = run.job(), run = %run.id(), code = %fault.code, "a run failed");
                Some(fault.code.clone())
            }
        };
        let ending = Ending { problem, result_count, ..self.run_ended(outcome) };
        store::audit::append(&write, &Row::Outcome(run.id(), ending)).await?;
        write.commit().await?;
        Ok(true)
    }

    fn run_ended(&self, outcome: Outcome) -> Ending {
        let at = self.clock.now();
        Ending { at, outcome, problem: None, party_id: None, number_digest: None, result_count: None }
    }
}
