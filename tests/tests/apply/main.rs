//! A change file becomes what CPR says of our parties.

mod crash;

use backend::clock::Clock;
use backend::domain::event::EventType;
use backend::domain::page::PageRequest;
use backend::domain::party::{ChangeSource, Party};
use backend::domain::person::RegisterSource;
use backend::domain::subscription::{State, Subscription};
use backend::store;
use chrono::{NaiveDate, TimeDelta};
use cpr::PersonalNumber;
use cpr::extract::RecordBuilder;
use tests::database::{TestDatabase, with_database};
use tests::desk::{Desk, File, changed_number, former_number, nobodys_numbers, resident};
use tests::on_each_database;

on_each_database! { using with_database;
    a_delivered_person_changes_the_party_and_tells_it_once,
    what_only_the_cpr_tab_reads_moves_nothing_else,
    an_older_state_never_replaces_a_newer_one,
    a_stranger_is_counted_and_not_stored_and_a_bad_person_blocks_nobody,
    a_changed_number_takes_the_party_along_in_whatever_order_it_is_told,
    a_number_that_another_party_has_moves_nothing,
    what_the_file_says_of_subscriptions_is_noted,
    a_delivery_that_somebody_else_went_on_with_is_left_alone,
}

/// So many numbers that belong to nobody.
fn numbers<const N: usize>() -> [PersonalNumber; N] {
    let mut numbers = nobodys_numbers();
    std::array::from_fn(|_| numbers.next().unwrap())
}

async fn desk(database: &TestDatabase) -> Desk {
    Desk::open(&database.url().unwrap()).await.unwrap()
}

/// Applies the file of a day; changed, unchanged, failed, unexpected.
async fn night(desk: &Desk, day: u32, persons: &[Vec<RecordBuilder>]) -> (i64, i64, i64, i64) {
    let file = File::of(day, &persons.concat()).unwrap();
    let delivery = desk.take_in(&file).await.unwrap();
    let counts = desk.apply(delivery.id).await.unwrap();
    let now = desk.delivery(delivery.id).await.unwrap();
    assert_eq!((now.counts, now.applied_at.is_some()), (counts, true));
    (counts.changed, counts.unchanged, counts.failed, counts.unexpected)
}

async fn party(desk: &Desk, before: &Party) -> Party {
    store::party::get(&desk.database.read(), before.id).await.unwrap().unwrap()
}

fn line1(party: &Party) -> Option<&str> {
    party.fields.address.as_ref()?.line1.as_deref()
}

/// The types of all events so far, which have no gap.
async fn events(desk: &Desk) -> Vec<EventType> {
    let page = store::event::list(&desk.database.read(), 0, 1000, None).await.unwrap();
    let seqs: Vec<i64> = page.items.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (1..=page.latest).collect::<Vec<i64>>());
    page.items.into_iter().map(|event| event.event.type_).collect()
}

async fn a_delivered_person_changes_the_party_and_tells_it_once(database: &TestDatabase) {
    let desk = desk(database).await;
    let [jens, karl] = numbers();
    let parties = desk.seed(&[jens, karl]).await.unwrap();
    let told = [resident(jens, "Jens Mortensen", 95), resident(karl, "Karl Holm", 4)];
    assert_eq!(night(&desk, 23, &told).await, (2, 0, 0, 0));

    let after = party(&desk, &parties[0]).await;
    assert_eq!((after.fields.name.as_str(), line1(&after)), ("Jens Mortensen", Some("Industrivænget 95, 1. tv")));
    assert_eq!((after.version, after.changed_by), (2, ChangeSource::Subscription));
    let register = after.register.as_ref().unwrap();
    assert_eq!(register.source, RegisterSource::Subscription);
    assert_eq!(register.register_date, NaiveDate::from_ymd_opt(2026, 11, 23).unwrap());
    let page = PageRequest { limit: 9, after: None };
    let versions = store::party::versions(&desk.database.read(), after.id, &page).await.unwrap().items;
    assert_eq!((versions[0].by.as_str(), versions[0].version), ("job:apply-deliveries", 2));
    assert_eq!(events(&desk).await, [EventType::PartyUpdated; 2]);

    // The next night brings Jens again, and a protection for Karl.
    let mut secret = resident(karl, "Karl Holm", 4);
    secret.push(RecordBuilder::new("004", karl.digits().as_str()).set("BESKYTTYPE", "0001"));
    assert_eq!(night(&desk, 24, &[resident(jens, "Jens Mortensen", 95), secret]).await, (1, 1, 0, 0));
    assert!(party(&desk, &parties[0]).await == after, "what is unchanged moves nothing");
    assert!(party(&desk, &parties[1]).await.is_protected());
    assert_eq!(events(&desk).await[2..], [EventType::PartyUpdated, EventType::PartyProtectionChanged]);
    // And without its record the protection has ended.
    assert_eq!(night(&desk, 25, &[resident(karl, "Karl Holm", 4)]).await, (1, 0, 0, 0));
    assert!(!party(&desk, &parties[1]).await.is_protected());
}

