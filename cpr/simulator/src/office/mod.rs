//! The office without its door: a question to a service in, CPR's answer or receipt out.

mod lookup;
mod names;
pub(crate) mod records;
mod search;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::Copenhagen;
use cpr::PersonalNumber;
use cpr::gctp::{Fields, Layout, LookupKey, Receipt, Record, ServiceAnswer, service};

use self::search::Searches;
use crate::knobs::Profile;
use crate::population::{Person, Population};

/// The register and the searches that are not finished.
pub(crate) struct Office {
    pub(crate) population: Population,
    searches: Searches,
}

/// A question to a service.
pub(crate) struct Question<'a> {
    /// The service id.
    pub(crate) service: &'a str,
    /// The key as it came.
    pub(crate) key: &'a Fields,
    /// For whom the user signed on.
    pub(crate) profile: Profile,
    /// When.
    pub(crate) now: DateTime<Utc>,
}

/// Frees the result of a search.
const SEARCH_DONE: &str = "SOEGDONE";
/// The loose field that names the result of a search.
const SEARCH_ID: &str = "SEARCH_ID";

/// The services of the office, for those who count and log by their ids.
pub(crate) const SERVICES: &[&str] = &[
    service::STAM,
    service::STAMP,
    service::NAVNE3,
    service::ADRESSE3,
    service::ADRESSE4,
    service::BESKYT3,
    service::CIVIL3,
    service::FAMILIE,
    service::TIDLPNR,
    service::ADRSOG1,
    service::NVNSOG2,
    SEARCH_DONE,
];

impl Office {
    pub(crate) fn new(population: Population) -> Self {
        Self { population, searches: Searches::default() }
    }

    /// Answers one question. Only the first fault is told, as CPR does.
    ///
    /// # Errors
    /// The receipt with CPR's error number.
    pub(crate) fn answer(&mut self, question: &Question<'_>) -> Result<ServiceAnswer, Receipt> {
        if !SERVICES.contains(&question.service) {
            // What CPR says to an id that it does not have is not documented.
            return Err(Receipt::system(0, "Ukendt service"));
        }
        let private = question.profile == Profile::Private;
        if private != (question.service == service::STAMP) {
            return Err(Receipt::error(1035, "De har ikke adgang til søgningen"));
        }
        match question.service {
            service::ADRSOG1 => self.search_addresses(question),
            service::NVNSOG2 => self.search_names(question),
            SEARCH_DONE => self.search_done(question),
            _ => self.look_up(question),
        }
    }

    fn look_up(&self, question: &Question<'_>) -> Result<ServiceAnswer, Receipt> {
        // AKX: corrected rows count too; where the service has no history the key does nothing.
        only_known_keys(question.key, &[LookupKey::LAYOUT], &["AKX"])?;
        mark(question.key, "AKX")?;
        let person = self.person(question.key.get("PNR").value())?;
        let office = lookup::Office { population: &self.population, corrected_rows: is_marked(question.key, "AKX") };
        let id = question.service;
        Ok(match id {
            service::STAM => ServiceAnswer::of(id, &office.basic_data(person)),
            service::STAMP => ServiceAnswer::of(id, &office.basic_data_for_private_parties(person)),
            service::NAVNE3 => ServiceAnswer::of(id, &office.name(person)),
            service::ADRESSE3 => ServiceAnswer::of(id, &office.address(person)),
            service::ADRESSE4 => ServiceAnswer::of(id, &office.contact_address(person)),
            service::BESKYT3 => ServiceAnswer::of(id, &office.protections(person)),
            service::CIVIL3 => ServiceAnswer::of(id, &office.civil_status(person)),
            service::FAMILIE => numbered(id, &office.family(person)),
            service::TIDLPNR => numbered(id, &office.former_numbers(person)),
            _ => ServiceAnswer::empty(id),
        })
    }

    /// The person of a key: ten digits with a possible date (else 52) that CPR knows (else 172).
    fn person(&self, digits: Option<&str>) -> Result<&Person, Receipt> {
        let invalid = || Receipt::error(52, "Personnummeret er ikke gyldigt");
        let digits = digits.unwrap_or_default();
        if digits.len() != 10 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid());
        }
        let number = PersonalNumber::parse(digits).map_err(|_| invalid())?;
        if number.is_replacement() {
            return Err(invalid());
        }
        self.population.person(number).ok_or_else(|| Receipt::error(172, "Personen findes ikke i CPR"))
    }
}

/// Rows with keys 0, 1, 2 …
fn numbered<R: Record>(service: &str, rows: &[R]) -> ServiceAnswer {
    ServiceAnswer::of_rows(service, rows.iter().enumerate().map(|(place, row)| (place.to_string(), row)))
}

/// 27 for a key field that the service does not have.
fn only_known_keys(key: &Fields, layouts: &[Layout], more: &[&str]) -> Result<(), Receipt> {
    let known = |name: &str| layouts.iter().any(|layout| layout.knows(name)) || more.contains(&name);
    match key.iter().find(|(name, _)| !known(name)) {
        None => Ok(()),
        Some(_) => Err(Receipt::error(27, "Nøgletypen findes ikke")),
    }
}

/// 78 for a mark that is neither blank nor `X`.
fn mark(key: &Fields, name: &str) -> Result<(), Receipt> {
    match key.get(name).value() {
        None | Some("x" | "X") => Ok(()),
        Some(_) => Err(Receipt::error(78, format!("{name} skal være blank eller X"))),
    }
}

fn is_marked(key: &Fields, name: &str) -> bool {
    !key.get(name).is_empty()
}

/// The day in Denmark.
fn danish_day(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&Copenhagen).date_naive()
}
