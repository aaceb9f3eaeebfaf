//! `stress`: what takes long because it tries often. No part of `test`: it is run before a release and over night.
//!
//! An exercise is a number of rounds. What is done is kept in `target/stress/state.json` after each round, so a run that
//! is stopped is continued by the next one; another commit starts anew. A new exercise is a function here or a file in
//! `stress/`, and a line in [`exercises`].

mod crash;
mod fuzz;
mod requests;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Value, json};

use crate::workspace;

/// Something that is tried many times.
pub struct Exercise {
    /// Names it in the state and in the report.
    pub name: String,
    /// What is tried, for the report.
    pub what: &'static str,
    /// How often.
    pub rounds: u64,
    /// One round; its number, from 1, is the seed of whatever chance there is in it. Gives a word for the report. A
    /// failure ends the exercise, and the next run begins with the round that failed.
    pub round: Box<dyn Fn(u64) -> anyhow::Result<String>>,
}

fn exercises() -> Vec<Exercise> {
    let mut exercises = fuzz::exercises();
    exercises.push(crash::exercise());
    exercises.push(requests::exercise());
    exercises
}

/// Does all rounds that this commit has not done yet; with `minutes`, begins none after that time.
pub fn run(again: bool, minutes: Option<u64>) -> anyhow::Result<ExitCode> {
    let mut state = if again { State::new() } else { State::read() };
    let begin = Instant::now();
    let is_over = || minutes.is_some_and(|minutes| begin.elapsed() >= Duration::from_secs(60 * minutes));
    let exercises = exercises();
    for exercise in &exercises {
        let mut record = state.records.remove(&exercise.name).unwrap_or_default();
        record.failure = None;
        while record.done < exercise.rounds && record.failure.is_none() && !is_over() {
            let round = record.done + 1;
            let start = Instant::now();
            match (exercise.round)(round) {
                Ok(said) => {
                    println!("{}, round {round} of {}: {said}", exercise.name, exercise.rounds);
                    (record.done, record.said) = (round, said);
                }
                Err(error) => {
                    println!("{}, round {round} of {}: FAILED: {error:#}", exercise.name, exercise.rounds);
                    record.failure = Some(format!("round {round}: {error:#}"));
                }
            }
            record.seconds += start.elapsed().as_secs();
            state.records.insert(exercise.name.clone(), record.clone());
            state.write()?;
            fs::write(folder()?.join("report.md"), state.report(&exercises))?;
        }
        state.records.insert(exercise.name.clone(), record);
    }
    let file = folder()?.join("report.md");
    fs::write(&file, state.report(&exercises))?;
    let failed = state.records.values().filter(|record| record.failure.is_some()).count();
    println!("{} exercises, {failed} failed; {}", exercises.len(), file.display());
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `target/stress`, where everything of these runs lies.
fn folder() -> anyhow::Result<PathBuf> {
    let folder = workspace::root().join("target/stress");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    Ok(folder)
}

/// What has been done, and of which commit.
#[derive(Debug, PartialEq)]
struct State {
    commit: String,
    records: BTreeMap<String, Record>,
}

/// What has been done of one exercise.
#[derive(Debug, Clone, Default, PartialEq)]
struct Record {
    done: u64,
    seconds: u64,
    said: String,
    failure: Option<String>,
}

impl State {
    fn new() -> Self {
        let mut git = Command::new("git");
        let output = git.args(["describe", "--always", "--dirty"]).current_dir(workspace::root()).output();
        let commit = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        Self { commit: commit.unwrap_or_default(), records: BTreeMap::new() }
    }

    /// What earlier runs on this commit have done; nothing if there were none.
    fn read() -> Self {
        let new = Self::new();
        let text = folder().and_then(|folder| Ok(fs::read_to_string(folder.join("state.json"))?));
        let known = text.ok().and_then(|text| Self::from_json(&serde_json::from_str(&text).ok()?));
        known.filter(|known| known.commit == new.commit).unwrap_or(new)
    }

    fn write(&self) -> anyhow::Result<()> {
        // By way of another file: a run that is stopped while it writes leaves the old one.
        let (file, next) = (folder()?.join("state.json"), folder()?.join("state.next"));
        fs::write(&next, serde_json::to_string_pretty(&self.to_json())?)?;
        Ok(fs::rename(next, file)?)
    }

    fn to_json(&self) -> Value {
        let records = self.records.iter().map(|(name, record)| {
            let Record { done, seconds, said, failure } = record;
            (name.clone(), json!({ "done": done, "seconds": seconds, "said": said, "failure": failure }))
        });
        json!({ "commit": self.commit, "records": records.collect::<serde_json::Map<_, _>>() })
    }

    fn from_json(json: &Value) -> Option<Self> {
        let records = json["records"].as_object()?.iter().map(|(name, record)| {
            let record = Record {
                done: record["done"].as_u64()?,
                seconds: record["seconds"].as_u64()?,
                said: record["said"].as_str()?.to_owned(),
                failure: record["failure"].as_str().map(str::to_owned),
            };
            Some((name.clone(), record))
        });
        Some(Self { commit: json["commit"].as_str()?.to_owned(), records: records.collect::<Option<_>>()? })
    }

    fn report(&self, exercises: &[Exercise]) -> String {
        let mut report = format!("# Stress\n\nCommit {}\n\n", self.commit);
        report.push_str("| Exercise | What | Rounds | Time | Result |\n|---|---|---|---|---|\n");
        for Exercise { name, what, rounds, .. } in exercises {
            let Record { done, seconds, said, failure } = self.records.get(name).cloned().unwrap_or_default();
            let result = match &failure {
                Some(_) => "**failed**".to_owned(),
                None if done < *rounds => format!("not finished; {said}"),
                None => said,
            };
            let _ = writeln!(report, "| {name} | {what} | {done} of {rounds} | {} min | {result} |", seconds / 60);
        }
        for (name, record) in &self.records {
            if let Some(failure) = &record.failure {
                let _ = write!(report, "\n## {name}\n\n{failure}\n");
            }
        }
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        let failed = Record { done: 2, seconds: 61, said: "fine".to_owned(), failure: Some("round 3: no".to_owned()) };
        let done = Record { done: 5, seconds: 300, said: "7 kills".to_owned(), failure: None };
        let records = BTreeMap::from([("a".to_owned(), failed), ("b".to_owned(), done)]);
        State { commit: "abc".to_owned(), records }
    }

    #[test]
    fn what_is_done_is_read_as_it_was_written() {
        assert_eq!(State::from_json(&state().to_json()), Some(state()));
        assert_eq!(State::from_json(&json!({ "commit": "abc", "records": { "a": {} } })), None);
    }

    #[test]
    fn the_report_says_what_failed_and_what_is_left() {
        let exercise = |name: &str, rounds| Exercise {
            name: name.to_owned(),
            what: "tries",
            rounds,
            round: Box::new(|_| Ok(String::new())),
        };
        let report = state().report(&[exercise("a", 5), exercise("b", 5), exercise("c", 1)]);
        for line in [
            "| a | tries | 2 of 5 | 1 min | **failed** |",
            "| b | tries | 5 of 5 | 5 min | 7 kills |",
            "| c | tries | 0 of 1 | 0 min | not finished;  |",
            "## a\n\nround 3: no",
        ] {
            assert!(report.contains(line), "{report}");
        }
    }
}
