//! Who the office knows: persons, the names of their roads and their postal districts.
//!
//! The persons stand in `population.toml`, one block each; its head says where they come from. A [`Population`] is a
//! copy in memory that [edits](Population::move_to) change.

mod address;
mod edit;
mod person;
mod reading;

use std::collections::BTreeMap;

use cpr::PersonalNumber;
use serde::Deserialize;

pub use self::address::{Address, Disappearance, Emigrated, Emigration, FormerAddress, Place, TextAddress};
pub use self::edit::{EditError, Renumbering};
pub use self::person::{
    CivilStatus, Custody, FormerCivilStatus, FormerName, FormerNumber, Guardianship, MunicipalCondition, Name, Note,
    Parent, Person, Protection,
};

/// The persons of a register, by number.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    persons: BTreeMap<PersonalNumber, Person>,
    /// (municipality, road code) → road name.
    roads: BTreeMap<(String, String), String>,
    /// Postal code → postal district.
    postal_districts: BTreeMap<String, String>,
}

/// Why a population file cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopulationError(String);

impl Population {
    /// The fictitious persons that come with the simulator.
    ///
    /// # Panics
    /// Never: a test reads the file that is compiled in.
    #[must_use]
    pub fn demo() -> Self {
        match Self::from_toml(include_str!("population.toml")) {
            Ok(population) => population,
            Err(error) => unreachable!("{error}"),
        }
    }

    /// A register without persons and roads.
    #[must_use]
    pub fn empty() -> Self {
        Self { persons: BTreeMap::new(), roads: BTreeMap::new(), postal_districts: BTreeMap::new() }
    }

    /// Reads the form of `population.toml`.
    ///
    /// # Errors
    /// If the text has another form, or a number stands twice.
    pub fn from_toml(text: &str) -> Result<Self, PopulationError> {
        let file: File = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| text[..span.start].lines().count());
            PopulationError(format!("population, line {line}: {}", error.message()))
        })?;
        let mut population = Self { postal_districts: file.postal_districts, ..Self::empty() };
        for (codes, name) in file.roads {
            let (municipality, road) = codes
                .split_once('/')
                .ok_or_else(|| PopulationError("population: a road is named by municipality/code".to_owned()))?;
            population.roads.insert((municipality.to_owned(), road.to_owned()), name);
        }
        for (place, person) in file.person.into_iter().enumerate() {
            if population.persons.insert(person.number, person).is_some() {
                return Err(PopulationError(format!("population, person {}: the number stands twice", place + 1)));
            }
        }
        Ok(population)
    }

    /// The person that has, or had, the number.
    #[must_use]
    pub fn person(&self, number: PersonalNumber) -> Option<&Person> {
        self.persons.get(&number)
    }

    /// Everybody, by number.
    pub fn persons(&self) -> impl Iterator<Item = &Person> {
        self.persons.values()
    }

    /// The name of a road (*vejadresseringsnavn*); `None` where the register has only its code.
    #[must_use]
    pub fn road_name(&self, municipality: &str, road: &str) -> Option<&str> {
        self.roads.get(&(municipality.to_owned(), road.to_owned())).map(String::as_str)
    }

    /// The district (*postdistrikt*) of a postal code.
    #[must_use]
    pub fn postal_district(&self, code: &str) -> Option<&str> {
        self.postal_districts.get(code).map(String::as_str)
    }

    /// The one-line address of a place (*standardadresse*), without the postal part; `None` where the road has no
    /// name.
    ///
    /// The form is the one that CPR uses since 2023: `Industrivænget 95, 1. mf`, `Skovvej 77A`. How it writes
    /// Greenland's building numbers is not documented; here `BNR` and the number follow the road, as they did before.
    #[must_use]
    pub fn standard_address(&self, place: &Place<'_>) -> Option<String> {
        let mut text = self.road_name(place.municipality, place.road)?.to_owned();
        if !place.house.is_empty() {
            text.push(' ');
            text.push_str(place.house.trim_start_matches('0'));
        } else if !place.building.is_empty() {
            text.push_str(" BNR ");
            text.push_str(place.building);
        }
        if !place.floor.is_empty() {
            text.push_str(", ");
            text.push_str(place.floor.trim_start_matches('0'));
            text.push('.');
        }
        if !place.door.is_empty() {
            text.push(' ');
            text.push_str(place.door.trim_start_matches('0'));
        }
        Some(text)
    }
}

impl std::fmt::Display for PopulationError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for PopulationError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    roads: BTreeMap<String, String>,
    postal_districts: BTreeMap<String, String>,
    person: Vec<Person>,
}

#[cfg(test)]
mod tests;
