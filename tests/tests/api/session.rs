//! Who is let in: tokens of the organisation's provider, and nothing else.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openapi::problem::ProblemCode;
use openapi::session::{CallerKind, Session, SignIn, SignInMode};
use serde_json::{Value, json};
use tests::issuer::{CLIENT_ID, Person};
use tests::{House, on_each_database};

async fn a_token_says_who_the_caller_is_and_what_the_caller_may(house: &House) {
    let person = Person::new("birgit", &["Opdater fra CPR", "Konge", "Partsredaktør"]);
    let session: Session = house.as_person(&person).get("/session").await.expect(200).json();
    assert_eq!((session.subject.as_str(), session.name.as_deref()), ("birgit", Some("Test birgit")));
    assert_eq!((session.kind, session.on_behalf_of), (CallerKind::Person, None));
    assert!(session.may_read_parties && session.may_read_cases);
    let mut privileges: Vec<&str> = session.privileges.iter().map(|privilege| privilege.claim()).collect();
    privileges.sort_unstable();
    assert_eq!(privileges, ["Opdater fra CPR", "Partsredaktør"]);
}

async fn the_page_learns_where_to_sign_in(house: &House) {
    let sign_in: SignIn = house.anonymous().get("/sign-in").await.expect(200).json();
    assert_eq!(sign_in.mode, SignInMode::Oidc);
    assert_eq!(sign_in.issuer.as_deref(), Some(house.issuer().url()));
    assert_eq!(sign_in.client_id.as_deref(), Some(CLIENT_ID));
    assert!(sign_in.persons.is_empty());
}

async fn a_token_with_a_wrong_claim_is_refused(house: &House) {
    let now = house.now().timestamp();
    for (claim, value) in [
        ("iss", json!("https://login.example")),
        ("aud", json!("another-system")),
        ("aud", Value::Null),
        ("exp", json!(now - 61)),
        ("exp", Value::Null),
        ("nbf", json!(now + 61)),
        ("sub", Value::Null),
    ] {
        let mut claims = house.issuer().claims(&Person::new("birgit", &[]));
        match &value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(claim)),
            value => claims[claim] = value.clone(),
        }
        let answer = house.bearing(&house.issuer().sign(&claims)).get("/session").await;
        assert_eq!(answer.status, 401, "{claim} = {value}: {answer:?}");
        answer.problem(ProblemCode::Unauthenticated);
    }
}

async fn a_minute_of_difference_between_two_clocks_is_forgiven(house: &House) {
    let now = house.now().timestamp();
    for (claim, value) in [("exp", now - 59), ("nbf", now + 59)] {
        let mut claims = house.issuer().claims(&Person::new("birgit", &[]));
        claims[claim] = json!(value);
        house.bearing(&house.issuer().sign(&claims)).get("/session").await.expect(200);
    }
}

async fn a_token_ends_with_its_time(house: &House) {
    let caller = house.with(&[]);
    caller.get("/session").await.expect(200);
    house.let_pass(Duration::from_secs(3600 + 61));
    caller.get("/session").await.problem(ProblemCode::Unauthenticated);
}

async fn a_token_that_the_provider_did_not_sign_is_refused(house: &House) {
    let person = Person::new("birgit", &["Revisor"]);
    let token = house.issuer().token(&person);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let of = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let mut better: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    better["privileges"] = json!(["Revisor", "Partsredaktør"]);
    for token in [
        format!("{}.{claims}.", of(json!({ "alg": "none", "typ": "JWT" }))),
        format!("{}.{claims}.{signature}", of(json!({ "alg": "none", "kid": "1" }))),
        format!("{}.{claims}.{signature}", of(json!({ "alg": "HS256", "kid": "1" }))),
        format!("{}.{claims}.{signature}", of(json!({ "alg": "ES384", "kid": "1" }))),
        format!("{header}.{}.{signature}", of(better)),
        format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode([0; 64])),
        format!("{header}.{claims}"),
        "x.y.z".to_owned(),
    ] {
        let answer = house.bearing(&token).get("/session").await;
        assert_eq!(answer.status, 401, "{token} gave {answer:?}");
        assert!(!answer.text().contains("birgit"), "{answer:?}");
    }
}

async fn a_new_key_of_the_provider_needs_no_restart(house: &House) {
    let person = Person::new("birgit", &[]);
    let before = house.issuer().token(&person);
    house.bearing(&before).get("/session").await.expect(200);

    house.let_pass(Duration::from_secs(11));
    house.issuer().rotate(true).unwrap();
    house.as_person(&person).get("/session").await.expect(200);
    house.bearing(&before).get("/session").await.expect(200);
}

async fn unknown_keys_do_not_make_the_house_ask_the_provider_at_once_again(house: &House) {
    house.with(&[]).get("/session").await.expect(200);
    let asked = house.issuer().times_keys_were_read();
    house.let_pass(Duration::from_secs(11));
    let token = house.issuer().token(&Person::new("birgit", &[]));
    let (_, rest) = token.split_once('.').unwrap();
    for number in 100..120 {
        let header = URL_SAFE_NO_PAD.encode(json!({ "alg": "ES256", "kid": number.to_string() }).to_string());
        house.bearing(&format!("{header}.{rest}")).get("/session").await.problem(ProblemCode::Unauthenticated);
    }
    assert_eq!(house.issuer().times_keys_were_read(), asked + 1);
}

