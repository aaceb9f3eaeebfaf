//! What is printed and stored: a chapter for each part, in one document. What is measured again replaces its chapter.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use backend::clock::{Clock, SystemClock};

/// What a number should be.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    AtLeast(f64),
    Below(f64),
}

/// A chapter: a table of everything measured with its goals, and the details below it.
pub struct Report {
    title: String,
    begun: String,
    load_at_begin: String,
    summary: String,
    details: String,
    missed: usize,
}

impl Report {
    pub fn begin(title: &str) -> Report {
        println!("\n{title}");
        Report {
            title: title.to_owned(),
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

    /// Begins a section of the details.
    pub fn heading(&mut self, heading: &str) {
        println!("\n{heading}");
        let _ = write!(self.details, "\n### {heading}\n\n");
    }

    /// Details, Markdown.
    pub fn text(&mut self, text: &str) {
        self.details.push_str(text);
    }

    /// How many goals were missed.
    pub const fn missed(&self) -> usize {
        self.missed
    }

    /// Puts the chapter into the document, in place of the one with its title.
    pub fn store(&self, file: &Path) -> anyhow::Result<()> {
        let (chapter, known) = (self.chapter()?, fs::read_to_string(file).unwrap_or_default());
        Ok(fs::write(file, with_chapter(&known, &self.title, &chapter))?)
    }

    fn chapter(&self) -> anyhow::Result<String> {
        let machine = fs::read_to_string("/proc/sys/kernel/hostname")?;
        let processor = first_line("/proc/cpuinfo", "model name");
        let processors = std::thread::available_parallelism()?;
        let memory = first_line("/proc/meminfo", "MemTotal");
        let postgres = test_servers::postgres::programs().map_or_else(
            |_| "no PostgreSQL".to_owned(),
            |programs| said(&programs.join("postgres").display().to_string(), &["--version"]),
        );
        Ok(format!(
            "{}, commit {}, machine `{}`: {processor}, {processors} processors, {memory} memory, Linux {}; {}; {postgres}. \
            Load average (1, 5, 15 minutes) at the begin {}, at the end {}.\n\n{}{}",
            self.begun,
            said("git", &["describe", "--always", "--dirty"]),
            machine.trim(),
            said("uname", &["-r"]),
            said("rustc", &["--version"]),
            self.load_at_begin,
            load_average(),
            self.summary,
            self.details
        ))
    }
}

const HEAD: &str = "# Performance\n\nWritten by `cargo xtask bench --publish`, each chapter by the run that it names. How it is \
    measured, and what the words mean, stands in [benchmarks.md](benchmarks.md).\n";

/// The document with this chapter in place of the one with its title, or at the end.
fn with_chapter(document: &str, title: &str, chapter: &str) -> String {
    let mut chapters: Vec<(&str, &str)> =
        document.split("\n## ").skip(1).filter_map(|text| text.split_once('\n')).collect();
    match chapters.iter_mut().find(|(known, _)| *known == title) {
        Some(known) => known.1 = chapter,
        None => chapters.push((title, chapter)),
    }
    let chapters = chapters.iter().map(|(title, text)| format!("\n## {title}\n\n{}\n", text.trim()));
    chapters.fold(HEAD.to_owned(), |document, chapter| document + chapter.as_str())
}

fn first_line(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':').map(|(_, value)| value.trim()));
    value.unwrap_or("?").to_owned()
}

fn load_average() -> String {
    fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// The first line that a program prints.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).lines().next().unwrap_or("?").trim().to_owned()
}
