//! `POST /parties/search`: how long a page of hits takes, beside the bare server and beside the SQL alone.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::{Value, json};

use crate::ground::{Ground, Kind};
use crate::numbers::{median, ms, percentile};
use crate::process::Process;
use crate::report::{Goal, Report};
use crate::traffic::{self, Connection};
use crate::{Plan, bare, crowd};

const QUERIES: usize = 1000;

/// The SQL by hand on a connection of our own; the rows are fetched and turned into nothing.
enum Sql {
    Sqlite(sea_orm::sqlx::SqlitePool),
    Postgres(sea_orm::sqlx::PgPool),
}

impl Sql {
    async fn ask(&self, query: &str) -> anyhow::Result<usize> {
        Ok(match self {
            Sql::Sqlite(pool) => bare::on_sqlite::hits(pool, query).await?.len(),
            Sql::Postgres(pool) => bare::on_postgres::hits(pool, query).await?.len(),
        })
    }
}

pub async fn measure(
    plan: &Plan,
    ground: &Ground,
    house: &Process,
    bare: &Process,
    token: &str,
    report: &mut Report,
) -> anyhow::Result<()> {
    let sql = match ground.kind {
        Kind::Sqlite => Sql::Sqlite(bare::on_sqlite::open(&ground.url).await?.0),
        Kind::Postgres => Sql::Postgres(bare::on_postgres::open(&ground.url).await?.0),
    };
    let mut house = Connection::open(house.address).await?;
    let mut bare = Connection::open(bare.address).await?;
    let queries = crowd::queries(plan.crowd, QUERIES)?;
    let mut of_house = Vec::new();
    let mut of_bare = Vec::new();
    let mut of_sql = Vec::new();
    for query in &queries {
        let body = json!({ "query": query }).to_string();
        let to_house = traffic::post("/api/v1/parties/search", token, &body);
        let to_bare = traffic::post("/search", token, &body);
        // The first time fills the caches, and shows that all find the same.
        let (ours, theirs) = (ids(house.ask(&to_house).await?)?, ids(bare.ask(&to_bare).await?)?);
        ensure!(ours == theirs, "different hits for {query}: {ours:?} and {theirs:?}");
        ensure!(sql.ask(query).await?.min(50) == ours.len(), "other hits by hand for {query}");
        let (mut house_times, mut bare_times, mut sql_times) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..3 {
            house_times.push(traffic::time(&mut house, &to_house).await?);
            bare_times.push(traffic::time(&mut bare, &to_bare).await?);
            let begun = Instant::now();
            sql.ask(query).await?;
            sql_times.push(begun.elapsed());
        }
        of_house.push(median(&house_times));
        of_bare.push(median(&bare_times));
        of_sql.push(median(&sql_times));
    }
    let p99 = |times: &[Duration]| percentile(times, 99);
    let ratio = |other: &[Duration]| p99(&of_house).as_secs_f64() / p99(other).as_secs_f64();
    report.heading(&format!("`POST /parties/search` among {} parties, {}", plan.crowd, ground.kind.name()));
    report.text(&format!(
        "{} queries of three to six letters of one or two words, one after the other; each query's time is the middle of \
        three, warm. A page has 50 parties.\n\n| | p50 | p90 | p99 | slowest |\n|---|---|---|---|---|\n",
        queries.len()
    ));
    let name = ground.kind.name();
    for (who, times) in [
        ("the house, HTTP and audit row", &of_house),
        ("bare actix, HTTP and audit row", &of_bare),
        ("the SQL alone, no HTTP, no audit row", &of_sql),
    ] {
        let [p50, p90, p99, slowest] = [50, 90, 99, 100].map(|percent| ms(percentile(times, percent)));
        report.text(&format!("| {who} | {p50} | {p90} | {p99} | {slowest} |\n"));
    }
    let slowest = queries.iter().zip(&of_house).max_by_key(|(_, time)| **time);
    report.text(&format!("\nSlowest in the house: `{}`.\n", slowest.map_or("", |(query, _)| query)));
    let search = format!("`POST /parties/search` on {name}");
    report.goal(&format!("{search}, p99"), p99(&of_house).as_secs_f64() * 1000.0, " ms", Goal::Below(20.0));
    report.goal(
        &format!("{search}, p99 as a multiple of the SQL by hand behind bare actix"),
        ratio(&of_bare),
        " ×",
        Goal::Below(1.5),
    );
    report.goal(
        &format!("{search}, p99 as a multiple of the SQL by hand alone"),
        ratio(&of_sql),
        " ×",
        Goal::Below(1.5),
    );
    report.note(&format!("{search}, p50"), &ms(median(&of_house)));
    Ok(())
}

/// Which parties a page shows. The house sorts a page that holds all hits by name, the bare server does not.
fn ids(page: &[u8]) -> anyhow::Result<BTreeSet<String>> {
    let page: Value = serde_json::from_slice(page)?;
    let items = page["items"].as_array().into_iter().flatten();
    Ok(items.filter_map(|party| Some(party["id"].as_str()?.to_owned())).collect())
}
