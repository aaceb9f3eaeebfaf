//! Spot checks of the log (*stikprøver*).

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::sql::{self, get, get_name, values};
use super::{Connection, Error, Write, cursor};
use crate::domain::page::{Page, PageRequest};
use crate::domain::spot_check::{LOOK_UPS, LookUp, Note, Progress, SpotCheck};

/// Rows are numbered when they are stored, a moment after the time that they tell, and servers' clocks differ.
const SLACK: TimeDelta = TimeDelta::days(1);

/// A place in the log before everything at or after this time: reading begins behind it, not at the beginning of the log.
///
/// # Errors
/// As every read.
pub async fn place_before(on: &impl Connection, from: DateTime<Utc>) -> Result<i64, Error> {
    let statement = "SELECT seq FROM audit WHERE at >= $1 ORDER BY at LIMIT 1";
    let row = sql::one(on, statement, values![sql::micros(from - SLACK)]).await?;
    row.map_or(Ok(i64::MAX), |row| Ok(get::<i64>(&row, "seq")? - 1))
}

/// Look-ups of people in this time that told or may have told something, in the order of the log, after a place in it.
///
/// # Errors
/// As every read.
pub async fn look_ups(
    on: &impl Connection,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    after: i64,
    limit: u32,
) -> Result<Vec<LookUp>, Error> {
    let statement = format!(
        "SELECT i.seq, i.entry_id, \
        (i.case_number IS NOT NULL OR coalesce(i.case_relation, o.case_relation, false)) AS is_related FROM audit i \
        LEFT JOIN audit o ON o.entry_id = i.entry_id AND o.phase = 'outcome' \
        WHERE i.phase <> 'outcome' AND i.at >= $1 AND i.at < $2 AND i.seq > $3 AND {} AND i.actor NOT LIKE 'job:%' \
        AND coalesce(i.outcome, o.outcome, 'unknown') IN ('succeeded', 'unknown') ORDER BY i.seq LIMIT $4",
        sql::text_in(on, "i.operation", 5)
    );
    let values = values![sql::micros(from), sql::micros(to), after, i64::from(limit), sql::json(&LOOK_UPS)?];
    let look_up = |row: &QueryResult| {
        Ok(LookUp { seq: get(row, "seq")?, entry_id: get(row, "entry_id")?, is_related: get(row, "is_related")? })
    };
    sql::all(on, &statement, values).await?.iter().map(look_up).collect()
}

/// Stores a sample with its entries, in the order of the draw.
///
/// # Errors
/// As every write.
pub async fn insert(write: &Write, it: &SpotCheck, entry_ids: &[Uuid]) -> Result<(), Error> {
    let statement = "INSERT INTO spot_check (id, drawn_at, drawn_by, reason, from_at, to_at, size, seed, eligible, set_aside) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let values = values![
        it.id,
        sql::micros(it.drawn_at),
        it.drawn_by.as_str(),
        it.reason.clone(),
        sql::micros(it.from),
        sql::micros(it.to),
        i64::from(it.size),
        it.seed.as_str(),
        count(it.eligible),
        count(it.set_aside),
    ];
    sql::execute(write, statement, values).await?;
    let rows = (0_i64..).zip(entry_ids).map(|(place, entry_id)| Ok(values![it.id, *entry_id, place]));
    let statement = |rows: &str| format!("INSERT INTO spot_check_entry (spot_check_id, entry_id, place) VALUES {rows}");
    sql::for_rows(write, rows, statement).await?;
    Ok(())
}

/// The samples, newest first.
///
/// # Errors
/// As every read; [`Error::Place`].
pub async fn list(on: &impl Connection, page: &PageRequest) -> Result<Page<Progress>, Error> {
    let before = cursor::number(page)?.unwrap_or(i64::MAX);
    let statement = format!("SELECT {COLUMNS} FROM spot_check s WHERE s.seq < $1 ORDER BY s.seq DESC LIMIT $2");
    let rows = sql::all(on, &statement, values![before, cursor::fetch(page)]).await?;
    let rows =
        rows.iter().map(|row| Ok((get::<i64>(row, "seq")?, progress(row)?))).collect::<Result<Vec<_>, Error>>()?;
    Ok(cursor::page(rows, page, |(seq, _)| seq.to_string()).map(|(_, progress)| progress))
}

