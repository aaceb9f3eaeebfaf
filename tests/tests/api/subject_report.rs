//! A citizen's own report: what is held, from where, why, and who has seen or changed what.

use std::collections::BTreeSet;
use std::time::Duration;

use openapi::audit::AuditOutcome;
use openapi::cpr_tab::Availability;
use openapi::party::Party;
use openapi::problem::ProblemCode;
use openapi::subject_report::{SubjectEntry, SubjectReport};
use openapi::subscription::ReasonKind;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{House, on_each_database};

use crate::{CASEWORKER, create, fetch, log};

const JENS: &str = "0707614285";
/// Aksel Sander is protected; Gitte Sander is married to him.
const AKSEL: &str = "0701614011";
const GITTE: &str = "0709614118";
/// Gerda Holmstad's number before it was changed (60), and since.
const GERDA_BEFORE: &str = "0709614398";
const GERDA: &str = "0909610036";
/// Nobody has this number.
const NOBODY: &str = "0303530002";

async fn the_report_tells_what_is_held_from_where_why_and_who_looked(house: &House) {
    let opened = house.now();
    let jens = fetched(house, JENS).await;
    let case = json!({ "title": "Byggetilladelse", "status": "open", "responsible": "Signe Sagsbehandler",
        "parties": [{ "partyId": jens.id, "roles": ["Ansøger"] }] });
    house.with(&["Sagsintegration"]).put("/cases/S-1", &case).await.expect(201);
    house.let_pass(Duration::from_secs(3600));
    let mut closed = case.clone();
    (closed["status"], closed["closedAt"]) = (json!("closed"), json!("2026-01-05T10:00:00Z"));
    house.with(&["Sagsintegration"]).put("/cases/S-1", &closed).await.expect(200);
    let ask = json!({ "personalNumber": JENS, "reason": "Partshøring", "caseNumber": "S-1" });
    house.with(CASEWORKER).post("/cpr/lookup", &ask).await.expect(200);
    house.with(&[]).get(&format!("/parties/{}", jens.id)).await.expect(200);
    house.with(&[]).api(Method::PUT, &format!("/parties/{}", jens.id)).json(&json!({})).send().await.expect(403);

    let report = report(house, json!({ "personalNumber": "070761-4285" })).await;
    assert_eq!((report.personal_number.as_str(), report.made_at), (JENS, house.now()));
    let [held] = report.parties.as_slice() else { panic!("{report:?}") };
    assert_eq!(held.party.name, "Jens Mortensen");
    assert!(held.party.cpr.is_some());
    assert_eq!(held.details.names.availability, Availability::Delivered);
    let [case] = held.cases.as_slice() else { panic!("{held:?}") };
    assert_eq!((case.case.case_number.as_str(), case.roles.as_slice()), ("S-1", ["Ansøger".to_owned()].as_slice()));
    assert_eq!(case.case.responsible, None, "staff are withheld");
    let [reason] = held.subscription.reason_history.as_slice() else { panic!("{:?}", held.subscription) };
    assert_eq!((reason.kind, reason.case_number.as_deref()), (ReasonKind::OpenCase, Some("S-1")));
    assert!(reason.to.is_some(), "a reason that no longer holds is told with its end");
    assert!(held.changes.iter().any(|change| change.fields.iter().any(|field| field.field == "address")));

    let look_up = entry(&report, "look_up_person");
    assert_eq!((look_up.reason.as_deref(), look_up.case_number.as_deref()), (Some("Partshøring"), Some("S-1")));
    assert_eq!((look_up.at, look_up.outcome), (house.now(), AuditOutcome::Succeeded));
    assert_eq!(entry(&report, "get_party").outcome, AuditOutcome::Succeeded);
    assert_eq!(entry(&report, "update_party").outcome, AuditOutcome::Refused, "a refused attempt is told");
    assert_eq!(report.log_from, Some(opened));
    assert!(!report.more_entries);
}

