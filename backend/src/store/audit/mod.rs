//! The audit log (*loggen*): rows are appended and never changed.

mod list;
mod recorder;

use uuid::Uuid;

use super::sql::{self, values};
use super::{Error, Write};
use crate::domain::audit::{Ending, Intent};

pub use self::list::{list, list_open, oldest};
pub use self::recorder::Recorder;

/// A row of the log.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// Somebody is about to do something.
    Intent(Intent),
    /// How the intent with this id ended.
    Outcome(Uuid, Ending),
    /// Both in one: reading our own store, and a refusal.
    Entry(Intent, Ending),
}

/// Appends a row in the given transaction.
///
/// # Errors
/// [`Error::Conflict`] with `Key` when an intent is ended twice.
pub async fn append(write: &Write, row: &Row) -> Result<(), Error> {
    append_all(write, std::slice::from_ref(row)).await
}

/// Appends rows, in order.
///
/// # Errors
/// As [`append`].
pub async fn append_all(write: &Write, rows: &[Row]) -> Result<(), Error> {
    // Two lengths, so that there are two texts for the databases to remember.
    const MANY: usize = 16;
    let (many, few) = rows.as_chunks::<MANY>();
    for chunk in many {
        insert(write, chunk).await?;
    }
    for row in few {
        insert(write, std::slice::from_ref(row)).await?;
    }
    Ok(())
}

async fn insert(write: &Write, rows: &[Row]) -> Result<(), Error> {
    const COLUMNS: usize = 16;
    let places: Vec<String> = (0..rows.len())
        .map(|row| {
            let places: Vec<String> = (1..=COLUMNS).map(|column| format!("${}", row * COLUMNS + column)).collect();
            format!("({})", places.join(", "))
        })
        .collect();
    let statement = format!(
        "INSERT INTO audit (entry_id, phase, at, actor, on_behalf_of, operation, party_id, number_digest, criteria, reason, case_number, \
        trace_id, ended_at, outcome, problem, result_count) VALUES {}",
        places.join(", ")
    );
    let values = rows.iter().flat_map(column_values).collect();
    sql::execute(write, &statement, values).await?;
    Ok(())
}

fn column_values(row: &Row) -> Vec<sea_orm::Value> {
    let (id, phase, intent, ending) = match row {
        Row::Intent(intent) => (intent.id, "intent", Some(intent), None),
        Row::Outcome(id, ending) => (*id, "outcome", None, Some(ending)),
        Row::Entry(intent, ending) => (intent.id, "entry", Some(intent), Some(ending)),
    };
    let at = intent.map(|intent| intent.at).or(ending.map(|ending| ending.at)).map(sql::micros);
    let party_id = ending.and_then(|ending| ending.party_id).or(intent.and_then(|intent| intent.party_id));
    values![
        id,
        phase,
        at,
        intent.map(|intent| intent.actor.clone()),
        intent.and_then(|intent| intent.on_behalf_of.clone()),
        intent.map(|intent| intent.operation.clone()),
        party_id,
        intent.and_then(|intent| intent.number_digest.clone()).or_else(|| ending?.number_digest.clone()),
        intent.and_then(|intent| intent.criteria.clone()),
        intent.and_then(|intent| intent.reason.clone()),
        intent.and_then(|intent| intent.case_number.clone()),
        intent.map(|intent| intent.trace_id.clone()),
        ending.map(|ending| sql::micros(ending.at)),
        ending.map(|ending| ending.outcome.name()),
        ending.and_then(|ending| ending.problem.clone()),
        ending.and_then(|ending| ending.result_count),
    ]
}
