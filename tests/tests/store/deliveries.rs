//! Change files: their bytes, their turn, and how far one is.

use std::io::Read as _;

use backend::domain::delivery::{
    Bridge, Counts, Delivery, DeliveryProblem, Envelope, Link, Listed, Reason, Standing, State,
};
use backend::store::delivery::{self, PART, PartWriter};
use backend::store::{Conflict, Database, Error};
use chrono::{Duration, NaiveDate};
use tests::database::{TestDatabase, with_database};
use tests::on_each_database;
use uuid::Uuid;

use crate::{first, kept_noon, noon, open};

const HASH: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
}

fn sound(content_hash: &str, produced: u32, previous: u32) -> Delivery {
    let link = Link { production_date: day(produced), previous: Some(day(previous)), is_status: false };
    Delivery {
        id: Uuid::now_v7(),
        content_hash: content_hash.to_owned(),
        file_name: Some("d261120.l999901".to_owned()),
        size: 7,
        envelope: Some(Envelope { task_number: "999901".to_owned(), link, persons: 3 }),
        state: State::Received,
        reason: None,
        bridge: None,
        may_be_bridged: false,
        progress: 0,
        counts: Counts::default(),
        received_at: kept_noon(),
        applied_at: None,
    }
}

async fn store(database: &Database, delivery: &Delivery) {
    let write = database.begin().await.unwrap();
    delivery::insert(&write, delivery).await.unwrap();
    write.commit().await.unwrap();
}

async fn read(database: &Database, id: Uuid) -> Delivery {
    delivery::get_one(&database.read(), id).await.unwrap().unwrap()
}

async fn put_parts(database: &Database, content_hash: &str, bytes: &[u8]) -> i64 {
    let writer = PartWriter::new(database, content_hash);
    let mut number = 0;
    for piece in bytes.chunks(PART) {
        writer.put(number, piece.to_vec(), noon()).await.unwrap();
        number += 1;
    }
    number
}

async fn a_delivery_is_read_as_it_was_stored(database: &TestDatabase) {
    let database = open(database).await;
    let kept = sound(HASH, 20, 19);
    store(&database, &kept).await;
    assert_eq!(read(&database, kept.id).await, kept);
    assert_eq!(delivery::by_content(&database.read(), HASH).await.unwrap(), Some(kept.clone()));
    let refused = Delivery {
        envelope: None,
        state: State::Refused,
        reason: Some(Reason::WrongCount),
        file_name: None,
        ..sound(&HASH.replace("00", "01"), 20, 19)
    };
    store(&database, &refused).await;
    let page = delivery::list(&database.read(), None, &first(1)).await.unwrap();
    assert_eq!(page.items, std::slice::from_ref(&refused), "what came last comes first");
    let after = backend::domain::page::PageRequest { limit: 5, after: page.next };
    assert_eq!(delivery::list(&database.read(), None, &after).await.unwrap().items, std::slice::from_ref(&kept));
    let waiting = delivery::list(&database.read(), Some(State::Refused), &first(5)).await.unwrap();
    assert_eq!(waiting.items, [refused]);

    let write = database.begin().await.unwrap();
    let again = Delivery { id: Uuid::now_v7(), ..kept };
    assert_eq!(delivery::insert(&write, &again).await, Err(Error::Conflict(Conflict::Key)));
    drop(write);
    database.close().await.unwrap();
}

async fn bytes_come_out_as_they_went_in_whoever_else_puts_them_in(database: &TestDatabase) {
    let database = open(database).await;
    let bytes: Vec<u8> = (0..3 * PART + 17).map(|place| (place % 251) as u8).collect();
    let (one, other) = tokio::join!(put_parts(&database, HASH, &bytes), put_parts(&database, HASH, &bytes));
    assert_eq!((one, other), (4, 4));
    let write = database.begin().await.unwrap();
    let writer = PartWriter::new(&database, HASH);
    assert!(writer.are_there(&write, 4).await.unwrap());
    assert!(!writer.are_there(&write, 5).await.unwrap());
    drop(write);
    let mut file = delivery::open_bytes(&database.read(), HASH).await.unwrap();
    let mut read = Vec::new();
    file.read_to_end(&mut read).unwrap();
    assert!(read == bytes);
    let missing = delivery::open_bytes(&database.read(), "nothing").await;
    assert_eq!(missing.err(), Some(Error::Missing));
    database.close().await.unwrap();
}

