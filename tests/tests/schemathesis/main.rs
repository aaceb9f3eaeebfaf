//! Requests that nobody would think of: schemathesis makes them from the specification, and compares every answer with what is
//! told there. What it may not complain of stands with its reason in `tests/schemathesis/schemathesis.toml`.
//!
//! `SCHEMATHESIS_SEED` and `SCHEMATHESIS_EXAMPLES` make it try others, and more; `cargo xtask stress` does.

use std::process::Command;

use serde_json::{Value, json};
use test_servers::schemathesis;
use tests::issuer::Person;
use tests::{House, on_each_database};

const EVERYTHING: &[&str] = &["Opdater fra CPR", "Partsredaktør", "Sagsintegration", "Revisor"];

async fn whatever_is_asked_is_answered_as_the_specification_tells(house: &House) {
    furnish(house).await;
    let number = |name: &str, usual: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let token = house.issuer().token(&Person::new("skema", EVERYTHING));
    let mut run = schemathesis::program();
    run.arg(format!("{}/openapi.json", house.url()));
    run.args(["--header", &format!("Authorization: Bearer {token}")]);
    run.args(["--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--no-color", "--workers", "1"]);
    run.args(["--suppress-health-check", "all", "--request-timeout", "60", "--warnings", "off"]);
    match number("SCHEMATHESIS_SEED", 0) {
        0 => run.arg("--generation-deterministic"),
        seed => run.args(["--seed", &seed.to_string()]),
    };
    run.args(["--max-examples", &number("SCHEMATHESIS_EXAMPLES", 5).to_string()]);
    let (succeeded, said) = tokio::task::spawn_blocking(move || ended(&mut run)).await.expect("a thread");
    assert!(succeeded, "{}", said.replace(&token, "TOKEN"));
}

/// Whether it found nothing, and all that it said.
fn ended(run: &mut Command) -> (bool, String) {
    let output = run.output().unwrap_or_else(|error| panic!("{run:?}: {error}: `cargo xtask test` installs it"));
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// Parties and a case, so that there is something to find.
async fn furnish(house: &House) {
    let caller = house.with(EVERYTHING);
    for (name, number) in [("Jens Mortensen", Some("0707614285")), ("Vita Prøve", None)] {
        let party: Value =
            caller.post("/parties", &json!({ "name": name, "personalNumber": number })).await.expect(201).json();
        let case = json!({ "status": "open", "title": "Byggesag", "parties": [{ "partyId": party["id"], "roles": ["part"] }] });
        caller.put("/cases/S-1", &case).await;
    }
}

const SETTINGS: &str = "
    [http]
    rate_limit = { per_second = 100000, burst = 100000 }
    cpr_rate_limit = { per_second = 100000, burst = 100000 }
    refused_token_limit = { per_second = 100000, burst = 100000 }
    [cpr.delivery]
    upload = true
";

on_each_database! { whatever_is_asked_is_answered_as_the_specification_tells with SETTINGS }
