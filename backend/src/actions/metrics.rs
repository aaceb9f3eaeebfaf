//! What the outside watches: counts and times. Nobody's data, so the log has nothing to note.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::subscription::Summary;
use super::{Actions, Error};
use crate::domain::job::Job;
use crate::store;

/// So long what was measured is told again: whoever asks needs no token, and must not keep the database busy.
const LASTS: Duration = Duration::from_secs(5);

/// What was measured.
pub struct Measures {
    /// Subscriptions and deliveries.
    pub summary: Summary,
    /// The jobs, by name.
    pub jobs: Vec<Job>,
}

/// What was measured last, and when.
#[derive(Default)]
pub(super) struct Measured(Mutex<Option<(Instant, Arc<Measures>)>>);

impl Actions {
    /// What the outside watches, a few seconds old at most.
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
}
