//! The real server while it applies a large change file: its memory, how long readers wait, how long another writer waits.
//!
//! A reader asks for one party after the other and a writer makes one, both at a steady pace over a connection of their own.
//! Everything that they do is logged, so on SQLite even a reader's answer waits for the batch that is being written.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use backend::store::Database;
use chrono::NaiveDate;
use cpr::extract::{Style, Writer};
use serde_json::{Value, json};
use tests::desk::{Desk, nobodys_numbers, resident};
use tokio::sync::watch;

use crate::ground::{Ground, Kind};
use crate::numbers::{ms, percentile};
use crate::process::Process;
use crate::report::{Goal, Report};
use crate::traffic::{self, Connection};
use crate::{Plan, World, crowd};

/// Between two questions of the reader, and between two parties that the writer makes.
const READS: Duration = Duration::from_millis(10);
const WRITES: Duration = Duration::from_millis(100);
/// Between two looks at the memory and at the job.
const LOOKS: Duration = Duration::from_millis(100);

pub async fn measure(plan: &Plan, world: &World, report: &mut Report) -> anyhow::Result<()> {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        on(plan, kind, world, report).await?;
    }
    Ok(())
}

async fn on(plan: &Plan, kind: Kind, world: &World, report: &mut Report) -> anyhow::Result<()> {
    let (persons, known) = (plan.crowd as usize, plan.crowd as usize / 5);
    let ground = Ground::prepare(kind, plan.crowd, &plan.folder).await?;
    let deliveries = ground.folder.path().join("deliveries");
    std::fs::create_dir(&deliveries)?;
    let size = lay_file(&deliveries, persons)?;
    let desk = Desk::open(&ground.url).await?;
    desk.seed(&nobodys_numbers().take(known).collect::<Vec<_>>()).await?;
    desk.actions.close().await;
    desk.database.close().await?;

    let settings = format!("{}[cpr.delivery]\nfolder = '{}'\n", world.settings(&ground.url), deliveries.display());
    let house = Process::house(&plan.server, ground.folder.path(), &settings)?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let idle = house.memory()?;
    let token = world.token();
    let (stop, stopped) = watch::channel(false);
    let ids = (0..plan.crowd).step_by(97).map(|serial| anyhow::Ok(crowd::somebody(serial)?.id));
    let reads = ids.map(|id| Ok(traffic::get(&format!("/api/v1/parties/{}", id?), &token)));
    let reads = reads.collect::<anyhow::Result<Vec<_>>>()?;
    let party = json!({ "name": "Grete Nyholm", "address": { "line1": "Nygade 1", "postalCode": "9000" } }).to_string();
    let writes = vec![traffic::post("/api/v1/parties", &token, &party)];
    let reader = tokio::spawn(keep_asking(Connection::open(house.address).await?, reads, READS, stopped.clone()));
    let writer = tokio::spawn(keep_asking(Connection::open(house.address).await?, writes, WRITES, stopped));

    let mut caller = Connection::open(house.address).await?;
    let begun = Instant::now();
    caller.ask(&traffic::post("/api/v1/jobs/receive-deliveries/runs", &token, "{}")).await?;
    let mut peak = idle;
    let (mut received, mut applied) = (None, None);
    while applied.is_none() {
        tokio::time::sleep(LOOKS).await;
        peak = peak.max(house.memory()?);
        let list: Value = serde_json::from_slice(caller.ask(&traffic::get("/api/v1/deliveries", &token)).await?)?;
        let state = list["items"][0]["state"].as_str().unwrap_or_default();
        ensure!(state != "refused" && state != "waiting", "the delivery is {state}");
        if matches!(state, "received" | "applying") {
            received.get_or_insert_with(|| begun.elapsed());
        } else if state == "applied" {
            let changed = list["items"][0]["changed"].as_u64().unwrap_or_default();
            ensure!(changed == known as u64, "{changed} persons changed, not {known}");
            applied = Some(begun.elapsed());
        }
    }
    stop.send_replace(true);
    let (reads, writes) = (reader.await??, writer.await??);
    house.stop()?;

    let (received, applied) = received.zip(applied).context("the file was never seen")?;
    let name = kind.name();
    report.heading(&format!("A file of {persons} persons, {known} of them parties, {name}"));
    report.text(&format!(
        "{:.2} GB, nine records each. Taken in after {:.0} s, applied after another {:.0} s. Memory (RSS): {idle:.0} MiB \
        idle, at most {peak:.0} MiB.\n\n| Meanwhile | answers | p50 | p90 | p99 | slowest |\n|---|---|---|---|---|---|\n",
        size as f64 / 1e9,
        received.as_secs_f64(),
        (applied - received).as_secs_f64()
    ));
    for (who, times) in [("a reader (`GET /parties/{id}`)", &reads), ("a writer (`POST /parties`)", &writes)] {
        let [p50, p90, p99, slowest] = [50, 90, 99, 100].map(|percent| ms(percentile(times, percent)));
        report.text(&format!("| {who} | {} | {p50} | {p90} | {p99} | {slowest} |\n", times.len()));
    }
    let p99 = |times: &[Duration]| percentile(times, 99).as_secs_f64() * 1000.0;
    report.goal(&format!("Memory beyond idle on {name}"), peak - idle, " MiB", Goal::Below(150.0));
    report.goal(&format!("A reader's p99 on {name}"), p99(&reads), " ms", Goal::Below(50.0));
    report.goal(&format!("Another writer's p99 on {name}"), p99(&writes), " ms", Goal::Below(100.0));
    Ok(())
}

/// Asks at a pace until told to stop; how long each answer took.
async fn keep_asking(
    mut caller: Connection,
    requests: Vec<Vec<u8>>,
    pace: Duration,
    stopped: watch::Receiver<bool>,
) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    for request in requests.iter().cycle() {
        if *stopped.borrow() {
            break;
        }
        let took = traffic::time(&mut caller, request).await?;
        times.push(took);
        tokio::time::sleep(pace.saturating_sub(took)).await;
    }
    Ok(times)
}

/// A change file as CPR writes it; its size.
pub fn lay_file(folder: &Path, persons: usize) -> anyhow::Result<u64> {
    let file = folder.join("d261123.l999901");
    let day = NaiveDate::from_ymd_opt(2026, 11, 23).context("a day")?;
    let mut writer = Writer::new(BufWriter::new(File::create(&file)?), Style::default());
    writer.start("999901", day, day.pred_opt())?;
    for (place, number) in nobodys_numbers().take(persons).enumerate() {
        for record in resident(number, "Jens Mortensen", u32::try_from(place % 900)? + 1) {
            writer.record(&record)?;
        }
    }
    writer.finish()?.into_inner().map_err(|error| error.into_error())?;
    Ok(std::fs::metadata(&file)?.len())
}

/// How far the delivery is.
pub async fn progress(database: &Database) -> anyhow::Result<u64> {
    let page = backend::domain::page::PageRequest { limit: 1, after: None };
    let page = backend::store::delivery::list(&database.read(), None, &page).await?;
    Ok(page.items.first().map_or(0, |delivery| u64::try_from(delivery.progress).unwrap_or(0)))
}
