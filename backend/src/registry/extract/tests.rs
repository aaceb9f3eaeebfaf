//! Lines made by hand at CPR's positions, of CPR's fictitious demo persons.

use chrono::NaiveDate;
use cpr::PersonalNumber;

use super::*;
use crate::domain::details::{Availability, Details, Relation};
use crate::domain::party::{Address, AddressKind};
use crate::domain::person::{CprDate, Person, Precision, RegisterSource, Sex, Status};
use crate::registry::Kind;

const JENS: &str = "0707614285";
const JANNE: &str = "1312814362";
const AKSEL: &str = "0701614011";
const GERDA_OLD: &str = "0709614398";
const GERDA: &str = "0909610036";

/// A line with texts at CPR's positions.
fn line(code: &str, key: &str, parts: &[(usize, &str)]) -> String {
    let mut line: Vec<char> = format!("{code}{key}").chars().collect();
    for (start, text) in parts {
        assert!(line.len() < *start, "the parts of a line stand in order");
        line.resize(start - 1, ' ');
        line.extend(text.chars());
    }
    line.into_iter().collect()
}

fn records(lines: &[String]) -> PersonRecords {
    PersonRecords::from_lines(&lines.join("\n")).unwrap()
}

fn person(lines: &[String]) -> Person {
    read(&records(lines), &Keep::all()).unwrap().person
}

/// The CPR tab, by way of what is stored.
fn tab(lines: &[String]) -> Details {
    let kept = read(&records(lines), &Keep::all()).unwrap().records;
    let stored = Records::from_text(kept.layout(), &kept.to_text()).unwrap();
    stored.details(&Keep::all(), RegisterSource::Subscription, produced())
}

fn produced() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 4).unwrap()
}

fn number(digits: &str) -> PersonalNumber {
    PersonalNumber::parse(digits).unwrap()
}

fn core(key: &str, status: &str) -> String {
    line("001", key, &[(24, status), (26, "000000000000"), (39, "M1961-07-07")])
}

fn jens() -> Vec<String> {
    vec![
        line("001", JENS, &[(24, "01000000000000"), (39, "M1961-07-07"), (51, "1961-07-07"), (73, "Smed")]),
        line(
            "002",
            JENS,
            &[
                (14, "08518512095"),
                (26, "01  mf"),
                (36, "c/o Christiansen"),
                (70, "199103201299*199103200000 0000000000000000"),
            ],
        ),
        line(
            "003",
            JENS,
            &[
                (14, "Mortensen,Jens"),
                (48, "c/o Christiansen"),
                (116, "Industrivænget 95, 1. mf"),
                (184, "9000Aalborg"),
                (208, "08518512095"),
                (220, "01  mf"),
                (230, "Industrivænget"),
            ],
        ),
        line("008", JENS, &[(14, "Jens"), (106, "Mortensen"), (147, "196107071034"), (160, "Mortensen,Jens")]),
    ]
}

fn parts(address: Option<&Address>) -> Vec<&str> {
    let Some(address) = address else { return Vec::new() };
    let parts = [&address.line1, &address.line2, &address.postal_code, &address.city, &address.country_code];
    parts.into_iter().map(|part| part.as_deref().unwrap_or("–")).collect()
}

#[test]
fn a_person_is_read_as_from_cpr_services() {
    let jens = person(&jens());
    assert_eq!(jens.personal_number, number(JENS));
    assert_eq!(jens.name.as_deref(), Some("Jens Mortensen"));
    let address = ["Industrivænget 95, 1. mf", "c/o Christiansen", "9000", "Aalborg", "DK"];
    assert_eq!(parts(jens.address.as_ref()), address);
    assert_eq!((jens.status, jens.address_kind), (Some(Status::Resident), AddressKind::Danish));
    assert_eq!((jens.sex, jens.birth_date), (Some(Sex::Male), NaiveDate::from_ymd_opt(1961, 7, 7)));
    assert!(!jens.protected && !jens.withheld && jens.status_since.is_none() && jens.current_number.is_none());
}

