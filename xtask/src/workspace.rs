//! The workspace that the chores work on, and how they call cargo.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// The cargo that runs this xtask, in the root of the repository.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.current_dir(root());
    cargo
}

/// The same with its first words.
pub fn cargo_with(words: &[&str]) -> Command {
    let mut cargo = cargo();
    cargo.args(words);
    cargo
}

/// Whether we may do everything on this machine.
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// Runs a command in front of the user; fails with the command itself when it fails.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", written(command)))?;
    ensure!(status.success(), "{} ended with {status}", written(command));
    Ok(())
}

/// Runs a `cargo build` and returns the files that it made of one target (`bin` or `cdylib` name).
pub fn built_files(build: &mut Command, target: &str) -> anyhow::Result<Vec<PathBuf>> {
    build.args(["--message-format", "json-render-diagnostics"]).stdout(Stdio::piped());
    let output = build.spawn().and_then(|child| child.wait_with_output());
    let output = output.with_context(|| format!("cannot start {}", written(build)))?;
    if !output.status.success() {
        bail!("{} ended with {}", written(build), output.status);
    }
    Ok(output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact" && message["target"]["name"] == target)
        .filter_map(|message| message["filenames"].as_array().cloned())
        .flatten()
        .filter_map(|file| file.as_str().map(PathBuf::from))
        .collect())
}

/// A command as a person would type it.
fn written(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
