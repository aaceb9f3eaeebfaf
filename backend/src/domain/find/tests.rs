use super::*;
use crate::domain::testing::{JENS, address, number};

fn wanted(line1: &str, widen: Widen) -> Wanted {
    Wanted::new("Jens Peter Mortensen", Some(&address(line1)), widen).ok().unwrap()
}

fn candidate(name: &str, line1: &str) -> Candidate {
    Candidate {
        personal_number: number(JENS),
        name: Some(name.to_owned()),
        address: Some(address(line1)),
        line: None,
        address_masked: false,
        birth_date: NaiveDate::from_ymd_opt(1961, 7, 7),
        status: Some(Status::Resident),
        protected: false,
        agreement: Agreement::default(),
    }
}

/// The steps of a search in which each step has so many hits.
fn walk(wanted: &Wanted, hits: &[(Step, u32)]) -> Vec<Step> {
    let mut searched = Vec::new();
    while let Some(step) = next_step(wanted, &searched) {
        searched.push((step, hits.iter().find(|(of, _)| *of == step).map_or(0, |(_, hits)| *hits)));
    }
    searched.into_iter().map(|(step, _)| step).collect()
}

#[test]
fn name_address_line_and_postal_code_are_required() {
    let missing = |name, address: Option<Address>| Wanted::new(name, address.as_ref(), Widen::None).is_err();
    assert!(missing("", Some(address("Søgade 16"))));
    assert!(missing(" - ", Some(address("Søgade 16"))));
    assert!(missing("Jens", None));
    assert!(missing("Jens", Some(address(" , "))));
    assert!(missing("Jens", Some(Address { postal_code: None, ..address("Søgade 16") })));
    assert!(!missing("Jens", Some(address("Søgade 16"))));
}

#[test]
fn nobody_at_the_full_address_means_without_door_and_then_without_floor() {
    use Step::{FullAddress, Name, WithoutDoor, WithoutFloor};
    let full = "Industrivænget 95, 1. mf";
    assert_eq!(walk(&wanted(full, Widen::None), &[]), [FullAddress]);
    assert_eq!(walk(&wanted(full, Widen::Address), &[]), [FullAddress, WithoutDoor, WithoutFloor]);
    assert_eq!(walk(&wanted(full, Widen::Address), &[(WithoutDoor, 2)]), [FullAddress, WithoutDoor]);
    assert_eq!(walk(&wanted("Søgade 16", Widen::Address), &[]), [FullAddress]);
    assert_eq!(walk(&wanted(full, Widen::Name), &[]), [FullAddress, WithoutDoor, WithoutFloor, Name]);
}

#[test]
fn the_name_alone_is_searched_when_asked_for_even_if_the_address_found_somebody() {
    let steps = walk(&wanted("Søgade 16", Widen::Name), &[(Step::FullAddress, 1)]);
    assert_eq!(steps, [Step::FullAddress, Step::Name]);
}

#[test]
fn only_a_search_that_asks_something_new_is_offered() {
    let full = wanted("Industrivænget 95, 1. mf", Widen::None);
    assert_eq!(wider(&full, &[(Step::FullAddress, 0)]), Some(Widen::Address));
    assert_eq!(wider(&full, &[(Step::FullAddress, 3)]), Some(Widen::Name));
    assert_eq!(wider(&wanted("Søgade 16", Widen::None), &[(Step::FullAddress, 0)]), Some(Widen::Name));
    assert_eq!(wider(&wanted("Søgade 16", Widen::Name), &[(Step::FullAddress, 0), (Step::Name, 0)]), None);
}

#[test]
fn an_address_abroad_is_not_asked_for_but_the_name_can_be() {
    let abroad = Address { postal_code: Some("211 42".to_owned()), ..address("Storgatan 1") };
    let wanted = |widen| Wanted::new("Ingrid Bergstrøm", Some(&abroad), widen).ok().unwrap();
    assert!(walk(&wanted(Widen::Address), &[]).is_empty());
    assert_eq!(wider(&wanted(Widen::Address), &[]), Some(Widen::Name));
    assert_eq!(walk(&wanted(Widen::Name), &[]), [Step::Name]);
}

#[test]
fn each_step_asks_for_less_of_the_address() {
    let wanted = wanted("Industrivænget 95, 1. mf", Widen::Name);
    let parts = |step| match &questions(&wanted, step, None)[..] {
        [Question::Address(question)] => (question.floor.clone(), question.door.clone()),
        _ => panic!("one question about the address"),
    };
    assert_eq!(parts(Step::FullAddress), (Some("1".to_owned()), Some("mf".to_owned())));
    assert_eq!(parts(Step::WithoutDoor), (Some("1".to_owned()), None));
    assert_eq!(parts(Step::WithoutFloor), (None, None));
}

