//! The edge of the house: what browsers may do with an answer, who is believed to be who, and how much anybody may ask for.

use std::collections::BTreeSet;
use std::time::Duration;

use openapi::problem::{Problem, ProblemCode};
use reqwest::Method;
use serde_json::json;
use tests::client::Answer;
use tests::issuer::Person;
use tests::{House, on_each_database};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{CASEWORKER, create, log};

const JENS: &str = "0707614285";
const NOTHING: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page itself is looked at in the browser, where it has been built (`tests/tests/browser/headers.rs`).
async fn every_answer_tells_browsers_what_they_may_not(house: &House) {
    let caller = house.with(CASEWORKER);
    let party = create(house, json!({ "name": "Vita Prøve" })).await;
    let party = format!("/api/v1/parties/{}", party.id);
    let get = |path: &str| caller.request(Method::GET, path);
    let unchanged = get(&party).send().await.etag().to_owned();
    for (what, request, status, policy) in [
        ("data", get(&party), 200, NOTHING),
        ("data that are not new", get(&party).header("If-None-Match", &unchanged), 304, NOTHING),
        ("a problem", get("/api/v1/parties/x"), 400, NOTHING),
        ("an unknown path of the API", get("/api/v1/nothing"), 404, NOTHING),
        ("an unknown method", caller.request(Method::PATCH, "/api/v1/parties"), 405, NOTHING),
        ("no token", house.anonymous().request(Method::GET, &party), 401, NOTHING),
        ("health", get("/health/ready"), 200, NOTHING),
        ("metrics", get("/metrics"), 200, NOTHING),
        ("the specification", get("/openapi.json"), 200, NOTHING),
        ("a file that is not there", get("/assets/nothing.js"), 404, NOTHING),
        ("a redirect", get("/docs"), 308, DOCS),
        ("Swagger UI", get("/docs/"), 200, DOCS),
        ("a part of Swagger UI", get("/docs/swagger-ui.css"), 200, DOCS),
        ("an explanation", get("/problems/stale"), 200, TEXT),
        ("no explanation", get("/problems/nothing"), 404, NOTHING),
    ] {
        let answer = request.header("Origin", "https://elsewhere.example").send().await.expect(status);
        assert_eq!(answer.header("Content-Security-Policy"), Some(policy), "{what}");
        protected(&answer, what);
        // Without TLS this would be ignored at best.
        assert_eq!(answer.header("Strict-Transport-Security"), None, "{what}");
    }
}

const DOCS: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TEXT: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What every answer has, whatever it is.
fn protected(answer: &Answer, what: &str) {
    for (name, value) in [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{what}: {name}");
    }
    assert!(answer.header("Permissions-Policy").is_some_and(|policy| policy.contains("camera=()")), "{what}");
    let told = answer.headers.keys().map(|name| name.as_str()).collect::<Vec<_>>();
    let tells =
        |name: &&&str| name.starts_with("access-control-") || ["server", "x-powered-by", "set-cookie"].contains(name);
    assert_eq!(told.iter().find(tells), None, "{what}");
}

async fn no_other_site_may_ask(house: &House) {
    let preflight = house.anonymous().request(Method::OPTIONS, "/api/v1/parties");
    let preflight =
        preflight.header("Origin", "https://elsewhere.example").header("Access-Control-Request-Method", "POST");
    let answer = preflight.send().await;
    answer.problem(ProblemCode::MethodNotAllowed);
    protected(&answer, "a preflight");
}

async fn behind_a_trusted_proxy_browsers_come_by_tls_from_now_on(house: &House) {
    for (said, told) in [("https", Some("max-age=31536000")), ("http", None)] {
        for path in ["/api/v1/sign-in", "/docs/", "/problems/stale", "/health/live", "/nothing.js"] {
            let request = house.anonymous().request(Method::GET, path).header("X-Forwarded-Proto", said);
            assert_eq!(request.send().await.header("Strict-Transport-Security"), told, "{path} by {said}");
        }
    }
}

