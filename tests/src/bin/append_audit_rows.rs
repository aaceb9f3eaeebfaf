//! Appends to the audit log for ever: the process that the chain's test kills.

use anyhow::Context;
use backend::clock::{Clock, SystemClock};
use backend::domain::audit::Intent;
use backend::store::Database;
use backend::store::audit::{self, Recorder, Row};
use uuid::Uuid;

fn main() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1);
    let url = words.next().context("a database")?;
    let key = words.next().context("a key")?;
    tests::database::runtime().block_on(async {
        let database = Database::connect(&url, 4).await?;
        audit::begin(&database, key.as_bytes(), SystemClock.now()).await?;
        let (recorder, _) = Recorder::start(database);
        recorder.record(Row::Intent(intent())).await?;
        println!("writing");
        let writers = (0..8).map(|_| {
            let recorder = recorder.clone();
            async move {
                loop {
                    recorder.record(Row::Intent(intent())).await?;
                }
            }
        });
        futures_util::future::try_join_all(writers).await.map(|_: Vec<()>| ())
    })
}

fn intent() -> Intent {
    Intent {
        id: Uuid::new_v4(),
        at: SystemClock.now(),
        actor: "caseworker".to_owned(),
        on_behalf_of: None,
        operation: "get_party".to_owned(),
        party_id: None,
        number_digest: None,
        criteria: None,
        reason: None,
        case_number: None,
        trace_id: "t-1".to_owned(),
        actor_names: Vec::new(),
        case_relation: None,
    }
}
