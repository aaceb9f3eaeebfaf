//! What the tests need of the machine, installed where we may.

use std::process::Command;

use anyhow::{Context, bail};
use test_servers::postgres;

use crate::workspace;

/// Programs that the tests start, each with Debian's package for it.
const NEEDED: [(&str, &str); 2] = [("chromium", "chromium"), ("chromedriver", "chromium-driver")];

/// Installs the Debian packages that the tests miss.
///
/// # Errors
/// Where we may not install (no root, no apt-get): one message that names all that is missing.
pub fn for_tests() -> anyhow::Result<()> {
    let mut packages: Vec<&str> =
        NEEDED.iter().filter(|(program, _)| !is_on_path(program)).map(|(_, package)| *package).collect();
    if postgres::programs().is_err() {
        packages.push("postgresql");
    }
    if packages.is_empty() {
        return Ok(());
    }
    let wish = format!("apt-get install --no-install-recommends {}", packages.join(" "));
    if !workspace::is_root() || !is_on_path("apt-get") {
        bail!("the tests need programs that are not here; install them with: {wish}");
    }
    println!("installing for the tests: {}", packages.join(" "));
    if apt(&packages).is_err() {
        // The package lists may be older than the packages.
        workspace::run(Command::new("apt-get").args(["update", "--quiet"])).context(wish.clone())?;
        apt(&packages).context(wish)?;
    }
    Ok(())
}

fn apt(packages: &[&str]) -> anyhow::Result<()> {
    let mut install = Command::new("apt-get");
    install.args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(packages);
    install.env("DEBIAN_FRONTEND", "noninteractive");
    workspace::run(&mut install)
}

/// Whether a program can be started by its name.
pub fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
