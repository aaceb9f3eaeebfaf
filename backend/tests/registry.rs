//! The real client against the simulator, over a socket.

use std::sync::Arc;
use std::time::Duration;

use backend::domain::details::{Availability, Details, Relation};
use backend::domain::find::{
    AddressQuestion, Agrees, Candidate, NameQuestion, Question, Step, Wanted, Widen, candidates, next_step, questions,
};
use backend::domain::party::{Address, AddressKind};
use backend::domain::person::{Person, RegisterSource, Sex, Status};
use backend::registry::{Answer, Keep, Kind, Live, Records, Registry, RegistryError, State};
use chrono::{DateTime, NaiveDate, Utc};
use cpr::PersonalNumber;
use cpr::client::{GctpClient, PasswordSource, Settings};
use cpr::gctp::Secret;
use cpr_simulator::{Options, Profile as Customer, Simulator, Trouble};

const JENS: &str = "0707614285";
const JANNE: &str = "1312814362";
const AKSEL: &str = "0701614011";

struct Line {
    simulator: Simulator,
    live: Live,
}

impl Line {
    fn open() -> Line {
        Line::with(cpr::client::Profile::Authority, Keep::all())
    }

    fn with(profile: cpr::client::Profile, keep: Keep) -> Line {
        let simulator = Simulator::start(Options::new(now)).unwrap();
        if profile == cpr::client::Profile::Private {
            simulator.turn(|knobs| knobs.profile = Customer::Private);
        }
        let settings = Settings {
            url: simulator.url(),
            user: simulator.user(),
            password: PasswordSource::Fixed(Secret::new(simulator.password())),
            timeout: Duration::from_secs(5),
        };
        let client = GctpClient::new(settings, Arc::new(now)).unwrap();
        Line { simulator, live: Live::new(client, profile, keep) }
    }

    async fn person(&self, digits: &str) -> Person {
        self.live.look_up(number(digits)).await.unwrap().person
    }

    /// Look-up and details together, as a fetch asks.
    async fn all(&self, digits: &str) -> Answer {
        let answer = self.live.look_up(number(digits)).await.unwrap();
        answer.with_details(self.live.details(number(digits)).await)
    }

    async fn tab(&self, digits: &str) -> Details {
        tab(&self.all(digits).await.records, &Keep::all())
    }

    /// A whole find, as far as `widen` goes.
    async fn find(
        &self,
        name: &str,
        line1: &str,
        postal_code: &str,
        widen: Widen,
    ) -> (Vec<Candidate>, Vec<(Step, u32)>) {
        let address = Address {
            line1: Some(line1.to_owned()),
            line2: None,
            postal_code: Some(postal_code.to_owned()),
            city: None,
            country_code: Some("DK".to_owned()),
        };
        let wanted = Wanted::new(name, Some(&address), widen).ok().unwrap();
        let (mut searched, mut all, mut municipality) = (Vec::new(), Vec::new(), None);
        while let Some(step) = next_step(&wanted, &searched) {
            let mut hits = 0;
            for question in questions(&wanted, step, municipality.as_deref()) {
                let found = match question {
                    Question::Address(question) => self.live.search_address(&question).await.unwrap(),
                    Question::Name(question) => self.live.search_name(&question).await.unwrap(),
                };
                hits += found.hits;
                municipality = municipality.or(found.municipality);
                all.extend(found.candidates);
            }
            searched.push((step, hits));
        }
        (candidates(&wanted, all), searched)
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_000_000, 0).unwrap()
}

fn number(digits: &str) -> PersonalNumber {
    PersonalNumber::parse(digits).unwrap()
}

fn tab(records: &Records, keep: &Keep) -> Details {
    records.details(keep, RegisterSource::Lookup, NaiveDate::from_ymd_opt(2026, 2, 25).unwrap())
}

fn lines(address: Option<&Address>) -> Vec<&str> {
    let Some(address) = address else { return Vec::new() };
    let parts = [&address.line1, &address.line2, &address.postal_code, &address.city, &address.country_code];
    parts.into_iter().map(|part| part.as_deref().unwrap_or("–")).collect()
}

#[tokio::test]
async fn jens_mortensen_comes_with_full_name_and_address() {
    let jens = Line::open().person(JENS).await;
    assert_eq!(jens.name.as_deref(), Some("Jens Mortensen"));
    assert_eq!(lines(jens.address.as_ref()), ["Industrivænget 95, 1. mf", "c/o Christiansen", "9000", "Aalborg", "DK"]);
    assert_eq!((jens.status, jens.address_kind), (Some(Status::Resident), AddressKind::Danish));
    assert_eq!(jens.birth_date, NaiveDate::from_ymd_opt(1961, 7, 7));
    assert!(!jens.protected && !jens.withheld && jens.status_since.is_none());
}

