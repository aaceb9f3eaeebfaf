//! How far each task has come, and whose turn it is.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::super::sql::{self, get, get_name, values};
use super::super::{Connection, Error, Write};
use super::reason;
use crate::domain::delivery::{Break, Chain, Counts, Course, Delivery, Link, Pending, Standing};

/// Lets one transaction at a time judge and move the chain of a task.
///
/// # Errors
/// As every write.
pub async fn lock(write: &Write, task_number: &str) -> Result<(), Error> {
    super::super::lock(write, &format!("delivery chain {task_number}")).await
}

/// The tasks that have deliveries which are not applied.
///
/// # Errors
/// As every read.
pub async fn tasks(on: &impl Connection) -> Result<Vec<String>, Error> {
    let statement = "SELECT DISTINCT task_number FROM delivery \
        WHERE state IN ('received', 'waiting', 'applying') AND task_number IS NOT NULL ORDER BY task_number";
    sql::all(on, statement, Vec::new()).await?.iter().map(|row| get(row, "task_number")).collect()
}

/// The chain of a task, where one was begun.
///
/// # Errors
/// As every read.
pub async fn chain(on: &impl Connection, task_number: &str) -> Result<Option<Chain>, Error> {
    let statement = "SELECT * FROM delivery_chain WHERE task_number = $1";
    sql::one(on, statement, values![task_number]).await?.as_ref().map(chain_of).transpose()
}

/// The deliveries of a task that are not applied, in the order in which they were taken in.
///
/// # Errors
/// As every read.
pub async fn pending(on: &impl Connection, task_number: &str) -> Result<Vec<Pending>, Error> {
    let statement = "SELECT d.*, EXISTS (SELECT 1 FROM delivery a WHERE a.task_number = d.task_number \
        AND a.production_date = d.production_date AND a.state = 'applied') AS date_applied \
        FROM delivery d WHERE d.task_number = $1 AND d.state IN ('received', 'waiting', 'applying') ORDER BY d.id";
    let rows = sql::all(on, statement, values![task_number]).await?;
    rows.iter()
        .map(|row| {
            Ok(Pending {
                id: get(row, "id")?,
                link: link(row)?,
                state: get_name(row, "state")?,
                reason: reason(row)?,
                bridged: get::<Option<DateTime<Utc>>>(row, "bridge_at")?.is_some(),
                is_date_applied: get(row, "date_applied")?,
            })
        })
        .collect()
}

/// Stores how a delivery stands, unless it is being applied.
///
/// # Errors
/// As every write.
pub async fn stand(write: &Write, standing: &Standing) -> Result<(), Error> {
    let statement = "UPDATE delivery SET state = $2, reason = $3 WHERE id = $1 AND state IN ('received', 'waiting')";
    let reason = standing.reason.as_ref().map(sql::name).transpose()?;
    sql::execute(write, statement, values![standing.id, sql::name(&standing.state)?, reason]).await?;
    Ok(())
}

