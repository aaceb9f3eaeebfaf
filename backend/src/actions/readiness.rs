//! Whether this process can serve, and what else is wrong. Nobody's data, so the log has nothing to note.

use chrono::{DateTime, TimeDelta, Utc};

use super::Actions;
use super::metrics::Measures;
use crate::domain::job::{Job, RunState};
use crate::registry::State;

/// CPR lets a password live for 90 days, and it is renewed after 60. One that is as old as this is not being renewed.
const PASSWORD_IS_OLD: TimeDelta = TimeDelta::days(75);

/// A delivery that has been due for longer is late, not under way.
const LATE_SECONDS: i64 = 24 * 60 * 60;
/// So many missing dates are named.
const NAMED: usize = 5;

/// Whether this process can serve; texts are Danish, `None` is good.
pub struct Readiness {
    /// What is wrong with the database.
    pub database_fault: Option<String>,
    /// What is wrong with CPR.
    pub cpr_fault: Option<String>,
    /// What is wrong with CPR Direkte.
    pub channel_fault: Option<String>,
    /// Which change files are missing, or late.
    pub deliveries_fault: Option<String>,
    /// Which jobs did not succeed when they ran last.
    pub jobs_fault: Option<String>,
}

impl Actions {
    /// Whether this process can serve. Whoever asks needs no token, so what takes work is a few seconds old at most.
    pub async fn readiness(&self) -> Readiness {
        let database_fault = self.database.ping().await.is_err().then(|| "Databasen svarer ikke.".to_owned());
        let cpr_fault = match &self.registry {
            None => None,
            Some(registry) => match registry.state().await {
                State::Ready => self.old_password(registry.password_changed_at().await),
                State::Unreachable => Some("CPR svarer ikke.".to_owned()),
                State::Refused => Some("CPR afviser myndighedens bruger. Se driftsvejledningen.".to_owned()),
                State::NoAccess => Some(
                    "CPR giver ikke myndighedens bruger adgang til opslag (1035). Se driftsvejledningen.".to_owned(),
                ),
            },
        };
        let channel_fault = match &self.channel {
            None => None,
            Some(channel) => match channel.state() {
                State::Ready => self.old_password(channel.password_changed_at().await),
                State::Unreachable => Some("CPR Direkte svarer ikke. Abonnementer venter.".to_owned()),
                State::Refused | State::NoAccess => {
                    Some("CPR Direkte afviser myndighedens bruger. Se driftsvejledningen.".to_owned())
                }
            },
        };
        // Without a database there is nothing to be known of them.
        let measures = if database_fault.is_none() { self.get_metrics().await.ok() } else { None };
        let deliveries_fault = measures.as_deref().and_then(deliveries_fault);
        let jobs_fault = measures.as_deref().and_then(jobs_fault);
        Readiness { database_fault, cpr_fault, channel_fault, deliveries_fault, jobs_fault }
    }

    /// Says that a password will soon be refused, and should have been renewed long ago.
    fn old_password(&self, changed_at: Option<DateTime<Utc>>) -> Option<String> {
        let days = (self.clock.now() - changed_at?).num_days();
        (days >= PASSWORD_IS_OLD.num_days())
            .then(|| format!("Kodeordet til CPR er {days} dage gammelt og gælder i 90. Se driftsvejledningen."))
    }
}

fn deliveries_fault(measures: &Measures) -> Option<String> {
    let summary = &measures.summary;
    let mut faults = Vec::new();
    let missing = summary.gaps.iter().map(|(task, date)| format!("{} (opgave {task})", date.format("%d-%m-%Y")));
    let missing: Vec<String> = missing.take(NAMED).collect();
    if !missing.is_empty() {
        let others = summary.gaps.len() - missing.len();
        let others = if others > 0 { format!(" og {others} til") } else { String::new() };
        faults.push(format!("Leverancer mangler: {}{others}.", missing.join(", ")));
    }
    if let Some(lag) = summary.lag_seconds.filter(|lag| *lag > LATE_SECONDS) {
        faults.push(format!("En leverance skulle have været indlæst for {} timer siden.", lag / 3600));
    }
    Some(faults.join(" ")).filter(|faults| !faults.is_empty())
}

fn jobs_fault(measures: &Measures) -> Option<String> {
    let failed: Vec<String> = measures.jobs.iter().filter_map(failure).collect();
    (!failed.is_empty()).then(|| format!("Job, der ikke lykkedes sidst: {}.", failed.join(", ")))
}

/// The name of a job that did not succeed when it ran last, with the code of its error.
fn failure(job: &Job) -> Option<String> {
    let last = job.last.as_ref().filter(|run| run.state == RunState::Failed)?;
    let code = last.error.as_ref().map(|fault| fault.code.as_str()).unwrap_or_default();
    Some(format!("{} ({code})", job.name))
}
