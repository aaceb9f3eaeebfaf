use std::collections::{BTreeMap, BTreeSet};

use backend::domain::case::{Case, CaseRelation, CaseStatus};
use backend::domain::page::PageRequest;
use backend::domain::party::{Party, PartyCriteria, PartyFilter};
use backend::domain::person::Status;
use backend::domain::subscription::{
    FollowPolicy, Moved, MovedAs, ReasonKind, Retry, Scope, State, Subscription, WITHOUT_END, danish_date, follow,
};
use backend::store::subscription::{self, Place, Whose};
use backend::store::{Database, Write, case, party, register};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use cpr::PersonalNumber;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tests::database::{TestDatabase, with_database};

use super::{first, kept, kept_noon, named, noon, numbered as with_number, open, registered, store};

tests::on_each_database! {
    using with_database;
    whatever_happens_to_cases_a_party_is_followed_exactly_while_a_reason_is_on_record,
    a_decision_that_changed_is_applied_to_every_case,
    a_subscription_comes_back_as_it_was_stored,
    the_gap_is_what_is_wanted_and_not_confirmed_and_what_is_confirmed_and_not_wanted,
    the_number_that_cpr_moved_a_person_to_is_followed,
    a_subscription_that_is_over_is_forgotten_with_the_number,
    a_delivery_confirms_and_ends_and_rejects,
    parties_that_cpr_follows_are_a_selection,
}

const POLICY: FollowPolicy = FollowPolicy { scope: Scope::OpenAndRecentlyClosed, recently_closed_days: 3 };

/// An invented person's number, which CPR could know.
fn personal(serial: u32) -> PersonalNumber {
    PersonalNumber::parse(&format!("010190{serial:04}")).unwrap()
}

fn case_of(case_number: &str, status: CaseStatus) -> Case {
    Case {
        case_number: case_number.to_owned(),
        title: None,
        status,
        responsible: None,
        created_at: kept_noon(),
        updated_at: kept_noon(),
        version: 1,
        follow: Some(follow(status, &POLICY)),
    }
}

fn on(case_number: &str, party: &Party, subscribe: bool) -> CaseRelation {
    CaseRelation { case_number: case_number.to_owned(), party_id: party.id, roles: Vec::new(), subscribe }
}

/// A party with a number, on an open case of its own.
async fn followed(database: &Database, serial: u32) -> Party {
    let party = with_number(&format!("Part {serial}"), personal(serial));
    store(database, std::slice::from_ref(&party)).await;
    let write = database.begin().await.unwrap();
    let case_number = format!("S-{serial}");
    case::insert(&write, &case_of(&case_number, CaseStatus::Open)).await.unwrap();
    case::relate(&write, &on(&case_number, &party, true)).await.unwrap();
    subscription::note_reasons(&write, Whose::Relation(&case_number, party.id), noon()).await.unwrap();
    write.commit().await.unwrap();
    party
}

fn active(number: PersonalNumber, party: &Party) -> Subscription {
    Subscription::none(number, party.id).request(party.id, kept_noon()).confirm(kept_noon())
}

async fn put(database: &Database, subscriptions: &[Subscription]) {
    let write = database.begin().await.unwrap();
    for it in subscriptions {
        subscription::put(&write, it).await.unwrap();
    }
    write.commit().await.unwrap();
}

/// Whom the gap names: number, and whether it is wanted; read in pages of one.
async fn gap(database: &Database, today: NaiveDate) -> BTreeSet<(PersonalNumber, bool)> {
    let (mut place, mut found) = (Place::START, BTreeSet::new());
    while place != Place::End {
        let (gaps, next) = subscription::gap(&database.read(), today, place, 1).await.unwrap();
        found.extend(gaps.iter().map(|gap| (gap.subscription.number, gap.wanted)));
        place = next;
    }
    found
}

/// Something that happens to one of a few cases and parties.
#[derive(Debug, Clone)]
enum Act {
    Open(usize),
    Close(usize, i64),
    Delete(usize),
    Put(usize, usize, bool),
    Take(usize, usize),
    Number(usize, Option<u32>),
    Wait(i64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        3 => (0..3_usize).prop_map(Act::Open),
        3 => (0..3_usize, 0..200_i64).prop_map(|(case, hours)| Act::Close(case, hours)),
        1 => (0..3_usize).prop_map(Act::Delete),
        6 => (0..3_usize, 0..3_usize, prop::bool::weighted(0.8)).prop_map(|(case, party, subscribe)| Act::Put(case, party, subscribe)),
        1 => (0..3_usize, 0..3_usize).prop_map(|(case, party)| Act::Take(case, party)),
        // One in ten is a replacement number.
        3 => (0..3_usize, prop::option::weighted(0.7, 0..10_u32)).prop_map(|(party, serial)| Act::Number(party, serial)),
        3 => (1..60_i64).prop_map(Act::Wait),
    ];
    prop::collection::vec(act, 40)
}

