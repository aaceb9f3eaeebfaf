//! The program `partsregister` as an operator starts and stops it.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

#[tokio::test]
async fn the_demo_says_where_it_listens_shows_its_parties_and_ends_when_it_is_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    // The second start finds the database of the first.
    for start in ["first", "second"] {
        let (mut program, address) = serve_demo(folder.path(), &[]);
        let http = reqwest::Client::new();
        let ready = http.get(format!("{address}/health/ready")).send().await.unwrap();
        assert_eq!(ready.status(), 200, "{start} start");
        let token = token(&http, &address).await;

        let search = json!({ "personalNumber": "070761-4285" });
        let found = http.post(format!("{address}/api/v1/parties/search")).bearer_auth(token).json(&search).send().await;
        let found: Value = found.unwrap().json().await.unwrap();
        assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{start} start: {found}");

        signal(&program, "TERM");
        let status = program.wait().unwrap();
        assert!(status.success(), "{start} end: {status}");
    }
}

#[tokio::test]
async fn a_stop_under_load_is_quick_answers_what_is_under_way_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut program, address) = serve_demo(folder.path(), &UNLIMITED);
    let token = token(&reqwest::Client::new(), &address).await;
    let (acknowledged, asked) = (Arc::new(Mutex::new(Vec::new())), Arc::new(OnceLock::new()));
    let writing = |number: usize| {
        let (acknowledged, asked): (Arc<Mutex<Vec<String>>>, Arc<OnceLock<Instant>>) =
            (Arc::clone(&acknowledged), Arc::clone(&asked));
        let (address, token) = (address.clone(), token.clone());
        // Each has a connection of its own, as another program has.
        let http = reqwest::Client::new();
        async move {
            for count in 0.. {
                let party = json!({ "name": format!("Prøve {number} {count}") });
                let began = Instant::now();
                let sent = http.post(format!("{address}/api/v1/parties")).bearer_auth(&token).json(&party).send().await;
                match sent {
                    Ok(answer) if answer.status() == 201 => {
                        let party: Value = answer.json().await.expect("an answer comes whole");
                        acknowledged.lock().unwrap().push(party["id"].as_str().unwrap().to_owned());
                    }
                    // Whoever comes when it has been asked to stop may find the door closed; nobody before.
                    refused => {
                        let was_open = asked.get().is_none_or(|asked| began < *asked);
                        assert!(!was_open, "a request that was under way: {refused:?}");
                        return;
                    }
                }
            }
        }
    };
    let writers: Vec<_> = (0..8).map(|number| tokio::spawn(writing(number))).collect();
    let start = Instant::now();
    while acknowledged.lock().unwrap().len() < 80 {
        assert!(start.elapsed() < Duration::from_secs(60), "nothing is written");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    asked.set(Instant::now()).unwrap();
    signal(&program, "TERM");
    let status = tokio::task::spawn_blocking(move || program.wait().unwrap()).await.unwrap();
    let took = asked.get().unwrap().elapsed();
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    for writer in writers {
        writer.await.unwrap();
    }

    let (mut program, address) = serve_demo(folder.path(), &UNLIMITED);
    let http = reqwest::Client::new();
    let token = self::token(&http, &address).await;
    let acknowledged = std::mem::take(&mut *acknowledged.lock().unwrap());
    for id in &acknowledged {
        let found = http.get(format!("{address}/api/v1/parties/{id}")).bearer_auth(&token).send().await.unwrap();
        assert_eq!(found.status(), 200, "one of {} acknowledged parties is gone", acknowledged.len());
    }
    signal(&program, "KILL");
    program.wait().unwrap();
}

#[tokio::test]
async fn a_server_that_is_about_to_stop_says_so_first_and_goes_on_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let (mut program, address) = serve_demo(folder.path(), &[("PARTSREGISTER_HTTP__DRAIN_SECONDS", "300")]);
    let http = reqwest::Client::new();
    let token = token(&http, &address).await;
    let ready = async || http.get(format!("{address}/health/ready")).send().await.unwrap();
    assert_eq!(ready().await.status(), 200);
    signal(&program, "TERM");
    let start = Instant::now();
    while ready().await.status() != 503 {
        assert!(start.elapsed() < Duration::from_secs(60), "it does not say that it is about to stop");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let answer = ready().await;
    assert_eq!(answer.headers()["connection"], "close");
    let health: Value = answer.json().await.unwrap();
    assert_eq!((&health["status"], &health["checks"][0]["name"]), (&json!("down"), &json!("process")), "{health}");
    let party = json!({ "name": "Vita Prøve" });
    let written = http.post(format!("{address}/api/v1/parties")).bearer_auth(token).json(&party).send().await.unwrap();
    assert_eq!(written.status(), 201);
    signal(&program, "KILL");
    program.wait().unwrap();
}

