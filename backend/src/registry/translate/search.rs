//! Searches: our questions to CPR's criteria, CPR's hits to candidates.

use cpr::gctp::{AddressCriteria, AdrsogRow, NameCriteria, NvnsogRow};

use super::address::parts;
use super::value::{day, status, text};
use crate::domain::address_line::{AddressLine, HouseNumber};
use crate::domain::find::{AddressQuestion, Agreement, Candidate, NameQuestion};
use crate::domain::party::Address;
use crate::domain::person::Sex;

/// How further names count in ADRSOG1: the value that CPR's handbook recommends for services.
const EXTRA_NAMES: &str = "SY1";

pub(in crate::registry) fn address_criteria(question: &AddressQuestion) -> AddressCriteria {
    // A stretch excludes the single house number (1068).
    let (single, from, to) = match (question.house_number, question.house_number_to) {
        (from, Some(to)) => (None, from, Some(to)),
        (single, None) => (single, None, None),
    };
    AddressCriteria {
        postal_code: Some(question.postal_code.clone()),
        road_name: Some(question.street.clone()),
        house_number: single.map(house_number),
        house_number_from: from.map(house_number),
        house_number_to: to.map(house_number),
        floor: question.floor.as_deref().map(floor),
        door: question.door.as_deref().map(door),
        name: Some(question.surname.clone()),
        name_1: question.first_name.clone(),
        extra_names: question.first_name.as_ref().map(|_| EXTRA_NAMES.to_owned()),
        sex: question.sex.map(sex),
        no_break_rows: true,
        ..AddressCriteria::default()
    }
}

pub(in crate::registry) fn name_criteria(question: &NameQuestion) -> NameCriteria {
    NameCriteria {
        name: Some(question.surname.clone()),
        name_1: question.first_name.clone(),
        sex: Some(sex(question.sex)),
        former_names: question.former_names,
        municipality: question.municipality.clone(),
        ..NameCriteria::default()
    }
}

/// The persons of ADRSOG1's hits. The rows have no road name and no postal code: every hit lives where was asked for.
pub(in crate::registry) fn address_hits(rows: &[AdrsogRow], question: &AddressQuestion) -> Vec<Candidate> {
    let candidate = |row: &AdrsogRow| {
        let personal_number = row.number?;
        let road = row.road.text().unwrap_or(&question.street);
        let line = parts(road, row.house_number.as_deref(), row.floor.as_deref(), row.door.as_deref());
        Some(Candidate {
            personal_number,
            name: row.name.full().and_then(text),
            address: Some(at(text(line.standard()), Some(question.postal_code.clone()), None)),
            line: Some(line),
            address_masked: false,
            birth_date: day(row.birth_date).or_else(|| personal_number.birth_date()),
            status: row.status.as_ref().map(status),
            protected: row.protected.0,
            agreement: Agreement::default(),
        })
    };
    rows.iter().filter_map(candidate).collect()
}

/// The persons of NVNSOG2's hits.
pub(in crate::registry) fn name_hits(rows: &[NvnsogRow]) -> Vec<Candidate> {
    let candidate = |row: &NvnsogRow| {
        let personal_number = row.number?;
        let line1 = row.standard_address.as_ref().and_then(text);
        let postal_code = row.postal_code.value().and_then(text);
        let known = line1.is_some() || postal_code.is_some();
        Some(Candidate {
            personal_number,
            name: row.name.full().and_then(text),
            line: line1.as_deref().map(AddressLine::parse),
            address: known.then(|| at(line1, postal_code, row.postal_code.text().and_then(text))),
            address_masked: false,
            birth_date: personal_number.birth_date(),
            status: row.status.as_ref().map(status),
            protected: row.protected.0,
            agreement: Agreement::default(),
        })
    };
    rows.iter().filter_map(candidate).collect()
}

/// The municipality of all hits, when it is one.
pub(in crate::registry) fn municipality(rows: &[AdrsogRow]) -> Option<String> {
    let first = rows.first()?.municipality.value()?;
    let same = rows.iter().all(|row| row.municipality.value() == Some(first));
    same.then(|| first.trim().to_owned())
}

fn at(line1: Option<String>, postal_code: Option<String>, city: Option<String>) -> Address {
    Address { line1, line2: None, postal_code, city, country_code: Some("DK".to_owned()) }
}

/// `095`, `077A`.
fn house_number(number: HouseNumber) -> String {
    format!("{:03}{}", number.number, number.letter.map(String::from).unwrap_or_default())
}

/// `01`, `st`.
fn floor(floor: &str) -> String {
    if floor.bytes().all(|byte| byte.is_ascii_digit()) { format!("{floor:0>2}") } else { floor.to_owned() }
}

/// `0012`, `tv`.
fn door(door: &str) -> String {
    if door.bytes().all(|byte| byte.is_ascii_digit()) { format!("{door:0>4}") } else { door.to_owned() }
}

fn sex(sex: Sex) -> cpr::Sex {
    match sex {
        Sex::Female => cpr::Sex::Female,
        Sex::Male => cpr::Sex::Male,
    }
}
