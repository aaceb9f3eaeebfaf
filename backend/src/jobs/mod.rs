//! The door of the clock: every job of the house stands in [`JOBS`], and the [`Dispatcher`] runs what is due.
//!
//! A job is an action that takes no input: it compares what is with what should be and closes the gap. So the timer, somebody
//! who asks for a run, and a restart go the same way. Who runs a job, and when, is decided by its rows (`actions::job`).

mod dispatcher;

use std::collections::BTreeMap;

use futures_util::future::LocalBoxFuture;

use crate::actions::job::Run;
use crate::actions::{Actions, Error};
use crate::config::Config;
use crate::domain::job::{Report, Schedule};

pub use dispatcher::Dispatcher;

/// What a job does.
pub type Work = for<'a> fn(&'a Actions, &'a Run) -> LocalBoxFuture<'a, Result<Report, Error>>;

/// Jobs by name, as in the settings and in the API.
pub type Jobs = &'static [(&'static str, Work)];

/// Every job of the house.
pub const JOBS: Jobs = &[
    ("apply-deliveries", |actions, run| Box::pin(actions.apply_deliveries(run))),
    ("close-audit-entries", |actions, run| Box::pin(actions.close_audit_entries(run))),
    ("purge", |actions, run| Box::pin(actions.purge(run))),
    ("purge-audit-entries", |actions, run| Box::pin(actions.purge_audit_entries(run))),
    ("purge-preview", |actions, run| Box::pin(actions.purge_preview(run))),
    ("receive-deliveries", |actions, run| Box::pin(actions.receive_deliveries(run))),
    ("reconcile-subscriptions", |actions, run| Box::pin(actions.reconcile_subscriptions(run))),
];

/// The jobs of this house and when they run by themselves.
///
/// # Errors
/// A Danish message when a job has no schedule; the settings hold one for each.
pub fn schedules(config: &Config) -> anyhow::Result<BTreeMap<String, Schedule>> {
    let schedule = |(name, _): &(&str, Work)| {
        let text = config.jobs.get(*name).map(|job| job.schedule.as_str()).unwrap_or_default();
        let schedule = Schedule::parse(text);
        let schedule = schedule.ok_or_else(|| anyhow::anyhow!("jobs.{name}.schedule: ikke et gyldigt cron-udtryk"))?;
        Ok(((*name).to_owned(), schedule))
    };
    JOBS.iter().map(schedule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_has_a_schedule_in_the_default_settings() {
        let config =
            Config::from_toml_str("[auth]\nissuer = 'https://login.example'\naudience = 'partsregister'").unwrap();
        assert_eq!(schedules(&config).unwrap().len(), JOBS.len());
    }
}
