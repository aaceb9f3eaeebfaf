use backend::domain::case::{Case, CaseCriteria, CaseRelation, CaseStatus};
use backend::domain::page::PageRequest;
use backend::domain::party::{Party, PartyCriteria};
use backend::store::{Conflict, Database, Error, case, party};
use chrono::Duration;
use tests::database::{TestDatabase, with_database};

use super::{first, kept_noon, named, noon, open, store};

tests::on_each_database! {
    using with_database;
    a_case_comes_back_as_it_was_stored,
    a_case_number_belongs_to_one_case,
    an_update_over_another_version_is_stale,
    cases_are_listed_by_number_and_status_and_change,
    a_party_is_party_to_cases,
    who_is_party_to_a_case_is_replaced_as_a_whole,
    a_relation_needs_its_party_and_its_case,
    a_party_on_a_case_cannot_be_deleted,
    a_deleted_case_lets_its_parties_go,
}

fn numbered(case_number: &str) -> Case {
    Case {
        case_number: case_number.to_owned(),
        title: Some("Byggesag".to_owned()),
        status: CaseStatus::Open,
        responsible: None,
        created_at: kept_noon(),
        updated_at: kept_noon(),
        version: 1,
        follow: None,
    }
}

fn relation(case_number: &str, party: &Party) -> CaseRelation {
    CaseRelation {
        case_number: case_number.to_owned(),
        party_id: party.id,
        roles: vec!["Ansøger".to_owned(), "Ejer".to_owned()],
        subscribe: true,
    }
}

async fn store_cases(database: &Database, cases: &[Case], relations: &[CaseRelation]) {
    let write = database.begin().await.unwrap();
    for case in cases {
        case::insert(&write, case).await.unwrap();
    }
    for relation in relations {
        case::relate(&write, relation).await.unwrap();
    }
    write.commit().await.unwrap();
}

async fn a_case_comes_back_as_it_was_stored(database: &TestDatabase) {
    let database = open(database).await;
    let closed = Case {
        title: None,
        status: CaseStatus::Closed(kept_noon()),
        responsible: Some("Kirsten".to_owned()),
        ..numbered("2026-00017")
    };
    for case in [numbered("2026-00018"), closed] {
        store_cases(&database, std::slice::from_ref(&case), &[]).await;
        assert_eq!(case::get(&database.read(), &case.case_number).await.unwrap(), Some(case));
    }
    assert_eq!(case::get(&database.read(), "2026-00019").await.unwrap(), None);
}

async fn a_case_number_belongs_to_one_case(database: &TestDatabase) {
    let database = open(database).await;
    store_cases(&database, &[numbered("1")], &[]).await;
    let write = database.begin().await.unwrap();
    assert_eq!(case::insert(&write, &numbered("1")).await, Err(Error::Conflict(Conflict::CaseNumber)));
}

async fn an_update_over_another_version_is_stale(database: &TestDatabase) {
    let database = open(database).await;
    store_cases(&database, &[numbered("1")], &[]).await;
    let write = database.begin().await.unwrap();
    let changed = Case { status: CaseStatus::Closed(kept_noon()), version: 2, ..numbered("1") };
    assert_eq!(case::update(&write, &changed, 1).await, Ok(()));
    assert_eq!(case::update(&write, &changed, 1).await, Err(Error::Stale));
    assert_eq!(case::update(&write, &numbered("2"), 1).await, Err(Error::Stale));
    assert_eq!(case::get(&write, "1").await.unwrap(), Some(changed));
}

async fn cases_are_listed_by_number_and_status_and_change(database: &TestDatabase) {
    let database = open(database).await;
    let closed = Case { status: CaseStatus::Closed(kept_noon()), ..numbered("a") };
    let late = Case { updated_at: kept_noon() + Duration::hours(1), ..numbered("Å") };
    store_cases(&database, &[numbered("Z"), late, closed, numbered("10")], &[]).await;
    let all = CaseCriteria::default();
    for (criteria, expected) in [
        (all.clone(), vec!["10", "Z", "a", "Å"]),
        (CaseCriteria { open: Some(true), ..all.clone() }, vec!["10", "Z", "Å"]),
        (CaseCriteria { open: Some(false), ..all.clone() }, vec!["a"]),
        (CaseCriteria { updated_since: Some(noon() + Duration::minutes(1)), ..all.clone() }, vec!["Å"]),
    ] {
        let mut page = first(2);
        let mut numbers = Vec::new();
        loop {
            let cases = case::list(&database.read(), &criteria, &page).await.unwrap();
            numbers.extend(cases.items.into_iter().map(|case| case.case_number));
            page.after = cases.next;
            if page.after.is_none() {
                break;
            }
        }
        assert_eq!(numbers, expected, "{criteria:?}");
    }
}

