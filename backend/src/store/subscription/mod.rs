//! Who is followed in CPR (*abonnement*): one row a personal number, the reasons, and what is wanted beside what CPR has
//! confirmed.
//!
//! * rows: [`get`], [`put`], [`list`], [`moved`], [`forget_ended`]; what a delivery says of them: [`confirm_active`],
//!   [`confirm_end`], [`note_rejected`]
//! * [`wanted`] is computed from cases and parties, never stored: [`is_wanted`], [`followings`], [`gap`],
//!   [`count`]
//! * the record of reasons: [`note_reasons`] in the transaction of every change that could begin or end one, [`history`]

mod reasons;
mod wanted;

use chrono::{DateTime, Utc};
use cpr::PersonalNumber;
use sea_orm::QueryResult;
use uuid::Uuid;

use super::sql::{self, get as column, values};
use super::{Connection, Error, Write, cursor};
use crate::domain::event::{EventType, NewEvent};
use crate::domain::page::{Page, PageRequest};
use crate::domain::subscription::{Failure, Moved, MovedAs, Retry, State, Subscription};

pub use self::reasons::{Whose, end_reasons, history, note_reasons, recompute};
pub use self::wanted::{Counts, Gap, Place, count, followings, gap, is_wanted, list_untouched, numbers_of, opted_out};
pub(super) use self::wanted::{HAS_NUMBER, IS_REASON, NUMBER};

/// The subscription to this number, if CPR was ever asked; in a [`Write`] it is locked until that ends.
///
/// # Errors
/// As every read.
pub async fn get(on: &impl Connection, number: PersonalNumber) -> Result<Option<Subscription>, Error> {
    let lock = if on.locks() { " FOR UPDATE" } else { "" };
    let statement = format!("SELECT {COLUMNS} FROM subscription s WHERE s.personal_number = $1{lock}");
    sql::one(on, &statement, values![sql::digits(number)]).await?.as_ref().map(subscription).transpose()
}

/// Stores where a subscription stands.
///
/// # Errors
/// As every write.
pub async fn put(write: &Write, it: &Subscription) -> Result<(), Error> {
    let statement = "INSERT INTO subscription (personal_number, party_id, state, requested_at, confirmed_at, \
        end_requested_at, ended_at, error_code, error_at, error_attempts, next_attempt_at, moved_to) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
        ON CONFLICT (personal_number) DO UPDATE SET party_id = excluded.party_id, state = excluded.state, \
        requested_at = excluded.requested_at, confirmed_at = excluded.confirmed_at, \
        end_requested_at = excluded.end_requested_at, ended_at = excluded.ended_at, error_code = excluded.error_code, \
        error_at = excluded.error_at, error_attempts = excluded.error_attempts, \
        next_attempt_at = excluded.next_attempt_at, moved_to = excluded.moved_to";
    let failure = it.failure.as_ref();
    let values = values![
        sql::digits(it.number),
        it.party_id,
        it.state.name(),
        it.requested_at.map(sql::micros),
        it.confirmed_at.map(sql::micros),
        it.end_requested_at.map(sql::micros),
        it.ended_at.map(sql::micros),
        failure.map(|failure| failure.code.clone()),
        failure.map(|failure| sql::micros(failure.at)),
        failure.map_or(0, |failure| i64::from(failure.attempts)),
        failure.and_then(|failure| failure.next_attempt_at).map(sql::micros),
        it.moved_to.map(sql::digits),
    ];
    sql::execute(write, statement, values).await?;
    Ok(())
}

/// What CPR was ever asked about, or what stands in one state, in the order in which CPR was first asked. The place is a
/// number, so it may stand in a URL.
///
/// # Errors
/// As every read; [`Error::Place`].
pub async fn list(on: &impl Connection, state: Option<State>, page: &PageRequest) -> Result<Page<Subscription>, Error> {
    let after = cursor::number(page)?.unwrap_or(0);
    let mut values = values![after, cursor::fetch(page)];
    let in_state = match state {
        Some(state) => {
            values.push(state.name().into());
            "s.state = $3 AND"
        }
        None => "",
    };
    let statement =
        format!("SELECT {COLUMNS}, s.seq FROM subscription s WHERE {in_state} s.seq > $1 ORDER BY s.seq LIMIT $2");
    let rows = sql::all(on, &statement, values).await?;
    let rows = rows.iter().map(|row| Ok((subscription(row)?, column::<i64>(row, "seq")?)));
    let rows = rows.collect::<Result<Vec<_>, Error>>()?;
    Ok(cursor::page(rows, page, |(_, seq)| seq.to_string()).map(|(it, _)| it))
}

/// CPR gave up numbers for others: their subscriptions follow.
///
/// # Errors
/// As every write.
pub async fn moved(write: &Write, moves: &[Moved], at: DateTime<Utc>) -> Result<(), Error> {
    for moved in moves {
        let Some(it) = get(write, moved.from).await? else { continue };
        let known = it.moved_to == Some(moved.to) && (it.state == State::Ended || moved.moved_as == MovedAs::Deleted);
        if !known {
            put(write, &it.moved(*moved, at)).await?;
        }
        forget_ended(write, moved.from).await?;
    }
    Ok(())
}

/// Forgets a subscription that is over and whose number no party has: nobody could ask about it any more, and the number of
/// a person who is gone has no business here. To be called when one of the two comes true.
///
/// # Errors
/// As every write.
pub async fn forget_ended(write: &Write, number: PersonalNumber) -> Result<(), Error> {
    let statement = "DELETE FROM subscription WHERE personal_number = $1 AND state IN ('none', 'ended') \
        AND NOT EXISTS (SELECT 1 FROM party WHERE party.personal_number = subscription.personal_number)";
    sql::execute(write, statement, values![sql::digits(number)]).await?;
    Ok(())
}

