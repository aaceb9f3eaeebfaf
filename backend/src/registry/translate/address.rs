//! Addresses: `line1` is the standard address, `line2` is c/o, locality and supplementary town; abroad `line1` is the
//! first foreign line and `line2` the others.

use cpr::codes::{country, is_greenland};
use cpr::gctp::{Adresse3, Field, Stam};

use super::value::{joined, text};
use crate::domain::address_line::{AddressLine, HouseNumber, door, floor};
use crate::domain::party::{Address, AddressKind};
use crate::domain::person::Status;

/// An address as a service delivered it, whichever it was.
pub(super) struct Delivered<'a> {
    pub standard: Option<&'a String>,
    pub road: &'a Field,
    pub house_number: Option<&'a String>,
    pub floor: Option<&'a String>,
    pub door: Option<&'a String>,
    pub building: Option<&'a String>,
    pub care_of: Option<&'a String>,
    pub locality: Option<&'a String>,
    pub town: Option<&'a String>,
    pub postal_code: &'a Field,
    pub municipality: &'a Field,
    pub country: &'a Field,
    pub foreign_lines: [Option<&'a String>; 5],
}

impl<'a> Delivered<'a> {
    pub fn by_stam(stam: &'a Stam) -> Delivered<'a> {
        Delivered {
            standard: stam.standard_address.as_ref(),
            road: &stam.road,
            house_number: stam.house_number.as_ref(),
            floor: stam.floor.as_ref(),
            door: stam.door.as_ref(),
            building: stam.building.as_ref(),
            care_of: stam.care_of.as_ref(),
            locality: stam.locality.as_ref(),
            town: stam.town.as_ref(),
            postal_code: &stam.postal_code,
            municipality: &stam.municipality,
            country: &stam.country,
            foreign_lines: [
                stam.foreign_line_1.as_ref(),
                stam.foreign_line_2.as_ref(),
                stam.foreign_line_3.as_ref(),
                stam.foreign_line_4.as_ref(),
                stam.foreign_line_5.as_ref(),
            ],
        }
    }

    pub fn by_adresse3(row: &'a Adresse3) -> Delivered<'a> {
        Delivered {
            // ADRESSE3 has the parts only.
            standard: None,
            road: &row.road,
            house_number: row.house_number.as_ref(),
            floor: row.floor.as_ref(),
            door: row.door.as_ref(),
            building: row.building.as_ref(),
            care_of: row.care_of.as_ref(),
            locality: row.locality.as_ref(),
            town: row.town.as_ref(),
            postal_code: &row.postal_code,
            municipality: &row.municipality,
            country: &row.country,
            foreign_lines: [
                row.foreign_line_1.as_ref(),
                row.foreign_line_2.as_ref(),
                row.foreign_line_3.as_ref(),
                row.foreign_line_4.as_ref(),
                row.foreign_line_5.as_ref(),
            ],
        }
    }

    /// The address of a person with this status, and its kind.
    pub fn of(&self, status: Option<&Status>) -> (Option<Address>, AddressKind) {
        match status {
            Some(status) if status.has_no_address() => (None, AddressKind::None),
            Some(Status::NoFixedAbode | Status::NoFixedAbodeInGreenland) => {
                (self.reachable_without_abode(), AddressKind::NoFixedAbode)
            }
            _ => self.any(),
        }
    }

    /// The address that was delivered, whatever the status.
    pub fn any(&self) -> (Option<Address>, AddressKind) {
        let foreign = self.foreign_lines.iter().any(Option::is_some);
        if foreign && self.road.value().is_none() {
            return (self.abroad(), AddressKind::Foreign);
        }
        let kind = if self.is_in_greenland() { AddressKind::Greenland } else { AddressKind::Danish };
        match self.at_home() {
            Some(address) => (Some(address), kind),
            None => (None, AddressKind::None),
        }
    }

    /// In Denmark or Greenland.
    fn at_home(&self) -> Option<Address> {
        let line1 = self.standard.and_then(text).or_else(|| self.composed());
        let line2 = joined([self.care_of, self.locality, self.town]);
        let postal_code = self.postal_code.value().and_then(text);
        let city = self.postal_code.text().and_then(text);
        let filled = [&line1, &line2, &postal_code, &city].into_iter().any(Option::is_some);
        let country = if self.is_in_greenland() { "GL" } else { "DK" };
        filled.then(|| Address { line1, line2, postal_code, city, country_code: Some(country.to_owned()) })
    }

    /// Somebody without fixed abode stands on a road that is none, under a postal code that may be none. Only where CPR
    /// tells with whom or in what place the person can be reached, there is an address.
    fn reachable_without_abode(&self) -> Option<Address> {
        let line2 = joined([self.care_of, self.locality])?;
        let line2 = joined([Some(&line2), self.town]);
        self.at_home().map(|address| Address { line1: None, line2, ..address })
    }

    fn abroad(&self) -> Option<Address> {
        let mut lines = self.foreign_lines.into_iter().flatten().filter_map(text);
        let line1 = Some(lines.next()?);
        let line2 = text(lines.collect::<Vec<_>>().join(", "));
        let country_code = self.country.value().and_then(|code| country(code.trim())?.iso).map(str::to_owned);
        Some(Address { line1, line2, postal_code: None, city: None, country_code })
    }

    /// The standard address from its parts.
    fn composed(&self) -> Option<String> {
        let line = parts(
            self.road.text()?,
            self.house_number.map(String::as_str),
            self.floor.map(String::as_str),
            self.door.map(String::as_str),
        );
        let building = self.building.filter(|_| line.house_number.is_none()).and_then(text);
        text(match building {
            Some(building) => format!("{} BNR {building}", line.street),
            None => line.standard(),
        })
    }

    fn is_in_greenland(&self) -> bool {
        self.municipality.value().is_some_and(|code| is_greenland(code.trim()))
    }
}

/// An address line from CPR's fields.
pub(super) fn parts(
    road: &str,
    house_number: Option<&str>,
    at_floor: Option<&str>,
    at_door: Option<&str>,
) -> AddressLine {
    AddressLine {
        street: text(road).unwrap_or_default(),
        house_number: house_number.and_then(HouseNumber::parse),
        floor: at_floor.and_then(floor),
        door: at_door.and_then(door),
        ..AddressLine::default()
    }
}
