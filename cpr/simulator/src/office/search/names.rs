//! NVNSOG2: who bears a name.

use chrono::NaiveDate;
use cpr::Sex;
use cpr::codes::PersonStatus;
use cpr::gctp::{AddressingName, Field, NameCriteria, NvnsogRow, Page, Protected, Receipt, Record, Row, ServiceAnswer};

use super::Hit;
use super::checks::{form_error, four_digits, municipality_of, numeric, page, sex};
use crate::office::lookup::{self, addressing_name, filled};
use crate::office::names::NameParts;
use crate::office::{Office, Question, danish_day, mark, only_known_keys};
use crate::population::{Person, Population};

impl Office {
    /// NVNSOG2. The population has no parts of the country: a search in one (LDEL) finds nobody.
    pub(in crate::office) fn search_names(&mut self, question: &Question<'_>) -> Result<ServiceAnswer, Receipt> {
        let key = question.key;
        only_known_keys(key, &[NameCriteria::LAYOUT, Page::LAYOUT], &[])?;
        mark(key, "HNVS")?;
        if key.get("NVN").is_empty() {
            return Err(Receipt::error(628, "Navn skal angives"));
        }
        if key.get("KON").is_empty() {
            return Err(Receipt::error(47, "Køn skal være K eller M"));
        }
        sex(key)?;
        municipality_of(key)?;
        four_digits(key, "LDEL")?;
        ["ALDF", "ALDT"].into_iter().try_for_each(|name| numeric(key, name))?;
        let page = page(key)?;
        let criteria = NameCriteria::read(key).map_err(form_error)?;
        let today = danish_day(question.now);
        self.page(question, &page, false, |population| name_hits(population, &criteria, today))
    }
}

fn name_hits(population: &Population, criteria: &NameCriteria, today: NaiveDate) -> Vec<Hit> {
    let office = lookup::Office { population, corrected_rows: false };
    let texts = [&criteria.name, &criteria.name_1, &criteria.name_2, &criteria.name_3];
    let names = NameParts::of(texts.into_iter().flatten().map(String::as_str));
    let fits = |person: &&Person| {
        let lives_in = person.address.as_ref().map(|address| &address.municipality);
        Some(person.sex) == criteria.sex
            && criteria.region.is_none()
            && criteria.status.as_ref().is_none_or(|status| *status == person.status)
            && criteria.citizenship.as_ref().is_none_or(|citizenship| *citizenship == person.citizenship)
            && criteria.municipality.as_ref().is_none_or(|municipality| Some(municipality) == lives_in)
            && has_age(person, criteria, today)
    };
    let row = |person: &Person| {
        if names.match_current(person) && person.name.is_some() {
            let name = addressing_name(person.name.as_ref());
            return Some(name_row(&office, person, name, Some(person.sex)));
        }
        let mut former = person.former_names.iter().filter(|row| criteria.former_names && row.mark.is_empty());
        let former = former.find(|row| names.match_all([row.first.as_str(), &row.middle, &row.last]))?;
        let name = AddressingName { surname_first: Some(former.surname_first()), natural: Some(former.full()) };
        Some(name_row(&office, person, name, None))
    };
    let hit = |person: &Person| {
        row(person).map(|row| Hit {
            row: Row { key: Some(person.number.digits().as_str().to_owned()), kind: None, fields: row.write() },
            road: None,
        })
    };
    population.persons().filter(fits).filter_map(hit).collect()
}

fn name_row(office: &lookup::Office<'_>, person: &Person, name: AddressingName, sex: Option<Sex>) -> NvnsogRow {
    let address = person.address.as_ref();
    NvnsogRow {
        number: Some(person.number),
        name,
        status: Some(PersonStatus::of(&person.status)),
        birth_authority: filled(&person.born_at),
        sex,
        protected: Protected(person.is_protected()),
        standard_address: address.and_then(|address| office.population.standard_address(&address.place())),
        postal_code: address.map_or_else(Field::default, |address| office.postal_field(&address.post)),
    }
}

fn has_age(person: &Person, criteria: &NameCriteria, today: NaiveDate) -> bool {
    if criteria.age_from.is_none() && criteria.age_to.is_none() {
        return true;
    }
    // Not born yet: of no age.
    let Some(age) = person.born.date().and_then(|born| today.years_since(born)) else { return false };
    criteria.age_from.is_none_or(|from| age >= from) && criteria.age_to.is_none_or(|to| age <= to)
}
