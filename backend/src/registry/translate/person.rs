//! What a party shows of a person.

use cpr::PersonalNumber;
use cpr::gctp::{Adresse3, Navne3, Stam, TidlpnrRow, service};

use super::address::Delivered;
use super::value::{day, sex, status, text};
use crate::domain::party::Address;
use crate::domain::person::{Person, Status};
use crate::registry::Records;

/// The person of a look-up. `name` is what NAVNE3 said; without it the addressing name, which may be shortened, stands.
pub(in crate::registry) fn person(number: PersonalNumber, stam: &Stam, name: Option<&Navne3>) -> Person {
    let withheld = stam.is_withheld();
    let of_status = stam.status.as_ref().map(status);
    let delivered = Delivered::by_stam(stam);
    let (address, address_kind) = delivered.of(of_status.as_ref());
    let full_name = name.and_then(Navne3::full).or_else(|| stam.name.full()).filter(|_| !withheld);
    Person {
        personal_number: number,
        current_number: stam.current_number.filter(|current| *current != number),
        former_numbers: Vec::new(),
        status_since: day(stam.status_since),
        name: full_name.and_then(text),
        last_address: of_status.as_ref().filter(|status| status.has_no_address()).and_then(|_| delivered.any().0),
        status: of_status,
        address,
        address_kind,
        protected: stam.protected.0,
        withheld,
        birth_date: day(stam.birth_date).or_else(|| number.birth_date()),
        sex: Some(sex(stam.sex.unwrap_or_else(|| number.sex()))),
    }
}

/// The numbers that TIDLPNR listed, sorted; none when it was not asked.
pub(in crate::registry) fn former_numbers(records: &Records, number: PersonalNumber) -> Vec<PersonalNumber> {
    let rows = records.said(service::TIDLPNR).and_then(|answer| answer.rows::<TidlpnrRow>().ok()).unwrap_or_default();
    let mut numbers: Vec<_> = rows.iter().filter_map(|row| row.number).filter(|former| *former != number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The address that ADRESSE3 still tells of somebody who has none any more.
pub(in crate::registry) fn last_address(person: &Person, records: &Records) -> Option<Address> {
    person.status.as_ref().filter(|status| Status::has_no_address(status))?;
    let row = records.said(service::ADRESSE3)?.record::<Adresse3>().ok()?;
    Delivered::by_adresse3(&row).any().0
}
