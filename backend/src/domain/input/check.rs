//! The checks of single fields.

use std::collections::BTreeSet;

use cpr::PersonalNumber;

use super::{CasePartyFields, Faults, FieldFault, PartyKey, RawAddress, RawCaseParty, looks_like_personal_number};
use crate::domain::party::{Address, ExternalId};
use crate::domain::text;

/// What is wrong with a request so far, and where its fields stand in it. Each check gives the value, or notes a fault.
pub(super) struct Check {
    at: String,
    pub(super) faults: Vec<FieldFault>,
}

impl Check {
    pub(super) fn at(at: &str) -> Check {
        Check { at: at.to_owned(), faults: Vec::new() }
    }

    pub(super) fn done<T>(self, value: T) -> Result<T, Faults> {
        if self.faults.is_empty() { Ok(value) } else { Err(Faults(self.faults)) }
    }

    pub(super) fn fault(&mut self, pointer: &str, detail: impl Into<String>) {
        self.faults.push(FieldFault::new(format!("{}{pointer}", self.at), detail));
    }

    /// Notes a fault where a value was wanted.
    pub(super) fn none<T>(&mut self, pointer: &str, detail: impl Into<String>) -> Option<T> {
        self.fault(pointer, detail);
        None
    }

    pub(super) fn line(&mut self, pointer: &str, given: Option<&str>, max: usize) -> Option<String> {
        match text::line(given?, max) {
            Ok(line) => line,
            Err(fault) => self.none(pointer, fault.detail()),
        }
    }

    pub(super) fn personal_number(&mut self, pointer: &str, given: Option<&str>) -> Option<PersonalNumber> {
        let given = given.filter(|text| !text.trim().is_empty())?;
        let number = PersonalNumber::parse(given).ok();
        if number.is_none() {
            self.faults.push(FieldFault {
                pointer: format!("{}{pointer}", self.at),
                detail: "Et CPR-nummer har ti cifre og begynder med en dato.".to_owned(),
                personal_number_invalid: true,
            });
        }
        number
    }

    pub(super) fn email(&mut self, pointer: &str, given: Option<&str>) -> Option<String> {
        let email = self.line(pointer, given, 254)?;
        let fits = email.split_once('@').is_some_and(|(local, domain)| {
            let inside = domain.trim_matches('.');
            !local.is_empty()
                && domain == inside
                && domain.contains('.')
                && !domain.contains("..")
                && !domain.contains('@')
        });
        if fits && !email.contains([' ', '<', '>', '(', ')', ',', ';', ':', '"']) {
            Some(email)
        } else {
            self.none(pointer, "Skriv e-mailadressen som navn@domæne.dk.")
        }
    }

    pub(super) fn phone(&mut self, pointer: &str, given: Option<&str>) -> Option<String> {
        let phone = self.line(pointer, given, 40)?;
        if phone.contains(|c: char| c.is_ascii_digit()) {
            Some(phone)
        } else {
            self.none(pointer, "Et telefonnummer indeholder cifre.")
        }
    }

