//! ChromeDriver on a free port, with the Chromium that it starts.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::leash::{self, Leash};

/// A running ChromeDriver; it and its browsers are stopped when dropped.
#[derive(Debug)]
pub struct Driver {
    port: u16,
    folder: PathBuf,
    _leash: Leash,
}

/// Flags with which Chromium runs without a screen, as root too, and asks nothing of the network by itself.
pub const CHROMIUM_FLAGS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// The time that a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

impl Driver {
    /// Starts ChromeDriver on a port that it chooses itself.
    pub fn start() -> anyhow::Result<Driver> {
        let folder = tempfile::Builder::new().prefix("partsregister-browser-").tempdir_in("/tmp")?;
        let mut program = Command::new("chromedriver");
        program.args(["--port=0", "--log-level=WARNING"]).env("TMPDIR", folder.path()).env("HOME", folder.path());
        let leash = Leash::start(&program, "TERM", folder.path(), None).context("cannot start chromedriver")?;
        let folder = folder.keep();
        let start = Instant::now();
        loop {
            let output = leash::output(&folder);
            if let Some(port) = port(&output) {
                return Ok(Driver { port, folder, _leash: leash });
            }
            if start.elapsed() > PATIENCE {
                bail!("ChromeDriver does not start:\n{output}");
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Its address for a WebDriver client.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A folder for files of the browser, removed with the driver.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// The port in `ChromeDriver was started successfully on port 40593.`
fn port(output: &str) -> Option<u16> {
    let (_, after) = output.split_once("started successfully on port ")?;
    after.split_once('.')?.0.parse().ok()
}
