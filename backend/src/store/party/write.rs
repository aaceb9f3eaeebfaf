//! Parties are written whole: the row, the keys in other systems, the former numbers and the words that they are found by.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::Value;
use uuid::Uuid;

use crate::domain::party::{Address, Party, PartyFields};
use crate::domain::search;
use crate::store::sql::{self, values};
use crate::store::{Conflict, Error, Write};

/// A party as it was read and as it is to be.
#[derive(Clone, Copy)]
pub struct Change<'a> {
    /// As it was read, with the version that it still has.
    pub before: &'a Party,
    /// As it is to be, with its new version.
    pub after: &'a Party,
}

/// Stores a new party. `register` and `current_number_held_by` are not stored here: the first by
/// [`register::put`](crate::store::register::put), the second is computed on reading.
///
/// # Errors
/// [`Error::Conflict`] with `PersonalNumber` or `ExternalId` when another party has it.
pub async fn insert(write: &Write, party: &Party) -> Result<(), Error> {
    let mut row = values![party.id, sql::micros(party.created_at)];
    row.extend(Scope::All.columns().map(|(_, value)| value(party)).collect::<Result<Vec<Value>, Error>>()?);
    let names: Vec<&str> = Scope::All.columns().map(|(name, _)| *name).collect();
    let statement =
        |rows: &str| format!("INSERT INTO party (id, created_at, {}) VALUES {rows} RETURNING seq", names.join(", "));
    let rows = sql::for_rows(write, [Ok(row)], statement).await?;
    let row = rows.first().ok_or_else(|| Error::Internal("a new party has no number".to_owned()))?;
    put_keys(write, &[party]).await?;
    put_tokens(write, &[(sql::get(row, "seq")?, party)]).await
}

/// Stores a party over the version that the caller read.
///
/// # Errors
/// [`Error::Stale`] when the party has another version by now or is gone; [`Error::Conflict`] as [`insert`].
pub async fn update(write: &Write, before: &Party, after: &Party) -> Result<(), Error> {
    update_many(write, &[Change { before, after }]).await
}

/// Stores parties over the versions that the caller read, each party once. Only what differs is written: indexes and
/// search words cost more than the row. A number may pass from one of the parties to another.
///
/// # Errors
/// As [`update`], when it is so for any of them.
pub async fn update_many(write: &Write, changes: &[Change<'_>]) -> Result<(), Error> {
    if changes.len() > 1 {
        free_numbers(write, changes).await?;
    }
    let mut seqs = BTreeMap::new();
    for scope in Scope::ALL {
        let rows = changes.iter().filter(|change| Scope::of(change) == scope).map(|change| scope.row(change));
        for row in sql::for_rows(write, rows, |rows| scope.statement(rows)).await? {
            seqs.insert(sql::get::<Uuid>(&row, "id")?, sql::get::<i64>(&row, "seq")?);
        }
    }
    if seqs.len() != changes.len() {
        return Err(Error::Stale);
    }
    replace_keys(write, changes).await?;
    let mut found_otherwise: Vec<(i64, &Party)> = Vec::new();
    for change in changes.iter().filter(|change| is_found_otherwise(change)) {
        found_otherwise.extend(seqs.get(&change.after.id).map(|seq| (*seq, change.after)));
    }
    remove_tokens(write, &found_otherwise.iter().map(|(seq, _)| *seq).collect::<Vec<i64>>()).await?;
    put_tokens(write, &found_otherwise).await
}

/// Removes a party with its keys, versions and previews. What CPR said of the person is removed by
/// [`register::delete`](super::super::register::delete).
///
/// # Errors
/// [`Error::Stale`] when the party has another version by now or is gone; [`Error::Conflict`] with `PartyOnCase`.
pub async fn delete(write: &Write, id: Uuid, expected_version: i64) -> Result<(), Error> {
    let statement = "DELETE FROM party WHERE id = $1 AND version = $2 RETURNING seq";
    let row = match sql::one(write, statement, values![id, expected_version]).await {
        // Nothing but a case keeps a party.
        Err(Error::Missing) => return Err(Error::Conflict(Conflict::PartyOnCase)),
        other => other?.ok_or(Error::Stale)?,
    };
    remove_tokens(write, &[sql::get(&row, "seq")?]).await
}

/// Which columns a change may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// The address, and what every change writes: most of what CPR tells.
    Address,
    /// The name too.
    Name,
    /// Anything.
    All,
}

impl Scope {
    const ALL: [Scope; 3] = [Scope::Address, Scope::Name, Scope::All];

