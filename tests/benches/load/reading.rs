//! `GET /parties/{id}`: answers in a second, and processor time for each, beside the bare server.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use serde_json::Value;

use crate::ground::Kind;
use crate::numbers::median;
use crate::process::Process;
use crate::report::{Goal, Report};
use crate::traffic::{self, Connection};
use crate::{Plan, crowd};

/// As many callers at once.
const CONNECTIONS: usize = 32;
/// How long each way is measured in a round.
const ROUND: Duration = Duration::from_secs(4);
/// So many different parties are read in turn.
const PARTIES: u64 = 10_000;

/// One of the three ways to read.
struct Way<'a> {
    name: &'static str,
    server: &'a Process,
    requests: Arc<Vec<Vec<u8>>>,
    per_second: Vec<f64>,
    answers: usize,
    cpu: Duration,
}

pub async fn measure(
    plan: &Plan,
    kind: Kind,
    house: &Process,
    bare: &Process,
    token: &str,
    report: &mut Report,
) -> anyhow::Result<()> {
    let step = (plan.crowd / PARTIES).max(1);
    let ids = (0..plan.crowd).step_by(step as usize).map(|serial| Ok(crowd::somebody(serial)?.id));
    let ids = ids.collect::<anyhow::Result<Vec<_>>>()?;
    let way = |name, server, path: &str| Way {
        name,
        server,
        requests: Arc::new(ids.iter().map(|id| traffic::get(&format!("{path}/{id}"), token)).collect()),
        per_second: Vec::new(),
        answers: 0,
        cpu: Duration::ZERO,
    };
    let mut ways = [
        way("the house", house, "/api/v1/parties"),
        way("bare, audit rows share commits", bare, "/grouped"),
        way("bare, a commit for each audit row", bare, "/alone"),
    ];
    the_answers_are_the_same(&ways).await?;
    for round in 0..=plan.rounds {
        for way in &mut ways {
            let cpu = way.server.cpu()?;
            let burst = traffic::burst(&[way.server.address], &way.requests, CONNECTIONS, ROUND).await?;
            // The first round fills caches and pools.
            if round > 0 {
                way.per_second.push(burst.per_second);
                way.answers += burst.times.len();
                way.cpu += way.server.cpu()? - cpu;
            }
        }
    }
    let share = |other: &Way| -> f64 {
        median(&ways[0].per_second.iter().zip(&other.per_second).map(|(us, them)| us / them).collect::<Vec<_>>())
    };
    let (of_grouped, of_alone) = (share(&ways[1]), share(&ways[2]));
    report.heading(&format!("`GET /parties/{{id}}`, {}", kind.name()));
    report.text(&format!(
        "{CONNECTIONS} connections, {} rounds of {ROUND:?} each in turn, {} different parties; medians of the rounds.\n",
        plan.rounds,
        ids.len()
    ));
    report.text("| | answers/s | lowest – highest round | processor time per answer |\n|---|---|---|---|\n");
    for way in &ways {
        let (low, high) = (
            way.per_second.iter().copied().fold(f64::INFINITY, f64::min),
            way.per_second.iter().copied().fold(0.0, f64::max),
        );
        let cpu = way.cpu.as_secs_f64() * 1e6 / way.answers.max(1) as f64;
        report.text(&format!(
            "| {} | {:.0} | {low:.0} – {high:.0} | {cpu:.0} µs |\n",
            way.name,
            median(&way.per_second)
        ));
    }
    let name = |than: &str| format!("`GET /parties/{{id}}` on {}, share of bare actix {than}", kind.name());
    report.goal(&name("with grouped audit rows"), of_grouped, "", Goal::AtLeast(0.7));
    report.note(&name("with a commit per audit row"), &format!("{of_alone:.2}"));
    report.note(
        &format!("`GET /parties/{{id}}` on {}", kind.name()),
        &format!("{:.0} answers/s", median(&ways[0].per_second)),
    );
    Ok(())
}

async fn the_answers_are_the_same(ways: &[Way<'_>]) -> anyhow::Result<()> {
    for at in 0..ways[0].requests.len().min(200) {
        let mut answers = Vec::new();
        for way in ways {
            let mut caller = Connection::open(way.server.address).await?;
            answers.push(serde_json::from_slice::<Value>(caller.ask(&way.requests[at]).await?)?);
        }
        ensure!(answers.windows(2).all(|two| two[0] == two[1]), "different answers: {answers:#?}");
    }
    Ok(())
}
