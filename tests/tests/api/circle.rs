//! The whole circle: a case makes CPR follow its parties, a change in CPR comes with the night's file, and the need ends.

use std::time::Duration;

use cpr::PersonalNumber;
use cpr_simulator::{Flaw, LifeEvent};
use openapi::delivery::{Delivery, DeliveryState};
use openapi::job::JobRunState;
use openapi::page::Page;
use openapi::party::Party;
use openapi::subscription::{Subscription, SubscriptionState};
use serde_json::{Value, json};
use tests::{House, on_each_database, run_following};

use crate::{CASEWORKER, create, read, run_job};

const JENS: &str = "0707614285";
const AKSEL: &str = "0701614011";

fn number(digits: &str) -> PersonalNumber {
    PersonalNumber::parse(digits).unwrap()
}

async fn put_case(house: &House, case_number: &str, case: Value) {
    let answer = house.with(&["Sagsintegration"]).put(&format!("/cases/{case_number}"), &case).await;
    assert!([200, 201].contains(&answer.status), "{}", answer.text());
}

/// A party with this number on an open case, followed.
async fn followed(house: &House, digits: &str) -> Party {
    let party = create(house, json!({ "name": "Jens Mortensen", "personalNumber": digits })).await;
    put_case(house, &format!("S-{digits}"), json!({ "status": "open", "parties": [{ "partyId": party.id }] })).await;
    work(house, "reconcile-subscriptions").await;
    assert_eq!(subscription(house, &party).await.state, SubscriptionState::Active);
    party
}

async fn subscription(house: &House, party: &Party) -> Subscription {
    house.with(CASEWORKER).get(&format!("/parties/{}/subscription", party.id)).await.expect(200).json()
}

async fn work(house: &House, job: &str) {
    let run = run_job(house, job).await;
    assert_eq!(run.state, JobRunState::Succeeded, "{run:?}");
}

/// What lies in the folder is taken in and applied, as far as it can be.
async fn morning(house: &House) {
    work(house, "receive-deliveries").await;
    work(house, "apply-deliveries").await;
}

async fn deliveries(house: &House) -> Vec<(String, DeliveryState)> {
    let page: Page<Delivery> = house.with(CASEWORKER).get("/deliveries?limit=200").await.expect(200).json();
    let mut known: Vec<_> = page
        .items
        .into_iter()
        .map(|delivery| (delivery.production_date.map(|date| date.to_string()).unwrap_or_default(), delivery.state))
        .collect();
    known.sort_by(|one, other| one.0.cmp(&other.0));
    known
}

fn street(party: &Party) -> Option<&str> {
    party.address.as_ref().and_then(|address| address.line1.as_deref())
}

fn a_day() -> Duration {
    Duration::from_secs(24 * 3600)
}

async fn who_moves_is_corrected_by_the_night(house: &House) {
    let jens = followed(house, JENS).await;
    assert!(house.cpr().night().followed().contains(&number(JENS)));
    assert_eq!(street(&read(house, &jens).await), Some("Industrivænget 95, 1. mf"), "the answer of CPR Direkte");

    house.cpr().happen(LifeEvent::Move, number(JENS), "").unwrap();
    assert_eq!(street(&read(house, &jens).await), Some("Industrivænget 95, 1. mf"));
    house.cpr().night().deliver().unwrap();
    morning(house).await;
    assert_eq!(street(&read(house, &jens).await), Some("Hovedgaden 12, 1. th"));
    assert_eq!(deliveries(house).await, [("2026-11-23".to_owned(), DeliveryState::Applied)]);

    house.let_pass(a_day());
    house.cpr().happen(LifeEvent::Rename, number(JENS), "Holm").unwrap();
    house.cpr().happen(LifeEvent::Protect, number(JENS), "").unwrap();
    house.cpr().night().deliver().unwrap();
    morning(house).await;
    let jens = read(house, &jens).await;
    assert_eq!((jens.name.as_str(), jens.protection.name_and_address), ("Jens Holm", Some(true)));
}

async fn nothing_is_applied_behind_a_missing_file_until_it_comes(house: &House) {
    let jens = followed(house, JENS).await;
    house.cpr().night().deliver().unwrap();
    morning(house).await;

    house.let_pass(a_day());
    house.cpr().happen(LifeEvent::Rename, number(JENS), "Holm").unwrap();
    let missing = house.cpr().night().withhold().unwrap();
    house.let_pass(a_day());
    house.cpr().happen(LifeEvent::Move, number(JENS), "").unwrap();
    house.cpr().night().deliver().unwrap();
    morning(house).await;
    let before = read(house, &jens).await;
    assert_eq!((before.name.as_str(), street(&before)), ("Jens Mortensen", Some("Industrivænget 95, 1. mf")));
    assert_eq!(deliveries(house).await.last(), Some(&("2026-11-25".to_owned(), DeliveryState::Waiting)));

    house.cpr().night().release(missing.date).unwrap();
    morning(house).await;
    let after = read(house, &jens).await;
    assert_eq!((after.name.as_str(), street(&after)), ("Jens Holm", Some("Hovedgaden 12, 1. th")));
    assert!(deliveries(house).await.iter().all(|(_, state)| *state == DeliveryState::Applied));
}