async fn staff_are_told_apart_and_named_only_by_choice_with_a_reason(house: &House) {
    let jens = fetched(house, JENS).await;
    house.with(&[]).get(&format!("/parties/{}", jens.id)).await.expect(200);
    let withheld = ask(house, json!({ "personalNumber": JENS, "reason": "Anmodning 12" })).await;
    assert!(!withheld.text().contains("med "), "a name of staff in {}", withheld.text());
    let withheld: SubjectReport = withheld.json();
    assert!(!withheld.staff_included);
    let who: BTreeSet<u32> = withheld.entries.iter().map(|entry| entry.by.number).collect();
    assert_eq!(who, BTreeSet::from([1, 2]), "two have been at it");

    let auditor = house.with(&["Revisor"]);
    let unfounded = json!({ "personalNumber": JENS, "includeStaff": true });
    auditor.post("/audit/subject-report", &unfounded).await.problem(ProblemCode::ReasonRequired);
    let named = json!({ "personalNumber": JENS, "includeStaff": true, "reason": "Afgørelse 7" });
    let named = report(house, named).await;
    assert!(named.staff_included);
    assert_eq!(entry(&named, "get_party").by.name.as_deref(), Some("med "));
    assert_eq!(named.parties[0].changes[0].by.name.as_deref(), Some("med Opdater fra CPR og Partsredaktør"));
}

async fn what_was_done_under_a_former_number_is_told_too(house: &House) {
    let before = json!({ "personalNumber": GERDA_BEFORE });
    house.with(CASEWORKER).post("/cpr/lookup", &before).await.expect(200);
    fetched(house, GERDA_BEFORE).await;
    let by_former = report(house, before).await;
    let by_current = report(house, json!({ "personalNumber": GERDA })).await;
    assert_eq!(by_former.other_personal_numbers, [GERDA]);
    assert_eq!(by_current.other_personal_numbers, [GERDA_BEFORE]);
    for report in [&by_former, &by_current] {
        assert_eq!(report.parties[0].party.personal_number.as_deref(), Some(GERDA));
        for operation in ["look_up_person", "create_party", "fetch_party_cpr"] {
            entry(report, operation);
        }
    }
}

async fn protected_addresses_of_other_people_are_never_told(house: &House) {
    let gitte = fetched(house, GITTE).await;
    // Staff see it: this installation warns and does not mask.
    let tab = house.with(CASEWORKER).get(&format!("/parties/{}/cpr", gitte.id)).await.expect(200);
    let spouse = |tab: &Value| tab["civilStatus"]["items"][0]["spouse"].clone();
    assert!(spouse(&tab.value())["protected"] == json!(true) && !spouse(&tab.value())["address"].is_null());

    let report = ask(house, json!({ "personalNumber": GITTE, "reason": "Anmodning 12" })).await.value();
    let told = spouse(&report["parties"][0]["details"]);
    assert_eq!((&told["address"], &told["addressMasked"]), (&Value::Null, &json!(true)), "{told}");
    assert!(!report["parties"][0]["party"]["address"].is_null(), "her own address is told");
}

async fn where_addresses_are_masked_a_persons_own_one_takes_a_reason(house: &House) {
    fetched(house, AKSEL).await;
    let masked = ask(house, json!({ "personalNumber": AKSEL })).await;
    assert!(!masked.text().contains("Industriv"), "{}", masked.text());
    assert!(masked.json::<SubjectReport>().parties[0].party.address_masked);
    let shown = report(house, json!({ "personalNumber": AKSEL, "reason": "Anmodning 12" })).await;
    let party = &shown.parties[0].party;
    assert!(!party.address_masked && party.address.is_some());
    assert!(party.protection.message.is_some(), "that it is protected is told with it");
}

