use std::collections::BTreeSet;

use cpr::CprDate;

use super::*;

fn number(digits: &str) -> PersonalNumber {
    PersonalNumber::parse(digits).unwrap()
}

fn person<'a>(population: &'a Population, digits: &str) -> &'a Person {
    population.person(number(digits)).unwrap()
}

fn date(digits: &str) -> CprDate {
    CprDate::parse(digits).unwrap()
}

/// 5–8 as the seventh digit and a year 37–57: born between 2037 and 2057, so nobody has the number.
fn is_invented(person: &Person) -> bool {
    let digits = person.number.digits();
    let digits = digits.as_str();
    matches!(&digits[6..7], "5" | "6" | "7" | "8") && ("37"..="57").contains(&&digits[4..6])
}

#[test]
fn the_file_holds_the_demo_persons_and_the_invented_ones() {
    let population = Population::demo();
    assert_eq!(population.persons().count(), 80 + 6 + 22);
    assert_eq!(population.persons().filter(|person| is_invented(person)).count(), 22);
}

#[test]
fn sex_and_birth_date_agree_with_the_number() {
    for person in Population::demo().persons() {
        let digits = person.number.digits();
        assert_eq!(person.sex, person.number.sex(), "{}", digits.as_str());
        assert_eq!(person.born.date(), person.number.birth_date(), "{}", digits.as_str());
    }
}

#[test]
fn one_number_fails_modulus_11() {
    let population = Population::demo();
    let failing: Vec<_> = population.persons().filter(|person| !person.number.passes_modulus_11()).collect();
    assert_eq!(failing.len(), 1);
    assert_eq!(failing[0].number, number("0101405002"));
}

#[test]
fn spouses_name_each_other_where_both_are_in_the_register() {
    let population = Population::demo();
    let mut one_sided = BTreeSet::new();
    for person in population.persons() {
        let Some(spouse) = person.civil.as_ref().and_then(|civil| civil.spouse) else { continue };
        let Some(spouse) = population.person(spouse) else { continue };
        if spouse.civil.as_ref().and_then(|civil| civil.spouse) != Some(person.number) {
            one_sided.insert(person.number.digits().as_str().to_owned());
        }
    }
    // The source has Jens Mortensen divorced from Anne Mortensen, who has married again.
    assert_eq!(one_sided, BTreeSet::from(["0707614285".to_owned()]));
}

#[test]
fn parents_and_children_name_each_other_where_both_are_in_the_register() {
    let population = Population::demo();
    let mut one_sided = BTreeSet::new();
    for person in population.persons() {
        for parent in [&person.mother, &person.father].into_iter().flatten().filter_map(|parent| parent.number) {
            if population.person(parent).is_some_and(|parent| !parent.children.contains(&person.number)) {
                one_sided.insert((person.number.digits().as_str().to_owned(), parent.digits().as_str().to_owned()));
            }
        }
        for child in &person.children {
            let Some(child) = population.person(*child) else { continue };
            let parents = [&child.mother, &child.father].into_iter().flatten().filter_map(|parent| parent.number);
            if !parents.into_iter().any(|parent| parent == person.number) {
                one_sided
                    .insert((person.number.digits().as_str().to_owned(), child.number.digits().as_str().to_owned()));
            }
        }
    }
    assert_eq!(one_sided, BTreeSet::new());
}

#[test]
fn changed_and_deleted_numbers_lead_to_a_current_one_that_lists_them() {
    let population = Population::demo();
    let mut seen = 0;
    for old in population.persons().filter(|person| matches!(person.status.as_str(), "50" | "60")) {
        let current = population.person(old.current_number.unwrap()).unwrap();
        assert!(current.is_resident() && current.current_number.is_none());
        assert!(current.former_numbers.iter().any(|former| former.number == old.number));
        assert!(old.address.is_none());
        seen += 1;
    }
    assert_eq!(seen, 6);
}

#[test]
fn residents_and_only_they_have_an_address() {
    for person in Population::demo().persons() {
        assert_eq!(person.is_resident(), person.address.is_some());
        assert_eq!(person.status == "80", person.emigrated.is_some());
        assert_eq!(person.status == "70", person.disappeared.is_some());
        assert_eq!(person.status_since.is_some(), !person.is_resident());
    }
}

#[test]
fn addresses_are_written_in_the_form_of_2023() {
    let population = Population::demo();
    for (digits, text) in [
        ("0707614285", "Industrivænget 95, 1. mf"),
        ("0701614011", "Industrivænget 26, 1. tv"),
        ("0706614184", "Industrivænget 2, st. tv"),
        ("0701614038", "Skovvej 77A"),
        ("0101005038", "Søgade 16"),
        ("0901414025", "Toregårdsvej 9, 5. tv"),
        ("0709614401", "Pr Caroline Amlg 2"),
        ("2205445008", "Hovedgaden 2B, 2. tv"),
        ("0101405002", "Hovedgaden 3, st. 1"),
        ("0303405003", "Uden fast bopæl"),
        ("1102425002", "Qullilerfik BNR 1234"),
        ("1102425029", "Qullilerfik 14, 2. tv"),
    ] {
        let place = person(&population, digits).address.as_ref().unwrap().place();
        assert_eq!(population.standard_address(&place).as_deref(), Some(text));
    }
}

