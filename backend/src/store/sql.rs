//! The few words that every room of the store speaks SQL with.
//!
//! Statements are written out, with `$1`, `$2` … on both databases. Where SQLite and PostgreSQL differ, the difference is
//! a function here.

use chrono::{DateTime, SubsecRound, Utc};
use cpr::PersonalNumber;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, TryGetable, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::Error;
use super::database::Connection;

/// The values of a statement, in the order of their numbers.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$(sea_orm::Value::from($value)),*] };
}
pub(super) use values;

/// Runs a statement; how many rows it changed.
pub async fn execute(on: &impl Connection, sql: &str, values: Vec<Value>) -> Result<u64, Error> {
    let raw = on.raw();
    let statement = Statement::from_sql_and_values(raw.get_database_backend(), sql, values);
    Ok(raw.execute_raw(statement).await?.rows_affected())
}

/// Asks for every row.
pub async fn all(on: &impl Connection, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, Error> {
    let raw = on.raw();
    Ok(raw.query_all_raw(Statement::from_sql_and_values(raw.get_database_backend(), sql, values)).await?)
}

/// Asks for at most one row.
pub async fn one(on: &impl Connection, sql: &str, values: Vec<Value>) -> Result<Option<QueryResult>, Error> {
    let raw = on.raw();
    Ok(raw.query_one_raw(Statement::from_sql_and_values(raw.get_database_backend(), sql, values)).await?)
}

/// Statements for many rows take one of these numbers of them, so that they have few texts, which the databases remember.
const COUNTS: [usize; 3] = [100, 10, 1];

/// A row of values for a statement that takes many.
pub type Values = Result<Vec<Value>, Error>;

/// Runs a statement for rows of values, as many at a time as one of [`COUNTS`]; what it returned of all of them. `statement`
/// makes its text from the list of rows, `($1, $2), ($3, $4)`. The next rows are made while the database takes these.
pub async fn for_rows(
    on: &impl Connection,
    rows: impl IntoIterator<Item = Values>,
    statement: impl Fn(&str) -> String,
) -> Result<Vec<QueryResult>, Error> {
    let mut rows = rows.into_iter();
    let mut texts = [const { None::<String> }; COUNTS.len()];
    let mut returned = Vec::new();
    let mut ahead: Vec<Vec<Value>> = rows.by_ref().take(COUNTS[0]).collect::<Result<_, _>>()?;
    while let Some(columns) = ahead.first().map(Vec::len) {
        let mut left = ahead.into_iter();
        let storing = async {
            while let Some(size) = COUNTS.iter().position(|count| *count <= left.len()) {
                let text = texts[size].get_or_insert_with(|| statement(&places(on, COUNTS[size], columns)));
                let values = left.by_ref().take(COUNTS[size]).flatten().collect();
                returned.extend(all(on, text, values).await?);
            }
            Ok::<(), Error>(())
        };
        let making = async { rows.by_ref().take(COUNTS[0]).collect::<Result<_, Error>>() };
        ((), ahead) = tokio::try_join!(storing, making)?;
    }
    Ok(returned)
}

/// `($1, $2), ($3, $4)`. On SQLite places have no names: it looks for each of them along all of them.
fn places(on: &impl Connection, rows: usize, columns: usize) -> String {
    let sqlite = is_sqlite(on);
    let place = |place: usize| if sqlite { "?".to_owned() } else { format!("${place}") };
    let row = |row: usize| {
        let places: Vec<String> = (1..=columns).map(|column| place(row * columns + column)).collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// A column's value.
pub fn get<T: TryGetable>(row: &QueryResult, column: &str) -> Result<T, Error> {
    Ok(row.try_get("", column)?)
}

/// A column that holds JSON of ours.
pub fn get_json<T: DeserializeOwned>(row: &QueryResult, column: &str) -> Result<T, Error> {
    // serde's message may quote the text: it is dropped.
    serde_json::from_str(&get::<String>(row, column)?).map_err(|_| Error::unreadable(column))
}

/// A column that may hold a personal number.
pub fn get_number(row: &QueryResult, column: &str) -> Result<Option<PersonalNumber>, Error> {
    get::<Option<String>>(row, column)?
        .map(|digits| PersonalNumber::parse(&digits).map_err(|_| Error::unreadable(column)))
        .transpose()
}

/// A column that holds one of our own names for things.
pub fn get_name<T: DeserializeOwned>(row: &QueryResult, column: &str) -> Result<T, Error> {
    serde_json::from_value(get::<String>(row, column)?.into()).map_err(|_| Error::unreadable(column))
}

/// Something as JSON text.
pub fn json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|_| Error::Internal("a value has no JSON form".to_owned()))
}

/// The name that serde gives a value without content.
pub fn name(value: &impl Serialize) -> Result<String, Error> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        _ => Err(Error::Internal("a value has no name".to_owned())),
    }
}

/// The digits of a personal number, as they are stored.
pub fn digits(number: PersonalNumber) -> String {
    number.digits().as_str().to_owned()
}

/// A time as both databases keep it: SQLite would keep nanoseconds and PostgreSQL microseconds, and an answer must not
/// differ from what is read later.
pub fn micros(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(6)
}

/// `column IN (…)` for a list of ids that is one value, so that the statement's text, which the databases remember, does
/// not depend on how many there are.
pub fn id_in(on: &impl Connection, column: &str, place: usize) -> String {
    if is_sqlite(on) {
        format!("{column} IN (SELECT unhex(value) FROM json_each(${place}))")
    } else {
        format!("{column} = ANY (CAST(string_to_array(${place}, ',') AS uuid[]))")
    }
}

/// The value for [`id_in`].
pub fn id_list(on: &impl Connection, ids: &[Uuid]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
    if is_sqlite(on) {
        format!("[{}]", ids.iter().map(|id| format!("\"{id}\"")).collect::<Vec<_>>().join(","))
    } else {
        ids.join(",")
    }
}

/// `column IN (…)` for a list of texts that is one value, their JSON.
pub fn text_in(on: &impl Connection, column: &str, place: usize) -> String {
    if is_sqlite(on) {
        format!("{column} IN (SELECT value FROM json_each(${place}))")
    } else {
        format!("{column} = ANY (ARRAY(SELECT json_array_elements_text(CAST(${place} AS json))))")
    }
}

/// `column IN (…)` for a list of numbers that is one value, their JSON.
pub fn number_in(on: &impl Connection, column: &str, place: usize) -> String {
    if is_sqlite(on) {
        format!("{column} IN (SELECT value FROM json_each(${place}))")
    } else {
        format!("{column} = ANY (ARRAY(SELECT CAST(json_array_elements_text(CAST(${place} AS json)) AS bigint)))")
    }
}

/// Whether the statement goes to SQLite; otherwise it goes to PostgreSQL.
pub fn is_sqlite(on: &impl Connection) -> bool {
    on.raw().get_database_backend() == DbBackend::Sqlite
}
