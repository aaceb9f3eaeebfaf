//! Whether the log is what was written: each chain from its first row to its head, and places that were told outside.
//!
//! Rows are read page by page, so a log of any length takes the same memory. Nothing is locked: what servers append
//! meanwhile is left for the next time.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use serde_json::json;
use uuid::Uuid;

use super::chain::{self, Head, hash_of};
use super::columns::{Columns, NAMES};
use super::seals::{Hash, Seals};
use crate::domain::audit::{Broken, Earlier, Fault, Place, Verification};
use crate::store::sql::{self, get, values};
use crate::store::{Database, Error, Read};

/// Rows that are read at a time.
const PAGE: i64 = 1000;
/// Chains that are read at a time.
const CHAINS: i64 = 200;

/// Reads the whole log, up to the first row that is not what was written.
///
/// # Errors
/// As every read; [`Error::Internal`] when this process has not begun a chain.
pub async fn verify(database: &Database) -> Result<Verification, Error> {
    let own = database.chain().get().ok_or_else(|| Error::Internal("the log has no chain yet".to_owned()))?;
    // Before anything is read: what comes later may not be seen.
    let own_last = own.last();
    let mut walk = Walk { on: database.read(), seals: &own.seals, found: Verification::default() };
    let first_broken = match walk.chains().await? {
        None => match walk.strangers().await? {
            None => check(&database.read(), &[own_last]).await?,
            broken => broken,
        },
        broken => broken,
    };
    Ok(Verification { first_broken, ..walk.found })
}

/// Whether the log has what stood at these places; the first one where it has not.
///
/// # Errors
/// As every read.
pub async fn check(on: &Read<'_>, places: &[Place]) -> Result<Option<Broken>, Error> {
    let asked: Vec<_> =
        places.iter().map(|place| json!({ "chain": place.chain, "position": place.position })).collect();
    let asked_for = if sql::is_sqlite(on) {
        "(SELECT value ->> 'chain' AS chain, value ->> 'position' AS position FROM json_each($1)) AS w"
    } else {
        "json_to_recordset(CAST($1 AS json)) AS w (chain bigint, position bigint)"
    };
    // One statement sees one state of the log.
    let statement = format!(
        "SELECT w.chain AS number, w.position AS place, c.removed_position, c.removed_hash, c.removed_until, a.hash \
        FROM {asked_for} LEFT JOIN audit_chain c ON c.number = w.chain \
        LEFT JOIN audit a ON a.chain = w.chain AND a.position = w.position"
    );
    let mut found = std::collections::HashMap::new();
    for row in sql::all(on, &statement, vec![sql::json(&asked)?.into()]).await? {
        found.insert((get::<i64>(&row, "number")?, get::<i64>(&row, "place")?), row);
    }
    for place in places.iter().filter(|place| place.position > 0) {
        let stands = match found.get(&(place.chain, place.position)) {
            Some(row) => stands(place, row).unwrap_or(Some(Fault::Altered)),
            None => Some(Fault::Removed),
        };
        if let Some(fault) = stands {
            let at = Some(place.at);
            return Ok(Some(Broken { chain: Some(place.chain), position: Some(place.position), id: None, at, fault }));
        }
    }
    Ok(None)
}

/// What is wrong at a place that was told outside, by the row that is there now.
fn stands(place: &Place, row: &QueryResult) -> Result<Option<Fault>, Error> {
    if let Some(hash) = get::<Option<Vec<u8>>>(row, "hash")? {
        return Ok((hash != place.hash).then_some(Fault::Altered));
    }
    let removed = get::<Option<i64>>(row, "removed_position")?.unwrap_or_default();
    let until = get::<Option<DateTime<Utc>>>(row, "removed_until")?;
    let hash = get::<Option<Vec<u8>>>(row, "removed_hash")?;
    Ok(if place.position > removed || until.is_none_or(|until| place.at >= until) {
        Some(Fault::Removed)
    } else if place.position == removed && hash.is_none_or(|hash| hash != place.hash) {
        Some(Fault::Altered)
    } else {
        None
    })
}

struct Walk<'a> {
    on: Read<'a>,
    seals: &'a Seals,
    found: Verification,
}