#[test]
fn the_addressing_name_stands_where_there_is_no_full_one_and_a_newborn_has_none() {
    let name = |lines: &[String]| person(lines).name;
    assert_eq!(name(&jens()[..3]).as_deref(), Some("Jens Mortensen"), "of 003");
    let mut nameless = jens();
    nameless[2] = line("003", JENS, &[(116, "Industrivænget 95, 1. mf"), (184, "9000Aalborg")]);
    nameless[3] = line("008", JENS, &[(147, "000000000000")]);
    assert_eq!(name(&nameless), None);
    nameless[3] = line("008", JENS, &[(147, "000000000000"), (160, "Jens Mortensen")]);
    assert_eq!(name(&nameless).as_deref(), Some("Jens Mortensen"));
}

#[test]
fn every_status_has_its_address() {
    let clear = |parts: &[(usize, &str)]| line("003", JENS, parts);
    let last = clear(&[(116, "Søgade 16"), (184, "9000Aalborg"), (208, "08514321016")]);
    let of = |status: &str, other: &[String]| {
        let person = person(&[&[core(JENS, status)], other].concat());
        let (address, last) = (parts(person.address.as_ref()).join("/"), parts(person.last_address.as_ref()).join("/"));
        (address, person.address_kind, last)
    };
    for status in ["20", "70", "90"] {
        let no_address = (String::new(), AddressKind::None, "Søgade 16/–/9000/Aalborg/DK".to_owned());
        assert_eq!(of(status, std::slice::from_ref(&last)), no_address, "{status}");
    }
    assert_eq!(of("90", &[clear(&[(14, "Jens")])]), (String::new(), AddressKind::None, String::new()));

    let greenland = clear(&[(116, "Aqqusinersuaq 1"), (184, "3900Nuuk"), (208, "09560001001")]);
    assert_eq!(of("05", &[greenland]).0, "Aqqusinersuaq 1/–/3900/Nuuk/GL");

    let nowhere = clear(&[(116, "Uden fast bopæl"), (184, "9000Aalborg"), (208, "08519901")]);
    assert_eq!(of("03", &[nowhere]), (String::new(), AddressKind::NoFixedAbode, String::new()));
    let reachable = clear(&[(48, "c/o Varmestuen"), (116, "Uden fast bopæl"), (184, "9000Aalborg"), (208, "08519901")]);
    assert_eq!(of("03", &[reachable]).0, "–/c/o Varmestuen/9000/Aalborg/DK");

    let abroad = line("005", JENS, &[(14, "5180202001010000"), (31, "Hauptstrasse 1"), (65, "10115 Berlin")]);
    let empty = clear(&[(14, "Mortensen,Jens"), (184, "0000"), (208, "00000000")]);
    let (address, kind, _) = of("80", &[abroad, empty]);
    assert_eq!((address.as_str(), kind), ("Hauptstrasse 1/10115 Berlin/–/–/DE", AddressKind::Foreign));
    assert_eq!(of("80", &[clear(&[(14, "Mortensen,Jens")])]).1, AddressKind::None);
}

#[test]
fn an_address_that_came_without_clear_text_is_no_word_on_it() {
    for count in [1, 2] {
        let without = person(&jens()[..count]);
        assert!(without.withheld && without.address.is_none(), "what CPR said before stands");
        assert_eq!(without.address_kind, AddressKind::None);
    }
    assert!(!person(&[core(JENS, "90")]).withheld, "the dead have none");
}