    fn of(Change { before, after }: &Change<'_>) -> Scope {
        let (old, new) = (&before.fields, &after.fields);
        let rest_of = |fields: &PartyFields| (fields.kind, fields.owns_email_domain, fields.active);
        let same_rest = old.personal_number == new.personal_number
            && old.email == new.email
            && old.phone == new.phone
            && old.mobile == new.mobile
            && old.cvr_number == new.cvr_number
            && old.p_number == new.p_number
            && rest_of(old) == rest_of(new)
            && (before.keeps_name, before.keeps_address) == (after.keeps_name, after.keeps_address);
        match same_rest {
            true if old.name == new.name => Scope::Address,
            true => Scope::Name,
            false => Scope::All,
        }
    }

    fn columns(self) -> impl Iterator<Item = &'static Column> {
        let groups: &[&'static [Column]] = match self {
            Scope::Address => &[&ADDRESS],
            Scope::Name => &[&ADDRESS, &NAME],
            Scope::All => &[&ADDRESS, &NAME, &REST],
        };
        groups.iter().copied().flatten()
    }

    /// The key, the version that was read, and the columns.
    fn row(self, change: &Change<'_>) -> Result<Vec<Value>, Error> {
        let mut row = values![change.after.id, change.before.version];
        for (_, value) in self.columns() {
            row.push(value(change.after)?);
        }
        Ok(row)
    }

    fn statement(self, rows: &str) -> String {
        let names: Vec<&str> = self.columns().map(|(name, _)| *name).collect();
        let sets: Vec<String> = names.iter().map(|name| format!("{name} = news.{name}")).collect();
        format!(
            "WITH news (party, expected, {}) AS (VALUES {rows}) UPDATE party SET {} FROM news \
            WHERE party.id = news.party AND party.version = news.expected RETURNING party.id, party.seq",
            names.join(", "),
            sets.join(", ")
        )
    }
}