async fn a_spoilt_file_changes_nothing_and_the_right_one_does(house: &House) {
    let jens = followed(house, JENS).await;
    house.cpr().happen(LifeEvent::Move, number(JENS), "").unwrap();
    let spoilt = house.cpr().night().deliver_flawed(Flaw::WrongCount).unwrap();
    morning(house).await;
    assert_eq!(street(&read(house, &jens).await), Some("Industrivænget 95, 1. mf"));
    house.cpr().night().release(spoilt.date).unwrap();
    morning(house).await;
    assert_eq!(street(&read(house, &jens).await), Some("Hovedgaden 12, 1. th"));
}

async fn when_the_need_ends_cpr_follows_no_longer(house: &House) {
    let jens = followed(house, JENS).await;
    let aksel = followed(house, AKSEL).await;
    house.cpr().night().deliver().unwrap();
    morning(house).await;

    house.let_pass(a_day());
    let closed = json!({ "status": "closed", "closedAt": "2026-08-01T10:00:00Z" });
    put_case(house, &format!("S-{JENS}"), closed).await;
    work(house, "reconcile-subscriptions").await;
    let cpr = house.cpr();
    assert_eq!(cpr.night().followed().into_iter().collect::<Vec<_>>(), [number(AKSEL)]);
    cpr.happen(LifeEvent::Move, number(JENS), "").unwrap();
    cpr.happen(LifeEvent::Move, number(AKSEL), "").unwrap();
    cpr.night().deliver().unwrap();
    morning(house).await;
    assert_eq!(subscription(house, &jens).await.state, SubscriptionState::Ended);
    assert_eq!(street(&read(house, &jens).await), Some("Industrivænget 95, 1. mf"), "nobody tells us any more");
    assert_eq!(street(&read(house, &aksel).await), Some("Hovedgaden 12, 1. th"));
}

async fn a_changed_number_takes_the_party_and_the_subscription_along(house: &House) {
    let jens = followed(house, JENS).await;
    let new = house.cpr().happen(LifeEvent::Renumber, number(JENS), "").unwrap().unwrap();
    house.cpr().night().deliver().unwrap();
    morning(house).await;
    work(house, "reconcile-subscriptions").await;
    let digits = new.digits().as_str().to_owned();
    assert_eq!(read(house, &jens).await.personal_number, Some(digits));
    assert_eq!(subscription(house, &jens).await.state, SubscriptionState::Active);
    assert_eq!(house.cpr().night().followed().into_iter().collect::<Vec<_>>(), [new]);
}

async fn of_two_numbers_the_one_that_remains_is_followed(house: &House) {
    let jens = followed(house, JENS).await;
    let remaining = house.cpr().happen(LifeEvent::DoubleNumber, number(JENS), "").unwrap().unwrap();
    house.cpr().night().deliver().unwrap();
    morning(house).await;
    work(house, "reconcile-subscriptions").await;
    work(house, "reconcile-subscriptions").await;
    let digits = remaining.digits().as_str().to_owned();
    assert_eq!(read(house, &jens).await.personal_number, Some(digits));
    assert_eq!(subscription(house, &jens).await.state, SubscriptionState::Active);
    assert_eq!(house.cpr().night().followed().into_iter().collect::<Vec<_>>(), [remaining]);
}

/// What CPR says when it is asked is what the night has told already.
async fn after_every_night_the_parties_are_as_cpr_knows_them(house: &House) {
    use LifeEvent::{Die, Disappear, Emigrate, HaveChild, Marry, Move, Protect, Rename, Unprotect};
    const EVENTS: [LifeEvent; 12] =
        [Move, Rename, Protect, Move, Marry, Emigrate, HaveChild, Unprotect, Move, Disappear, Rename, Die];
    let people = [JENS, AKSEL, "0709614118", "0702614147", "0709614452", "0701614038"];
    let mut parties = Vec::new();
    for digits in people {
        parties.push(followed(house, digits).await);
    }
    let told = |party: &Party| {
        let cpr = party.cpr.as_ref().map(|cpr| (cpr.status.clone(), cpr.birth_date));
        (party.name.clone(), party.address.clone(), party.address_kind, party.protection.name_and_address, cpr)
    };
    let mut seed = 20_261_123_u64;
    let mut draw = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let mut changed = 0;
    for _night in 0..5 {
        for _ in 0..6 {
            let (event, one, other) = (EVENTS[draw(EVENTS.len())], draw(people.len()), draw(people.len()));
            let word = if event == Marry { people[other] } else { "" };
            // Much is refused: nothing happens to the dead.
            let _ = house.cpr().happen(event, number(people[one]), word);
        }
        house.cpr().night().deliver().unwrap();
        morning(house).await;
        for party in &mut parties {
            let by_night = read(house, party).await;
            changed += usize::from(told(&by_night) != told(party));
            house.with(CASEWORKER).post(&format!("/parties/{}/cpr/fetch", party.id), &json!({})).await.expect(200);
            *party = read(house, party).await;
            assert_eq!(told(&by_night), told(party));
        }
        house.let_pass(a_day());
    }
    assert!(changed > 10, "{changed}");
}

on_each_database! {
    using run_following;
    who_moves_is_corrected_by_the_night,
    nothing_is_applied_behind_a_missing_file_until_it_comes,
    a_spoilt_file_changes_nothing_and_the_right_one_does,
    when_the_need_ends_cpr_follows_no_longer,
    a_changed_number_takes_the_party_and_the_subscription_along,
    of_two_numbers_the_one_that_remains_is_followed,
    after_every_night_the_parties_are_as_cpr_knows_them,
}
