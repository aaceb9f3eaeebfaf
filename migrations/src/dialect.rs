//! The words that SQLite and PostgreSQL spell differently.

use sea_orm_migration::SchemaManager;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr};

/// Word, SQLite's spelling, PostgreSQL's spelling.
///
/// `{text}` is compared byte by byte, whatever language the server speaks: every order that we store is made by us.
const WORDS: [(&str, &str, &str); 6] = [
    ("{sequence}", "INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
    ("{uuid}", "BLOB", "UUID"),
    ("{bytes}", "BLOB", "BYTEA"),
    ("{time}", "TEXT", "TIMESTAMPTZ"),
    ("{date}", "TEXT", "DATE"),
    ("{text}", "TEXT", "TEXT COLLATE \"C\""),
];

/// Runs the statements on either database.
pub async fn run(manager: &SchemaManager<'_>, statements: &str) -> Result<(), DbErr> {
    let sqlite = is_sqlite(manager);
    let spelled = WORDS.iter().fold(statements.to_owned(), |text, (word, on_sqlite, on_postgres)| {
        text.replace(word, if sqlite { on_sqlite } else { on_postgres })
    });
    manager.get_connection().execute_unprepared(&spelled).await?;
    Ok(())
}

/// Whether the database is SQLite; otherwise it is PostgreSQL.
pub fn is_sqlite(manager: &SchemaManager<'_>) -> bool {
    manager.get_database_backend() == DbBackend::Sqlite
}