async fn a_report_never_tells_of_somebody_else_who_had_the_party(house: &House) {
    let party = fetched(house, JENS).await;
    let path = format!("/parties/{}", party.id);
    let corrected = json!({ "name": "Gitte Sander", "personalNumber": GITTE });
    let corrected = house.with(CASEWORKER).api(Method::PUT, &path).header("If-Match", "*").json(&corrected);
    corrected.send().await.expect(200);
    house.with(&[]).get(&path).await.expect(200);

    let of_gitte = ask(house, json!({ "personalNumber": GITTE, "reason": "Anmodning 12" })).await;
    assert!(!of_gitte.text().contains("Mortensen") && !of_gitte.text().contains(JENS), "{}", of_gitte.text());
    let of_gitte: SubjectReport = of_gitte.json();
    assert!(of_gitte.parties[0].earlier_changes_withheld);
    assert!(of_gitte.entries.iter().all(|entry| entry.operation != "fetch_party_cpr"), "{:?}", of_gitte.entries);
    entry(&of_gitte, "get_party");

    let of_jens = ask(house, json!({ "personalNumber": JENS })).await;
    assert!(!of_jens.text().contains("Gitte"), "{}", of_jens.text());
    let of_jens: SubjectReport = of_jens.json();
    assert_eq!((of_jens.parties.len(), of_jens.other_party_ids.as_slice()), (0, [party.id].as_slice()));
    entry(&of_jens, "fetch_party_cpr");
}

async fn of_whom_nothing_is_held_the_report_says_so_and_is_logged(house: &House) {
    let none = report(house, json!({ "personalNumber": NOBODY, "reason": "Anmodning 12" })).await;
    assert!(none.parties.is_empty() && none.entries.is_empty(), "{none:?}");
    let made = log(house, "&operation=make_subject_report").await;
    let [made] = made.as_slice() else { panic!("{made:?}") };
    assert_eq!((made.reason.as_deref(), made.outcome), (Some("Anmodning 12"), AuditOutcome::Succeeded));
    assert!(made.subject.personal_number_digest.is_some());
    assert_eq!(made.subject.criteria.as_deref(), Some("indsigtsrapport"));
    let again = report(house, json!({ "personalNumber": NOBODY })).await;
    assert_eq!(entry(&again, "make_subject_report").reason.as_deref(), Some("Anmodning 12"), "the next one tells it");

    let auditor = house.with(&["Revisor"]);
    auditor.post("/audit/subject-report", &json!({})).await.problem(ProblemCode::InvalidInput);
    let bad = json!({ "personalNumber": "1" });
    auditor.post("/audit/subject-report", &bad).await.problem(ProblemCode::PersonalNumberInvalid);
    for stranger in [&["Opdater fra CPR"][..], CASEWORKER, &["Sagsintegration"], &[]] {
        house.with(stranger).post("/audit/subject-report", &bad).await.problem(ProblemCode::Forbidden);
    }
}

async fn a_report_is_whole_whatever_reading_cases_demands(house: &House) {
    let jens = fetched(house, JENS).await;
    let case = json!({ "status": "open", "parties": [{ "partyId": jens.id }] });
    house.with(&["Partsredaktør"]).put("/cases/S-1", &case).await.expect(201);
    let report = report(house, json!({ "personalNumber": JENS })).await;
    let held = &report.parties[0];
    assert_eq!(held.cases.len(), 1);
    assert_eq!(held.subscription.reasons[0].case_number.as_deref(), Some("S-1"));
}

async fn fetched(house: &House, number: &str) -> Party {
    let party = create(house, json!({ "name": "Ny", "personalNumber": number })).await;
    fetch(house, &party, json!({})).await
}

async fn ask(house: &House, request: Value) -> tests::client::Answer {
    house.with(&["Revisor"]).post("/audit/subject-report", &request).await.expect(200)
}

async fn report(house: &House, request: Value) -> SubjectReport {
    ask(house, request).await.json()
}

#[track_caller]
fn entry<'a>(report: &'a SubjectReport, operation: &str) -> &'a SubjectEntry {
    let found = report.entries.iter().find(|entry| entry.operation == operation);
    found.unwrap_or_else(|| panic!("no {operation} among {:?}", report.entries))
}

on_each_database! {
    the_report_tells_what_is_held_from_where_why_and_who_looked,
    staff_are_told_apart_and_named_only_by_choice_with_a_reason,
    what_was_done_under_a_former_number_is_told_too,
    protected_addresses_of_other_people_are_never_told,
    where_addresses_are_masked_a_persons_own_one_takes_a_reason with "protection.display = 'mask'",
    a_report_never_tells_of_somebody_else_who_had_the_party,
    of_whom_nothing_is_held_the_report_says_so_and_is_logged,
    a_report_is_whole_whatever_reading_cases_demands with "auth.case_read_requires = 'Partsredaktør'",
}
