//! Requests made from the specification, other ones in each round and many more of them than in `test`.

use std::process::Stdio;

use anyhow::ensure;

use super::Exercise;
use crate::{install, workspace};

const ROUNDS: u64 = 10;
const EXAMPLES: u64 = 100;

pub fn exercise() -> Exercise {
    Exercise {
        name: "requests".to_owned(),
        what: "whatever schemathesis makes from the specification is answered as it tells",
        rounds: ROUNDS,
        round: Box::new(round),
    }
}

fn round(round: u64) -> anyhow::Result<String> {
    install::for_requests()?;
    let mut test = workspace::cargo_with(&["test", "--quiet", "--package", "tests", "--test", "schemathesis"]);
    test.args(["--features", "schemathesis", "on_sqlite"]);
    test.env("SCHEMATHESIS_SEED", round.to_string()).env("SCHEMATHESIS_EXAMPLES", EXAMPLES.to_string());
    let status = test.stdout(Stdio::null()).status()?;
    ensure!(status.success(), "a finding: SCHEMATHESIS_SEED={round} SCHEMATHESIS_EXAMPLES={EXAMPLES}");
    Ok(format!("{EXAMPLES} examples an operation"))
}
