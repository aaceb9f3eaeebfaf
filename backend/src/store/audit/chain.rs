//! The log's chains: each server process has one of its own, and each row of it stands for all before it.
//!
//! A row follows the head of its chain, which is locked from then until the commit, so rows are written last in a
//! transaction, by [`Write::commit`]. Chains are numbered without gaps. Decision 0022.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use serde_json::json;

use super::columns::{Columns, NAMES};
use super::seals::{Hash, Seals};
use super::{Row, relation};
use crate::domain::audit::Place;
use crate::store::sql::{self, get, values};
use crate::store::{Connection, Database, Error, Write, lock};

/// Who begins a chain waits for others who do.
const LOCK: &str = "audit chain";

/// The chain of rows that were there before there were chains.
const EARLIER: &str = "earlier";
/// The chain of a server process.
const SERVER: &str = "server";

/// Rows from before that get their places in one transaction.
const EARLIER_BATCH: i64 = 2000;

/// The chain of this process.
pub struct Chain {
    number: i64,
    pub(super) seals: Seals,
    /// Where it stood after the last commit: this process knows without asking.
    last: Mutex<Place>,
}

/// A chain's row.
pub(super) struct Head {
    pub number: i64,
    pub kind: String,
    pub started_at: DateTime<Utc>,
    pub position: i64,
    pub hash: Hash,
    pub last_at: DateTime<Utc>,
    pub seal: Hash,
    pub removed: Option<Removed>,
}

/// Up to where a chain's rows were deleted by age.
pub(super) struct Removed {
    pub position: i64,
    pub hash: Hash,
    pub until: DateTime<Utc>,
    pub seal: Hash,
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "chain {}", self.number)
    }
}

impl Chain {
    /// Where it stood after this process's last commit.
    pub(super) fn last(&self) -> Place {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The commit that wrote up to here has succeeded.
    pub(in crate::store) fn stands_at(&self, place: Place) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if place.position > last.position {
            *last = place;
        }
    }

    /// Writes rows behind the head, in order; where the chain stands then.
    pub(in crate::store) async fn follow(&self, write: &Write, rows: &[Row]) -> Result<Place, Error> {
        let relations = relation::of(write, rows).await?;
        let columns: Vec<Columns> =
            rows.iter().zip(relations).map(|(row, relation)| Columns::of(row, relation)).collect();
        let head = head(write, self.number).await?;
        let head = head.ok_or_else(|| Error::Internal("the head of the log's chain is gone".to_owned()))?;
        let (mut position, mut hash, mut last_at) = (head.position, head.hash, head.last_at);
        let mut placed = Vec::with_capacity(columns.len());
        for columns in columns {
            position += 1;
            hash = self.seals.row(self.number, position, &hash, &columns);
            last_at = columns.at();
            placed.push((columns, position, hash));
        }
        insert(write, self.number, placed).await?;
        let seal = self.seals.head(self.number, position, &hash, last_at);
        put_head(write, self.number, position, &hash, last_at, &seal).await?;
        Ok(Place { chain: self.number, position, hash, at: last_at })
    }
}

/// Begins the chain of this process. Rows from before there were chains get their places first; how many.
///
/// `key` is what the hashes are made with. The same key must be given whenever the log is verified.
///
/// # Errors
/// As every write; [`Error::Internal`] when this process has a chain.
pub async fn begin(database: &Database, key: &[u8], now: DateTime<Utc>) -> Result<u64, Error> {
    let (seals, now) = (Seals::new(key), sql::micros(now));
    let mut earlier = 0;
    loop {
        let write = database.begin().await?;
        lock(&write, LOCK).await?;
        let placed = place_earlier(&write, &seals, now).await?;
        let head = if placed == 0 { Some(open(&write, &seals, SERVER, now).await?) } else { None };
        write.commit().await?;
        earlier += placed;
        if let Some(head) = head {
            let last = Place { chain: head.number, position: 0, hash: head.hash, at: now };
            let chain = Chain { number: head.number, seals, last: Mutex::new(last) };
            let begun = database.chain().set(chain);
            return begun.map(|()| earlier).map_err(|_| Error::Internal("the log has a chain".to_owned()));
        }
    }
}

/// Gives some of the rows from before there were chains their places; how many. Once a server has begun a chain there are no
/// such rows: one that comes up later was not written by us.
async fn place_earlier(write: &Write, seals: &Seals, now: DateTime<Utc>) -> Result<u64, Error> {
    let begun = "SELECT number FROM audit_chain WHERE kind = $1 LIMIT 1";
    if sql::one(write, begun, values![SERVER]).await?.is_some() {
        return Ok(0);
    }
    let unplaced = format!("SELECT seq, {} FROM audit WHERE chain IS NULL ORDER BY seq LIMIT $1", NAMES.join(", "));
    let rows = sql::all(write, &unplaced, values![EARLIER_BATCH]).await?;
    let Some(first) = rows.first() else { return Ok(0) };
    let head = match head(write, 1).await? {
        Some(head) => head,
        None => open(write, seals, EARLIER, now).await?,
    };
    let (mut position, mut hash, mut last_at) = (head.position, head.hash, Columns::read(first)?.at());
    let mut places = Vec::with_capacity(rows.len());
    for row in &rows {
        let columns = Columns::read(row)?;
        position += 1;
        hash = seals.row(head.number, position, &hash, &columns);
        last_at = columns.at();
        places.push(json!({ "seq": get::<i64>(row, "seq")?, "position": position, "hash": hex(&hash) }));
    }
    let place = if sql::is_sqlite(write) {
        "UPDATE audit SET chain = $1, position = w.position, hash = unhex(w.hash) FROM (SELECT value ->> 'seq' AS seq, \
        value ->> 'position' AS position, value ->> 'hash' AS hash FROM json_each($2)) AS w WHERE audit.seq = w.seq"
    } else {
        "UPDATE audit SET chain = $1, position = w.position, hash = decode(w.hash, 'hex') \
        FROM json_to_recordset(CAST($2 AS json)) AS w (seq bigint, position bigint, hash text) WHERE audit.seq = w.seq"
    };
    sql::execute(write, place, values![head.number, sql::json(&places)?]).await?;
    let seal = seals.head(head.number, position, &hash, last_at);
    put_head(write, head.number, position, &hash, last_at, &seal).await?;
    Ok(rows.len() as u64)
}

