//! `bench`: functions by criterion, then load on the optimised server from outside. No part of `check` and `test`: what it
//! says depends on the machine and on what else the machine does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::{frontend, install, workspace};

/// Builds everything optimised, measures, and leaves `target/bench/report.md`.
pub fn run(quick: bool) -> anyhow::Result<()> {
    install::for_tests()?;
    frontend::build(true)?;
    let server = built(&["build", "--release", "--package", "backend", "--bin", "partsregister"], "partsregister")?;
    let load = built(&["bench", "--no-run", "--package", "tests", "--bench", "load"], "load")?;

    let mut functions = workspace::cargo_with(&["bench", "--package", "tests", "--features", "bench"]);
    functions.args(["--bench", "functions", "--"]);
    if quick {
        functions.args(["--warm-up-time", "0.5", "--measurement-time", "1"]);
    }
    workspace::run(&mut functions)?;

    let folder = workspace::root().join("target/bench");
    fs::create_dir_all(&folder)?;
    let mut load = Command::new(load);
    let (parties, rounds) = if quick { ("100000", "3") } else { ("1000000", "5") };
    workspace::run(load.arg(server).arg(folder).args([parties, rounds]).current_dir(workspace::root()))?;

    let apply = built(&["bench", "--no-run", "--package", "tests", "--bench", "apply"], "apply")?;
    workspace::run(Command::new(apply).arg(if quick { "5000" } else { "50000" }))
}

/// The program that cargo makes of a target.
fn built(words: &[&str], target: &str) -> anyhow::Result<PathBuf> {
    let files = workspace::built_files(&mut workspace::cargo_with(words), target)?;
    // Of a library with the target's name there would be files with an extension.
    let program = files.into_iter().find(|file: &PathBuf| Path::new(file).extension().is_none());
    program.with_context(|| format!("cargo made no program of `{target}`"))
}
