//! The servers that are measured: processes of their own, as in production.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

/// Ticks of a processor's clock in a second, as Linux counts them for every program.
const TICKS: f64 = 100.0;

/// A running server; killed when dropped.
pub struct Process {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// When it was started.
    pub started: Instant,
}

impl Process {
    /// The house, with these settings on top of the defaults; its log goes to a file in `folder`.
    pub fn house(program: &Path, folder: &Path, settings: &str) -> anyhow::Result<Process> {
        let file = write_settings(folder, settings)?;
        let mut house = Command::new(program);
        house.args(["serve", "--config"]).arg(file);
        Process::start(house, folder)
    }

    /// The bare server, from this program.
    pub fn bare(url: &str, folder: &Path) -> anyhow::Result<Process> {
        let mut bare = Command::new(std::env::current_exe()?);
        bare.args(["bare", url]);
        Process::start(bare, folder)
    }

    fn start(mut command: Command, folder: &Path) -> anyhow::Result<Process> {
        let log = File::options().create(true).append(true).open(folder.join("server.log"))?;
        // Settings of the user's environment would override ours.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PARTSREGISTER_")) {
            command.env_remove(name);
        }
        let started = Instant::now();
        let mut child = command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("a pipe")?).read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on http://").and_then(|address| address.parse().ok());
        let address = address.with_context(|| format!("no address; see {}/server.log", folder.display()))?;
        Ok(Process { child, address, started })
    }

    /// Time of the processors that it has used so far, in all its threads.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        cpu_of(self.child.id())
    }

    /// Its memory that is in use now (resident set), in MiB.
    pub fn memory(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib / 1024.0)
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to end as an operator would, and waits.
    pub fn stop(mut self) -> anyhow::Result<()> {
        let asked = Command::new("kill").args(["-s", "TERM", &self.child.id().to_string()]).status()?;
        ensure!(asked.success(), "kill: {asked}");
        let ended = self.child.wait()?;
        ensure!(ended.success(), "the server ended with {ended}");
        Ok(())
    }
}

/// The settings as a file, where the servers' other files are.
pub fn write_settings(folder: &Path, settings: &str) -> anyhow::Result<PathBuf> {
    let file = folder.join("bench.toml");
    std::fs::write(&file, settings)?;
    Ok(file)
}

/// Time of the processors that a process has used so far, in all its threads.
pub fn cpu_of(process: u32) -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields = stat.rsplit_once(") ").context("/proc/…/stat")?.1.split(' ');
    let ticks: f64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    Ok(Duration::from_secs_f64(ticks / TICKS))
}

impl Drop for Process {
    fn drop(&mut self) {
        // Already ended, or not worth a word.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