async fn what_only_the_cpr_tab_reads_moves_nothing_else(database: &TestDatabase) {
    let desk = desk(database).await;
    let [jens, child] = numbers();
    let parties = desk.seed(&[jens]).await.unwrap();
    night(&desk, 23, &[resident(jens, "Jens Mortensen", 95)]).await;
    let before = party(&desk, &parties[0]).await;
    let mut with_child = resident(jens, "Jens Mortensen", 95);
    with_child.push(RecordBuilder::new("014", jens.digits().as_str()).set("PNR-BARN", child.digits().as_str()));
    assert_eq!(night(&desk, 24, &[with_child]).await, (0, 1, 0, 0));
    assert!(party(&desk, &parties[0]).await == before);
    let kept = store::register::get(&desk.database.read(), jens).await.unwrap().unwrap();
    assert!(kept.records.text.contains("\n014"), "the tab has the child");
    assert_eq!(kept.records.date, NaiveDate::from_ymd_opt(2026, 11, 24).unwrap());
    assert!(!kept.records.text.contains("\n099"));
}

async fn an_older_state_never_replaces_a_newer_one(database: &TestDatabase) {
    let desk = desk(database).await;
    let [jens] = numbers();
    let parties = desk.seed(&[jens]).await.unwrap();
    night(&desk, 23, &[resident(jens, "Jens Mortensen", 95)]).await;
    assert_eq!(night(&desk, 22, &[resident(jens, "Jens Mortensen", 4)]).await, (0, 1, 0, 0));
    assert_eq!(line1(&party(&desk, &parties[0]).await), Some("Industrivænget 95, 1. tv"));
}

async fn a_stranger_is_counted_and_not_stored_and_a_bad_person_blocks_nobody(database: &TestDatabase) {
    let desk = desk(database).await;
    let [jens, stranger, bad] = numbers();
    let parties = desk.seed(&[jens, bad]).await.unwrap();
    let without_core = resident(bad, "Uden Kerne", 1)[1..].to_vec();
    let told = [resident(stranger, "Frem Med", 2), without_core, resident(jens, "Jens Mortensen", 95)];
    assert_eq!(night(&desk, 23, &told).await, (1, 1, 1, 1));
    assert!(store::register::get(&desk.database.read(), stranger).await.unwrap().is_none());
    assert_eq!(party(&desk, &parties[1]).await.version, 1);
}

async fn a_changed_number_takes_the_party_along_in_whatever_order_it_is_told(database: &TestDatabase) {
    let desk = desk(database).await;
    let all: [PersonalNumber; 8] = numbers();
    let parties = desk.seed(&[all[0], all[2], all[4], all[6]]).await.unwrap();
    let known: Vec<_> = [0, 2, 4, 6].into_iter().map(|place| resident(all[place], "Gerda Holmstad", 16)).collect();
    night(&desk, 20, &known).await;
    let new = |place: usize, former: bool| {
        let mut records = resident(all[place + 1], "Gerda Holmstad", 17);
        records.extend(former.then(|| former_number(all[place + 1], all[place])));
        records
    };
    let told = [
        // The old number first; the new one first; the old one alone; the new one alone.
        changed_number(all[0], all[1], "60"),
        new(0, false),
        new(2, true),
        changed_number(all[2], all[3], "60"),
        changed_number(all[4], all[5], "50"),
        new(6, true),
    ];
    assert_eq!(night(&desk, 23, &told).await, (4, 2, 0, 0));
    for (place, before) in [0, 2, 4, 6].into_iter().zip(&parties) {
        let after = party(&desk, before).await;
        assert_eq!(after.fields.personal_number, Some(all[place + 1]), "{place}");
        assert_eq!(after.former_numbers, [all[place]], "{place}");
        let house = if place == 4 { "Industrivænget 16, 1. tv" } else { "Industrivænget 17, 1. tv" };
        assert_eq!(line1(&after), Some(house), "{place}: of a new number alone CPR's earlier word stands");
        assert!(store::register::get(&desk.database.read(), all[place]).await.unwrap().is_none());
        assert!(store::register::get(&desk.database.read(), all[place + 1]).await.unwrap().is_some());
    }
    let moved = events(&desk).await.into_iter().filter(|type_| *type_ == EventType::PartyPersonalNumberChanged);
    assert_eq!(moved.count(), 4);
    // Told again, it is no news, and nobody is a stranger; the third one's new number comes now.
    let again = [changed_number(all[0], all[1], "60"), changed_number(all[4], all[5], "50"), new(4, true)];
    assert_eq!(night(&desk, 24, &again).await, (1, 2, 0, 0));
    assert_eq!(line1(&party(&desk, &parties[2]).await), Some("Industrivænget 17, 1. tv"));
}