async fn a_party_is_party_to_cases(database: &TestDatabase) {
    let database = open(database).await;
    let mut parties = [named("A"), named("B"), named("C")];
    parties.sort_by_key(|party| party.id);
    store(&database, &parties).await;
    let [one, two, three] = &parties;
    let relations = [relation("1", one), relation("1", two), relation("1", three), relation("2", two)];
    store_cases(&database, &[numbered("1"), numbered("2")], &relations).await;
    let on = &database.read();

    let mut page = first(2);
    let begin = case::parties_of(on, "1", &page).await.unwrap();
    assert_eq!(begin.items, relations[..2]);
    page.after = begin.next;
    let end = case::parties_of(on, "1", &page).await.unwrap();
    assert_eq!((end.items.as_slice(), end.next), (&relations[2..3], None));
    page.after = Some("x".to_owned());
    assert_eq!(case::parties_of(on, "1", &page).await, Err(Error::Place));

    let of_two = case::cases_of(on, two.id, &first(1)).await.unwrap();
    assert_eq!(of_two.items, [(numbered("1"), relations[1].clone())]);
    let rest = case::cases_of(on, two.id, &PageRequest { limit: 1, after: of_two.next }).await.unwrap();
    assert_eq!((rest.items, rest.next), (vec![(numbered("2"), relations[3].clone())], None));

    assert_eq!(case::relations(on, "1").await.unwrap(), relations[..3]);
    assert_eq!(case::relation(on, "2", two.id).await.unwrap(), Some(relations[3].clone()));
    assert_eq!(case::relation(on, "2", one.id).await.unwrap(), None);
    let criteria = PartyCriteria { case_number: Some("2".to_owned()), ..PartyCriteria::default() };
    assert!(party::search(on, &criteria, &first(50)).await.unwrap().items == [two.clone()]);
}

async fn who_is_party_to_a_case_is_replaced_as_a_whole(database: &TestDatabase) {
    let database = open(database).await;
    let parties = [named("A"), named("B"), named("C")];
    store(&database, &parties).await;
    let [one, two, three] = &parties;
    store_cases(&database, &[numbered("1")], &[relation("1", one), relation("1", two)]).await;
    let changed = CaseRelation { roles: Vec::new(), subscribe: false, ..relation("1", two) };
    let write = database.begin().await.unwrap();
    case::replace_relations(&write, "1", &[relation("1", three), changed.clone()]).await.unwrap();
    assert_eq!(case::relation(&write, "1", one.id).await.unwrap(), None);
    assert_eq!(case::relation(&write, "1", two.id).await.unwrap(), Some(changed));
    assert_eq!(case::relation(&write, "1", three.id).await.unwrap(), Some(relation("1", three)));
    assert_eq!(case::unrelate(&write, "1", two.id).await, Ok(true));
    assert_eq!(case::unrelate(&write, "1", two.id).await, Ok(false));
    case::replace_relations(&write, "1", &[]).await.unwrap();
    assert_eq!(case::relations(&write, "1").await, Ok(Vec::new()));
    assert_eq!(case::replace_relations(&write, "1", &[relation("1", &named("Ingen"))]).await, Err(Error::Missing));
}

async fn a_relation_needs_its_party_and_its_case(database: &TestDatabase) {
    let database = open(database).await;
    let party = named("A");
    store(&database, std::slice::from_ref(&party)).await;
    store_cases(&database, &[numbered("1")], &[]).await;
    for wrong in [relation("1", &named("Ingen")), relation("2", &party)] {
        let write = database.begin().await.unwrap();
        assert_eq!(case::relate(&write, &wrong).await, Err(Error::Missing));
    }
}

async fn a_party_on_a_case_cannot_be_deleted(database: &TestDatabase) {
    let database = open(database).await;
    let party = named("A");
    store(&database, std::slice::from_ref(&party)).await;
    store_cases(&database, &[numbered("1")], &[relation("1", &party)]).await;
    let write = database.begin().await.unwrap();
    assert_eq!(party::delete(&write, party.id, 1).await, Err(Error::Conflict(Conflict::PartyOnCase)));
}

async fn a_deleted_case_lets_its_parties_go(database: &TestDatabase) {
    let database = open(database).await;
    let party = named("A");
    store(&database, std::slice::from_ref(&party)).await;
    store_cases(&database, &[numbered("1")], &[relation("1", &party)]).await;
    let write = database.begin().await.unwrap();
    assert_eq!(case::delete(&write, "1").await, Ok(true));
    assert_eq!(case::delete(&write, "1").await, Ok(false));
    assert_eq!(party::delete(&write, party.id, 1).await, Ok(()));
}