/// A column and its value.
type Column = (&'static str, fn(&Party) -> Result<Value, Error>);

macro_rules! columns {
    ($($column:literal => |$party:ident| $value:expr),* $(,)?) => {
        [$(($column, |$party| Ok(Value::from($value)))),*]
    };
}

const ADDRESS: [Column; 9] = columns![
    "address_line1" => |party| line(party, |address| &address.line1),
    "address_line2" => |party| line(party, |address| &address.line2),
    "postal_code" => |party| line(party, |address| &address.postal_code),
    "city" => |party| line(party, |address| &address.city),
    "country_code" => |party| line(party, |address| &address.country_code),
    "address_kind" => |party| sql::name(&party.address_kind)?,
    "changed_by" => |party| sql::name(&party.changed_by)?,
    "version" => |party| party.version,
    "updated_at" => |party| sql::micros(party.updated_at),
];

const NAME: [Column; 2] = columns![
    "name" => |party| party.fields.name.as_str(),
    "sort_name" => |party| search::sort_key(&party.fields.name),
];

const REST: [Column; 11] = columns![
    "kind" => |party| sql::name(&party.fields.kind)?,
    "email" => |party| party.fields.email.clone(),
    "phone" => |party| party.fields.phone.clone(),
    "mobile" => |party| party.fields.mobile.clone(),
    "personal_number" => |party| party.fields.personal_number.map(sql::digits),
    "cvr_number" => |party| party.fields.cvr_number.clone(),
    "p_number" => |party| party.fields.p_number.clone(),
    "owns_email_domain" => |party| party.fields.owns_email_domain,
    "active" => |party| party.fields.active,
    "keeps_name" => |party| party.keeps_name,
    "keeps_address" => |party| party.keeps_address,
];

fn line(party: &Party, part: fn(&Address) -> &Option<String>) -> Option<String> {
    party.fields.address.as_ref().and_then(|address| part(address).clone())
}

/// Takes the numbers away that parties are about to lose: both databases look at every row by itself when they watch over
/// the numbers.
async fn free_numbers(write: &Write, changes: &[Change<'_>]) -> Result<(), Error> {
    let leaves = |change: &&Change<'_>| {
        let (old, new) = (change.before.fields.personal_number, change.after.fields.personal_number);
        old.is_some() && old != new
    };
    let leaving: Vec<Uuid> = changes.iter().filter(leaves).map(|change| change.after.id).collect();
    if !leaving.is_empty() {
        let statement = format!("UPDATE party SET personal_number = NULL WHERE {}", sql::id_in(write, "id", 1));
        sql::execute(write, &statement, values![sql::id_list(write, &leaving)]).await?;
    }
    Ok(())
}

async fn replace_keys(write: &Write, changes: &[Change<'_>]) -> Result<(), Error> {
    let keys = |party: &Party| (party.fields.external_ids.clone(), party.former_numbers.clone());
    let parties: Vec<&Party> =
        changes.iter().filter(|change| keys(change.before) != keys(change.after)).map(|change| change.after).collect();
    if parties.is_empty() {
        return Ok(());
    }
    let ids = sql::id_list(write, &parties.iter().map(|party| party.id).collect::<Vec<Uuid>>());
    let condition = sql::id_in(write, "party_id", 1);
    for table in ["party_external_id", "party_former_number"] {
        sql::execute(write, &format!("DELETE FROM {table} WHERE {condition}"), values![ids.as_str()]).await?;
    }
    put_keys(write, &parties).await
}

async fn put_keys(write: &Write, parties: &[&Party]) -> Result<(), Error> {
    let mut external: Vec<sql::Values> = Vec::new();
    let mut former: Vec<sql::Values> = Vec::new();
    for party in parties {
        let keys = party.fields.external_ids.iter();
        external.extend(keys.map(|key| Ok(values![party.id, key.system.as_str(), key.id.as_str()])));
        former.extend(party.former_numbers.iter().map(|number| Ok(values![party.id, sql::digits(*number)])));
    }
    sql::for_rows(write, external, |rows| {
        format!("INSERT INTO party_external_id (party_id, system, external_id) VALUES {rows}")
    })
    .await?;
    sql::for_rows(write, former, |rows| {
        format!("INSERT INTO party_former_number (party_id, personal_number) VALUES {rows}")
    })
    .await?;
    Ok(())
}

/// Whether the change is one of the words that the party is found by.
fn is_found_otherwise(Change { before, after }: &Change<'_>) -> bool {
    let words = |party: &Party| (party.fields.name.clone(), party.fields.email.clone(), party.fields.address.clone());
    before.is_protected() != after.is_protected() || words(before) != words(after)
}

/// Writes the words that parties are found by: see step `party_search` of the schema.
async fn put_tokens(write: &Write, parties: &[(i64, &Party)]) -> Result<(), Error> {
    let sqlite = sql::is_sqlite(write);
    let row = |(seq, party): &(i64, &Party)| {
        let tokens = search::party_tokens(party);
        let (shown, hidden) = if !party.is_protected() {
            (tokens.full.join(" "), None)
        } else if sqlite {
            let open: BTreeSet<&String> = tokens.open.iter().collect();
            let hidden: Vec<&str> =
                tokens.full.iter().filter(|token| !open.contains(token)).map(String::as_str).collect();
            (tokens.open.join(" "), Some(hidden.join(" ")))
        } else {
            (tokens.open.join(" "), Some(tokens.full.join(" ")))
        };
        Ok(values![*seq, shown, hidden])
    };
    let statement = |rows: &str| {
        if sqlite {
            format!("INSERT INTO party_search (rowid, shown, hidden) VALUES {rows}")
        } else {
            format!(
                "INSERT INTO party_search (seq, shown, hidden) SELECT news.seq, \
                array_to_tsvector(string_to_array(news.shown, ' ')), \
                array_to_tsvector(string_to_array(news.hidden, ' ')) FROM (VALUES {rows}) AS news (seq, shown, hidden)"
            )
        }
    };
    sql::for_rows(write, parties.iter().map(row), statement).await?;
    Ok(())
}

/// Rubs out, a piece a call, what the index of words still holds of words that were removed; `false`: nothing is left to do.
/// `first` begins. Nothing on PostgreSQL, where vacuuming does it.
///
/// SQLite's FTS5 marks a removed row only, and drops its words when it merges the parts of the index that have them.
///
/// # Errors
/// As every write.
pub async fn rub_out_words(write: &Write, first: bool) -> Result<bool, Error> {
    if !sql::is_sqlite(write) {
        return Ok(false);
    }
    // Pages; a negative number lets FTS5 merge everything into one part, a positive one goes on with it.
    const PIECE: i64 = 500;
    let changes = async || {
        let row = sql::one(write, "SELECT total_changes() AS changes", Vec::new()).await?;
        row.map_or(Ok(0), |row| sql::get::<i64>(&row, "changes"))
    };
    let before = changes().await?;
    let pages = if first { -PIECE } else { PIECE };
    let statement = "INSERT INTO party_search (party_search, rank) VALUES ('merge', $1)";
    sql::execute(write, statement, values![pages]).await?;
    // One change is the statement itself.
    Ok(changes().await? - before >= 2)
}

async fn remove_tokens(write: &Write, seqs: &[i64]) -> Result<(), Error> {
    if seqs.is_empty() {
        return Ok(());
    }
    let place = if sql::is_sqlite(write) { "rowid" } else { "seq" };
    let statement = format!("DELETE FROM party_search WHERE {}", sql::number_in(write, place, 1));
    sql::execute(write, &statement, values![sql::json(&seqs)?]).await?;
    Ok(())
}