#[test]
fn protection_lasts_as_long_as_its_record_comes() {
    let with = |kind: &str, deleted: &str| {
        let mark = line("004", JENS, &[(14, kind), (18, "2020-03-01"), (28, deleted)]);
        person(&[jens(), vec![mark]].concat()).protected
    };
    assert!(with("0001", "") && with("0001", "2021-03-01"), "a deletion date ends nothing");
    assert!(!with("0002", "") && !with("0003", "") && !person(&jens()).protected);

    let blanked = [
        core(JENS, "01"),
        line("003", JENS, &[(184, "0000"), (208, "00000000")]),
        line("004", JENS, &[(14, "0001"), (18, "2020-03-01")]),
    ];
    assert!(person(&blanked).withheld && person(&blanked).protected);
}

#[test]
fn a_changed_number_tells_the_current_one_and_the_current_one_the_former() {
    let old = line("001", GERDA_OLD, &[(14, GERDA), (24, "60198710010000"), (39, "K1961-09-07")]);
    let old = person(&[old]);
    assert_eq!((old.current_number, old.status), (Some(number(GERDA)), Some(Status::Changed)));
    assert_eq!(old.status_since, NaiveDate::from_ymd_opt(1987, 10, 1));
    assert_eq!(old.sex, Some(Sex::Female));
    let mut current = jens();
    for line in &mut current {
        *line = line.replacen(JENS, GERDA, 1);
    }
    current.push(line("022", GERDA, &[(14, GERDA_OLD), (24, "1961-09-07"), (35, "1987-10-01")]));
    current.push(line("022", GERDA, &[(14, "0000000000")]));
    let current = person(&current);
    assert_eq!((current.former_numbers, current.current_number), (vec![number(GERDA_OLD)], None));
}

#[test]
fn what_cannot_be_used_says_why() {
    let fault = |lines: &[String]| read(&records(lines), &Keep::all()).err();
    assert_eq!(fault(&jens()[1..]), Some(Fault::NoPerson));
    assert_eq!(fault(&[jens(), jens()].concat()), Some(Fault::SeveralPersons));
    assert_eq!(fault(&[line("001", "3113614285", &[(24, "90")])]), Some(Fault::NoNumber));
    assert_eq!(fault(&[line("001", "6707614285", &[(24, "90")])]), Some(Fault::NoNumber), "a replacement number");
    assert_eq!(fault(&[line("001", JENS, &[(24, "00")])]), Some(Fault::NoStatus));
}

#[test]
fn dates_without_sense_reject_nobody() {
    let mut odd = jens();
    odd[0] = line("001", JENS, &[(24, "90999999999999"), (39, "M1961-00-00*")]);
    let odd = person(&odd);
    assert_eq!((odd.status_since, odd.birth_date), (None, NaiveDate::from_ymd_opt(1961, 7, 7)));
}

