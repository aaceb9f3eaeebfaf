//! Who is followed in CPR, and why.

use std::sync::Arc;
use std::time::Duration;

use backend::app::App;
use backend::clock::SettableClock;
use backend::config::SubscriptionScope;
use openapi::page::Page;
use openapi::party::Party;
use openapi::problem::ProblemCode;
use openapi::subscription::{NotSubscribedBecause, ReasonKind, Subscription, SubscriptionState, SubscriptionSummary};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{House, on_each_database};

use crate::{CASEWORKER, EDITOR, create, log, read};

const JENS: &str = "0707614285";

async fn subscription(house: &House, party: &Party) -> Subscription {
    house.with(CASEWORKER).get(&format!("/parties/{}/subscription", party.id)).await.expect(200).json()
}

/// Writes a case with these parties as the case system.
async fn put_case(house: &House, case_number: &str, case: Value) {
    let answer = house.with(&["Sagsintegration"]).put(&format!("/cases/{case_number}"), &case).await;
    assert!([200, 201].contains(&answer.status), "{}", answer.text());
}

fn kinds(subscription: &Subscription) -> Vec<(ReasonKind, Option<&str>)> {
    subscription.reasons.iter().map(|reason| (reason.kind, reason.case_number.as_deref())).collect()
}

async fn a_party_is_wanted_while_a_case_is_open_or_was_closed_a_short_time_ago(house: &House) {
    let jens = create(house, json!({ "name": "Jens Mortensen", "personalNumber": JENS })).await;
    assert_eq!(read(house, &jens).await.subscription, None);
    let none = subscription(house, &jens).await;
    assert_eq!((none.wanted, none.not_subscribed_because), (false, Some(NotSubscribedBecause::NoCase)));

    put_case(house, "S-1", json!({ "status": "open", "parties": [{ "partyId": jens.id }] })).await;
    let opened = house.now();
    let followed = subscription(house, &jens).await;
    assert!(followed.wanted);
    assert_eq!(kinds(&followed), [(ReasonKind::OpenCase, Some("S-1"))]);
    assert_eq!(followed.reasons[0].until, None);
    let shown = read(house, &jens).await.subscription.expect("it is wanted");
    assert_eq!((shown.wanted, shown.reasons), (true, followed.reasons));

    house.let_pass(Duration::from_secs(3_600));
    let closed = house.now();
    put_case(house, "S-1", json!({ "status": "closed", "closedAt": closed })).await;
    let tail = subscription(house, &jens).await;
    assert_eq!(kinds(&tail), [(ReasonKind::RecentlyClosedCase, Some("S-1"))]);
    // Closed on 23 November in Denmark; February 2027 has 28 days.
    assert_eq!(tail.reasons[0].until, Some("2027-02-21".parse().unwrap()));

    house.set_time("2027-02-21T22:59:59Z".parse().unwrap());
    assert!(subscription(house, &jens).await.wanted);
    house.set_time("2027-02-21T23:00:00Z".parse().unwrap());
    let over = subscription(house, &jens).await;
    assert!(!over.wanted && over.reasons.is_empty());
    let history: Vec<_> = over.reason_history.iter().map(|past| (past.kind, past.from, past.to)).collect();
    let end = Some(house.now());
    let expected = [(ReasonKind::RecentlyClosedCase, closed, end), (ReasonKind::OpenCase, opened, Some(closed))];
    assert_eq!(history, expected, "why did you follow me last winter");
}

async fn a_reopened_case_acts_at_once_and_closing_again_starts_the_days_anew(house: &House) {
    let jens = create(house, json!({ "name": "Jens Mortensen", "personalNumber": JENS })).await;
    let closed = |at: &str| json!({ "status": "closed", "closedAt": at });
    put_case(house, "S-1", json!({ "status": "open", "parties": [{ "partyId": jens.id }] })).await;
    put_case(house, "S-1", closed("2026-08-25T10:00:00Z")).await;
    assert_eq!(subscription(house, &jens).await.reasons[0].until, Some("2026-11-23".parse().unwrap()));
    house.let_pass(Duration::from_secs(24 * 3_600));
    assert!(!subscription(house, &jens).await.wanted);
    put_case(house, "S-1", json!({ "status": "open" })).await;
    assert_eq!(kinds(&subscription(house, &jens).await), [(ReasonKind::OpenCase, Some("S-1"))]);
    put_case(house, "S-1", closed("2026-11-24T09:30:00Z")).await;
    let again = subscription(house, &jens).await;
    assert_eq!(again.reasons[0].until, Some("2027-02-22".parse().unwrap()));
    put_case(house, "S-1", closed("2026-11-23T09:30:00Z")).await;
    let corrected = subscription(house, &jens).await;
    assert_eq!(corrected.reasons[0].until, Some("2027-02-21".parse().unwrap()));
    assert_eq!(corrected.reason_history.iter().filter(|past| past.to.is_none()).count(), 1);
}

