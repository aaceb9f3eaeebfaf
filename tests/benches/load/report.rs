//! What is printed and stored.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use backend::clock::{Clock, SystemClock};

/// What a number should be.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    AtLeast(f64),
    Below(f64),
}

/// A table of everything measured with its goals, and the details below it.
pub struct Report {
    begun: String,
    load_at_begin: String,
    summary: String,
    details: String,
    missed: usize,
}

impl Report {
    pub fn begin() -> Report {
        Report {
            begun: SystemClock.now().format("%Y-%m-%d %H:%M UTC").to_string(),
            load_at_begin: load_average(),
            summary: "| What | Measured | Goal | |\n|---|---|---|---|\n".to_owned(),
            details: String::new(),
            missed: 0,
        }
    }

    /// A number with a goal.
    pub fn goal(&mut self, what: &str, value: f64, unit: &str, goal: Goal) {
        let (wanted, reached) = match goal {
            Goal::AtLeast(least) => (format!("≥ {least}{unit}"), value >= least),
            Goal::Below(limit) => (format!("< {limit}{unit}"), value < limit),
        };
        self.missed += usize::from(!reached);
        let verdict = if reached { "reached" } else { "**missed**" };
        let digits = if value < 10.0 { 2 } else { 0 };
        self.row(&format!("| {what} | {value:.digits$}{unit} | {wanted} | {verdict} |"));
    }

    /// A number without one.
    pub fn note(&mut self, what: &str, value: &str) {
        self.row(&format!("| {what} | {value} | | |"));
    }

    fn row(&mut self, row: &str) {
        println!("{row}");
        self.summary.push_str(row);
        self.summary.push('\n');
    }

    /// Begins a chapter of the details.
    pub fn heading(&mut self, heading: &str) {
        println!("\n{heading}");
        let _ = write!(self.details, "\n## {heading}\n\n");
    }

    /// Details, Markdown.
    pub fn text(&mut self, text: &str) {
        self.details.push_str(text);
    }

    /// How many goals were missed.
    pub const fn missed(&self) -> usize {
        self.missed
    }

    /// Writes the report.
    pub fn store(&self, file: &Path, what: &str) -> anyhow::Result<()> {
        let cpu = first_line("/proc/cpuinfo", "model name");
        let processors = std::thread::available_parallelism()?;
        let memory = first_line("/proc/meminfo", "MemTotal");
        let text = format!(
            "# Benchmarks\n\n{what}\n\n\
            * When: {}; load average (1, 5, 15 minutes) at the begin {}, at the end {}\n\
            * Commit: {}\n* Machine: {cpu}, {processors} processors, {memory} memory, Linux {}\n\
            * {}; {}; {}\n\n{}{}",
            self.begun,
            self.load_at_begin,
            load_average(),
            said("git", &["describe", "--always", "--dirty"]),
            said("uname", &["-r"]),
            said("rustc", &["--version"]),
            test_servers::postgres::programs().map_or_else(
                |_| "no PostgreSQL".to_owned(),
                |bin| said(&bin.join("postgres").display().to_string(), &["--version"])
            ),
            said("chromium", &["--version"]),
            self.summary,
            self.details
        );
        Ok(std::fs::write(file, text)?)
    }
}

fn first_line(file: &str, name: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':').map(|(_, value)| value.trim()));
    value.unwrap_or("?").to_owned()
}

fn load_average() -> String {
    std::fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// The first line that a program prints.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).lines().next().unwrap_or("?").trim().to_owned()
}