#[test]
fn the_tab_shows_the_sections_of_the_records() {
    let family = [
        line("010", JENS, &[(14, "5100196107070000")]),
        line("012", JENS, &[(14, "G"), (15, JANNE), (71, "198112131338")]),
        line("014", JENS, &[(14, AKSEL)]),
        line(
            "015",
            JENS,
            &[(14, "1961-07-07*0000000000"), (81, "1961-07-07*0000000000"), (102, "1930-00-00*Mortensen,Hans")],
        ),
        line("016", JENS, &[(14, "00041990-01-01")]),
        line("016", JENS, &[(14, "00051990-01-01"), (39, JANNE)]),
        line("052", JENS, &[(14, "2020-01-01"), (35, "0002"), (59, "Else Værge"), (103, "Vej 1"), (273, "FULD")]),
        line("004", JENS, &[(14, "00022020-03-01"), (28, "2120-03-01")]),
        line("050", JENS, &[(14, "0005202003010000")]),
        line("022", JENS, &[(14, GERDA_OLD), (24, "1961-09-07"), (35, "1987-10-01")]),
        line("006", JENS, &[(14, "Postboks 1"), (48, "9000 Aalborg"), (184, "2020-01-012121-01-01")]),
    ];
    let tab = tab(&[jens(), family.to_vec()].concat());
    let name = &tab.names.items[0];
    assert_eq!((name.first_names.as_deref(), name.last_name.as_deref()), (Some("Jens"), Some("Mortensen")));
    assert_eq!(name.addressing_name.as_deref(), Some("Jens Mortensen"));
    assert_eq!(name.from.as_ref().map(|date| date.precision), Some(Precision::Minute));

    let address = &tab.address.items[0];
    assert_eq!(parts(address.address.as_ref())[0], "Industrivænget 95, 1. mf");
    assert_eq!(address.municipality.as_deref(), Some("Aalborg"));
    let moved_in = address.from.as_ref().unwrap();
    assert_eq!((moved_in.value.as_str(), moved_in.precision, moved_in.uncertain), ("1991-03-20", Precision::Day, true));
    assert_eq!(tab.contact_address.items[0].lines, ["Postboks 1", "9000 Aalborg"]);
    assert!(tab.contact_address.items[0].to.is_none(), "a deletion date is no end");

    let civil_status = &tab.civil_status.items[0];
    let spouse = civil_status.spouse.as_ref().unwrap();
    assert_eq!((civil_status.text.as_str(), spouse.personal_number), ("Gift", Some(number(JANNE))));
    let child = &tab.children.items[0];
    assert_eq!((child.relation, child.personal_number), (Relation::Child, Some(number(AKSEL))));
    assert!(child.protected && spouse.protected, "nobody knows their marks");
    let [father] = &tab.parents.items[..] else { panic!("CPR knows no mother") };
    assert_eq!((father.relation, father.name.as_deref()), (Relation::Father, Some("Hans Mortensen")));
    let born = father.birth_date.as_ref().unwrap();
    assert_eq!((born.value.as_str(), born.precision, born.uncertain), ("1930", Precision::Year, true));
    assert!(!father.protected, "who has no number is not in CPR");
    let holders: Vec<_> = tab.custody.items.iter().map(|holder| (holder.relation, holder.personal_number)).collect();
    assert_eq!(holders, [(Relation::Father, None), (Relation::CustodyHolder, Some(number(JANNE)))]);

    assert_eq!(tab.guardianship.items[0].lines, ["Else Værge", "Vej 1"]);
    assert_eq!(tab.citizenship.items[0].country_code.as_deref(), Some("DK"));
    let protections: Vec<_> = tab.protections.items.iter().map(|item| item.code.as_str()).collect();
    assert_eq!(protections, ["0002", "0005"]);
    assert!(tab.protections.items[0].expected_deletion.is_some());
    assert_eq!(tab.former_numbers.items[0].personal_number, number(GERDA_OLD));
    assert_eq!((tab.names.as_of, tab.names.source), (Some(produced()), Some(RegisterSource::Subscription)));
}

#[test]
fn a_relative_with_clear_text_has_name_address_and_mark() {
    let mother = |protection: &str| {
        let parents = line("015", JENS, &[(14, "1961-07-07"), (25, JANNE)]);
        let clear = line(
            "031",
            JENS,
            &[
                (14, JANNE),
                (24, "Jensen,Janne"),
                (126, "Søgade 16"),
                (194, "9000Aalborg"),
                (218, "08514321"),
                (260, protection),
            ],
        );
        tab(&[jens(), vec![parents, clear]].concat()).parents.items[0].clone()
    };
    let open = mother("");
    assert_eq!((open.name.as_deref(), open.protected), (Some("Janne Jensen"), false));
    assert_eq!(parts(open.address.as_ref())[0], "Søgade 16");
    assert!(mother("2020-01-01").protected);
}

