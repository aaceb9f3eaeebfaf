//! What the outside watches: counts and times. Nobody's data, so the log has nothing to note.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use prometheus::core::Collector;
use prometheus::{HistogramVec, IntCounterVec, Opts};
use tokio::sync::Mutex;

use super::subscription::Summary;
use super::{Actions, Error};
use crate::domain::job::Job;
use crate::domain::protection::Display;
use crate::registry::{State, metered};
use crate::store;

/// So long what was measured is told again: whoever asks needs no token, and must not keep the database busy.
const LASTS: Duration = Duration::from_secs(5);

/// What the database tells.
pub struct Measures {
    /// Subscriptions and deliveries.
    pub summary: Summary,
    /// The jobs, by name.
    pub jobs: Vec<Job>,
}

/// What was measured last, and when.
#[derive(Default)]
pub(super) struct Measured(Mutex<Option<(Instant, Arc<Measures>)>>);

/// What this process knows without its database.
pub struct OwnMeasures {
    /// What it has counted.
    pub counted: Vec<Box<dyn Collector>>,
    /// Errors of the database, by kind.
    pub database_errors: [(&'static str, u64); 2],
    /// How it stands with CPR, door by door.
    pub doors: Vec<Door>,
}

/// How we stand with CPR at one of its doors.
pub struct Door {
    /// Its name, as in the log.
    pub name: &'static str,
    /// One of [`DOOR_STATES`].
    pub state: &'static str,
    /// When the password was changed, as its file tells; `None`: it is no file.
    pub password_changed_at: Option<DateTime<Utc>>,
}

/// The names of [`State`].
pub const DOOR_STATES: [&str; 4] = ["ready", "unreachable", "refused", "no-access"];

/// What this process counts by itself.
pub(super) struct Counters {
    /// Questions to CPR.
    pub asked: HistogramVec,
    disclosures: IntCounterVec,
}

impl Counters {
    /// Counts nothing yet.
    pub fn new() -> Result<Counters, store::Error> {
        let unnamed = |fault: prometheus::Error| store::Error::Internal(format!("a measure has no name: {fault}"));
        let disclosures = Opts::new("protected_disclosures_total", "Protected persons whose address an answer told.");
        let disclosures = IntCounterVec::new(disclosures, &["display"]).map_err(unnamed)?;
        for display in ["warn", "mask"] {
            // From zero on, so that the first one is seen as a rise.
            disclosures.with_label_values(&[display]);
        }
        Ok(Counters { asked: metered::calls().map_err(unnamed)?, disclosures })
    }
}

impl Actions {
    /// What the database tells to the outside, a few seconds old at most.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_metrics(&self) -> Result<Arc<Measures>, Error> {
        let mut last = self.measured.0.lock().await;
        if let Some((at, measures)) = last.as_ref()
            && at.elapsed() < LASTS
        {
            return Ok(Arc::clone(measures));
        }
        let jobs = store::job::list(&self.database.read()).await?;
        let jobs = jobs.into_iter().filter(|job| self.policy.schedules.contains_key(&job.name)).collect();
        let measures = Arc::new(Measures { summary: self.summary().await?, jobs });
        *last = Some((Instant::now(), Arc::clone(&measures)));
        Ok(measures)
    }

    /// What this process knows without its database.
    pub async fn get_own_measures(&self) -> OwnMeasures {
        let mut doors = Vec::new();
        if let Some(registry) = &self.registry {
            let password_changed_at = registry.password_changed_at().await;
            doors.push(Door {
                name: metered::SERVICES,
                state: state_name(registry.state().await),
                password_changed_at,
            });
        }
        if let Some(channel) = &self.channel {
            let password_changed_at = channel.password_changed_at().await;
            doors.push(Door { name: metered::DIREKTE, state: state_name(channel.state()), password_changed_at });
        }
        let counters = &self.counters;
        OwnMeasures {
            counted: vec![Box::new(counters.asked.clone()), Box::new(counters.disclosures.clone())],
            database_errors: store::errors_so_far(),
            doors,
        }
    }

    /// Counts answers that tell what would be hidden of a protected person under `mask`, had no reason been given.
    pub(super) fn note_disclosures(&self, answers: usize) {
        let display = match self.policy.protection.display {
            Display::Warn => "warn",
            Display::Mask => "mask",
        };
        self.counters.disclosures.with_label_values(&[display]).inc_by(answers as u64);
    }
}

const fn state_name(state: State) -> &'static str {
    match state {
        State::Ready => DOOR_STATES[0],
        State::Unreachable => DOOR_STATES[1],
        State::Refused => DOOR_STATES[2],
        State::NoAccess => DOOR_STATES[3],
    }
}
