//! The simulator alone, for the desk.

use anyhow::Context as _;
use clap::Parser;
use cpr_simulator::{Options, Simulator};

/// A CPR office on loopback that speaks GCTP about fictitious persons.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Loopback address and port; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8090")]
    bind: String,
}

fn main() -> anyhow::Result<()> {
    let Arguments { bind } = Arguments::parse();
    #[expect(clippy::disallowed_methods, reason = "here the wall clock comes in; the library is given it")]
    let options = Options { bind, ..Options::new(chrono::Utc::now) };
    let simulator = Simulator::start(options).context("the simulator did not start")?;
    let control = format!("http://{}/control", simulator.address());
    println!("CPR simulator listening on {}", simulator.url());
    println!("  user {}, password {}", simulator.user(), simulator.password());
    println!("  knobs     curl {control}/knobs");
    println!(
        "            curl -X PUT -H 'Content-Type: application/json' -d '{{\"latency_ms\": 500}}' {control}/knobs"
    );
    println!("  commands  curl -H 'Content-Type: application/json' -d '\"expire-password\"' {control}/commands");
    println!("  what came curl {control}/counters, curl {control}/log");
    loop {
        std::thread::park();
    }
}