async fn every_problem_leads_to_its_explanation(house: &House) {
    let anonymous = house.anonymous();
    let page = async |path: &str| anonymous.request(Method::GET, path).send().await;
    let all = page("/problems/").await.expect(200).text();
    for code in ProblemCode::ALL {
        let problem = format!("/problems/{}", code.code());
        assert!(all.contains(&format!("href=\"{problem}\"")), "{problem}");
        let explained = page(&problem).await.expect(200);
        assert_eq!(explained.header("Content-Type"), Some("text/html; charset=utf-8"));
        let text = explained.text();
        for part in [&format!("<h1>{}</h1>", code.title()), code.code(), "lang=\"da\"", "Hvad du kan gøre"] {
            assert!(text.contains(part), "{problem}: {part}");
        }
        anonymous.request(Method::HEAD, &problem).send().await.expect(200);
    }
    let met: Problem = page("/api/v1/parties").await.expect(401).json();
    page(&met.type_).await.expect(200);
    page("/problems/style.css").await.expect(200);
    page("/problems/nothing").await.problem(ProblemCode::NotFound);
}

async fn refused_tokens_are_throttled_by_address_and_good_ones_are_not(house: &House) {
    let good = house.issuer().token(&Person::new("birgit", &[]));
    let session = async |token: &str, from: &str| {
        house.bearing(token).api(Method::GET, "/session").header("X-Forwarded-For", from).send().await
    };
    session("a.b.c", "198.51.100.1").await.problem(ProblemCode::Unauthenticated);
    let refused = too_many(async || session("a.b.c", "198.51.100.1").await).await;
    assert!(refused.problem(ProblemCode::TooManyRequests).retryable);
    assert!(refused.header("Retry-After").is_some_and(|seconds| seconds.parse::<u64>().is_ok()), "{refused:?}");
    // Written by the caller, in front of what the proxy has seen.
    too_many(async || session("a.b.c", "192.0.2.1, 198.51.100.1").await).await;
    session("a.b.c", "198.51.100.2").await.problem(ProblemCode::Unauthenticated);
    session(&good, "198.51.100.1").await.expect(200);
    // Somebody whose token has expired is nobody who tries what works.
    house.let_pass(Duration::from_secs(3 * 3600));
    for _ in 0..5 {
        session(&good, "198.51.100.1").await.problem(ProblemCode::Unauthenticated);
    }
}

async fn whoever_is_no_trusted_proxy_is_not_believed_about_others(house: &House) {
    let mut number = 0;
    let answer = too_many(async || {
        number += 1;
        let request = house.bearing("a.b.c").api(Method::GET, "/session").header("X-Forwarded-Proto", "https");
        request.header("X-Forwarded-For", &format!("198.51.100.{number}")).send().await
    });
    let answer = answer.await;
    assert_eq!(answer.header("Strict-Transport-Security"), None);
}

async fn nobody_uses_up_cpr_for_the_others(house: &House) {
    let party = create(house, json!({ "name": "Jens", "personalNumber": JENS })).await;
    let (busy, other) = (house.with(CASEWORKER), house.with(&["Opdater fra CPR"]));
    let question = json!({ "personalNumber": JENS });
    busy.post("/cpr/lookup", &question).await.expect(200);
    let doors = [
        "/cpr/lookup".to_owned(),
        "/cpr/find".to_owned(),
        format!("/parties/{}/cpr/preview", party.id),
        format!("/parties/{}/cpr/fetch", party.id),
        format!("/parties/{}/cpr/find", party.id),
    ];
    for door in &doors {
        let refused = too_many(async || busy.post(door, &question).await).await;
        assert!(refused.header("Retry-After").is_some(), "{door}");
    }
    let failed = log(house, "&outcome=failed").await;
    let too_many = failed.iter().filter(|entry| entry.problem.as_deref() == Some("too-many-requests"));
    let operations = too_many.map(|entry| entry.operation.as_str()).collect::<BTreeSet<_>>();
    assert_eq!(operations.len(), doors.len(), "a question that is one too many stands in the log: {operations:?}");
    // What does not ask CPR goes on, and so do the others.
    busy.get(&format!("/parties/{}", party.id)).await.expect(200);
    other.post("/cpr/lookup", &question).await.expect(200);
}

