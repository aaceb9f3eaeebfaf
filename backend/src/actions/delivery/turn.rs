//! Whose turn it is: the deliveries of each task are applied in the order of the chain, one after the other.

use chrono::TimeDelta;
use uuid::Uuid;

use super::super::job::Run;
use super::super::{Actions, Error};
use crate::domain::delivery::{Delivery, plan};
use crate::domain::job::Report;
use crate::store::{self, Write};

/// Bytes without a delivery that nothing was added to for so long belong to an intake that ended on the way.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::minutes(10);

impl Actions {
    /// Applies every delivery whose turn it is, and goes on with one that was begun.
    ///
    /// # Errors
    /// As every write; what was applied before stays.
    pub async fn apply_deliveries(&self, run: &Run) -> Result<Report, Error> {
        let mut report =
            Report::of([("deliveries", 0), ("changed", 0), ("unchanged", 0), ("failed", 0), ("unexpected", 0)]);
        loop {
            let mut applied = false;
            for task_number in store::delivery::tasks(&self.database.read()).await? {
                run.go_on()?;
                let Some(delivery) = self.begin_delivery(run, &task_number).await? else { continue };
                let counts = self.apply_delivery(run, &delivery).await?;
                store::delivery::drop_bytes(&self.database, &delivery.content_hash).await?;
                for (name, count) in [
                    ("deliveries", 1),
                    ("changed", counts.changed),
                    ("unchanged", counts.unchanged),
                    ("failed", counts.failed),
                    ("unexpected", counts.unexpected),
                ] {
                    report.add(name, u64::try_from(count).unwrap_or_default());
                }
                applied = true;
            }
            if !applied {
                break;
            }
        }
        for content_hash in store::delivery::orphans(&self.database.read(), self.clock.now() - FORGOTTEN_AFTER).await? {
            run.go_on()?;
            store::delivery::drop_bytes(&self.database, &content_hash).await?;
        }
        Ok(report)
    }

    /// The next delivery of a task, begun.
    async fn begin_delivery(&self, run: &Run, task_number: &str) -> Result<Option<Delivery>, Error> {
        let write = self.database.begin().await?;
        run.hold(&write).await?;
        let Some(id) = self.judge_deliveries(&write, task_number).await? else {
            write.commit().await?;
            return Ok(None);
        };
        store::delivery::begin(&write, id).await?;
        let delivery = store::delivery::get_one(&write, id).await?;
        write.commit().await?;
        Ok(delivery)
    }

    /// Stores how the deliveries of a task stand now; the one whose turn it is.
    pub(super) async fn judge_deliveries(&self, write: &Write, task_number: &str) -> Result<Option<Uuid>, Error> {
        store::delivery::lock(write, task_number).await?;
        let chain = store::delivery::chain(write, task_number).await?;
        let pending = store::delivery::pending(write, task_number).await?;
        let (next, standings) = plan(chain.as_ref(), &pending);
        for standing in standings {
            let is_so = pending.iter().any(|delivery| {
                (delivery.id, delivery.state, delivery.reason) == (standing.id, standing.state, standing.reason)
            });
            if !is_so {
                store::delivery::stand(write, &standing).await?;
            }
        }
        Ok(next)
    }
}
