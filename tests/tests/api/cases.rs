//! Cases and who is party to them.

use openapi::case::{Case, CaseParty, CaseStatus, PartyCase};
use openapi::page::Page;
use openapi::problem::ProblemCode;
use reqwest::Method;
use serde_json::json;
use tests::{House, on_each_database};

use crate::{CASEWORKER, EDITOR, create};

async fn a_case_is_written_with_its_parties_and_read_from_both_ends(house: &House) {
    let system = house.with(&["Sagsintegration"]);
    let jens = create(house, json!({ "name": "Jens Mortensen", "personalNumber": "0707614285" })).await;
    let lawyer = create(house, json!({ "name": "Advokat Holm" })).await;
    let input = json!({
        "title": "Byggetilladelse", "status": "open", "responsible": "Birgit",
        "parties": [
            { "personalNumber": "070761-4285", "roles": ["ansøger"] },
            { "partyId": lawyer.id, "roles": ["repræsentant"], "subscribe": false },
        ],
    });
    let case: Case = system.put("/cases/2026-17", &input).await.expect(201).json();
    assert_eq!((case.case_number.as_str(), case.status), ("2026-17", CaseStatus::Open));
    system.put("/cases/2026-17", &json!({ "status": "open", "title": "Byggetilladelse" })).await.expect(200);

    let parties: Page<CaseParty> = system.get("/cases/2026-17/parties").await.expect(200).json();
    let mut seen: Vec<_> =
        parties.items.iter().map(|row| (row.party.name.as_str(), row.roles[0].as_str(), row.subscribe)).collect();
    seen.sort_unstable();
    assert_eq!(seen, [("Advokat Holm", "repræsentant", false), ("Jens Mortensen", "ansøger", true)]);
    let cases: Page<PartyCase> = system.get(&format!("/parties/{}/cases", jens.id)).await.expect(200).json();
    assert_eq!(cases.items.iter().map(|row| row.case.case_number.as_str()).collect::<Vec<_>>(), ["2026-17"]);

    system.delete(&format!("/cases/2026-17/parties/{}", lawyer.id)).await.expect(204);
    let parties: Page<CaseParty> = system.get("/cases/2026-17/parties").await.expect(200).json();
    assert_eq!(parties.items.len(), 1);
    system.delete("/cases/2026-17").await.expect(204);
    system.get("/cases/2026-17").await.problem(ProblemCode::NotFound);
}

async fn a_party_to_a_case_cannot_be_deleted(house: &House) {
    let party = create(house, json!({ "name": "Part" })).await;
    let editor = house.with(EDITOR);
    editor.put(&format!("/cases/S-1/parties/{}", party.id), &json!({})).await.problem(ProblemCode::NotFound);
    editor.put("/cases/S-1", &json!({ "status": "open", "parties": [{ "partyId": party.id }] })).await.expect(201);
    let path = format!("/parties/{}", party.id);
    let delete = || editor.api(Method::DELETE, &path).header("If-Match", &format!("\"{}.x\"", party.version)).send();
    delete().await.problem(ProblemCode::Conflict);
    editor.delete("/cases/S-1").await.expect(204);
    delete().await.expect(204);
}

async fn a_case_is_closed_with_a_time_and_only_then(house: &House) {
    let caseworker = house.with(CASEWORKER);
    for wrong in [
        json!({}),
        json!({ "status": "closed" }),
        json!({ "status": "open", "closedAt": "2026-11-01T12:00:00Z" }),
        json!({ "status": "open", "caseNumber": "another" }),
    ] {
        caseworker.put("/cases/S-1", &wrong).await.problem(ProblemCode::InvalidInput);
    }
    let closed = json!({ "status": "closed", "closedAt": "2026-11-01T12:00:00Z" });
    caseworker.put("/cases/S-1", &closed).await.expect(201);
    let page: Page<Case> = caseworker.get("/cases?status=open").await.expect(200).json();
    assert!(page.items.is_empty());
    let page: Page<Case> = caseworker.get("/cases?status=closed").await.expect(200).json();
    assert_eq!(page.items.len(), 1);
}

async fn a_case_number_that_looks_like_a_personal_number_is_refused_and_not_repeated(house: &House) {
    for number in ["0707614285", "070761-4285"] {
        let answer = house.with(CASEWORKER).put(&format!("/cases/{number}"), &json!({ "status": "open" })).await;
        answer.problem(ProblemCode::InvalidInput);
        assert!(!answer.text().contains("4285"), "{answer:?}");
    }
}

async fn who_may_not_read_cases_is_refused(house: &House) {
    house.with(CASEWORKER).get("/cases").await.problem(ProblemCode::Forbidden);
    house.with(&["Sagsintegration"]).get("/cases").await.expect(200);
}

on_each_database! {
    a_case_is_written_with_its_parties_and_read_from_both_ends,
    a_party_to_a_case_cannot_be_deleted,
    a_case_is_closed_with_a_time_and_only_then,
    a_case_number_that_looks_like_a_personal_number_is_refused_and_not_repeated,
    who_may_not_read_cases_is_refused with "auth.case_read_requires = 'Sagsintegration'",
}
