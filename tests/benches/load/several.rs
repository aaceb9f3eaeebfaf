//! Several server processes on one PostgreSQL: reading, searching and writing with one, two and four of them beside as many
//! bare ones; many connections at once; and how soon another server goes on with the work of one that was killed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use backend::store::Database;
use serde_json::json;
use tests::desk::{Desk, nobodys_numbers};

use crate::ground::{Ground, Kind};
use crate::meanwhile::{lay_file, progress};
use crate::numbers::{median, ms, percentile};
use crate::process::Process;
use crate::report::{Goal, Report};
use crate::traffic::{self, Connection};
use crate::{Plan, World, crowd};

/// What callers ask, one after the other.
type Requests = Arc<Vec<Vec<u8>>>;

const SERVERS: [usize; 3] = [1, 2, 4];
const CALLERS: usize = 32;
const ROUND: Duration = Duration::from_secs(4);
/// So many connections are held at once.
const HELD: usize = 2_000;
/// Persons of the file whose server is killed.
const FILE: usize = 100_000;
const KILLS: usize = 3;
/// The contract's time for a take-over.
const TAKE_OVER: f64 = 30.0;

pub async fn measure(plan: &Plan, world: &World, report: &mut Report) -> anyhow::Result<()> {
    let ground = Ground::prepare(Kind::Postgres, plan.crowd, &plan.folder).await?;
    traffic_on_several(plan, &ground, world, report).await?;
    held_connections(plan, &ground, world, report).await?;
    drop(ground);
    take_over(plan, world, report).await
}

async fn traffic_on_several(plan: &Plan, ground: &Ground, world: &World, report: &mut Report) -> anyhow::Result<()> {
    let token = world.token();
    let ids = (0..plan.crowd).step_by((plan.crowd / 10_000).max(1) as usize);
    let ids = ids.map(|serial| Ok(crowd::somebody(serial)?.id)).collect::<anyhow::Result<Vec<_>>>()?;
    let get = |path: &str| Arc::new(ids.iter().map(|id| traffic::get(&format!("{path}/{id}"), &token)).collect());
    let queries = crowd::queries(plan.crowd, 1000)?;
    let post = |path: &str, bodies: &[String]| -> Arc<Vec<Vec<u8>>> {
        Arc::new(bodies.iter().map(|body| traffic::post(path, &token, body)).collect())
    };
    let searches: Vec<String> = queries.iter().map(|query| json!({ "query": query }).to_string()).collect();
    let new = |serial| -> anyhow::Result<String> {
        let party = crowd::somebody(serial)?;
        let address = party.fields.address.as_ref();
        let line1 = address.and_then(|address| address.line1.clone());
        let postal_code = address.and_then(|address| address.postal_code.clone());
        let address = json!({ "line1": line1, "postalCode": postal_code });
        Ok(json!({ "name": party.fields.name, "address": address }).to_string())
    };
    let creations = (0..1000).map(new).collect::<anyhow::Result<Vec<_>>>()?;
    let acts: [(&str, Requests, Requests); 3] = [
        ("read (`GET /parties/{id}`)", get("/api/v1/parties"), get("/grouped")),
        ("search (`POST /parties/search`)", post("/api/v1/parties/search", &searches), post("/search", &searches)),
        ("write (`POST /parties`)", post("/api/v1/parties", &creations), post("/create", &creations)),
    ];
    report.heading("Reading, searching, writing");
    report.text(&format!(
        "{CALLERS} connections, spread over the servers; {} rounds of {ROUND:?} each in turn, medians of the rounds. The caller, \
        PostgreSQL and all servers share the processors, so several servers here show what they cost each other, not what \
        several machines can do.\n\n\
        | | servers | answers/s | bare, answers/s | share | p99 | bare, p99 |\n|---|---|---|---|---|---|---|\n",
        plan.rounds
    ));
    for servers in SERVERS {
        let houses =
            start(servers, || Process::house(&plan.server, ground.folder.path(), &world.settings(&ground.url)))?;
        let bares = start(servers, || Process::bare(&ground.url, ground.folder.path()))?;
        for (act, ours, theirs) in &acts {
            let (mut of_houses, mut of_bares) = (Vec::new(), Vec::new());
            for round in 0..=plan.rounds {
                let ours = burst(&houses, ours).await?;
                let theirs = burst(&bares, theirs).await?;
                // The first round fills caches and pools.
                if round > 0 {
                    of_houses.push(ours);
                    of_bares.push(theirs);
                }
            }
            let middle = |rounds: &[(f64, f64)]| {
                let (speeds, p99s): (Vec<f64>, Vec<f64>) = rounds.iter().copied().unzip();
                (median(&speeds), median(&p99s))
            };
            let shares: Vec<f64> = of_houses.iter().zip(&of_bares).map(|(us, them)| us.0 / them.0).collect();
            let ((speed, p99), (bare, bare_p99)) = (middle(&of_houses), middle(&of_bares));
            report.text(&format!(
                "| {act} | {servers} | {speed:.0} | {bare:.0} | {:.2} | {p99:.1} ms | {bare_p99:.1} ms |\n",
                median(&shares)
            ));
            report.note(&format!("{act}, {servers} servers"), &format!("{speed:.0} answers/s, p99 {p99:.1} ms"));
        }
        for house in houses {
            house.stop()?;
        }
    }
    Ok(())
}