/// The world as it should be, computed from nothing but what happened.
#[derive(Default)]
struct World {
    cases: BTreeMap<usize, CaseStatus>,
    on: BTreeMap<(usize, usize), bool>,
    numbers: BTreeMap<usize, u32>,
}

impl World {
    /// Why a party is to be followed: cases, and whether they are open.
    fn reasons(&self, party: usize, now: DateTime<Utc>) -> BTreeSet<(String, bool)> {
        if self.numbers.get(&party).is_none_or(|serial| *serial == 0) {
            return BTreeSet::new();
        }
        let holds = |case: &usize| match self.cases[case] {
            CaseStatus::Open => Some(true),
            CaseStatus::Closed(at) => (danish_date(now) - danish_date(at) <= Duration::days(3)).then_some(false),
        };
        let cases = self.on.iter().filter(|((_, on), subscribe)| *on == party && **subscribe);
        cases.filter_map(|((case, _), _)| Some((format!("S-{case}"), holds(case)?))).collect()
    }
}

async fn whatever_happens_to_cases_a_party_is_followed_exactly_while_a_reason_is_on_record(test: &TestDatabase) {
    let database = open(test).await;
    let mut runner = TestRunner::deterministic();
    for round in 0..6_u32 {
        let acts = acts().new_tree(&mut runner).unwrap().current();
        let mut parties: Vec<Party> = (0..3).map(|place| named(&format!("{round}-{place}"))).collect();
        store(&database, &parties).await;
        let mut world = World::default();
        let mut now = noon();
        let mut remembered = Vec::new();
        for (step, act) in acts.iter().enumerate() {
            now += Duration::minutes(7);
            let write = database.begin().await.unwrap();
            happen(&write, act, round, &mut world, &mut parties, &mut now).await;
            write.commit().await.unwrap();
            for (place, party) in parties.iter().enumerate() {
                let said = format!("round {round}, step {step} of {acts:?}, party {place}");
                let should = world.reasons(place, now);
                let ids = [party.id];
                let following = subscription::followings(&database.read(), &ids, danish_date(now)).await.unwrap();
                let is: BTreeSet<(String, bool)> = following
                    .get(&party.id)
                    .map(|following| following.reasons.iter())
                    .into_iter()
                    .flatten()
                    .map(|reason| (reason.case_number.clone(), reason.kind == ReasonKind::OpenCase))
                    .collect();
                assert_eq!(is, should, "{said}");
                if let Some(number) = party.fields.personal_number {
                    let wanted = subscription::is_wanted(&database.read(), number, danish_date(now)).await.unwrap();
                    assert_eq!(wanted, !should.is_empty(), "{said}");
                }
                remembered.push((now, party.id, should));
            }
        }
        // Long after, the record still says of every moment what held then.
        let ids: Vec<_> = parties.iter().map(|party| party.id).collect();
        let history = subscription::history(&database.read(), &ids).await.unwrap();
        for (at, id, should) in remembered {
            let held = history
                .get(&id)
                .into_iter()
                .flatten()
                .filter(|reason| reason.from <= at && reason.to(now).is_none_or(|to| to > at));
            let held: Vec<_> =
                held.map(|reason| (reason.case_number.clone(), reason.kind == ReasonKind::OpenCase)).collect();
            assert_eq!(held.len(), should.len(), "one row a reason");
            assert_eq!(held.into_iter().collect::<BTreeSet<_>>(), should, "round {round}, at {at}, of {acts:?}");
        }
        let write = database.begin().await.unwrap();
        for case in 0..3 {
            case::delete(&write, &format!("S-{case}")).await.unwrap();
        }
        for party in &parties {
            party::delete(&write, party.id, party.version).await.unwrap();
        }
        write.commit().await.unwrap();
    }
}

