//! What the tests need of the machine, installed where we may.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use test_servers::{oidc, postgres, schemathesis, sftp};

use crate::workspace;

/// Programs that the tests start, each with Debian's package for it.
const NEEDED: [(&str, &str); 5] = [
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
    ("node", "nodejs"),
    ("npm", "npm"),
    ("promtool", "prometheus"),
];

/// Installs what the tests miss: Debian packages, and the OpenID Connect provider and schemathesis in their locked versions.
///
/// # Errors
/// Where we may not install (no root, no apt-get): one message that names all that is missing.
pub fn for_tests() -> anyhow::Result<()> {
    debian_packages()?;
    provider()?;
    for_requests()
}

/// Installs schemathesis into `target/`, unless what the list of versions says is there.
///
/// # Errors
/// When Python cannot make a virtual environment, or pip cannot install.
pub fn for_requests() -> anyhow::Result<()> {
    let here = schemathesis::folder();
    let list = workspace::root().join("tests/schemathesis/requirements.txt");
    let (wanted, installed) = (fs::read(&list)?, here.join("installed.txt"));
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("installing for the tests: schemathesis");
    workspace::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&here))
        .context("python3 cannot make a virtual environment for schemathesis")?;
    let mut pip = Command::new(here.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"])
        .arg(&list);
    workspace::run(&mut pip).context("pip cannot install schemathesis for the tests")?;
    Ok(fs::write(installed, wanted)?)
}

/// Installs the provider into `target/`, unless what the lock file says is there.
fn provider() -> anyhow::Result<()> {
    let (wanted, here) = (workspace::root().join("tests/oidc"), oidc::packages());
    let lock = fs::read(wanted.join("package-lock.json"))?;
    let installed = here.join("installed.json");
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("installing for the tests: oidc-provider");
    fs::create_dir_all(&here)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(wanted.join(file), here.join(file))?;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&here);
    workspace::run(&mut npm).context("npm cannot install the OpenID Connect provider of the tests")?;
    Ok(fs::write(installed, lock)?)
}

fn debian_packages() -> anyhow::Result<()> {
    let mut packages: Vec<&str> =
        NEEDED.iter().filter(|(program, _)| !is_on_path(program)).map(|(_, package)| *package).collect();
    if postgres::programs().is_err() {
        packages.push("postgresql");
    }
    if !sftp::is_installed() {
        packages.push("openssh-server");
    }
    if !has_python() {
        packages.push("python3-venv");
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

/// Python with what makes virtual environments, which Debian has in a package of its own.
fn has_python() -> bool {
    let asked = Command::new("python3").args(["-c", "import ensurepip, venv"]).output();
    asked.is_ok_and(|output| output.status.success())
}

fn apt(packages: &[&str]) -> anyhow::Result<()> {
    let mut install = Command::new("apt-get");
    install.args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(packages);
    install.env("DEBIAN_FRONTEND", "noninteractive");
    workspace::run(&mut install)
}

/// A tool of cargo's in this version: the user's own, else one built once into `target/tools`.
pub fn cargo_tool(name: &str, version: &str) -> anyhow::Result<PathBuf> {
    let own = PathBuf::from(name);
    if is_version(&own, name, version) {
        return Ok(own);
    }
    let tools = workspace::root().join("target/tools");
    let built = tools.join("bin").join(name);
    if !is_version(&built, name, version) {
        println!("   building {name} {version} into target/tools, once");
        fs::create_dir_all(&tools)?;
        // Unoptimised it is built in half the time, and does its work in a second all the same.
        let mut install = workspace::cargo_with(&["install", name, "--locked", "--debug", "--quiet"]);
        workspace::run(install.args(["--version", version, "--root"]).arg(&tools))?;
    }
    ensure!(is_version(&built, name, version), "{} is not version {version}", built.display());
    Ok(built)
}

fn is_version(program: &Path, name: &str, version: &str) -> bool {
    let asked = Command::new(program).arg("--version").output();
    asked.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == format!("{name} {version}"))
}

/// Whether a program can be started by its name.
pub fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
