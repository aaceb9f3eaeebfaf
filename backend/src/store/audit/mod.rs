//! The audit log (*loggen*): rows are appended and never changed.

mod chain;
mod columns;
mod list;
mod recorder;
mod relation;
mod retention;
mod seals;
mod verify;

use uuid::Uuid;

use super::{Error, Write};
use crate::domain::audit::{Ending, Intent};

pub use self::chain::{Chain, begin, places};
pub use self::list::{list, list_open, oldest};
pub use self::recorder::Recorder;
pub use self::retention::{next_chain, remove_before};
pub use self::verify::{check, verify};

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

impl Row {
    /// The party that it is about; what the ending tells comes first.
    fn party_id(&self) -> Option<Uuid> {
        match self {
            Row::Intent(intent) => intent.party_id,
            Row::Outcome(_, ending) => ending.party_id,
            Row::Entry(intent, ending) => ending.party_id.or(intent.party_id),
        }
    }

    /// What the actor is called, where cases can be the actor's.
    fn actor_names(&self) -> &[String] {
        match self {
            Row::Intent(intent) | Row::Entry(intent, _) => &intent.actor_names,
            Row::Outcome(..) => &[],
        }
    }
}

/// Appends a row in the given transaction. It gets its place in the chain of this process when the transaction commits,
/// whatever else is written meanwhile: an intent that is ended twice is found then.
///
/// # Errors
/// When this process has not begun a chain.
pub async fn append(write: &Write, row: &Row) -> Result<(), Error> {
    append_all(write, std::slice::from_ref(row)).await
}

/// Appends rows, in order.
///
/// # Errors
/// As [`append`].
pub async fn append_all(write: &Write, rows: &[Row]) -> Result<(), Error> {
    write.append(rows)
}
