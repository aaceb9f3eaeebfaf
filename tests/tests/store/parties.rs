use backend::domain::input::PartyKey;
use backend::domain::party::{ChangeSource, ExternalId, FieldChange, Party, PartyKind, PartyVersion};
use backend::domain::person::Status;
use backend::store::party::Named;
use backend::store::{Conflict, Error, party, register};
use tests::database::{TestDatabase, with_database};

use super::{at, first, kept, kept_noon, named, noon, number, numbered, open, registered, store};

tests::on_each_database! {
    using with_database;
    a_party_comes_back_as_it_was_stored,
    a_time_comes_back_in_microseconds,
    a_party_is_found_by_each_of_its_keys,
    many_parties_come_in_the_order_asked_for,
    many_parties_are_found_by_keys_of_every_kind,
    the_list_goes_on_where_it_stopped_while_others_write,
    the_list_has_one_kind_when_asked,
    an_update_replaces_everything,
    an_update_over_another_version_is_stale,
    a_personal_number_belongs_to_one_party,
    numbers_pass_from_party_to_party_in_one_update,
    an_external_id_belongs_to_one_party,
    of_two_who_take_a_number_at_once_one_gets_it,
    a_deleted_party_leaves_nothing,
    versions_come_newest_first,
    what_cpr_says_comes_with_the_party,
    the_holder_of_the_current_number_is_told,
    what_is_not_committed_is_not_kept,
}

fn complete() -> Party {
    let mut party = at(numbered("Aase Ærø Ångström", number(1)), "Boulevarden 101, 1. mf.", "6000", "Kolding");
    party.fields.email = Some("aase@example.dk".to_owned());
    party.fields.phone = Some("70 10 20 30".to_owned());
    party.fields.mobile = Some("20 30 40 50".to_owned());
    party.fields.external_ids = vec![
        ExternalId { system: "crm".to_owned(), id: "a-1".to_owned() },
        ExternalId { system: "økonomi".to_owned(), id: "\"2\"".to_owned() },
    ];
    party.fields.owns_email_domain = true;
    party.keeps_name = true;
    party.former_numbers = vec![number(2), number(3)];
    party
}

async fn a_party_comes_back_as_it_was_stored(database: &TestDatabase) {
    let database = open(database).await;
    let mut company = named("Ærlig Handel A/S");
    company.fields.kind = PartyKind::Company;
    company.fields.cvr_number = Some("12345678".to_owned());
    company.fields.p_number = Some("1234567890".to_owned());
    company.fields.active = false;
    company.keeps_address = true;
    for party in [complete(), company, named("")] {
        store(&database, std::slice::from_ref(&party)).await;
        let read = party::get(&database.read(), party.id).await.unwrap().unwrap();
        assert!(read == party, "{}", party.fields.name);
    }
    assert!(party::get(&database.read(), uuid::Uuid::new_v4()).await.unwrap().is_none());
}

async fn a_time_comes_back_in_microseconds(database: &TestDatabase) {
    let database = open(database).await;
    let mut party = named("Nu");
    (party.created_at, party.updated_at) = (noon(), noon());
    store(&database, std::slice::from_ref(&party)).await;
    let read = party::get(&database.read(), party.id).await.unwrap().unwrap();
    assert_eq!((read.created_at, read.updated_at), (kept_noon(), kept_noon()));
}

async fn a_party_is_found_by_each_of_its_keys(database: &TestDatabase) {
    let database = open(database).await;
    let (mut party, other) = (complete(), numbered("En anden", number(3)));
    party.fields.cvr_number = Some("12345678".to_owned());
    store(&database, &[other.clone(), party.clone()]).await;
    let on = &database.read();
    let key = &party.fields.external_ids[1];
    assert!(party::by_external_id(on, key).await.unwrap().unwrap() == party);
    assert!(party::by_personal_number(on, number(1)).await.unwrap().unwrap() == party);
    assert!(party::by_personal_number(on, number(2)).await.unwrap().is_none());
    assert!(party::by_number_now_or_before(on, number(1)).await.unwrap() == [party.clone()]);
    assert!(party::by_number_now_or_before(on, number(2)).await.unwrap() == [party.clone()]);
    assert!(party::by_number_now_or_before(on, number(3)).await.unwrap() == [other, party.clone()]);
    assert!(party::by_number_now_or_before(on, number(4)).await.unwrap().is_empty());
    assert!(party::by_cvr_number(on, "12345678").await.unwrap() == [party]);
    let unknown = ExternalId { system: "crm".to_owned(), id: "a-2".to_owned() };
    assert!(party::by_external_id(on, &unknown).await.unwrap().is_none());
}

