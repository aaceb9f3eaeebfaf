//! A private organisation (`cpr.gctp.profile = "private"`): protected persons come blanked, and nobody is found.

use cpr_simulator::Profile;
use openapi::party::{AddressKind, Party};
use openapi::person::LookupAnswer;
use openapi::problem::ProblemCode;
use openapi::settings::Settings;
use serde_json::json;
use tests::{House, on_each_database};

use crate::{CASEWORKER, create, fetch, log, preview};

const PRIVATE: &str = "cpr.gctp.profile = 'private'";
const AKSEL: &str = "0701614011";

async fn what_cpr_withholds_sets_the_protection_and_clears_nothing(house: &House) {
    house.cpr().turn(|knobs| knobs.profile = Profile::Private);
    let address = json!({ "line1": "Søgade 16", "postalCode": "9000", "city": "Aalborg" });
    let party = create(house, json!({ "name": "A. Sander", "personalNumber": AKSEL, "address": address })).await;
    let seen = preview(house, &party, json!({})).await;
    assert!(seen.person.withheld && seen.person.address.is_none(), "{seen:?}");
    let fetched = fetch(house, &party, json!({})).await;
    assert_eq!((fetched.name.as_str(), fetched.address.as_ref()), ("A. Sander", party.address.as_ref()));
    assert_eq!((fetched.address_kind, fetched.protection.name_and_address), (AddressKind::Local, Some(true)));
    assert!(fetched.protection.message.is_some());
    assert!(fetched.cpr.is_some_and(|cpr| cpr.kept.is_empty()), "nobody chose anything over CPR's word");
}

async fn who_is_not_protected_comes_in_full(house: &House) {
    house.cpr().turn(|knobs| knobs.profile = Profile::Private);
    let party = create(house, json!({ "name": "x", "personalNumber": "0707614285" })).await;
    let fetched: Party = fetch(house, &party, json!({})).await;
    assert_eq!((fetched.name.as_str(), fetched.address_kind), ("Jens Mortensen", AddressKind::Danish));
    let caller = house.with(CASEWORKER);
    let asked: LookupAnswer =
        caller.post("/cpr/lookup", &json!({ "personalNumber": "0707614285" })).await.expect(200).json();
    assert!(!asked.person.withheld);
    assert_eq!(asked.person.protection.name_and_address, Some(false));
}

async fn finding_a_number_is_not_available_and_the_attempt_stands_in_the_log(house: &House) {
    let caller = house.with(CASEWORKER);
    let settings: Settings = caller.get("/settings").await.expect(200).json();
    assert!(settings.capabilities.lookup && !settings.capabilities.find);
    let who = json!({ "name": "Jens Mortensen", "address": { "line1": "Industrivænget 95", "postalCode": "9000" } });
    caller.post("/cpr/find", &who).await.problem(ProblemCode::NotAvailableHere);
    let party = create(house, who).await;
    let path = format!("/parties/{}/cpr/find", party.id);
    caller.post(&path, &json!({})).await.problem(ProblemCode::NotAvailableHere);
    let entries = log(house, "&operation=find_person").await;
    let problems: Vec<Option<&str>> = entries.iter().map(|entry| entry.problem.as_deref()).collect();
    assert_eq!(problems, [Some("not-available-here")]);
    assert!(!log(house, "&operation=find_party_personal_number").await.is_empty());
    assert_eq!(house.cpr().counters().values().sum::<u64>(), 0);
}

on_each_database! {
    what_cpr_withholds_sets_the_protection_and_clears_nothing with super::PRIVATE,
    who_is_not_protected_comes_in_full with super::PRIVATE,
    finding_a_number_is_not_available_and_the_attempt_stands_in_the_log with super::PRIVATE,
}
