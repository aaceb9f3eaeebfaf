//! Parties and answers for tests. Numbers are those of CPR's fictitious demo persons.

use chrono::{DateTime, NaiveDate, Utc};
use cpr::PersonalNumber;
use uuid::Uuid;

use super::apply::Delivered;
use super::edit;
use super::party::{Address, AddressKind, Party, PartyFields, PartyKind};
use super::person::{Person, Register, RegisterSource, Sex, Status};

/// Jens Mortensen.
pub const JENS: &str = "0707614285";
/// Gerda Holmstad's former number, and the current one.
pub const GERDA_OLD: &str = "0709614398";
pub const GERDA: &str = "0909610036";

pub fn number(digits: &str) -> PersonalNumber {
    PersonalNumber::parse(digits).unwrap()
}

/// The `day`th of March 2026, noon.
pub fn at(day: u32) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(2026, 3, day).unwrap().and_hms_opt(12, 0, 0).unwrap().and_utc()
}

pub fn address(line1: &str) -> Address {
    Address {
        line1: Some(line1.to_owned()),
        line2: None,
        postal_code: Some("9000".to_owned()),
        city: Some("Aalborg".to_owned()),
        country_code: Some("DK".to_owned()),
    }
}

pub fn fields(name: &str) -> PartyFields {
    PartyFields {
        kind: PartyKind::Person,
        name: name.to_owned(),
        email: None,
        phone: None,
        mobile: None,
        address: None,
        personal_number: None,
        cvr_number: None,
        p_number: None,
        external_ids: Vec::new(),
        owns_email_domain: false,
        active: true,
    }
}

/// A party with a number and a typed address that CPR was never asked about.
pub fn party(digits: &str) -> Party {
    let fields = PartyFields {
        personal_number: Some(number(digits)),
        address: Some(address("Boulevarden 101, 1 m")),
        ..fields("J. Mortensen")
    };
    edit::create(fields, Uuid::from_u128(1), at(1)).party
}

pub fn person(digits: &str, name: &str, line1: &str) -> Person {
    Person {
        personal_number: number(digits),
        current_number: None,
        former_numbers: Vec::new(),
        status: Some(Status::Resident),
        status_since: None,
        name: Some(name.to_owned()),
        address: Some(address(line1)),
        address_kind: AddressKind::Danish,
        last_address: None,
        protected: false,
        withheld: false,
        birth_date: NaiveDate::from_ymd_opt(1961, 7, 7),
        sex: Some(Sex::Male),
    }
}

pub fn jens() -> Person {
    person(JENS, "Jens Mortensen", "Industrivænget 95, 1. mf")
}

/// A person without any address, of a status.
pub fn without_address(status: Status) -> Person {
    Person { status: Some(status), address: None, address_kind: AddressKind::None, ..jens() }
}

pub fn register(person: Person, day: u32) -> Register {
    Register { person, source: RegisterSource::Lookup, register_date: at(day).date_naive(), updated_at: at(day) }
}

pub fn delivered(person: Person, day: u32) -> Delivered {
    let register = register(person, day);
    Delivered { register, moved_from: Vec::new(), deleted: Vec::new(), current_number_held_by: None }
}
