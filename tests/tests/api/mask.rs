//! `protection.display = "mask"`: a protected party's address is in no answer until somebody reveals it with a reason.

use cpr::{CprDate, PersonalNumber};
use openapi::audit::AuditOutcome;
use openapi::find::{Agrees, FindAnswer};
use openapi::page::Page;
use openapi::party::{Address, Party, PartyVersion, RevealedAddress};
use openapi::person::{LookupAnswer, PreviewField};
use openapi::problem::ProblemCode;
use reqwest::Method;
use serde_json::{Value, json};
use tests::client::Answer;
use tests::{House, on_each_database};

use crate::{CASEWORKER, create, fetch, log, pointers, preview, read};

const MASK: &str = "protection.display = 'mask'";
/// Aksel Sander is protected and lives in Industrivænget 26.
const AKSEL: &str = "0701614011";
const HIDDEN: [&str; 2] = ["Industriv", "26, 1"];

async fn no_answer_tells_the_address_of_a_protected_party(house: &House) {
    let caller = house.with(CASEWORKER);
    let party = create(house, json!({ "name": "Aksel", "personalNumber": AKSEL })).await;
    let path = format!("/parties/{}", party.id);
    let previewed = caller.post(&format!("{path}/cpr/preview"), &json!({})).await.expect(200);
    let fetched = caller.post(&format!("{path}/cpr/fetch"), &json!({})).await.expect(200);
    let masked: Party = fetched.json();
    assert!(masked.address_masked && masked.address.is_none());
    assert!(masked.protection.message.is_some());

    caller.put("/cases/S-1", &json!({ "status": "open" })).await.expect(201);
    let on_case = caller.put(&format!("/cases/S-1/parties/{}", party.id), &json!({})).await.expect(201);
    let stale = caller.api(Method::PUT, &path).header("If-Match", "\"1.x\"");
    let stale = stale.json(&json!({ "name": "x", "personalNumber": AKSEL })).send().await.expect(412);
    let saved = json!({ "name": masked.name, "personalNumber": AKSEL, "phone": "12345678" });
    let saved = caller.api(Method::PUT, &path).header("If-Match", fetched.etag()).json(&saved).send().await;
    let who =
        json!({ "name": "Aksel Sander", "address": { "line1": "Industrivænget 26, 1. tv", "postalCode": "9000" } });
    let again = caller.api(Method::POST, "/parties/resolve").json(&json!({ "personalNumber": AKSEL })).send().await;
    let auditor = house.with(&["Revisor"]);
    let answers: Vec<Answer> = vec![
        previewed,
        fetched,
        on_case,
        stale,
        saved.expect(200),
        again.expect(200),
        caller.post(&format!("{path}/cpr/preview"), &json!({})).await.expect(200),
        caller.post("/cpr/lookup", &json!({ "personalNumber": AKSEL })).await.expect(200),
        caller.post("/cpr/find", &who).await.expect(200),
        caller.get(&path).await.expect(200),
        caller.get("/parties").await.expect(200),
        caller.post("/parties/search", &json!({ "filter": "protected" })).await.expect(200),
        caller.get(&format!("{path}/history")).await.expect(200),
        caller.get(&format!("{path}/cpr")).await.expect(200),
        caller.get("/cases/S-1/parties").await.expect(200),
        caller.get(&format!("{path}/cases")).await.expect(200),
        caller.get("/events").await.expect(200),
        auditor.get("/audit").await.expect(200),
        auditor.post("/audit/search", &json!({ "personalNumber": AKSEL })).await.expect(200),
        auditor.post("/audit/subject-report", &json!({ "personalNumber": AKSEL })).await.expect(200),
        auditor.post("/audit/samples", &json!({})).await.expect(201),
        auditor.get("/audit/alarms").await.expect(200),
    ];
    for answer in &answers {
        for hidden in HIDDEN {
            assert!(!answer.text().contains(hidden), "{hidden} in {answer:?}: {}", answer.text());
        }
        assert!(answer.text().len() > 20, "an answer with nothing in it proves nothing: {answer:?}");
    }
}