async fn a_number_that_another_party_has_moves_nothing(database: &TestDatabase) {
    let desk = desk(database).await;
    let [old, new] = numbers();
    let parties = desk.seed(&[old, new]).await.unwrap();
    let told = [changed_number(old, new, "50"), resident(new, "Gerda Holmstad", 17)];
    assert_eq!(night(&desk, 23, &told).await, (2, 0, 0, 0));
    let after = party(&desk, &parties[0]).await;
    assert_eq!(after.fields.personal_number, Some(old));
    assert_eq!(after.current_number_held_by, Some(parties[1].id));
    assert!(events(&desk).await.contains(&EventType::PartyDuplicateFound));
    assert_eq!(night(&desk, 24, &told).await, (0, 2, 0, 0));
}

async fn what_the_file_says_of_subscriptions_is_noted(database: &TestDatabase) {
    let desk = desk(database).await;
    let [asked, leaving, rejected, old, new] = numbers();
    let parties = desk.seed(&[asked, leaving, rejected, old]).await.unwrap();
    let before = desk.clock.now() - TimeDelta::days(3);
    let write = desk.database.begin().await.unwrap();
    for (number, party) in [asked, leaving, rejected, old].into_iter().zip(&parties) {
        let requested = Subscription::none(number, party.id).request(party.id, before);
        let stands = match number {
            number if number == leaving => requested.confirm(before).request_end(before),
            number if number == old => requested.confirm(before),
            _ => requested,
        };
        store::subscription::put(&write, &stands).await.unwrap();
    }
    write.commit().await.unwrap();
    let digits = rejected.digits();
    let told = [
        resident(asked, "Jens Mortensen", 95),
        changed_number(old, new, "60"),
        vec![
            RecordBuilder::new("997", leaving.digits().as_str()).set("TIMESTAMPU", "202611231830"),
            RecordBuilder::new("910", digits.as_str()).set("FEJLNR", "0005"),
        ],
    ];
    assert_eq!(night(&desk, 23, &told).await, (2, 0, 0, 0));
    let of = async |number| store::subscription::get(&desk.database.read(), number).await.unwrap().unwrap();
    assert_eq!(of(asked).await.state, State::Active);
    assert_eq!(of(leaving).await.state, State::Ended);
    assert_eq!(of(leaving).await.ended_at, Some("2026-11-23T17:30:00Z".parse().unwrap()), "Danish time");
    assert_eq!(of(rejected).await.state, State::Failed);
    assert_eq!(of(rejected).await.failure.unwrap().code, "0005");
    let moved = store::subscription::get(&desk.database.read(), old).await.unwrap();
    assert!(moved.is_none_or(|it| it.state == State::Ended), "CPR moves it by itself");
    let events = events(&desk).await;
    for type_ in [EventType::SubscriptionActive, EventType::SubscriptionEnded, EventType::SubscriptionFailed] {
        assert!(events.contains(&type_), "{type_:?}");
    }
}

async fn a_delivery_that_somebody_else_went_on_with_is_left_alone(database: &TestDatabase) {
    let desk = desk(database).await;
    let [jens] = numbers();
    let parties = desk.seed(&[jens]).await.unwrap();
    let file = File::of(23, &resident(jens, "Jens Mortensen", 95)).unwrap();
    let delivery = desk.take_in(&file).await.unwrap();
    desk.apply(delivery.id).await.unwrap();
    let run = backend::actions::job::Run::without_row("apply-deliveries", parties[0].created_at);
    let late = desk.actions.apply_delivery(&run, &delivery).await;
    assert!(late.is_err_and(|error| error.code() == "interrupted"));
    assert_eq!(party(&desk, &parties[0]).await.version, 2);
}
