//! Calls every operation as everybody: nobody gets in by a door that somebody forgot.

use openapi::privilege::Privilege;
use openapi::problem::ProblemCode;
use tests::{House, on_each_database};

use super::{Operation, operations};

async fn whoever_lacks_a_privilege_is_refused_before_the_body_is_read(house: &House) {
    let operations = operations(house).await;
    for privileges in every_combination() {
        let caller = house.with(&privileges);
        for operation in &operations {
            let answer = send_nonsense(&caller, operation).await;
            let demands = operation.demands();
            let may = demands.is_empty()
                || demands.iter().any(|demand| demand.iter().all(|privilege| privileges.contains(&privilege.as_str())));
            if may {
                assert!(![401, 403].contains(&answer.status), "{} as {privileges:?}: {answer:?}", operation.name());
            } else {
                answer.problem(ProblemCode::Forbidden);
            }
        }
    }
}

async fn without_a_token_only_the_public_operations_answer(house: &House) {
    let mut public = Vec::new();
    for operation in operations(house).await {
        let answer = send_nonsense(&house.anonymous(), &operation).await;
        if operation.demands().is_empty() {
            assert!(![401, 403].contains(&answer.status), "{}: {answer:?}", operation.name());
            public.push(operation.name().to_owned());
        } else {
            answer.problem(ProblemCode::Unauthenticated);
            assert!(answer.header("WWW-Authenticate").is_some_and(|scheme| scheme.starts_with("Bearer")), "{answer:?}");
        }
    }
    // A door without a lock is opened on purpose or not at all.
    public.sort();
    assert_eq!(public, ["demo_sign_in", "get_liveness", "get_readiness", "get_sign_in"]);
}

async fn every_answer_of_the_api_forbids_caches_and_names_its_request(house: &House) {
    for operation in operations(house).await.iter().filter(|operation| operation.path.starts_with("/api/v1")) {
        for caller in [house.anonymous(), house.with(&every_privilege())] {
            let answer = send_nonsense(&caller, operation).await;
            assert_eq!(answer.header("Cache-Control"), Some("no-store"), "{}: {answer:?}", operation.name());
            assert!(answer.header("X-Request-Id").is_some_and(|id| !id.is_empty()), "{}: {answer:?}", operation.name());
        }
    }
}

on_each_database! {
    whoever_lacks_a_privilege_is_refused_before_the_body_is_read,
    without_a_token_only_the_public_operations_answer,
    every_answer_of_the_api_forbids_caches_and_names_its_request,
}

/// Sends a body that no operation can read, so that nothing is done even where the caller may.
async fn send_nonsense(caller: &tests::client::Caller, operation: &Operation) -> tests::client::Answer {
    let path = operation.path.replace("{caseNumber}", "S-0").replace("{partyId}", NOBODY).replace("{id}", NOBODY);
    let path = path.replace("{name}", "close-audit-entries").replace("{entryId}", NOBODY);
    assert!(!path.contains('{'), "{path}: a parameter without an example");
    let request = caller.request(operation.method.clone(), &path).header("Content-Type", "application/json");
    request.header("If-Match", "\"1.x\"").body("{ nonsense").send().await
}

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

fn every_privilege() -> Vec<&'static str> {
    Privilege::ALL.iter().map(|privilege| privilege.claim()).collect()
}

fn every_combination() -> Vec<Vec<&'static str>> {
    let all = every_privilege();
    let chosen = |bits: usize| all.iter().enumerate().filter(move |(at, _)| bits >> at & 1 == 1).map(|(_, name)| *name);
    (0..1_usize << all.len()).map(|bits| chosen(bits).collect()).collect()
}
