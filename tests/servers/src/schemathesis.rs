//! schemathesis, which makes requests from a specification (Python; installed by `cargo xtask test`).

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where it is installed: a virtual environment.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/schemathesis")
}

/// The program, with what it is always told.
pub fn program() -> Command {
    let mut program = Command::new(folder().join("bin/st"));
    // Its files and Python's belong to nobody's home.
    program.env("HOME", folder()).env("PYTHONDONTWRITEBYTECODE", "1").current_dir(folder());
    program.arg("--config-file").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemathesis/schemathesis.toml"));
    program.arg("run");
    program
}
