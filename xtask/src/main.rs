//! The chores of the repository, one file per chore: `cargo xtask run | build | frontend`.

mod frontend;
mod server;
mod workspace;

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
        /// Build optimised
        #[arg(long)]
        release: bool,
    },
    /// Build the browser application alone into frontend/dist
    Frontend {
        /// Build optimised and compressed
        #[arg(long)]
        release: bool,
    },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().chore {
        Chore::Run { release, further } => server::run(release, &further),
        Chore::Build { release } => server::build(release),
        Chore::Frontend { release } => frontend::build(release),
    }
}
