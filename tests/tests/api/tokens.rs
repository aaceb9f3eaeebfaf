//! Tokens that somebody made up, and keys that are not what they seem.

use aws_lc_rs::hmac;
use backend::http::DEMO_ISSUER;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openapi::problem::ProblemCode;
use openapi::session::{CallerKind, Session, SignIn, SignInMode};
use serde_json::{Value, json};
use tests::client::Answer;
use tests::issuer::{AUDIENCE, CLIENT_ID, Person};
use tests::{House, on_each_database};

async fn every_attack_is_refused_and_counted_by_its_reason(house: &House) {
    let issuer = house.issuer();
    let now = house.now().timestamp();
    let own = issuer.published_keys()["keys"][0].clone();
    let elsewhere = format!("{}/keys", issuer.url());
    let good = issuer.token(&Person::new("birgit", &[]));
    let (signed, _) = good.rsplit_once('.').unwrap();
    let payload = signed.split_once('.').unwrap().1;
    let header = |header: Value| encoded(header.to_string());
    let with = |name: &str, value: Value| {
        let mut claims = claims(house);
        claims[name] = value;
        issuer.sign(&claims)
    };
    let under = |header: Value| issuer.sign_under(&header, &claims(house));
    for (reason, token) in [
        ("malformed", "x.y.z".to_owned()),
        ("malformed", "abc".to_owned()),
        ("malformed", signed.to_owned()),
        ("too-large", with("padding", json!("x".repeat(20_000)))),
        ("algorithm", format!("{}.{payload}.", header(json!({ "alg": "none" })))),
        ("algorithm", format!("{}.{payload}.", header(json!({ "alg": "None", "kid": own["kid"] })))),
        ("algorithm", with_hmac(&own, own.to_string().as_bytes(), payload)),
        ("algorithm", under(json!({ "alg": "ES384" }))),
        ("algorithm", under(json!({ "alg": null }))),
        ("brings-key", under(json!({ "jwk": own }))),
        ("brings-key", under(json!({ "jku": elsewhere }))),
        ("brings-key", under(json!({ "x5u": elsewhere }))),
        ("brings-key", under(json!({ "x5c": ["MAA="] }))),
        ("critical", under(json!({ "crit": ["b64"], "b64": false }))),
        ("critical", under(json!({ "crit": [] }))),
        ("type", under(json!({ "typ": "dpop+jwt" }))),
        ("type", under(json!({ "typ": "logout+jwt" }))),
        ("type", under(json!({ "typ": 7 }))),
        ("key", under(json!({ "kid": "unknown" }))),
        ("key", under(json!({ "kid": "" }))),
        ("key", under(json!({ "kid": "../../dev/null" }))),
        ("key", under(json!({ "alg": "RS256" }))),
        ("signature", format!("{signed}.{}", encoded([0; 64]))),
        ("issuer", with("iss", json!("https://login.example"))),
        ("issuer", with("iss", json!(format!("{}/", issuer.url())))),
        ("audience", with("aud", json!("another-system"))),
        ("audience", with("aud", json!([CLIENT_ID]))),
        ("expired", with("exp", json!(now - 61))),
        ("early", with("nbf", json!(now + 61))),
        ("early", with("iat", json!(now + 61))),
        ("claims", with("exp", Value::Null)),
        ("claims", with("exp", json!("tomorrow"))),
        ("no-access-token", with("nonce", json!("of the sign-in"))),
        ("no-access-token", with("at_hash", json!("77QmUPtjPfzWtF2AnpK9RQ"))),
        ("no-access-token", with("typ", json!("Refresh"))),
        ("subject", with("sub", Value::Null)),
        ("subject", with("sub", json!(""))),
        ("claims", with("sub", json!(["birgit"]))),
        ("subject", with("sub", json!("x".repeat(256)))),
    ] {
        let before = counted(house, reason).await;
        refused(house, &token).await;
        assert_eq!(counted(house, reason).await, before + 1, "{reason}: {token}");
    }
    let before = counted(house, "missing").await;
    house.anonymous().get("/session").await.problem(ProblemCode::Unauthenticated);
    assert_eq!(counted(house, "missing").await, before + 1);
    accepted(house, &good).await;
}

