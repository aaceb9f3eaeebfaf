//! What can go wrong between us and the database, in four words that the floors above can act on.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use sea_orm::sqlx;
use sea_orm::{DbErr, RuntimeErr};

/// Why the database did not do it. After an error a [`Write`](super::Write) can only be dropped.
///
/// Neither `Display` nor `Debug` has anything of a row: databases put keys into their messages, so only a code and the
/// names of our own tables and constraints are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// Something that must be unique is there already, or something is still in use.
    Conflict(Conflict),
    /// The row has another version by now, or is gone.
    Stale,
    /// What the row would refer to does not exist.
    Missing,
    /// The place in a list ([`PageRequest::after`](crate::domain::page::PageRequest)) is not one that the list gave.
    Place,
    /// The database cannot be reached, is full, read-only, busy or too slow: trying again later can help.
    Unavailable(String),
    /// Our fault: SQL, schema or stored data are not what the code expects.
    Internal(String),
}

/// What is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// Another party has this personal number.
    PersonalNumber,
    /// Another party has this key in that system.
    ExternalId,
    /// A case with this number exists.
    CaseNumber,
    /// The party is on a case and cannot be deleted.
    PartyOnCase,
    /// Another key, one that we make ourselves.
    Key,
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Conflict(Conflict::PersonalNumber) => formatter.write_str("another party has this personal number"),
            Error::Conflict(Conflict::ExternalId) => formatter.write_str("another party has this external id"),
            Error::Conflict(Conflict::CaseNumber) => formatter.write_str("a case with this number exists"),
            Error::Conflict(Conflict::PartyOnCase) => formatter.write_str("the party is on a case"),
            Error::Conflict(Conflict::Key) => formatter.write_str("a row with this key exists"),
            Error::Stale => formatter.write_str("the row has been changed"),
            Error::Missing => formatter.write_str("what the row refers to does not exist"),
            Error::Place => formatter.write_str("the place in the list is not one that the list gave"),
            Error::Unavailable(cause) => write!(formatter, "the database is not available: {cause}"),
            Error::Internal(cause) => write!(formatter, "the database did not understand us: {cause}"),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// Stored data that we cannot read.
    pub(super) fn unreadable(what: &str) -> Error {
        Error::Internal(format!("stored {what} cannot be read"))
    }
}

/// How often in this process the database was not there, and how often it did not understand us.
static UNAVAILABLE: AtomicU64 = AtomicU64::new(0);
static INTERNAL: AtomicU64 = AtomicU64::new(0);

