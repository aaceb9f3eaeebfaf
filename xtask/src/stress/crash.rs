//! Processes that are killed while they apply a change file.

use std::process::Stdio;

use anyhow::ensure;

use super::Exercise;
use crate::workspace;

const ROUNDS: u64 = 30;
/// Files of a round; each is applied by four processes, three of which are killed on the way.
const FILES: u64 = 5;

pub fn exercise() -> Exercise {
    Exercise {
        name: "crash apply".to_owned(),
        what: "a process that is killed while it applies a file of 20,000 persons leaves what one leaves that is not",
        rounds: ROUNDS,
        round: Box::new(round),
    }
}

/// The crash test, with other moments in each round.
fn round(round: u64) -> anyhow::Result<String> {
    let mut test = workspace::cargo_with(&["test", "--quiet", "--package", "tests", "--test", "apply", "crash"]);
    test.env("CRASH_SEED", round.to_string()).env("CRASH_KILLS", FILES.to_string());
    let status = test.stdout(Stdio::null()).status()?;
    ensure!(status.success(), "the end differs: CRASH_SEED={round} CRASH_KILLS={FILES} cargo test --test apply crash");
    Ok(format!("{FILES} files, {} kills", 3 * FILES))
}
