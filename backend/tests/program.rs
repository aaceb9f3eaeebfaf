//! The program `partsregister` as an operator starts and stops it.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

#[tokio::test]
async fn the_demo_says_where_it_listens_shows_its_parties_and_ends_when_it_is_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    // The second start finds the database of the first.
    for start in ["first", "second"] {
        let (mut program, address) = serve_demo(folder.path());
        let http = reqwest::Client::new();
        let ready = http.get(format!("{address}/health/ready")).send().await.unwrap();
        assert_eq!(ready.status(), 200, "{start} start");

        let sign_in: Value = http.get(format!("{address}/api/v1/sign-in")).send().await.unwrap().json().await.unwrap();
        let caseworker = json!({ "id": sign_in["persons"][0]["id"] });
        let token = http.post(format!("{address}/api/v1/sign-in/demo")).json(&caseworker).send().await.unwrap();
        let token: Value = token.json().await.unwrap();
        let token = token["accessToken"].as_str().unwrap();

        let search = json!({ "personalNumber": "070761-4285" });
        let found = http.post(format!("{address}/api/v1/parties/search")).bearer_auth(token).json(&search).send().await;
        let found: Value = found.unwrap().json().await.unwrap();
        assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{start} start: {found}");

        assert!(Command::new("sh").args(["-c", &format!("kill -s TERM {}", program.id())]).status().unwrap().success());
        let status = program.wait().unwrap();
        assert!(status.success(), "{start} end: {status}");
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

fn serve_demo(folder: &Path) -> (Child, String) {
    let mut program = program(folder);
    program.args(["serve", "--demo"]).env("PARTSREGISTER_HTTP__BIND", "127.0.0.1:0");
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