async fn forgotten_bytes_are_found_and_removed_and_needed_ones_never(database: &TestDatabase) {
    let database = open(database).await;
    let forgotten = HASH.replace("00", "02");
    for content in [HASH, &forgotten] {
        put_parts(&database, content, b"bytes").await;
    }
    let needed = sound(HASH, 20, 19);
    store(&database, &needed).await;
    let orphans = async |before| delivery::orphans(&database.read(), before).await.unwrap();
    assert!(orphans(noon()).await.is_empty(), "somebody may be putting them in");
    let later = noon() + Duration::minutes(1);
    assert_eq!(orphans(later).await, [forgotten.as_str()]);
    for content in [HASH, &forgotten] {
        delivery::drop_bytes(&database, content).await.unwrap();
    }
    assert!(delivery::open_bytes(&database.read(), HASH).await.is_ok());
    assert!(delivery::open_bytes(&database.read(), &forgotten).await.is_err());

    let write = database.begin().await.unwrap();
    delivery::begin(&write, needed.id).await.unwrap();
    delivery::finish(&write, &needed, 0, noon()).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(orphans(noon() - Duration::days(1)).await, [HASH], "applied: at once");
    delivery::drop_bytes(&database, HASH).await.unwrap();
    assert!(orphans(later).await.is_empty());
    database.close().await.unwrap();
}

async fn of_two_who_apply_a_batch_one_goes_on(database: &TestDatabase) {
    let database = open(database).await;
    let kept = sound(HASH, 20, 19);
    store(&database, &kept).await;
    let batch = Counts { changed: 1, unchanged: 1, failed: 0, unexpected: 1 };
    let write = database.begin().await.unwrap();
    assert!(!delivery::advance(&write, kept.id, 0, 2, &batch).await.unwrap(), "not begun");
    delivery::begin(&write, kept.id).await.unwrap();
    assert!(delivery::advance(&write, kept.id, 0, 2, &batch).await.unwrap());
    assert!(!delivery::advance(&write, kept.id, 0, 2, &batch).await.unwrap(), "somebody did it");
    assert_eq!(delivery::finish(&write, &kept, 0, noon()).await, Err(Error::Stale));
    drop(write);

    let write = database.begin().await.unwrap();
    delivery::begin(&write, kept.id).await.unwrap();
    delivery::begin(&write, kept.id).await.unwrap();
    assert!(delivery::advance(&write, kept.id, 0, 3, &Counts { failed: 1, ..batch }).await.unwrap());
    delivery::finish(&write, &kept, 3, noon()).await.unwrap();
    write.commit().await.unwrap();
    let applied = read(&database, kept.id).await;
    assert_eq!((applied.state, applied.progress, applied.counts.persons()), (State::Applied, 3, 3));
    assert_eq!(applied.applied_at, Some(kept_noon()));
    assert_eq!(delivery::last_applied(&database.read()).await.unwrap().map(|last| last.id), Some(kept.id));
    let chain = delivery::chain(&database.read(), "999901").await.unwrap().unwrap();
    assert_eq!((chain.last, chain.unbroken_since), (day(20), day(19)));

    let write = database.begin().await.unwrap();
    assert_eq!(delivery::begin(&write, kept.id).await, Err(Error::Stale), "it is applied");
    drop(write);
    database.close().await.unwrap();
}