async fn many_parties_come_in_the_order_asked_for(database: &TestDatabase) {
    let database = open(database).await;
    let parties: Vec<Party> = ["A", "B", "C"].map(named).to_vec();
    store(&database, &parties).await;
    let ids = [parties[2].id, uuid::Uuid::new_v4(), parties[0].id, parties[1].id];
    let read = party::get_many(&database.read(), &ids).await.unwrap();
    assert!(read == [parties[2].clone(), parties[0].clone(), parties[1].clone()]);
    assert!(party::get_many(&database.read(), &[]).await.unwrap().is_empty());
}

async fn many_parties_are_found_by_keys_of_every_kind(database: &TestDatabase) {
    let database = open(database).await;
    let (one, holder, mut earlier) = (complete(), numbered("En anden", number(3)), numbered("En tredje", number(4)));
    earlier.former_numbers = vec![number(2)];
    let company = |name: &str, p_number: Option<&str>| {
        let mut company = named(name);
        company.fields.kind = PartyKind::Company;
        company.fields.cvr_number = Some("12345678".to_owned());
        company.fields.p_number = p_number.map(str::to_owned);
        company
    };
    let (head, unit) = (company("Ærlig Handel A/S", None), company("Ærlig Handel, Kolding", Some("1234567890")));
    store(&database, &[earlier.clone(), one.clone(), holder.clone(), unit, head.clone()]).await;

    let external_id =
        |system: &str, id: &str| PartyKey::ExternalId(ExternalId { system: system.to_owned(), id: id.to_owned() });
    let keys = [
        PartyKey::Id(one.id),
        PartyKey::Id(uuid::Uuid::new_v4()),
        PartyKey::PersonalNumber(number(1)),
        PartyKey::PersonalNumber(number(2)),
        PartyKey::PersonalNumber(number(3)),
        PartyKey::PersonalNumber(number(5)),
        external_id("økonomi", "\"2\""),
        external_id("crm", "\"2\""),
        PartyKey::CvrNumber("12345678".to_owned()),
        PartyKey::CvrNumber("87654321".to_owned()),
    ];
    let write = database.begin().await.unwrap();
    let found = party::find_many(&write, &keys).await.unwrap();
    let one = Some(one);
    let expected = [one.clone(), None, one.clone(), Some(earlier), Some(holder), None, one, None, Some(head), None];
    let several = found.iter().position(|named| *named == Named::Several);
    let found: Vec<Option<Party>> = found.into_iter().map(Named::one).collect();
    assert!(found == expected);
    assert_eq!(several, None);
    drop(write);
    store(&database, &[company("Ærlig Handel A/S", None)]).await;
    let write = database.begin().await.unwrap();
    assert!(party::find_many(&write, &keys[8..9]).await.unwrap() == [Named::Several]);
    assert!(party::find_many(&write, &[]).await.unwrap().is_empty());
    let many: Vec<PartyKey> = (0..500).map(|serial| PartyKey::PersonalNumber(number(serial))).collect();
    let found = party::find_many(&write, &many).await.unwrap();
    assert_eq!((found.len(), found.into_iter().filter_map(Named::one).count()), (500, 4));
}

async fn the_list_goes_on_where_it_stopped_while_others_write(database: &TestDatabase) {
    let database = open(database).await;
    let mut parties: Vec<Party> = ["D", "B", "C", "A", "E"].map(named).to_vec();
    store(&database, &parties).await;
    let one = party::list(&database.read(), None, &first(2)).await.unwrap();
    assert!(one.items == parties[..2]);

    let write = database.begin().await.unwrap();
    party::delete(&write, parties[1].id, 1).await.unwrap();
    let before = parties[2].clone();
    parties[2].fields.name = "0".to_owned();
    parties[2].version = 2;
    party::update(&write, &before, &parties[2]).await.unwrap();
    write.commit().await.unwrap();
    parties.push(named("F"));
    store(&database, &parties[5..]).await;

    let mut page = first(2);
    page.after = one.next;
    let two = party::list(&database.read(), None, &page).await.unwrap();
    assert!(two.items == parties[2..4]);
    page.after = two.next;
    let three = party::list(&database.read(), None, &page).await.unwrap();
    assert!(three.items == parties[4..]);
    assert_eq!(three.next, None);
    page.after = Some("x".to_owned());
    assert_eq!(party::list(&database.read(), None, &page).await.map(|_| ()), Err(Error::Place));
}

