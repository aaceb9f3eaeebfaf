//! Whose turn it is: the deliveries of each task are applied in the order of the chain, one after the other.

use uuid::Uuid;

use super::super::{Actions, Error};
use crate::domain::delivery::plan;
use crate::store::{self, Write};

impl Actions {
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
