//! From the start of the program to its first answer, with a database that exists; and its memory.

use std::time::Duration;

use crate::numbers::median;
use crate::process::Process;
use crate::report::{Goal, Report};
use crate::traffic::{self, Connection};
use crate::{Plan, ground::Ground};

pub async fn measure(plan: &Plan, ground: &Ground, settings: &str, report: &mut Report) -> anyhow::Result<()> {
    let name = ground.kind.name();
    let mut starts = Vec::new();
    let mut idle = 0.0;
    for round in 0..plan.rounds {
        let house = Process::house(&plan.server, ground.folder.path(), settings)?;
        let mut caller = Connection::open(house.address).await?;
        caller.ask(&traffic::get("/health/ready", "")).await?;
        starts.push(house.started.elapsed().as_secs_f64());
        if round + 1 == plan.rounds {
            drop(caller);
            // Whatever starts late has started then.
            tokio::time::sleep(Duration::from_secs(5)).await;
            idle = house.memory()?;
        }
        house.stop()?;
    }
    report.heading(&format!("Start, {name}"));
    report.text(&format!(
        "{} starts with a database of {} parties, the program and the database in the file cache; the first answer is \
        `/health/ready`, which asks the database. Seconds: {}.\n",
        starts.len(),
        plan.crowd,
        starts.iter().map(|seconds| format!("{seconds:.3}")).collect::<Vec<_>>().join(", ")
    ));
    report.goal(&format!("Start to first answer on {name}"), median(&starts), " s", Goal::Below(1.0));
    report.goal(&format!("Idle memory (RSS) on {name}, 5 s after the start"), idle, " MiB", Goal::Below(50.0));
    Ok(())
}
