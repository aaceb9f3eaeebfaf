//! Reading the log, which is logged itself.

use super::{About, Actions, Context, Error, Told};
use crate::domain::audit::{AuditCriteria, Entry};
use crate::domain::page::{Page, PageRequest};
use crate::store;

impl Actions {
    /// The entries that meet all criteria, newest first.
    ///
    /// # Errors
    /// As every read.
    pub async fn list_audit_entries(
        &self,
        context: &Context,
        criteria: AuditCriteria,
        page: PageRequest,
    ) -> Result<Page<Entry>, Error> {
        let about = About { party_id: criteria.party_id, ..About::criteria("log") };
        self.read(context, about, Told::page, async || {
            Ok(store::audit::list(&self.database.read(), &criteria, &page).await?)
        })
        .await
    }
}
