//! Load on the house from outside, bounded in count and time, on loopback only: `cargo xtask bench` builds and starts it.
//!
//! ```text
//! load SERVER FOLDER REPORT PARTIES ROUNDS PART…   measures these parts of this program, or all; databases stay in the folder
//! load soak SERVER FOLDER REPORT MINUTES           mixed load for so long
//! load bare URL                                    the bare server that the house is compared with
//! ```

mod applying;
mod bare;
mod by_hand;
mod crowd;
mod fetching;
mod functions;
mod ground;
mod importing;
mod meanwhile;
mod numbers;
mod page;
mod process;
mod reading;
mod report;
mod searching;
mod several;
mod soaking;
mod starting;
mod traffic;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use backend::clock::{SharedClock, SystemClock};
use cpr_simulator::{Options, Simulator};
use tests::issuer::{AUDIENCE, CLIENT_ID, Issuer, Person};

use ground::{Ground, Kind};
use process::Process;
use report::Report;

/// The parts, in the order in which they are measured.
const PARTS: [&str; 7] = ["functions", "sqlite", "postgres", "apply", "meanwhile", "import", "servers"];

/// How much is measured, and on what.
pub struct Plan {
    server: PathBuf,
    folder: PathBuf,
    report: PathBuf,
    crowd: u64,
    rounds: usize,
}

/// Who stands around the house, and the caller.
pub struct World {
    issuer: Issuer,
    simulator: Simulator,
    caller: Person,
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let plan = |server: &str, folder: &str, report: &str, crowd, rounds| -> anyhow::Result<Plan> {
        Ok(Plan {
            server: Path::new(server).canonicalize().with_context(|| server.to_owned())?,
            folder: Path::new(folder).canonicalize().with_context(|| folder.to_owned())?,
            report: report.into(),
            crowd,
            rounds,
        })
    };
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["bare", url] => actix_web::rt::System::new().block_on(bare::serve(url)),
        ["soak", server, folder, report, minutes] => {
            let lasts = Duration::from_secs(60 * minutes.parse::<u64>().context("how many minutes?")?);
            soak(&plan(server, folder, report, 100_000, 1)?, lasts)
        }
        [server, folder, report, parties, rounds, parts @ ..] => {
            let unknown = parts.iter().find(|part| !PARTS.contains(part));
            ensure!(unknown.is_none(), "no part {unknown:?}; there are {PARTS:?}");
            let parties = parties.parse().context("how many parties?")?;
            let rounds = rounds.parse().context("how many rounds?")?;
            run(&plan(server, folder, report, parties, rounds)?, parts)
        }
        _ => bail!("load SERVER FOLDER REPORT PARTIES ROUNDS PART…"),
    }
}

/// One thread for the caller: the processors are for the servers.
#[tokio::main(flavor = "current_thread")]
async fn run(plan: &Plan, parts: &[&str]) -> anyhow::Result<()> {
    let world = World::new()?;
    let mut missed = 0;
    for part in PARTS.iter().filter(|part| parts.is_empty() || parts.contains(part)) {
        let mut report = Report::begin(&title(part, plan));
        match *part {
            "functions" => functions::read(&plan.folder.join("../criterion"), &mut report)?,
            "sqlite" => house(plan, Kind::Sqlite, &world, &mut report).await?,
            "postgres" => house(plan, Kind::Postgres, &world, &mut report).await?,
            "apply" => applying::measure(plan, &mut report).await?,
            "meanwhile" => meanwhile::measure(plan, &world, &mut report).await?,
            "import" => importing::measure(plan, &world, &mut report).await?,
            _ => several::measure(plan, &world, &mut report).await?,
        }
        missed += report.missed();
        report.store(&plan.report)?;
    }
    println!("\n{missed} goals missed; {}", plan.report.display());
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn soak(plan: &Plan, lasts: Duration) -> anyhow::Result<()> {
    let mut report = Report::begin("Soak");
    soaking::measure(plan, &World::new()?, lasts, &mut report).await?;
    report.store(&plan.report)
}

fn title(part: &str, plan: &Plan) -> String {
    let crowd = plan.crowd;
    match part {
        "functions" => "Functions".to_owned(),
        "sqlite" => format!("The server on SQLite, {crowd} parties"),
        "postgres" => format!("The server on PostgreSQL, {crowd} parties"),
        "apply" => format!("Applying change files, among {crowd} parties"),
        "meanwhile" => format!("The server while a change file is applied, {crowd} parties"),
        "import" => "The first load".to_owned(),
        _ => format!("Several servers, {crowd} parties"),
    }
}

async fn house(plan: &Plan, kind: Kind, world: &World, report: &mut Report) -> anyhow::Result<()> {
    let ground = Ground::prepare(kind, plan.crowd, &plan.folder).await?;
    let settings = world.settings(&ground.url);
    starting::measure(plan, &ground, &settings, report).await?;
    let house = Process::house(&plan.server, ground.folder.path(), &settings)?;
    let bare = Process::bare(&ground.url, ground.folder.path())?;
    searching::measure(plan, &ground, &house, &bare, &world.token(), report).await?;
    reading::measure(plan, ground.kind, &house, &bare, &world.token(), report).await?;
    drop(bare);
    fetching::measure(ground.kind, &house, &world.simulator, &world.token(), report).await?;
    report.note(
        &format!("Memory (RSS) on {} after the load", ground.kind.name()),
        &format!("{:.0} MiB", house.memory()?),
    );
    if ground.kind == Kind::Sqlite {
        world.issuer.next_to_sign_in(world.caller.clone());
        page::measure(plan, &house, report).await?;
    }
    house.stop()
}

impl World {
    fn new() -> anyhow::Result<World> {
        let clock: SharedClock = Arc::new(SystemClock);
        Ok(World {
            issuer: Issuer::start(Arc::clone(&clock))?,
            simulator: Simulator::start(Options::new(move || clock.now()))?,
            caller: Person::new("bench", &["Opdater fra CPR", "Partsredaktør"]),
        })
    }

    /// A token that is fresh.
    pub fn token(&self) -> String {
        self.issuer.token(&self.caller)
    }

    /// The defaults, but for what a benchmark must have: an identity provider, the simulator, and no limit of requests.
    pub fn settings(&self, url: &str) -> String {
        format!(
            "[http]\nbind = '127.0.0.1:0'\nrate_limit = {{ per_second = 1000000, burst = 1000000 }}\n\
            cpr_rate_limit = {{ per_second = 1000000, burst = 1000000 }}\n\
            [database]\nurl = '{url}'\n\
            [auth]\nissuer = '{}'\naudience = '{AUDIENCE}'\nclient_id = '{CLIENT_ID}'\n\
            [cpr.gctp]\nurl = '{}'\nuser = '{}'\npassword = '{}'\n",
            self.issuer.url(),
            self.simulator.url(),
            self.simulator.user(),
            self.simulator.password()
        )
    }
}
