//! Load on the house from outside, bounded in count and time, on loopback only: `cargo xtask bench` builds and starts it.
//!
//! ```text
//! load SERVER FOLDER PARTIES ROUNDS     measures this program, keeps databases and the report in the folder
//! load bare URL                         the bare server that the house is compared with
//! ```

mod bare;
mod crowd;
mod fetching;
mod functions;
mod ground;
mod numbers;
mod page;
mod process;
mod reading;
mod report;
mod searching;
mod starting;
mod traffic;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use backend::clock::{SharedClock, SystemClock};
use cpr_simulator::{Options, Simulator};
use tests::issuer::{AUDIENCE, CLIENT_ID, Issuer, Person};

use ground::{Ground, Kind};
use process::Process;
use report::Report;

/// How much is measured, and on what.
pub struct Plan {
    server: PathBuf,
    folder: PathBuf,
    crowd: u64,
    rounds: usize,
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["bare", url] => actix_web::rt::System::new().block_on(bare::serve(url)),
        [server, folder, parties, rounds] => run(&Plan {
            server: Path::new(server).canonicalize().with_context(|| (*server).to_owned())?,
            folder: Path::new(folder).canonicalize().with_context(|| (*folder).to_owned())?,
            crowd: parties.parse().context("how many parties?")?,
            rounds: rounds.parse().context("how many rounds?")?,
        }),
        _ => bail!("load SERVER FOLDER PARTIES ROUNDS"),
    }
}

/// One thread for the caller: the processors are for the servers.
#[tokio::main(flavor = "current_thread")]
async fn run(plan: &Plan) -> anyhow::Result<()> {
    let clock: SharedClock = Arc::new(SystemClock);
    let issuer = Issuer::start(Arc::clone(&clock))?;
    let simulator = Simulator::start(Options::new(move || clock.now()))?;
    let mut report = Report::begin();
    functions::read(&plan.folder.join("../criterion"), &mut report)?;
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let ground = Ground::prepare(kind, plan.crowd, &plan.folder).await?;
        measure(plan, &ground, &issuer, &simulator, &mut report).await?;
        store(plan, &report)?;
    }
    println!("\n{} goals missed; {}", report.missed(), report_file(plan).display());
    Ok(())
}

async fn measure(
    plan: &Plan,
    ground: &Ground,
    issuer: &Issuer,
    simulator: &Simulator,
    report: &mut Report,
) -> anyhow::Result<()> {
    let settings = settings(&ground.url, issuer, simulator);
    let caller = Person::new("bench", &["Opdater fra CPR", "Partsredaktør"]);
    starting::measure(plan, ground, &settings, report).await?;
    let house = Process::house(&plan.server, ground.folder.path(), &settings)?;
    let bare = Process::bare(&ground.url, ground.folder.path())?;
    searching::measure(plan, ground, &house, &bare, &issuer.token(&caller), report).await?;
    reading::measure(plan, ground.kind, &house, &bare, &issuer.token(&caller), report).await?;
    drop(bare);
    fetching::measure(ground.kind, &house, simulator, &issuer.token(&caller), report).await?;
    report.note(
        &format!("Memory (RSS) on {} after the load", ground.kind.name()),
        &format!("{:.0} MiB", house.memory()?),
    );
    if ground.kind == Kind::Sqlite {
        issuer.next_to_sign_in(caller);
        page::measure(plan, &house, report).await?;
    }
    house.stop()
}

/// The defaults, but for what a benchmark must have: an identity provider, the simulator, and no limit of requests.
fn settings(url: &str, issuer: &Issuer, simulator: &Simulator) -> String {
    format!(
        "[http]\nbind = '127.0.0.1:0'\nrate_limit = {{ per_second = 1000000, burst = 1000000 }}\n\
        [database]\nurl = '{url}'\n\
        [auth]\nissuer = '{}'\naudience = '{AUDIENCE}'\nclient_id = '{CLIENT_ID}'\n\
        [cpr.gctp]\nurl = '{}'\nuser = '{}'\npassword = '{}'\n",
        issuer.url(),
        simulator.url(),
        simulator.user(),
        simulator.password()
    )
}

fn report_file(plan: &Plan) -> PathBuf {
    plan.folder.join("report.md")
}

fn store(plan: &Plan, report: &Report) -> anyhow::Result<()> {
    report.store(
        &report_file(plan),
        &format!(
            "`cargo xtask bench`, {} parties. The caller (one thread), the house, the bare server and PostgreSQL (Debian's settings, but without \
            fsync) share the machine. The house runs as in production: every token's signature (ES256) is checked, every \
            request is logged, to a file.",
            plan.crowd
        ),
    )
}
