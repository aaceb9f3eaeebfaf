//! What is kept for a time only: who is still needed, found by an index, and what is too old.
//!
//! What CPR said is looked at when `register_person.needed_on` lies far enough back: not every night all of it, but a row as
//! often as `retention.register_days` says. Whether it goes is decided by [`domain::retention`](crate::domain::retention).

use chrono::{DateTime, NaiveDate, Utc};
use cpr::PersonalNumber;
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::sql::{self, get, values};
use super::{Connection, Error, Write};
use crate::domain::retention::Facts;
use crate::domain::subscription::danish_date;

/// Somebody of whom CPR said something.
#[derive(Clone, PartialEq)]
pub struct Candidate {
    /// The number.
    pub number: PersonalNumber,
    /// The party that has it.
    pub party_id: Option<Uuid>,
    /// What is known of the need.
    pub facts: Facts,
}

/// A place in the order in which [`candidates`] come.
pub type Place = (NaiveDate, PersonalNumber);

/// Of a party `p` or `q`: it is today (`$1`) on a case that is a need, followed because of it or not.
fn on_case(party: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM case_party cp JOIN authority_case c ON c.case_number = cp.case_number \
        WHERE cp.party_id = {party}.id AND c.follow_until >= $1)"
    )
}

fn facts(condition: &str) -> String {
    let (own, moved) = (on_case("p"), on_case("q"));
    // The first condition is true of whoever has the number, the second of whoever CPR moved to it.
    format!(
        "SELECT r.personal_number, r.needed_on, p.id AS party_id, ({own} OR EXISTS (SELECT 1 FROM register_person o \
            JOIN party q ON q.personal_number = o.personal_number \
            WHERE o.current_number = r.personal_number AND {moved})) AS needed, \
        (SELECT max(w.ended_at) FROM subscription_reason w WHERE w.party_id = p.id) AS ended_at, \
        (SELECT max(w.until) FROM subscription_reason w WHERE w.party_id = p.id AND w.ended_at IS NULL) AS until \
        FROM register_person r LEFT JOIN party p ON p.personal_number = r.personal_number WHERE {condition}"
    )
}

/// The next ones to look at: those noted as needed before a day, at most `limit`, after a place.
///
/// # Errors
/// As every read.
pub async fn candidates(
    on: &impl Connection,
    before: NaiveDate,
    today: NaiveDate,
    after: Option<Place>,
    limit: u32,
) -> Result<Vec<Candidate>, Error> {
    let order = "ORDER BY r.needed_on, r.personal_number";
    match after {
        None => {
            let statement = facts(&format!("r.needed_on < $2 {order} LIMIT $3"));
            found(on, &statement, values![today, before, i64::from(limit)]).await
        }
        Some((day, number)) => {
            let condition = "r.needed_on < $2 AND (r.needed_on, r.personal_number) > ($3, $4)";
            let statement = facts(&format!("{condition} {order} LIMIT $5"));
            let values = values![today, before, day, sql::digits(number), i64::from(limit)];
            found(on, &statement, values).await
        }
    }
}

/// What is known of the need for these persons now.
///
/// # Errors
/// As every read.
pub async fn facts_of(
    on: &impl Connection,
    numbers: &[PersonalNumber],
    today: NaiveDate,
) -> Result<Vec<Candidate>, Error> {
    let digits: Vec<String> = numbers.iter().copied().map(sql::digits).collect();
    let statement = facts(&sql::text_in(on, "r.personal_number", 2));
    found(on, &statement, values![today, sql::json(&digits)?]).await
}

async fn found(on: &impl Connection, statement: &str, values: Vec<Value>) -> Result<Vec<Candidate>, Error> {
    sql::all(on, statement, values).await?.iter().map(candidate).collect()
}

fn candidate(row: &QueryResult) -> Result<Candidate, Error> {
    let ended = get::<Option<DateTime<Utc>>>(row, "ended_at")?.map(danish_date);
    let until = get::<Option<NaiveDate>>(row, "until")?;
    let noted_on = get::<Option<NaiveDate>>(row, "needed_on")?;
    Ok(Candidate {
        number: sql::get_number(row, "personal_number")?.ok_or_else(|| Error::unreadable("personal_number"))?,
        party_id: get(row, "party_id")?,
        facts: Facts {
            needed: get(row, "needed")?,
            // Whoever is not noted yet is not a candidate.
            noted_on: noted_on.unwrap_or(NaiveDate::MAX),
            reasons_until: ended.max(until),
        },
    })
}

/// Notes until when persons were needed, so that they are looked at again after that.
///
/// # Errors
/// As every write.
pub async fn note_needed(write: &Write, needed: &[(PersonalNumber, NaiveDate)]) -> Result<(), Error> {
    let statement = |rows: &str| {
        format!(
            "WITH news (number, day) AS (VALUES {rows}) UPDATE register_person SET needed_on = news.day FROM news \
            WHERE register_person.personal_number = news.number"
        )
    };
    let rows = needed.iter().map(|(number, day)| Ok(values![sql::digits(*number), *day]));
    sql::for_rows(write, rows, statement).await?;
    Ok(())
}

