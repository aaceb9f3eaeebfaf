//! CPR follows whom it is to follow, and nobody else: CPR Direkte is asked by the job, over the wire.

use std::collections::BTreeSet;
use std::time::Duration;

use cpr::PersonalNumber;
use cpr_simulator::LifeEvent;
use openapi::audit::AuditOutcome;
use openapi::event::{EventPage, EventType};
use openapi::page::Page;
use openapi::party::{Party, RegisterSource};
use openapi::problem::ProblemCode;
use openapi::subscription::{NotSubscribedBecause, Subscription, SubscriptionState, SubscriptionSummary};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{House, on_each_database, run_following};

use crate::{CASEWORKER, create, fetch, log, read};

const JENS: &str = "0707614285";
/// Nobody's.
const UNKNOWN: &str = "0101575008";

fn number(digits: &str) -> PersonalNumber {
    PersonalNumber::parse(digits).unwrap()
}

async fn put_case(house: &House, case: Value) {
    let answer = house.with(&["Sagsintegration"]).put("/cases/S-1", &case).await;
    assert!([200, 201].contains(&answer.status), "{}", answer.text());
}

/// An open case with this party.
async fn open_case(house: &House, party: &Party) {
    put_case(house, json!({ "status": "open", "parties": [{ "partyId": party.id }] })).await;
}

/// The case was closed so long ago that it is no reason any more.
async fn close_case(house: &House) {
    let closed_at = house.now() - chrono::Duration::days(91);
    put_case(house, json!({ "status": "closed", "closedAt": closed_at })).await;
}

async fn subscription(house: &House, party: &Party) -> Subscription {
    house.with(CASEWORKER).get(&format!("/parties/{}/subscription", party.id)).await.expect(200).json()
}

/// Waits until a party's subscription is so; the job is woken by what changed, nobody asks for it.
async fn until(house: &House, party: &Party, is_so: impl Fn(&Subscription) -> bool) -> Subscription {
    for _ in 0..200 {
        let it = subscription(house, party).await;
        if is_so(&it) {
            return it;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never came to that: {:?}", subscription(house, party).await)
}

async fn until_state(house: &House, party: &Party, state: SubscriptionState) -> Subscription {
    until(house, party, |it| it.state == state).await
}

/// A party on an open case, whom CPR follows.
async fn followed(house: &House, digits: &str) -> Party {
    let party = create(house, json!({ "personalNumber": digits })).await;
    open_case(house, &party).await;
    until_state(house, &party, SubscriptionState::Active).await;
    party
}

/// The subscription's events of a party, in order.
async fn events(house: &House, party: &Party) -> Vec<EventType> {
    let feed: EventPage = house.with(CASEWORKER).get("/events?limit=200").await.expect(200).json();
    let own = feed.items.into_iter().filter(|event| event.party_id == party.id);
    let own = own.filter(|event| event.changed_fields == ["subscription"]);
    own.map(|event| event.type_).collect()
}

async fn whoever_is_put_on_an_open_case_is_followed_within_seconds(house: &House) {
    let party = followed(house, JENS).await;
    assert_eq!(house.cpr().night().followed(), BTreeSet::from([number(JENS)]));
    let it = subscription(house, &party).await;
    assert!(it.wanted && it.requested_at.is_some() && it.confirmed_at.is_some());
    assert_eq!((it.not_subscribed_because, it.last_error), (None, None));
    assert_eq!(events(house, &party).await, [EventType::SubscriptionRequested, EventType::SubscriptionActive]);

    let told = read(house, &party).await;
    assert_eq!(told.name, "Jens Mortensen", "what came with the confirmation is applied");
    assert_eq!(told.cpr.map(|cpr| cpr.source), Some(RegisterSource::Lookup));
    let asked = log(house, &format!("&partyId={}&operation=subscribe_person", party.id)).await;
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].actor.as_str(), asked[0].outcome), ("job:reconcile-subscriptions", AuditOutcome::Succeeded));
    let summary: SubscriptionSummary = house.with(CASEWORKER).get("/subscriptions/summary").await.expect(200).json();
    assert_eq!((summary.wanted, summary.confirmed), (1, 1));
    let found: Page<Party> =
        house.with(CASEWORKER).post("/parties/search", &json!({ "filter": "subscribed" })).await.expect(200).json();
    assert_eq!(found.items.iter().map(|found| found.id).collect::<Vec<_>>(), [party.id]);
}

