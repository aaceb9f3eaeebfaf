//! `run`, `build` and `openapi`: what is done with the server's binary.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::Context;

use crate::{frontend, sbom, workspace};

/// Builds everything and becomes `partsregister serve --demo`, so that signals and the exit code are the server's own.
pub fn run(release: bool, further: &[String]) -> anyhow::Result<()> {
    frontend::build(release)?;
    let mut server = backend("run", release);
    server.args(["--", "serve", "--demo"]).args(further);
    Err(server.exec()).context("cannot start cargo")
}

/// Builds the one self-contained binary; when optimised, `target/release/partsregister` with its bill of materials beside it.
pub fn build(release: bool) -> anyhow::Result<()> {
    frontend::build(release)?;
    let mut build = backend("build", release);
    let files = workspace::built_files(&mut build, "partsregister")?;
    match files.iter().find(|file| file.file_name().is_some_and(|name| name == "partsregister")).filter(|_| release) {
        Some(program) => sbom::write(&program.with_extension("cdx.json")),
        None => Ok(()),
    }
}

/// Writes the specification and the table of privileges from the routes, or compares them.
pub fn openapi(check: bool) -> anyhow::Result<()> {
    let mut server = backend("run", false);
    server.args(["--", "openapi"]);
    if check {
        server.arg("--check");
    }
    workspace::run(&mut server)
}

fn backend(what: &str, release: bool) -> Command {
    let mut cargo = workspace::cargo();
    cargo.args([what, "--package", "backend", "--bin", "partsregister"]);
    if release {
        cargo.arg("--release");
    }
    cargo
}
