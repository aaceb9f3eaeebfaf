//! Who is to be followed, and how that differs from what CPR has confirmed.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use cpr::PersonalNumber;
use sea_orm::QueryResult;
use uuid::Uuid;

use super::COLUMNS;
use crate::domain::page::{Page, PageRequest};
use crate::domain::subscription::{Following, Reason, State, Subscription};
use crate::store::sql::{self, get, get_name, values};
use crate::store::{Connection, Error, cursor};

/// The number by which CPR can know a party `p`: any but a replacement number (day + 60), and a party without one has none.
pub const HAS_NUMBER: &str = "p.personal_number < '6'";

/// Whether a case `c` is today (`$1`) a reason for somebody `cp` on it. What a case is was decided by
/// [`follow`](crate::domain::subscription::follow) and is stored with it.
pub const IS_REASON: &str = "cp.subscribe AND c.follow_until >= $1";

/// Whom to follow for a party `p`, where `r` is what CPR said of its number: the number that CPR moved the person to, else
/// the party's own.
pub const NUMBER: &str = "COALESCE(r.current_number, p.personal_number)";

/// The condition that a party `p` is to be followed today (`$1`). The one rule, for all questions below.
fn wanted() -> String {
    format!(
        "{HAS_NUMBER} AND EXISTS (SELECT 1 FROM case_party cp JOIN authority_case c ON c.case_number = cp.case_number \
        WHERE cp.party_id = p.id AND {IS_REASON})"
    )
}

/// The condition that a number is to be followed today (`$1`), for a party that has it or whose number CPR moved to it.
fn number_wanted(number: &str) -> String {
    let wanted = wanted();
    format!(
        "(EXISTS (SELECT 1 FROM party p LEFT JOIN register_person r ON r.personal_number = p.personal_number \
            WHERE p.personal_number = {number} AND r.current_number IS NULL AND {wanted}) \
        OR EXISTS (SELECT 1 FROM register_person r JOIN party p ON p.personal_number = r.personal_number \
            WHERE r.current_number = {number} AND {wanted}))"
    )
}

/// Whether somebody is to be followed today.
///
/// # Errors
/// As every read.
pub async fn is_wanted(on: &impl Connection, number: PersonalNumber, today: NaiveDate) -> Result<bool, Error> {
    let statement = format!("SELECT 1 AS one WHERE {}", number_wanted("$2"));
    Ok(sql::one(on, &statement, values![today, sql::digits(number)]).await?.is_some())
}

/// Whom to follow for these parties: each one's number, or the one that CPR moved the person to. A party of which CPR cannot be
/// asked is left out.
///
/// # Errors
/// As every read.
pub async fn numbers_of(on: &impl Connection, ids: &[Uuid]) -> Result<BTreeMap<Uuid, PersonalNumber>, Error> {
    let statement = format!(
        "SELECT p.id, {NUMBER} AS number FROM party p LEFT JOIN register_person r \
        ON r.personal_number = p.personal_number WHERE {} AND {HAS_NUMBER}",
        sql::id_in(on, "p.id", 1)
    );
    let rows = sql::all(on, &statement, values![sql::id_list(on, ids)]).await?;
    rows.iter().map(|row| Ok((get(row, "id")?, number(row)?))).collect()
}

fn number(row: &QueryResult) -> Result<PersonalNumber, Error> {
    sql::get_number(row, "number")?.ok_or_else(|| Error::unreadable("number"))
}

/// How these parties are followed; a party that is neither followed nor to be followed is left out.
///
/// # Errors
/// As every read.
pub async fn followings(
    on: &impl Connection,
    ids: &[Uuid],
    today: NaiveDate,
) -> Result<BTreeMap<Uuid, Following>, Error> {
    let mut found: BTreeMap<Uuid, Following> = BTreeMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let statement = format!(
        "SELECT p.id, s.state, s.confirmed_at, c.case_number, c.follow_kind, c.follow_until FROM party p \
        LEFT JOIN register_person r ON r.personal_number = p.personal_number \
        LEFT JOIN subscription s ON s.personal_number = {NUMBER} \
        LEFT JOIN case_party cp ON cp.party_id = p.id \
        LEFT JOIN authority_case c ON c.case_number = cp.case_number AND {IS_REASON} AND {HAS_NUMBER} \
        WHERE {} AND (s.state IS NOT NULL OR c.case_number IS NOT NULL) ORDER BY c.case_number",
        sql::id_in(on, "p.id", 2)
    );
    for row in &sql::all(on, &statement, values![today, sql::id_list(on, ids)]).await? {
        let following = match found.entry(get(row, "id")?) {
            Entry::Occupied(following) => following.into_mut(),
            Entry::Vacant(place) => {
                let state = get::<Option<String>>(row, "state")?;
                let state = state.map_or(Ok(State::None), |_| get_name(row, "state"))?;
                place.insert(Following { state, confirmed_at: get(row, "confirmed_at")?, reasons: Vec::new() })
            }
        };
        if let Some(case_number) = get::<Option<String>>(row, "case_number")? {
            let (kind, until) = (get_name(row, "follow_kind")?, get(row, "follow_until")?);
            following.reasons.push(Reason { kind, case_number, until });
        }
    }
    Ok(found)
}

