//! How current a followed party is, told honestly: on the party, in the summary and to whoever watches.

use std::time::Duration;

use openapi::health::{Health, HealthStatus};
use openapi::party::Party;
use openapi::subscription::SubscriptionSummary;
use reqwest::Method;
use serde_json::json;
use tests::change_file::file_of_task;
use tests::{House, on_each_database, run_following};

use crate::{CASEWORKER, create, read, run_job};

const JENS: &str = "0707614285";
const AKSEL: &str = "0701614011";

async fn followed(house: &House, digits: &str) -> Party {
    let party = create(house, json!({ "name": "Part", "personalNumber": digits })).await;
    let case = json!({ "status": "open", "parties": [{ "partyId": party.id }] });
    house.with(&["Sagsintegration"]).put(&format!("/cases/S-{digits}"), &case).await.expect(201);
    run_job(house, "reconcile-subscriptions").await;
    party
}

/// Sends in a file of the house's task and lets it be applied.
async fn deliver(house: &House, produced: &str, previous: &str, persons: &[&str]) -> String {
    let task = house.cpr().night().task_number();
    let request = house.with(CASEWORKER).api(Method::POST, "/deliveries");
    let request = request.header("Content-Type", "application/octet-stream");
    let sent = request.body(file_of_task(&task, produced, previous, persons)).send().await.expect(202).value();
    run_job(house, "apply-deliveries").await;
    sent["id"].as_str().unwrap().to_owned()
}

/// `currentAsOf` and `nextExpected`.
async fn freshness(house: &House, party: &Party) -> (Option<String>, Option<String>) {
    let cpr = read(house, party).await.cpr.unwrap();
    (cpr.current_as_of.map(|date| date.to_string()), cpr.next_expected.map(|time| time.to_rfc3339()))
}

fn told(as_of: Option<&str>, next: Option<&str>) -> (Option<String>, Option<String>) {
    (as_of.map(str::to_owned), next.map(|day| format!("{day}T19:00:00+00:00")))
}

async fn a_followed_party_tells_how_current_it_is_and_when_news_are_due(house: &House) {
    let jens = followed(house, JENS).await;
    let other = create(house, json!({ "name": "Part", "personalNumber": AKSEL })).await;
    house.with(CASEWORKER).post(&format!("/parties/{}/cpr/fetch", other.id), &json!({})).await.expect(200);
    assert_eq!(freshness(house, &jens).await, told(None, Some("2026-11-23")), "nothing came yet");
    deliver(house, "2026-11-23", "2026-11-20", &[]).await;
    assert_eq!(freshness(house, &jens).await, told(Some("2026-11-23"), Some("2026-11-24")), "though it was not in it");
    deliver(house, "2026-11-27", "2026-11-23", &[]).await;
    assert_eq!(freshness(house, &jens).await, told(Some("2026-11-27"), Some("2026-11-30")), "a weekend lies between");
    assert_eq!(freshness(house, &other).await, told(None, None), "nobody follows it");
}

async fn behind_a_bridged_gap_nobody_claims_to_be_current_who_is_not(house: &House) {
    let jens = followed(house, JENS).await;
    deliver(house, "2026-11-23", "2026-11-20", &[]).await;
    let waiting = deliver(house, "2026-11-25", "2026-11-24", &[]).await;
    assert_eq!(freshness(house, &jens).await, told(Some("2026-11-23"), Some("2026-11-24")));
    let bridge = json!({ "bridge": { "reason": "Filen er væk" } });
    house.with(CASEWORKER).post(&format!("/deliveries/{waiting}/retry"), &bridge).await.expect(202);
    run_job(house, "apply-deliveries").await;
    assert_eq!(freshness(house, &jens).await, told(Some("2026-11-23"), Some("2026-11-26")));

    house.let_pass(Duration::from_secs(2 * 24 * 3600));
    house.with(CASEWORKER).post(&format!("/parties/{}/cpr/fetch", jens.id), &json!({})).await.expect(200);
    assert_eq!(freshness(house, &jens).await, told(Some("2026-11-25"), Some("2026-11-26")), "looked up since");
}

async fn the_summary_and_the_metrics_tell_the_lag_and_the_gaps(house: &House) {
    let summary = async || -> SubscriptionSummary {
        house.with(CASEWORKER).get("/subscriptions/summary").await.expect(200).json()
    };
    assert_eq!((summary().await.lag_seconds, summary().await.gaps.len()), (None, 0));
    deliver(house, "2026-11-20", "2026-11-19", &[]).await;
    assert_eq!(summary().await.lag_seconds, Some(0), "Monday's is ready at eight in the evening");
    deliver(house, "2026-11-25", "2026-11-24", &[]).await;
    house.set_time("2026-11-23T20:00:00Z".parse().unwrap());
    let told = summary().await;
    assert_eq!(told.lag_seconds, Some(3600));
    let gaps: Vec<_> = told.gaps.iter().map(|gap| gap.missing_date.to_string()).collect();
    assert_eq!(gaps, ["2026-11-24"]);

    let metrics = house.anonymous().request(Method::GET, "/metrics").send().await.expect(200);
    assert!(metrics.header("Content-Type").is_some_and(|kind| kind.starts_with("text/plain")), "{metrics:?}");
    let text = metrics.text();
    for line in [
        "partsregister_database_up 1",
        "partsregister_delivery_gaps 1",
        "partsregister_delivery_lag_seconds 3600",
        "partsregister_subscriptions_wanted 0",
    ] {
        assert!(text.lines().any(|told| told == line), "{line} is not in\n{text}");
    }
    assert!(text.contains("partsregister_job_last_success_timestamp_seconds{name=\"apply-deliveries\"}"), "{text}");

    let ready: Health = house.anonymous().request(Method::GET, "/health/ready").send().await.expect(200).json();
    let deliveries = ready.checks.iter().find(|check| check.name == "deliveries").expect("deliveries are looked at");
    assert_eq!((ready.status, deliveries.status), (HealthStatus::Degraded, HealthStatus::Degraded));
    let detail = deliveries.detail.as_deref().unwrap_or_default();
    assert!(detail.starts_with("Leverancer mangler: 24-11-2026 (opgave "), "{detail}");
}

on_each_database! {
    using run_following;
    a_followed_party_tells_how_current_it_is_and_when_news_are_due,
    behind_a_bridged_gap_nobody_claims_to_be_current_who_is_not,
    the_summary_and_the_metrics_tell_the_lag_and_the_gaps,
}
