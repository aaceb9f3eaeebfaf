//! The drill: a backup while the server works, deletions after it, and the way back, on which they are deleted again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use backend::app::{App, backup};
use backend::clock::SettableClock;
use backend::config::Config;
use openapi::audit::AuditEntry;
use openapi::page::Page;
use openapi::party::Party;
use reqwest::Method;
use serde_json::json;
use tests::House;
use tests::client::Caller;
use tests::database::Kind;
use tests::issuer::Person;

use crate::{CASEWORKER, create, fetch, read, run_job};

const JENS: &str = "0707614285";
const DELETED: &str = "0701614011";

/// The settings of another server, on another database.
fn settings(house: &House, url: &str, deletion_file: Option<PathBuf>) -> Config {
    let mut config = house.config().clone();
    config.database.url = serde_json::from_value(json!(url)).unwrap();
    config.retention.deletion_file = deletion_file.unwrap_or_default();
    config
}

fn clock(house: &House) -> Arc<SettableClock> {
    Arc::new(SettableClock::at(house.now()))
}

/// Two parties of whom CPR told; the first loses that afterwards, the second is deleted.
async fn two_parties(house: &House) -> (Party, Party) {
    let kept = create(house, json!({ "personalNumber": JENS })).await;
    let deleted = create(house, json!({ "personalNumber": DELETED })).await;
    for party in [&kept, &deleted] {
        assert!(fetch(house, party, json!({})).await.cpr.is_some());
    }
    (kept, deleted)
}

async fn delete_after_the_backup(house: &House, kept: &Party, deleted: &Party) {
    let caseworker = house.with(CASEWORKER);
    let path = format!("/parties/{}", deleted.id);
    let tag = caseworker.get(&path).await.expect(200).etag().to_owned();
    caseworker.api(Method::DELETE, &path).header("If-Match", &tag).send().await.expect(204);
    house.set_time("2026-12-24T09:00:00Z".parse().unwrap());
    run_job(house, "purge").await;
    assert!(read(house, kept).await.cpr.is_none());
}

/// The server that was restored has nobody who was deleted, and its log says so.
async fn is_deleted_again(house: &House, config: Config, kept: &Party, deleted: &Party) {
    let app = App::start(config, clock(house)).await.unwrap();
    let url = format!("http://{}", app.address());
    let caller = |privileges: &[&str]| {
        Caller::new(&url, Some(house.issuer().token(&Person::new("prøver", privileges)))).unwrap()
    };
    let party: Party = caller(CASEWORKER).get(&format!("/parties/{}", kept.id)).await.expect(200).json();
    assert!(party.cpr.is_none() && party.address.is_none());
    caller(CASEWORKER).get(&format!("/parties/{}", deleted.id)).await.expect(404);
    let log: Page<AuditEntry> = caller(&["Revisor"]).get("/audit?operation=redo_deletion").await.expect(200).json();
    assert_eq!(log.items.len(), 2);
    assert!(
        log.items.iter().all(|entry| entry.actor == "restore" && entry.subject.personal_number_digest.is_some()),
        "{:?}",
        log.items
    );
    app.stop().await.unwrap();
}