#[tokio::test]
async fn the_full_name_goes_before_the_shortened_one_and_the_shortened_one_before_none() {
    let line = Line::open();
    assert_eq!(line.person("0101980014").await.name.as_deref(), Some("Ulrikke Veronika Villadsen"));
    line.simulator.turn(|knobs| _ = knobs.refuse.insert("NAVNE3".to_owned(), 1035));
    let answer = line.all("0101980014").await;
    assert_eq!(answer.person.name.as_deref(), Some("Ulrikke V Villadsen"));
    assert_eq!(tab(&answer.records, &Keep::all()).names.availability, Availability::NotEntitled);
}

#[tokio::test]
async fn every_kind_of_address_is_told_apart() {
    let line = Line::open();
    for (digits, kind, expected) in [
        (
            "0909435048",
            AddressKind::Danish,
            vec!["Boulevarden 101, 1. mf", "c/o Møbler & Søn, Havnegården, Vestbyen", "9000", "Aalborg", "DK"],
        ),
        ("1706455058", AddressKind::Foreign, vec!["Storgatan 1 lgh 1101", "211 42 Malmö, Sverige", "–", "–", "SE"]),
        ("1102425029", AddressKind::Greenland, vec!["Qullilerfik 14, 2. tv", "–", "3900", "Nuuk", "GL"]),
        ("1102425002", AddressKind::Greenland, vec!["Qullilerfik BNR 1234", "–", "3900", "Nuuk", "GL"]),
        ("0303405003", AddressKind::NoFixedAbode, vec![]),
        ("0909435005", AddressKind::NoFixedAbode, vec![]),
        ("0901414084", AddressKind::None, vec![]),
        (JANNE, AddressKind::None, vec![]),
    ] {
        let person = line.person(digits).await;
        assert_eq!(lines(person.address.as_ref()), expected, "{digits}");
        assert_eq!(person.address_kind, kind, "{digits}");
    }
}

#[tokio::test]
async fn somebody_without_a_name_has_none_and_somebody_dead_has_a_date() {
    let line = Line::open();
    assert_eq!(line.person("1812535028").await.name, None);
    let dead = line.person("0101980014").await;
    assert_eq!((dead.status, dead.status_since), (Some(Status::Dead), NaiveDate::from_ymd_opt(2000, 6, 30)));
}

#[tokio::test]
async fn a_number_that_changed_names_the_current_one_which_lists_it() {
    let line = Line::open();
    let old = line.person("0709614398").await;
    assert_eq!((old.status, old.current_number), (Some(Status::Changed), Some(number("0909610036"))));
    let current = line.all("0909610036").await.person;
    assert_eq!(current.current_number, None);
    assert_eq!(current.former_numbers, [number("0709614398")]);
}

#[tokio::test]
async fn a_protected_person_comes_in_full_to_an_authority_and_withheld_to_others() {
    let aksel = Line::open().person(AKSEL).await;
    assert!(aksel.protected && !aksel.withheld);
    assert_eq!(aksel.name.as_deref(), Some("Aksel Sander"));
    let line = Line::with(cpr::client::Profile::Private, Keep::all());
    let aksel = line.person(AKSEL).await;
    assert!(aksel.protected && aksel.withheld);
    assert!(aksel.name.is_none() && aksel.address.is_none());
    assert!(!line.person(JENS).await.withheld);
}

#[tokio::test]
async fn the_cpr_tab_has_the_child_with_its_own_mark() {
    let tab = Line::open().tab(JENS).await;
    let [child] = &tab.children.items[..] else { panic!("one child") };
    assert_eq!(child.relation, Relation::Child);
    assert_eq!((child.personal_number, child.name.as_deref()), (Some(number(JANNE)), Some("Janne Mortensen")));
    assert!(!child.protected);
    assert_eq!(child.status, Some(Status::Disappeared));
    let [civil] = &tab.civil_status.items[..] else { panic!("one civil status") };
    assert_eq!((civil.code.as_str(), civil.text.as_str()), ("F", "Fraskilt"));
    assert_eq!(civil.from.as_ref().unwrap().value, "1980-10-01T20:00");
    let spouse = civil.spouse.as_ref().unwrap();
    assert!(spouse.protected, "whose mark is not known counts as protected");
    assert_eq!(tab.address.items[0].municipality.as_deref(), Some("Aalborg"));
    assert_eq!(tab.address.items[0].from.as_ref().unwrap().value, "1997-09-09T08:28");
    assert_eq!(tab.names.items[0].last_name.as_deref(), Some("Mortensen"));
    assert_eq!(tab.contact_address.availability, Availability::Delivered);
    assert!(tab.contact_address.items.is_empty());
    assert_eq!(tab.citizenship.availability, Availability::NotFetched);
    assert_eq!(tab.names.as_of, Some(now().date_naive()));
}

