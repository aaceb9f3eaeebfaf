//! The log of deletions (*sletteloggen*): what was deleted for good, so that it can be deleted again after a restore.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::sql::{self, get, get_name, values};
use super::{Connection, Error, Write};
use crate::domain::retention::{Deletion, NewDeletion};

/// Notes deletions in the transaction that makes them. The counter's row stays locked until that ends, so the sequence has no
/// gaps and whoever reads on from the last one that he saw misses none. Call it once a transaction, just before the events.
///
/// # Errors
/// As every write.
pub async fn append(write: &Write, deletions: &[NewDeletion], at: DateTime<Utc>) -> Result<(), Error> {
    if deletions.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(deletions.len()).map_err(|_| Error::Internal("too many deletions".to_owned()))?;
    let counted = "UPDATE counter SET value = value + $1 WHERE name = 'deletion' RETURNING value";
    let row = sql::one(write, counted, values![count]).await?;
    let last: i64 = get(&row.ok_or_else(|| Error::Internal("a counter is gone".to_owned()))?, "value")?;
    let deletion = |(seq, deletion): (i64, &NewDeletion)| Deletion {
        seq,
        at: sql::micros(at),
        what: deletion.what,
        why: deletion.why,
        number_digest: deletion.number_digest.clone(),
        party_id: deletion.party_id,
    };
    let noted: Vec<Deletion> = (last - count + 1..).zip(deletions).map(deletion).collect();
    insert(write, &noted).await
}

/// Takes rows over that were noted after the backup was made from which this database was restored; the next number follows
/// the last one.
///
/// # Errors
/// [`Error::Conflict`] with `Key` when a row is there already.
pub async fn take_over(write: &Write, deletions: &[Deletion]) -> Result<(), Error> {
    let Some(last) = deletions.iter().map(|deletion| deletion.seq).max() else { return Ok(()) };
    let statement = "UPDATE counter SET value = $1 WHERE name = 'deletion' AND value < $1";
    sql::execute(write, statement, values![last]).await?;
    insert(write, deletions).await
}

async fn insert(write: &Write, deletions: &[Deletion]) -> Result<(), Error> {
    let row = |deletion: &Deletion| {
        Ok(values![
            deletion.seq,
            sql::micros(deletion.at),
            sql::name(&deletion.what)?,
            sql::name(&deletion.why)?,
            deletion.number_digest.clone(),
            deletion.party_id,
        ])
    };
    let statement =
        |rows: &str| format!("INSERT INTO deletion (seq, at, what, why, number_digest, party_id) VALUES {rows}");
    sql::for_rows(write, deletions.iter().map(row), statement).await?;
    Ok(())
}

/// At most `limit` deletions after number `after`, in order.
///
/// # Errors
/// As every read.
pub async fn after(on: &impl Connection, after: i64, limit: u32) -> Result<Vec<Deletion>, Error> {
    let statement = "SELECT * FROM deletion WHERE seq > $1 ORDER BY seq LIMIT $2";
    sql::all(on, statement, values![after, i64::from(limit)]).await?.iter().map(deletion).collect()
}

/// The number of the last deletion; 0 when there was none.
///
/// # Errors
/// As every read.
pub async fn latest(on: &impl Connection) -> Result<i64, Error> {
    let row = sql::one(on, "SELECT value FROM counter WHERE name = 'deletion'", Vec::new()).await?;
    get(&row.ok_or_else(|| Error::Internal("a counter is gone".to_owned()))?, "value")
}

fn deletion(row: &QueryResult) -> Result<Deletion, Error> {
    Ok(Deletion {
        seq: get(row, "seq")?,
        at: get(row, "at")?,
        what: get_name(row, "what")?,
        why: get_name(row, "why")?,
        number_digest: get(row, "number_digest")?,
        party_id: get::<Option<Uuid>>(row, "party_id")?,
    })
}
