//! The handle of a run that is under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use uuid::Uuid;

use crate::actions::{Context, Error};
use crate::domain::caller::Caller;
use crate::domain::job::{JobRun, Progress, RunState};
use crate::store::{self, Write};

/// Stands for a total that is not known.
const UNKNOWN: u64 = u64::MAX;

/// A run that is under way: what its job tells how far it is, and what it is told when it has to end. Cheap to clone.
#[derive(Clone)]
pub struct Run(Arc<Inner>);

struct Inner {
    run: JobRun,
    done: AtomicU64,
    total: AtomicU64,
    pace: watch::Sender<Pace>,
}

/// Whether a run may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(super) enum Pace {
    /// It may.
    GoOn,
    /// It has to end where it can go on later.
    Stop,
    /// It is dropped where it stands.
    Drop,
}

impl Run {
    pub(super) fn of(run: JobRun) -> Run {
        let (done, total) = (AtomicU64::new(0), AtomicU64::new(UNKNOWN));
        Run(Arc::new(Inner { run, done, total, pace: watch::Sender::new(Pace::GoOn) }))
    }

    /// A run that has no row, for a program that does a job's work by itself, beside no dispatcher: measurements and tests.
    pub fn without_row(job: &str, now: DateTime<Utc>) -> Run {
        Run::of(JobRun {
            id: Uuid::now_v7(),
            job: job.to_owned(),
            state: RunState::Running,
            attempt: 1,
            requested_by: None,
            requested_at: now,
            not_before: None,
            started_at: Some(now),
            finished_at: None,
            progress: Progress::default(),
            report: None,
            error: None,
        })
    }

    /// Tells how far the run is; cheap, so it can be called for every piece of work. Shown within a second.
    ///
    /// # Errors
    /// [`Error::Interrupted`] when the run has to end: the job returns at once with this error. What it has committed stays,
    /// and another run goes on from there.
    #[expect(clippy::unused_async, reason = "jobs call it where they wait anyway")]
    pub async fn progress(&self, done: u64, total: Option<u64>) -> Result<(), Error> {
        self.0.done.store(done, Ordering::Relaxed);
        self.0.total.store(total.unwrap_or(UNKNOWN), Ordering::Relaxed);
        self.go_on()
    }

    /// Whether the run may go on.
    ///
    /// # Errors
    /// [`Error::Interrupted`], as [`Run::progress`].
    pub fn go_on(&self) -> Result<(), Error> {
        if *self.0.pace.borrow() == Pace::GoOn { Ok(()) } else { Err(Error::Interrupted) }
    }

    /// Tells the run to end where it can go on later.
    pub fn stop(&self) {
        self.pace(Pace::Stop);
    }

    /// Drops the run where it stands, at its next wait; what it has not committed is lost.
    pub fn abandon(&self) {
        self.pace(Pace::Drop);
    }

    /// Returns when the run has to end, for jobs that wait for something else at the same time.
    pub async fn stopped(&self) {
        self.paced(Pace::Stop).await;
    }

    /// The circumstances of something that the run does: the job is the caller, with no privilege.
    pub fn context(&self, operation: &'static str) -> Context {
        Context {
            caller: Caller::house(format!("job:{}", self.job())),
            operation,
            trace_id: self.id().to_string(),
            reason: None,
            case_number: None,
            idempotency: None,
            noted: Arc::default(),
        }
    }

    /// Somebody asked for the run by hand.
    pub fn requested_by_hand(&self) -> bool {
        self.0.run.requested_by.is_some()
    }

    /// The key of the run.
    pub fn id(&self) -> Uuid {
        self.0.run.id
    }

    /// The job's name.
    pub fn job(&self) -> &str {
        &self.0.run.job
    }

    /// Lets a transaction be committed only while the run has its job: a process that slept through its being taken over must
    /// not write beside the one that goes on.
    ///
    /// # Errors
    /// [`Error::Interrupted`] when another run has the job.
    pub(in crate::actions) async fn hold(&self, write: &Write) -> Result<(), Error> {
        match store::job::hold(write, self.job(), self.id()).await {
            Err(store::Error::Stale) => {
                self.pace(Pace::Drop);
                Err(Error::Interrupted)
            }
            held => Ok(held?),
        }
    }

    /// How far it is.
    pub(super) fn so_far(&self) -> Progress {
        let total = self.0.total.load(Ordering::Relaxed);
        Progress { done: self.0.done.load(Ordering::Relaxed), total: (total != UNKNOWN).then_some(total) }
    }

    /// The run, as far as it is.
    pub(super) fn row(&self) -> JobRun {
        JobRun { progress: self.so_far(), ..self.0.run.clone() }
    }

    /// Never takes back what was told before.
    pub(super) fn pace(&self, pace: Pace) {
        self.0.pace.send_if_modified(|now| {
            let slower = pace > *now;
            if slower {
                *now = pace;
            }
            slower
        });
    }

    /// Returns when the run has been told so, or something harder.
    pub(super) async fn paced(&self, pace: Pace) {
        // The sender lives as long as we do.
        let _ = self.0.pace.subscribe().wait_for(|now| *now >= pace).await;
    }
}
