//! *Find CPR-nummer*: from name and address to candidates.

use chrono::NaiveDate;
use cpr::{CprDate, PersonalNumber};
use cpr_simulator::population::Person;
use openapi::find::{Agrees, FindAnswer, FindStep};
use openapi::party::Party;
use openapi::problem::ProblemCode;
use serde_json::{Value, json};
use tests::{House, on_each_database};

use crate::{CASEWORKER, create, read};

async fn name_and_address_as_people_write_them_find_the_number(house: &House) {
    for line1 in ["Industrivænget 95, 1. mf.", "Industrivænget 95,1 mf", "industrivænget 95 1. mf"] {
        let answer =
            find(house, json!({ "name": "Jens Mortensen", "address": { "line1": line1, "postalCode": "9000" } })).await;
        let numbers: Vec<&str> = answer.candidates.iter().map(|candidate| candidate.personal_number.as_str()).collect();
        assert_eq!(numbers, ["0707614285"], "{line1}: {answer:?}");
        assert_eq!(answer.searched.first().map(|step| (step.step, step.hits)), Some((FindStep::FullAddress, 1)));
        assert_eq!(answer.candidates[0].agreement.name, Agrees::Same);
        assert_eq!(answer.candidates[0].agreement.house_number, Agrees::Same);
    }
}

async fn a_party_gets_the_number_that_a_person_chose(house: &House) {
    let caseworker = house.with(CASEWORKER);
    let address = json!({ "line1": "Industrivænget 95, 1. mf.", "postalCode": "9000", "city": "Aalborg" });
    let party = create(house, json!({ "name": "Jens Mortensen", "address": address })).await;
    let path = format!("/parties/{}/cpr", party.id);
    let answer: FindAnswer = caseworker.post(&format!("{path}/find"), &json!({})).await.expect(200).json();
    assert_eq!(answer.candidates.len(), 1, "{answer:?}");
    assert_eq!(read(house, &party).await, party, "nothing is picked by itself");

    let choice = json!({ "personalNumber": answer.candidates[0].personal_number });
    let chosen: Party = caseworker.post(&format!("{path}/fetch"), &choice).await.expect(200).json();
    assert_eq!(chosen.personal_number.as_deref(), Some("0707614285"));
}

async fn a_wrong_door_is_forgiven_and_shown_as_different(house: &House) {
    let ask =
        json!({ "name": "Jens Mortensen", "address": { "line1": "Industrivænget 95, 3. th", "postalCode": "9000" } });
    let answer = find(house, ask).await;
    assert_eq!(answer.candidates.len(), 1, "{answer:?}");
    assert!(answer.searched.len() > 1 && answer.searched[0].hits == 0, "{answer:?}");
    assert_eq!(answer.candidates[0].agreement.door, Agrees::Different);
}

async fn nobody_is_an_answer_and_the_next_step_is_offered(house: &House) {
    let ask =
        json!({ "name": "Ingen Hjemme", "address": { "line1": "Industrivænget 95, 1. mf.", "postalCode": "9000" } });
    let answer = find(house, ask).await;
    assert!(answer.candidates.is_empty() && answer.next_step.is_some(), "{answer:?}");
}

async fn without_name_and_address_cpr_is_not_asked(house: &House) {
    let caseworker = house.with(CASEWORKER);
    for ask in [
        json!({ "name": "Jens Mortensen" }),
        json!({ "address": { "line1": "Industrivænget 95", "postalCode": "9000" } }),
        json!({ "name": "Jens Mortensen", "address": { "line1": "Industrivænget 95" } }),
        json!({ "name": "Jens Mortensen", "address": { "postalCode": "9000" } }),
    ] {
        caseworker.post("/cpr/find", &ask).await.problem(ProblemCode::NameAndAddressRequired);
    }
    assert_eq!(house.cpr().counters().values().sum::<u64>(), 0);
}

async fn too_many_are_neither_listed_nor_none(house: &House) {
    let jens = PersonalNumber::parse("0707614285").unwrap();
    house.cpr().edit(|people| {
        let jens = people.person(jens).unwrap().clone();
        // Nobody's numbers: of a date whose numbers all pass modulus 11, some that do not.
        let numbers = (0..1000).map(|serial| PersonalNumber::parse(&format!("030353{serial:04}")).unwrap());
        for number in numbers.filter(|number| !number.passes_modulus_11()).take(250) {
            people.insert(Person { number, ..jens.clone() }).unwrap();
        }
    });
    let ask =
        json!({ "name": "Jens Mortensen", "address": { "line1": "Industrivænget 95, 1. mf.", "postalCode": "9000" } });
    let problem = house.with(CASEWORKER).post("/cpr/find", &ask).await.problem(ProblemCode::CprTooManyHits);
    assert!(!problem.detail.contains("Mortensen"), "{problem:?}");
}

async fn a_former_name_is_found_by_name_when_that_is_asked_for(house: &House) {
    let jens = PersonalNumber::parse("0707614285").unwrap();
    let since = CprDate::of("2026-01-01".parse::<NaiveDate>().unwrap());
    house.cpr().edit(|people| people.rename(jens, ("Jens", "", "Nynavn"), since)).unwrap();
    let ask = |former: bool| {
        json!({
            "name": "Jens Mortensen", "address": { "line1": "Prøvevej 7", "postalCode": "9000" }, "sex": "male",
            "widen": "name", "includeFormerNames": former
        })
    };
    let numbers = |answer: &FindAnswer| -> Vec<String> {
        answer.candidates.iter().map(|candidate| candidate.personal_number.clone()).collect()
    };
    let without = find(house, ask(false)).await;
    assert!(!numbers(&without).contains(&"0707614285".to_owned()), "{without:?}");
    let with = find(house, ask(true)).await;
    assert!(numbers(&with).contains(&"0707614285".to_owned()), "{with:?}");
    assert_eq!(with.searched.last().map(|step| step.step), Some(FindStep::Name));
}

async fn find(house: &House, ask: Value) -> FindAnswer {
    house.with(CASEWORKER).post("/cpr/find", &ask).await.expect(200).json()
}

on_each_database! {
    name_and_address_as_people_write_them_find_the_number,
    a_party_gets_the_number_that_a_person_chose,
    a_wrong_door_is_forgiven_and_shown_as_different,
    nobody_is_an_answer_and_the_next_step_is_offered,
    without_name_and_address_cpr_is_not_asked,
    too_many_are_neither_listed_nor_none,
    a_former_name_is_found_by_name_when_that_is_asked_for,
}