#[test]
fn the_search_by_name_is_asked_once_for_each_sex_when_it_is_not_known() {
    let mut wanted = wanted("Søgade 16", Widen::Name);
    let sexes = |wanted: &Wanted| -> Vec<Sex> {
        let questions = questions(wanted, Step::Name, Some("0851"));
        questions
            .into_iter()
            .map(|question| match question {
                Question::Name(question) => {
                    assert_eq!(question.municipality.as_deref(), Some("0851"));
                    question.sex
                }
                Question::Address(_) => panic!("a question about the name"),
            })
            .collect()
    };
    assert_eq!(sexes(&wanted), [Sex::Female, Sex::Male]);
    wanted.sex = Some(Sex::Male);
    assert_eq!(sexes(&wanted), [Sex::Male]);
}

#[test]
fn cpr_is_asked_for_surname_and_first_name_only() {
    for (name, surname, first) in [
        ("Jens Peter Mortensen", "Mortensen", Some("Jens")),
        ("J. P. Mortensen", "Mortensen", None),
        ("Mortensen, Jens Peter", "Mortensen", Some("Jens")),
        ("Anne-Birgitte Dahl-Eriksen", "Dahl-Eriksen", Some("Anne-Birgitte")),
        ("Mortensen", "Mortensen", None),
    ] {
        assert_eq!(searchable_name(name), (surname.to_owned(), first.map(str::to_owned)), "{name}");
    }
}

#[test]
fn names_agree_as_a_caseworker_would_say() {
    for (asked, told, agree) in [
        ("Jens Mortensen", "Jens Mortensen", true),
        ("jens mortensen", "JENS MORTENSEN", true),
        ("Jens P. Mortensen", "Jens Peter Bo Mortensen", true),
        ("Jens Mortensen", "Jens Peter Mortensen", true),
        ("J. Mortensen", "Jens Mortensen", true),
        ("Mortensen, Jens", "Jens Mortensen", true),
        ("Anne Birgitte Wicker", "Anne-Birgitte Wicker", true),
        ("Åse Hansen", "Aase Hansen", true),
        ("Mortensen", "Jens Mortensen", true),
        ("Jens Mortensen", "Anne Mortensen", false),
        ("Jens Mortensen", "Jens Hansen", false),
        ("Jens Bo Mortensen", "Jens Peter Mortensen", false),
        ("Peter Mortensen", "Jens Peter Mortensen", false),
    ] {
        let expected = if agree { Agrees::Same } else { Agrees::Different };
        assert_eq!(names_agree(asked, told), expected, "{asked} / {told}");
        assert_eq!(names_agree(told, asked), expected, "{told} / {asked}");
    }
}

#[test]
fn every_part_of_the_address_agrees_or_not_by_itself() {
    use Agrees::{Different, Same, Unknown};
    let of = |asked: &str, told: &str| {
        let Agreement { street, house_number, floor, door, postal_code, .. } =
            Agreement::of(&wanted(asked, Widen::None), &candidate("Jens Mortensen", told));
        [street, house_number, floor, door, postal_code]
    };
    assert_eq!(of("Søgade 16", "SØGADE 16"), [Same; 5]);
    assert_eq!(of("Søgade 16, 1. tv", "Søgade 16, 1. th"), [Same, Same, Same, Different, Same]);
    assert_eq!(of("Søgade 16", "Søgade 16A, 2."), [Same, Different, Unknown, Same, Same]);
    assert_eq!(of("Søgade 16, 1.", "Søgade 16"), [Same, Same, Different, Same, Same]);
    assert_eq!(of("Søgade 15-17", "Svinget 16"), [Different, Same, Same, Same, Same]);
    assert_eq!(of("Søgade", "Søgade 16"), [Same, Unknown, Same, Same, Same]);
}

#[test]
fn without_an_address_nothing_but_the_name_can_agree() {
    let hidden = Candidate { address: None, ..candidate("Jens Mortensen", "") };
    let agreement = Agreement::of(&wanted("Søgade 16", Widen::None), &hidden);
    assert_eq!(agreement, Agreement { name: Agrees::Same, ..Agreement::default() });
}

#[test]
fn everybody_is_a_candidate_once_and_another_birth_date_is_none() {
    let mut wanted = wanted("Søgade 16", Widen::Name);
    let twice = || [candidate("Jens Mortensen", "Søgade 16"), candidate("Jens Mortensen", "Søgade 16")];
    assert_eq!(candidates(&wanted, twice()).len(), 1);
    wanted.birth_date = NaiveDate::from_ymd_opt(1961, 7, 8);
    assert!(candidates(&wanted, twice()).is_empty());
    let unknown = Candidate { birth_date: None, ..candidate("Jens Mortensen", "Søgade 16") };
    assert_eq!(candidates(&wanted, [unknown]).len(), 1);
}

proptest::proptest! {
    #[test]
    fn a_search_ends_and_never_asks_a_step_twice(
        line in "Søgade 16|Søgade 16, 1.|Søgade 16, 1. tv|Søgade",
        hits in proptest::collection::vec(0_u32..3, 4),
        widen in 0_usize..3,
    ) {
        let wanted = wanted(&line, [Widen::None, Widen::Address, Widen::Name][widen]);
        let all = [Step::FullAddress, Step::WithoutDoor, Step::WithoutFloor, Step::Name];
        let steps = walk(&wanted, &all.into_iter().zip(hits).collect::<Vec<_>>());
        proptest::prop_assert!(steps.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