#[test]
fn what_was_before_is_told_in_words_with_its_dates() {
    let history = [
        line("025", JENS, &[(15, "200105010000 200109010000")]),
        line("025", JENS, &[(14, "A200205010000 200209010000")]),
        line("027", JENS, &[(15, "5120196107070000 198806010000")]),
        line("027", JENS, &[(14, "K5120196107070000 198806010000")]),
        line("029", JENS, &[(15, "U"), (72, "000000000000"), (85, "198001010000")]),
        line("029", JENS, &[(15, "G0701614011"), (72, "198001010000"), (85, "199501010000")]),
        line("030", JENS, &[(27, "1994-01-01"), (38, "1995-01-01")]),
    ];
    let tab = tab(&[jens(), history.to_vec()].concat());
    let day = |date: Option<&CprDate>| date.map(|date| date.value.clone());
    let told: Vec<_> = tab
        .history
        .items
        .iter()
        .map(|item| (item.text.clone().unwrap_or_default(), day(item.from.as_ref()), day(item.to.as_ref())))
        .collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        told,
        [
            ("Forsvundet".to_owned(), some("2001-05-01"), some("2001-09-01")),
            ("Separeret".to_owned(), some("1994-01-01"), some("1995-01-01")),
            ("Gift".to_owned(), some("1980-01-01"), some("1995-01-01")),
            ("Statsborgerskab: Sverige".to_owned(), some("1961-07-07"), some("1988-06-01")),
            ("Ugift".to_owned(), None, some("1980-01-01")),
        ]
    );
    let spouse = tab.history.items[2].spouse.as_ref();
    let spouse = spouse.and_then(|spouse| spouse.personal_number.map(|number| (number.to_string(), spouse.protected)));
    assert!(spouse.is_some_and(|(_, protected)| protected), "a relative whose mark is not known counts as protected");
}

#[test]
fn history_leaves_out_what_was_corrected_and_begins_with_the_latest() {
    let history = [
        line("023", JENS, &[(15, "08514321016"), (71, "196107070000 199103201299")]),
        line("023", JENS, &[(14, "A08514321018"), (71, "199001010000 199001010000")]),
        line("024", JENS, &[(15, "5180198001010000 5180198201010000"), (49, "Hauptstrasse 1")]),
        line("026", JENS, &[(15, "Jens"), (107, "Bo"), (148, "196107060000"), (161, "197001010000")]),
        line("026", JENS, &[(14, "KJens"), (148, "196107070000"), (161, "196107070000")]),
        line("026", JENS, &[(14, "ÆJens"), (148, "196107070000"), (161, "196107070000")]),
    ];
    let tab = tab(&[jens(), history.to_vec()].concat());
    let told: Vec<(Option<&str>, Vec<&str>)> =
        tab.history.items.iter().map(|item| (item.name.as_deref(), parts(item.address.as_ref()))).collect();
    assert_eq!(
        told,
        [
            (None, vec!["Hauptstrasse 1", "–", "–", "–", "DE"]),
            (None, vec!["Vejkode 4321, 16", "–", "–", "Aalborg", "DK"]),
            (Some("Jens Bo"), vec![]),
        ]
    );
    assert_eq!(tab.history.items[1].to.as_ref().map(|date| date.value.as_str()), Some("1991-03-20"));
}

#[test]
fn a_section_that_the_task_did_not_choose_is_not_told_as_empty() {
    let tab = tab(&jens());
    for availability in [tab.civil_status.availability, tab.parents.availability, tab.citizenship.availability] {
        assert_eq!(availability, Availability::NotFetched);
    }
    assert_eq!((tab.children.availability, tab.children.items.len()), (Availability::Delivered, 0));
    let keep: Keep = [Kind::Address].into_iter().collect();
    let kept = read(&records(&jens()), &keep).unwrap().records;
    let tab = kept.details(&keep, RegisterSource::Lookup, produced());
    assert_eq!(tab.names.availability, Availability::NotKept);
    assert_eq!(parts(tab.address.items[0].address.as_ref())[0], "Industrivænget 95, 1. mf");
    assert!(!kept.to_text().contains("Mortensen") && !kept.to_text().contains("Smed"));
}
