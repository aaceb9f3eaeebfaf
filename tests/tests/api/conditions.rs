//! What all requests and answers have in common: conditions, problems, request ids, limits.

use openapi::page::Page;
use openapi::party::Party;
use openapi::problem::{Problem, ProblemCode};
use reqwest::Method;
use serde_json::json;
use tests::{House, on_each_database};

use crate::{CASEWORKER, EDITOR, create, log, pointers, read};

const NOBODY: &str = "/parties/00000000-0000-4000-8000-000000000000";

async fn whoever_is_too_late_learns_the_current_version(house: &House) {
    let editor = house.with(EDITOR);
    let party = create(house, json!({ "name": "Åse" })).await;
    let path = format!("/parties/{}", party.id);
    let current = editor.get(&path).await.expect(200);
    for tag in ["\"0.x\"", "\"2.x\"", "\"nonsense\"", "nonsense", "W/\"1.x\"", "\"\""] {
        let put = editor.api(Method::PUT, &path).header("If-Match", tag).json(&json!({ "name": "x" })).send().await;
        put.problem(ProblemCode::Stale);
        assert_eq!(put.etag(), current.etag(), "{tag}");
        let delete = editor.api(Method::DELETE, &path).header("If-Match", tag).send().await;
        delete.problem(ProblemCode::Stale);
        assert_eq!(delete.etag(), current.etag(), "{tag}");
    }
    assert_eq!(read(house, &party).await, party);
    // Only the version counts: what is merely shown may have changed.
    for tag in ["\"1.other\"", "*"] {
        let put = editor.api(Method::PUT, &path).header("If-Match", tag).json(&json!({ "name": "Åse" })).send().await;
        assert_eq!(put.expect(200).etag(), current.etag(), "{tag}");
    }
    for request in [editor.api(Method::PUT, NOBODY).json(&json!({ "name": "x" })), editor.api(Method::DELETE, NOBODY)] {
        request.header("If-Match", "\"1.x\"").send().await.problem(ProblemCode::NotFound);
    }
}

async fn a_fetch_honours_if_match_and_does_not_need_it(house: &House) {
    let caller = house.with(CASEWORKER);
    let party = create(house, json!({ "name": "x", "personalNumber": "0707614285" })).await;
    let path = format!("/parties/{}/cpr/fetch", party.id);
    let late = caller.api(Method::POST, &path).header("If-Match", "\"7.x\"").json(&json!({})).send().await;
    late.problem(ProblemCode::Stale);
    assert!(late.etag().starts_with("\"1."), "{}", late.etag());
    assert_eq!(house.cpr().counters().values().sum::<u64>(), 0, "CPR is not troubled");
    let fetched =
        caller.api(Method::POST, &path).header("If-Match", "\"1.x\"").json(&json!({})).send().await.expect(200);
    let tag = fetched.etag().to_owned();
    house.let_pass(std::time::Duration::from_secs(60));
    let again = caller.post(&path, &json!({})).await.expect(200);
    assert_ne!(again.etag(), tag, "the stamp is part of the answer");
    let version = |tag: &str| tag.split('.').next().map(str::to_owned);
    assert_eq!(version(again.etag()), version(&tag), "an unchanged fetch is no new version");
    let read = caller.api(Method::GET, &format!("/parties/{}", party.id));
    read.header("If-None-Match", &format!("\"1.x\", {}", again.etag())).send().await.expect(304);
}

