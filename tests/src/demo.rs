//! The demo as the user starts it: the program `partsregister serve --demo` on a free port, in a folder of its own.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use test_servers::leash::{self, Leash};

/// A running demo; stops when dropped.
pub struct Demo {
    url: String,
    _leash: Leash,
}

/// The time that a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

impl Demo {
    /// Starts the program that cargo built beside the tests.
    pub fn start() -> anyhow::Result<Demo> {
        let tests = std::env::current_exe()?;
        let program = tests.ancestors().nth(2).context("a test program lies in target/…/deps")?.join("partsregister");
        ensure!(program.exists(), "{} is missing: `cargo xtask test` builds it", program.display());
        let folder = tempfile::Builder::new().prefix("partsregister-demo-").tempdir_in("/tmp")?;
        let mut serve = Command::new(program);
        serve.args(["serve", "--demo"]).env("PARTSREGISTER_HTTP__BIND", "127.0.0.1:0");
        let leash = Leash::start(&serve, "TERM", folder.path(), None)?;
        let folder = folder.keep();
        let start = Instant::now();
        loop {
            let output = leash::output(&folder);
            let said = output.lines().find_map(|line| line.strip_prefix("listening on "));
            if let Some(url) = said {
                return Ok(Demo { url: url.to_owned(), _leash: leash });
            }
            if start.elapsed() > PATIENCE {
                bail!("the demo does not start:\n{output}");
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Where it is, without slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }
}
