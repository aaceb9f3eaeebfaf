//! `bench` and `soak`: functions by criterion, then load on the optimised server from outside. No part of `check` and
//! `test`: what they say depends on the machine and on what else the machine does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use clap::Args;

use crate::{frontend, install, workspace};

/// What is measured, and where it is written.
#[derive(Args)]
pub struct Bench {
    /// 100,000 parties instead of a million, and short rounds
    #[arg(long)]
    quick: bool,
    /// These parts alone: functions, sqlite, postgres, apply, meanwhile, import, servers
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Into docs/performance.md, each part into its chapter
    #[arg(long)]
    publish: bool,
}

/// Builds everything optimised, measures, and writes `target/bench/report.md` or `docs/performance.md`.
pub fn run(bench: &Bench) -> anyhow::Result<()> {
    let is_asked = |part: &str| bench.only.is_empty() || bench.only.iter().any(|asked| asked == part);
    let (server, load) = programs(is_asked("sqlite"))?;
    if is_asked("functions") {
        let mut functions = workspace::cargo_with(&["bench", "--package", "tests", "--features", "bench"]);
        functions.args(["--bench", "functions", "--"]);
        if bench.quick {
            functions.args(["--warm-up-time", "0.5", "--measurement-time", "1"]);
        }
        workspace::run(&mut functions)?;
    }
    let (parties, rounds) = if bench.quick { ("100000", "3") } else { ("1000000", "5") };
    let mut load = Command::new(load);
    load.arg(server).arg(folder()?).arg(report(bench.publish)?).args([parties, rounds]).args(&bench.only);
    workspace::run(load.current_dir(workspace::root()))
}

/// Mixed load for so long, half of it on each database.
pub fn soak(minutes: u64, publish: bool) -> anyhow::Result<()> {
    let (server, load) = programs(false)?;
    let mut load = Command::new(load);
    load.arg("soak").arg(server).arg(folder()?).arg(report(publish)?).arg(minutes.to_string());
    workspace::run(load.current_dir(workspace::root()))
}

/// The server, and the program that puts load on it.
fn programs(with_page: bool) -> anyhow::Result<(PathBuf, PathBuf)> {
    if with_page {
        install::for_tests()?;
    }
    // Without it the server would have no page to show; kept when nothing has changed.
    frontend::build(true)?;
    let server = built(&["build", "--release", "--package", "backend", "--bin", "partsregister"], "partsregister")?;
    let load = built(&["bench", "--no-run", "--package", "tests", "--bench", "load"], "load")?;
    Ok((server, load))
}

/// Where databases stay for the next time.
fn folder() -> anyhow::Result<PathBuf> {
    let folder = workspace::root().join("target/bench");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn report(publish: bool) -> anyhow::Result<PathBuf> {
    Ok(if publish { workspace::root().join("docs/performance.md") } else { folder()?.join("report.md") })
}

/// The program that cargo makes of a target.
fn built(words: &[&str], target: &str) -> anyhow::Result<PathBuf> {
    let files = workspace::built_files(&mut workspace::cargo_with(words), target)?;
    // Of a library with the target's name there would be files with an extension.
    let program = files.into_iter().find(|file: &PathBuf| Path::new(file).extension().is_none());
    program.with_context(|| format!("cargo made no program of `{target}`"))
}