async fn happen(
    write: &Write,
    act: &Act,
    round: u32,
    world: &mut World,
    parties: &mut [Party],
    now: &mut DateTime<Utc>,
) {
    let number_of = |case: usize| format!("S-{case}");
    match *act {
        Act::Open(case) | Act::Close(case, _) => {
            let status = match *act {
                Act::Close(_, hours) => CaseStatus::Closed(*now - Duration::hours(hours)),
                _ => CaseStatus::Open,
            };
            let number = number_of(case);
            match case::get(write, &number).await.unwrap() {
                None => case::insert(write, &case_of(&number, status)).await.unwrap(),
                Some(before) => {
                    let after = Case { version: before.version + 1, ..case_of(&number, status) };
                    case::update(write, &after, before.version).await.unwrap();
                }
            }
            world.cases.insert(case, status);
            subscription::note_reasons(write, Whose::Cases(&[&number]), *now).await.unwrap();
        }
        Act::Delete(case) => {
            case::delete(write, &number_of(case)).await.unwrap();
            world.cases.remove(&case);
            world.on.retain(|(of, _), _| *of != case);
            subscription::note_reasons(write, Whose::Cases(&[&number_of(case)]), *now).await.unwrap();
        }
        Act::Put(case, place, subscribe) if world.cases.contains_key(&case) => {
            case::relate(write, &on(&number_of(case), &parties[place], subscribe)).await.unwrap();
            world.on.insert((case, place), subscribe);
            let whose = Whose::Relation(&number_of(case), parties[place].id);
            subscription::note_reasons(write, whose, *now).await.unwrap();
        }
        Act::Put(..) => {}
        Act::Take(case, place) => {
            case::unrelate(write, &number_of(case), parties[place].id).await.unwrap();
            world.on.remove(&(case, place));
            let whose = Whose::Relation(&number_of(case), parties[place].id);
            subscription::note_reasons(write, whose, *now).await.unwrap();
        }
        Act::Number(place, serial) => {
            let party = &mut parties[place];
            let before = party.clone();
            let serial = serial.filter(|serial| !world.numbers.values().any(|other| other == serial));
            party.fields.personal_number = serial.map(|serial| match serial {
                0 => super::number(round),
                serial => personal(round * 10 + serial),
            });
            party.version += 1;
            party::update(write, &before, party).await.unwrap();
            match serial {
                Some(serial) => world.numbers.insert(place, serial),
                None => world.numbers.remove(&place),
            };
            subscription::note_reasons(write, Whose::Party(party.id), *now).await.unwrap();
        }
        Act::Wait(hours) => *now += Duration::hours(hours),
    }
}

async fn a_decision_that_changed_is_applied_to_every_case(test: &TestDatabase) {
    let database = open(test).await;
    let party = with_number("A", personal(1));
    store(&database, std::slice::from_ref(&party)).await;
    let write = database.begin().await.unwrap();
    let closed = CaseStatus::Closed(noon() - Duration::days(30));
    for (number, status) in [("S-1", CaseStatus::Open), ("S-2", closed)] {
        // As a version that knew nothing of following left them.
        case::insert(&write, &Case { follow: None, ..case_of(number, status) }).await.unwrap();
        case::relate(&write, &on(number, &party, true)).await.unwrap();
    }
    write.commit().await.unwrap();
    let today = danish_date(noon());
    let reasons = async || {
        let followings = subscription::followings(&database.read(), &[party.id], today).await.unwrap();
        let reasons = followings.get(&party.id).map(|following| following.reasons.clone()).unwrap_or_default();
        reasons.into_iter().map(|reason| (reason.case_number, reason.kind, reason.until)).collect::<Vec<_>>()
    };
    assert!(reasons().await.is_empty(), "nobody is followed by a rule that was not applied");

    assert_eq!(subscription::recompute(&database, &POLICY, noon()).await, Ok(2));
    assert_eq!(reasons().await, [("S-1".to_owned(), ReasonKind::OpenCase, WITHOUT_END)]);
    assert_eq!(subscription::recompute(&database, &POLICY, noon()).await, Ok(0), "it was applied already");

    let longer = FollowPolicy { recently_closed_days: 31, ..POLICY };
    assert_eq!(subscription::recompute(&database, &longer, noon()).await, Ok(2));
    let until = today + Duration::days(1);
    assert_eq!(reasons().await[1], ("S-2".to_owned(), ReasonKind::RecentlyClosedCase, until));

    let later = noon() + Duration::hours(1);
    let all = FollowPolicy { scope: Scope::AllCases, ..POLICY };
    assert_eq!(subscription::recompute(&database, &all, later).await, Ok(2));
    assert_eq!(reasons().await[1], ("S-2".to_owned(), ReasonKind::AllCases, WITHOUT_END));
    let history = subscription::history(&database.read(), &[party.id]).await.unwrap();
    let told: Vec<_> = history[&party.id].iter().map(|reason| (reason.kind, reason.ended_at.is_some())).collect();
    let expected =
        [(ReasonKind::AllCases, false), (ReasonKind::RecentlyClosedCase, true), (ReasonKind::OpenCase, false)];
    assert_eq!(told, expected);
}

