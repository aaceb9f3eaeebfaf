//! Arbitrary bytes for the readers of `cpr` (`cpr/fuzz`), with the compiler's help: cargo-fuzz needs a nightly one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use super::{Exercise, folder};
use crate::{install, workspace};

const CARGO_FUZZ: &str = "0.13.2";
const TOOLCHAIN: &str = "nightly";

/// The targets, and where the samples lie that they begin with.
const TARGETS: [(&str, &str, &str); 4] = [
    ("record", "cpr/corpus/extract", "any line is a record of an extract, and a copy of it is the same"),
    ("scan", "cpr/corpus/extract", "any file is refused or read; what was read can be written and read again"),
    ("gctp", "cpr/corpus/gctp", "any bytes are refused or read as an answer of CPR Services"),
    ("direkte", "cpr/corpus/direkte", "any bytes are refused or read as a message to CPR Direkte or its answer"),
];
const ROUNDS: u64 = 10;
const SECONDS_OF_A_ROUND: u64 = 60;

pub fn exercises() -> Vec<Exercise> {
    let exercise = |(target, samples, what)| Exercise {
        name: format!("fuzz {target}"),
        what,
        rounds: ROUNDS,
        round: Box::new(move |round| fuzz(target, samples, round)),
    };
    TARGETS.map(exercise).into()
}

/// One minute with one target. The inputs that it thinks of are kept for the next round, on this commit or another.
fn fuzz(target: &str, samples: &str, round: u64) -> anyhow::Result<String> {
    let program = build()?.join(target);
    let (inputs, found) = (folder()?.join("inputs").join(target), folder()?.join("found").join(target));
    for folder in [&inputs, &found] {
        fs::create_dir_all(folder)?;
    }
    let log = folder()?.join(format!("fuzz-{target}.log"));
    let mut fuzz = Command::new(program);
    fuzz.current_dir(workspace::root()).arg(inputs).arg(samples);
    let known = Path::new("cpr/fuzz/found").join(target);
    if workspace::root().join(&known).is_dir() {
        fuzz.arg(known);
    }
    fuzz.args([format!("-seed={round}"), format!("-max_total_time={SECONDS_OF_A_ROUND}")]);
    fuzz.args(["-max_len=4096", "-timeout=10", "-rss_limit_mb=2048"]);
    fuzz.arg(format!("-artifact_prefix={}/", found.display()));
    let status =
        fuzz.stdout(Stdio::null()).stderr(File::create(&log)?).status().context("cannot start the fuzz target")?;
    let said = fs::read(&log)?;
    let said = String::from_utf8_lossy(&said);
    if !status.success() {
        let input = said.lines().rev().find_map(|line| line.split_once("Test unit written to ")).map(|(_, file)| file);
        bail!(
            "an input breaks the property: {}; the story is in {}. Mend it, and keep the input in cpr/fuzz/found/{target}",
            input.unwrap_or("none was kept"),
            log.display()
        );
    }
    let runs = said.lines().rev().find(|line| line.starts_with("Done "));
    Ok(runs.context("libFuzzer did not say what it did")?.to_owned())
}

/// Builds the targets, and gives the folder that they lie in.
fn build() -> anyhow::Result<PathBuf> {
    let tool = install::cargo_tool("cargo-fuzz", CARGO_FUZZ)?;
    let is_there = Command::new("rustup").args(["run", TOOLCHAIN, "rustc", "--version"]).stdout(Stdio::null()).status();
    if !is_there.is_ok_and(|status| status.success()) {
        let mut install = Command::new("rustup");
        workspace::run(install.args(["toolchain", "install", TOOLCHAIN, "--profile", "minimal"]))?;
    }
    let target = workspace::root().join("target/fuzz");
    let mut build = Command::new(tool);
    build.current_dir(workspace::root()).args(["build", "--fuzz-dir", "cpr/fuzz", "--target-dir"]).arg(&target);
    // What the cargo around us set for the stable compiler.
    build.env("RUSTUP_TOOLCHAIN", TOOLCHAIN).env_remove("CARGO").env_remove("RUSTC");
    workspace::run(&mut build)?;
    Ok(target.join("x86_64-unknown-linux-gnu/release"))
}
