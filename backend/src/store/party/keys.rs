//! Many parties by their keys, in a handful of statements.

use std::collections::BTreeMap;

use cpr::PersonalNumber;
use uuid::Uuid;

use super::{by_cvr_number, get_many, lock};
use crate::domain::input::PartyKey;
use crate::domain::party::{ExternalId, Party};
use crate::store::sql::{self, get, values};
use crate::store::{Error, Write};

/// What a key names.
#[derive(Clone, PartialEq)]
pub enum Named {
    /// No party.
    Nobody,
    /// One party.
    One(Box<Party>),
    /// Several parties: only a CVR number does.
    Several,
}

impl Named {
    /// The party, when it is one.
    pub fn one(self) -> Option<Party> {
        match self {
            Named::One(party) => Some(*party),
            Named::Nobody | Named::Several => None,
        }
    }
}

/// What each key names. A personal number names the party that has it, else the first one that had it; a CVR number names
/// a company when only one party has it, or only one that is no production unit. The parties are locked until the
/// transaction ends.
///
/// # Errors
/// As every read.
pub async fn find_many(write: &Write, keys: &[PartyKey]) -> Result<Vec<Named>, Error> {
    let mut locked: Vec<Uuid> = Vec::new();
    let ids = loop {
        let ids = resolve(write, keys).await?;
        // What a key names may have changed before it was locked.
        if ids.iter().filter_map(Found::one).all(|id| locked.contains(&id)) {
            break ids;
        }
        locked = ids.iter().filter_map(Found::one).collect();
        lock(write, &sql::id_in(write, "p.id", 1), values![sql::id_list(write, &locked)]).await?;
    };
    let parties = get_many(write, &locked).await?;
    let parties: BTreeMap<Uuid, Party> = parties.into_iter().map(|party| (party.id, party)).collect();
    let named = |found| match found {
        Found::Nobody => Named::Nobody,
        Found::One(id) => parties.get(&id).cloned().map_or(Named::Nobody, |party| Named::One(Box::new(party))),
        Found::Several => Named::Several,
    };
    Ok(ids.into_iter().map(named).collect())
}

/// [`Named`] before the parties are read.
enum Found {
    Nobody,
    One(Uuid),
    Several,
}

impl Found {
    const fn one(&self) -> Option<Uuid> {
        match self {
            Found::One(id) => Some(*id),
            Found::Nobody | Found::Several => None,
        }
    }
}

impl From<Option<Uuid>> for Found {
    fn from(id: Option<Uuid>) -> Found {
        id.map_or(Found::Nobody, Found::One)
    }
}

async fn resolve(write: &Write, keys: &[PartyKey]) -> Result<Vec<Found>, Error> {
    let by_number = by_numbers(write, keys).await?;
    let by_external_id = by_external_ids(write, keys).await?;
    let mut ids = Vec::with_capacity(keys.len());
    for key in keys {
        ids.push(match key {
            PartyKey::Id(id) => Found::One(*id),
            PartyKey::PersonalNumber(number) => by_number.get(number).copied().into(),
            PartyKey::ExternalId(key) => by_external_id.get(key).copied().into(),
            // No request names many companies by their CVR number.
            PartyKey::CvrNumber(cvr_number) => only_company(by_cvr_number(write, cvr_number).await?),
        });
    }
    Ok(ids)
}

async fn by_numbers(write: &Write, keys: &[PartyKey]) -> Result<BTreeMap<PersonalNumber, Uuid>, Error> {
    let number = |key: &PartyKey| if let PartyKey::PersonalNumber(number) = key { Some(*number) } else { None };
    let numbers: Vec<String> = keys.iter().filter_map(number).map(sql::digits).collect();
    let mut found = BTreeMap::new();
    if numbers.is_empty() {
        return Ok(found);
    }
    let statement = format!(
        "SELECT p.personal_number, p.id, p.seq, 0 AS rank FROM party p WHERE {} \
        UNION ALL SELECT n.personal_number, p.id, p.seq, 1 AS rank FROM party_former_number n \
        JOIN party p ON p.id = n.party_id WHERE {} ORDER BY rank, seq",
        sql::text_in(write, "p.personal_number", 1),
        sql::text_in(write, "n.personal_number", 1)
    );
    for row in &sql::all(write, &statement, values![sql::json(&numbers)?]).await? {
        if let Some(number) = sql::get_number(row, "personal_number")? {
            found.entry(number).or_insert(get(row, "id")?);
        }
    }
    Ok(found)
}

async fn by_external_ids(write: &Write, keys: &[PartyKey]) -> Result<BTreeMap<ExternalId, Uuid>, Error> {
    let pair = |key: &'_ PartyKey| match key {
        PartyKey::ExternalId(key) => Some((key.system.clone(), key.id.clone())),
        _ => None,
    };
    let pairs: Vec<(String, String)> = keys.iter().filter_map(pair).collect();
    if pairs.is_empty() {
        return Ok(BTreeMap::new());
    }
    let list =
        if sql::is_sqlite(write) { "json_each($1)" } else { "json_array_elements(CAST($1 AS json)) AS l (value)" };
    let statement = format!(
        "SELECT system, external_id, party_id FROM party_external_id \
        WHERE (system, external_id) IN (SELECT value ->> 0, value ->> 1 FROM {list})"
    );
    let rows = sql::all(write, &statement, values![sql::json(&pairs)?]).await?;
    let key =
        |row| Ok((ExternalId { system: get(row, "system")?, id: get(row, "external_id")? }, get(row, "party_id")?));
    rows.iter().map(key).collect()
}

/// The company itself, not one of its production units.
fn only_company(mut parties: Vec<Party>) -> Found {
    if parties.len() > 1 {
        parties.retain(|party| party.fields.p_number.is_none());
    }
    match parties.as_slice() {
        [] => Found::Nobody,
        [only] => Found::One(only.id),
        _ => Found::Several,
    }
}