async fn access_tokens_are_taken_by_the_rules_of_rfc_9068_and_by_the_older_custom(house: &House) {
    let mut claims = claims(house);
    claims["client_id"] = json!(CLIENT_ID);
    claims["scope"] = json!("openid profile");
    claims["jti"] = json!("3f2504e0");
    for kind in [json!("at+jwt"), json!("AT+JWT"), json!("application/at+jwt"), json!("JWT"), Value::Null] {
        let mut header = json!({});
        if !kind.is_null() {
            header["typ"] = kind;
        }
        let session: Session = accepted(house, &house.issuer().sign_under(&header, &claims)).await.json();
        assert_eq!((session.subject.as_str(), session.kind), ("birgit", CallerKind::Person));
    }
    // Keycloak says so in a claim, and once wrote the nonce of the sign-in into access tokens.
    claims["typ"] = json!("Bearer");
    claims["nonce"] = json!("of the sign-in");
    accepted(house, &house.issuer().sign(&claims)).await;
}

async fn of_two_tokens_neither_is_taken(house: &House) {
    let good = format!("Bearer {}", house.issuer().token(&Person::new("birgit", &[])));
    let twice = house.anonymous().api(reqwest::Method::GET, "/session");
    let twice = twice.header("Authorization", &good).header("Authorization", &good);
    twice.send().await.problem(ProblemCode::Unauthenticated);
}

async fn the_demos_tokens_and_its_persons_are_nothing_outside_the_demo(house: &House) {
    // As the demo makes them: its issuer, its audience, its `kid`. Only its key is missing, which no demo has told anybody.
    let mut claims = claims(house);
    (claims["iss"], claims["aud"]) = (json!(DEMO_ISSUER), json!(DEMO_ISSUER));
    for header in [json!({ "kid": "demo" }), json!({ "kid": "demo", "alg": "EdDSA" })] {
        refused(house, &house.issuer().sign_under(&header, &claims)).await;
    }
    for person in ["sagsbehandler", "revisor"] {
        let answer = house.anonymous().post("/sign-in/demo", &json!({ "id": person })).await;
        answer.problem(ProblemCode::NotAvailableHere);
        assert!(!answer.text().contains("accessToken"), "{answer:?}");
    }
    let ways: SignIn = house.anonymous().get("/sign-in").await.expect(200).json();
    assert!(ways.mode == SignInMode::Oidc && ways.persons.is_empty(), "{ways:?}");
}

async fn a_public_key_is_no_secret_to_sign_with(house: &House) {
    let key = house.issuer().published_keys()["keys"][0].clone();
    let claims = claims(house).to_string();
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap_or_default()).unwrap_or_default();
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    for secret in [key.to_string().into_bytes(), point.clone(), point[1..].to_vec(), coordinate("x")] {
        for algorithm in ["HS256", "hs256"] {
            let header = json!({ "alg": algorithm, "typ": "JWT", "kid": key["kid"] }).to_string();
            let signed = format!("{}.{}", encoded(&header), encoded(&claims));
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), signed.as_bytes());
            refused(house, &format!("{signed}.{}", encoded(tag))).await;
        }
    }
}

async fn a_key_that_the_token_brings_or_points_at_is_no_key(house: &House) {
    // Signed by the provider even, so that nothing but the header speaks against it.
    let own = house.issuer().published_keys()["keys"][0].clone();
    let jku = format!("{}/keys", house.issuer().url());
    for header in [json!({ "jwk": own }), json!({ "jku": jku }), json!({ "x5u": jku }), json!({ "x5c": ["MAA="] })] {
        refused(house, &house.issuer().sign_under(&header, &claims(house))).await;
    }
    accepted(house, &house.issuer().sign_under(&json!({ "typ": "at+jwt" }), &claims(house))).await;
}

async fn of_two_keys_with_one_name_neither_is_trusted(house: &House) {
    house.issuer().publish_a_namesake().expect("a key");
    refused(house, &house.issuer().sign(&claims(house))).await;
}

async fn a_token_without_the_name_of_its_key_is_accepted_while_there_is_one_key(house: &House) {
    accepted(house, &house.issuer().sign_under(&json!({ "kid": null }), &claims(house))).await;
}

async fn a_huge_token_and_a_header_that_is_none_are_refused(house: &House) {
    let mut claims = claims(house);
    claims["padding"] = json!("x".repeat(20_000));
    refused(house, &house.issuer().sign(&claims)).await;
    let good = house.issuer().token(&Person::new("birgit", &[]));
    for header in [format!("Basic {good}"), good.clone(), "Bearer".to_owned(), format!("Bearer {good} {good}")] {
        let request = house.anonymous().api(reqwest::Method::GET, "/session").header("Authorization", &header);
        request.send().await.problem(ProblemCode::Unauthenticated);
    }
    let request =
        house.anonymous().api(reqwest::Method::GET, "/session").header("Authorization", &format!("bearer {good}"));
    request.send().await.expect(200);
}