async fn whom_nobody_needs_any_more_is_no_longer_followed(house: &House) {
    let party = followed(house, JENS).await;
    close_case(house).await;
    let it = until_state(house, &party, SubscriptionState::Ended).await;
    assert!(it.end_requested_at.is_some() && it.ended_at.is_some() && !it.wanted);
    assert_eq!(it.not_subscribed_because, Some(NotSubscribedBecause::NoCase));
    assert!(house.cpr().night().followed().is_empty());
    assert_eq!(events(house, &party).await.last(), Some(&EventType::SubscriptionEnded));

    put_case(house, json!({ "status": "open" })).await;
    until_state(house, &party, SubscriptionState::Active).await;
    assert_eq!(house.cpr().night().followed(), BTreeSet::from([number(JENS)]));
}

async fn a_party_that_is_deleted_is_no_longer_followed_and_its_number_is_forgotten(house: &House) {
    let party = followed(house, JENS).await;
    let caseworker = house.with(CASEWORKER);
    house.cpr().turn(|knobs| _ = knobs.direkte.refuse.insert("*".to_owned(), 8));
    caseworker.delete("/cases/S-1").await.expect(204);
    until_state(house, &party, SubscriptionState::Ending).await;
    let delete = caseworker.api(Method::DELETE, &format!("/parties/{}", party.id)).header("If-Match", "*");
    delete.send().await.expect(204);
    let rows = async || -> Page<Subscription> { caseworker.get("/subscriptions").await.expect(200).json() };
    let left = rows().await;
    assert_eq!(
        left.items.iter().map(|row| (row.party_id, row.state)).collect::<Vec<_>>(),
        [(None, SubscriptionState::Ending)]
    );
    house.cpr().turn(|knobs| knobs.direkte.refuse.clear());
    caseworker.post("/jobs/reconcile-subscriptions/runs", &json!({})).await.expect(202);
    for _ in 0..200 {
        if rows().await.items.is_empty() {
            assert!(house.cpr().night().followed().is_empty());
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{:?}", rows().await);
}

async fn a_number_that_cpr_does_not_know_is_told_and_not_asked_about_again(house: &House) {
    let party = create(house, json!({ "name": "Ukendt", "personalNumber": UNKNOWN })).await;
    open_case(house, &party).await;
    let it = until_state(house, &party, SubscriptionState::Failed).await;
    assert_eq!(it.not_subscribed_because, Some(NotSubscribedBecause::UnknownToCpr));
    let error = it.last_error.expect("CPR refused");
    assert_eq!((error.code.as_str(), error.attempts, error.next_attempt_at), ("05", 1, None));
    assert_eq!(events(house, &party).await, [EventType::SubscriptionRequested, EventType::SubscriptionFailed]);
    let retry = format!("/parties/{}/subscription/retry", party.id);
    house.with(CASEWORKER).post(&retry, &json!({})).await.problem(ProblemCode::Conflict);

    let put = house.with(CASEWORKER).api(Method::PUT, &format!("/parties/{}", party.id)).header("If-Match", "*");
    put.json(&json!({ "name": "Jens", "personalNumber": JENS })).send().await.expect(200);
    until_state(house, &party, SubscriptionState::Active).await;
}

async fn what_is_stuck_says_why_and_is_tried_again(house: &House) {
    house.cpr().turn(|knobs| _ = knobs.direkte.refuse.insert("*".to_owned(), 8));
    let party = create(house, json!({ "personalNumber": JENS })).await;
    open_case(house, &party).await;
    let it = until(house, &party, |it| it.last_error.is_some()).await;
    assert_eq!((it.state, it.wanted), (SubscriptionState::Requested, true));
    let error = it.last_error.expect("it waits");
    assert_eq!((error.code.as_str(), error.attempts), ("08", 1));
    assert_eq!(error.next_attempt_at, Some(error.at + chrono::Duration::minutes(1)));
    let stuck: Page<Subscription> =
        house.with(CASEWORKER).get("/subscriptions?state=requested").await.expect(200).json();
    assert_eq!(stuck.items.iter().map(|row| row.party_id).collect::<Vec<_>>(), [Some(party.id)]);

    house.cpr().turn(|knobs| knobs.direkte.refuse.clear());
    let retry = format!("/parties/{}/subscription/retry", party.id);
    house.with(&["Opdater fra CPR"]).post(&retry, &json!({})).await.problem(ProblemCode::Forbidden);
    let with_key = || house.with(CASEWORKER).api(Method::POST, &retry).header("Idempotency-Key", "igen-1").send();
    with_key().await.expect(200);
    let it = until_state(house, &party, SubscriptionState::Active).await;
    assert_eq!(it.last_error, None);
    with_key().await.expect(200);
    house.with(CASEWORKER).post(&retry, &json!({})).await.problem(ProblemCode::Conflict);
}

async fn a_changed_number_is_followed_anew_and_the_old_one_is_left_to_cpr(house: &House) {
    let party = followed(house, JENS).await;
    let new = house.cpr().happen(LifeEvent::Renumber, number(JENS), "").unwrap().expect("another number");
    fetch(house, &party, json!({})).await;
    let digits = new.digits().as_str().to_owned();
    assert_eq!(read(house, &party).await.personal_number.as_deref(), Some(digits.as_str()));
    until_state(house, &party, SubscriptionState::Active).await;
    assert!(house.cpr().night().followed().contains(&new));
    assert_eq!(house.cpr().counters().get("direkte 30"), None, "CPR has moved it by itself");
    assert!(!events(house, &party).await.contains(&EventType::SubscriptionEnded));
    let rows: Page<Subscription> = house.with(CASEWORKER).get("/subscriptions").await.expect(200).json();
    assert_eq!(rows.items.len(), 1, "nobody has the old number");
}

async fn of_a_double_number_the_one_that_stays_is_followed_before_the_other_is_ended(house: &House) {
    let party = followed(house, JENS).await;
    let stays = house.cpr().happen(LifeEvent::DoubleNumber, number(JENS), "").unwrap().expect("another number");
    fetch(house, &party, json!({})).await;
    until_state(house, &party, SubscriptionState::Active).await;
    for _ in 0..200 {
        if house.cpr().night().followed() == BTreeSet::from([stays]) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(house.cpr().night().followed(), BTreeSet::from([stays]));
    assert!(!events(house, &party).await.contains(&EventType::SubscriptionEnded));
}

async fn a_replacement_number_is_never_sent(house: &House) {
    let party = create(house, json!({ "name": "Barn", "personalNumber": "6707614285" })).await;
    open_case(house, &party).await;
    let jens = create(house, json!({ "personalNumber": JENS })).await;
    house.with(CASEWORKER).put(&format!("/cases/S-1/parties/{}", jens.id), &json!({})).await.expect(201);
    until_state(house, &jens, SubscriptionState::Active).await;
    assert_eq!(house.cpr().counters().get("direkte 16"), Some(&1));
    assert_eq!(subscription(house, &party).await.state, SubscriptionState::None);
}

async fn a_wrong_password_is_sent_once_and_nobody_is_asked_about_with_it(house: &House) {
    let party = create(house, json!({ "personalNumber": JENS })).await;
    let other = create(house, json!({ "personalNumber": "0701614011" })).await;
    let both = json!([{ "partyId": party.id }, { "partyId": other.id }]);
    put_case(house, json!({ "status": "open", "parties": both })).await;
    // The refusal ends the run: it stands at whoever was asked about first, which may be either.
    let mut refused = None;
    for _ in 0..200 {
        for party in [&party, &other] {
            refused = refused.or(subscription(house, party).await.last_error);
        }
        if refused.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(refused.map(|error| (error.code, error.next_attempt_at)), Some(("01".to_owned(), None)));
    for _ in 0..3 {
        house.with(CASEWORKER).post("/jobs/reconcile-subscriptions/runs", &json!({})).await.expect(202);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert_eq!(house.cpr().counters().get("direkte log-on"), Some(&1));
}

async fn a_fetch_brings_all_records_for_the_cpr_tab(house: &House) {
    let party = create(house, json!({ "personalNumber": JENS })).await;
    let asked = house.cpr().counters();
    fetch(house, &party, json!({})).await;
    assert_eq!(house.cpr().counters().get("direkte 06"), Some(&1), "{asked:?}");
    assert!(house.cpr().night().followed().is_empty(), "a look-up is no subscription");
    let tab = house.with(CASEWORKER).get(&format!("/parties/{}/cpr", party.id)).await.expect(200).value();
    for section in ["names", "status", "address", "civilStatus", "children", "parents", "history"] {
        assert_eq!(tab[section]["availability"], "delivered", "{section}: {tab}");
    }
}

on_each_database! {
    using run_following;
    whoever_is_put_on_an_open_case_is_followed_within_seconds,
    whom_nobody_needs_any_more_is_no_longer_followed,
    a_party_that_is_deleted_is_no_longer_followed_and_its_number_is_forgotten,
    a_number_that_cpr_does_not_know_is_told_and_not_asked_about_again,
    what_is_stuck_says_why_and_is_tried_again,
    a_changed_number_is_followed_anew_and_the_old_one_is_left_to_cpr,
    of_a_double_number_the_one_that_stays_is_followed_before_the_other_is_ended,
    a_replacement_number_is_never_sent,
    a_wrong_password_is_sent_once_and_nobody_is_asked_about_with_it with
        "cpr.direkte.password = 'Wrong-1!'",
    a_fetch_brings_all_records_for_the_cpr_tab,
}
