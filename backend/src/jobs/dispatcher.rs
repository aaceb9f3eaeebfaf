//! Runs what is due: woken once a second and by whoever asks for a run.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};
use tokio::time::timeout;
use tokio_cron_scheduler::{Job, JobScheduler};
use tracing::Instrument;
use uuid::Uuid;

use super::Jobs;
use crate::actions::job::{Run, Watch, Worked};
use crate::actions::{Actions, Error};

/// The scheduler wakes us at every full second of UTC; which job is due is not its business: it does not know that Denmark
/// changes its clocks, nor that there are other servers.
const TICK: &str = "* * * * * *";
/// How long runs are given to end by themselves when the process stops.
const GRACE: Duration = Duration::from_secs(5);
/// How long they are given then to be written down as interrupted. Both together are less than the ten seconds in which a
/// process stops; a run that could not be written down is taken over like that of a dead process.
const LAST_WORDS: Duration = Duration::from_secs(3);
/// After the database was away, it is left in peace for so long.
const PEACE: Duration = Duration::from_secs(5);

/// Runs the jobs of this process until it is stopped. At most one run of a job at a time, so there are at most as many runs as
/// jobs.
pub struct Dispatcher {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    scheduler: JobScheduler,
}

impl Dispatcher {
    /// Begins to run jobs.
    ///
    /// # Errors
    /// When the database does not take the jobs' names.
    pub async fn start(actions: Arc<Actions>, watch: Watch, jobs: Jobs) -> anyhow::Result<Dispatcher> {
        actions.know_jobs().await.map_err(|error| anyhow::anyhow!("jobs: {}", error.code()))?;
        let ticks = Arc::new(Notify::new());
        let scheduler = JobScheduler::new().await.context("the scheduler")?;
        let tick = Arc::clone(&ticks);
        scheduler.add(Job::new(TICK, move |_, _| tick.notify_one()).context("the tick")?).await?;
        scheduler.start().await?;
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(dispatch(actions, jobs, watch, ticks, stopped));
        Ok(Dispatcher { stop, task, scheduler })
    }

    /// Lets the runs at hand end where they can go on later, and gives their jobs back, so that another server or the next
    /// start goes on with them.
    pub async fn stop(mut self) {
        if let Err(error) = self.scheduler.shutdown().await {
            tracing::debug!(%error, "the scheduler did not stop");
        }
        self.stop.send_replace(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the dispatcher ended badly");
        }
    }
}

async fn dispatch(
    actions: Arc<Actions>,
    jobs: Jobs,
    mut watch: Watch,
    ticks: Arc<Notify>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut going: HashMap<Uuid, Run> = HashMap::new();
    let mut tasks: JoinSet<Uuid> = JoinSet::new();
    while !*stopped.borrow() {
        match actions.take_turns(&mut watch).await {
            Ok(runs) => {
                for run in runs {
                    going.insert(run.id(), run.clone());
                    let span = tracing::error_span!("run", job = run.job(), trace_id = %run.id());
                    tasks.spawn(perform(Arc::clone(&actions), jobs, run).instrument(span));
                }
            }
            // The error has said so already.
            Err(_) => {
                let _ = timeout(PEACE, stopped.wait_for(|stopped| *stopped)).await;
            }
        }
        tokio::select! {
            () = ticks.notified() => {}
            () = actions.called() => {}
            Some(ended) = tasks.join_next() => {
                // `perform` does not panic; if it did, the run would be taken over like that of a dead process.
                let Ok(run) = ended else { continue };
                going.remove(&run);
                watch.forget(run);
            }
            _ = stopped.changed() => {}
        }
    }
    going.values().for_each(Run::stop);
    if timeout(GRACE, all(&mut tasks)).await.is_err() {
        going.values().for_each(Run::abandon);
        if timeout(LAST_WORDS, all(&mut tasks)).await.is_err() {
            tracing::warn!("a run did not end; another server takes it over");
        }
    }
}

async fn all(tasks: &mut JoinSet<Uuid>) {
    while tasks.join_next().await.is_some() {}
}

/// Does a run from its beginning to its end, which is written down whatever happens. Whatever is logged on its behalf, down
/// to the calls to CPR, carries its id.
async fn perform(actions: Arc<Actions>, jobs: Jobs, run: Run) -> Uuid {
    let id = run.id();
    let attending = tokio::spawn({
        let (actions, run) = (Arc::clone(&actions), run.clone());
        async move { actions.attend(run).await }.in_current_span()
    });
    // On a thread of its own: a job that reckons for seconds holds up nobody, least of all the one who says that it lives.
    let handle = Handle::current();
    let span = tracing::Span::current();
    let working = spawn_blocking({
        let (actions, run) = (Arc::clone(&actions), run.clone());
        move || match jobs.iter().find(|(name, _)| *name == run.job()) {
            Some((_, work)) => {
                handle.block_on(async { actions.work(&run, work(&actions, &run)).await }.instrument(span))
            }
            None => Worked::Returned(Err(Error::NotFound)),
        }
    });
    let worked = working.await.unwrap_or(Worked::Panicked);
    actions.end_run(&run, worked).await;
    attending.abort();
    id
}