async fn with_a_reason_cprs_answers_show_the_address(house: &House) {
    let caller = house.with(CASEWORKER);
    let party = create(house, json!({ "name": "Aksel", "personalNumber": AKSEL })).await;
    let seen = preview(house, &party, json!({ "reason": "Partshøring" })).await;
    assert!(!seen.person.address_masked && line1(seen.person.address.as_ref()).starts_with(HIDDEN[0]), "{seen:?}");
    let row = seen.changes.iter().find(|change| change.field == PreviewField::Address).expect("the address changes");
    assert!(row.register.to_string().contains(HIDDEN[0]), "{row:?}");
    let ask = json!({ "personalNumber": AKSEL, "reason": "Partshøring" });
    let asked: LookupAnswer = caller.post("/cpr/lookup", &ask).await.expect(200).json();
    assert!(!asked.person.address_masked && asked.person.address.is_some());

    let mut who =
        json!({ "name": "Aksel Sander", "address": { "line1": "Industrivænget 26, 1. tv", "postalCode": "9000" } });
    let blank: FindAnswer = caller.post("/cpr/find", &who).await.expect(200).json();
    let candidate = &blank.candidates[0];
    assert!(candidate.protected && candidate.address_masked && candidate.address.is_none(), "{candidate:?}");
    let agreement = &candidate.agreement;
    assert_eq!(agreement.name, Agrees::Same);
    let of_address = [agreement.street, agreement.house_number, agreement.floor, agreement.door, agreement.postal_code];
    assert_eq!(of_address, [Agrees::Unknown; 5]);
    who["reason"] = json!("Partshøring");
    let shown: FindAnswer = caller.post("/cpr/find", &who).await.expect(200).json();
    assert!(shown.candidates[0].address.is_some() && shown.candidates[0].agreement.street == Agrees::Same);

    // A reason is for the answer at hand; the party is masked as before.
    let fetched = fetch(house, &party, json!({ "reason": "Partshøring" })).await;
    assert!(fetched.address_masked && fetched.address.is_none());
}

async fn an_address_is_revealed_for_a_reason_that_stands_in_the_log(house: &House) {
    let party = protected(house).await;
    let path = format!("/parties/{}/address/reveal", party.id);
    let caller = house.with(CASEWORKER);
    for none in [json!({}), json!({ "reason": null }), json!({ "reason": "  " })] {
        caller.post(&path, &none).await.problem(ProblemCode::ReasonRequired);
    }
    house.with(&["Revisor"]).post(&path, &json!({ "reason": "x" })).await.problem(ProblemCode::Forbidden);
    let revealed: RevealedAddress = caller.post(&path, &json!({ "reason": "Forkyndelse" })).await.expect(200).json();
    assert!(line1(revealed.address.as_ref()).starts_with(HIDDEN[0]), "{revealed:?}");
    assert!(read(house, &party).await.address_masked, "later reads hide it as before");
    let shown = log(house, "&operation=reveal_party_address&outcome=succeeded").await;
    assert_eq!(shown.iter().map(|entry| entry.reason.as_deref()).collect::<Vec<_>>(), [Some("Forkyndelse")]);
    assert_eq!(shown[0].subject.party_id, Some(party.id));
    let entries = log(house, &format!("&operation=reveal_party_address&partyId={}", party.id)).await;
    assert_eq!(entries.iter().filter(|entry| entry.outcome == AuditOutcome::Failed).count(), 3);
}

async fn a_search_never_matches_what_is_hidden(house: &House) {
    protected(house).await;
    let jens = create(house, json!({ "name": "Jens", "personalNumber": "0707614285" })).await;
    fetch(house, &jens, json!({})).await;
    // Somebody else of the same name who typed the hidden address: comparing the two would tell it.
    let address = json!({ "line1": "Industrivænget 26, 1. tv", "postalCode": "9000", "city": "Aalborg" });
    create(house, json!({ "name": "Aksel Sander", "address": address })).await;
    for (criteria, expected) in [
        (json!({ "query": "industriv" }), vec!["Aksel Sander", "Jens Mortensen"]),
        (json!({ "query": "industriv 26" }), vec!["Aksel Sander"]),
        (json!({ "query": "aksel" }), vec!["Aksel Sander", "Aksel Sander"]),
        (json!({ "query": "aalborg sander" }), vec!["Aksel Sander"]),
        (json!({ "filter": "duplicates" }), vec![]),
    ] {
        let found = house.with(&[]).post("/parties/search", &criteria).await.expect(200).json::<Page<Party>>();
        let mut names: Vec<&str> = found.items.iter().map(|party| party.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, expected, "{criteria}");
    }
}