/// Begins to apply a delivery, or goes on with it.
///
/// # Errors
/// [`Error::Stale`] when it is not its turn.
pub async fn begin(write: &Write, id: Uuid) -> Result<(), Error> {
    let statement =
        "UPDATE delivery SET state = 'applying', reason = NULL WHERE id = $1 AND state IN ('received', 'applying')";
    if sql::execute(write, statement, values![id]).await? == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Notes that the persons of a batch were handled, in the transaction that handled them; `false`: somebody else has gone on
/// from `from`, and the transaction must not be committed.
///
/// # Errors
/// As every write.
pub async fn advance(write: &Write, id: Uuid, from: i64, to: i64, batch: &Counts) -> Result<bool, Error> {
    let statement = "UPDATE delivery SET progress = $3, changed = changed + $4, unchanged = unchanged + $5, \
        failed = failed + $6, unexpected = unexpected + $7 WHERE id = $1 AND progress = $2 AND state = 'applying'";
    let values = values![id, from, to, batch.changed, batch.unchanged, batch.failed, batch.unexpected];
    Ok(sql::execute(write, statement, values).await? > 0)
}

/// Marks a delivery as applied and moves the chain of its task, in the transaction of its last batch. `progress` is what the
/// last [`advance`] set.
///
/// # Errors
/// [`Error::Stale`] when somebody else has gone on with it: the transaction must not be committed.
pub async fn finish(write: &Write, delivery: &Delivery, progress: i64, now: DateTime<Utc>) -> Result<(), Error> {
    let envelope = delivery.envelope.as_ref().ok_or_else(|| Error::unreadable("envelope"))?;
    lock(write, &envelope.task_number).await?;
    let before = chain(write, &envelope.task_number).await?;
    let after = Chain::after(before.as_ref(), &envelope.task_number, &envelope.link);
    let statement = "UPDATE delivery SET state = 'applied', reason = NULL, applied_at = $3, followed = $4, \
        verified_previous = $5 WHERE id = $1 AND progress = $2 AND state = 'applying'";
    let followed = before.as_ref().map(|chain| chain.last);
    let unbroken = Chain::is_unbroken_by(before.as_ref(), &envelope.link);
    let values = values![delivery.id, progress, sql::micros(now), followed, unbroken];
    if sql::execute(write, statement, values).await? == 0 {
        return Err(Error::Stale);
    }
    let statement = "INSERT INTO delivery_chain (task_number, last_production_date, unbroken_since) VALUES ($1, $2, $3) \
        ON CONFLICT (task_number) DO UPDATE SET last_production_date = excluded.last_production_date, \
        unbroken_since = excluded.unbroken_since";
    sql::execute(write, statement, values![after.task_number, after.last, after.unbroken_since]).await?;
    Ok(())
}

/// How far the task has come by which freshness is told: this one, else the one that has come furthest.
///
/// # Errors
/// As every read.
pub async fn course(on: &impl Connection, task_number: Option<&str>) -> Result<Option<Course>, Error> {
    let statement = "SELECT * FROM delivery_chain WHERE $1 IS NULL OR task_number = $1 \
        ORDER BY last_production_date DESC, task_number LIMIT 1";
    let Some(row) = sql::one(on, statement, values![task_number.map(str::to_owned)]).await? else { return Ok(None) };
    let chain = chain_of(&row)?;
    let broken = "SELECT * FROM delivery WHERE task_number = $1 AND state = 'applied' AND NOT verified_previous \
        ORDER BY production_date";
    let rows = sql::all(on, broken, values![chain.task_number.as_str()]).await?;
    let breaks = rows.iter().map(|row| Ok(Break::of(get(row, "followed")?, &link(row)?)));
    let breaks = breaks.filter_map(Result::transpose).collect::<Result<Vec<Break>, Error>>()?;
    Ok(Some(Course { chain, breaks }))
}

/// Which production dates are missing, by task.
///
/// # Errors
/// As every read.
pub async fn gaps(on: &impl Connection) -> Result<Vec<(String, NaiveDate)>, Error> {
    let statement = "SELECT DISTINCT task_number, previous_production_date FROM delivery \
        WHERE state = 'waiting' AND reason = 'gap' AND previous_production_date IS NOT NULL ORDER BY 1, 2";
    let rows = sql::all(on, statement, Vec::new()).await?;
    rows.iter().map(|row| Ok((get(row, "task_number")?, get(row, "previous_production_date")?))).collect()
}

fn chain_of(row: &QueryResult) -> Result<Chain, Error> {
    Ok(Chain {
        task_number: get(row, "task_number")?,
        last: get(row, "last_production_date")?,
        unbroken_since: get(row, "unbroken_since")?,
    })
}

fn link(row: &QueryResult) -> Result<Link, Error> {
    Ok(Link {
        production_date: get(row, "production_date")?,
        previous: get(row, "previous_production_date")?,
        is_status: get(row, "is_status")?,
    })
}
