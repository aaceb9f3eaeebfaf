//! CPR's change files (*leverancer*): their rows, their problems, and what was seen where they come from.

mod bytes;
mod chain;

use sea_orm::QueryResult;
use uuid::Uuid;

pub use self::bytes::{PART, PartWriter, drop_bytes, open_bytes, orphans};
pub use self::chain::{advance, begin, chain, course, finish, gaps, lock, pending, stand, tasks};
use super::sql::{self, get, get_name, values};
use super::{Connection, Error, Write, cursor};
use crate::domain::delivery::{Bridge, Counts, Delivery, DeliveryProblem, Envelope, Link, Listed, Reason, State};
use crate::domain::page::{Page, PageRequest};

/// Deliveries with whether an operator can let them go: one that waits, unless an older one of the task waits too that would
/// be refused for good then. (An older one of a date that was applied would not.)
const SELECT: &str = "SELECT d.*, d.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM delivery o \
    WHERE o.task_number = d.task_number AND o.production_date < d.production_date \
    AND o.state IN ('received', 'waiting', 'applying') AND NOT EXISTS (SELECT 1 FROM delivery a \
    WHERE a.task_number = o.task_number AND a.production_date = o.production_date AND a.state = 'applied')\
    ) AS may_be_bridged FROM delivery d";

/// The delivery with this key; in a [`Write`] it is locked until that ends.
///
/// # Errors
/// As every read.
pub async fn get_one(on: &impl Connection, id: Uuid) -> Result<Option<Delivery>, Error> {
    let lock = if on.locks() { " FOR UPDATE OF d" } else { "" };
    let statement = format!("{SELECT} WHERE d.id = $1{lock}");
    sql::one(on, &statement, values![id]).await?.as_ref().map(delivery).transpose()
}

/// The delivery with this content; in a [`Write`] it is locked until that ends.
///
/// # Errors
/// As every read.
pub async fn by_content(on: &impl Connection, content_hash: &str) -> Result<Option<Delivery>, Error> {
    let lock = if on.locks() { " FOR UPDATE OF d" } else { "" };
    let statement = format!("{SELECT} WHERE d.content_hash = $1{lock}");
    sql::one(on, &statement, values![content_hash]).await?.as_ref().map(delivery).transpose()
}

/// The deliveries, what came last first.
///
/// # Errors
/// As every read; [`Error::Place`].
pub async fn list(on: &impl Connection, state: Option<State>, page: &PageRequest) -> Result<Page<Delivery>, Error> {
    let before =
        page.after.as_ref().map_or(Ok(Uuid::max()), |place| Uuid::parse_str(place)).map_err(|_| Error::Place)?;
    let mut values = values![before, cursor::fetch(page)];
    let mut criterion = "";
    if let Some(state) = state {
        criterion = " AND d.state = $3";
        values.push(sql::name(&state)?.into());
    }
    // Keys rise with time.
    let statement = format!("{SELECT} WHERE d.id < $1{criterion} ORDER BY d.id DESC LIMIT $2");
    let rows = sql::all(on, &statement, values).await?.iter().map(delivery).collect::<Result<Vec<_>, Error>>()?;
    Ok(cursor::page(rows, page, |delivery| delivery.id.to_string()))
}

/// The delivery that was applied last.
///
/// # Errors
/// As every read.
pub async fn last_applied(on: &impl Connection) -> Result<Option<Delivery>, Error> {
    let statement = format!("{SELECT} WHERE d.applied_at IS NOT NULL ORDER BY d.applied_at DESC, d.id DESC LIMIT 1");
    sql::one(on, &statement, Vec::new()).await?.as_ref().map(delivery).transpose()
}

/// Stores a new delivery.
///
/// # Errors
/// [`Error::Conflict`] when its content is known.
pub async fn insert(write: &Write, delivery: &Delivery) -> Result<(), Error> {
    let statement = "INSERT INTO delivery (id, content_hash, file_name, size, task_number, production_date, \
        previous_production_date, is_status, state, reason, persons_in_file, received_at, \
        progress, changed, unchanged, failed, unexpected, verified_previous) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, 0, 0, 0, false)";
    sql::execute(write, statement, taken_in(delivery)?).await?;
    Ok(())
}