async fn a_case_is_written_only_as_its_writer_expects(house: &House) {
    let system = house.with(&["Sagsintegration"]);
    let put = |header: &'static str, value: String, title: &'static str| {
        let put = system.api(Method::PUT, "/cases/S-1").header(header, &value);
        put.json(&json!({ "status": "open", "title": title })).send()
    };
    put("If-Match", "\"1.x\"".to_owned(), "a").await.problem(ProblemCode::Stale);
    put("If-Match", "*".to_owned(), "a").await.problem(ProblemCode::Stale);
    let new = put("If-None-Match", "*".to_owned(), "a").await.expect(201);
    assert_eq!(new.header("Location"), Some("/api/v1/cases/S-1"));
    put("If-None-Match", "*".to_owned(), "b").await.problem(ProblemCode::Stale);
    let changed = put("If-Match", new.etag().to_owned(), "b").await.expect(200);
    assert_ne!(changed.etag(), new.etag());
    put("If-Match", new.etag().to_owned(), "c").await.problem(ProblemCode::Stale);
    let same = put("If-Match", changed.etag().to_owned(), "b").await.expect(200);
    assert_eq!(same.etag(), changed.etag(), "the same again is no new version");
    let read = system.api(Method::GET, "/cases/S-1").header("If-None-Match", changed.etag()).send().await;
    read.expect(304);
}

async fn a_problem_has_the_same_shape_wherever_it_comes_from(house: &House) {
    let editor = house.with(EDITOR);
    let json = ("Content-Type", "application/json");
    let post = || editor.api(Method::POST, "/parties");
    for (request, code) in [
        (editor.api(Method::GET, "/parties/no-uuid"), ProblemCode::InvalidRequest),
        (editor.api(Method::GET, "/parties?cursor=%zz"), ProblemCode::InvalidRequest),
        (post().header(json.0, json.1).body("{"), ProblemCode::InvalidRequest),
        (post().header(json.0, json.1).body(""), ProblemCode::InvalidRequest),
        (post().header(json.0, json.1).body([0xff, 0xfe]), ProblemCode::InvalidRequest),
        (editor.api(Method::GET, "/nothing/here"), ProblemCode::NotFound),
        (editor.api(Method::GET, NOBODY), ProblemCode::NotFound),
        (editor.api(Method::POST, "/sign-in/demo").json(&json!({ "id": "x" })), ProblemCode::NotAvailableHere),
        (editor.api(Method::DELETE, "/parties"), ProblemCode::MethodNotAllowed),
        (post().body("name=x"), ProblemCode::UnsupportedMediaType),
        (post().header(json.0, json.1).body("x".repeat(1024 * 1024 + 1)), ProblemCode::PayloadTooLarge),
        (post().json(&json!([])), ProblemCode::InvalidInput),
        (editor.api(Method::GET, "/parties?limit=many"), ProblemCode::InvalidInput),
        (editor.api(Method::GET, "/parties?cursor=x"), ProblemCode::InvalidInput),
        (editor.api(Method::GET, "/events?wait=31"), ProblemCode::InvalidInput),
        (editor.api(Method::GET, "/events?after=-1"), ProblemCode::InvalidInput),
        (editor.api(Method::GET, "/cases?updatedSince=yesterday"), ProblemCode::InvalidInput),
    ] {
        // Compressed or not, the problem can be read.
        let answer = request.header("Accept-Encoding", "gzip, br").header("X-Request-Id", "spor-1").send().await;
        let problem: Problem = answer.problem(code);
        assert_eq!(problem.trace_id, "spor-1");
        assert_eq!(answer.header("X-Request-Id"), Some("spor-1"));
        assert_eq!(answer.header("Cache-Control"), Some("no-store"), "{answer:?}");
        assert!(!problem.title.is_empty() && problem.detail.ends_with('.'), "{problem:?}");
        assert_eq!(problem.errors.is_empty(), code != ProblemCode::InvalidInput, "{problem:?}");
    }
}

async fn a_request_id_that_could_be_a_personal_number_is_replaced(house: &House) {
    for id in ["0707614285", "070761-4285", "med blank", &"x".repeat(65)] {
        let request = house.with(&[]).api(Method::GET, "/parties").header("X-Request-Id", id);
        let answer = request.send().await.expect(200);
        assert_ne!(answer.header("X-Request-Id"), Some(id));
        assert!(answer.header("X-Request-Id").is_some());
    }
    let entries = log(house, "&operation=list_parties").await;
    assert!(entries.iter().all(|entry| !entry.trace_id.contains("4285")), "{entries:?}");
}