async fn one_audience_among_several_and_a_client_without_a_person_are_accepted(house: &House) {
    let mut claims = claims(house);
    claims["aud"] = json!(["another-system", AUDIENCE]);
    claims["sub"] = Value::Null;
    claims["client_id"] = json!("esdh");
    claims["name"] = Value::Null;
    claims["preferred_username"] = json!("ESDH");
    let session: Session = accepted(house, &house.issuer().sign(&claims)).await.json();
    assert_eq!((session.subject.as_str(), session.name.as_deref()), ("esdh", Some("ESDH")));
}

async fn privileges_come_as_a_list_or_as_words_and_nothing_else_gives_any(house: &House) {
    for (claim, expected) in [
        (json!(["Revisor", "Partsredaktør"]), vec!["Partsredaktør", "Revisor"]),
        (json!("Revisor Partsredaktør"), vec!["Partsredaktør", "Revisor"]),
        (json!(["Opdater fra CPR"]), vec!["Opdater fra CPR"]),
        // A name with blanks cannot come in a plain string.
        (json!("Opdater fra CPR"), vec![]),
        (json!({ "Revisor": true }), vec![]),
        (json!([["Revisor"]]), vec![]),
        (json!([1, null, "Revisor"]), vec!["Revisor"]),
        (json!("revisor"), vec![]),
        (json!(true), vec![]),
        (Value::Null, vec![]),
    ] {
        let mut claims = claims(house);
        claims["privileges"] = claim.clone();
        let session: Session = accepted(house, &house.issuer().sign(&claims)).await.json();
        let mut privileges: Vec<&str> = session.privileges.iter().map(|privilege| privilege.claim()).collect();
        privileges.sort_unstable();
        assert_eq!(privileges, expected, "{claim}");
    }
}

async fn times_that_are_no_numbers_are_refused(house: &House) {
    for (claim, value) in [("exp", json!("never")), ("exp", json!({})), ("nbf", json!("now")), ("exp", json!(-1))] {
        let mut claims = claims(house);
        claims[claim] = value.clone();
        let answer = house.bearing(&house.issuer().sign(&claims)).get("/session").await;
        assert_eq!(answer.status, 401, "{claim} = {value}: {answer:?}");
    }
}

/// The attack that uses a public key as if it were a shared secret.
fn with_hmac(key: &Value, secret: &[u8], payload: &str) -> String {
    let signed = format!("{}.{payload}", encoded(json!({ "alg": "HS256", "kid": key["kid"] }).to_string()));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
    format!("{signed}.{}", encoded(tag))
}

/// How often a token was refused for this reason.
async fn counted(house: &House, reason: &str) -> u64 {
    let metrics = house.anonymous().request(reqwest::Method::GET, "/metrics").send().await.expect(200).text();
    let name = format!("partsregister_tokens_refused_total{{reason=\"{reason}\"}} ");
    let count = metrics.lines().find_map(|line| line.strip_prefix(&name)?.parse().ok());
    count.unwrap_or_else(|| panic!("{reason} is not counted"))
}

fn claims(house: &House) -> Value {
    house.issuer().claims(&Person::new("birgit", &[]))
}

async fn accepted(house: &House, token: &str) -> Answer {
    house.bearing(token).get("/session").await.expect(200)
}

async fn refused(house: &House, token: &str) {
    let answer = house.bearing(token).get("/session").await;
    answer.problem(ProblemCode::Unauthenticated);
    assert!(answer.header("WWW-Authenticate").is_some_and(|scheme| scheme.starts_with("Bearer")), "{answer:?}");
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

on_each_database! {
    every_attack_is_refused_and_counted_by_its_reason,
    access_tokens_are_taken_by_the_rules_of_rfc_9068_and_by_the_older_custom,
    of_two_tokens_neither_is_taken,
    the_demos_tokens_and_its_persons_are_nothing_outside_the_demo,
    a_public_key_is_no_secret_to_sign_with,
    a_key_that_the_token_brings_or_points_at_is_no_key,
    of_two_keys_with_one_name_neither_is_trusted,
    a_token_without_the_name_of_its_key_is_accepted_while_there_is_one_key,
    a_huge_token_and_a_header_that_is_none_are_refused,
    one_audience_among_several_and_a_client_without_a_person_are_accepted,
    privileges_come_as_a_list_or_as_words_and_nothing_else_gives_any,
    times_that_are_no_numbers_are_refused,
}
