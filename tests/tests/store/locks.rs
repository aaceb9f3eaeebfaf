//! Two at once: what was read to decide still holds when it is written.

use std::time::Duration;

use backend::domain::case::{Case, CaseRelation, CaseStatus};
use backend::domain::input::PartyKey;
use backend::domain::party::ExternalId;
use backend::domain::person::Status;
use backend::store::party::Named;
use backend::store::{Database, Error, case, lock, party, register};
use tests::database::{TestDatabase, with_database};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{kept, kept_noon, named, number, numbered, open, registered, store};

tests::on_each_database! {
    using with_database;
    two_parties_are_put_on_a_case_at_once,
    a_fetch_beside_a_delete_leaves_no_orphan,
    the_second_of_two_edits_sees_the_whole_first,
    a_number_that_moves_meanwhile_is_found_where_it_is,
    one_of_many_that_moves_meanwhile_is_found_where_it_is,
    two_who_create_the_same_case_create_one,
    reading_waits_for_nobody,
}

/// Starts something in a second task that will have to wait, and gives it time to get as far as it can.
async fn meanwhile<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    let task = tokio::spawn(work);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!task.is_finished(), "nobody waited");
    task
}

fn new_case() -> Case {
    Case {
        case_number: "2026-1".to_owned(),
        title: None,
        status: CaseStatus::Open,
        responsible: None,
        created_at: kept_noon(),
        updated_at: kept_noon(),
        version: 1,
        follow: None,
    }
}

async fn two_parties_are_put_on_a_case_at_once(database: &TestDatabase) {
    async fn put(database: &Database, party_id: Uuid, pause: Duration) -> Result<(), Error> {
        let write = database.begin().await?;
        let mut case = case::get(&write, "2026-1").await?.unwrap();
        tokio::time::sleep(pause).await;
        let (case_number, version) = (case.case_number.clone(), case.version);
        case::relate(&write, &CaseRelation { case_number, party_id, roles: Vec::new(), subscribe: true }).await?;
        case.version += 1;
        case::update(&write, &case, version).await?;
        write.commit().await
    }
    let database = open(database).await;
    let parties = [named("En"), named("To")];
    store(&database, &parties).await;
    let write = database.begin().await.unwrap();
    case::insert(&write, &new_case()).await.unwrap();
    write.commit().await.unwrap();

    let pause = Duration::from_millis(100);
    let (one, two) = tokio::join!(put(&database, parties[0].id, pause), put(&database, parties[1].id, pause));
    assert_eq!((one, two), (Ok(()), Ok(())));
    let case = case::get(&database.read(), "2026-1").await.unwrap().unwrap();
    let relations = case::relations(&database.read(), "2026-1").await.unwrap();
    assert_eq!((case.version, relations.len()), (3, 2));
}

async fn a_fetch_beside_a_delete_leaves_no_orphan(database: &TestDatabase) {
    async fn fetch(database: &Database, id: Uuid, pause: Duration) -> Result<(), Error> {
        let write = database.begin().await?;
        let Some(party) = party::get(&write, id).await? else { return Ok(()) };
        tokio::time::sleep(pause).await;
        // CPR says nothing new: the party itself is not written.
        register::put(&write, &kept(registered(&party, Status::Resident, None, false))).await?;
        write.commit().await
    }
    async fn delete(database: &Database, id: Uuid, pause: Duration) -> Result<(), Error> {
        let write = database.begin().await?;
        let party = party::get(&write, id).await?.unwrap();
        party::delete(&write, id, party.version).await?;
        register::delete(&write, party.fields.personal_number.unwrap()).await?;
        tokio::time::sleep(pause).await;
        write.commit().await
    }
    let database = open(database).await;
    let parties = [numbered("Hentes først", number(1)), numbered("Slettes først", number(2))];
    store(&database, &parties).await;
    let (one, two) = (parties[0].id, parties[1].id);
    let (ahead, behind) = (Duration::from_millis(150), Duration::ZERO);
    let later = || tokio::time::sleep(Duration::from_millis(50));
    let delete_later = async {
        later().await;
        delete(&database, one, behind).await
    };
    assert_eq!(tokio::join!(fetch(&database, one, ahead), delete_later), (Ok(()), Ok(())));
    let fetch_later = async {
        later().await;
        fetch(&database, two, behind).await
    };
    assert_eq!(tokio::join!(delete(&database, two, ahead), fetch_later), (Ok(()), Ok(())));
    for number in [number(1), number(2)] {
        assert_eq!(register::get(&database.read(), number).await.unwrap(), None);
    }
}

