//! One session for all callers.

use super::*;

#[tokio::test]
async fn a_lookup_signs_on_once_and_asks_as_the_handbook_says() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    assert_eq!(client.health().await.state, State::SignedOff);
    let found = client.lookup(jens(), Profile::Private).await.unwrap();
    assert_eq!(found.value.name.full().as_deref(), Some("Jens Mortensen"));
    assert_eq!(found.answer.record::<Stam>().unwrap(), found.value);
    lookup(&client).await.unwrap();
    assert_eq!(office.seen(), [sign_on("Gammel1!"), Seen::Question("STAMP".to_owned()), question()]);
    assert_eq!(client.health().await.state, State::SignedOn);
    let heads = office.with(|state| state.headers.clone());
    for head in &heads {
        let lower = head.to_ascii_lowercase();
        assert!(head.starts_with("POST /cpr-online-gctp/gctp HTTP/1.1"), "{head}");
        for line in ["user-agent: cpr/1.0", "content-type: text/xml", "connection: close", "content-length: "] {
            assert!(lower.contains(line), "{line} in {head}");
        }
    }
    assert!(!heads[0].to_ascii_lowercase().contains("cookie:"), "no token at sign-on");
    assert!(heads[1].to_ascii_lowercase().contains("cookie: token=t"));
}

#[test]
fn proxies_of_the_environment_are_not_followed() {
    // The environment belongs to a process, so another one runs the test above with a proxy that is not there.
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "session::a_lookup_signs_on_once_and_asks_as_the_handbook_says"]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"] {
        again.env(name, "http://127.0.0.1:9");
    }
    let output = again.env_remove("NO_PROXY").env_remove("no_proxy").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

#[tokio::test]
async fn twenty_callers_sign_on_once() {
    let office = Office::open().await;
    office.with(|state| state.delay = Duration::from_millis(30));
    let client = client(&office, fixed());
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { lookup(&client).await })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), Ok(()));
    }
    assert_eq!(office.sign_ons(), 1);
    assert_eq!(office.seen().len(), 21);
}

#[tokio::test]
async fn twenty_callers_whose_token_is_forgotten_sign_on_once_more() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    lookup(&client).await.unwrap();
    office.with(|state| {
        state.token = "nobody's".to_owned();
        state.delay = Duration::from_millis(30);
    });
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { lookup(&client).await })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), Ok(()));
    }
    assert_eq!(office.sign_ons(), 2);
}

#[tokio::test]
async fn a_caller_who_goes_away_leaves_the_sign_on_to_the_others() {
    let office = Office::open().await;
    office.with(|state| state.delay = Duration::from_millis(500));
    let client = client(&office, fixed());
    let gone = tokio::time::timeout(Duration::from_millis(30), lookup(&client)).await;
    assert!(gone.is_err());
    lookup(&client).await.unwrap();
    assert_eq!(office.sign_ons(), 1);
}

#[tokio::test]
async fn a_forgotten_token_is_renewed_and_the_question_repeated_once() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    lookup(&client).await.unwrap();
    office.seen();
    office.will([Mischief::ForgetTokens]);
    lookup(&client).await.unwrap();
    assert_eq!(office.seen(), [question(), sign_on("Gammel1!"), question()]);
    // Forgotten again at once: never more than one repeat.
    office.will([Mischief::Security(901), Mischief::None, Mischief::Security(901)]);
    assert_eq!(lookup(&client).await, refused(901));
    assert_eq!(office.seen(), [question(), sign_on("Gammel1!"), question()]);
    assert_eq!(refused(901).unwrap_err().kind(), ErrorKind::Unavailable);
    lookup(&client).await.unwrap();
}

#[tokio::test]
async fn a_token_is_renewed_some_minutes_before_it_ends() {
    let office = Office::open().await;
    let (clock, minutes) = clock();
    let settings =
        Settings { url: office.url.clone(), user: "WAB12345".to_owned(), password: fixed(), timeout: TIMEOUT };
    let client = GctpClient::new(settings, clock).unwrap();
    lookup(&client).await.unwrap();
    minutes.store(114, Ordering::SeqCst);
    lookup(&client).await.unwrap();
    assert_eq!(office.sign_ons(), 1);
    minutes.store(116, Ordering::SeqCst);
    office.with(|state| state.token_expires = "Mon, 15-Jan-2024 14:11:00 GMT");
    lookup(&client).await.unwrap();
    lookup(&client).await.unwrap();
    assert_eq!(office.sign_ons(), 2);
}

#[tokio::test]
async fn an_end_in_the_past_tells_of_wrong_clocks_and_not_of_a_dead_token() {
    let office = Office::open().await;
    office.with(|state| state.token_expires = "Mon, 15-Jan-2024 09:00:00 GMT");
    let client = client(&office, fixed());
    lookup(&client).await.unwrap();
    lookup(&client).await.unwrap();
    assert_eq!(office.sign_ons(), 1);
}

#[tokio::test]
async fn a_new_token_is_taken_from_any_answer() {
    let office = Office::open().await;
    let client = client(&office, fixed());
    lookup(&client).await.unwrap();
    office.will([Mischief::NewToken]);
    lookup(&client).await.unwrap();
    office.with(|state| state.token += "x");
    lookup(&client).await.unwrap();
    assert_eq!(office.sign_ons(), 1);
}
