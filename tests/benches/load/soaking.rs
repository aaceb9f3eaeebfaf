//! Mixed load on one server for long: its memory stays what it is, and no answer fails.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::ground::{Ground, Kind};
use crate::numbers::{median, ms, percentile};
use crate::process::Process;
use crate::report::{Goal, Report};
use crate::{Plan, World, crowd, traffic};

const CALLERS: usize = 8;
/// The load is measured, and the memory looked at, in stretches of this length.
const STRETCH: Duration = Duration::from_secs(30);
/// Memory at the end, of what it was when the caches were full.
const GROWTH: f64 = 1.1;

pub async fn measure(plan: &Plan, world: &World, lasts: Duration, report: &mut Report) -> anyhow::Result<()> {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        on(plan, kind, world, lasts / 2, report).await?;
    }
    Ok(())
}

async fn on(plan: &Plan, kind: Kind, world: &World, lasts: Duration, report: &mut Report) -> anyhow::Result<()> {
    let ground = Ground::prepare(kind, plan.crowd, &plan.folder).await?;
    let house = Process::house(&plan.server, ground.folder.path(), &world.settings(&ground.url))?;
    let (mut memories, mut p99s, mut answers) = (Vec::new(), Vec::new(), 0);
    let begun = Instant::now();
    // An answer that is not what it should be ends the run.
    while begun.elapsed() < lasts {
        let requests = Arc::new(mixture(plan.crowd, memories.len() as u64, &world.token())?);
        let burst = traffic::burst(&[house.address], &requests, CALLERS, STRETCH).await?;
        answers += burst.times.len();
        p99s.push(percentile(&burst.times, 99));
        memories.push(house.memory()?);
    }
    let quarter = memories.len().div_ceil(4);
    let early = median(&memories[quarter.min(memories.len() - 1)..(2 * quarter).clamp(1, memories.len())]);
    let late = median(&memories[memories.len() - quarter..]);
    let name = kind.name();
    report.heading(&format!("{:.0} minutes on {name}", begun.elapsed().as_secs_f64() / 60.0));
    report.text(&format!(
        "{CALLERS} connections without a pause: eight reads, a search and a new party in turn; {answers} answers, none failed. \
        p99 of stretches of {STRETCH:?}: {} to {}. Memory (RSS) by eighths of the time: {} MiB.\n",
        ms(p99s.iter().min().copied().unwrap_or_default()),
        ms(p99s.iter().max().copied().unwrap_or_default()),
        memories
            .chunks(memories.len().div_ceil(8))
            .map(|memories| format!("{:.0}", median(memories)))
            .collect::<Vec<_>>()
            .join(", ")
    ));
    report.goal(&format!("Memory in the last quarter, of the second, {name}"), late / early, "", Goal::Below(GROWTH));
    house.stop()
}

/// Requests of a stretch: everybody reads, some search, some write.
fn mixture(crowd: u64, stretch: u64, token: &str) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut requests = Vec::new();
    for query in crowd::queries(crowd, 500)? {
        for _ in 0..8 {
            let serial = (stretch * 4_000 + requests.len() as u64 * 31) % crowd;
            requests.push(traffic::get(&format!("/api/v1/parties/{}", crowd::somebody(serial)?.id), token));
        }
        requests.push(traffic::post("/api/v1/parties/search", token, &json!({ "query": query }).to_string()));
        requests.push(traffic::post("/api/v1/parties", token, &json!({ "name": "Grete Nyholm" }).to_string()));
    }
    Ok(requests)
}
