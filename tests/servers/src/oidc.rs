//! An organisation's OpenID Connect provider: npm's `oidc-provider`, which is certified, in Node.js on a free port.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context, bail, ensure};

use crate::leash::{self, Leash};

/// What runs in Node.js: people, pages, and how the provider is set up.
const SERVER: &str = include_str!("../../oidc/server.mjs");

/// The time that a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running provider; stopped when dropped.
#[derive(Debug)]
pub struct Provider {
    issuer: String,
    _leash: Leash,
}

impl Provider {
    /// Starts a provider with keys of its own and no clients.
    ///
    /// # Errors
    /// When its packages are not installed, which `cargo xtask test` does, or Node.js is missing.
    pub fn start() -> anyhow::Result<Provider> {
        let packages = packages().join("node_modules");
        ensure!(packages.join("oidc-provider").is_dir(), "oidc-provider is not installed; `cargo xtask test` does it");
        let folder = tempfile::Builder::new().prefix("partsregister-oidc-").tempdir_in("/tmp")?;
        fs::write(folder.path().join("server.mjs"), SERVER)?;
        symlink(packages, folder.path().join("node_modules"))?;
        let mut program = Command::new("node");
        program.arg("server.mjs");
        let leash = Leash::start(&program, "TERM", folder.path(), None).context("cannot start node")?;
        // From here on the leash removes the folder.
        let folder = folder.keep();
        let start = Instant::now();
        loop {
            let output = leash::output(&folder);
            if let Some(issuer) = issuer(&output) {
                return Ok(Provider { issuer: issuer.to_owned(), _leash: leash });
            }
            if start.elapsed() > PATIENCE {
                bail!("the OpenID Connect provider does not start:\n{output}");
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Its issuer identifier, which is also its address.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }
}

/// Where its packages are installed: `package.json` and `node_modules`.
pub fn packages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/oidc")
}

/// The address in `listening on http://127.0.0.1:40593`, once the line is complete.
fn issuer(output: &str) -> Option<&str> {
    output.split_inclusive('\n').find_map(|line| line.strip_suffix('\n')?.strip_prefix("listening on "))
}
