//! What can be done: one function an operation, one transaction inside one audit entry.
//!
//! An operation that changes something or asks CPR opens its entry (*intent*) in a transaction of its own before it begins,
//! and closes it (*outcome*) in the transaction of the act, or in one of its own when the act did not succeed. No intent, no
//! act. A question to CPR lies between two transactions, never inside one. Reading our own store writes one row, committed
//! before the answer leaves.

pub mod alarm;
mod apply;
pub mod audit;
pub mod case;
pub mod deletion;
pub mod delivery;
mod entry;
mod error;
pub mod event;
pub mod find;
pub mod import;
pub mod job;
pub mod metrics;
pub mod party;
pub mod person;
mod readiness;
mod repeat;
mod retention;
pub mod spot_check;
pub mod subject_report;
pub mod subscription;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use aws_lc_rs::hmac;
use uuid::Uuid;

use crate::clock::SharedClock;
use crate::config::RequireReason;
use crate::domain::caller::{Caller, Demand};
use crate::domain::job::Schedule;
use crate::domain::protection;
use crate::domain::subscription::FollowPolicy;
use crate::registry::delivery::Deliveries;
use crate::registry::metered::Metered;
use crate::registry::{Channel, Keep, Registry};
use crate::store::{self, Database};

use entry::{About, Told};
pub use error::{Current, Error};
pub use readiness::Readiness;
pub use repeat::Idempotency;

/// What an installation has decided.
#[derive(Clone)]
pub struct Policy {
    /// How protected persons are shown.
    pub protection: protection::Policy,
    /// When a look-up needs a reason.
    pub require_reason: RequireReason,
    /// Whether CPR lets us search by name and address.
    pub finds: bool,
    /// What is stored of a person.
    pub keep: Keep,
    /// CPR's task whose change files are ours; `None`: every task's.
    pub task_number: Option<String>,
    /// Whether change files may be sent in.
    pub upload: bool,
    /// The jobs that there are, by name, and when they run by themselves.
    pub schedules: BTreeMap<String, Schedule>,
    /// Which cases are a reason to follow their parties.
    pub follow: FollowPolicy,
    /// Why all cases are one, where they are.
    pub all_cases_reason: Option<String>,
    /// What reading cases demands.
    pub case_reading: Demand,
    /// The key of the digest of personal numbers and of the log's chains; `None`: made once and kept in the database.
    pub digest_key: Option<Vec<u8>>,
    /// The file in which the places of the log are told.
    pub anchor_file: Option<PathBuf>,
    /// How long what is kept.
    pub retention: Retention,
}

/// How long what is kept.
#[derive(Clone)]
pub struct Retention {
    /// What CPR said of a person, in days after the last reason ended.
    pub register_days: u32,
    /// The audit log, in days.
    pub audit_days: u32,
    /// Events, problems of deliveries and the log of deletions, in days.
    pub event_days: u32,
    /// Where the copy of the log of deletions is; `None`: there is none.
    pub deletion_file: Option<PathBuf>,
}

/// The circumstances of an operation.
#[derive(Clone)]
pub struct Context {
    /// Who.
    pub caller: Caller,
    /// What, by the name of the operation.
    pub operation: &'static str,
    /// The request id.
    pub trace_id: String,
    /// Why, in the caller's words.
    pub reason: Option<String>,
    /// For which case.
    pub case_number: Option<String>,
    /// The caller may send the request again.
    pub idempotency: Option<Idempotency>,
    /// Whether the operation stands in the log already; shared by all copies.
    pub noted: Arc<AtomicBool>,
}

impl Context {
    /// The circumstances of something that the house does by itself, under this name and with no privilege.
    fn of_the_house(name: &str, operation: &'static str) -> Context {
        Context {
            caller: Caller::house(name),
            operation,
            trace_id: Uuid::now_v7().to_string(),
            reason: None,
            case_number: None,
            idempotency: None,
            noted: Arc::default(),
        }
    }
}