async fn the_second_of_two_edits_sees_the_whole_first(database: &TestDatabase) {
    let database = open(database).await;
    let mut party = numbered("En", number(1));
    store(&database, std::slice::from_ref(&party)).await;
    let write = database.begin().await.unwrap();
    party::get(&write, party.id).await.unwrap().unwrap();
    let second = meanwhile({
        let (database, id) = (database.clone(), party.id);
        async move {
            let write = database.begin().await?;
            party::get(&write, id).await
        }
    })
    .await;
    let before = party.clone();
    // Every table that a party is read from.
    party.version = 2;
    party.fields.name = "To".to_owned();
    party.fields.external_ids = vec![ExternalId { system: "crm".to_owned(), id: "a-1".to_owned() }];
    party.former_numbers = vec![number(2)];
    party.register = Some(registered(&party, Status::Resident, None, true));
    register::put(&write, &kept(party.register.clone().unwrap())).await.unwrap();
    party::update(&write, &before, &party).await.unwrap();
    write.commit().await.unwrap();
    assert!(second.await.unwrap().unwrap().unwrap() == party);
}

async fn a_number_that_moves_meanwhile_is_found_where_it_is(database: &TestDatabase) {
    let database = open(database).await;
    let (mut one, mut two) = (numbered("En", number(1)), named("To"));
    store(&database, &[one.clone(), two.clone()]).await;
    let write = database.begin().await.unwrap();
    party::get(&write, one.id).await.unwrap().unwrap();
    let second = meanwhile({
        let database = database.clone();
        async move {
            let write = database.begin().await?;
            let found = party::by_personal_number(&write, number(1)).await;
            write.commit().await?;
            found
        }
    })
    .await;
    let before = (one.clone(), two.clone());
    (one.fields.personal_number, one.version) = (None, 2);
    party::update(&write, &before.0, &one).await.unwrap();
    (two.fields.personal_number, two.version) = (Some(number(1)), 2);
    party::update(&write, &before.1, &two).await.unwrap();
    write.commit().await.unwrap();
    assert!(second.await.unwrap().unwrap().unwrap() == two);
}

async fn one_of_many_that_moves_meanwhile_is_found_where_it_is(database: &TestDatabase) {
    let database = open(database).await;
    let (mut one, mut two, other) = (numbered("En", number(1)), named("To"), numbered("Tre", number(3)));
    store(&database, &[one.clone(), two.clone(), other.clone()]).await;
    let write = database.begin().await.unwrap();
    party::get(&write, one.id).await.unwrap().unwrap();
    let second = meanwhile({
        let database = database.clone();
        async move {
            let write = database.begin().await?;
            let found =
                party::find_many(&write, &[1, 2, 3].map(|serial| PartyKey::PersonalNumber(number(serial)))).await;
            write.commit().await?;
            Ok::<_, Error>(found?.into_iter().map(Named::one).collect::<Vec<_>>())
        }
    })
    .await;
    let before = (one.clone(), two.clone());
    (one.fields.personal_number, one.former_numbers, one.version) = (Some(number(2)), vec![number(1)], 2);
    party::update(&write, &before.0, &one).await.unwrap();
    (two.fields.personal_number, two.version) = (Some(number(1)), 2);
    party::update(&write, &before.1, &two).await.unwrap();
    write.commit().await.unwrap();
    assert!(second.await.unwrap().unwrap() == [Some(two), Some(one), Some(other)]);
}

async fn two_who_create_the_same_case_create_one(database: &TestDatabase) {
    async fn put(database: &Database) -> Result<bool, Error> {
        let write = database.begin().await?;
        lock(&write, "case 2026-1").await?;
        let is_new = case::get(&write, "2026-1").await?.is_none();
        tokio::time::sleep(Duration::from_millis(50)).await;
        if is_new {
            case::insert(&write, &new_case()).await?;
        }
        write.commit().await?;
        Ok(is_new)
    }
    let database = open(database).await;
    let (one, two) = tokio::join!(put(&database), put(&database));
    let mut created = [one.unwrap(), two.unwrap()];
    created.sort_unstable();
    assert_eq!(created, [false, true]);
}

async fn reading_waits_for_nobody(database: &TestDatabase) {
    let database = open(database).await;
    let party = named("En");
    store(&database, std::slice::from_ref(&party)).await;
    let write = database.begin().await.unwrap();
    party::get(&write, party.id).await.unwrap().unwrap();
    let read = tokio::time::timeout(Duration::from_secs(5), party::get(&database.read(), party.id)).await;
    assert!(read.unwrap().unwrap().unwrap() == party);
    write.commit().await.unwrap();
}