#[test]
fn the_log_is_json_lines_when_the_settings_say_so() {
    for (format, is_json) in [("json", true), ("text", false)] {
        let settings =
            [("PARTSREGISTER_LOG__FORMAT", format), ("PARTSREGISTER_DATABASE__URL", "sqlite:///dev/null/none.db")];
        let ended = end_of(
            &["serve", "--demo"],
            &[settings.as_slice(), &[("PARTSREGISTER_HTTP__BIND", "127.0.0.1:0")]].concat(),
        );
        let log = String::from_utf8_lossy(&ended.stderr).into_owned();
        let last = log.lines().rfind(|line| line.contains("database.url")).unwrap_or_else(|| panic!("{log}"));
        let read: Result<Value, _> = last.parse();
        assert_eq!(read.is_ok_and(|line| line["level"] == json!("ERROR")), is_json, "{last}");
    }
}

#[test]
fn a_setting_that_does_not_exist_stops_the_start_and_is_named() {
    let ended = end_of(&["serve"], &[("PARTSREGISTER_HTTP__BINT", "127.0.0.1:0")]);
    assert!(!ended.status.success());
    assert!(said(&ended).contains("PARTSREGISTER_HTTP__BINT"), "{}", said(&ended));
}

#[test]
fn the_demo_is_for_loopback_only() {
    let ended = end_of(&["serve", "--demo"], &[("PARTSREGISTER_HTTP__BIND", "0.0.0.0:0")]);
    assert!(!ended.status.success());
    assert!(said(&ended).contains("http.bind"), "{}", said(&ended));
}

#[test]
fn the_settings_in_force_are_shown_without_secrets() {
    let settings = [
        ("PARTSREGISTER_AUTH__ISSUER", "https://login.example"),
        ("PARTSREGISTER_AUTH__AUDIENCE", "partsregister"),
        ("PARTSREGISTER_CPR__GCTP__USER", "W0000001"),
        ("PARTSREGISTER_CPR__GCTP__PASSWORD", "hemmelig-1A"),
    ];
    let ended = end_of(&["config"], &settings);
    assert!(ended.status.success(), "{}", said(&ended));
    assert!(said(&ended).contains("login.example") && !said(&ended).contains("hemmelig"), "{}", said(&ended));
}

/// One caller may do here what many do elsewhere.
const UNLIMITED: [(&str, &str); 2] =
    [("PARTSREGISTER_HTTP__RATE_LIMIT__PER_SECOND", "1000000"), ("PARTSREGISTER_HTTP__RATE_LIMIT__BURST", "1000000")];

/// The token of the demo's first person, a caseworker.
async fn token(http: &reqwest::Client, address: &str) -> String {
    let sign_in: Value = http.get(format!("{address}/api/v1/sign-in")).send().await.unwrap().json().await.unwrap();
    let caseworker = json!({ "id": sign_in["persons"][0]["id"] });
    let token = http.post(format!("{address}/api/v1/sign-in/demo")).json(&caseworker).send().await.unwrap();
    let token: Value = token.json().await.unwrap();
    token["accessToken"].as_str().unwrap().to_owned()
}

fn signal(program: &Child, name: &str) {
    let kill = format!("kill -s {name} {}", program.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

fn serve_demo(folder: &Path, settings: &[(&str, &str)]) -> (Child, String) {
    let mut program = program(folder);
    program.args(["serve", "--demo"]).env("PARTSREGISTER_HTTP__BIND", "127.0.0.1:0").envs(settings.iter().copied());
    let mut program = program.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(program.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line:?}")).to_owned();
    // Whatever else it says is read, so that it never waits for us.
    std::thread::spawn(move || output.read_to_end(&mut Vec::new()));
    (program, address)
}

fn end_of(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    program(folder.path()).args(arguments).envs(environment.iter().copied()).output().unwrap()
}

fn program(folder: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_partsregister"));
    program.current_dir(folder);
    program
}

fn said(ended: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr))
}