/// Stores a delivery over the one with the same content that was refused; its key stays, its problems go.
///
/// # Errors
/// [`Error::Stale`] when it is refused no longer.
pub async fn take_again(write: &Write, delivery: &Delivery) -> Result<(), Error> {
    let statement = "UPDATE delivery SET file_name = $3, size = $4, task_number = $5, production_date = $6, \
        previous_production_date = $7, is_status = $8, state = $9, reason = $10, persons_in_file = $11, \
        received_at = $12, bridge_reason = NULL, bridge_by = NULL, bridge_at = NULL \
        WHERE id = $1 AND content_hash = $2 AND state = 'refused'";
    if sql::execute(write, statement, taken_in(delivery)?).await? == 0 {
        return Err(Error::Stale);
    }
    sql::execute(write, "DELETE FROM delivery_problem WHERE delivery_id = $1", values![delivery.id]).await?;
    Ok(())
}

/// Lets a waiting delivery go.
///
/// # Errors
/// [`Error::Stale`] when it does not wait.
pub async fn bridge(write: &Write, id: Uuid, bridge: &Bridge) -> Result<(), Error> {
    let statement = "UPDATE delivery SET bridge_reason = $2, bridge_by = $3, bridge_at = $4 \
        WHERE id = $1 AND state = 'waiting'";
    let values = values![id, bridge.reason.as_str(), bridge.by.as_str(), sql::micros(bridge.at)];
    if sql::execute(write, statement, values).await? == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Adds what is wrong with a delivery, after what is noted already.
///
/// # Errors
/// As every write.
pub async fn add_problems(write: &Write, id: Uuid, problems: &[DeliveryProblem]) -> Result<(), Error> {
    if problems.is_empty() {
        return Ok(());
    }
    let count = "SELECT coalesce(max(number), 0) AS last FROM delivery_problem WHERE delivery_id = $1";
    let last = sql::one(write, count, values![id]).await?.map_or(Ok(0), |row| get::<i64>(&row, "last"))?;
    let rows = problems.iter().zip(last + 1..).map(|(problem, number)| {
        serde_json::json!({
            "number": number,
            "kind": problem.kind,
            "place": problem.place,
            "detail": problem.text,
            "party_id": problem.party_id.map(|id| id.simple().to_string()),
        })
    });
    let rows: Vec<serde_json::Value> = rows.collect();
    let source = if sql::is_sqlite(write) {
        "SELECT $1, value ->> 'number', value ->> 'kind', value ->> 'place', value ->> 'detail', \
        unhex(value ->> 'party_id') FROM json_each($2)"
    } else {
        "SELECT $1, number, kind, place, detail, party_id FROM json_to_recordset(CAST($2 AS json)) \
        AS problem (number bigint, kind text, place text, detail text, party_id uuid)"
    };
    let statement =
        format!("INSERT INTO delivery_problem (delivery_id, number, kind, place, detail, party_id) {source}");
    sql::execute(write, &statement, values![id, sql::json(&rows)?]).await?;
    Ok(())
}

/// What is wrong with a delivery, in the order in which it was found.
///
/// # Errors
/// As every read; [`Error::Place`].
pub async fn problems(on: &impl Connection, id: Uuid, page: &PageRequest) -> Result<Page<DeliveryProblem>, Error> {
    let after = cursor::number(page)?.unwrap_or(0_i64);
    let statement = "SELECT * FROM delivery_problem WHERE delivery_id = $1 AND number > $2 ORDER BY number LIMIT $3";
    let rows = sql::all(on, statement, values![id, after, cursor::fetch(page)]).await?;
    let problem = |row: &QueryResult| {
        let problem = DeliveryProblem {
            kind: get(row, "kind")?,
            place: get(row, "place")?,
            text: get(row, "detail")?,
            party_id: get(row, "party_id")?,
        };
        Ok((get::<i64>(row, "number")?, problem))
    };
    let numbered = rows.iter().map(problem).collect::<Result<Vec<_>, Error>>()?;
    Ok(cursor::page(numbered, page, |(number, _)| number.to_string()).map(|(_, problem)| problem))
}

/// Which of these files were seen as they are now, with whether they were taken.
///
/// # Errors
/// As every read.
pub async fn seen(on: &impl Connection, files: &[Listed]) -> Result<Vec<(Listed, bool)>, Error> {
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let statement = format!("SELECT * FROM delivery_source_file WHERE {}", sql::text_in(on, "name", 1));
    let rows = sql::all(on, &statement, values![sql::json(&names)?]).await?;
    let mut seen = Vec::new();
    for row in rows {
        let size = u64::try_from(get::<i64>(&row, "size")?).map_err(|_| Error::unreadable("size"))?;
        let file = Listed { name: get(&row, "name")?, size, modified_at: get(&row, "modified_at")? };
        if files.contains(&file) {
            seen.push((file, get(&row, "taken")?));
        }
    }
    Ok(seen)
}

/// Notes how a file was seen; `taken`: it need not be fetched again as long as it stays so.
///
/// # Errors
/// As every write.
pub async fn note_seen(write: &Write, file: &Listed, taken: bool) -> Result<(), Error> {
    let statement = "INSERT INTO delivery_source_file (name, size, modified_at, taken) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (name) DO UPDATE SET size = excluded.size, modified_at = excluded.modified_at, taken = excluded.taken";
    let size = i64::try_from(file.size).unwrap_or(i64::MAX);
    sql::execute(write, statement, values![file.name.as_str(), size, file.modified_at, taken]).await?;
    Ok(())
}

/// Forgets that a file of this name was seen, so that it is fetched again.
///
/// # Errors
/// As every write.
pub async fn forget_seen(write: &Write, name: &str) -> Result<(), Error> {
    sql::execute(write, "DELETE FROM delivery_source_file WHERE name = $1", values![name]).await?;
    Ok(())
}

fn taken_in(delivery: &Delivery) -> Result<Vec<sea_orm::Value>, Error> {
    let envelope = delivery.envelope.as_ref();
    let link = envelope.map(|envelope| envelope.link);
    Ok(values![
        delivery.id,
        delivery.content_hash.as_str(),
        delivery.file_name.clone(),
        delivery.size,
        envelope.map(|envelope| envelope.task_number.clone()),
        link.map(|link| link.production_date),
        link.and_then(|link| link.previous),
        link.is_some_and(|link| link.is_status),
        sql::name(&delivery.state)?,
        delivery.reason.as_ref().map(sql::name).transpose()?,
        envelope.map(|envelope| envelope.persons),
        sql::micros(delivery.received_at),
    ])
}

fn delivery(row: &QueryResult) -> Result<Delivery, Error> {
    let envelope = match (get(row, "task_number")?, get(row, "production_date")?) {
        (Some(task_number), Some(production_date)) => Some(Envelope {
            task_number,
            link: Link {
                production_date,
                previous: get(row, "previous_production_date")?,
                is_status: get(row, "is_status")?,
            },
            persons: get::<Option<i64>>(row, "persons_in_file")?.unwrap_or(0),
        }),
        _ => None,
    };
    let bridge = match (get(row, "bridge_reason")?, get(row, "bridge_by")?, get(row, "bridge_at")?) {
        (Some(reason), Some(by), Some(at)) => Some(Bridge { reason, by, at }),
        _ => None,
    };
    Ok(Delivery {
        id: get(row, "id")?,
        content_hash: get(row, "content_hash")?,
        file_name: get(row, "file_name")?,
        size: get(row, "size")?,
        envelope,
        state: get_name(row, "state")?,
        reason: reason(row)?,
        bridge,
        may_be_bridged: get(row, "may_be_bridged")?,
        progress: get(row, "progress")?,
        counts: Counts {
            changed: get(row, "changed")?,
            unchanged: get(row, "unchanged")?,
            failed: get(row, "failed")?,
            unexpected: get(row, "unexpected")?,
        },
        received_at: get(row, "received_at")?,
        applied_at: get(row, "applied_at")?,
    })
}

fn reason(row: &QueryResult) -> Result<Option<Reason>, Error> {
    match get::<Option<String>>(row, "reason")? {
        Some(_) => get_name(row, "reason").map(Some),
        None => Ok(None),
    }
}