async fn a_hidden_address_is_no_way_to_find_who_else_lives_there(house: &House) {
    let party = protected(house).await;
    let path = format!("/parties/{}/cpr/find", party.id);
    let caller = house.with(CASEWORKER);
    let asked: u64 = house.cpr().counters().values().sum();
    let somebody = json!({ "name": "Bettina Christiansen" });
    caller.post(&path, &somebody).await.problem(ProblemCode::ReasonRequired);
    assert_eq!(house.cpr().counters().values().sum::<u64>(), asked);
    let with_reason = json!({ "name": "Bettina Christiansen", "reason": "Forkyndelse" });
    caller.post(&path, &with_reason).await.expect(200);
    let typed = json!({ "name": "Aksel Sander", "address": { "line1": "Industrivænget 26", "postalCode": "9000" } });
    caller.post(&path, &typed).await.expect(200);
}

async fn saving_without_an_address_leaves_the_hidden_one(house: &House) {
    let caller = house.with(CASEWORKER);
    let party = protected(house).await;
    let path = format!("/parties/{}", party.id);
    let before = reveal(house, &party).await;
    let put = async |version: i64, input: Value| -> Party {
        let put = caller.api(Method::PUT, &path).header("If-Match", &format!("\"{version}.x\""));
        put.json(&input).send().await.expect(200).json()
    };
    let name = party.name.clone();
    let saved = put(party.version, json!({ "name": name, "personalNumber": AKSEL, "email": "a@example.dk" })).await;
    assert!(saved.address_masked && saved.cpr.as_ref().is_some_and(|cpr| cpr.kept.is_empty()), "{saved:?}");
    assert_eq!(reveal(house, &party).await, before);

    // An address that somebody types is kept over CPR's, and is hidden as that is: it is the protected person's too.
    let typed = json!({ "line1": "Søgade 16", "postalCode": "9000", "city": "Aalborg" });
    let kept = put(saved.version, json!({ "name": name, "personalNumber": AKSEL, "address": typed })).await;
    assert!(kept.address.is_none() && kept.address_masked);
    let cpr = kept.cpr.as_ref().expect("CPR was asked");
    assert_eq!(cpr.kept.iter().map(|kept| &kept.register).collect::<Vec<_>>(), [&Value::Null]);
    assert_eq!(line1(reveal(house, &party).await.as_ref()), "Søgade 16");
    let kept = put(kept.version, json!({ "name": name, "personalNumber": AKSEL, "phone": "12345678" })).await;
    assert_eq!(kept.cpr.map(|cpr| cpr.kept.len()), Some(1));
}

async fn without_the_protected_number_the_address_is_gone_and_history_stays_masked(house: &House) {
    let caller = house.with(CASEWORKER);
    let party = protected(house).await;
    let path = format!("/parties/{}", party.id);
    let put = caller.api(Method::PUT, &path).header("If-Match", &format!("\"{}.x\"", party.version));
    let left: Party = put.json(&json!({ "name": party.name })).send().await.expect(200).json();
    assert_eq!((&left.address, left.address_masked, &left.cpr), (&None, false, &None));
    assert_eq!(left.protection.name_and_address, None, "CPR was never asked about a party without a number");
    let history = caller.get(&format!("{path}/history")).await.expect(200);
    assert!(!history.text().contains(HIDDEN[0]), "{}", history.text());
    let versions: Page<PartyVersion> = history.json();
    let addresses =
        versions.items.iter().flat_map(|version| &version.changes).filter(|change| change.field == "address");
    assert!(addresses.into_iter().all(|change| change.masked && change.old.is_null() && change.new.is_null()));
    let tab = caller.get(&format!("{path}/cpr")).await.expect(200);
    assert_eq!(tab.value()["address"]["availability"], "not-fetched");
}

