//! Copies of an SQLite database, made while others write (*sikkerhedskopi*).

use std::path::Path;
use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use super::{Error, database};

/// How long somebody else's lock is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

pub use database::sqlite_path;

/// Writes a whole copy of the database in `source` to `target`, which is empty or not there: one moment of it, whatever is
/// written meanwhile, without what was deleted, and nobody waits.
///
/// # Errors
/// [`Error::Unavailable`] when one of the two cannot be opened or the disk is full.
pub async fn copy(source: &Path, target: &Path) -> Result<(), Error> {
    let connection = open(source, false).await?;
    let target = target.to_str().ok_or_else(|| Error::Internal("a path that is no text".to_owned()))?;
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO $1", [target.into()]);
    let copied = connection.execute_raw(statement).await;
    connection.close().await?;
    copied?;
    Ok(())
}

/// Whether a file is a whole database of this program: every page of it is read.
///
/// # Errors
/// [`Error::Unavailable`] when it cannot be opened, [`Error::Internal`] when it is damaged or another program's.
pub async fn check(path: &Path) -> Result<(), Error> {
    let connection = open(path, true).await?;
    let checked = async {
        let found = one(&connection, "PRAGMA integrity_check(1)").await?;
        if found.as_deref() != Some("ok") {
            return Err(Error::Internal("the database is damaged".to_owned()));
        }
        let ours = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'register_person'";
        one(&connection, ours).await?.map(drop).ok_or_else(|| Error::Internal("no database of ours".to_owned()))
    };
    let checked = checked.await;
    connection.close().await?;
    checked
}

/// Whether nobody else has the database open. Its write-ahead log is in the file afterwards.
///
/// # Errors
/// [`Error::Unavailable`] when it cannot be opened.
pub async fn is_free(path: &Path) -> Result<bool, Error> {
    let connection = open(path, false).await?;
    // Only somebody alone may leave the mode with a write-ahead log.
    let mode = match one(&connection, "PRAGMA journal_mode = DELETE").await {
        Ok(mode) => mode,
        Err(Error::Unavailable(_)) => None,
        Err(error) => return Err(error),
    };
    connection.close().await?;
    Ok(mode.as_deref() == Some("delete"))
}

async fn open(path: &Path, read_only: bool) -> Result<DatabaseConnection, Error> {
    let path = path.to_owned();
    let mut options = ConnectOptions::new("sqlite://named-below");
    options.max_connections(1).min_connections(0).sqlx_logging(false).connect_timeout(PATIENCE);
    options.map_sqlx_sqlite_opts(move |options| {
        options.filename(&path).create_if_missing(false).read_only(read_only).busy_timeout(PATIENCE)
    });
    Ok(sea_orm::Database::connect(options).await?)
}

async fn one(connection: &DatabaseConnection, statement: &str) -> Result<Option<String>, Error> {
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Sqlite, statement)).await?;
    Ok(row.map(|row| row.try_get_by_index::<String>(0)).transpose()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Database;

    #[tokio::test]
    async fn a_copy_is_whole_and_what_is_not_a_database_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("partsregister.db");
        let database = Database::connect(&format!("sqlite://{}", path.display()), 2).await.unwrap();
        database.migrate().await.unwrap();
        let target = folder.path().join("copy's.db");
        copy(&path, &target).await.unwrap();
        assert_eq!(check(&target).await, Ok(()));
        assert!(copy(&path, &target).await.is_err(), "never over another database");
        assert_eq!(is_free(&path).await, Ok(false));
        database.close().await.unwrap();
        assert_eq!(is_free(&path).await, Ok(true));

        let bytes = std::fs::read(&target).unwrap();
        let cut = folder.path().join("cut.db");
        std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
        assert!(check(&cut).await.is_err());
        std::fs::write(&cut, b"").unwrap();
        assert!(check(&cut).await.is_err());
        assert!(check(&folder.path().join("nowhere")).await.is_err());
    }
}
