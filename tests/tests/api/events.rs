//! The feed of events.

use std::time::{Duration, Instant};

use openapi::event::{EventPage, EventType};
use reqwest::Method;
use serde_json::json;
use tests::{House, on_each_database};

use crate::{CASEWORKER, create};

async fn what_happens_to_a_party_stands_in_the_feed_without_gaps_and_without_values(house: &House) {
    let caseworker = house.with(CASEWORKER);
    let party = create(house, json!({ "name": "Aksel", "personalNumber": "0701614011" })).await;
    caseworker.post(&format!("/parties/{}/cpr/fetch", party.id), &json!({})).await.expect(200);
    let unchanged = caseworker.post(&format!("/parties/{}/cpr/fetch", party.id), &json!({})).await.expect(200);
    let delete = caseworker.api(Method::DELETE, &format!("/parties/{}", party.id));
    delete.header("If-Match", unchanged.etag()).send().await.expect(204);

    let answer = caseworker.get("/events").await.expect(200);
    let page: EventPage = answer.json();
    let numbers: Vec<i64> = page.items.iter().map(|event| event.seq).collect();
    assert_eq!(numbers, (1..=page.latest).collect::<Vec<_>>());
    let types: Vec<EventType> = page.items.iter().map(|event| event.type_).collect();
    assert_eq!(types[0], EventType::PartyCreated);
    assert_eq!(types.last(), Some(&EventType::PartyDeleted));
    let times = |wanted| types.iter().filter(|type_| **type_ == wanted).count();
    assert_eq!((times(EventType::PartyUpdated), times(EventType::PartyProtectionChanged)), (1, 1), "{types:?}");
    for value in ["Aksel", "Sander", "0701614011", "Industri"] {
        assert!(!answer.text().contains(value), "{value} stands in the feed");
    }

    let rest: EventPage = caseworker.get("/events?after=1&limit=1").await.expect(200).json();
    assert_eq!(rest.items.iter().map(|event| event.seq).collect::<Vec<_>>(), [2]);
    let beyond: EventPage = caseworker.get("/events?after=999").await.expect(200).json();
    assert!(beyond.items.is_empty());
}

async fn a_reader_who_waits_is_answered_as_soon_as_something_happens(house: &House) {
    let caseworker = house.with(CASEWORKER);
    let start = Instant::now();
    let (page, _) = tokio::join!(caseworker.get("/events?wait=30"), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        create(house, json!({ "name": "Ny part" })).await
    });
    let page: EventPage = page.expect(200).json();
    assert_eq!(page.items.len(), 1);
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

on_each_database! {
    what_happens_to_a_party_stands_in_the_feed_without_gaps_and_without_values,
    a_reader_who_waits_is_answered_as_soon_as_something_happens,
}