async fn a_relative_is_hidden_by_the_relatives_own_mark(house: &House) {
    // Jens Peter Lund is not protected, his daughter Anne Marie is, his son is not; all live in Kastanjealléen 12.
    let party = create(house, json!({ "name": "x", "personalNumber": "1404415049" })).await;
    let father = fetch(house, &party, json!({})).await;
    assert!(!father.address_masked && line1(father.address.as_ref()).starts_with("Kastanje"));
    let tab = house.with(CASEWORKER).get(&format!("/parties/{}/cpr", party.id)).await.expect(200).value();
    let children = tab["children"]["items"].as_array().expect("children").clone();
    let child = |number: &str| {
        children.iter().find(|child| child["personalNumber"] == number).unwrap_or_else(|| panic!("{number}: {tab}"))
    };
    let daughter = child("1103485068");
    assert_eq!((&daughter["protected"], &daughter["addressMasked"]), (&json!(true), &json!(true)));
    assert_eq!(daughter["address"], Value::Null);
    let son = child("1103485009");
    assert_eq!((&son["protected"], &son["addressMasked"]), (&json!(false), &json!(false)));

    // And the other way round: the daughter's own tab hides her address, not what her father's shows.
    let daughter = create(house, json!({ "name": "x", "personalNumber": "1103485068" })).await;
    fetch(house, &daughter, json!({})).await;
    let tab = house.with(CASEWORKER).get(&format!("/parties/{}/cpr", daughter.id)).await.expect(200).value();
    assert!(!tab["address"].to_string().contains("Kastanje"), "{tab}");
    assert!(!tab["history"].to_string().contains("Kastanje"), "{tab}");
}

async fn protection_that_ends_shows_the_address_again_and_one_that_begins_hides_it(house: &House) {
    let party = protected(house).await;
    let number = PersonalNumber::parse(AKSEL).expect("a personal number");
    house.cpr().edit(|people| people.unprotect(number, "0001")).expect("Aksel is in the register");
    let open = fetch(house, &party, json!({})).await;
    assert_eq!((open.address_masked, open.protection.name_and_address), (false, Some(false)));
    assert!(open.address.is_some());
    let since = CprDate::parse("20261101").expect("a date");
    house.cpr().edit(|people| people.protect(number, "0001", since)).expect("Aksel is in the register");
    let seen = preview(house, &party, json!({})).await;
    assert!(seen.person.address_masked && !serde_json::to_string(&seen).unwrap().contains(HIDDEN[0]), "{seen:?}");
    assert!(fetch(house, &party, json!({})).await.address_masked);
}

async fn only_who_may_see_the_party_at_all_sees_that_something_is_hidden(house: &House) {
    let party = protected(house).await;
    house.with(&[]).get(&format!("/parties/{}", party.id)).await.problem(ProblemCode::Forbidden);
    let search = house.with(&[]).post("/parties/search", &json!({ "query": "aksel" })).await;
    assert!(pointers(&search.problem(ProblemCode::Forbidden)).is_empty());
    house.with(&[]).get("/events").await.problem(ProblemCode::Forbidden);
}

/// Aksel, fetched.
async fn protected(house: &House) -> Party {
    let party = create(house, json!({ "name": "Aksel", "personalNumber": AKSEL })).await;
    fetch(house, &party, json!({})).await
}

async fn reveal(house: &House, party: &Party) -> Option<Address> {
    let path = format!("/parties/{}/address/reveal", party.id);
    let answer = house.with(CASEWORKER).post(&path, &json!({ "reason": "Prøve" })).await.expect(200);
    answer.json::<RevealedAddress>().address
}

fn line1(address: Option<&Address>) -> &str {
    address.and_then(|address| address.line1.as_deref()).unwrap_or_default()
}

on_each_database! {
    no_answer_tells_the_address_of_a_protected_party with super::MASK,
    with_a_reason_cprs_answers_show_the_address with super::MASK,
    an_address_is_revealed_for_a_reason_that_stands_in_the_log with super::MASK,
    a_search_never_matches_what_is_hidden with super::MASK,
    a_hidden_address_is_no_way_to_find_who_else_lives_there with super::MASK,
    saving_without_an_address_leaves_the_hidden_one with super::MASK,
    without_the_protected_number_the_address_is_gone_and_history_stays_masked with super::MASK,
    a_relative_is_hidden_by_the_relatives_own_mark with super::MASK,
    protection_that_ends_shows_the_address_again_and_one_that_begins_hides_it with super::MASK,
    only_who_may_see_the_party_at_all_sees_that_something_is_hidden with
        "protection.display = 'mask'\nauth.read_requires = 'Partsredaktør'",
}
