//! The feed of events: numbers that rise by one, without gaps, in the order in which transactions end.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::sql::{self, get, get_json, values};
use super::{Connection, Error, Write};
use crate::domain::event::{Event, EventPage, EventType, NewEvent};

/// Stores events and gives them their numbers. The counter's row stays locked until the transaction ends, which makes the
/// sequence gap-free: call it late, just before the audit row and the commit, once per transaction.
///
/// # Errors
/// As every write.
pub async fn append(write: &Write, events: &[NewEvent], at: DateTime<Utc>) -> Result<Vec<Event>, Error> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let count = i64::try_from(events.len()).map_err(|_| Error::Internal("too many events".to_owned()))?;
    let counted = "UPDATE counter SET value = value + $1 WHERE name = 'event' RETURNING value";
    let row = sql::one(write, counted, values![count]).await?;
    let last: i64 = get(&row.ok_or_else(|| Error::Internal("the event counter is gone".to_owned()))?, "value")?;
    let number = |(seq, event): (i64, &NewEvent)| Event {
        seq,
        id: Uuid::new_v4(),
        event: event.clone(),
        occurred_at: sql::micros(at),
    };
    let stored: Vec<Event> = (last - count + 1..).zip(events).map(number).collect();
    let row = |event: &Event| {
        Ok(values![
            event.seq,
            event.id,
            event.event.type_.name(),
            event.event.party_id,
            sql::json(&event.event.changed_fields)?,
            event.occurred_at,
        ])
    };
    let statement =
        |rows: &str| format!("INSERT INTO event (seq, id, type, party_id, changed_fields, occurred_at) VALUES {rows}");
    sql::for_rows(write, stored.iter().map(row), statement).await?;
    Ok(stored)
}

/// At most `limit` events after number `after`, with the first and last number that the feed has.
///
/// # Errors
/// As every read.
pub async fn list(on: &impl Connection, after: i64, limit: u32, type_: Option<EventType>) -> Result<EventPage, Error> {
    let (latest, oldest) = bounds(on).await?;
    // Not beyond the `latest` that is told: more may have come since.
    let rows = match type_ {
        None => {
            let statement = "SELECT * FROM event WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3";
            sql::all(on, statement, values![after, latest, i64::from(limit)]).await?
        }
        Some(type_) => {
            let statement = "SELECT * FROM event WHERE seq > $1 AND seq <= $2 AND type = $4 ORDER BY seq LIMIT $3";
            sql::all(on, statement, values![after, latest, i64::from(limit), type_.name()]).await?
        }
    };
    Ok(EventPage { items: rows.iter().map(event).collect::<Result<_, _>>()?, latest, oldest })
}

/// The last number that was ever given (0: none), and the first one that is still kept.
///
/// # Errors
/// As every read.
pub async fn bounds(on: &impl Connection) -> Result<(i64, Option<i64>), Error> {
    let statement = "SELECT value, (SELECT min(seq) FROM event) AS oldest FROM counter WHERE name = 'event'";
    let row = sql::one(on, statement, Vec::new()).await?;
    let row = row.ok_or_else(|| Error::Internal("the event counter is gone".to_owned()))?;
    Ok((get(&row, "value")?, get(&row, "oldest")?))
}

fn event(row: &QueryResult) -> Result<Event, Error> {
    Ok(Event {
        seq: get(row, "seq")?,
        id: get(row, "id")?,
        event: NewEvent {
            type_: EventType::from_name(&get::<String>(row, "type")?).ok_or_else(|| Error::unreadable("type"))?,
            party_id: get(row, "party_id")?,
            changed_fields: get_json(row, "changed_fields")?,
        },
        occurred_at: get(row, "occurred_at")?,
    })
}
