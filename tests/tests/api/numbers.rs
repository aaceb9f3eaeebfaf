//! Personal numbers that change: deleted and changed ones, two parties who are one person, replacement numbers, and who may
//! give a party a number.

use openapi::audit::AuditOutcome;
use openapi::event::{EventPage, EventType};
use openapi::page::Page;
use openapi::party::{AddressKind, ChangeSource, Party, PartyVersion};
use openapi::person::PreviewField;
use openapi::problem::ProblemCode;
use reqwest::Method;
use serde_json::json;
use tests::{House, on_each_database};

use crate::{CASEWORKER, create, fetch, log, preview, read};

const JENS: &str = "0707614285";
/// Gerda Holmstad's number before it was changed (60), and since.
const GERDA_BEFORE: &str = "0709614398";
const GERDA: &str = "0909610036";
/// Of Arne Udtzon Jensen's two numbers, the one that was deleted (50), and the one that stayed.
const ARNE_DELETED: &str = "0101520013";
const ARNE: &str = "0107529039";

async fn a_party_follows_its_person_to_the_current_number(house: &House) {
    for (old, current, name) in [(GERDA_BEFORE, GERDA, "Gerda Holmstad"), (ARNE_DELETED, ARNE, "Arne Udtzon Jensen")] {
        let party = create(house, json!({ "name": name, "personalNumber": old })).await;
        let preview = preview(house, &party, json!({})).await;
        let number = preview.changes.iter().find(|change| change.field == PreviewField::PersonalNumber);
        let number = number.expect("the number changes");
        assert_eq!(
            (&number.current, &number.register, &number.result),
            (&json!(old), &json!(current), &json!(current))
        );
        assert_eq!(read(house, &party).await, party, "a preview changes nothing");

        // The party has the number already: that CPR moved it on takes no second privilege.
        let caller = house.with(&["Opdater fra CPR"]);
        let path = format!("/parties/{}/cpr/fetch", party.id);
        let moved: Party = caller.post(&path, &json!({})).await.expect(200).json();
        assert_eq!(moved.personal_number.as_deref(), Some(current));
        let cpr = moved.cpr.clone().expect("CPR was asked");
        assert_eq!((cpr.status.as_deref(), cpr.current_number_held_by), (Some("01"), None));
        assert_eq!(cpr.former_personal_numbers, [old]);
        assert!(moved.address.is_some());

        for number in [old, current] {
            let found = caller.post("/parties/search", &json!({ "personalNumber": number })).await.expect(200);
            assert_eq!(found.json::<Page<Party>>().items, std::slice::from_ref(&moved), "search by {number}");
            let resolved = house.with(CASEWORKER).post("/parties/resolve", &json!({ "personalNumber": number })).await;
            assert_eq!(resolved.expect(200).json::<Party>().id, moved.id, "resolve by {number}");
        }
        let history: Page<PartyVersion> =
            caller.get(&format!("/parties/{}/history", party.id)).await.expect(200).json();
        assert_eq!((history.items[0].version, history.items[0].source), (moved.version, ChangeSource::Lookup));
        assert!(history.items[0].changes.iter().any(|change| change.field == "personalNumber"));
        let feed: EventPage = caller.get("/events?type=party.personal-number-changed").await.expect(200).json();
        assert_eq!(feed.items.iter().filter(|event| event.party_id == party.id).count(), 1);
    }
}