async fn a_subscription_comes_back_as_it_was_stored(test: &TestDatabase) {
    let database = open(test).await;
    let party = followed(&database, 1).await;
    let at = kept_noon();
    let requested = Subscription::none(personal(1), party.id).request(party.id, at);
    let failed = requested.fail("unreachable", Retry::Later, at);
    let unknown = failed.fail("05", Retry::WhenNumberChanges, at);
    let ended = active(personal(1), &party).request_end(at).end(at);
    let moved = Subscription { moved_to: Some(personal(2)), ..ended.clone() };
    for it in [requested, failed, unknown, active(personal(1), &party), ended, moved] {
        put(&database, std::slice::from_ref(&it)).await;
        assert_eq!(subscription::get(&database.read(), personal(1)).await.unwrap(), Some(it));
    }
    assert_eq!(subscription::get(&database.read(), personal(2)).await.unwrap(), None);
}

async fn the_gap_is_what_is_wanted_and_not_confirmed_and_what_is_confirmed_and_not_wanted(test: &TestDatabase) {
    let database = open(test).await;
    let today = danish_date(noon());
    let mut parties = Vec::new();
    for serial in 1..=5 {
        parties.push(followed(&database, serial).await);
    }
    let gone = with_number("Ikke længere", personal(6));
    store(&database, std::slice::from_ref(&gone)).await;
    let requested = |place: usize| {
        let party = &parties[place];
        Subscription::none(party.fields.personal_number.unwrap(), party.id).request(party.id, kept_noon())
    };
    let unknown = requested(3).fail("05", Retry::WhenNumberChanges, kept_noon());
    let ended = active(personal(5), &parties[4]).end(kept_noon());
    put(&database, &[active(personal(2), &parties[1]), requested(2), unknown, ended, active(personal(6), &gone)]).await;
    let expected = [(personal(1), true), (personal(3), true), (personal(5), true), (personal(6), false)];
    assert_eq!(gap(&database, today).await, BTreeSet::from(expected));

    let counts = subscription::count(&database.read(), today).await.unwrap();
    assert_eq!((counts.wanted, counts.confirmed), (5, 1));
    let by_state = [(State::None, 1), (State::Requested, 1), (State::Active, 2), (State::Ended, 1), (State::Failed, 1)];
    assert_eq!(counts.by_state, by_state.into_iter().chain([(State::Ending, 0)]).collect());

    let (mut page, mut listed) = (first(2), Vec::new());
    loop {
        let rows = subscription::list(&database.read(), None, &page).await.unwrap();
        listed.extend(rows.items.into_iter().map(|it| it.number));
        page.after = rows.next;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!(listed, [2, 3, 4, 5, 6].map(personal));
    let rows = subscription::list(&database.read(), Some(State::Active), &first(9)).await.unwrap();
    assert_eq!(rows.items.iter().map(|it| it.number).collect::<Vec<_>>(), [2, 6].map(personal));
    let rows = subscription::list_untouched(&database.read(), today, &first(9)).await.unwrap();
    assert_eq!(rows.items.iter().map(|it| it.number).collect::<Vec<_>>(), [personal(1)]);
}

async fn the_number_that_cpr_moved_a_person_to_is_followed(test: &TestDatabase) {
    let database = open(test).await;
    let today = danish_date(noon());
    let old = followed(&database, 1).await;
    put(&database, &[active(personal(1), &old)]).await;
    let holder = with_number("Den anden", personal(2));
    store(&database, std::slice::from_ref(&holder)).await;
    let write = database.begin().await.unwrap();
    let gone = registered(&old, Status::Changed, Some(personal(2)), false);
    register::put(&write, &kept(gone)).await.unwrap();
    let moved = Moved { from: personal(1), to: personal(2), moved_as: MovedAs::Changed };
    subscription::moved(&write, &[moved], kept_noon()).await.unwrap();
    write.commit().await.unwrap();

    let is_wanted = async |serial| subscription::is_wanted(&database.read(), personal(serial), today).await.unwrap();
    assert!(!is_wanted(1).await && is_wanted(2).await);
    assert_eq!(gap(&database, today).await, BTreeSet::from([(personal(2), true)]));
    let numbers = subscription::numbers_of(&database.read(), &[old.id, holder.id]).await.unwrap();
    assert_eq!(numbers, BTreeMap::from([(old.id, personal(2)), (holder.id, personal(2))]));
    let ended = subscription::get(&database.read(), personal(1)).await.unwrap().unwrap();
    assert_eq!((ended.state, ended.moved_to), (State::Ended, Some(personal(2))));

    put(&database, &[active(personal(2), &old)]).await;
    let followings = subscription::followings(&database.read(), &[old.id, holder.id], today).await.unwrap();
    assert_eq!(followings[&old.id].state, State::Active);
    assert!(followings[&old.id].is_wanted() && !followings[&holder.id].is_wanted());
    assert!(gap(&database, today).await.is_empty());
}

async fn a_subscription_that_is_over_is_forgotten_with_the_number(test: &TestDatabase) {
    let database = open(test).await;
    let party = followed(&database, 1).await;
    let ended = active(personal(1), &party).end(kept_noon());
    put(&database, &[ended.clone(), active(personal(2), &party)]).await;
    let forget = async |serial| {
        let write = database.begin().await.unwrap();
        subscription::forget_ended(&write, personal(serial)).await.unwrap();
        write.commit().await.unwrap();
        subscription::get(&database.read(), personal(serial)).await.unwrap().is_none()
    };
    assert!(!forget(1).await, "a party has the number");
    assert!(!forget(2).await, "CPR follows");
    put(&database, &[Subscription { number: personal(2), ..ended }]).await;
    assert!(forget(2).await);
}

async fn a_delivery_confirms_and_ends_and_rejects(test: &TestDatabase) {
    let database = open(test).await;
    let party = followed(&database, 1).await;
    let (number, at) = (personal(1), kept_noon());
    let requested = Subscription::none(number, party.id).request(party.id, at);
    let state = async || subscription::get(&database.read(), number).await.unwrap().map(|it| it.state);
    let write = async || database.begin().await.unwrap();

    let (transaction, unknown) = (write().await, personal(9));
    assert_eq!(subscription::confirm_active(&transaction, unknown, at).await, Ok(None));
    assert_eq!(subscription::confirm_end(&transaction, unknown, at).await, Ok(None));
    drop(transaction);

    put(&database, std::slice::from_ref(&requested)).await;
    let transaction = write().await;
    assert!(subscription::confirm_active(&transaction, number, at).await.unwrap().is_some());
    assert_eq!(subscription::confirm_active(&transaction, number, at).await, Ok(None), "told once");
    transaction.commit().await.unwrap();
    assert_eq!(state().await, Some(State::Active));

    let transaction = write().await;
    let before = at - Duration::days(1);
    assert_eq!(subscription::confirm_end(&transaction, number, before).await, Ok(None), "of an earlier time round");
    assert!(subscription::confirm_end(&transaction, number, at).await.unwrap().is_some());
    transaction.commit().await.unwrap();
    assert_eq!(state().await, Some(State::Ended));
    assert!(gap(&database, danish_date(noon())).await.contains(&(number, true)), "it is wanted: asked for again");

    put(&database, &[requested]).await;
    let transaction = write().await;
    assert!(subscription::note_rejected(&transaction, number, "0042", at).await.unwrap().is_some());
    transaction.commit().await.unwrap();
    let rejected = subscription::get(&database.read(), number).await.unwrap().unwrap();
    assert_eq!((rejected.state, rejected.failure.unwrap().code.as_str()), (State::Failed, "0042"));
}

async fn parties_that_cpr_follows_are_a_selection(test: &TestDatabase) {
    let database = open(test).await;
    let (one, two) = (followed(&database, 1).await, followed(&database, 2).await);
    let asked = Subscription::none(personal(2), two.id).request(two.id, kept_noon());
    put(&database, &[active(personal(1), &one), asked]).await;
    let criteria = PartyCriteria { filter: Some(PartyFilter::Subscribed), ..PartyCriteria::default() };
    let found = party::search(&database.read(), &criteria, &PageRequest { limit: 9, after: None }).await.unwrap();
    assert!(found.items == [one]);
}
