//! Addresses: `line1` is the standard address, `line2` is c/o, locality and supplementary town; abroad `line1` is the
//! first foreign line and `line2` the others.

use std::borrow::Cow;

use cpr::codes::{country, is_greenland};
use cpr::gctp::{Adresse3, Stam};

use super::value::{joined, text};
use crate::domain::address_line::{AddressLine, HouseNumber, door, floor};
use crate::domain::party::{Address, AddressKind};
use crate::domain::person::Status;

/// A text as it was delivered; `None` where there was none.
type Text<'a> = Option<Cow<'a, str>>;

/// An address as it was delivered, through whichever door.
#[derive(Default)]
pub(in crate::registry) struct Delivered<'a> {
    /// The whole line: road, house number, floor, door.
    pub standard: Text<'a>,
    /// Whether there is a road: only an address in Denmark or Greenland has a road code.
    pub has_road: bool,
    pub road: Text<'a>,
    pub house_number: Text<'a>,
    pub floor: Text<'a>,
    pub door: Text<'a>,
    pub building: Text<'a>,
    pub care_of: Text<'a>,
    pub locality: Text<'a>,
    pub town: Text<'a>,
    pub postal_code: Text<'a>,
    pub postal_district: Text<'a>,
    /// The municipality's code.
    pub municipality: Text<'a>,
    /// CPR's code of the country.
    pub country: Text<'a>,
    pub foreign_lines: [Text<'a>; 5],
}

impl<'a> Delivered<'a> {
    pub fn by_stam(stam: &'a Stam) -> Delivered<'a> {
        Delivered {
            standard: own(stam.standard_address.as_ref()),
            has_road: stam.road.value().is_some(),
            road: stam.road.text().map(Cow::Borrowed),
            house_number: own(stam.house_number.as_ref()),
            floor: own(stam.floor.as_ref()),
            door: own(stam.door.as_ref()),
            building: own(stam.building.as_ref()),
            care_of: own(stam.care_of.as_ref()),
            locality: own(stam.locality.as_ref()),
            town: own(stam.town.as_ref()),
            postal_code: stam.postal_code.value().map(Cow::Borrowed),
            postal_district: stam.postal_code.text().map(Cow::Borrowed),
            municipality: stam.municipality.value().map(Cow::Borrowed),
            country: stam.country.value().map(Cow::Borrowed),
            foreign_lines: [
                own(stam.foreign_line_1.as_ref()),
                own(stam.foreign_line_2.as_ref()),
                own(stam.foreign_line_3.as_ref()),
                own(stam.foreign_line_4.as_ref()),
                own(stam.foreign_line_5.as_ref()),
            ],
        }
    }

    pub fn by_adresse3(row: &'a Adresse3) -> Delivered<'a> {
        Delivered {
            // ADRESSE3 has the parts only.
            standard: None,
            has_road: row.road.value().is_some(),
            road: row.road.text().map(Cow::Borrowed),
            house_number: own(row.house_number.as_ref()),
            floor: own(row.floor.as_ref()),
            door: own(row.door.as_ref()),
            building: own(row.building.as_ref()),
            care_of: own(row.care_of.as_ref()),
            locality: own(row.locality.as_ref()),
            town: own(row.town.as_ref()),
            postal_code: row.postal_code.value().map(Cow::Borrowed),
            postal_district: row.postal_code.text().map(Cow::Borrowed),
            municipality: row.municipality.value().map(Cow::Borrowed),
            country: row.country.value().map(Cow::Borrowed),
            foreign_lines: [
                own(row.foreign_line_1.as_ref()),
                own(row.foreign_line_2.as_ref()),
                own(row.foreign_line_3.as_ref()),
                own(row.foreign_line_4.as_ref()),
                own(row.foreign_line_5.as_ref()),
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
        if foreign && !self.has_road {
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
        let line1 = self.standard.as_ref().and_then(text).or_else(|| self.composed());
        let line2 = joined([&self.care_of, &self.locality, &self.town]);
        let postal_code = self.postal_code.as_ref().and_then(text);
        let city = self.postal_district.as_ref().and_then(text);
        let filled = [&line1, &line2, &postal_code, &city].into_iter().any(Option::is_some);
        let country = if self.is_in_greenland() { "GL" } else { "DK" };
        filled.then(|| Address { line1, line2, postal_code, city, country_code: Some(country.to_owned()) })
    }

    /// Somebody without fixed abode stands on a road that is none, under a postal code that may be none. Only where CPR
    /// tells with whom or in what place the person can be reached, there is an address.
    fn reachable_without_abode(&self) -> Option<Address> {
        joined([&self.care_of, &self.locality])?;
        let line2 = joined([&self.care_of, &self.locality, &self.town]);
        self.at_home().map(|address| Address { line1: None, line2, ..address })
    }

    /// Abroad.
    pub fn abroad(&self) -> Option<Address> {
        let mut lines = self.foreign_lines.iter().flatten().filter_map(text);
        let line1 = Some(lines.next()?);
        let line2 = text(lines.collect::<Vec<_>>().join(", "));
        let country_code = self.country.as_ref().and_then(|code| country(code.trim())?.iso).map(str::to_owned);
        Some(Address { line1, line2, postal_code: None, city: None, country_code })
    }

    /// The standard address from its parts.
    fn composed(&self) -> Option<String> {
        let line =
            parts(self.road.as_deref()?, self.house_number.as_deref(), self.floor.as_deref(), self.door.as_deref());
        let building = self.building.as_ref().filter(|_| line.house_number.is_none()).and_then(text);
        text(match building {
            Some(building) => format!("{} BNR {building}", line.street),
            None => line.standard(),
        })
    }

    fn is_in_greenland(&self) -> bool {
        self.municipality.as_ref().is_some_and(|code| is_greenland(code.trim()))
    }
}

fn own(text: Option<&String>) -> Text<'_> {
    text.map(|text| Cow::Borrowed(text.as_str()))
}

/// An address line from CPR's fields.
pub(in crate::registry) fn parts(
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