async fn a_reason_ends_with_the_party_on_the_case_and_with_its_number(house: &House) {
    let jens = create(house, json!({ "name": "Jens Mortensen", "personalNumber": JENS })).await;
    let editor = house.with(EDITOR);
    put_case(house, "S-1", json!({ "status": "open" })).await;
    put_case(house, "S-2", json!({ "status": "open", "parties": [{ "personalNumber": JENS }] })).await;
    let on_first = format!("/cases/S-1/parties/{}", jens.id);
    editor.put(&on_first, &json!({})).await.expect(201);
    assert_eq!(subscription(house, &jens).await.reasons.len(), 2);
    house.let_pass(Duration::from_secs(60));
    editor.delete(&on_first).await.expect(204);
    let left = subscription(house, &jens).await;
    assert_eq!(kinds(&left), [(ReasonKind::OpenCase, Some("S-2"))]);
    let past = left.reason_history.iter().find(|past| past.case_number.as_deref() == Some("S-1"));
    assert_eq!(past.and_then(|past| past.to), Some(house.now()));

    let path = format!("/parties/{}", jens.id);
    let number = |number: Value| {
        let put = editor.api(Method::PUT, &path).header("If-Match", "*");
        put.json(&json!({ "name": "Jens Mortensen", "personalNumber": number })).send()
    };
    house.let_pass(Duration::from_secs(60));
    number(Value::Null).await.expect(200);
    let without = subscription(house, &jens).await;
    assert_eq!((without.wanted, without.reasons.len()), (false, 0));
    assert_eq!(without.not_subscribed_because, Some(NotSubscribedBecause::NoPersonalNumber));
    assert!(without.reason_history.iter().all(|past| past.to.is_some()));
    house.let_pass(Duration::from_secs(60));
    number(json!("6707614285")).await.expect(200);
    let replacement = subscription(house, &jens).await;
    assert_eq!(replacement.not_subscribed_because, Some(NotSubscribedBecause::ReplacementNumber));
    number(json!(JENS)).await.expect(200);
    let again = subscription(house, &jens).await;
    assert!(again.wanted);
    assert_eq!(again.reason_history[0].from, house.now(), "it begins anew");
    house.with(&["Sagsintegration"]).delete("/cases/S-2").await.expect(204);
    assert!(!subscription(house, &jens).await.wanted);
}

async fn why_nobody_is_followed_is_told(house: &House) {
    let jens = create(house, json!({ "name": "Jens Mortensen", "personalNumber": JENS })).await;
    let lawyer = create(house, json!({ "name": "Advokat Holm", "personalNumber": "0701614011" })).await;
    let firm = create(house, json!({ "name": "Firmaet", "kind": "company" })).await;
    let on = |party: &Party, subscribe: bool| json!({ "partyId": party.id, "subscribe": subscribe });
    let parties = json!([on(&jens, true), on(&lawyer, false), on(&firm, true)]);
    put_case(house, "S-1", json!({ "status": "open", "parties": parties })).await;
    for (party, because) in [
        (&jens, NotSubscribedBecause::ChannelOff),
        (&lawyer, NotSubscribedBecause::OptedOut),
        (&firm, NotSubscribedBecause::Company),
    ] {
        let told = subscription(house, party).await;
        assert_eq!((told.not_subscribed_because, told.state), (Some(because), SubscriptionState::None));
    }
    let nobody = format!("/parties/{}/subscription", uuid::Uuid::nil());
    house.with(CASEWORKER).get(&nobody).await.problem(ProblemCode::NotFound);
}

async fn wanted_and_confirmed_are_counted_and_listed(house: &House) {
    let caseworker = house.with(CASEWORKER);
    let jens = create(house, json!({ "name": "Jens Mortensen", "personalNumber": JENS })).await;
    create(house, json!({ "name": "Aksel Sander", "personalNumber": "0701614011" })).await;
    put_case(house, "S-1", json!({ "status": "open", "parties": [{ "partyId": jens.id }] })).await;
    put_case(house, "S-2", json!({ "status": "open", "parties": [{ "partyId": jens.id }] })).await;
    let summary: SubscriptionSummary = caseworker.get("/subscriptions/summary").await.expect(200).json();
    assert_eq!((summary.wanted, summary.confirmed), (1, 0), "one person, however many cases");
    assert_eq!(summary.by_state[&SubscriptionState::None], 1);
    let listed: Page<Subscription> = caseworker.get("/subscriptions?state=none").await.expect(200).json();
    assert_eq!(listed.items.iter().map(|row| row.party_id).collect::<Vec<_>>(), [Some(jens.id)]);
    assert_eq!(listed.items[0].reasons.len(), 2);
    let asked: Page<Subscription> = caseworker.get("/subscriptions").await.expect(200).json();
    assert!(asked.items.is_empty());
    caseworker.get("/subscriptions?state=lost").await.problem(ProblemCode::InvalidInput);
    let found: Page<Party> =
        caseworker.post("/parties/search", &json!({ "filter": "subscribed" })).await.expect(200).json();
    assert!(found.items.is_empty());
}

