//! `partsregister import`: a file with one resource input a line, as the API takes it.
//!
//! What became of each line is written beside the file, line by line, so a run that was stopped goes on where that ends. A batch
//! that was committed but not yet written down is taken again then, and found to be there.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use aws_lc_rs::digest;
use futures_util::FutureExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use openapi::problem::{FieldError, Problem};
use serde::{Deserialize, Serialize};

use super::furnish;
use crate::actions::import::{Import, Line, Taken};
use crate::actions::{Actions, Error};
use crate::clock::SharedClock;
use crate::config::Config;
use crate::http::lines;

/// The longest line, as the longest body of the API.
const LONGEST: u64 = 1024 * 1024;
/// Lines that are written in one transaction. Other writers wait for it.
const PARTIES: usize = 200;
const CASES: usize = 100;

/// Between two batches: another process that waits for the same SQLite file asks again now and then, and needs to find it free.
const GAP: Duration = Duration::from_millis(20);

/// What the lines are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Parties (`PartyInput`).
    Parties,
    /// Cases (`CaseInput`), with their parties.
    Cases,
}

/// How many lines became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// New.
    pub created: u64,
    /// There, and changed.
    pub changed: u64,
    /// There.
    pub unchanged: u64,
    /// Not taken.
    pub refused: u64,
    /// The process was asked to stop before the end.
    pub stopped: bool,
}

/// What stands in a line, where it can be read at all.
type Text = Result<Vec<u8>, Box<Problem>>;

/// The first line of a report.
#[derive(Serialize, Deserialize, PartialEq)]
struct Head {
    file: String,
    kind: Kind,
}