#[test]
fn every_current_address_has_a_road_name_and_texts_that_fit_the_fields() {
    let population = Population::demo();
    for person in population.persons() {
        if let Some(address) = &person.address {
            assert!(population.standard_address(&address.place()).unwrap().chars().count() <= 34);
            assert!([&address.care_of, &address.locality, &address.town].iter().all(|it| it.chars().count() <= 34));
            assert!(address.care_of.is_empty() || address.care_of.starts_with("c/o "));
            assert!(address.municipality.len() == 4 && address.road.len() == 4 && address.post.len() == 4);
        }
        if let Some(name) = &person.name {
            assert!(name.addressing.chars().count() <= 34, "{}", name.addressing);
            assert!(name.surname_first().starts_with(&format!("{},", name.last)), "{}", name.addressing);
        }
    }
}

#[test]
fn incomplete_and_uncertain_dates_are_kept() {
    let population = Population::demo();
    assert_eq!(person(&population, "0707614293").former_names[0].from.digits(), "196100001299");
    assert!(person(&population, "0709610015").born.uncertain);
    assert!(person(&population, "3012995007").born.uncertain);
    assert!(person(&population, "1312814362").disappeared.unwrap().uncertain);
}

#[test]
fn a_file_with_a_fault_is_refused_with_its_place_and_without_its_content() {
    let text = "[roads]\n[postal_districts]\n[[person]]\nnumber = \"0707614286\"\nsex = \"X\"\nborn = \"19610707\"\nstatus = \"01\"\n";
    let error = Population::from_toml(text).unwrap_err().to_string();
    assert!(error.contains("line 5") || error.contains("line 4"), "{error}");
    assert!(!error.contains("0707614286"), "{error}");
    let twice = "[roads]\n[postal_districts]\n".to_owned()
        + &"[[person]]\nnumber = \"0707614285\"\nsex = \"M\"\nborn = \"19610707\"\nstatus = \"01\"\n".repeat(2);
    assert!(Population::from_toml(&twice).unwrap_err().to_string().contains("person 2"));
}

#[test]
fn who_moves_leaves_an_address_behind() {
    let mut population = Population::demo();
    let jens = number("0707614285");
    let address =
        Address { since: Some(date("202601021200")), ..person(&population, "0701614038").address.clone().unwrap() };
    population.move_to(jens, address).unwrap();
    let jens = population.person(jens).unwrap();
    assert_eq!(jens.address.as_ref().unwrap().post, "6800");
    let left = jens.former_addresses.last().unwrap();
    assert_eq!((left.house.as_str(), left.until), ("095", Some(date("202601021200"))));
}

#[test]
fn a_new_number_is_followed_by_everybody_who_names_the_old_one() {
    let mut population = Population::demo();
    let (old, new) = (number("0408395003"), number("2810465029"));
    population.renumber(old, new, Renumbering::Changed, date("20260102")).unwrap();
    for digits in ["1207385006", "1207385049", "0408395003"] {
        assert_eq!(person(&population, digits).current_number, Some(new));
    }
    assert_eq!(person(&population, "0408395003").status, "60");
    let current = population.person(new).unwrap();
    assert_eq!(current.status, "01");
    assert_eq!(current.born.digits(), "20461028");
    assert_eq!(current.former_numbers.len(), 3);
    assert_eq!(population.renumber(old, new, Renumbering::Changed, date("20260102")), Err(EditError::NumberInUse));
}

#[test]
fn a_death_leaves_a_widow_behind() {
    let mut population = Population::demo();
    population.die(number("0701614011"), date("202601020000")).unwrap();
    let aksel = person(&population, "0701614011");
    assert_eq!((aksel.status.as_str(), aksel.address.is_none()), ("90", true));
    assert_eq!(aksel.civil.as_ref().unwrap().status, "D");
    assert_eq!(person(&population, "0709614118").civil.as_ref().unwrap().status, "E");
}

#[test]
fn names_protections_and_departures_change_what_is_current_and_keep_what_was() {
    let mut population = Population::demo();
    let jens = number("0707614285");
    population.rename(jens, ("Jens", "", "Holm"), date("202601020000")).unwrap();
    population.protect(jens, "0001", date("20260102")).unwrap();
    let person = population.person(jens).unwrap();
    assert_eq!(person.name.as_ref().unwrap().surname_first(), "Holm,Jens");
    assert_eq!(person.former_names.last().unwrap().full(), "Jens Mortensen");
    assert!(person.is_protected());
    population.unprotect(jens, "0001").unwrap();
    let since = date("202602030000");
    let emigrated = Emigrated { country: "5120".to_owned(), since, lines: vec!["Storgatan 1".to_owned()] };
    population.emigrate(jens, emigrated).unwrap();
    let person = population.person(jens).unwrap();
    assert!(!person.is_protected());
    assert_eq!((person.status.as_str(), person.status_since), ("80", Some(since)));
    assert_eq!(population.protect(number("0101014000"), "0001", since), Err(EditError::UnknownPerson));
}