/// Asks again and again, faster than the limit allows however busy the machine is, until it is too often.
async fn too_many(mut ask: impl AsyncFnMut() -> Answer) -> Answer {
    for _ in 0..200 {
        let answer = ask().await;
        if answer.status == 429 {
            answer.problem(ProblemCode::TooManyRequests);
            return answer;
        }
    }
    panic!("it is never too often");
}

async fn whoever_sends_slowly_is_not_waited_for(house: &House) {
    let token = house.issuer().token(&Person::new("birgit", CASEWORKER));
    let head = |length: usize| {
        format!(
            "POST /api/v1/parties HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let (half, whole) = (&head(100)[..40], head(100));
    for (sent, expected) in [(half.to_owned(), "408"), (format!("{whole}{{\"name\":"), "400")] {
        let answer = converse(house, sent.as_bytes()).await;
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert_eq!(status, expected, "{sent:?}: {answer}");
        assert!(expected == "408" || answer.contains("kom for langsomt"), "{answer}");
    }
}

async fn what_is_too_large_or_too_deep_is_refused(house: &House) {
    let caller = house.with(CASEWORKER);
    let json = |body: Vec<u8>| {
        caller.api(Method::POST, "/parties/search").header("Content-Type", "application/json").body(body)
    };
    let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    assert!([400, 422].contains(&json(deep.clone()).send().await.status));
    let deep = [br#"{"query":"#.to_vec(), deep, b"}".to_vec()].concat();
    assert!([400, 422].contains(&json(deep).send().await.status));
    json(vec![b' '; 1024 * 1024 + 1]).send().await.problem(ProblemCode::PayloadTooLarge);

    let long = "x".repeat(200 * 1024);
    let many: String = (0..200).map(|number| format!("X-{number}: x\r\n")).collect();
    for head in [format!("X-Long: {long}\r\n"), many] {
        let answer = converse(house, format!("GET /health/live HTTP/1.1\r\nHost: x\r\n{head}\r\n").as_bytes()).await;
        // The rest may still be on its way when the answer is given, and then there is none.
        let status = answer.split(' ').nth(1).unwrap_or("none");
        assert!(["400", "413", "431", "none"].contains(&status), "{answer}");
    }
    caller.get("/session").await.expect(200);
}

/// Sends bytes and reads until the house closes the connection.
async fn converse(house: &House, sent: &[u8]) -> String {
    let address = house.url().replace("http://", "");
    let mut line = TcpStream::connect(address).await.expect("a connection");
    // The house may close while we still send.
    let _ = line.write_all(sent).await;
    let mut answer = Vec::new();
    let mut piece = vec![0; 4096];
    let patience = Duration::from_secs(60);
    loop {
        match tokio::time::timeout(patience, line.read(&mut piece)).await.expect("the house holds the connection") {
            Ok(0) | Err(_) => break,
            Ok(read) => answer.extend_from_slice(&piece[..read]),
        }
        if String::from_utf8_lossy(&answer).contains("}") {
            break;
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

const FEW_TOKENS: &str = "http.refused_token_limit = { per_second = 1, burst = 3 }";
const FEW_TOKENS_BY_PROXY: &str =
    "http.refused_token_limit = { per_second = 1, burst = 3 }\nhttp.trusted_proxies = ['127.0.0.0/8']";

on_each_database! {
    every_answer_tells_browsers_what_they_may_not,
    no_other_site_may_ask,
    behind_a_trusted_proxy_browsers_come_by_tls_from_now_on with "http.trusted_proxies = ['127.0.0.1']",
    every_problem_leads_to_its_explanation,
    refused_tokens_are_throttled_by_address_and_good_ones_are_not with FEW_TOKENS_BY_PROXY,
    whoever_is_no_trusted_proxy_is_not_believed_about_others with FEW_TOKENS,
    nobody_uses_up_cpr_for_the_others with "http.cpr_rate_limit = { per_second = 1, burst = 3 }",
    whoever_sends_slowly_is_not_waited_for with "http.client_timeout_seconds = 1",
    what_is_too_large_or_too_deep_is_refused,
}
