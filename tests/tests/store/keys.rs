use backend::store::idempotency::{self, Claim, Request};
use backend::store::preview::{self, Preview};
use backend::store::{Database, Error, party};
use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use tests::database::{TestDatabase, with_database};
use uuid::Uuid;

use super::{kept_noon, named, noon, open, store};

tests::on_each_database! {
    using with_database;
    a_repeated_request_gets_the_first_ones_answer,
    a_key_is_its_callers_own,
    a_key_with_another_body_is_a_mismatch,
    a_released_key_may_be_tried_again,
    a_dead_claim_is_void_after_its_lease,
    an_answer_is_forgotten_after_a_day,
    of_two_requests_at_once_one_is_the_first,
    a_preview_is_taken_once,
    a_preview_is_its_askers_own_and_expires,
    a_preview_goes_with_its_party,
}

fn request(actor: &str, digest: &str) -> Request {
    Request { actor: actor.to_owned(), key: "k-1".to_owned(), body_digest: digest.to_owned() }
}

fn answer() -> serde_json::Value {
    json!({ "partyId": 1 })
}

async fn claim(database: &Database, request: &Request, now: DateTime<Utc>) -> Claim {
    let write = database.begin().await.unwrap();
    let lease_until = now + Duration::minutes(1);
    let claim = idempotency::claim(&write, request, now, lease_until, now + Duration::days(1)).await.unwrap();
    write.commit().await.unwrap();
    claim
}

async fn complete(database: &Database, request: &Request) -> Result<(), Error> {
    let write = database.begin().await?;
    idempotency::complete(&write, request, &answer()).await?;
    write.commit().await
}

async fn a_repeated_request_gets_the_first_ones_answer(database: &TestDatabase) {
    let database = open(database).await;
    let request = request("a", "d");
    assert_eq!(claim(&database, &request, noon()).await, Claim::First);
    assert_eq!(claim(&database, &request, noon()).await, Claim::UnderWay);
    complete(&database, &request).await.unwrap();
    assert_eq!(claim(&database, &request, noon() + Duration::hours(23)).await, Claim::Done(answer()));
    assert_eq!(complete(&database, &request).await, Err(Error::Stale));
}

async fn a_key_is_its_callers_own(database: &TestDatabase) {
    let database = open(database).await;
    assert_eq!(claim(&database, &request("a", "d"), noon()).await, Claim::First);
    assert_eq!(claim(&database, &request("b", "d"), noon()).await, Claim::First);
}

async fn a_key_with_another_body_is_a_mismatch(database: &TestDatabase) {
    let database = open(database).await;
    claim(&database, &request("a", "d"), noon()).await;
    assert_eq!(claim(&database, &request("a", "e"), noon()).await, Claim::Mismatch);
    complete(&database, &request("a", "d")).await.unwrap();
    assert_eq!(claim(&database, &request("a", "e"), noon()).await, Claim::Mismatch);
}

async fn a_released_key_may_be_tried_again(database: &TestDatabase) {
    let database = open(database).await;
    let request = request("a", "d");
    claim(&database, &request, noon()).await;
    let write = database.begin().await.unwrap();
    idempotency::release(&write, &request).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(claim(&database, &request, noon()).await, Claim::First);
}

async fn a_dead_claim_is_void_after_its_lease(database: &TestDatabase) {
    let database = open(database).await;
    claim(&database, &request("a", "d"), noon()).await;
    assert_eq!(claim(&database, &request("a", "e"), noon() + Duration::minutes(1)).await, Claim::First);
    // The one that was believed dead comes too late to act.
    assert_eq!(complete(&database, &request("a", "d")).await, Err(Error::Stale));
}

async fn an_answer_is_forgotten_after_a_day(database: &TestDatabase) {
    let database = open(database).await;
    let request = request("a", "d");
    claim(&database, &request, noon()).await;
    complete(&database, &request).await.unwrap();
    let write = database.begin().await.unwrap();
    assert_eq!(idempotency::purge(&write, noon() + Duration::hours(23)).await, Ok(0));
    assert_eq!(idempotency::purge(&write, noon() + Duration::days(1)).await, Ok(1));
    drop(write);
    assert_eq!(claim(&database, &request, noon() + Duration::days(1)).await, Claim::First);
}

async fn of_two_requests_at_once_one_is_the_first(database: &TestDatabase) {
    let database = open(database).await;
    let claims = [1, 2].map(|_| {
        let database = database.clone();
        tokio::spawn(async move { claim(&database, &request("a", "d"), noon()).await })
    });
    let mut outcomes = Vec::new();
    for claim in claims {
        outcomes.push(claim.await.unwrap());
    }
    assert!(outcomes.contains(&Claim::First) && outcomes.contains(&Claim::UnderWay), "{outcomes:?}");
}

fn waiting(party_id: Uuid) -> Preview {
    Preview {
        id: Uuid::new_v4(),
        party_id,
        party_version: 1,
        actor: "a".to_owned(),
        answer: "{}".to_owned(),
        expires_at: kept_noon() + Duration::minutes(10),
    }
}

async fn a_preview_is_taken_once(database: &TestDatabase) {
    let database = open(database).await;
    let party = named("A");
    store(&database, std::slice::from_ref(&party)).await;
    let shown = waiting(party.id);
    let write = database.begin().await.unwrap();
    preview::put(&write, &shown).await.unwrap();
    assert_eq!(preview::take(&write, shown.id, party.id, "a", noon()).await, Ok(Some(shown.clone())));
    assert_eq!(preview::take(&write, shown.id, party.id, "a", noon()).await, Ok(None));
    assert_eq!(preview::put(&write, &waiting(Uuid::new_v4())).await, Err(Error::Missing));
}

async fn a_preview_is_its_askers_own_and_expires(database: &TestDatabase) {
    let database = open(database).await;
    let party = named("A");
    store(&database, std::slice::from_ref(&party)).await;
    let shown = waiting(party.id);
    let later = noon() + Duration::minutes(10);
    let write = database.begin().await.unwrap();
    preview::put(&write, &shown).await.unwrap();
    assert_eq!(preview::take(&write, shown.id, party.id, "b", noon()).await, Ok(None));
    assert_eq!(preview::take(&write, shown.id, Uuid::new_v4(), "a", noon()).await, Ok(None));
    assert_eq!(preview::take(&write, shown.id, party.id, "a", later).await, Ok(None));
    assert_eq!(preview::purge(&write, noon()).await, Ok(0));
    assert_eq!(preview::purge(&write, later).await, Ok(1));
}

async fn a_preview_goes_with_its_party(database: &TestDatabase) {
    let database = open(database).await;
    let party = named("A");
    store(&database, std::slice::from_ref(&party)).await;
    let write = database.begin().await.unwrap();
    preview::put(&write, &waiting(party.id)).await.unwrap();
    party::delete(&write, party.id, 1).await.unwrap();
    assert_eq!(preview::purge(&write, noon() + Duration::days(1)).await, Ok(0));
}
