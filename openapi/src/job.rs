//! Jobs: what the house does by itself, and when it did it last.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A job (*job*): it takes no input, compares what is with what should be, and closes the gap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Its name, for example `reconcile-subscriptions`.
    pub name: String,
    /// When it runs by itself: cron with seconds, read in `Europe/Copenhagen`.
    pub schedule: String,
    /// When it will run next as far as is known now; `null` when the schedule names no time that comes.
    pub next_run_at: Option<DateTime<Utc>>,
    /// The run that is under way.
    pub running: Option<JobRun>,
    /// The run that waits for its turn; there is at most one.
    pub queued: Option<JobRun>,
    /// The run that ended last, however it ended.
    pub last_run: Option<JobRun>,
    /// When a run last succeeded.
    pub last_succeeded_at: Option<DateTime<Utc>>,
    /// When a run last failed.
    pub last_failed_at: Option<DateTime<Utc>>,
}

/// A run of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct JobRun {
    /// Its key.
    pub id: Uuid,
    /// The job's name.
    pub job: String,
    /// How far it is.
    pub state: JobRunState,
    /// How much of the work is done; counted in what the job works on.
    pub progress: JobProgress,
    /// Who asked for it by hand (`subject` of the token); `null`: its schedule, or something that happened.
    pub requested_by: Option<String>,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// Not before this time: a run that failed is tried again after a while.
    pub not_before: Option<DateTime<Utc>>,
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// What it did: names and counts, never anybody's data. `null` until it has succeeded.
    pub report: Option<BTreeMap<String, u64>>,
    /// Why it failed or was interrupted.
    pub error: Option<JobError>,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum JobRunState {
    /// It waits for its turn.
    Queued,
    /// It is under way.
    Running,
    /// It did what there was to do.
    Succeeded,
    /// It did not succeed.
    Failed,
    /// Its process stopped or died; another run goes on with the work.
    Interrupted,
}

/// How much of the work is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct JobProgress {
    /// So much.
    pub done: u64,
    /// Of so much; `null` while it is not known.
    pub total: Option<u64>,
}

/// Why a run failed or was interrupted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct JobError {
    /// A problem code, or `interrupted`, or `panicked`, or `purge-held-…`: the job `purge` waits until somebody starts it by
    /// hand.
    pub code: String,
    /// The same in Danish.
    pub detail: String,
    /// Whether trying again can help; then it is tried again by itself.
    pub retryable: bool,
}

/// A run takes no input: no body, or `{}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct JobRunInput {}
