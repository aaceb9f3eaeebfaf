//! Change files fetched from a real OpenSSH server.

mod cut;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use openapi::delivery::Delivery;
use openapi::job::{JobRun, JobRunState};
use openapi::page::Page;
use serde_json::json;
use test_servers::sftp::SftpServer;
use tests::change_file::{change_file, lay};
use tests::database::Kind;
use tests::{House, run};

use cut::Proxy;

const CASEWORKER: &[&str] = &["Opdater fra CPR", "Partsredaktør"];
const JENS: &str = "0707614285";

/// One server for all tests; it ends with this process.
fn server() -> &'static SftpServer {
    static SERVER: OnceLock<SftpServer> = OnceLock::new();
    SERVER.get_or_init(|| SftpServer::start().unwrap_or_else(|error| panic!("{error:?}")))
}

/// The settings of a house that fetches from a folder of the server's.
fn settings(folder: &str, port: u16, key_file: &Path, host_key: &str) -> String {
    fs::create_dir_all(server().files().join(folder)).unwrap();
    format!(
        "[cpr.delivery]\nsource = 'sftp'\n[cpr.delivery.sftp]\nhost = '127.0.0.1'\nport = {port}\nuser = '{}'\n\
         key_file = '{}'\nhost_key = '{host_key}'\nout_dir = '{folder}'\n",
        server().user(),
        key_file.display(),
    )
}

async fn receive(house: &House) -> JobRun {
    let caseworker = house.with(CASEWORKER);
    let mut run: JobRun = caseworker.post("/jobs/receive-deliveries/runs", &json!({})).await.expect(202).json();
    let started = Instant::now();
    while run.finished_at.is_none() {
        assert!(started.elapsed() < Duration::from_secs(90), "it does not end: {run:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
        run = caseworker.get(&format!("/jobs/receive-deliveries/runs/{}", run.id)).await.expect(200).json();
    }
    run
}

async fn all(house: &House) -> Vec<Delivery> {
    house.with(CASEWORKER).get("/deliveries").await.expect(200).json::<Page<Delivery>>().items
}

/// The code by which a run failed, and whether it is tried again by itself.
fn fault(run: &JobRun) -> (&str, bool) {
    assert_eq!(run.state, JobRunState::Failed, "{run:?}");
    let error = run.error.as_ref().unwrap();
    (&error.code, error.retryable)
}

#[test]
fn change_files_are_fetched_and_stay_where_they_are() {
    let server = server();
    let settings = settings("ud", server.port(), &server.user_key(), &server.host_key().unwrap());
    run(Kind::Sqlite, &settings, async |house: &House| {
        let folder = server.files().join("ud");
        lay(&folder, "d261120.l999901", &change_file("2026-11-20", "2026-11-19", &[JENS]));
        lay(&folder, "velkommen.txt", b"Velkommen");
        let run = receive(house).await;
        assert_eq!(run.state, JobRunState::Succeeded, "{run:?}");
        assert_eq!(run.report.unwrap()["received"], 1);
        let known = all(house).await;
        assert_eq!((known.len(), known[0].persons_in_file), (1, Some(1)));
        assert_eq!(receive(house).await.report.unwrap()["received"], 0);
        assert_eq!(fs::read_dir(folder).unwrap().count(), 2);
    });
}

#[test]
fn a_host_is_known_by_its_fingerprint_too() {
    let server = server();
    let mut print = Command::new("ssh-keygen");
    let printed = print.arg("-lf").arg(server.user_key().with_file_name("host_key.pub")).output().unwrap().stdout;
    let printed = String::from_utf8(printed).unwrap();
    let fingerprint = printed.split_whitespace().find(|word| word.starts_with("SHA256:")).unwrap();
    let settings = settings("aftryk", server.port(), &server.user_key(), fingerprint);
    run(Kind::Sqlite, &settings, async |house: &House| {
        assert_eq!(receive(house).await.state, JobRunState::Succeeded);
    });
}

#[test]
fn an_unknown_host_key_is_an_error_of_its_own_and_nothing_is_asked_of_the_host() {
    let server = server();
    let settings = settings("fremmed", server.port(), &server.user_key(), &server.other_host_key().unwrap());
    run(Kind::Sqlite, &settings, async |house: &House| {
        lay(&server.files().join("fremmed"), "d261120.l999901", &change_file("2026-11-20", "2026-11-19", &[JENS]));
        let run = receive(house).await;
        assert_eq!(fault(&run), ("delivery-source-host-key", false));
        assert!(all(house).await.is_empty());
    });
}

#[test]
fn a_user_or_a_key_that_the_host_does_not_know_is_an_error_of_its_own() {
    let server = server();
    let host_key = server.host_key().unwrap();
    let wrong = settings("naegtet", server.port(), &server.other_key(), &host_key);
    run(Kind::Sqlite, &wrong, async |house: &House| {
        assert_eq!(fault(&receive(house).await), ("delivery-source-refused", false));
    });
    let no_key = tempfile::NamedTempFile::new().unwrap();
    let unreadable = settings("naegtet", server.port(), no_key.path(), &host_key);
    run(Kind::Sqlite, &unreadable, async |house: &House| {
        assert_eq!(fault(&receive(house).await), ("delivery-source-key-file", false));
    });
    let elsewhere =
        settings("naegtet", server.port(), &server.user_key(), &host_key).replace("'naegtet'", "'findes-ikke'");
    run(Kind::Sqlite, &elsewhere, async |house: &House| {
        assert_eq!(fault(&receive(house).await), ("delivery-source-folder", false));
    });
}

#[test]
fn a_connection_that_is_cut_loses_nothing_and_leaves_nothing() {
    let server = server();
    let proxy = Proxy::to(server.port());
    let settings = settings("afbrudt", proxy.port(), &server.user_key(), &server.host_key().unwrap());
    run(Kind::Sqlite, &settings, async |house: &House| {
        // Half a megabyte: more than fits into one answer.
        let numbers: Vec<&str> = std::iter::repeat_n(JENS, 2000).collect();
        let bytes = change_file("2026-11-20", "2026-11-19", &numbers);
        lay(&server.files().join("afbrudt"), "d261120.l999901", &bytes);
        proxy.cut_after(100_000);
        let run = receive(house).await;
        assert_eq!(fault(&run), ("delivery-source-unreachable", true));
        assert!(all(house).await.is_empty());

        proxy.mend();
        let run = receive(house).await;
        assert_eq!(run.state, JobRunState::Succeeded, "{run:?}");
        let known = all(house).await;
        assert_eq!((known.len(), known[0].size), (1, bytes.len() as i64));
    });
}
