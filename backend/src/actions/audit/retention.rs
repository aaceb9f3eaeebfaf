//! Deletion by age.

use chrono::TimeDelta;

use crate::actions::job::Run;
use crate::actions::{Actions, Error};
use crate::domain::job::Report;
use crate::store;

impl Actions {
    /// Deletes what is older than the log is kept, from the old end of each chain.
    ///
    /// # Errors
    /// As every write; [`Error::Interrupted`].
    pub async fn purge_audit_entries(&self, run: &Run) -> Result<Report, Error> {
        let until = self.clock.now() - TimeDelta::days(i64::from(self.policy.retention.audit_days));
        let (mut deleted, mut chain) = (0, 0);
        while let Some(next) = store::audit::next_chain(&self.database.read(), chain).await? {
            loop {
                run.progress(deleted, None).await?;
                let write = self.database.begin().await?;
                run.hold(&write).await?;
                let rows = store::audit::remove_before(&self.database, &write, next, until).await?;
                write.commit().await?;
                deleted += rows;
                if rows == 0 {
                    break;
                }
            }
            chain = next;
        }
        Ok(Report::of([("deleted", deleted)]))
    }
}