#[tokio::test]
async fn a_protected_daughter_is_protected_where_her_parents_are_shown() {
    let tab = Line::open().tab("1404415049").await;
    let protected: Vec<_> = tab.children.items.iter().map(|child| child.protected).collect();
    assert_eq!(protected, [false, true]);
    let custody: Vec<_> = tab.custody.items.iter().map(|child| child.relation).collect();
    assert_eq!(custody, [Relation::Child], "the father has custody over the son only");
    let spouse = tab.civil_status.items[0].spouse.as_ref().unwrap();
    assert_eq!(spouse.name.as_deref(), Some("Anna Marie Lund"));
    assert!(!spouse.protected, "the family service tells the mark of a present spouse");
}

#[tokio::test]
async fn protections_contact_address_and_former_numbers_have_their_sections() {
    let line = Line::open();
    let aksel = line.tab(AKSEL).await;
    assert_eq!(aksel.protections.items[0].code, "0001");
    let ingrid = line.tab("1706455058").await;
    assert_eq!(ingrid.contact_address.items[0].lines.len(), 3);
    let gerda = line.tab("0909610036").await;
    assert_eq!(gerda.former_numbers.items[0].personal_number, number("0709614398"));
}

#[tokio::test]
async fn a_refused_service_empties_its_own_sections_only() {
    let line = Line::open();
    line.simulator.turn(|knobs| _ = knobs.refuse.insert("FAMILIE".to_owned(), 1035));
    let tab = line.tab(JENS).await;
    for section in [&tab.children, &tab.parents, &tab.custody] {
        assert_eq!(section.availability, Availability::NotEntitled);
    }
    assert_eq!(tab.civil_status.availability, Availability::Delivered);
    assert!(tab.civil_status.items[0].spouse.is_some());
}

#[tokio::test]
async fn a_service_that_is_closed_just_now_is_not_fetched_and_fails_nothing() {
    let line = Line::open();
    line.simulator.turn(|knobs| _ = knobs.refuse.insert("CIVIL3".to_owned(), 2212));
    let tab = line.tab(JENS).await;
    assert_eq!(tab.civil_status.availability, Availability::NotFetched);
    assert_eq!(tab.children.availability, Availability::Delivered);
}

#[tokio::test]
async fn what_is_not_kept_is_neither_asked_nor_stored() {
    let keep: Keep = [Kind::Names, Kind::Address, Kind::Status, Kind::Protection].into_iter().collect();
    let line = Line::with(cpr::client::Profile::Authority, keep.clone());
    let records = line.all(JENS).await.records;
    assert_eq!(line.simulator.counters().get("FAMILIE"), None);
    assert_eq!(line.simulator.counters().get("CIVIL3"), None);
    let stored = Records::from_text(records.layout(), &records.to_text()).unwrap();
    let tab = tab(&stored, &keep);
    assert_eq!(tab.children.availability, Availability::NotKept);
    assert_eq!(tab.history.availability, Availability::NotKept);
    assert_eq!(tab.names.availability, Availability::Delivered);
}

#[tokio::test]
async fn what_was_stored_tells_what_was_answered() {
    let line = Line::open();
    for digits in [JENS, AKSEL, JANNE, "1706455058", "0303405003", "1404415049"] {
        let records = line.all(digits).await.records;
        let stored = Records::from_text(records.layout(), &records.to_text()).unwrap();
        assert!(tab(&stored, &Keep::all()) == tab(&records, &Keep::all()), "{digits}");
    }
}

#[tokio::test]
async fn each_failure_has_its_name() {
    let line = Line::open();
    // The last day of a month that has not come: nobody's number.
    assert_eq!(line.live.look_up(number("3112575005")).await.err(), Some(RegistryError::NotFound));
    assert_eq!(line.live.look_up(number("6707614285")).await.err(), Some(RegistryError::NumberInvalid));
    line.simulator.turn(|knobs| _ = knobs.refuse.insert("STAM".to_owned(), 1035));
    let refused = line.live.look_up(number(JENS)).await.err();
    assert_eq!(refused, Some(RegistryError::Refused { number: Some(1035) }));
    line.simulator.turn(|knobs| _ = knobs.refuse.insert("STAM".to_owned(), 2213));
    let closed = line.live.look_up(number(JENS)).await.err();
    assert_eq!(closed, Some(RegistryError::Unavailable { number: Some(2213) }));
    line.simulator.turn(|knobs| knobs.trouble = Some(Trouble::DropConnection));
    assert!(matches!(line.live.look_up(number(JENS)).await, Err(RegistryError::Unavailable { .. })));
    assert_eq!(line.live.state().await, State::Unreachable);
}