async fn a_crowd_of_unknown_keys_makes_the_house_ask_the_provider_once(house: &House) {
    house.with(&[]).get("/session").await.expect(200);
    let asked = house.issuer().times_keys_were_read();
    house.let_pass(Duration::from_secs(11));
    let claims = house.issuer().claims(&Person::new("birgit", &[]));
    let crowd = (0..60).map(|number| {
        let token = house.issuer().sign_under(&json!({ "kid": format!("unknown-{number}") }), &claims);
        let caller = house.bearing(&token);
        async move { caller.get("/session").await.problem(ProblemCode::Unauthenticated) }
    });
    futures_util::future::join_all(crowd).await;
    assert_eq!(house.issuer().times_keys_were_read(), asked + 1);
    house.with(&[]).get("/session").await.expect(200);
}

async fn a_provider_that_is_away_at_first_locks_nobody_out_for_longer_than_it_is_away(house: &House) {
    house.issuer().be_away(true);
    for _ in 0..3 {
        let answer = house.with(&[]).get("/session").await;
        assert!(answer.problem(ProblemCode::Unavailable).detail.contains("log ind-tjeneste"), "{answer:?}");
        assert_eq!(answer.header("Retry-After"), Some("10"));
    }
    assert_eq!(house.issuer().times_keys_were_read(), 1, "it is asked again after ten seconds, not before");
    assert!(metrics(house).await.contains("partsregister_identity_provider_up 0"));
    house.issuer().be_away(false);
    house.let_pass(Duration::from_secs(11));
    house.with(&[]).get("/session").await.expect(200);
    assert!(metrics(house).await.contains("partsregister_identity_provider_up 1"));
}

async fn while_the_provider_is_away_the_keys_that_are_known_are_good(house: &House) {
    house.with(&[]).get("/session").await.expect(200);
    house.issuer().be_away(true);
    house.let_pass(Duration::from_secs(11 * 60));
    for _ in 0..3 {
        house.with(&[]).get("/session").await.expect(200);
    }
    let token = house.issuer().sign_under(&json!({ "kid": "unknown" }), &house.issuer().claims(&Person::new("x", &[])));
    house.bearing(&token).get("/session").await.problem(ProblemCode::Unauthenticated);

    // The key is replaced meanwhile. Whoever comes after the provider is back makes the house ask, and does not wait for it.
    house.issuer().be_away(false);
    let old = house.issuer().token(&Person::new("x", &[]));
    house.issuer().rotate(false).unwrap();
    house.let_pass(Duration::from_secs(11));
    let start = std::time::Instant::now();
    while house.bearing(&old).get("/session").await.status != 401 {
        assert!(start.elapsed() < Duration::from_secs(30), "a key that was withdrawn is good for ever");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    house.with(&[]).get("/session").await.expect(200);
}

async fn a_key_that_the_provider_withdrew_is_good_for_ten_minutes_at_most(house: &House) {
    let old = house.bearing(&house.issuer().token(&Person::new("birgit", &[])));
    old.get("/session").await.expect(200);
    house.issuer().rotate(false).unwrap();
    old.get("/session").await.expect(200);
    house.let_pass(Duration::from_secs(10 * 60));
    old.get("/session").await.problem(ProblemCode::Unauthenticated);
}

async fn metrics(house: &House) -> String {
    house.anonymous().request(reqwest::Method::GET, "/metrics").send().await.expect(200).text()
}

async fn privileges_can_be_named_as_the_provider_names_them(house: &House) {
    let mut claims = house.issuer().claims(&Person::new("birgit", &[]));
    claims["groups"] = json!("PR-1 PR-9 PR-2");
    let session: Session = house.bearing(&house.issuer().sign(&claims)).get("/session").await.expect(200).json();
    let privileges: Vec<&str> = session.privileges.iter().map(|privilege| privilege.claim()).collect();
    assert_eq!(privileges.len(), 2, "{privileges:?}");
    assert!(privileges.contains(&"Revisor") && privileges.contains(&"Opdater fra CPR"), "{privileges:?}");
}

const MAPPED: &str = "
    [auth]
    privilege_claim = 'groups'
    privilege_map = { PR-1 = 'Revisor', PR-2 = 'Opdater fra CPR' }
";

on_each_database! {
    a_token_says_who_the_caller_is_and_what_the_caller_may,
    the_page_learns_where_to_sign_in,
    a_token_with_a_wrong_claim_is_refused,
    a_minute_of_difference_between_two_clocks_is_forgiven,
    a_token_ends_with_its_time,
    a_token_that_the_provider_did_not_sign_is_refused,
    a_new_key_of_the_provider_needs_no_restart,
    unknown_keys_do_not_make_the_house_ask_the_provider_at_once_again,
    a_crowd_of_unknown_keys_makes_the_house_ask_the_provider_once,
    a_provider_that_is_away_at_first_locks_nobody_out_for_longer_than_it_is_away,
    while_the_provider_is_away_the_keys_that_are_known_are_good,
    a_key_that_the_provider_withdrew_is_good_for_ten_minutes_at_most,
    privileges_can_be_named_as_the_provider_names_them with MAPPED,
}