async fn an_error_never_repeats_what_was_sent(house: &House) {
    let caller = house.with(CASEWORKER);
    let number = "070761-4285";
    for (method, path, body) in [
        (Method::POST, "/parties", json!({ "name": "x", "kind": number })),
        (Method::POST, "/parties", json!({ "name": "x", "ownsEmailDomain": number })),
        (Method::POST, "/parties", json!({ "name": "x", "email": number })),
        (Method::POST, "/parties", json!({ "name": "x", "cvrNumber": number })),
        (Method::POST, "/parties/search", json!({ "ids": [number] })),
        (Method::POST, "/parties/search", json!({ "cursor": number })),
        (Method::POST, "/cpr/lookup", json!({ "personalNumber": "070761-42851" })),
        (Method::POST, "/cpr/lookup", json!({ "personalNumber": number, "caseNumber": number })),
        (Method::PUT, "/cases/070761-4285", json!({ "status": "open" })),
        (Method::PUT, "/cases/S-1", json!({ "status": number })),
        (Method::PUT, "/cases/S-1", json!({ "status": "open", "parties": [{ "personalNumber": number }] })),
        (Method::POST, "/parties/resolve", json!({ "personalNumber": number })),
    ] {
        let answer = caller.api(method, path).json(&body).send().await;
        assert!((400..500).contains(&answer.status), "{answer:?}");
        assert!(!answer.text().contains("1-4285") && !answer.text().contains("614285"), "{}", answer.text());
    }
}

async fn the_server_sets_what_is_the_servers(house: &House) {
    let editor = house.with(EDITOR);
    let party = create(house, json!({ "name": "Åse" })).await;
    let path = format!("/parties/{}", party.id);
    for field in ["id", "version", "createdAt", "updatedAt", "addressKind", "addressMasked", "protection", "cpr"] {
        let mut whole = json!({ "name": "x" });
        whole[field] = serde_json::to_value(&party).unwrap()[field].clone();
        let put = editor.api(Method::PUT, &path).header("If-Match", "*").json(&whole).send().await;
        assert_eq!(pointers(&put.problem(ProblemCode::InvalidInput)), [format!("/{field}")]);
    }
    assert_eq!(read(house, &party).await, party);
}

async fn too_many_requests_are_told_when_to_come_back(house: &House) {
    let caller = house.with(&[]);
    let mut refused = None;
    for _ in 0..20 {
        let answer = caller.get("/session").await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
        answer.expect(200);
    }
    let refused = refused.expect("the limit");
    assert!(refused.problem(ProblemCode::TooManyRequests).retryable);
    let wait = refused.header("Retry-After").and_then(|seconds| seconds.parse::<u64>().ok());
    assert!(wait.is_some_and(|seconds| (1..=2).contains(&seconds)), "{refused:?}");
    // One caller's haste is not another's.
    house.with(EDITOR).get("/session").await.expect(200);
}

async fn who_may_not_read_parties_reads_nothing_about_them(house: &House) {
    let party = create(house, json!({ "name": "Åse" })).await;
    let path = format!("/parties/{}", party.id);
    let stranger = house.with(&["Sagsintegration"]);
    for path in ["/parties", &path, &format!("{path}/history"), "/events", "/cases/S-1/parties"] {
        stranger.get(path).await.problem(ProblemCode::Forbidden);
    }
    stranger.post("/parties/search", &json!({})).await.problem(ProblemCode::Forbidden);
    let page: Page<Party> = house.with(CASEWORKER).get("/parties").await.expect(200).json();
    assert_eq!(page.items.len(), 1);
}

on_each_database! {
    whoever_is_too_late_learns_the_current_version,
    a_fetch_honours_if_match_and_does_not_need_it,
    a_case_is_written_only_as_its_writer_expects,
    a_problem_has_the_same_shape_wherever_it_comes_from,
    a_request_id_that_could_be_a_personal_number_is_replaced,
    an_error_never_repeats_what_was_sent,
    the_server_sets_what_is_the_servers,
    too_many_requests_are_told_when_to_come_back with "http.rate_limit = { per_second = 1, burst = 5 }",
    who_may_not_read_parties_reads_nothing_about_them with "auth.read_requires = 'Partsredaktør'",
}