/// Every other line of a report.
#[derive(Serialize, Deserialize)]
struct Reported {
    line: u64,
    outcome: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

/// Takes a file in, or (`dry_run`) looks what would become of it and keeps nothing.
///
/// # Errors
/// When a file cannot be read or written, the report belongs to another file, or the database is away. What was taken until then
/// stays; the same command goes on from there.
pub async fn import(
    config: &Config,
    clock: SharedClock,
    kind: Kind,
    path: &Path,
    dry_run: bool,
    stopped: impl Future<Output = ()>,
) -> anyhow::Result<Summary> {
    let mut file = File::open(path).with_context(|| format!("{} kan ikke læses", path.display()))?;
    let digest = digest_of(&mut file)?;
    let bytes = file.metadata()?.len();
    file.rewind()?;
    let head = Head { file: digest.iter().map(|byte| format!("{byte:02x}")).collect(), kind };
    let mut report = Report::open(&report_path(path, dry_run), &head, dry_run)?;

    let actions = furnish(config, clock).await?;
    let bar = ProgressBar::new(bytes);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {percent} % {msg} {eta}") {
        bar.set_style(style);
    }
    let mut lines = Lines { reader: BufReader::with_capacity(1 << 16, file), number: 0, read: 0 };
    let import = Import { file: digest, dry_run };
    let mut stopped = std::pin::pin!(stopped);
    let taken = loop {
        // Between two batches only: what was committed is written down.
        if stopped.as_mut().now_or_never().is_some() {
            report.summary.stopped = true;
            break Ok(());
        }
        match take_batch(&actions, &import, kind, &mut lines, &mut report).await {
            Ok(true) => {
                tokio::time::sleep(GAP).await;
                bar.set_position(lines.read);
                bar.set_message(format!("linje {}", lines.number));
            }
            Ok(false) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    bar.finish_and_clear();
    actions.close().await;
    taken?;
    Ok(report.summary)
}

/// Takes the next lines in and writes down what became of them; `false`: there were none.
async fn take_batch(
    actions: &Actions,
    import: &Import,
    kind: Kind,
    lines: &mut Lines,
    report: &mut Report,
) -> anyhow::Result<bool> {
    let size = if kind == Kind::Parties { PARTIES } else { CASES };
    let mut read: Vec<Line<Text>> = Vec::with_capacity(size);
    while read.len() < size {
        match lines.next()? {
            Some((number, _)) if number <= report.last => {}
            Some(line) => read.push(line),
            None => break,
        }
    }
    if read.is_empty() {
        return Ok(false);
    }
    let mut outcomes: Vec<Reported> = Vec::with_capacity(read.len());
    let taken = match kind {
        Kind::Parties => {
            let good = readable(read, lines::party, &mut outcomes);
            actions.import_parties(import, good).await
        }
        Kind::Cases => {
            let good = readable(read, lines::case, &mut outcomes);
            actions.import_cases(import, good).await
        }
    };
    let taken = taken.map_err(|error| match error {
        Error::Unavailable => {
            anyhow::anyhow!("databasen er ikke tilgængelig; kør den samme kommando igen for at fortsætte")
        }
        error => anyhow::anyhow!("{}", error.code()),
    })?;
    outcomes.extend(taken.into_iter().map(|(line, taken)| match taken {
        Taken::Created(id) => Reported::taken(line, "created", id),
        Taken::Changed(id) => Reported::taken(line, "changed", id),
        Taken::Unchanged(id) => Reported::taken(line, "unchanged", id),
        Taken::Refused(error) => Reported::refused(line, lines::problem(error)),
    }));
    outcomes.sort_by_key(|reported| reported.line);
    report.write(&outcomes)?;
    Ok(true)
}

/// The lines that can be read; the others are reported.
fn readable<T>(
    lines: Vec<Line<Text>>,
    read: impl Fn(&[u8]) -> Result<T, Box<Problem>>,
    outcomes: &mut Vec<Reported>,
) -> Vec<Line<T>> {
    let mut good = Vec::with_capacity(lines.len());
    for (number, line) in lines {
        match line.and_then(|line| read(&line)) {
            Ok(input) => good.push((number, input)),
            Err(problem) => outcomes.push(Reported::refused(number, *problem)),
        }
    }
    good
}

/// SHA-256 of a file.
fn digest_of(file: &mut File) -> std::io::Result<[u8; 32]> {
    let mut hash = digest::Context::new(&digest::SHA256);
    let mut piece = vec![0; 1 << 16];
    loop {
        match file.read(&mut piece)? {
            0 => break,
            read => hash.update(&piece[..read]),
        }
    }
    let mut digest = [0; 32];
    digest.copy_from_slice(hash.finish().as_ref());
    Ok(digest)
}

/// The lines of a file, one after the other. Empty ones are counted and passed over.
struct Lines {
    reader: BufReader<File>,
    number: u64,
    read: u64,
}

impl Lines {
    fn next(&mut self) -> std::io::Result<Option<Line<Text>>> {
        loop {
            let mut line = Vec::new();
            let read = self.reader.by_ref().take(LONGEST + 1).read_until(b'\n', &mut line)? as u64;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            self.read += read;
            if read > LONGEST {
                self.skip_rest(line.ends_with(b"\n"))?;
                return Ok(Some((self.number, Err(lines::too_long()))));
            }
            let text = line.trim_ascii();
            let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
            if !text.is_empty() {
                return Ok(Some((self.number, Ok(text.to_vec()))));
            }
        }
    }

    fn skip_rest(&mut self, mut ended: bool) -> std::io::Result<()> {
        while !ended {
            let buffer = self.reader.fill_buf()?;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let skipped = end.map_or(buffer.len(), |end| end + 1);
            ended = end.is_some() || buffer.is_empty();
            self.reader.consume(skipped);
            self.read += skipped as u64;
        }
        Ok(())
    }
}

/// Where it is written what became of the lines.
fn report_path(path: &Path, dry_run: bool) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(if dry_run { ".dry-run.jsonl" } else { ".outcome.jsonl" });
    PathBuf::from(name)
}

struct Report {
    out: BufWriter<File>,
    /// The last line that is written down.
    last: u64,
    summary: Summary,
}

impl Report {
    /// Opens the report of a file: a new one, or (except for dry runs) the one that a stopped run has left.
    fn open(path: &Path, head: &Head, anew: bool) -> anyhow::Result<Report> {
        let fault = || format!("{} kan ikke skrives", path.display());
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(anew);
        let mut file = options.open(path).with_context(fault)?;
        let (mut last, mut summary, mut good) = (0, Summary::default(), 0);
        let mut reader = BufReader::new(&mut file);
        let mut line = String::new();
        // The last line may have been cut off.
        while reader.read_line(&mut line).with_context(fault)? > 0 && line.ends_with('\n') {
            if good == 0 {
                ensure!(
                    serde_json::from_str::<Head>(&line).is_ok_and(|known| known == *head),
                    "{} hører til en anden fil; flyt den først",
                    path.display()
                );
            } else {
                let reported: Reported =
                    serde_json::from_str(&line).with_context(|| format!("{}: kan ikke læses", path.display()))?;
                last = reported.line;
                summary.count(&reported.outcome);
            }
            good += line.len() as u64;
            line.clear();
        }
        drop(reader);
        file.set_len(good)?;
        file.seek(std::io::SeekFrom::End(0))?;
        let mut out = BufWriter::new(file);
        if good == 0 {
            writeln!(out, "{}", serde_json::to_string(head)?)?;
            out.flush()?;
        }
        Ok(Report { out, last, summary })
    }

    fn write(&mut self, outcomes: &[Reported]) -> anyhow::Result<()> {
        for reported in outcomes {
            self.summary.count(&reported.outcome);
            writeln!(self.out, "{}", serde_json::to_string(reported)?)?;
        }
        Ok(self.out.flush()?)
    }
}

impl Reported {
    fn taken(line: u64, outcome: &str, id: String) -> Reported {
        Reported { line, outcome: outcome.to_owned(), id: Some(id), code: None, detail: None, errors: Vec::new() }
    }

    fn refused(line: u64, problem: Problem) -> Reported {
        let code = Some(problem.code.code().to_owned());
        let (detail, errors) = (Some(problem.detail), problem.errors);
        Reported { line, outcome: "refused".to_owned(), id: None, code, detail, errors }
    }
}

impl Summary {
    fn count(&mut self, outcome: &str) {
        *match outcome {
            "created" => &mut self.created,
            "changed" => &mut self.changed,
            "unchanged" => &mut self.unchanged,
            _ => &mut self.refused,
        } += 1;
    }
}
