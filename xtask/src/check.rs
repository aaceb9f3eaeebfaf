//! `check`: everything that can be said about the repository without running the house.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};

use crate::{alarms, documents, frontend, install, members, norms, test, workspace};

/// The version that the repository's `deny.toml` was written for.
const CARGO_DENY: &str = "0.20.2";

/// Runs every check, cheap ones first, and stops at the first that fails.
pub fn run() -> anyhow::Result<()> {
    step("workspace: lints and versions come from the root", members::check)?;
    step("documents: every path they name exists", documents::check)?;
    step("alarms: the guide says what to do at each", alarms::check)?;
    step("norms: every test that proves one exists", norms::check)?;
    step("fmt", || workspace::run(workspace::cargo_with(&["fmt", "--all"]).arg("--check")))?;
    step("licences, bans, sources", dependencies)?;
    step("clippy", clippy)?;
    step("clippy of the frontend for the browser", clippy_in_browser)?;
    step("documentation", documentation)?;
    step("floors, specification and privileges", floors_and_specification)
}

fn step(name: &str, check: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    println!("== {name}");
    let start = Instant::now();
    check().with_context(|| name.to_owned())?;
    println!("   {:.1} s", start.elapsed().as_secs_f32());
    Ok(())
}

fn clippy() -> anyhow::Result<()> {
    let mut clippy = workspace::cargo_with(&["clippy", "--workspace", "--all-targets", "--all-features", "--locked"]);
    workspace::run(clippy.args(["--", "-D", "warnings"]))
}

fn clippy_in_browser() -> anyhow::Result<()> {
    frontend::add_wasm_target()?;
    let mut clippy = workspace::cargo_with(&["clippy", "--package", "frontend", "--target", frontend::TARGET]);
    workspace::run(clippy.args(["--locked", "--", "-D", "warnings"]))
}

/// With private items, because the readers are those who work on the house; so links to them lead somewhere.
fn documentation() -> anyhow::Result<()> {
    let mut doc = workspace::cargo_with(&["doc", "--workspace", "--no-deps", "--all-features", "--locked"]);
    workspace::run(
        doc.arg("--document-private-items").env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private-intra-doc-links"),
    )
}

/// The test programs that compare the repository with itself, from the same build as `test`'s.
fn floors_and_specification() -> anyhow::Result<()> {
    let mut tests = workspace::cargo_with(&["test", "--quiet"]);
    workspace::run(tests.args(test::EVERYTHING).args(["--test", "floors", "--test", "contract"]))
}

fn dependencies() -> anyhow::Result<()> {
    let mut deny = Command::new(install::cargo_tool("cargo-deny", CARGO_DENY)?);
    deny.current_dir(workspace::root()).args(["--locked", "--log-level", "warn"]);
    workspace::run(deny.args(["check", "licenses", "bans", "sources"]))
}

/// Fails with all faults at once, when there are any.
pub fn no_faults(faults: &[String]) -> anyhow::Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    bail!("{}", faults.join("\n"))
}