/// The subscription to this number, if there is one, is this party's from now on.
///
/// # Errors
/// As every write.
pub async fn adopt(write: &Write, number: PersonalNumber, party_id: Uuid) -> Result<(), Error> {
    let statement = "UPDATE subscription SET party_id = $2 WHERE personal_number = $1";
    sql::execute(write, statement, values![sql::digits(number), party_id]).await?;
    Ok(())
}

/// A waiting subscription is due now; whether there was anything that waited.
///
/// # Errors
/// As every write.
pub async fn make_due(write: &Write, number: PersonalNumber, now: DateTime<Utc>) -> Result<bool, Error> {
    let statement = "UPDATE subscription SET next_attempt_at = $2 WHERE personal_number = $1 \
        AND state IN ('requested', 'ending') AND next_attempt_at > $2";
    Ok(sql::execute(write, statement, values![sql::digits(number), sql::micros(now)]).await? > 0)
}

/// A delivery brought a person whom CPR was asked to follow: CPR does. Gives what to tell the feed.
///
/// # Errors
/// As every write.
pub async fn confirm_active(
    write: &Write,
    number: PersonalNumber,
    at: DateTime<Utc>,
) -> Result<Option<NewEvent>, Error> {
    match get(write, number).await? {
        Some(it) if matches!(it.state, State::Requested | State::Failed) => {
            put(write, &it.confirm(at)).await?;
            Ok(Some(event(EventType::SubscriptionActive, it.party_id)))
        }
        _ => Ok(None),
    }
}

/// A delivery brought these persons: as [`confirm_active`] for each.
///
/// # Errors
/// As every write.
pub async fn confirm_delivered(
    write: &Write,
    numbers: &[PersonalNumber],
    at: DateTime<Utc>,
) -> Result<Vec<NewEvent>, Error> {
    let statement = format!(
        "SELECT personal_number FROM subscription WHERE {} AND state IN ('requested', 'failed') \
        ORDER BY personal_number",
        sql::text_in(write, "personal_number", 1)
    );
    let digits: Vec<String> = numbers.iter().copied().map(sql::digits).collect();
    let mut events = Vec::new();
    for row in &sql::all(write, &statement, values![sql::json(&digits)?]).await? {
        if let Some(number) = sql::get_number(row, "personal_number")? {
            events.extend(confirm_active(write, number, at).await?);
        }
    }
    Ok(events)
}

/// A delivery brought CPR's receipt that it stopped following this person. When nobody had asked for it here, the next
/// comparison asks to follow again. Gives what to tell the feed.
///
/// # Errors
/// As every write.
pub async fn confirm_end(write: &Write, number: PersonalNumber, at: DateTime<Utc>) -> Result<Option<NewEvent>, Error> {
    match get(write, number).await? {
        Some(it) if matches!(it.state, State::Active | State::Ending) => {
            // A receipt of an end that lies before the latest confirmation is of an earlier time round.
            if it.state == State::Active && it.confirmed_at.is_some_and(|confirmed| confirmed > at) {
                return Ok(None);
            }
            put(write, &it.end(at)).await?;
            forget_ended(write, number).await?;
            Ok(Some(event(EventType::SubscriptionEnded, it.party_id)))
        }
        _ => Ok(None),
    }
}

/// A delivery brought back what we asked of CPR about this person, refused with this code. Gives what to tell the feed.
///
/// # Errors
/// As every write.
pub async fn note_rejected(
    write: &Write,
    number: PersonalNumber,
    code: &str,
    at: DateTime<Utc>,
) -> Result<Option<NewEvent>, Error> {
    match get(write, number).await? {
        Some(it) if it.state == State::Requested => {
            put(write, &it.fail(code, Retry::WhenNumberChanges, at)).await?;
            Ok(Some(event(EventType::SubscriptionFailed, it.party_id)))
        }
        _ => Ok(None),
    }
}

fn event(type_: EventType, party_id: Uuid) -> NewEvent {
    NewEvent { type_, party_id, changed_fields: vec!["subscription".to_owned()] }
}

const COLUMNS: &str = "s.personal_number, s.party_id, s.state, s.requested_at, s.confirmed_at, s.end_requested_at, \
    s.ended_at, s.error_code, s.error_at, s.error_attempts, s.next_attempt_at, s.moved_to";

fn subscription(row: &QueryResult) -> Result<Subscription, Error> {
    let number = sql::get_number(row, "personal_number")?.ok_or_else(|| Error::unreadable("personal_number"))?;
    let failure = match column::<Option<String>>(row, "error_code")? {
        None => None,
        Some(code) => Some(Failure {
            code,
            at: column(row, "error_at")?,
            attempts: u32::try_from(column::<i64>(row, "error_attempts")?).unwrap_or(u32::MAX),
            next_attempt_at: column(row, "next_attempt_at")?,
        }),
    };
    Ok(Subscription {
        number,
        party_id: column(row, "party_id")?,
        state: sql::get_name(row, "state")?,
        requested_at: column(row, "requested_at")?,
        confirmed_at: column(row, "confirmed_at")?,
        end_requested_at: column(row, "end_requested_at")?,
        ended_at: column(row, "ended_at")?,
        failure,
        moved_to: sql::get_number(row, "moved_to")?,
    })
}