async fn the_list_has_one_kind_when_asked(database: &TestDatabase) {
    let database = open(database).await;
    let mut company = named("Firma");
    company.fields.kind = PartyKind::Company;
    store(&database, &[named("Person"), company.clone()]).await;
    let page = party::list(&database.read(), Some(PartyKind::Company), &first(50)).await.unwrap();
    assert!(page.items == [company]);
}

async fn an_update_replaces_everything(database: &TestDatabase) {
    let database = open(database).await;
    let before = complete();
    store(&database, std::slice::from_ref(&before)).await;
    let mut after = at(numbered("Ny", number(9)), "Vej 1", "8000", "Aarhus C");
    after.id = before.id;
    after.version = 2;
    after.changed_by = ChangeSource::Lookup;
    after.former_numbers = vec![number(1)];
    after.fields.external_ids = vec![ExternalId { system: "crm".to_owned(), id: "b".to_owned() }];
    let write = database.begin().await.unwrap();
    party::update(&write, &before, &after).await.unwrap();
    write.commit().await.unwrap();
    assert!(party::get(&database.read(), before.id).await.unwrap().unwrap() == after);
    assert!(party::by_external_id(&database.read(), &before.fields.external_ids[0]).await.unwrap().is_none());
}

async fn an_update_over_another_version_is_stale(database: &TestDatabase) {
    let database = open(database).await;
    let mut party = named("Gammel");
    party.version = 3;
    store(&database, std::slice::from_ref(&party)).await;
    for (id, version) in [(party.id, 2), (uuid::Uuid::new_v4(), 3)] {
        let write = database.begin().await.unwrap();
        let before = Party { id, version, ..party.clone() };
        let after = Party { version: version + 1, ..before.clone() };
        assert_eq!(party::update(&write, &before, &after).await, Err(Error::Stale));
        assert_eq!(party::delete(&write, id, version).await, Err(Error::Stale));
    }
}

async fn a_personal_number_belongs_to_one_party(database: &TestDatabase) {
    let database = open(database).await;
    let second = numbered("To", number(2));
    store(&database, &[numbered("En", number(1)), second.clone()]).await;
    let write = database.begin().await.unwrap();
    let taken = party::insert(&write, &numbered("Tre", number(1))).await;
    assert_eq!(taken, Err(Error::Conflict(Conflict::PersonalNumber)));
    drop(write);
    let write = database.begin().await.unwrap();
    let mut moved = second.clone();
    moved.fields.personal_number = Some(number(1));
    assert_eq!(party::update(&write, &second, &moved).await, Err(Error::Conflict(Conflict::PersonalNumber)));
}

async fn numbers_pass_from_party_to_party_in_one_update(database: &TestDatabase) {
    let database = open(database).await;
    let before: Vec<Party> = (0..40).map(|serial| numbered("En", number(serial))).collect();
    store(&database, &before).await;
    // Each takes the next one's number, the last one the first one's.
    let mut after = before.clone();
    for (place, party) in after.iter_mut().enumerate() {
        party.fields.personal_number = before[(place + 1) % 40].fields.personal_number;
        party.former_numbers = before[place].fields.personal_number.into_iter().collect();
        party.version = 2;
    }
    let changes: Vec<_> = before.iter().zip(&after).map(|(before, after)| party::Change { before, after }).collect();
    let write = database.begin().await.unwrap();
    party::update_many(&write, &changes).await.unwrap();
    write.commit().await.unwrap();
    let ids: Vec<_> = after.iter().map(|party| party.id).collect();
    assert!(party::get_many(&database.read(), &ids).await.unwrap() == after);

    let write = database.begin().await.unwrap();
    assert_eq!(party::update_many(&write, &changes).await, Err(Error::Stale), "one of them or all");
}

async fn an_external_id_belongs_to_one_party(database: &TestDatabase) {
    let database = open(database).await;
    let key = ExternalId { system: "crm".to_owned(), id: "1".to_owned() };
    let (mut one, mut two) = (named("En"), named("To"));
    one.fields.external_ids = vec![key.clone()];
    two.fields.external_ids = vec![key];
    store(&database, &[one]).await;
    let write = database.begin().await.unwrap();
    assert_eq!(party::insert(&write, &two).await, Err(Error::Conflict(Conflict::ExternalId)));
}

async fn of_two_who_take_a_number_at_once_one_gets_it(database: &TestDatabase) {
    let database = open(database).await;
    let take = |name: &'static str| {
        let database = database.clone();
        tokio::spawn(async move {
            let write = database.begin().await?;
            party::insert(&write, &numbered(name, number(1))).await?;
            write.commit().await
        })
    };
    let (one, two) = (take("En"), take("To"));
    let outcomes = [one.await.unwrap(), two.await.unwrap()];
    assert!(outcomes.contains(&Ok(())), "{outcomes:?}");
    assert!(outcomes.contains(&Err(Error::Conflict(Conflict::PersonalNumber))), "{outcomes:?}");
}

