//! The chores of the repository, one file per chore.

mod alarms;
mod bench;
mod check;
mod documents;
mod frontend;
mod install;
mod members;
mod norms;
mod sbom;
mod server;
mod stress;
mod test;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The chores of Partsregister")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Build the browser application and the server, then serve the demo on loopback
    Run {
        /// Build optimised
        #[arg(long)]
        release: bool,
        /// Further arguments of `partsregister serve`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        further: Vec<String>,
    },
    /// Build the one self-contained binary
    Build {
        /// Build optimised, and write the bill of materials beside it (CycloneDX)
        #[arg(long)]
        release: bool,
    },
    /// Run every test, on both databases and in the browser
    Test,
    /// Measure: functions, load on the server on both databases, change files, import, several servers; into
    /// target/bench/report.md
    Bench(bench::Bench),
    /// Mixed load on the optimised server for long, to see its memory stay flat
    Soak {
        /// For so long, half of it on each database
        #[arg(long, default_value_t = 60)]
        minutes: u64,
        /// Into docs/performance.md
        #[arg(long)]
        publish: bool,
    },
    /// The long ones: arbitrary bytes for every reader; goes on where it was stopped; into target/stress/report.md
    Stress {
        /// Begin anew, whatever has been done
        #[arg(long)]
        again: bool,
        /// Begin no round after so many minutes
        #[arg(long)]
        minutes: Option<u64>,
    },
    /// Check form, lints, documents, dependencies, floors and the specification
    Check,
    /// Write openapi/openapi.json and openapi/privileges.txt from the routes
    Openapi {
        /// Write nothing, fail when they differ
        #[arg(long)]
        check: bool,
    },
    /// Build the browser application alone into frontend/dist
    Frontend {
        /// Build optimised and compressed
        #[arg(long)]
        release: bool,
    },
}

fn main() -> ExitCode {
    do_chore(Arguments::parse().chore).unwrap_or_else(|error| {
        println!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn do_chore(chore: Chore) -> anyhow::Result<ExitCode> {
    match chore {
        Chore::Run { release, further } => server::run(release, &further)?,
        Chore::Build { release } => server::build(release)?,
        Chore::Test => return test::run(),
        Chore::Bench(bench) => bench::run(&bench)?,
        Chore::Soak { minutes, publish } => bench::soak(minutes, publish)?,
        Chore::Stress { again, minutes } => return stress::run(again, minutes),
        Chore::Check => check::run()?,
        Chore::Openapi { check } => server::openapi(check)?,
        Chore::Frontend { release } => frontend::build(release)?,
    }
    Ok(ExitCode::SUCCESS)
}
