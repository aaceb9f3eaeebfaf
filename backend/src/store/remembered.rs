//! What an installation remembers of its settings, by name, the same for all servers on one database.

use super::sql::{self, get as column, values};
use super::{Connection, Error, Write};

/// What is remembered under this name.
///
/// # Errors
/// As every read.
pub async fn get(on: &impl Connection, name: &str) -> Result<Option<String>, Error> {
    let row = sql::one(on, "SELECT value FROM remembered WHERE name = $1", values![name]).await?;
    row.map(|row| column(&row, "value")).transpose()
}

/// Remembers this from now on.
///
/// # Errors
/// As every write.
pub async fn put(write: &Write, name: &str, value: &str) -> Result<(), Error> {
    let statement = "INSERT INTO remembered (name, value) VALUES ($1, $2) \
        ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    sql::execute(write, statement, values![name, value]).await?;
    Ok(())
}

/// Remembers this from now on; whether something else was remembered before. Of several who say the same at once, one is
/// told so.
///
/// # Errors
/// As every write.
pub async fn change(write: &Write, name: &str, value: &str) -> Result<bool, Error> {
    let statement = "INSERT INTO remembered (name, value) VALUES ($1, $2) \
        ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE remembered.value <> excluded.value";
    Ok(sql::execute(write, statement, values![name, value]).await? > 0)
}

/// Remembers nothing under this name.
///
/// # Errors
/// As every write.
pub async fn forget(write: &Write, name: &str) -> Result<(), Error> {
    sql::execute(write, "DELETE FROM remembered WHERE name = $1", values![name]).await?;
    Ok(())
}
