//! Alarms about suspicious patterns in the log.

use chrono::{DateTime, TimeDelta, Utc};

use super::{About, Actions, Context, Error, Told};
use crate::domain::alarm::{self, Alarm, Trace};
use crate::store;

/// How far back is looked when nothing is said.
const RECENT: TimeDelta = TimeDelta::days(7);
/// The longest time that is looked through at once.
const LONGEST: TimeDelta = TimeDelta::days(31);
/// How many rows of the log are read together.
const BATCH: u32 = 5_000;

/// The patterns that were met in a time.
pub struct Alarms {
    /// At or after.
    pub from: DateTime<Utc>,
    /// Before.
    pub to: DateTime<Utc>,
    /// The latest first.
    pub alarms: Vec<Alarm>,
}

impl Actions {
    /// The patterns in the log that somebody should look at.
    ///
    /// # Errors
    /// A time that ends before it begins, or is longer than a month.
    pub async fn list_audit_alarms(
        &self,
        context: &Context,
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
    ) -> Result<Alarms, Error> {
        let told = |found: &Alarms| Told::count(i64::try_from(found.alarms.len()).unwrap_or(i64::MAX));
        self.read(context, About::criteria("alarmer"), told, async || {
            let to = to.unwrap_or_else(|| self.clock.now());
            let from = from.unwrap_or(to - RECENT);
            if from >= to || to - from > LONGEST {
                return Err(Error::field("/from", "Skal ligge før sluttidspunktet, højst 31 dage."));
            }
            let (read, mut traces) = (self.database.read(), Vec::<Trace>::new());
            let mut after = store::spot_check::place_before(&read, from).await?;
            loop {
                let batch = store::alarm::traces(&read, from, to, after, BATCH).await?;
                let Some((last, _)) = batch.last() else { break };
                after = *last;
                traces.extend(batch.into_iter().map(|(_, trace)| trace));
            }
            // Rows are numbered when they are stored, a moment after the time that they tell.
            traces.sort_by_key(|trace| trace.at);
            Ok(Alarms { from, to, alarms: alarm::alarms(&traces) })
        })
        .await
    }
}
