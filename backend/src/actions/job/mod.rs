//! Jobs as people and other operations see them: which there are, their runs, asking for one. What runs them is in [`turn`].

mod run;
mod turn;

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use uuid::Uuid;

use super::{About, Actions, Context, Error, Told};
use crate::domain::job::{Job, JobRun, Schedule};
use crate::domain::page::{Page, PageRequest};
use crate::store::{self, Write};

pub use run::Run;
pub use turn::{Watch, Worked};

/// A job and when it runs.
pub struct JobView {
    /// The job.
    pub job: Job,
    /// Its schedule.
    pub schedule: Schedule,
    /// When it will run next, as far as is known now.
    pub next_run_at: Option<DateTime<Utc>>,
}

/// Calls for runs, to the dispatcher of this process. What it misses it finds in the database a moment later.
#[derive(Default)]
pub(super) struct Calls {
    waiting: AtomicBool,
    news: Notify,
}

impl Calls {
    /// A transaction that asks for a run is under way.
    fn note(&self) {
        self.waiting.store(true, Ordering::Relaxed);
    }

    /// A transaction was committed.
    pub(super) fn deliver(&self) {
        if self.waiting.swap(false, Ordering::Relaxed) {
            self.news.notify_one();
        }
    }
}

impl Actions {
    /// Every job, by name. There is nobody's data in it, so looking is not logged: the operator's page looks every second.
    ///
    /// # Errors
    /// As every read.
    pub async fn list_jobs(&self, page: PageRequest) -> Result<Page<JobView>, Error> {
        let jobs = store::job::list(&self.database.read()).await?;
        let now = self.clock.now();
        let view = |job: Job| {
            // A job that is gone from this version has its row still.
            let schedule = self.policy.schedules.get(&job.name)?.clone();
            let next_run_at = match &job.queued {
                Some(queued) => Some(queued.not_before.unwrap_or(now)),
                None => schedule.next_after(now),
            };
            Some(JobView { job, schedule, next_run_at })
        };
        let after = page.after.as_deref().unwrap_or_default();
        let mut items: Vec<JobView> =
            jobs.into_iter().filter(|job| job.name.as_str() > after).filter_map(view).collect();
        let more = items.len() > page.limit as usize;
        items.truncate(page.limit as usize);
        let next = items.last().filter(|_| more).map(|last| last.job.name.clone());
        Ok(Page { items, next })
    }

    /// A run of a job; looking is not logged.
    ///
    /// # Errors
    /// [`Error::NotFound`]; a run that ended long ago is not there any more.
    pub async fn get_job_run(&self, name: &str, id: Uuid) -> Result<JobRun, Error> {
        self.check_job(name)?;
        store::job::get_run(&self.database.read(), name, id).await?.ok_or(Error::NotFound)
    }

    /// Asks for a run that begins after this request, and therefore sees everything that was stored before it. When one waits
    /// already, it is that one.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn start_job_run(&self, context: &Context, name: &str) -> Result<JobRun, Error> {
        self.once_of(
            context,
            async || {
                let about = About::criteria(known_name(self, name));
                self.act(context, about, async |write| {
                    self.check_job(name)?;
                    let who = &context.caller.subject;
                    let run = store::job::request_by(write, name, who, self.clock.now()).await?;
                    self.calls.note();
                    if let Some(idempotency) = &context.idempotency {
                        idempotency.complete(write, who, &Ok(run.id)).await?;
                    }
                    Ok((run, Told::count(1)))
                })
                .await
            },
            async |id| self.get_job_run(name, id).await,
            |_| Told::count(1),
        )
        .await
    }

    /// Sees to it that a job runs soon, in a transaction of its own.
    ///
    /// # Errors
    /// As every write.
    pub async fn wake(&self, name: &str) -> Result<(), Error> {
        let write = self.database.begin().await?;
        self.wake_after(&write, name).await?;
        write.commit().await?;
        self.calls.deliver();
        Ok(())
    }

    /// Sees to it that a job runs soon after this transaction, and sees what it wrote. Call it after the events were appended.
    /// Nothing happens where there is no such job.
    ///
    /// # Errors
    /// As every write.
    pub(super) async fn wake_after(&self, write: &Write, name: &str) -> Result<(), Error> {
        if self.policy.schedules.contains_key(name) {
            store::job::request(write, name, self.clock.now()).await?;
            self.calls.note();
        }
        Ok(())
    }

    /// When a job runs next by its schedule.
    pub fn next_run_at(&self, name: &str) -> Option<DateTime<Utc>> {
        self.policy.schedules.get(name)?.next_after(self.clock.now())
    }

    fn check_job(&self, name: &str) -> Result<(), Error> {
        if self.policy.schedules.contains_key(name) { Ok(()) } else { Err(Error::NotFound) }
    }
}

/// The name for the log. People type anything into an address; only names that we know are repeated.
fn known_name(actions: &Actions, name: &str) -> String {
    actions.policy.schedules.get_key_value(name).map(|(name, _)| name.clone()).unwrap_or_default()
}
