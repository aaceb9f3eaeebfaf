//! Reading the log, which is logged itself, and closing what was left open in it.

mod anchor;
mod retention;
mod verify;

use chrono::TimeDelta;
use cpr::PersonalNumber;

use super::job::Run;
use super::{About, Actions, Context, Error, Told};
use crate::domain::audit::{AuditCriteria, Ending, Entry, Outcome};
use crate::domain::job::Report;
use crate::domain::page::{Page, PageRequest};
use crate::store;
use crate::store::audit::Row;

pub use anchor::Anchored;

/// Nothing but the run of a job is under way for so long.
const UNDER_WAY_AT_MOST: TimeDelta = TimeDelta::days(1);
/// Servers' clocks differ.
const OVERLAP: TimeDelta = TimeDelta::hours(1);
/// Entries that are closed in one transaction.
const BATCH: usize = 200;

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
        let about = About { party_id: criteria.party_id, ..About::criteria(asked(&criteria, None)) };
        self.read(context, about, Told::page, async || {
            Ok(store::audit::list(&self.database.read(), &criteria, &page).await?)
        })
        .await
    }

    /// The same, and what was done about the person with this number, now or formerly.
    ///
    /// # Errors
    /// As every read.
    pub async fn search_audit_entries(
        &self,
        context: &Context,
        criteria: AuditCriteria,
        number: Option<PersonalNumber>,
        page: PageRequest,
    ) -> Result<Page<Entry>, Error> {
        let about = About { party_id: criteria.party_id, number, criteria: Some(asked(&criteria, number)) };
        self.read(context, about, Told::page, async || {
            let subject = match number {
                Some(number) => Some(self.subject_with(number).await?),
                None => None,
            };
            let criteria = AuditCriteria { subject, ..criteria };
            Ok(store::audit::list(&self.database.read(), &criteria, &page).await?)
        })
        .await
    }

    /// Closes, as *unknown*, entries whose outcome nobody will write any more, because their process died.
    ///
    /// # Errors
    /// As every write; [`Error::Interrupted`].
    pub async fn close_audit_entries(&self, run: &Run) -> Result<Report, Error> {
        let before = self.clock.now() - UNDER_WAY_AT_MOST;
        let last = store::job::last_success(&self.database.read(), run.job()).await?;
        // Up to then nothing is open any more.
        let from = last.map(|last| last - UNDER_WAY_AT_MOST - OVERLAP);
        let open = store::audit::list_open(&self.database.read(), from, before).await?;
        let total = open.len() as u64;
        let mut closed = 0;
        for batch in open.chunks(BATCH) {
            run.progress(closed, Some(total)).await?;
            let write = self.database.begin().await?;
            run.hold(&write).await?;
            for id in batch {
                let ending = Ending {
                    at: self.clock.now(),
                    outcome: Outcome::Unknown,
                    problem: None,
                    party_id: None,
                    number_digest: None,
                    result_count: None,
                };
                store::audit::append(&write, &Row::Outcome(*id, ending)).await?;
            }
            write.commit().await?;
            closed += batch.len() as u64;
        }
        Ok(Report::of([("closed", closed)]))
    }
}

/// Which criteria were given, for the log: names, never values.
fn asked(criteria: &AuditCriteria, number: Option<PersonalNumber>) -> String {
    let named = |is_given: bool, name: &'static str| is_given.then_some(name);
    let names = [
        named(number.is_some(), "personalNumber"),
        named(criteria.party_id.is_some(), "partyId"),
        named(criteria.actor.is_some(), "actor"),
        named(criteria.on_behalf_of.is_some(), "onBehalfOf"),
        named(criteria.operation.is_some(), "operation"),
        named(criteria.outcome.is_some(), "outcome"),
        named(criteria.case_number.is_some(), "caseNumber"),
        named(criteria.from.is_some(), "from"),
        named(criteria.to.is_some(), "to"),
    ];
    let names: Vec<&str> = names.into_iter().flatten().collect();
    if names.is_empty() { "log".to_owned() } else { format!("log: {}", names.join(", ")) }
}