async fn when_another_party_has_the_current_number_nothing_is_moved(house: &House) {
    let holder = create(house, json!({ "name": "Gerda Holmstad", "personalNumber": GERDA })).await;
    let party = create(house, json!({ "name": "Gerda H.", "personalNumber": GERDA_BEFORE })).await;
    let seen = preview(house, &party, json!({})).await;
    let number = seen.changes.iter().find(|change| change.field == PreviewField::PersonalNumber);
    let number = number.expect("the preview shows the current number");
    assert_eq!((&number.register, &number.result), (&json!(GERDA), &json!(GERDA_BEFORE)));

    let fetched = fetch(house, &party, json!({})).await;
    assert_eq!(fetched.personal_number.as_deref(), Some(GERDA_BEFORE));
    let cpr = fetched.cpr.clone().expect("CPR was asked");
    assert_eq!((cpr.status.as_deref(), cpr.current_number_held_by), (Some("60"), Some(holder.id)));
    assert_eq!(read(house, &holder).await, holder, "the other party is left alone");
    assert_eq!(fetch(house, &party, json!({})).await.version, fetched.version, "twice changes nothing");

    let found = house.with(&[]).post("/parties/search", &json!({ "filter": "duplicates" })).await.expect(200);
    let mut found: Vec<_> = found.json::<Page<Party>>().items.iter().map(|party| party.id).collect();
    found.sort_unstable();
    let mut both = [holder.id, party.id];
    both.sort_unstable();
    assert_eq!(found, both);
    let feed: EventPage = house.with(&[]).get("/events?type=party.duplicate-found").await.expect(200).json();
    assert!(feed.items.iter().any(|event| event.party_id == party.id), "{feed:?}");
    assert_eq!(feed.items.iter().filter(|event| event.type_ != EventType::PartyDuplicateFound).count(), 0);

    let delete = house.with(CASEWORKER).api(Method::DELETE, &format!("/parties/{}", holder.id));
    delete.header("If-Match", &format!("\"{}.x\"", holder.version)).send().await.expect(204);
    let moved = fetch(house, &party, json!({})).await;
    assert_eq!(moved.personal_number.as_deref(), Some(GERDA), "the number is free now");
    assert_eq!(moved.cpr.and_then(|cpr| cpr.current_number_held_by), None);
}

async fn a_person_with_several_numbers_before_is_found_by_each(house: &House) {
    let party = create(house, json!({ "name": "Robin", "personalNumber": "1207385006" })).await;
    let moved = fetch(house, &party, json!({})).await;
    assert_eq!(moved.personal_number.as_deref(), Some("0408395003"));
    for number in ["1207385006", "1207385049", "0408395003"] {
        let found = house.with(&[]).post("/parties/search", &json!({ "personalNumber": number })).await.expect(200);
        assert_eq!(found.json::<Page<Party>>().items.len(), 1, "{number}");
    }
}

async fn giving_a_party_a_number_takes_both_privileges(house: &House) {
    let party = create(house, json!({ "name": "Jens Mortensen" })).await;
    let path = format!("/parties/{}/cpr", party.id);
    let number = json!({ "personalNumber": JENS });
    let half = house.with(&["Opdater fra CPR"]);
    half.post(&format!("{path}/fetch"), &number).await.problem(ProblemCode::Forbidden);
    house.with(&["Partsredaktør"]).post(&format!("{path}/fetch"), &number).await.problem(ProblemCode::Forbidden);
    assert_eq!(house.cpr().counters().values().sum::<u64>(), 0, "CPR is not troubled");
    let seen = half.post(&format!("{path}/preview"), &number).await.expect(200).value();
    let previewed = json!({ "previewId": seen["previewId"] });
    half.post(&format!("{path}/fetch"), &previewed).await.problem(ProblemCode::Forbidden);
    assert_eq!(read(house, &party).await, party);
    let refused = log(house, "&operation=fetch_party_cpr&outcome=refused").await;
    assert_eq!(refused.len(), 3, "{refused:?}");

    let given = fetch(house, &party, number).await;
    assert_eq!(given.personal_number.as_deref(), Some(JENS));
}

