//! Tokens that somebody made up, and keys that are not what they seem.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openapi::problem::ProblemCode;
use openapi::session::Session;
use serde_json::{Value, json};
use tests::client::Answer;
use tests::issuer::{AUDIENCE, Person};
use tests::{House, on_each_database};

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
    a_public_key_is_no_secret_to_sign_with,
    a_key_that_the_token_brings_or_points_at_is_no_key,
    of_two_keys_with_one_name_neither_is_trusted,
    a_token_without_the_name_of_its_key_is_accepted_while_there_is_one_key,
    a_huge_token_and_a_header_that_is_none_are_refused,
    one_audience_among_several_and_a_client_without_a_person_are_accepted,
    privileges_come_as_a_list_or_as_words_and_nothing_else_gives_any,
    times_that_are_no_numbers_are_refused,
}