async fn whoever_may_not_read_cases_sees_reasons_without_them(house: &House) {
    let jens = create(house, json!({ "name": "Jens Mortensen", "personalNumber": JENS })).await;
    put_case(house, "S-1", json!({ "status": "open", "parties": [{ "partyId": jens.id }] })).await;
    let path = format!("/parties/{}", jens.id);
    for (privileges, sees) in [(&["Partsredaktør"], Some("S-1")), (&["Opdater fra CPR"], None)] {
        let caller = house.with(privileges);
        let told: Subscription = caller.get(&format!("{path}/subscription")).await.expect(200).json();
        assert_eq!(kinds(&told), [(ReasonKind::OpenCase, sees)]);
        assert_eq!(told.reason_history[0].case_number.as_deref(), sees);
        let party: Party = caller.get(&path).await.expect(200).json();
        let shown = party.subscription.expect("it is wanted");
        assert_eq!(shown.reasons[0].case_number.as_deref(), sees);
        let text = caller.get("/parties").await.expect(200).text();
        assert_eq!(text.contains("S-1"), sees.is_some());
    }
}

async fn all_cases_are_followed_where_somebody_wrote_down_why(house: &House) {
    let jens = create(house, json!({ "name": "Jens Mortensen", "personalNumber": JENS })).await;
    let closed = json!({ "status": "closed", "closedAt": "2020-01-01T12:00:00Z", "parties": [{ "partyId": jens.id }] });
    put_case(house, "S-1", closed).await;
    let told = subscription(house, &jens).await;
    assert_eq!(kinds(&told), [(ReasonKind::AllCases, Some("S-1"))]);
    assert_eq!(told.reasons[0].until, None);
}

async fn choosing_all_cases_stands_in_the_log_once_for_each_choice(house: &House) {
    let start = async |scope: SubscriptionScope, reason: &str| {
        let mut config = house.config().clone();
        config.subscription.scope = scope;
        config.subscription.all_cases_reason = reason.to_owned();
        let server = App::start(config, Arc::new(SettableClock::at(house.now()))).await.expect("a server starts");
        server.stop().await.expect("a server stops");
        log(house, "&operation=choose_subscription_scope").await
    };
    assert!(start(SubscriptionScope::OpenAndRecentlyClosed, "").await.is_empty(), "how everybody begins is no choice");
    for _ in 0..2 {
        let entries = start(SubscriptionScope::AllCases, "Byrådets beslutning 7/2026").await;
        assert_eq!(entries.len(), 1, "{entries:?}");
        assert_eq!(entries[0].actor, "konfiguration");
        assert_eq!(entries[0].reason.as_deref(), Some("Byrådets beslutning 7/2026"));
    }
    let entries = start(SubscriptionScope::AllCases, "Byrådets beslutning 9/2026").await;
    assert_eq!(entries.len(), 2, "another reason is another choice");
    for _ in 0..2 {
        let entries = start(SubscriptionScope::OpenAndRecentlyClosed, "").await;
        assert_eq!((entries.len(), entries[0].reason.as_deref()), (3, None), "going back is a choice as well");
    }
}

on_each_database! {
    choosing_all_cases_stands_in_the_log_once_for_each_choice,
    a_party_is_wanted_while_a_case_is_open_or_was_closed_a_short_time_ago,
    a_reopened_case_acts_at_once_and_closing_again_starts_the_days_anew,
    a_reason_ends_with_the_party_on_the_case_and_with_its_number,
    why_nobody_is_followed_is_told,
    wanted_and_confirmed_are_counted_and_listed,
    whoever_may_not_read_cases_sees_reasons_without_them with "auth.case_read_requires = 'Partsredaktør'",
    all_cases_are_followed_where_somebody_wrote_down_why with
        "[subscription]\nscope = 'all-cases'\nall_cases_reason = 'Byrådets beslutning af 1. november 2026'",
}
