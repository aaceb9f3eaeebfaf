//! A row of the log as it is stored: one list of columns for writing, reading and the hash.

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::Row;
use crate::store::Error;
use crate::store::sql::{self, get, values};

/// What a row says; its place in a chain stands beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    entry_id: Uuid,
    phase: String,
    at: DateTime<Utc>,
    actor: Option<String>,
    operation: Option<String>,
    party_id: Option<Uuid>,
    number_digest: Option<String>,
    criteria: Option<String>,
    reason: Option<String>,
    case_number: Option<String>,
    trace_id: Option<String>,
    ended_at: Option<DateTime<Utc>>,
    outcome: Option<String>,
    problem: Option<String>,
    result_count: Option<i64>,
    case_relation: Option<bool>,
    on_behalf_of: Option<String>,
}

/// The names of the columns, in the order of [`Columns::values`].
pub const NAMES: [&str; 17] = [
    "entry_id",
    "phase",
    "at",
    "actor",
    "operation",
    "party_id",
    "number_digest",
    "criteria",
    "reason",
    "case_number",
    "trace_id",
    "ended_at",
    "outcome",
    "problem",
    "result_count",
    "case_relation",
    "on_behalf_of",
];

impl Columns {
    /// The row as it is to be stored.
    pub fn of(row: &Row, case_relation: Option<bool>) -> Columns {
        let (id, phase, intent, ending) = match row {
            Row::Intent(intent) => (intent.id, "intent", Some(intent), None),
            Row::Outcome(id, ending) => (*id, "outcome", None, Some(ending)),
            Row::Entry(intent, ending) => (intent.id, "entry", Some(intent), Some(ending)),
        };
        let at = match row {
            Row::Intent(intent) | Row::Entry(intent, _) => intent.at,
            Row::Outcome(_, ending) => ending.at,
        };
        let ended_number = || ending.and_then(|ending| ending.number_digest.clone());
        Columns {
            entry_id: id,
            phase: phase.to_owned(),
            at: sql::micros(at),
            actor: intent.map(|intent| intent.actor.clone()),
            operation: intent.map(|intent| intent.operation.clone()),
            party_id: row.party_id(),
            number_digest: intent.and_then(|intent| intent.number_digest.clone()).or_else(ended_number),
            criteria: intent.and_then(|intent| intent.criteria.clone()),
            reason: intent.and_then(|intent| intent.reason.clone()),
            case_number: intent.and_then(|intent| intent.case_number.clone()),
            trace_id: intent.map(|intent| intent.trace_id.clone()),
            ended_at: ending.map(|ending| sql::micros(ending.at)),
            outcome: ending.map(|ending| ending.outcome.name().to_owned()),
            problem: ending.and_then(|ending| ending.problem.clone()),
            result_count: ending.and_then(|ending| ending.result_count),
            case_relation,
            on_behalf_of: intent.and_then(|intent| intent.on_behalf_of.clone()),
        }
    }

    /// The row as it is stored.
    ///
    /// # Errors
    /// When a column holds what we never wrote.
    pub fn read(row: &QueryResult) -> Result<Columns, Error> {
        Ok(Columns {
            entry_id: get(row, "entry_id")?,
            phase: get(row, "phase")?,
            at: get(row, "at")?,
            actor: get(row, "actor")?,
            operation: get(row, "operation")?,
            party_id: get(row, "party_id")?,
            number_digest: get(row, "number_digest")?,
            criteria: get(row, "criteria")?,
            reason: get(row, "reason")?,
            case_number: get(row, "case_number")?,
            trace_id: get(row, "trace_id")?,
            ended_at: get(row, "ended_at")?,
            outcome: get(row, "outcome")?,
            problem: get(row, "problem")?,
            result_count: get(row, "result_count")?,
            case_relation: get(row, "case_relation")?,
            on_behalf_of: get(row, "on_behalf_of")?,
        })
    }

    /// When it was written.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// The values of the columns, in the order of [`NAMES`].
    pub fn values(self) -> Vec<Value> {
        values![
            self.entry_id,
            self.phase,
            self.at,
            self.actor,
            self.operation,
            self.party_id,
            self.number_digest,
            self.criteria,
            self.reason,
            self.case_number,
            self.trace_id,
            self.ended_at,
            self.outcome,
            self.problem,
            self.result_count,
            self.case_relation,
            self.on_behalf_of,
        ]
    }

    /// Adds what the row says to a hash: of each column that is filled its number, its length and its bytes. A column that
    /// a later version adds gets the next number, and rows without it keep their hash.
    pub fn add_to(&self, hash: &mut hmac::Context) {
        let mut add = |column: u8, bytes: Option<&[u8]>| {
            if let Some(bytes) = bytes {
                hash.update(&[column]);
                hash.update(&(bytes.len() as u64).to_be_bytes());
                hash.update(bytes);
            }
        };
        fn text(text: &Option<String>) -> Option<&[u8]> {
            text.as_deref().map(str::as_bytes)
        }
        let time = |time: DateTime<Utc>| time.timestamp_micros().to_be_bytes();
        add(1, Some(self.entry_id.as_bytes()));
        add(2, Some(self.phase.as_bytes()));
        add(3, Some(&time(self.at)));
        add(4, text(&self.actor));
        add(5, text(&self.operation));
        add(6, self.party_id.as_ref().map(|id| id.as_bytes().as_slice()));
        add(7, text(&self.number_digest));
        add(8, text(&self.criteria));
        add(9, text(&self.reason));
        add(10, text(&self.case_number));
        add(11, text(&self.trace_id));
        add(12, self.ended_at.map(time).as_ref().map(<[u8; 8]>::as_slice));
        add(13, text(&self.outcome));
        add(14, text(&self.problem));
        add(15, self.result_count.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
        add(16, self.case_relation.map(|related| [u8::from(related)]).as_ref().map(<[u8; 1]>::as_slice));
        add(17, text(&self.on_behalf_of));
    }
}