/// Those of these parties that are on a case which would be a reason, were they to be followed because of it.
///
/// # Errors
/// As every read.
pub async fn opted_out(on: &impl Connection, ids: &[Uuid], today: NaiveDate) -> Result<BTreeSet<Uuid>, Error> {
    let statement = format!(
        "SELECT DISTINCT cp.party_id FROM case_party cp JOIN authority_case c ON c.case_number = cp.case_number \
        WHERE {} AND NOT cp.subscribe AND c.follow_until >= $1",
        sql::id_in(on, "cp.party_id", 2)
    );
    let rows = sql::all(on, &statement, values![today, sql::id_list(on, ids)]).await?;
    rows.iter().map(|row| get(row, "party_id")).collect()
}

/// Somebody of whom what is wanted is not what CPR has confirmed.
pub struct Gap {
    /// To be followed.
    pub wanted: bool,
    /// Where the subscription stands; of a number that CPR was never asked about, [`State::None`].
    pub subscription: Subscription,
    /// CPR has confirmed the number that it gave the person instead.
    pub successor_confirmed: bool,
}

/// How far [`gap`] has come: first through the parties, then through the subscriptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// After this party.
    Party(i64),
    /// After this subscription.
    Subscription(i64),
    /// At the end.
    End,
}

impl Place {
    /// Before everything.
    pub const START: Place = Place::Party(0);
}

/// So many parties, or subscriptions, a page of [`gap`] looks at. Where nothing differs, that is all that there is to see of
/// them, and no statement may take longer than a database lets it.
const STRETCH: i64 = 20_000;

/// The next ones, at most `limit`, of whom what is wanted today is not what CPR has confirmed, and the place after them. One
/// walk sees everybody who differs at its beginning; a page may be empty before the end.
///
/// # Errors
/// As every read.
pub async fn gap(on: &impl Connection, today: NaiveDate, place: Place, limit: u32) -> Result<(Vec<Gap>, Place), Error> {
    let (rows, after, wanted) = match place {
        Place::Party(after) => (to_begin(on, today, after, limit).await?, after, true),
        Place::Subscription(after) => (to_end(on, today, after, limit).await?, after, false),
        Place::End => return Ok((Vec::new(), Place::End)),
    };
    let last = rows.last().map(|row| get::<i64>(row, "place")).transpose()?;
    let reached = match last {
        // There may be more in this stretch.
        Some(last) if rows.len() == limit as usize => Some(last),
        _ => next_after(on, if wanted { "party" } else { "subscription" }, after + STRETCH).await?,
    };
    let next = match (reached, wanted) {
        (Some(reached), true) => Place::Party(reached),
        (None, true) => Place::Subscription(0),
        (Some(reached), false) => Place::Subscription(reached),
        (None, false) => Place::End,
    };
    let gaps = rows.iter().map(|row| gap_of(row, wanted)).collect::<Result<_, Error>>()?;
    Ok((gaps, next))
}

/// The place just before the first row after this place, if there is one. Where many rows are gone the walk jumps.
async fn next_after(on: &impl Connection, table: &str, place: i64) -> Result<Option<i64>, Error> {
    let statement = format!("SELECT seq FROM {table} WHERE seq > $1 ORDER BY seq LIMIT 1");
    let row = sql::one(on, &statement, values![place]).await?;
    row.map(|row| Ok(get::<i64>(&row, "seq")? - 1)).transpose()
}

/// Wanted, and not confirmed.
async fn to_begin(on: &impl Connection, today: NaiveDate, after: i64, limit: u32) -> Result<Vec<QueryResult>, Error> {
    let statement = format!(
        "SELECT p.seq AS place, {NUMBER} AS number, p.id AS wanted_by, {COLUMNS}, false AS successor_confirmed \
        FROM party p LEFT JOIN register_person r ON r.personal_number = p.personal_number \
        LEFT JOIN subscription s ON s.personal_number = {NUMBER} \
        WHERE p.seq > $2 AND p.seq <= $4 AND (s.state IS NULL OR s.state NOT IN ('active', 'failed')) AND {} \
        ORDER BY p.seq LIMIT $3",
        wanted()
    );
    sql::all(on, &statement, values![today, after, i64::from(limit), after + STRETCH]).await
}

