//! Parties: read one by one, by key, in pages and by search; written with their keys and search tokens.

mod keys;
mod page;
mod row;
mod version;
mod write;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use cpr::PersonalNumber;
use uuid::Uuid;

use self::row::{columns, followed_columns, following, party};
use super::sql::{self, values};
use super::{Connection, Error};
use crate::domain::party::{ExternalId, Party};
use crate::domain::subscription::Following;

pub use self::keys::{Named, find_many};
pub use self::page::{list, search};
pub use self::version::{histories, insert_version, insert_versions, rewrite_versions, versions};
pub use self::write::{Change, delete, insert, rub_out_words, update, update_many};

/// The party with this id.
///
/// # Errors
/// As every read: [`Error::Unavailable`], [`Error::Internal`].
pub async fn get(on: &impl Connection, id: Uuid) -> Result<Option<Party>, Error> {
    Ok(chosen(on, "p.id = $1", values![id]).await?.pop())
}

/// The party with this id, and how it is followed today, in one question: what is read most of all.
///
/// # Errors
/// As every read.
pub async fn get_followed(
    on: &impl Connection,
    id: Uuid,
    today: NaiveDate,
) -> Result<Option<(Party, Option<Following>)>, Error> {
    let statement = format!("{} WHERE p.id = $2", followed_columns(on));
    let row = sql::one(on, &statement, values![today, id]).await?;
    row.map(|row| Ok((party(&row)?, following(&row)?))).transpose()
}

/// The parties with these ids, in the order of the ids; an id without party is left out. Locks nothing.
///
/// # Errors
/// As every read.
pub async fn get_many(on: &impl Connection, ids: &[Uuid]) -> Result<Vec<Party>, Error> {
    let condition = sql::id_in(on, "p.id", 1);
    let rows = sql::all(on, &format!("{} WHERE {condition}", columns(on)), values![sql::id_list(on, ids)]).await?;
    let mut found = rows.iter().map(party).collect::<Result<Vec<Party>, Error>>()?;
    found.sort_by_key(|party| ids.iter().position(|id| *id == party.id));
    Ok(found)
}

/// The party that has this personal number now.
///
/// # Errors
/// As every read.
pub async fn by_personal_number(on: &impl Connection, number: PersonalNumber) -> Result<Option<Party>, Error> {
    Ok(chosen(on, "p.personal_number = $1", values![sql::digits(number)]).await?.pop())
}

/// The parties that have or had this personal number, the one that has it now first. A number that one party had may be
/// another's now, when CPR corrected a mistake.
///
/// # Errors
/// As every read.
pub async fn by_number_now_or_before(on: &impl Connection, number: PersonalNumber) -> Result<Vec<Party>, Error> {
    let condition = "p.id IN (SELECT id FROM party WHERE personal_number = $1 \
        UNION ALL SELECT party_id FROM party_former_number WHERE personal_number = $1)";
    let mut found = chosen(on, condition, values![sql::digits(number)]).await?;
    found.sort_by_key(|party| party.fields.personal_number != Some(number));
    Ok(found)
}

/// The parties that have one of these personal numbers now.
///
/// # Errors
/// As every read.
pub async fn by_personal_numbers(on: &impl Connection, numbers: &[PersonalNumber]) -> Result<Vec<Party>, Error> {
    let digits: Vec<String> = numbers.iter().copied().map(sql::digits).collect();
    chosen(on, &sql::text_in(on, "p.personal_number", 1), values![sql::json(&digits)?]).await
}

/// The parties with these ids, in order of creation; in a [`Write`](super::Write) they are locked until it ends.
///
/// # Errors
/// As every read.
pub async fn by_ids(on: &impl Connection, ids: &[Uuid]) -> Result<Vec<Party>, Error> {
    chosen(on, &sql::id_in(on, "p.id", 1), values![sql::id_list(on, ids)]).await
}

/// Which of these numbers a party had before.
///
/// # Errors
/// As every read.
pub async fn former_among(on: &impl Connection, numbers: &[PersonalNumber]) -> Result<BTreeSet<PersonalNumber>, Error> {
    let digits: Vec<String> = numbers.iter().copied().map(sql::digits).collect();
    let statement = format!(
        "SELECT DISTINCT personal_number FROM party_former_number WHERE {}",
        sql::text_in(on, "personal_number", 1)
    );
    let rows = sql::all(on, &statement, values![sql::json(&digits)?]).await?;
    let number = |row| sql::get_number(row, "personal_number").transpose();
    rows.iter().filter_map(number).collect()
}

/// The party for whose sake this number is followed: the one that has it, else the first one whose number CPR moved to it.
///
/// # Errors
/// As every read.
pub async fn followed_by(on: &impl Connection, number: PersonalNumber) -> Result<Option<Party>, Error> {
    let condition = "p.id IN (SELECT id FROM party WHERE personal_number = $1 UNION ALL SELECT q.id FROM register_person r \
        JOIN party q ON q.personal_number = r.personal_number WHERE r.current_number = $1)";
    let mut found = chosen(on, condition, values![sql::digits(number)]).await?;
    found.sort_by_key(|party| party.fields.personal_number != Some(number));
    Ok(found.into_iter().next())
}

/// The party with this key in another system.
///
/// # Errors
/// As every read.
pub async fn by_external_id(on: &impl Connection, key: &ExternalId) -> Result<Option<Party>, Error> {
    let condition = "p.id = (SELECT party_id FROM party_external_id WHERE system = $1 AND external_id = $2)";
    Ok(chosen(on, condition, values![key.system.as_str(), key.id.as_str()]).await?.pop())
}

/// The parties with this CVR number, in order of creation: one company has as many as it has production units.
///
/// # Errors
/// As every read.
pub async fn by_cvr_number(on: &impl Connection, cvr_number: &str) -> Result<Vec<Party>, Error> {
    chosen(on, "p.cvr_number = $1", values![cvr_number]).await
}

/// The parties that meet a condition on `p`, in order of creation; in a [`Write`](super::Write) they are locked until it ends.
async fn chosen(on: &impl Connection, condition: &str, values: Vec<sea_orm::Value>) -> Result<Vec<Party>, Error> {
    let statement = format!("{} WHERE {condition} ORDER BY p.seq", columns(on));
    loop {
        let locked = lock(on, condition, values.clone()).await?;
        let rows = sql::all(on, &statement, values.clone()).await?;
        let found = rows.iter().map(party).collect::<Result<Vec<Party>, Error>>()?;
        // Another party may have come to meet the condition between the two statements.
        if locked.is_none_or(|locked| found.iter().all(|party| locked.contains(&party.id))) {
            return Ok(found);
        }
    }
}

/// Locks the parties that meet a condition; `None` where nothing needs to be locked.
///
/// A statement that waited for a lock sees the locked row as it is after the wait and all other tables as they were
/// before, so reading is another statement, after this one.
async fn lock(on: &impl Connection, condition: &str, values: Vec<sea_orm::Value>) -> Result<Option<Vec<Uuid>>, Error> {
    if !on.locks() {
        return Ok(None);
    }
    // Everybody locks in the same order, so that no two wait for each other.
    let statement = format!("SELECT p.id FROM party p WHERE {condition} ORDER BY p.seq FOR UPDATE OF p");
    let rows = sql::all(on, &statement, values).await?;
    rows.iter().map(|row| sql::get(row, "id")).collect::<Result<_, Error>>().map(Some)
}