/// Notes a first day for at most `limit` persons of whom an earlier version of this program kept something: the day on which
/// CPR last told of them; how many there were.
///
/// # Errors
/// As every write.
pub async fn note_first_day(write: &Write, limit: u32) -> Result<usize, Error> {
    let statement = "SELECT personal_number, updated_at FROM register_person WHERE needed_on IS NULL LIMIT $1";
    let rows = sql::all(write, statement, values![i64::from(limit)]).await?;
    let mut days = Vec::with_capacity(rows.len());
    for row in &rows {
        let number = sql::get_number(row, "personal_number")?.ok_or_else(|| Error::unreadable("personal_number"))?;
        days.push((number, danish_date(get(row, "updated_at")?)));
    }
    note_needed(write, &days).await?;
    Ok(days.len())
}

/// How many persons there are of whom anything is kept, and how many cases.
///
/// # Errors
/// As every read.
pub async fn totals(on: &impl Connection) -> Result<(u64, u64), Error> {
    let statement = "SELECT (SELECT count(*) FROM register_person) AS persons, \
        (SELECT count(*) FROM authority_case) AS cases";
    let row = sql::one(on, statement, Vec::new()).await?.ok_or_else(|| Error::unreadable("persons"))?;
    let count = |name: &str| u64::try_from(get::<i64>(&row, name)?).map_err(|_| Error::unreadable(name));
    Ok((count("persons")?, count("cases")?))
}

/// Removes what else is left of persons whose data go: previews that wait, and which number CPR gave a person instead.
///
/// # Errors
/// As every write.
pub async fn remove_shadows(write: &Write, ids: &[Uuid], numbers: &[PersonalNumber]) -> Result<(), Error> {
    let previews = format!("DELETE FROM preview WHERE {}", sql::id_in(write, "party_id", 1));
    sql::execute(write, &previews, values![sql::id_list(write, ids)]).await?;
    let digits: Vec<String> = numbers.iter().copied().map(sql::digits).collect();
    let moved = format!(
        "UPDATE subscription SET moved_to = NULL WHERE {} AND moved_to IS NOT NULL AND state IN ('none', 'ended')",
        sql::text_in(write, "personal_number", 1)
    );
    sql::execute(write, &moved, values![sql::json(&digits)?]).await?;
    Ok(())
}

/// Something that is kept for a time and then goes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aged {
    /// Events of the feed, from the first on: those that stay have no gaps.
    Events,
    /// What was wrong with deliveries.
    DeliveryProblems,
    /// The log of deletions.
    Deletions,
    /// CPR's answers that wait to be applied.
    Previews,
    /// Outcomes of requests that may come twice.
    IdempotencyKeys,
}

impl Aged {
    /// All of it.
    pub const ALL: [Aged; 5] =
        [Aged::Events, Aged::DeliveryProblems, Aged::Deletions, Aged::Previews, Aged::IdempotencyKeys];

    /// The name of the count in a report.
    pub const fn name(self) -> &'static str {
        match self {
            Aged::Events => "events",
            Aged::DeliveryProblems => "deliveryProblems",
            Aged::Deletions => "deletions",
            Aged::Previews => "previews",
            Aged::IdempotencyKeys => "idempotencyKeys",
        }
    }

    /// Table, key, and which rows have their time behind them (`$1`), in the order in which they go.
    const fn rows(self) -> (&'static str, &'static str, &'static str) {
        match self {
            // The first that is young enough keeps everything behind it, whatever a clock that was set said of that.
            Aged::Events => ("event", "seq", FIRST_EVENTS),
            Aged::DeliveryProblems => (
                "delivery_problem",
                "delivery_id",
                "delivery_id IN (SELECT id FROM delivery WHERE COALESCE(applied_at, received_at) < $1)",
            ),
            Aged::Deletions => ("deletion", "seq", "at < $1"),
            Aged::Previews => ("preview", "id", "expires_at < $1"),
            Aged::IdempotencyKeys => ("idempotency_key", "key", "expires_at < $1"),
        }
    }
}

const FIRST_EVENTS: &str = "seq < COALESCE((SELECT e.seq FROM event e WHERE e.occurred_at >= $1 ORDER BY e.seq LIMIT 1), \
    (SELECT value + 1 FROM counter WHERE name = 'event'))";

/// Removes what is older than `before`, at most `limit` keys at once; how many rows.
///
/// # Errors
/// As every write.
pub async fn remove_aged(write: &Write, aged: Aged, before: DateTime<Utc>, limit: u32) -> Result<u64, Error> {
    let (table, key, is_old) = aged.rows();
    let statement = match aged {
        // Looks at no more than the first ones.
        Aged::Events => "DELETE FROM event WHERE seq < COALESCE(\
            (SELECT min(f.seq) FROM (SELECT seq, occurred_at FROM event ORDER BY seq LIMIT $2) AS f \
                WHERE f.occurred_at >= $1), \
            (SELECT max(f.seq) + 1 FROM (SELECT seq FROM event ORDER BY seq LIMIT $2) AS f))"
            .to_owned(),
        _ => format!(
            "DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {is_old} ORDER BY {key} LIMIT $2) AND {is_old}"
        ),
    };
    sql::execute(write, &statement, values![sql::micros(before), i64::from(limit)]).await
}

/// How many rows [`remove_aged`] would remove.
///
/// # Errors
/// As every read.
pub async fn count_aged(on: &impl Connection, aged: Aged, before: DateTime<Utc>) -> Result<u64, Error> {
    let (table, _, is_old) = aged.rows();
    let statement = format!("SELECT count(*) AS old FROM {table} WHERE {is_old}");
    let row = sql::one(on, &statement, values![sql::micros(before)]).await?;
    let count = row.map_or(Ok(0), |row| get::<i64>(&row, "old"))?;
    u64::try_from(count).map_err(|_| Error::unreadable("old"))
}