/// The errors of this process so far, by kind; conflicts and the like are answers and no errors.
pub fn errors_so_far() -> [(&'static str, u64); 2] {
    [("unavailable", UNAVAILABLE.load(Ordering::Relaxed)), ("internal", INTERNAL.load(Ordering::Relaxed))]
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Error {
        let error = Error::of(&error);
        match &error {
            Error::Unavailable(_) => UNAVAILABLE.fetch_add(1, Ordering::Relaxed),
            Error::Internal(_) => INTERNAL.fetch_add(1, Ordering::Relaxed),
            _ => 0,
        };
        error
    }
}

impl Error {
    fn of(error: &DbErr) -> Error {
        match error {
            DbErr::ConnectionAcquire(_) => Error::Unavailable("no connection became free in time".to_owned()),
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => from_sqlx(cause),
            DbErr::Conn(_) => Error::Unavailable("no connection".to_owned()),
            DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => Error::unreadable("value"),
            DbErr::Migration(_) => Error::Internal("the schema's steps do not fit this version".to_owned()),
            _ => Error::Internal("unexpected answer".to_owned()),
        }
    }
}

fn from_sqlx(error: &sqlx::Error) -> Error {
    match error {
        sqlx::Error::Database(cause) => from_database(cause.as_ref()),
        sqlx::Error::Io(cause) => Error::Unavailable(format!("input/output: {}", cause.kind())),
        sqlx::Error::Tls(_) => Error::Unavailable("no encrypted connection".to_owned()),
        sqlx::Error::PoolTimedOut => Error::Unavailable("no connection became free in time".to_owned()),
        sqlx::Error::PoolClosed => Error::Unavailable("the connections are closed".to_owned()),
        sqlx::Error::WorkerCrashed => Error::Unavailable("a connection's thread ended".to_owned()),
        sqlx::Error::Configuration(_) => Error::Internal("the database address is not understood".to_owned()),
        sqlx::Error::ColumnDecode { index, .. } => Error::unreadable(&format!("column {index}")),
        sqlx::Error::ColumnNotFound(column) => Error::Internal(format!("no column {column}")),
        _ => Error::Internal("unexpected answer".to_owned()),
    }
}

fn from_database(error: &dyn sqlx::error::DatabaseError) -> Error {
    use sqlx::error::ErrorKind;

    let code = error.code().unwrap_or_default().into_owned();
    match error.kind() {
        ErrorKind::UniqueViolation => Error::Conflict(unique(error)),
        ErrorKind::ForeignKeyViolation => Error::Missing,
        _ if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() => {
            // The low byte is the kind: 5 busy, 6 locked, 8 read-only, 10 input/output, 13 full, 14 cannot open, 23 denied,
            // 26 not a database.
            match code.parse::<i32>().map(|code| code & 0xff) {
                Ok(5 | 6 | 8 | 10 | 13 | 14 | 23 | 26) => Error::Unavailable(format!("SQLite code {code}")),
                _ => Error::Internal(format!("SQLite code {code}")),
            }
        }
        // 08 connection, 25006 read-only, 28 sign-in, 3D no such database, 40 serialization, 53 resources, 55P03 lock,
        // 55000 no connections allowed, 57 shutdown or cancelled, 58 system.
        _ if ["08", "25006", "28", "3D", "40", "53", "55P03", "55000", "57", "58"]
            .iter()
            .any(|class| code.starts_with(class)) =>
        {
            Error::Unavailable(format!("PostgreSQL code {code}"))
        }
        _ => Error::Internal(format!("PostgreSQL code {code}")),
    }
}

/// PostgreSQL names the constraint, SQLite the columns (`UNIQUE constraint failed: party.personal_number`); both are names
/// of ours, never values.
fn unique(error: &dyn sqlx::error::DatabaseError) -> Conflict {
    let name = error.constraint().unwrap_or_else(|| error.message());
    let names = |postgres: &str, sqlite: &str| name == postgres || name.ends_with(sqlite);
    if names("party_personal_number", ": party.personal_number") {
        Conflict::PersonalNumber
    } else if name == "party_external_id_key" || name.ends_with("party_external_id.external_id") {
        Conflict::ExternalId
    } else if names("authority_case_pkey", ": authority_case.case_number") {
        Conflict::CaseNumber
    } else {
        Conflict::Key
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectionTrait, Database};

    use super::*;

    /// What SQLite says to the last of these statements.
    async fn answer(statements: &[&str]) -> Result<(), Error> {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("answer.db").display());
        let database = Database::connect(url).await.unwrap();
        let (last, before) = statements.split_last().unwrap();
        for statement in before {
            database.execute_unprepared(statement).await.unwrap();
        }
        Ok(database.execute_unprepared(last).await.map(drop)?)
    }

    #[tokio::test]
    async fn a_full_database_is_unavailable() {
        let full = answer(&[
            "PRAGMA max_page_count = 3",
            "CREATE TABLE long (text TEXT)",
            "INSERT INTO long VALUES (hex(randomblob(100000)))",
        ]);
        assert_eq!(full.await, Err(Error::Unavailable("SQLite code 13".to_owned())));
    }

    #[tokio::test]
    async fn a_read_only_database_is_unavailable() {
        let read_only = answer(&["PRAGMA query_only = true", "CREATE TABLE long (text TEXT)"]);
        assert_eq!(read_only.await, Err(Error::Unavailable("SQLite code 8".to_owned())));
    }

    #[tokio::test]
    async fn a_mistake_is_ours_and_is_not_quoted() {
        let mistake = answer(&["SELECT '0707614285' FROM nowhere"]);
        assert_eq!(mistake.await, Err(Error::Internal("SQLite code 1".to_owned())));
    }
}