async fn a_bridged_gap_stays_known_to_whoever_asks_how_current_things_are(database: &TestDatabase) {
    let database = open(database).await;
    for (number, (produced, previous)) in [(19, 18), (20, 19), (25, 24), (26, 25)].into_iter().enumerate() {
        let kept = sound(&format!("{number:064}"), produced, previous);
        store(&database, &kept).await;
        if produced == 25 {
            let write = database.begin().await.unwrap();
            let waits = Standing { id: kept.id, state: State::Waiting, reason: Some(Reason::Gap) };
            delivery::stand(&write, &waits).await.unwrap();
            write.commit().await.unwrap();
            let gaps = delivery::gaps(&database.read()).await.unwrap();
            assert_eq!(gaps, [("999901".to_owned(), day(24))]);

            let write = database.begin().await.unwrap();
            let bridge = Bridge { reason: "væk".to_owned(), by: "en".to_owned(), at: kept_noon() };
            delivery::bridge(&write, kept.id, &bridge).await.unwrap();
            delivery::stand(&write, &Standing { state: State::Received, reason: None, ..waits }).await.unwrap();
            assert_eq!(delivery::bridge(&write, kept.id, &bridge).await, Err(Error::Stale), "it waits no more");
            drop(write);
            let write = database.begin().await.unwrap();
            delivery::stand(&write, &Standing { state: State::Received, reason: None, ..waits }).await.unwrap();
            write.commit().await.unwrap();
        }
        let write = database.begin().await.unwrap();
        delivery::begin(&write, kept.id).await.unwrap();
        delivery::finish(&write, &kept, 0, noon()).await.unwrap();
        write.commit().await.unwrap();
    }
    let course = delivery::course(&database.read(), Some("999901")).await.unwrap().unwrap();
    assert_eq!((course.chain.last, course.chain.unbroken_since), (day(26), day(24)));
    let breaks: Vec<_> = course.breaks.iter().map(|broken| (broken.last_before, broken.missing_until)).collect();
    assert_eq!(breaks, [(None, day(17)), (Some(day(20)), day(24))]);
    assert_eq!(delivery::course(&database.read(), None).await.unwrap(), Some(course));
    assert_eq!(delivery::course(&database.read(), Some("999902")).await.unwrap(), None);
    database.close().await.unwrap();
}

async fn problems_and_files_seen_are_remembered(database: &TestDatabase) {
    let database = open(database).await;
    let kept = sound(HASH, 20, 19);
    store(&database, &kept).await;
    let problem = |kind: &str, party_id| DeliveryProblem {
        kind: kind.to_owned(),
        place: Some("person 3".to_owned()),
        text: "Æ".to_owned(),
        party_id,
    };
    let (one, two) = (problem("one", None), problem("two", Some(Uuid::from_u128(7))));
    let write = database.begin().await.unwrap();
    delivery::add_problems(&write, kept.id, &[one.clone(), two.clone()]).await.unwrap();
    delivery::add_problems(&write, kept.id, std::slice::from_ref(&one)).await.unwrap();
    let file = Listed { name: "d261120.l999901".to_owned(), size: 7, modified_at: 8 };
    delivery::note_seen(&write, &file, false).await.unwrap();
    delivery::note_seen(&write, &file, true).await.unwrap();
    write.commit().await.unwrap();
    let page = delivery::problems(&database.read(), kept.id, &first(2)).await.unwrap();
    assert_eq!(page.items, [one.clone(), two]);
    let after = backend::domain::page::PageRequest { limit: 2, after: page.next };
    assert_eq!(delivery::problems(&database.read(), kept.id, &after).await.unwrap().items, [one]);
    let grown = Listed { size: 9, ..file.clone() };
    let seen = async |file: &Listed| delivery::seen(&database.read(), std::slice::from_ref(file)).await.unwrap();
    assert_eq!(seen(&file).await, [(file.clone(), true)]);
    assert!(seen(&grown).await.is_empty(), "another size is another file");
    let write = database.begin().await.unwrap();
    delivery::forget_seen(&write, &file.name).await.unwrap();
    write.commit().await.unwrap();
    assert!(seen(&file).await.is_empty());
    database.close().await.unwrap();
}

on_each_database! {
    using with_database;
    a_delivery_is_read_as_it_was_stored,
    bytes_come_out_as_they_went_in_whoever_else_puts_them_in,
    forgotten_bytes_are_found_and_removed_and_needed_ones_never,
    of_two_who_apply_a_batch_one_goes_on,
    a_bridged_gap_stays_known_to_whoever_asks_how_current_things_are,
    problems_and_files_seen_are_remembered,
}