#[tokio::test]
async fn a_person_is_found_by_name_and_address() {
    let line = Line::open();
    let (found, searched) = line.find("Jens Mortensen", "Industrivænget 95, 1. mf", "9000", Widen::Address).await;
    assert_eq!(searched, [(Step::FullAddress, 1)]);
    let [jens] = &found[..] else { panic!("one candidate") };
    assert_eq!(jens.personal_number, number(JENS));
    let agreement = jens.agreement;
    let all = [
        agreement.name,
        agreement.street,
        agreement.house_number,
        agreement.floor,
        agreement.door,
        agreement.postal_code,
    ];
    assert_eq!(all, [Agrees::Same; 6]);
    assert_eq!(lines(jens.address.as_ref()), ["Industrivænget 95, 1. mf", "–", "9000", "–", "DK"]);
}

#[tokio::test]
async fn a_wrong_door_and_then_a_wrong_floor_are_left_out() {
    let line = Line::open();
    let (found, searched) = line.find("Jens Mortensen", "Industrivænget 95,1. th", "9000", Widen::Address).await;
    assert_eq!(searched, [(Step::FullAddress, 0), (Step::WithoutDoor, 1)]);
    assert_eq!(found[0].agreement.door, Agrees::Different);
    let (_, searched) = line.find("Jens Mortensen", "Industrivænget 95, 2 th", "9000", Widen::Address).await;
    assert_eq!(searched, [(Step::FullAddress, 0), (Step::WithoutDoor, 0), (Step::WithoutFloor, 1)]);
    let (found, searched) = line.find("Jens Mortensen", "Industrivænget 95, 2 th", "9000", Widen::None).await;
    assert!(found.is_empty() && searched == [(Step::FullAddress, 0)]);
}

#[tokio::test]
async fn father_and_son_are_two_candidates() {
    let (found, searched) = Line::open().find("Jens Peter Lund", "Kastanjealléen 12", "9000", Widen::Address).await;
    assert_eq!(searched, [(Step::FullAddress, 2)]);
    let mut numbers: Vec<_> = found.iter().map(|candidate| candidate.personal_number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [number("1103485009"), number("1404415049")]);
}

#[tokio::test]
async fn a_name_is_searched_wherever_the_person_lives() {
    let line = Line::open();
    let (found, searched) = line.find("Renée D'Arcy-Müller", "Søgade 1", "9000", Widen::Name).await;
    assert_eq!(searched, [(Step::FullAddress, 0), (Step::Name, 1)]);
    assert_eq!(found[0].personal_number, number("2205445008"));
    assert_eq!(found[0].agreement.street, Agrees::Different);
    assert_eq!(lines(found[0].address.as_ref()), ["Hovedgaden 2B, 2. tv", "–", "9000", "Aalborg", "DK"]);
    assert_eq!(line.simulator.counters().get("NVNSOG2"), Some(&2), "one question for each sex");
}

#[tokio::test]
async fn more_hits_than_a_page_are_read_page_by_page() {
    let line = Line::open();
    let question = AddressQuestion {
        surname: String::new(),
        first_name: None,
        sex: None,
        street: "Industrivænget".to_owned(),
        house_number: None,
        house_number_to: None,
        floor: None,
        door: None,
        postal_code: "9000".to_owned(),
    };
    let found = line.live.search_address(&question).await.unwrap();
    assert!(found.hits > 20 && !found.more);
    assert_eq!(usize::try_from(found.hits).unwrap(), found.candidates.len());
    assert_eq!(found.municipality.as_deref(), Some("0851"));
}

#[tokio::test]
async fn a_search_that_cpr_will_not_make_says_so() {
    let line = Line::open();
    let question = NameQuestion {
        surname: "Lund".to_owned(),
        first_name: None,
        sex: Sex::Male,
        former_names: false,
        municipality: Some("9999".to_owned()),
    };
    let error = line.live.search_name(&question).await.err();
    assert_eq!(error, Some(RegistryError::CriteriaInsufficient { number: Some(3975) }));
    line.simulator.turn(|knobs| _ = knobs.refuse.insert("NVNSOG2".to_owned(), 1035));
    assert_eq!(line.live.search_name(&question).await.err(), Some(RegistryError::Refused { number: Some(1035) }));
}