/// Not wanted, and CPR may follow.
async fn to_end(on: &impl Connection, today: NaiveDate, after: i64, limit: u32) -> Result<Vec<QueryResult>, Error> {
    let statement = format!(
        "SELECT s.seq AS place, s.personal_number AS number, s.party_id AS wanted_by, {COLUMNS}, \
        EXISTS (SELECT 1 FROM subscription n WHERE n.personal_number = s.moved_to AND n.state = 'active') \
            AS successor_confirmed \
        FROM subscription s WHERE s.seq > $2 AND s.seq <= $4 AND s.state NOT IN ('none', 'ended') AND NOT {} \
        ORDER BY s.seq LIMIT $3",
        number_wanted("s.personal_number")
    );
    sql::all(on, &statement, values![today, after, i64::from(limit), after + STRETCH]).await
}

fn gap_of(row: &QueryResult, wanted: bool) -> Result<Gap, Error> {
    let subscription = match get::<Option<String>>(row, "state")? {
        Some(_) => super::subscription(row)?,
        None => Subscription::none(number(row)?, get(row, "wanted_by")?),
    };
    Ok(Gap { wanted, subscription, successor_confirmed: get(row, "successor_confirmed")? })
}

/// The parties that are to be followed and of whom CPR was never asked, in order of creation.
///
/// # Errors
/// As every read; [`Error::Place`].
pub async fn list_untouched(
    on: &impl Connection,
    today: NaiveDate,
    page: &PageRequest,
) -> Result<Page<Subscription>, Error> {
    let statement = format!(
        "SELECT p.seq, p.id, {NUMBER} AS number FROM party p \
        LEFT JOIN register_person r ON r.personal_number = p.personal_number \
        LEFT JOIN subscription s ON s.personal_number = {NUMBER} \
        WHERE p.seq > $2 AND s.state IS NULL AND {} ORDER BY p.seq LIMIT $3",
        wanted()
    );
    let values = values![today, cursor::number(page)?.unwrap_or(0), cursor::fetch(page)];
    let rows = sql::all(on, &statement, values).await?;
    let rows = rows.iter().map(|row| Ok((Subscription::none(number(row)?, get(row, "id")?), get::<i64>(row, "seq")?)));
    let rows = rows.collect::<Result<Vec<_>, Error>>()?;
    Ok(cursor::page(rows, page, |(_, seq)| seq.to_string()).map(|(it, _)| it))
}

/// How many persons are wanted and confirmed, and where all subscriptions stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// To be followed.
    pub wanted: u64,
    /// Of them, those whom CPR follows.
    pub confirmed: u64,
    /// Subscriptions by state; [`State::None`]: wanted, and CPR was never asked.
    pub by_state: BTreeMap<State, u64>,
}

/// Counts.
///
/// # Errors
/// As every read.
pub async fn count(on: &impl Connection, today: NaiveDate) -> Result<Counts, Error> {
    let mut counts = Counts { by_state: State::ALL.into_iter().map(|state| (state, 0)).collect(), ..Counts::default() };
    let wanted = format!(
        "SELECT COALESCE(s.state, 'none') AS state, count(*) AS persons FROM (SELECT DISTINCT {NUMBER} AS number \
            FROM party p LEFT JOIN register_person r ON r.personal_number = p.personal_number WHERE {}) w \
        LEFT JOIN subscription s ON s.personal_number = w.number GROUP BY COALESCE(s.state, 'none')",
        wanted()
    );
    for row in &sql::all(on, &wanted, values![today]).await? {
        let (state, persons) = counted(row)?;
        counts.wanted += persons;
        match state {
            State::Active => counts.confirmed = persons,
            State::None => drop(counts.by_state.insert(State::None, persons)),
            _ => {}
        }
    }
    let states = "SELECT state, count(*) AS persons FROM subscription WHERE state <> 'none' GROUP BY state";
    for row in &sql::all(on, states, Vec::new()).await? {
        let (state, persons) = counted(row)?;
        counts.by_state.insert(state, persons);
    }
    Ok(counts)
}

fn counted(row: &QueryResult) -> Result<(State, u64), Error> {
    let persons = u64::try_from(get::<i64>(row, "persons")?).map_err(|_| Error::unreadable("persons"))?;
    Ok((get_name(row, "state")?, persons))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [`HAS_NUMBER`] says in SQL what [`PersonalNumber::is_replacement`] says.
    #[test]
    fn the_numbers_that_cpr_cannot_know_are_those_from_six_on() {
        for first in 0..10 {
            for second in 0..10 {
                let Ok(number) = PersonalNumber::parse(&format!("{first}{second}01904001")) else { continue };
                assert_eq!(number.digits().as_str() < "6", !number.is_replacement(), "{first}{second}");
            }
        }
    }
}