fn sqlite(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

async fn what_was_deleted_after_the_backup_does_not_come_back(house: &House) {
    let (kept, deleted) = two_parties(house).await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    // People work while the copy is made.
    let working = async {
        for number in 0..20 {
            create(house, json!({ "name": format!("Part {number}") })).await;
        }
    };
    let (copied, ()) = tokio::join!(backup::backup(house.config(), &copy), working);
    assert!(copied.unwrap() > 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let before = std::fs::read(&copy).unwrap();
    let told = format!("{:#}", backup::backup(house.config(), &copy).await.unwrap_err());
    assert!(told.contains("findes i forvejen"), "{told}");
    assert!(before == std::fs::read(&copy).unwrap(), "never over another file");

    delete_after_the_backup(house, &kept, &deleted).await;
    let told = backup::restore(house.config(), clock(house), Some(&copy), &[], true).await.unwrap_err();
    assert!(format!("{told:#}").contains("en server bruger databasen"), "{told:#}");

    // The server's disk is gone but for the log of deletions.
    let path = folder.path().join("new.db");
    let config = settings(house, &sqlite(&path), None);
    let log = backup::deletion_file(house.config()).unwrap();
    let redone = backup::restore(&config, clock(house), Some(&copy), &[log], false).await.unwrap();
    assert_eq!((redone.parties, redone.registers), (1, 1));
    let told = backup::restore(&config, clock(house), Some(&copy), &[], false).await.unwrap_err();
    assert!(format!("{told:#}").contains("--replace"), "{told:#}");
    is_deleted_again(house, config.clone(), &kept, &deleted).await;

    // Once more, over what was restored: the log beside it is enough.
    let again = backup::restore(&config, clock(house), Some(&copy), &[], true).await.unwrap();
    assert_eq!((again.parties, again.registers), (1, 1));
    is_deleted_again(house, config, &kept, &deleted).await;
}

async fn a_damaged_backup_changes_nothing(house: &House) {
    let (kept, _) = two_parties(house).await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    backup::backup(house.config(), &copy).await.unwrap();
    let path = folder.path().join("new.db");
    let config = settings(house, &sqlite(&path), None);
    backup::restore(&config, clock(house), Some(&copy), &[], false).await.unwrap();

    let bytes = std::fs::read(&copy).unwrap();
    let damaged = folder.path().join("damaged.db");
    std::fs::write(&damaged, &bytes[..bytes.len() / 2]).unwrap();
    let told = backup::restore(&config, clock(house), Some(&damaged), &[], true).await.unwrap_err();
    assert!(format!("{told:#}").contains("ikke hel"), "{told:#}");
    let app = App::start(config, clock(house)).await.unwrap();
    let token = house.issuer().token(&Person::new("prøver", CASEWORKER));
    let caller = Caller::new(&format!("http://{}", app.address()), Some(token)).unwrap();
    caller.get(&format!("/parties/{}", kept.id)).await.expect(200);
    app.stop().await.unwrap();
}

#[test]
fn on_sqlite_what_was_deleted_after_the_backup_does_not_come_back() {
    tests::run(Kind::Sqlite, "", what_was_deleted_after_the_backup_does_not_come_back);
}

#[test]
fn on_sqlite_a_damaged_backup_changes_nothing() {
    tests::run(Kind::Sqlite, "", a_damaged_backup_changes_nothing);
}

#[cfg(feature = "postgres")]
mod on_postgresql {
    use std::process::Command;

    use tests::database::TestDatabase;

    use super::*;

    fn run(program: &str, arguments: &[&str]) {
        let program = test_servers::postgres::programs().unwrap().join(program);
        let done = Command::new(&program).args(arguments).output().unwrap();
        assert!(done.status.success(), "{}: {}", program.display(), String::from_utf8_lossy(&done.stderr));
    }

    /// With PostgreSQL's own programs, and a log of deletions that lies elsewhere.
    #[test]
    fn what_was_deleted_after_pg_dump_does_not_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("deletions");
        let setting = format!("[retention]\ndeletion_file = '{}'", log.display());
        tests::run(Kind::Postgres, &setting, async |house: &House| {
            let (kept, deleted) = two_parties(house).await;
            let told = backup::backup(house.config(), &folder.path().join("copy")).await.unwrap_err();
            assert!(format!("{told:#}").contains("pg_dump"), "{told:#}");
            let dump = folder.path().join("dump");
            let from = house.database().url().unwrap();
            run("pg_dump", &["--format=custom", "--file", dump.to_str().unwrap(), "--dbname", &from]);
            delete_after_the_backup(house, &kept, &deleted).await;

            let restored = TestDatabase::empty(Kind::Postgres).await.unwrap();
            let to = restored.url().unwrap();
            run("pg_restore", &["--no-owner", "--exit-on-error", "--dbname", &to, dump.to_str().unwrap()]);
            // The server itself sees that the log knows more than the database.
            is_deleted_again(house, settings(house, &to, Some(log.clone())), &kept, &deleted).await;
            restored.remove().await.unwrap();
        });
    }
}
