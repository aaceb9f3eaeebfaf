//! Chores of the command line that use the house without its doors.

use std::time::Duration;

use anyhow::bail;
use indicatif::{ProgressBar, ProgressStyle};
use uuid::Uuid;

use super::furnish;
use crate::actions::job::Watch;
use crate::actions::{Actions, Context, Error};
use crate::clock::SharedClock;
use crate::config::Config;
use crate::domain::caller::Caller;
use crate::domain::job::{JobRun, RunState};
use crate::jobs::{self, Dispatcher};

/// How often a run that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(300);

/// Runs a job and waits until it has ended: in this process, or in the server that has the right to run jobs (on SQLite one
/// process has it). Answers what it did, in Danish. When the process is asked to stop meanwhile, the work is handed over.
///
/// # Errors
/// When there is no such job, or the run did not succeed.
pub async fn run_job(
    config: &Config,
    clock: SharedClock,
    name: &str,
    stopped: impl Future<Output = ()>,
) -> anyhow::Result<String> {
    if !jobs::JOBS.iter().any(|(known, _)| *known == name) {
        let known: Vec<&str> = jobs::JOBS.iter().map(|(known, _)| *known).collect();
        bail!("der er ikke et job, der hedder sådan; der er {}", known.join(", "));
    }
    let actions = furnish(config, clock).await?;
    let dispatcher = Dispatcher::start(actions.clone(), Watch::only(name), jobs::JOBS).await?;
    let ended = tokio::select! {
        ended = follow(&actions, name) => ended,
        () = stopped => Err(anyhow::anyhow!("afbrudt; en server kører jobbet videre, eller næste gang det er tid")),
    };
    dispatcher.stop().await;
    actions.close().await;
    let run = ended?;
    match (run.state, run.error) {
        (RunState::Succeeded, _) => {
            let counts = run.report.unwrap_or_default().0;
            let counts: Vec<String> = counts.iter().map(|(name, count)| format!("{name}: {count}")).collect();
            Ok(format!("{name}: færdig. {}", counts.join(", ")))
        }
        (_, fault) => bail!("{name}: kørslen lykkedes ikke ({})", fault.map(|fault| fault.code).unwrap_or_default()),
    }
}

/// Asks for a run and shows how far it is until it has ended.
async fn follow(actions: &Actions, name: &str) -> anyhow::Result<JobRun> {
    let asked = actions.start_job_run(&context("start_job_run"), name).await.map_err(failed)?;
    let bar = progress_bar();
    loop {
        let run = actions.get_job_run(name, asked.id).await.map_err(failed)?;
        bar.set_message(match run.state {
            RunState::Queued => "venter",
            _ => "kører",
        });
        if let Some(total) = run.progress.total {
            bar.set_length(total);
        }
        bar.set_position(run.progress.done);
        if run.finished_at.is_some() {
            bar.finish_and_clear();
            return Ok(run);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Shown on a terminal, silent elsewhere.
fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::no_length();
    if let Ok(style) = ProgressStyle::with_template("{msg:8} {wide_bar} {human_pos}/{human_len} {eta}") {
        bar.set_style(style);
    }
    bar
}

fn failed(error: Error) -> anyhow::Error {
    match error {
        Error::Internal(what) => anyhow::anyhow!("internal: {what}"),
        error => anyhow::anyhow!("{}", error.code()),
    }
}

/// The circumstances of what is done from the command line. Whoever may read the settings may do everything anyway.
fn context(operation: &'static str) -> Context {
    Context {
        caller: Caller::house("kommandolinje"),
        operation,
        trace_id: Uuid::now_v7().to_string(),
        reason: None,
        case_number: None,
        idempotency: None,
        noted: Default::default(),
    }
}