async fn a_deleted_party_leaves_nothing(database: &TestDatabase) {
    let database = open(database).await;
    let party = complete();
    store(&database, std::slice::from_ref(&party)).await;
    let write = database.begin().await.unwrap();
    party::insert_version(&write, &version(&party, 1)).await.unwrap();
    party::delete(&write, party.id, 1).await.unwrap();
    write.commit().await.unwrap();
    assert!(party::get(&database.read(), party.id).await.unwrap().is_none());
    assert!(party::versions(&database.read(), party.id, &first(50)).await.unwrap().items.is_empty());
    // Its keys are free again, and its number and its search words with them.
    store(&database, std::slice::from_ref(&party)).await;
}

fn version(party: &Party, version: i64) -> PartyVersion {
    PartyVersion {
        party_id: party.id,
        version,
        at: kept_noon(),
        by: "caseworker".to_owned(),
        source: ChangeSource::User,
        changes: vec![FieldChange { field: "name".to_owned(), old: "Før".into(), new: serde_json::Value::Null }],
    }
}

async fn versions_come_newest_first(database: &TestDatabase) {
    let database = open(database).await;
    let party = named("En");
    store(&database, std::slice::from_ref(&party)).await;
    let write = database.begin().await.unwrap();
    for number in 1..=3 {
        party::insert_version(&write, &version(&party, number)).await.unwrap();
    }
    write.commit().await.unwrap();
    let mut page = first(2);
    let one = party::versions(&database.read(), party.id, &page).await.unwrap();
    assert_eq!(one.items, [version(&party, 3), version(&party, 2)]);
    page.after = one.next;
    let two = party::versions(&database.read(), party.id, &page).await.unwrap();
    assert_eq!((two.items, two.next), (vec![version(&party, 1)], None));

    let write = database.begin().await.unwrap();
    let orphan = party::insert_version(&write, &version(&named("Ingen"), 1)).await;
    assert_eq!(orphan, Err(Error::Missing));
}

async fn what_cpr_says_comes_with_the_party(database: &TestDatabase) {
    let database = open(database).await;
    let mut party = at(numbered("Jens", number(1)), "Vej 1", "8000", "Aarhus C");
    party.register = Some(registered(&party, Status::Other("99".to_owned()), None, true));
    store(&database, std::slice::from_ref(&party)).await;
    let read = party::get(&database.read(), party.id).await.unwrap().unwrap();
    assert!(read == party && read.is_protected());

    let mut newer = kept(party.register.clone().unwrap());
    newer.register.person.name = None;
    newer.records.text = "{}".to_owned();
    let write = database.begin().await.unwrap();
    register::put(&write, &newer).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(register::get(&database.read(), number(1)).await.unwrap(), Some(newer));

    let write = database.begin().await.unwrap();
    register::delete(&write, number(1)).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(register::get(&database.read(), number(1)).await.unwrap(), None);
    assert!(party::get(&database.read(), party.id).await.unwrap().unwrap().register.is_none());
}

async fn the_holder_of_the_current_number_is_told(database: &TestDatabase) {
    let database = open(database).await;
    let holder = numbered("Ny", number(2));
    let mut moved = numbered("Gammel", number(1));
    moved.register = Some(registered(&moved, Status::Changed, Some(number(2)), false));
    let mut resident = numbered("Bosat", number(3));
    resident.register = Some(registered(&resident, Status::Resident, Some(number(2)), false));
    let mut alone = numbered("Alene", number(4));
    alone.register = Some(registered(&alone, Status::Deleted, Some(number(5)), false));
    store(&database, &[moved, resident, alone, holder.clone()]).await;
    let page = party::list(&database.read(), None, &first(50)).await.unwrap();
    let told: Vec<_> = page.items.iter().map(|party| party.current_number_held_by).collect();
    assert_eq!(told, [Some(holder.id), None, None, None]);
}

async fn what_is_not_committed_is_not_kept(database: &TestDatabase) {
    let database = open(database).await;
    let party = named("Fortrudt");
    let write = database.begin().await.unwrap();
    party::insert(&write, &party).await.unwrap();
    assert!(party::get(&write, party.id).await.unwrap().is_some());
    assert!(party::get(&database.read(), party.id).await.unwrap().is_none());
    drop(write);
    // On SQLite the one writing connection is free again.
    let write = database.begin().await.unwrap();
    assert!(party::get(&write, party.id).await.unwrap().is_none());
}
