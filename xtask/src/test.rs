//! `test`: everything, on both databases and in the browser.

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};

use anyhow::Context;
use test_servers::postgres::Cluster;

use crate::{frontend, install, workspace};

/// The whole workspace with everything that needs more than Rust and a C compiler. `check` builds the same, so that
/// nothing is compiled twice.
pub const EVERYTHING: [&str; 4] =
    ["--workspace", "--exclude=xtask", "--features", "tests/postgres,tests/browser,tests/sftp,tests/schemathesis"];

/// Builds and runs all tests; the last line is `N passed, N failed`. A test that is switched off counts as failed.
pub fn run() -> anyhow::Result<ExitCode> {
    install::for_tests()?;
    frontend::build(false)?;
    workspace::run(cargo_test().arg("--no-run"))?;

    // One cluster for all test programs; it ends with this process.
    let cluster = Cluster::start()?;
    let mut counts = Counts::default();
    counts.add(&mut workspace::cargo_with(&["test", "--package", "xtask"]))?;
    counts.add(cargo_test().arg("--no-fail-fast").env("TEST_POSTGRES_URL", cluster.url("postgres")))?;
    drop(cluster);

    println!("{} passed, {} failed", counts.passed, counts.failed);
    Ok(if counts.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn cargo_test() -> Command {
    let mut cargo = workspace::cargo_with(&["test"]);
    cargo.args(EVERYTHING);
    cargo
}

#[derive(Debug, Default, PartialEq)]
struct Counts {
    passed: u64,
    failed: u64,
}

impl Counts {
    /// Runs the test programs of one `cargo test` and adds up what they say at their ends.
    fn add(&mut self, tests: &mut Command) -> anyhow::Result<()> {
        let failed_before = self.failed;
        let mut child = tests.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
        let output = child.stdout.take().context("the output of cargo is a pipe")?;
        for line in BufReader::new(output).lines() {
            let line = line?;
            println!("{line}");
            self.read(&line);
        }
        if !child.wait()?.success() && self.failed == failed_before {
            println!("a test program ended without saying how: counted as one failure");
            self.failed += 1;
        }
        Ok(())
    }

    /// Adds a line like `test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; …`; any other says nothing.
    fn read(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        for part in result.split([';', '.']) {
            let Some((number, word)) = part.trim().split_once(' ') else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            match word {
                "passed" => self.passed += number,
                "failed" | "ignored" => self.failed += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_added_up_and_a_switched_off_test_is_a_failure() {
        let mut counts = Counts::default();
        counts.read("test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.71s");
        counts
            .read("test result: FAILED. 1 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 1.00s");
        counts.read("test api::a_party_is_found ... ok");
        assert_eq!(counts, Counts { passed: 13, failed: 3 });
    }
}
