//! Deletion by age, from the old end of each chain.

use chrono::{DateTime, Utc};

use super::chain::{self, hash_of};
use crate::store::sql::{self, get, values};
use crate::store::{Connection, Database, Error, Write};

/// Rows that are deleted in one transaction: the chain's server waits meanwhile.
const BATCH: i64 = 500;

/// The next chain after this number that has rows.
///
/// # Errors
/// As every read.
pub async fn next_chain(on: &impl Connection, number: i64) -> Result<Option<i64>, Error> {
    let statement =
        "SELECT number FROM audit_chain WHERE number > $1 AND position > removed_position ORDER BY number LIMIT 1";
    sql::one(on, statement, values![number]).await?.map(|row| get(&row, "number")).transpose()
}

/// Deletes rows of a chain that are older than `until`, from its old end up to the first that is not; how many. The chain
/// keeps the hash of the last of them, from where it goes on, sealed with the time: who has not the servers' key cannot
/// make a theft look like this. To be called again until it deletes nothing.
///
/// # Errors
/// As every write; [`Error::Internal`] when this process has not begun a chain.
pub async fn remove_before(
    database: &Database,
    write: &Write,
    number: i64,
    until: DateTime<Utc>,
) -> Result<u64, Error> {
    let own = database.chain().get().ok_or_else(|| Error::Internal("the log has no chain yet".to_owned()))?;
    let until = sql::micros(until);
    let Some(head) = chain::head(write, number).await? else { return Ok(0) };
    let start = head.removed.as_ref().map_or(0, |removed| removed.position);
    let oldest = "SELECT position, hash, at FROM audit WHERE chain = $1 AND position > $2 ORDER BY position LIMIT $3";
    let mut last = None;
    for row in sql::all(write, oldest, values![number, start, BATCH]).await? {
        if get::<DateTime<Utc>>(&row, "at")? >= until {
            break;
        }
        last = Some((get::<i64>(&row, "position")?, get::<Vec<u8>>(&row, "hash")?));
    }
    let Some((position, hash)) = last else { return Ok(0) };
    let hash = hash_of(hash)?;
    let seal = own.seals.removal(number, position, &hash, until);
    let remove = "UPDATE audit_chain SET removed_position = $2, removed_hash = $3, removed_until = $4, removed_seal = $5 \
        WHERE number = $1";
    sql::execute(write, remove, values![number, position, hash.to_vec(), until, seal.to_vec()]).await?;
    // What the database's trigger lets through, now that the chain says so.
    sql::execute(write, "DELETE FROM audit WHERE chain = $1 AND position <= $2", values![number, position]).await
}
