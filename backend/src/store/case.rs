//! The authority's cases (*sag*) and who is party to them (*sagspart*).

use sea_orm::QueryResult;
use serde_json::json;
use uuid::Uuid;

use super::sql::{self, get_json, values};
use super::{Connection, Error, Write, cursor};
use crate::domain::case::{Case, CaseCriteria, CaseRelation, CaseStatus};
use crate::domain::page::{Page, PageRequest};
use crate::domain::subscription::Follow;

/// The case with this number; in a [`Write`] it is locked until that ends.
///
/// # Errors
/// As every read.
pub async fn get(on: &impl Connection, case_number: &str) -> Result<Option<Case>, Error> {
    let lock = if on.locks() { " FOR UPDATE" } else { "" };
    let statement = format!("SELECT * FROM authority_case WHERE case_number = $1{lock}");
    sql::one(on, &statement, values![case_number]).await?.as_ref().map(case).transpose()
}

/// The cases that meet all criteria, by case number (byte by byte).
///
/// # Errors
/// As every read.
pub async fn list(on: &impl Connection, criteria: &CaseCriteria, page: &PageRequest) -> Result<Page<Case>, Error> {
    let mut conditions = vec!["case_number > $1".to_owned()];
    let mut values = values![page.after.clone().unwrap_or_default(), cursor::fetch(page)];
    match criteria.open {
        Some(true) => conditions.push("closed_at IS NULL".to_owned()),
        Some(false) => conditions.push("closed_at IS NOT NULL".to_owned()),
        None => {}
    }
    if let Some(since) = criteria.updated_since {
        conditions.push("updated_at >= $3".to_owned());
        values.push(sql::micros(since).into());
    }
    let conditions = conditions.join(" AND ");
    let statement = format!("SELECT * FROM authority_case WHERE {conditions} ORDER BY case_number LIMIT $2");
    let cases = sql::all(on, &statement, values).await?.iter().map(case).collect::<Result<Vec<Case>, Error>>()?;
    Ok(cursor::page(cases, page, |case| case.case_number.clone()))
}

/// Stores a new case.
///
/// # Errors
/// [`Error::Conflict`] with `CaseNumber`.
pub async fn insert(write: &Write, case: &Case) -> Result<(), Error> {
    let statement = "INSERT INTO authority_case (case_number, title, closed_at, responsible, updated_at, version, \
        follow_kind, follow_until, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let mut values = column_values(case)?;
    values.push(sql::micros(case.created_at).into());
    sql::execute(write, statement, values).await?;
    Ok(())
}