/// A new chain without rows.
async fn open(write: &Write, seals: &Seals, kind: &str, now: DateTime<Utc>) -> Result<Head, Error> {
    let last = sql::one(write, "SELECT coalesce(max(number), 0) AS number FROM audit_chain", Vec::new()).await?;
    let number = 1 + last.map_or(Ok(0), |row| get::<i64>(&row, "number"))?;
    let hash = seals.origin(number, kind, now);
    let seal = seals.head(number, 0, &hash, now);
    let insert = "INSERT INTO audit_chain (number, kind, started_at, position, hash, last_at, seal) \
        VALUES ($1, $2, $3, 0, $4, $5, $6)";
    sql::execute(write, insert, values![number, kind, now, hash.to_vec(), now, seal.to_vec()]).await?;
    Ok(Head { number, kind: kind.to_owned(), started_at: now, position: 0, hash, last_at: now, seal, removed: None })
}

/// The head of a chain; in a [`Write`] it is locked until that ends.
pub(super) async fn head(on: &impl Connection, number: i64) -> Result<Option<Head>, Error> {
    let lock = if on.locks() { " FOR UPDATE" } else { "" };
    let statement = format!("SELECT * FROM audit_chain WHERE number = $1{lock}");
    sql::one(on, &statement, values![number]).await?.as_ref().map(read_head).transpose()
}

/// The heads of chains after this number, in order.
pub(super) async fn heads_after(on: &impl Connection, number: i64, limit: i64) -> Result<Vec<Head>, Error> {
    let statement = "SELECT * FROM audit_chain WHERE number > $1 ORDER BY number LIMIT $2";
    sql::all(on, statement, values![number, limit]).await?.iter().map(read_head).collect()
}

/// Where the chains stand that were written at or after this time.
///
/// # Errors
/// As every read.
pub async fn places(on: &impl Connection, since: DateTime<Utc>) -> Result<Vec<Place>, Error> {
    let statement = "SELECT * FROM audit_chain WHERE last_at >= $1 AND position > 0 ORDER BY number";
    let rows = sql::all(on, statement, values![sql::micros(since)]).await?;
    let place = |head: Head| Place { chain: head.number, position: head.position, hash: head.hash, at: head.last_at };
    rows.iter().map(|row| read_head(row).map(place)).collect()
}

async fn insert(write: &Write, number: i64, rows: Vec<(Columns, i64, Hash)>) -> Result<(), Error> {
    let rows = rows.into_iter().map(|(columns, position, hash)| {
        let mut values = columns.values();
        values.extend(values![number, position, hash.to_vec()]);
        Ok(values)
    });
    let statement =
        |rows: &str| format!("INSERT INTO audit ({}, chain, position, hash) VALUES {rows}", NAMES.join(", "));
    sql::for_rows(write, rows, statement).await?;
    Ok(())
}

async fn put_head(
    write: &Write,
    number: i64,
    position: i64,
    hash: &Hash,
    last_at: DateTime<Utc>,
    seal: &Hash,
) -> Result<(), Error> {
    let statement = "UPDATE audit_chain SET position = $2, hash = $3, last_at = $4, seal = $5 WHERE number = $1";
    let values = values![number, position, hash.to_vec(), last_at, seal.to_vec()];
    sql::execute(write, statement, values).await?;
    Ok(())
}

fn read_head(row: &QueryResult) -> Result<Head, Error> {
    let position = get::<i64>(row, "removed_position")?;
    let removed = match get::<Option<Vec<u8>>>(row, "removed_hash")? {
        None if position == 0 => None,
        None => return Err(Error::unreadable("removed_hash")),
        Some(hash) => Some(Removed {
            position,
            hash: hash_of(hash)?,
            until: get(row, "removed_until")?,
            seal: hash_of(get(row, "removed_seal")?)?,
        }),
    };
    Ok(Head {
        number: get(row, "number")?,
        kind: get(row, "kind")?,
        started_at: get(row, "started_at")?,
        position: get(row, "position")?,
        hash: hash_of(get(row, "hash")?)?,
        last_at: get(row, "last_at")?,
        seal: hash_of(get(row, "seal")?)?,
        removed,
    })
}

pub(super) fn hash_of(bytes: Vec<u8>) -> Result<Hash, Error> {
    bytes.try_into().map_err(|_| Error::unreadable("hash"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