    pub(super) fn digits(&mut self, pointer: &str, given: Option<&str>, length: usize, detail: &str) -> Option<String> {
        let digits: String = given?.chars().filter(|character| !character.is_whitespace()).collect();
        match digits.len() {
            0 => None,
            count if count == length && digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits),
            _ => self.none(pointer, detail),
        }
    }

    pub(super) fn address(&mut self, at: &str, given: RawAddress) -> Option<Address> {
        let line1 = self.line(&format!("{at}/line1"), given.line1.as_deref(), 200);
        let line2 = self.line(&format!("{at}/line2"), given.line2.as_deref(), 200);
        let city = self.line(&format!("{at}/city"), given.city.as_deref(), 100);
        let country = self.line(&format!("{at}/countryCode"), given.country_code.as_deref(), 20);
        let country = country.map_or_else(|| "DK".to_owned(), |country| country.to_ascii_uppercase());
        if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            self.fault(&format!("{at}/countryCode"), "En landekode har to bogstaver, for eksempel DK.");
        }
        let pointer = format!("{at}/postalCode");
        let mut postal_code = self.line(&pointer, given.postal_code.as_deref(), 20);
        if country == "DK" {
            let digits: Option<String> = postal_code.map(|code| code.split_whitespace().collect());
            let fits = |code: &str| code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit());
            if digits.as_deref().is_some_and(|code| !fits(code)) {
                self.fault(&pointer, "Et dansk postnummer har fire cifre.");
            }
            postal_code = digits;
        }
        let filled = [&line1, &line2, &postal_code, &city].into_iter().any(Option::is_some);
        filled.then_some(Address { line1, line2, postal_code, city, country_code: Some(country) })
    }

    pub(super) fn external_ids(&mut self, at: &str, given: Vec<ExternalId>) -> Vec<ExternalId> {
        let mut systems = BTreeSet::new();
        let mut ids = Vec::new();
        if given.len() > 50 {
            self.fault(at, "Højst 50 eksterne id'er.");
            return ids;
        }
        for (place, id) in given.into_iter().enumerate() {
            let at = format!("{at}/{place}");
            let Some(id) = self.external_id(&at, id) else { continue };
            if !systems.insert(id.system.clone()) {
                self.fault(&format!("{at}/system"), "Hvert system kan kun stå én gang.");
            }
            ids.push(id);
        }
        ids.sort();
        ids
    }

    pub(super) fn external_id(&mut self, at: &str, given: ExternalId) -> Option<ExternalId> {
        let system = self.required(&format!("{at}/system"), &given.system, 64);
        let id = self.required(&format!("{at}/id"), &given.id, 128);
        if looks_like_personal_number(&given.system) {
            return self.none(&format!("{at}/system"), "Må ikke have form som et CPR-nummer.");
        }
        Some(ExternalId { system: system?, id: id? })
    }

    pub(super) fn case_number(&mut self, pointer: &str, given: &str) -> Option<String> {
        let number = self.required(pointer, given, 64)?;
        if looks_like_personal_number(&number) {
            return self.none(pointer, "Må ikke have form som et CPR-nummer.");
        }
        Some(number)
    }

    pub(super) fn required(&mut self, pointer: &str, given: &str, max: usize) -> Option<String> {
        match text::line(given, max) {
            Ok(Some(line)) => Some(line),
            Ok(None) => self.none(pointer, "Skal udfyldes."),
            Err(fault) => self.none(pointer, fault.detail()),
        }
    }

    pub(super) fn case_party(&mut self, at: &str, given: RawCaseParty) -> Option<CasePartyFields> {
        let mut keys = Vec::new();
        keys.extend(given.party_id.map(PartyKey::Id));
        let keys_given = usize::from(given.party_id.is_some())
            + usize::from(given.personal_number.as_deref().is_some_and(|text| !text.trim().is_empty()))
            + usize::from(given.external_id.is_some());
        let number = self.personal_number(&format!("{at}/personalNumber"), given.personal_number.as_deref());
        keys.extend(number.map(PartyKey::PersonalNumber));
        let external_id = given.external_id.and_then(|id| self.external_id(&format!("{at}/externalId"), id));
        keys.extend(external_id.map(PartyKey::ExternalId));
        let roles = self.roles(&format!("{at}/roles"), given.roles.unwrap_or_default());
        if keys_given != 1 {
            return self.none(at, "Angiv netop én af partyId, personalNumber og externalId.");
        }
        Some(CasePartyFields { party: keys.pop()?, roles, subscribe: given.subscribe.unwrap_or(true) })
    }

    pub(super) fn roles(&mut self, at: &str, given: Vec<String>) -> Vec<String> {
        let mut roles: Vec<String> = Vec::new();
        if given.len() > 20 {
            self.fault(at, "Højst 20 roller.");
            return roles;
        }
        for (place, role) in given.into_iter().enumerate() {
            let role = self.required(&format!("{at}/{place}"), &role, 100);
            roles.extend(role.filter(|role| !roles.contains(role)));
        }
        roles
    }
}