fn start(count: usize, one: impl Fn() -> anyhow::Result<Process>) -> anyhow::Result<Vec<Process>> {
    (0..count).map(|_| one()).collect()
}

/// Answers in a second, and their p99 in milliseconds.
async fn burst(servers: &[Process], requests: &Arc<Vec<Vec<u8>>>) -> anyhow::Result<(f64, f64)> {
    let addresses: Vec<_> = servers.iter().map(|server| server.address).collect();
    let burst = traffic::burst(&addresses, requests, CALLERS, ROUND).await?;
    Ok((burst.per_second, percentile(&burst.times, 99).as_secs_f64() * 1000.0))
}

async fn held_connections(plan: &Plan, ground: &Ground, world: &World, report: &mut Report) -> anyhow::Result<()> {
    let house = Process::house(&plan.server, ground.folder.path(), &world.settings(&ground.url))?;
    let request = traffic::get(&format!("/api/v1/parties/{}", crowd::somebody(1)?.id), &world.token());
    let before = house.memory()?;
    let mut callers = Vec::with_capacity(HELD);
    for _ in 0..HELD {
        let mut caller = Connection::open(house.address).await?;
        caller.ask(&request).await?;
        callers.push(caller);
    }
    // All of them at once, and nobody is sent away.
    let begun = Instant::now();
    let asking = callers.into_iter().map(|mut caller| {
        let request = request.clone();
        tokio::spawn(async move {
            let took = traffic::time(&mut caller, &request).await?;
            anyhow::Ok((took, caller))
        })
    });
    let asking: Vec<_> = asking.collect();
    let mut times = Vec::with_capacity(HELD);
    let mut held = Vec::with_capacity(HELD);
    for asked in asking {
        let (took, caller) = asked.await??;
        times.push(took);
        held.push(caller);
    }
    let (all, memory) = (begun.elapsed(), house.memory()?);
    report.heading("Many connections");
    report.text(&format!(
        "{HELD} connections to one server, each asked once and kept open; then all of them ask for a party at the same moment: \
        all {} are answered in {}, p99 {}. Memory (RSS) {before:.0} MiB before, {memory:.0} MiB then.\n",
        held.len(),
        ms(all),
        ms(percentile(&times, 99))
    ));
    report.goal("Connections held at once, all answered", held.len() as f64, "", Goal::AtLeast(HELD as f64));
    report.note(&format!("Memory with {HELD} connections"), &format!("{memory:.0} MiB"));
    drop(held);
    house.stop()
}

/// Two servers; the one that applies a file is killed, and the other goes on.
async fn take_over(plan: &Plan, world: &World, report: &mut Report) -> anyhow::Result<()> {
    let mut seconds = Vec::new();
    for _ in 0..KILLS {
        let ground = Ground::prepare(Kind::Postgres, 1_000, &plan.folder).await?;
        let deliveries = ground.folder.path().join("deliveries");
        std::fs::create_dir(&deliveries)?;
        lay_file(&deliveries, FILE)?;
        let desk = Desk::open(&ground.url).await?;
        desk.seed(&nobodys_numbers().take(FILE / 2).collect::<Vec<_>>()).await?;
        desk.actions.close().await;
        desk.database.close().await?;
        let settings = format!("{}[cpr.delivery]\nfolder = '{}'\n", world.settings(&ground.url), deliveries.display());
        let first = Process::house(&plan.server, ground.folder.path(), &settings)?;
        let mut caller = Connection::open(first.address).await?;
        caller.ask(&traffic::post("/api/v1/jobs/receive-deliveries/runs", &world.token(), "{}")).await?;
        let database = Database::connect(&ground.url, 1).await?;
        let begun = Instant::now();
        while progress(&database).await? == 0 {
            ensure!(begun.elapsed() < Duration::from_secs(60), "the file is not applied");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // The first one has the job now.
        let second = Process::house(&plan.server, ground.folder.path(), &settings)?;
        first.kill()?;
        let killed = Instant::now();
        let left = progress(&database).await?;
        ensure!(left < FILE as u64, "the file was applied before the kill");
        while progress(&database).await? <= left {
            ensure!(killed.elapsed() < Duration::from_secs(90), "nobody goes on");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        seconds.push(killed.elapsed().as_secs_f64());
        database.close().await?;
        drop(second);
    }
    report.heading("Take-over");
    report.text(&format!(
        "A server is killed (`SIGKILL`) while it applies a file of {FILE} persons; from there until another server's first batch \
        is stored. Seconds: {}.\n",
        seconds.iter().map(|seconds| format!("{seconds:.1}")).collect::<Vec<_>>().join(", ")
    ));
    let slowest = seconds.iter().copied().fold(0.0, f64::max);
    report.goal("Take-over of a job after a kill, slowest", slowest, " s", Goal::Below(TAKE_OVER));
    Ok(())
}
