//! The versions of a party (*historik*).

use std::collections::BTreeMap;

use sea_orm::QueryResult;
use uuid::Uuid;

use crate::domain::page::{Page, PageRequest};
use crate::domain::party::PartyVersion;
use crate::store::sql::{self, get, get_json, get_name, values};
use crate::store::{Connection, Error, Write, cursor};

/// Stores what a change did. It belongs to the transaction that makes the change.
///
/// # Errors
/// [`Error::Missing`] when there is no such party; [`Error::Conflict`] with `Key` when the version is described already.
pub async fn insert_version(write: &Write, version: &PartyVersion) -> Result<(), Error> {
    insert_versions(write, std::slice::from_ref(version)).await
}

/// Stores what several changes did; as [`insert_version`].
///
/// # Errors
/// As [`insert_version`].
pub async fn insert_versions(write: &Write, versions: &[PartyVersion]) -> Result<(), Error> {
    let row = |version: &PartyVersion| {
        Ok(values![
            version.party_id,
            version.version,
            sql::micros(version.at),
            version.by.as_str(),
            sql::name(&version.source)?,
            sql::json(&version.changes)?,
        ])
    };
    let statement = |rows: &str| {
        format!("INSERT INTO party_history (party_id, version, at, changed_by, source, changes) VALUES {rows}")
    };
    sql::for_rows(write, versions.iter().map(row), statement).await?;
    Ok(())
}

/// The versions of a party, newest first.
///
/// # Errors
/// As every read.
pub async fn versions(on: &impl Connection, party_id: Uuid, page: &PageRequest) -> Result<Page<PartyVersion>, Error> {
    let before = cursor::number(page)?.unwrap_or(i64::MAX);
    let statement = "SELECT party_id, version, at, changed_by, source, changes FROM party_history \
        WHERE party_id = $1 AND version < $2 ORDER BY version DESC LIMIT $3";
    let rows = sql::all(on, statement, values![party_id, before, cursor::fetch(page)]).await?;
    let versions = rows.iter().map(version).collect::<Result<Vec<PartyVersion>, Error>>()?;
    Ok(cursor::page(versions, page, |version| version.version.to_string()))
}

/// All versions of several parties, each party's oldest first.
///
/// # Errors
/// As every read.
pub async fn histories(on: &impl Connection, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<PartyVersion>>, Error> {
    let statement = format!(
        "SELECT party_id, version, at, changed_by, source, changes FROM party_history WHERE {} ORDER BY party_id, version",
        sql::id_in(on, "party_id", 1)
    );
    let mut found: BTreeMap<Uuid, Vec<PartyVersion>> = BTreeMap::new();
    for row in &sql::all(on, &statement, values![sql::id_list(on, ids)]).await? {
        let version = version(row)?;
        found.entry(version.party_id).or_default().push(version);
    }
    Ok(found)
}

/// Stores other changes over what versions said: values that must not be kept any longer were taken out of them.
///
/// # Errors
/// As every write.
pub async fn rewrite_versions(write: &Write, versions: &[PartyVersion]) -> Result<(), Error> {
    let statement = |rows: &str| {
        format!(
            "WITH news (party, number, changes) AS (VALUES {rows}) UPDATE party_history SET changes = news.changes \
            FROM news WHERE party_history.party_id = news.party AND party_history.version = news.number"
        )
    };
    let row = |version: &PartyVersion| Ok(values![version.party_id, version.version, sql::json(&version.changes)?]);
    sql::for_rows(write, versions.iter().map(row), statement).await?;
    Ok(())
}

fn version(row: &QueryResult) -> Result<PartyVersion, Error> {
    Ok(PartyVersion {
        party_id: get(row, "party_id")?,
        version: get(row, "version")?,
        at: get(row, "at")?,
        by: get(row, "changed_by")?,
        source: get_name(row, "source")?,
        changes: get_json(row, "changes")?,
    })
}