/// Everything that can be done, and what it is done with.
pub struct Actions {
    database: Database,
    recorder: store::audit::Recorder,
    registry: Option<Arc<dyn Registry>>,
    channel: Option<Arc<dyn Channel>>,
    deliveries: Deliveries,
    policy: Policy,
    clock: SharedClock,
    digest_key: hmac::Key,
    news: tokio::sync::Notify,
    calls: job::Calls,
    measured: metrics::Measured,
    counters: metrics::Counters,
    anchored: audit::Anchored,
    copied: deletion::Copied,
}

impl Actions {
    /// The actions of this house.
    ///
    /// # Errors
    /// When the key of the digests cannot be read from or kept in the database.
    pub async fn new(
        database: Database,
        registry: Option<Arc<dyn Registry>>,
        channel: Option<Arc<dyn Channel>>,
        deliveries: Deliveries,
        policy: Policy,
        clock: SharedClock,
    ) -> Result<Actions, store::Error> {
        let key = match &policy.digest_key {
            Some(key) => key.clone(),
            None => {
                let mut fresh = [0; 32];
                aws_lc_rs::rand::fill(&mut fresh)
                    .map_err(|_| store::Error::Internal("the system has no randomness".to_owned()))?;
                store::secret::get_or_keep(&database, "audit-digest-key", &hex(&fresh)).await?.into_bytes()
            }
        };
        let earlier = store::audit::begin(&database, &key, clock.now()).await?;
        if earlier > 0 {
            tracing::info!(rows = earlier, "rows of the log from before there were chains have got their places");
        }
        store::subscription::recompute(&database, &policy.follow, clock.now()).await?;
        let counters = metrics::Counters::new()?;
        let registry =
            registry.map(|door| -> Arc<dyn Registry> { Arc::new(Metered::services(door, counters.asked.clone())) });
        let channel =
            channel.map(|door| -> Arc<dyn Channel> { Arc::new(Metered::direkte(door, counters.asked.clone())) });
        // Whoever records waits for the commit, so when the last request has been answered nothing is left in the recorder.
        let (recorder, _) = store::audit::Recorder::start(database.clone());
        let actions = Actions {
            recorder,
            database,
            registry,
            channel,
            deliveries,
            policy,
            clock,
            digest_key: hmac::Key::new(hmac::HMAC_SHA256, &key),
            news: tokio::sync::Notify::new(),
            calls: job::Calls::default(),
            measured: metrics::Measured::default(),
            counters,
            anchored: audit::Anchored::default(),
            copied: deletion::Copied::default(),
        };
        actions.note_scope().await?;
        Ok(actions)
    }

    /// Housekeeping, to be called at an interval.
    pub async fn tidy(&self) {
        self.anchor_audit_log().await;
        let now = self.clock.now();
        let swept = async {
            self.database.checkpoint().await?;
            let write = self.database.begin().await?;
            store::preview::purge(&write, now).await?;
            store::idempotency::purge(&write, now).await?;
            write.commit().await
        };
        if let Err(error) = swept.await {
            tracing::warn!(%error, "housekeeping did not succeed");
        }
        self.copy_deletions().await;
    }

    /// Closes the database.
    pub async fn close(&self) {
        self.anchor_audit_log().await;
        if let Err(error) = self.database.close().await {
            tracing::warn!(%error, "the database did not close cleanly");
        }
    }

    /// CPR, where it is configured.
    fn cpr(&self) -> Result<&dyn Registry, Error> {
        self.registry
            .as_deref()
            .ok_or_else(|| Error::NotAvailableHere("Opslag i CPR er ikke sat op i denne installation.".to_owned()))
    }

    /// Whether the caller has said why, where this installation wants to know.
    fn check_reason(&self, context: &Context) -> Result<(), Error> {
        let required = match self.policy.require_reason {
            RequireReason::Never => false,
            RequireReason::WithoutCase => context.case_number.is_none(),
            RequireReason::Always => true,
        };
        if required && context.reason.is_none() { Err(Error::ReasonRequired) } else { Ok(()) }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
