//! The steps of the schema, on both databases.

use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tests::database::{TestDatabase, with_database};
use tests::on_each_database;

async fn the_schema_goes_up_and_down_and_up_again(database: &TestDatabase) {
    let connection = database.connect().await.unwrap();
    assert_eq!(objects(&connection).await, Vec::<String>::new());

    Migrator::up(&connection, None).await.unwrap();
    let built = objects(&connection).await;
    assert!(built.iter().any(|name| name == "party"), "{built:?}");

    Migrator::down(&connection, None).await.unwrap();
    assert_eq!(objects(&connection).await, Vec::<String>::new(), "left after going down");

    Migrator::up(&connection, None).await.unwrap();
    assert_eq!(objects(&connection).await, built);
    connection.close().await.unwrap();
}

on_each_database! { using with_database; the_schema_goes_up_and_down_and_up_again }

/// Tables, views, indexes, triggers and functions of the schema, without the list of steps itself.
async fn objects(connection: &DatabaseConnection) -> Vec<String> {
    let backend = connection.get_database_backend();
    let question = match backend {
        DbBackend::Postgres => {
            "select relname::text as name from pg_class where relnamespace = 'public'::regnamespace
             union all select proname::text from pg_proc where pronamespace = 'public'::regnamespace
             union all select tgname::text from pg_trigger where not tgisinternal"
        }
        _ => "select name from sqlite_schema",
    };
    let question = format!("select name from ({question}) as objects order by name");
    let rows = connection.query_all_raw(Statement::from_string(backend, question)).await.unwrap();
    let names = rows.iter().map(|row| row.try_get::<String>("", "name").unwrap());
    names.filter(|name| !name.contains("seaql_migrations") && name != "sqlite_sequence").collect()
}