async fn a_number_that_another_party_has_is_not_taken_from_it(house: &House) {
    let holder = create(house, json!({ "name": "Jens Mortensen", "personalNumber": JENS })).await;
    let party = create(house, json!({ "name": "En anden" })).await;
    let path = format!("/parties/{}", party.id);
    let caller = house.with(CASEWORKER);
    let number = json!({ "name": "En anden", "personalNumber": "070761-4285" });
    for answer in [
        caller.post(&format!("{path}/cpr/fetch"), &json!({ "personalNumber": JENS })).await,
        caller.api(Method::PUT, &path).header("If-Match", "\"1.x\"").json(&number).send().await,
    ] {
        assert_eq!(answer.problem(ProblemCode::PersonalNumberInUse).party_id, Some(holder.id));
        assert!(!answer.text().contains("1-4285") && !answer.text().contains("614285"), "{answer:?}");
    }
    assert_eq!(read(house, &party).await, party);
    let failed = log(house, &format!("&partyId={}&outcome=failed", party.id)).await;
    assert!(failed.iter().all(|entry| entry.problem.as_deref() == Some("personal-number-in-use")), "{failed:?}");
    assert_eq!(failed.len(), 2);
}

async fn another_persons_number_brings_nothing_of_the_first_along(house: &House) {
    let party = create(house, json!({ "name": "x", "personalNumber": ARNE_DELETED })).await;
    let arne = fetch(house, &party, json!({})).await;
    assert_eq!(arne.protection.name_and_address, Some(true));
    let jens = fetch(house, &party, json!({ "personalNumber": JENS })).await;
    assert_eq!((jens.name.as_str(), jens.personal_number.as_deref()), ("Jens Mortensen", Some(JENS)));
    assert_eq!((jens.protection.name_and_address, jens.address_kind), (Some(false), AddressKind::Danish));
    let cpr = jens.cpr.expect("CPR was asked");
    assert_eq!((cpr.former_personal_numbers.len(), cpr.kept.len()), (0, 0));
    for number in [ARNE, ARNE_DELETED] {
        let found = house.with(&[]).post("/parties/search", &json!({ "personalNumber": number })).await.expect(200);
        assert_eq!(found.json::<Page<Party>>().items, [], "{number}");
    }
}

async fn a_replacement_number_may_stand_on_a_party_and_is_never_sent_to_cpr(house: &House) {
    let replacement = "670761-4286";
    let party = create(house, json!({ "name": "Uden CPR", "personalNumber": replacement })).await;
    assert_eq!(party.personal_number.as_deref(), Some("6707614286"));
    let caller = house.with(CASEWORKER);
    for (path, body) in [
        (format!("/parties/{}/cpr/fetch", party.id), json!({})),
        (format!("/parties/{}/cpr/preview", party.id), json!({})),
        ("/cpr/lookup".to_owned(), json!({ "personalNumber": replacement })),
    ] {
        let answer = caller.post(&path, &body).await;
        assert_eq!(answer.problem(ProblemCode::PersonalNumberInvalid).errors[0].pointer, "/personalNumber");
        assert!(!answer.text().contains("614286"), "{answer:?}");
    }
    assert_eq!(house.cpr().counters().values().sum::<u64>(), 0);
    let asked = log(house, "&operation=look_up_person").await;
    assert_eq!(asked.iter().map(|entry| entry.outcome).collect::<Vec<_>>(), [AuditOutcome::Failed]);
}

async fn a_company_has_no_personal_number(house: &House) {
    let firm = create(house, json!({ "name": "Firmaet ApS", "kind": "company", "cvrNumber": "12345678" })).await;
    let path = format!("/parties/{}/cpr", firm.id);
    let caller = house.with(CASEWORKER);
    caller.post(&format!("{path}/fetch"), &json!({ "personalNumber": JENS })).await.problem(ProblemCode::InvalidInput);
    caller.post(&format!("{path}/find"), &json!({})).await.problem(ProblemCode::InvalidInput);
    assert_eq!(house.cpr().counters().values().sum::<u64>(), 0);
}

on_each_database! {
    a_party_follows_its_person_to_the_current_number,
    when_another_party_has_the_current_number_nothing_is_moved,
    a_person_with_several_numbers_before_is_found_by_each,
    giving_a_party_a_number_takes_both_privileges,
    a_number_that_another_party_has_is_not_taken_from_it,
    another_persons_number_brings_nothing_of_the_first_along,
    a_replacement_number_may_stand_on_a_party_and_is_never_sent_to_cpr,
    a_company_has_no_personal_number,
}