impl Walk<'_> {
    async fn chains(&mut self) -> Result<Option<Broken>, Error> {
        let mut last = 0;
        loop {
            let heads = chain::heads_after(&self.on, last, CHAINS).await;
            let heads = match heads {
                // A head that cannot be read is not one that we wrote.
                Err(Error::Internal(_)) => return Ok(Some(Broken::chain(last + 1, Fault::Altered))),
                heads => heads?,
            };
            if heads.is_empty() {
                return Ok(None);
            }
            for head in heads {
                if head.number != last + 1 {
                    return Ok(Some(Broken::chain(last + 1, Fault::Removed)));
                }
                last = head.number;
                if let Some(broken) = self.chain(head).await? {
                    return Ok(Some(broken));
                }
            }
        }
    }

    /// A chain; again from where its rows begin now, when some were deleted by age meanwhile.
    async fn chain(&mut self, mut head: Head) -> Result<Option<Broken>, Error> {
        let before = self.found.checked;
        let broken = loop {
            self.found.checked = before;
            let broken = self.rows(&head).await?;
            let now = chain::head(&self.on, head.number).await?;
            match now {
                Some(now) if broken.is_some() && start(&now) != start(&head) => head = now,
                _ => break broken,
            }
        };
        if broken.is_none() {
            self.found.chains += 1;
            if head.kind == "earlier" {
                self.found.earlier = Some(Earlier { rows: head.position, placed_at: head.started_at });
            }
            if let Some(removed) = &head.removed {
                self.found.removed += removed.position;
                self.found.removed_until = self.found.removed_until.max(Some(removed.until));
            }
        }
        Ok(broken)
    }

    async fn rows(&mut self, head: &Head) -> Result<Option<Broken>, Error> {
        let number = head.number;
        if self.seals.head(number, head.position, &head.hash, head.last_at) != head.seal {
            return Ok(Some(Broken::chain(number, Fault::Altered)));
        }
        let (mut position, mut hash) = match &head.removed {
            None => (0, self.seals.origin(number, &head.kind, head.started_at)),
            Some(removed) => {
                let seal = self.seals.removal(number, removed.position, &removed.hash, removed.until);
                if seal != removed.seal {
                    return Ok(Some(Broken::chain(number, Fault::Altered)));
                }
                (removed.position, removed.hash)
            }
        };
        if let Some(row) = self.row("position <= $2", number, position).await? {
            return Ok(Some(found(&row, Fault::Inserted)));
        }
        let page = format!(
            "SELECT seq, chain, position, hash, {} FROM audit WHERE chain = $1 AND position > $2 AND position <= $3 \
            ORDER BY position LIMIT $4",
            NAMES.join(", ")
        );
        let mut last_seq = i64::MIN;
        while position < head.position {
            let rows = sql::all(&self.on, &page, values![number, position, head.position, PAGE]).await?;
            if rows.is_empty() {
                return Ok(Some(Broken::row(number, position + 1, Fault::Removed)));
            }
            for row in &rows {
                if get::<i64>(row, "position")? != position + 1 {
                    return Ok(Some(Broken::row(number, position + 1, Fault::Removed)));
                }
                position += 1;
                let Some(expected) = self.expected(number, position, &hash, row) else {
                    return Ok(Some(found(row, Fault::Altered)));
                };
                hash = expected;
                // The order in which the log is read is not part of the hash.
                let seq = get::<i64>(row, "seq")?;
                if seq <= last_seq {
                    return Ok(Some(found(row, Fault::Moved)));
                }
                last_seq = seq;
                self.found.checked += 1;
            }
        }
        if hash != head.hash {
            return Ok(Some(Broken::row(number, position, Fault::Altered)));
        }
        self.beyond(head).await
    }

    /// The hash that the row must have, if it has it.
    fn expected(&self, number: i64, position: i64, before: &Hash, row: &QueryResult) -> Option<Hash> {
        let columns = Columns::read(row).ok()?;
        let expected = self.seals.row(number, position, before, &columns);
        let stored = get::<Option<Vec<u8>>>(row, "hash").ok()??;
        (hash_of(stored).ok()? == expected).then_some(expected)
    }

    /// A row behind the head: its server has gone on meanwhile, or somebody else wrote it.
    async fn beyond(&self, head: &Head) -> Result<Option<Broken>, Error> {
        let Some(row) = self.row("position > $2", head.number, head.position).await? else { return Ok(None) };
        let now = chain::head(&self.on, head.number).await?;
        let position = get::<i64>(&row, "position")?;
        Ok(now.is_none_or(|now| now.position < position).then(|| found(&row, Fault::Inserted)))
    }

    async fn row(&self, condition: &str, number: i64, position: i64) -> Result<Option<QueryResult>, Error> {
        let statement = format!(
            "SELECT chain, position, entry_id, at FROM audit WHERE chain = $1 AND {condition} ORDER BY position LIMIT 1"
        );
        sql::one(&self.on, &statement, values![number, position]).await
    }

    /// Rows in no chain that there is.
    async fn strangers(&self) -> Result<Option<Broken>, Error> {
        let unplaced = "SELECT chain, position, entry_id, at FROM audit WHERE chain IS NULL LIMIT 1";
        let unplaced = sql::one(&self.on, unplaced, Vec::new()).await?;
        if let Some(row) = unplaced {
            return Ok(Some(found(&row, Fault::Inserted)));
        }
        // Numbers have no gaps, so only those at the ends are looked for.
        let elsewhere = "SELECT chain, position, entry_id, at FROM audit \
            WHERE chain < 1 OR chain > (SELECT coalesce(max(number), 0) FROM audit_chain) LIMIT 1";
        let row = sql::one(&self.on, elsewhere, Vec::new()).await?;
        Ok(row.map(|row| found(&row, Fault::Inserted)))
    }
}

/// From where a chain's rows are there.
fn start(head: &Head) -> i64 {
    head.removed.as_ref().map_or(0, |removed| removed.position)
}

fn found(row: &QueryResult, fault: Fault) -> Broken {
    Broken {
        chain: get(row, "chain").ok().flatten(),
        position: get(row, "position").ok().flatten(),
        id: get::<Option<Uuid>>(row, "entry_id").ok().flatten(),
        at: get(row, "at").ok().flatten(),
        fault,
    }
}
