//! Parties: read one by one, by key, in pages and by search; written with their search tokens.

mod keys;
mod page;
mod row;
mod version;

use cpr::PersonalNumber;
use uuid::Uuid;

use self::row::{columns, party};
use super::sql::{self, values};
use super::{Connection, Error, Write};
use crate::domain::party::{ExternalId, Party};
use crate::domain::search;

pub use self::keys::find_many;
pub use self::page::{list, search};
pub use self::version::{insert_version, versions};

/// The party with this id.
///
/// # Errors
/// As every read: [`Error::Unavailable`], [`Error::Internal`].
pub async fn get(on: &impl Connection, id: Uuid) -> Result<Option<Party>, Error> {
    Ok(chosen(on, "p.id = $1", values![id]).await?.pop())
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

/// The parties that meet a condition on `p`, in order of creation; in a [`Write`] they are locked until it ends.
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

/// Stores a new party. `register` and `current_number_held_by` are not stored here: the first by
/// [`register::put`](super::register::put), the second is computed on reading.
///
/// # Errors
/// [`Error::Conflict`] with `PersonalNumber` or `ExternalId` when another party has it.
pub async fn insert(write: &Write, party: &Party) -> Result<(), Error> {
    let places: Vec<String> = (1..=COLUMNS.len() + 1).map(|place| format!("${place}")).collect();
    let statement =
        format!("INSERT INTO party ({}, created_at) VALUES ({}) RETURNING seq", COLUMNS.join(", "), places.join(", "));
    let mut values = column_values(party)?;
    values.push(sql::micros(party.created_at).into());
    let row = sql::one(write, &statement, values).await?;
    let row = row.ok_or_else(|| Error::Internal("a new party has no number".to_owned()))?;
    put_keys(write, party).await?;
    put_tokens(write, sql::get(&row, "seq")?, party).await
}

/// Stores a party over the version that the caller read; `party.version` is the new one.
///
/// # Errors
/// [`Error::Stale`] when the party has another version by now or is gone; [`Error::Conflict`] as [`insert`].
pub async fn update(write: &Write, party: &Party, expected_version: i64) -> Result<(), Error> {
    let sets: Vec<String> = COLUMNS.iter().enumerate().map(|(at, column)| format!("{column} = ${}", at + 1)).collect();
    let statement = format!(
        "UPDATE party SET {} WHERE id = $1 AND version = ${} RETURNING seq",
        sets.join(", "),
        COLUMNS.len() + 1
    );
    let mut values = column_values(party)?;
    values.push(expected_version.into());
    let row = sql::one(write, &statement, values).await?.ok_or(Error::Stale)?;
    sql::execute(write, "DELETE FROM party_external_id WHERE party_id = $1", values![party.id]).await?;
    sql::execute(write, "DELETE FROM party_former_number WHERE party_id = $1", values![party.id]).await?;
    put_keys(write, party).await?;
    let seq: i64 = sql::get(&row, "seq")?;
    remove_tokens(write, seq).await?;
    put_tokens(write, seq, party).await
}

/// Removes a party with its keys, versions and previews. What CPR said of the person is removed by
/// [`register::delete`](super::register::delete).
///
/// # Errors
/// [`Error::Stale`] when the party has another version by now or is gone; [`Error::Conflict`] with `PartyOnCase`.
pub async fn delete(write: &Write, id: Uuid, expected_version: i64) -> Result<(), Error> {
    let statement = "DELETE FROM party WHERE id = $1 AND version = $2 RETURNING seq";
    let row = match sql::one(write, statement, values![id, expected_version]).await {
        // Nothing but a case keeps a party.
        Err(Error::Missing) => return Err(Error::Conflict(super::Conflict::PartyOnCase)),
        other => other?.ok_or(Error::Stale)?,
    };
    remove_tokens(write, sql::get(&row, "seq")?).await
}

const COLUMNS: [&str; 23] = [
    "id",
    "kind",
    "name",
    "sort_name",
    "email",
    "phone",
    "mobile",
    "address_line1",
    "address_line2",
    "postal_code",
    "city",
    "country_code",
    "address_kind",
    "personal_number",
    "cvr_number",
    "p_number",
    "owns_email_domain",
    "active",
    "keeps_name",
    "keeps_address",
    "changed_by",
    "version",
    "updated_at",
];

fn column_values(party: &Party) -> Result<Vec<sea_orm::Value>, Error> {
    let fields = &party.fields;
    let address = fields.address.as_ref();
    Ok(values![
        party.id,
        sql::name(&fields.kind)?,
        fields.name.as_str(),
        search::sort_key(&fields.name),
        fields.email.clone(),
        fields.phone.clone(),
        fields.mobile.clone(),
        address.and_then(|address| address.line1.clone()),
        address.and_then(|address| address.line2.clone()),
        address.and_then(|address| address.postal_code.clone()),
        address.and_then(|address| address.city.clone()),
        address.and_then(|address| address.country_code.clone()),
        sql::name(&party.address_kind)?,
        fields.personal_number.map(sql::digits),
        fields.cvr_number.clone(),
        fields.p_number.clone(),
        fields.owns_email_domain,
        fields.active,
        party.keeps_name,
        party.keeps_address,
        sql::name(&party.changed_by)?,
        party.version,
        sql::micros(party.updated_at),
    ])
}

async fn put_keys(write: &Write, party: &Party) -> Result<(), Error> {
    for key in &party.fields.external_ids {
        let statement = "INSERT INTO party_external_id (party_id, system, external_id) VALUES ($1, $2, $3)";
        sql::execute(write, statement, values![party.id, key.system.as_str(), key.id.as_str()]).await?;
    }
    for number in &party.former_numbers {
        let statement = "INSERT INTO party_former_number (party_id, personal_number) VALUES ($1, $2)";
        sql::execute(write, statement, values![party.id, sql::digits(*number)]).await?;
    }
    Ok(())
}

/// Writes the words that the party is found by: see step `party_search` of the schema.
async fn put_tokens(write: &Write, seq: i64, party: &Party) -> Result<(), Error> {
    let tokens = search::party_tokens(party);
    let (statement, shown, hidden) = if sql::is_sqlite(write) {
        let statement = "INSERT INTO party_search (rowid, shown, hidden) VALUES ($1, $2, $3)";
        if party.is_protected() {
            let hidden: Vec<&str> =
                tokens.full.iter().filter(|token| !tokens.open.contains(token)).map(String::as_str).collect();
            (statement, tokens.open.join(" "), Some(hidden.join(" ")))
        } else {
            (statement, tokens.full.join(" "), None)
        }
    } else {
        let statement = "INSERT INTO party_search (seq, shown, hidden) VALUES ($1, \
            array_to_tsvector(string_to_array($2, ' ')), array_to_tsvector(string_to_array($3, ' ')))";
        if party.is_protected() {
            (statement, tokens.open.join(" "), Some(tokens.full.join(" ")))
        } else {
            (statement, tokens.full.join(" "), None)
        }
    };
    sql::execute(write, statement, values![seq, shown, hidden]).await?;
    Ok(())
}

async fn remove_tokens(write: &Write, seq: i64) -> Result<(), Error> {
    let place = if sql::is_sqlite(write) { "rowid" } else { "seq" };
    sql::execute(write, &format!("DELETE FROM party_search WHERE {place} = $1"), values![seq]).await?;
    Ok(())
}