/// One sample.
///
/// # Errors
/// As every read.
pub async fn get_one(on: &impl Connection, id: Uuid) -> Result<Option<Progress>, Error> {
    let statement = format!("SELECT {COLUMNS} FROM spot_check s WHERE s.id = $1");
    sql::one(on, &statement, values![id]).await?.as_ref().map(progress).transpose()
}

/// The entries of a sample in the order of the draw, or the one of them, with what was noted about each, oldest first.
///
/// # Errors
/// As every read.
pub async fn entries(on: &impl Connection, id: Uuid, only: Option<Uuid>) -> Result<Vec<(Uuid, Vec<Note>)>, Error> {
    let narrow = |column: &str| if only.is_some() { format!("AND {column} = $2") } else { String::new() };
    let values = || values![id].into_iter().chain(only.map(Into::into)).collect::<Vec<sea_orm::Value>>();
    let notes = format!(
        "SELECT entry_id, at, noted_by, finding, note FROM spot_check_note WHERE spot_check_id = $1 {} ORDER BY seq",
        narrow("entry_id")
    );
    let mut noted: BTreeMap<Uuid, Vec<Note>> = BTreeMap::new();
    for row in &sql::all(on, &notes, values()).await? {
        let note = Note {
            at: get(row, "at")?,
            by: get(row, "noted_by")?,
            finding: get_name(row, "finding")?,
            text: get(row, "note")?,
        };
        noted.entry(get(row, "entry_id")?).or_default().push(note);
    }
    let statement =
        format!("SELECT entry_id FROM spot_check_entry WHERE spot_check_id = $1 {} ORDER BY place", narrow("entry_id"));
    let entry = |row: &QueryResult| {
        let id: Uuid = get(row, "entry_id")?;
        Ok((id, noted.remove(&id).unwrap_or_default()))
    };
    sql::all(on, &statement, values()).await?.iter().map(entry).collect()
}

/// Adds a note about an entry of a sample.
///
/// # Errors
/// [`Error::Missing`] when the sample has no such entry.
pub async fn note(write: &Write, id: Uuid, entry_id: Uuid, note: &Note) -> Result<(), Error> {
    let statement = "INSERT INTO spot_check_note (spot_check_id, entry_id, at, noted_by, finding, note) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    let values =
        values![id, entry_id, sql::micros(note.at), note.by.as_str(), sql::name(&note.finding)?, note.text.clone()];
    sql::execute(write, statement, values).await?;
    Ok(())
}

const COLUMNS: &str = "s.seq, s.id, s.drawn_at, s.drawn_by, s.reason, s.from_at, s.to_at, s.size, s.seed, s.eligible, \
    s.set_aside, (SELECT count(*) FROM spot_check_entry e WHERE e.spot_check_id = s.id) AS drawn, \
    (SELECT count(DISTINCT n.entry_id) FROM spot_check_note n WHERE n.spot_check_id = s.id) AS noted";

fn progress(row: &QueryResult) -> Result<Progress, Error> {
    let number = |column: &str| Ok::<u64, Error>(u64::try_from(get::<i64>(row, column)?).unwrap_or_default());
    Ok(Progress {
        spot_check: SpotCheck {
            id: get(row, "id")?,
            drawn_at: get(row, "drawn_at")?,
            drawn_by: get(row, "drawn_by")?,
            reason: get(row, "reason")?,
            from: get(row, "from_at")?,
            to: get(row, "to_at")?,
            size: u32::try_from(get::<i64>(row, "size")?).unwrap_or(u32::MAX),
            seed: get(row, "seed")?,
            eligible: number("eligible")?,
            set_aside: number("set_aside")?,
        },
        drawn: number("drawn")?,
        noted: number("noted")?,
    })
}

fn count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
