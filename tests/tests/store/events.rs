use backend::domain::event::{EventType, NewEvent};
use backend::store::{Database, Error, event};
use tests::database::{TestDatabase, with_database};
use uuid::Uuid;

use super::{kept_noon, noon, open};

tests::on_each_database! {
    using with_database;
    events_come_back_in_order_with_their_numbers,
    a_rolled_back_event_leaves_no_gap,
    writers_at_once_leave_no_gap,
    a_new_feed_is_empty,
}

fn new(type_: EventType) -> NewEvent {
    NewEvent { type_, party_id: Uuid::new_v4(), changed_fields: vec!["name".to_owned(), "address".to_owned()] }
}

async fn events_come_back_in_order_with_their_numbers(database: &TestDatabase) {
    let database = open(database).await;
    let write = database.begin().await.unwrap();
    let mut stored = event::append(&write, &EventType::ALL.map(new), noon()).await.unwrap();
    assert_eq!(event::append(&write, &[], noon()).await, Ok(Vec::new()));
    write.commit().await.unwrap();
    assert_eq!(stored[0].occurred_at, kept_noon());

    let page = event::list(&database.read(), 0, 100, None).await.unwrap();
    assert_eq!((&page.items, page.latest, page.oldest), (&stored, EventType::ALL.len() as i64, Some(1)));
    assert_eq!(event::list(&database.read(), 3, 2, None).await.unwrap().items, stored.drain(3..5).as_slice());
    let deaths = event::list(&database.read(), 0, 100, Some(EventType::PartyDeceased)).await.unwrap();
    assert_eq!(deaths.items.iter().map(|event| event.event.type_).collect::<Vec<_>>(), [EventType::PartyDeceased]);
    assert_eq!((deaths.latest, deaths.oldest), (EventType::ALL.len() as i64, Some(1)));
    assert!(event::list(&database.read(), EventType::ALL.len() as i64, 100, None).await.unwrap().items.is_empty());
}

async fn a_rolled_back_event_leaves_no_gap(database: &TestDatabase) {
    let database = open(database).await;
    let write = database.begin().await.unwrap();
    event::append(&write, &[new(EventType::PartyCreated)], noon()).await.unwrap();
    drop(write);
    append(&database).await.unwrap();
    assert_eq!(event::bounds(&database.read()).await, Ok((1, Some(1))));
}

async fn writers_at_once_leave_no_gap(database: &TestDatabase) {
    const WRITERS: i64 = 4;
    const EACH: i64 = 25;
    let database = open(database).await;
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let database = database.clone();
            tokio::spawn(async move {
                for _ in 0..EACH {
                    append(&database).await?;
                }
                Ok::<_, Error>(())
            })
        })
        .collect();
    // A reader who always goes on from the last number that it saw misses nothing.
    let mut seen = Vec::new();
    loop {
        let finished = writers.iter().all(tokio::task::JoinHandle::is_finished);
        let after = seen.last().copied().unwrap_or(0);
        let page = event::list(&database.read(), after, 7, None).await.unwrap();
        if finished && page.items.is_empty() {
            break;
        }
        seen.extend(page.items.iter().map(|event| event.seq));
    }
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
    assert_eq!(seen, (1..=WRITERS * EACH).collect::<Vec<_>>());
}

async fn append(database: &Database) -> Result<(), Error> {
    let write = database.begin().await?;
    event::append(&write, &[new(EventType::PartyUpdated)], noon()).await?;
    write.commit().await
}

async fn a_new_feed_is_empty(database: &TestDatabase) {
    let database = open(database).await;
    let page = event::list(&database.read(), 0, 10, None).await.unwrap();
    assert_eq!((page.items.len(), page.latest, page.oldest), (0, 0, None));
}