/// Stores a case over the version that the caller read; `case.version` is the new one.
///
/// # Errors
/// [`Error::Stale`] when the case has another version by now or is gone.
pub async fn update(write: &Write, case: &Case, expected_version: i64) -> Result<(), Error> {
    let statement = "UPDATE authority_case SET title = $2, closed_at = $3, responsible = $4, updated_at = $5, version = $6, \
        follow_kind = $7, follow_until = $8 WHERE case_number = $1 AND version = $9";
    let mut values = column_values(case)?;
    values.push(expected_version.into());
    if sql::execute(write, statement, values).await? == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Removes a case and who is party to it; whether there was one.
///
/// # Errors
/// As every write.
pub async fn delete(write: &Write, case_number: &str) -> Result<bool, Error> {
    let statement = "DELETE FROM authority_case WHERE case_number = $1";
    Ok(sql::execute(write, statement, values![case_number]).await? > 0)
}

/// Makes a party a party to a case, or changes what it is to it.
///
/// # Errors
/// [`Error::Missing`] when there is no such case or party.
pub async fn relate(write: &Write, relation: &CaseRelation) -> Result<(), Error> {
    let statement = "INSERT INTO case_party (case_number, party_id, roles, subscribe) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (case_number, party_id) DO UPDATE SET roles = excluded.roles, subscribe = excluded.subscribe";
    let values =
        values![relation.case_number.as_str(), relation.party_id, sql::json(&relation.roles)?, relation.subscribe,];
    sql::execute(write, statement, values).await?;
    Ok(())
}

/// Takes a party off a case; whether it was on it.
///
/// # Errors
/// As every write.
pub async fn unrelate(write: &Write, case_number: &str, party_id: Uuid) -> Result<bool, Error> {
    let statement = "DELETE FROM case_party WHERE case_number = $1 AND party_id = $2";
    Ok(sql::execute(write, statement, values![case_number, party_id]).await? > 0)
}

/// Takes a party off all its cases.
///
/// # Errors
/// As every write.
pub async fn unrelate_everywhere(write: &Write, party_id: Uuid) -> Result<(), Error> {
    let cases = "UPDATE authority_case SET version = version + 1 \
        WHERE case_number IN (SELECT case_number FROM case_party WHERE party_id = $1)";
    sql::execute(write, cases, values![party_id]).await?;
    sql::execute(write, "DELETE FROM case_party WHERE party_id = $1", values![party_id]).await?;
    Ok(())
}

/// Replaces everybody who is party to a case; the relations' own case numbers must be `case_number`, and each party may
/// stand there once. Writes the difference only.
///
/// # Errors
/// [`Error::Missing`] when there is no such case, or not all of the parties.
pub async fn replace_relations(write: &Write, case_number: &str, relations: &[CaseRelation]) -> Result<(), Error> {
    let ids: Vec<Uuid> = relations.iter().map(|relation| relation.party_id).collect();
    let others =
        format!("DELETE FROM case_party WHERE case_number = $1 AND NOT ({})", sql::id_in(write, "party_id", 2));
    sql::execute(write, &others, values![case_number, sql::id_list(write, &ids)]).await?;
    let wanted = if sql::is_sqlite(write) {
        "(SELECT unhex(value ->> 'party_id') AS party_id, value ->> 'roles' AS roles, value ->> 'subscribe' AS subscribe \
        FROM json_each($2)) AS wanted"
    } else {
        "json_to_recordset(CAST($2 AS json)) AS wanted (party_id uuid, roles text, subscribe boolean)"
    };
    let statement = format!(
        "INSERT INTO case_party (case_number, party_id, roles, subscribe) \
        SELECT $1, wanted.party_id, wanted.roles, wanted.subscribe FROM {wanted} WHERE true \
        ON CONFLICT (case_number, party_id) DO UPDATE SET roles = excluded.roles, subscribe = excluded.subscribe \
        WHERE case_party.roles <> excluded.roles OR case_party.subscribe <> excluded.subscribe"
    );
    let rows = relations.iter().map(|relation| {
        let party_id = relation.party_id.simple().to_string();
        Ok(json!({ "party_id": party_id, "roles": sql::json(&relation.roles)?, "subscribe": relation.subscribe }))
    });
    let rows = rows.collect::<Result<Vec<_>, Error>>()?;
    sql::execute(write, &statement, values![case_number, sql::json(&rows)?]).await?;
    Ok(())
}

/// What a party is to a case, when it is party to it.
///
/// # Errors
/// As every read.
pub async fn relation(on: &impl Connection, case_number: &str, party_id: Uuid) -> Result<Option<CaseRelation>, Error> {
    let statement = "SELECT * FROM case_party WHERE case_number = $1 AND party_id = $2";
    sql::one(on, statement, values![case_number, party_id]).await?.as_ref().map(case_relation).transpose()
}

/// Everybody who is party to a case, without the case's parties being read, for a case that is rendered as a whole.
///
/// # Errors
/// As every read.
pub async fn relations(on: &impl Connection, case_number: &str) -> Result<Vec<CaseRelation>, Error> {
    let statement = "SELECT * FROM case_party WHERE case_number = $1 ORDER BY party_id";
    sql::all(on, statement, values![case_number]).await?.iter().map(case_relation).collect()
}

/// Who is party to a case, by party id.
///
/// # Errors
/// As every read; [`Error::Place`].
pub async fn parties_of(
    on: &impl Connection,
    case_number: &str,
    page: &PageRequest,
) -> Result<Page<CaseRelation>, Error> {
    let after =
        page.after.as_ref().map_or(Ok(Uuid::nil()), |place| Uuid::parse_str(place)).map_err(|_| Error::Place)?;
    let statement = "SELECT * FROM case_party WHERE case_number = $1 AND party_id > $2 ORDER BY party_id LIMIT $3";
    let rows = sql::all(on, statement, values![case_number, after, cursor::fetch(page)]).await?;
    let relations = rows.iter().map(case_relation).collect::<Result<Vec<CaseRelation>, Error>>()?;
    Ok(cursor::page(relations, page, |relation| relation.party_id.to_string()))
}

/// The cases that a party is on and what it is to them, by case number.
///
/// # Errors
/// As every read.
pub async fn cases_of(
    on: &impl Connection,
    party_id: Uuid,
    page: &PageRequest,
) -> Result<Page<(Case, CaseRelation)>, Error> {
    let statement = "SELECT c.*, r.party_id, r.roles, r.subscribe FROM case_party r \
        JOIN authority_case c ON c.case_number = r.case_number \
        WHERE r.party_id = $1 AND r.case_number > $2 ORDER BY r.case_number LIMIT $3";
    let values = values![party_id, page.after.clone().unwrap_or_default(), cursor::fetch(page)];
    let rows = sql::all(on, statement, values).await?;
    let cases = rows.iter().map(|row| Ok((case(row)?, case_relation(row)?))).collect::<Result<Vec<_>, Error>>()?;
    Ok(cursor::page(cases, page, |(case, _)| case.case_number.clone()))
}

fn column_values(case: &Case) -> Result<Vec<sea_orm::Value>, Error> {
    let closed_at = match case.status {
        CaseStatus::Open => None,
        CaseStatus::Closed(at) => Some(sql::micros(at)),
    };
    Ok(values![
        case.case_number.as_str(),
        case.title.clone(),
        closed_at,
        case.responsible.clone(),
        sql::micros(case.updated_at),
        case.version,
        case.follow.map(|follow| sql::name(&follow.kind)).transpose()?,
        case.follow.map(|follow| follow.until),
    ])
}

fn case(row: &QueryResult) -> Result<Case, Error> {
    Ok(Case {
        case_number: sql::get(row, "case_number")?,
        title: sql::get(row, "title")?,
        status: sql::get::<Option<_>>(row, "closed_at")?.map_or(CaseStatus::Open, CaseStatus::Closed),
        responsible: sql::get(row, "responsible")?,
        created_at: sql::get(row, "created_at")?,
        updated_at: sql::get(row, "updated_at")?,
        version: sql::get(row, "version")?,
        follow: match sql::get::<Option<_>>(row, "follow_until")? {
            Some(until) => Some(Follow { kind: sql::get_name(row, "follow_kind")?, until }),
            None => None,
        },
    })
}

fn case_relation(row: &QueryResult) -> Result<CaseRelation, Error> {
    Ok(CaseRelation {
        case_number: sql::get(row, "case_number")?,
        party_id: sql::get(row, "party_id")?,
        roles: get_json(row, "roles")?,
        subscribe: sql::get(row, "subscribe")?,
    })
}
