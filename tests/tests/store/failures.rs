use backend::store::{Database, Error, event, party};
#[cfg(feature = "postgres")]
use sea_orm::{ConnectionTrait, DbBackend, Statement};
#[cfg(feature = "postgres")]
use tests::database::Kind;
use tests::database::{TestDatabase, with_database};

use super::{first, named, number, numbered, open, store};

tests::on_each_database! {
    using with_database;
    the_schema_is_brought_up_to_date_once,
    two_servers_bring_the_schema_up_to_date_together,
    a_refusal_does_not_repeat_the_number,
    a_database_without_schema_is_our_fault,
    a_closed_database_is_unavailable,
    a_ping_is_answered,
}

async fn the_schema_is_brought_up_to_date_once(database: &TestDatabase) {
    let database = open(database).await;
    store(&database, &[named("En")]).await;
    database.migrate().await.unwrap();
    assert_eq!(party::list(&database.read(), None, &first(50)).await.unwrap().items.len(), 1);
}

async fn two_servers_bring_the_schema_up_to_date_together(database: &TestDatabase) {
    let url = database.url().unwrap();
    let servers = [url.clone(), url].map(|url| {
        tokio::spawn(async move {
            let database = Database::connect(&url, 2).await?;
            database.migrate().await
        })
    });
    for server in servers {
        assert_eq!(server.await.unwrap(), Ok(()));
    }
}

async fn a_refusal_does_not_repeat_the_number(database: &TestDatabase) {
    let database = open(database).await;
    store(&database, &[numbered("En", number(1))]).await;
    let write = database.begin().await.unwrap();
    let refusal = party::insert(&write, &numbered("To", number(1))).await.unwrap_err();
    let digits = number(1).digits().as_str().to_owned();
    for text in [refusal.to_string(), format!("{refusal:?}")] {
        assert!(!text.contains(&digits) && !text.contains("To"), "{text}");
    }
}

async fn a_database_without_schema_is_our_fault(database: &TestDatabase) {
    let database = Database::connect(&database.url().unwrap(), 2).await.unwrap();
    let read = event::bounds(&database.read()).await;
    assert!(matches!(read, Err(Error::Internal(_))), "{read:?}");
}

async fn a_closed_database_is_unavailable(database: &TestDatabase) {
    let database = open(database).await;
    database.close().await.unwrap();
    let (ping, begin) = (database.ping().await, database.begin().await.map(drop));
    assert!(matches!(ping, Err(Error::Unavailable(_))), "{ping:?}");
    assert!(matches!(begin, Err(Error::Unavailable(_))), "{begin:?}");
}

async fn a_ping_is_answered(database: &TestDatabase) {
    let database = open(database).await;
    assert_eq!(database.ping().await, Ok(()));
}

#[cfg(feature = "postgres")]
#[test]
fn a_read_only_server_is_unavailable() {
    with_database(Kind::Postgres, "", async |database| {
        open(database).await.close().await.unwrap();
        let other = database.connect().await.unwrap();
        let read_only = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', \
            current_database()); END $$";
        other.execute_unprepared(read_only).await.unwrap();
        let database = Database::connect(&database.url().unwrap(), 2).await.unwrap();
        let write = database.begin().await.unwrap();
        let refused = party::insert(&write, &named("En")).await;
        assert_eq!(refused, Err(Error::Unavailable("PostgreSQL code 25006".to_owned())));
        drop(write);
        assert!(party::list(&database.read(), None, &first(50)).await.is_ok());
        assert_eq!(database.ping().await, Err(Error::Unavailable("PostgreSQL code 25006".to_owned())));
    });
}

#[cfg(feature = "postgres")]
#[test]
fn a_cut_connection_is_unavailable_and_the_next_one_serves() {
    with_database(Kind::Postgres, "", async |database| {
        let other = database.connect().await.unwrap();
        let database = open(database).await;
        let write = database.begin().await.unwrap();
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
            WHERE datname = current_database() AND pid <> pg_backend_pid()";
        other.execute_unprepared(cut).await.unwrap();
        let broken = party::insert(&write, &named("En")).await;
        assert!(matches!(broken, Err(Error::Unavailable(_))), "{broken:?}");
        drop(write);
        // Connections that lay in the pool were cut too; each tells so once.
        for _ in 0..4 {
            let _ = database.ping().await;
        }
        assert_eq!(database.ping().await, Ok(()));
        store(&database, &[named("En")]).await;
    });
}

#[cfg(feature = "postgres")]
#[test]
fn a_statement_of_ours_has_a_time_limit() {
    with_database(Kind::Postgres, "", async |database| {
        let other = database.connect().await.unwrap();
        let database = open(database).await;
        // Says what holds where a row of ours is read.
        let spy = "CREATE TABLE seen (setting TEXT); \
            CREATE FUNCTION spy() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN \
            INSERT INTO seen SELECT current_setting(name) FROM unnest(ARRAY['statement_timeout', 'lock_timeout']) AS name; \
            RETURN NEW; END $$; \
            CREATE TRIGGER spy BEFORE INSERT ON party FOR EACH ROW EXECUTE FUNCTION spy()";
        other.execute_unprepared(spy).await.unwrap();
        store(&database, &[named("En")]).await;
        let seen = Statement::from_string(DbBackend::Postgres, "SELECT setting FROM seen");
        let seen = other.query_all_raw(seen).await.unwrap();
        let seen: Vec<String> = seen.iter().map(|row| row.try_get("", "setting").unwrap()).collect();
        assert_eq!(seen, ["30s", "10s"]);
    });
}

fn run<F: Future>(test: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(test)
}

#[test]
fn an_address_that_is_no_databases_is_refused() {
    for url in ["", "mysql://localhost/x", "sqlite::memory:", "sqlite://"] {
        let opened = run(Database::connect(url, 2)).map(drop);
        assert!(matches!(opened, Err(Error::Internal(_))), "{url}: {opened:?}");
    }
}

#[test]
fn an_absent_database_is_unavailable() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().display();
    for url in [format!("sqlite://{path}/below/a/file.db"), format!("postgres:///x?host={path}&user=postgres")] {
        let opened = run(Database::connect(&url, 2)).map(drop);
        assert!(matches!(opened, Err(Error::Unavailable(_))), "{opened:?}");
    }
}

#[test]
fn a_file_that_is_no_database_is_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("partsregister.db");
    std::fs::write(&path, "no database, but long enough to have a header of a hundred bytes".repeat(40)).unwrap();
    let opened = run(Database::connect(&format!("sqlite://{}", path.display()), 2)).map(drop);
    assert!(matches!(opened, Err(Error::Unavailable(_))), "{opened:?}");
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/partsregister.db");
    let url = format!("sqlite://{}", path.display());
    run(async { Database::connect(&url, 2).await.unwrap().migrate().await.unwrap() });
    for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn the_write_ahead_log_stays_small() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("partsregister.db");
    let wal = || std::fs::metadata(path.with_extension("db-wal")).map_or(0, |file| file.len());
    run(async {
        let database = Database::connect(&format!("sqlite://{}", path.display()), 4).await.unwrap();
        database.migrate().await.unwrap();
        for at in 0..3000 {
            store(&database, &[numbered(&format!("Part {at}"), number(at))]).await;
        }
        assert!(wal() < 16 << 20, "{} bytes", wal());
        database.checkpoint().await.unwrap();
        assert_eq!(wal(), 0);
    });
}
