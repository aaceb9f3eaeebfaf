//! ADRSOG1: who lives, and lived, at an address or on a stretch of road.

use cpr::CprDate;
use cpr::codes::{PersonStatus, municipality};
use cpr::gctp::{AddressCriteria, AdrsogRow, Field, Page, Protected, Receipt, Record, Row, ServiceAnswer};

use super::Hit;
use super::checks::{
    Period, exclude_each_other, extra_names, floor, form_error, four_digits, house_number, municipality_of, page,
    period, sex,
};
use crate::office::lookup::{self, addressing_name, door_field, filled};
use crate::office::names::NameParts;
use crate::office::{Office, Question, mark, only_known_keys};
use crate::population::{Person, Place, Population};

impl Office {
    /// ADRSOG1. The road marks of the secondary road search and the filters that no specification has are not known
    /// here: 27.
    pub(in crate::office) fn search_addresses(&mut self, question: &Question<'_>) -> Result<ServiceAnswer, Receipt> {
        let key = question.key;
        only_known_keys(key, &[AddressCriteria::LAYOUT, Page::LAYOUT], &[])?;
        let municipality = municipality_of(key)?;
        if municipality.is_none() && key.get("POST").is_empty() {
            return Err(Receipt::error(3974, "Kommunekode eller postnummer skal angives"));
        }
        four_digits(key, "VEJK")?;
        if key.get("VEJK").is_empty() && key.get("VNVN").is_empty() {
            // No number is documented for a search without a road.
            return Err(Receipt::error(724, "Vejkode eller vejnavn skal angives"));
        }
        ["HNR", "HNRF", "HNRT"].into_iter().try_for_each(|name| house_number(key, name))?;
        exclude_each_other(key)?;
        let parity = key.get("LIUL").value();
        if parity.is_some_and(|parity| !matches!(parity, "L" | "U")) {
            return Err(Receipt::error(48, "LIUL skal være L eller U"));
        }
        floor(key)?;
        sex(key)?;
        ["AKX", "ARKV", "NOBR"].into_iter().try_for_each(|name| mark(key, name))?;
        let period = period(key)?;
        extra_names(key)?;
        let page = page(key)?;
        let criteria = AddressCriteria::read(key).map_err(form_error)?;
        self.page(question, &page, !criteria.no_break_rows, |population| address_hits(population, &criteria, period))
    }
}

fn address_hits(population: &Population, criteria: &AddressCriteria, period: Period) -> Vec<Hit> {
    let office = lookup::Office { population, corrected_rows: criteria.corrected };
    let wanted = Wanted::of(criteria);
    let mut found = Vec::new();
    for person in population.persons() {
        if criteria.sex.is_some_and(|sex| sex != person.sex) || !wanted.names.match_current(person) {
            continue;
        }
        if let Some(address) = &person.address {
            let stay = Stay { mark: "", from: address.since, until: None };
            if wanted.match_place(population, &address.place(), Some(&address.post))
                && period.touches(stay.from, stay.until)
            {
                found.push(Found { person, place: address.place(), stay });
            }
        }
        for former in person.former_addresses.iter().filter(|_| criteria.former_residents) {
            let stay = Stay { mark: &former.mark, from: former.from, until: former.until };
            if (former.mark.is_empty() || criteria.corrected)
                && wanted.match_place(population, &former.place(), None)
                && period.touches(stay.from, stay.until)
            {
                found.push(Found { person, place: former.place(), stay });
            }
        }
    }
    // One road after the other, and in each the newest move first.
    found.sort_by(|one, other| {
        let from = |found: &Found<'_>| found.stay.from.map(CprDate::digits);
        one.road().cmp(&other.road()).then_with(|| from(other).cmp(&from(one)))
    });
    let hit = |(place, found): (usize, &Found<'_>)| Hit {
        row: Row {
            key: Some(format!(
                "{:0<12}{}{place:08}",
                found.stay.from.map(CprDate::digits).unwrap_or_default(),
                found.person.number.digits().as_str()
            )),
            kind: None,
            fields: found.row(&office).write(),
        },
        road: Some((found.place.municipality.to_owned(), found.place.road.to_owned())),
    };
    found.iter().enumerate().map(hit).collect()
}

/// A person's stay at a place that was searched for.
struct Found<'a> {
    person: &'a Person,
    place: Place<'a>,
    stay: Stay<'a>,
}

struct Stay<'a> {
    /// `K`, `A` or nothing.
    mark: &'a str,
    from: Option<CprDate>,
    until: Option<CprDate>,
}

impl Found<'_> {
    /// Municipality and road code.
    fn road(&self) -> (&str, &str) {
        (self.place.municipality, self.place.road)
    }

    fn row(&self, office: &lookup::Office<'_>) -> AdrsogRow {
        let Self { person, place, stay } = self;
        AdrsogRow {
            road: office.road_field(place.municipality, place.road),
            municipality: office.municipality_field(place.municipality),
            house_number: filled(place.house),
            floor: filled(place.floor),
            door: door_field(place.door),
            building: filled(place.building),
            number: Some(person.number),
            name: addressing_name(person.name.as_ref()),
            birth_date: Some(person.born),
            protected: Protected(person.is_protected()),
            start: stay.from,
            end: stay.until,
            status: Some(PersonStatus::of(&person.status)),
            correction: filled(stay.mark),
            origin: Some("1".to_owned()),
        }
    }
}

/// Heads the hits of a road.
pub(super) fn break_row((municipality_code, road): &(String, String)) -> Row {
    let name = municipality(municipality_code).unwrap_or_default();
    let fields = [
        ("KOMKOD", Field::coded(municipality_code, name).with_long_text(name)),
        ("VEJKOD", Field::new(road)),
        ("TABMRK", Field::new("1")),
    ];
    Row { key: None, kind: Some("B".to_owned()), fields: fields.into_iter().collect() }
}

/// The criteria in the form in which they are compared.
struct Wanted<'a> {
    criteria: &'a AddressCriteria,
    names: NameParts,
}

impl<'a> Wanted<'a> {
    fn of(criteria: &'a AddressCriteria) -> Self {
        let extra = [&criteria.name_1, &criteria.name_2, &criteria.name_3];
        // Further names count only where NDNR says how.
        let extra = extra.into_iter().filter(|_| criteria.extra_names.is_some());
        let texts = std::iter::once(&criteria.name).chain(extra);
        Self { criteria, names: NameParts::of(texts.flatten().map(String::as_str)) }
    }

    /// Former addresses are registered without a postal code: theirs is that of anybody on the road today.
    fn match_place(&self, population: &Population, place: &Place<'_>, post: Option<&str>) -> bool {
        let Self { criteria, .. } = self;
        let road_name = || population.road_name(place.municipality, place.road).map(str::to_lowercase);
        let is_on_the_road = |person: &Person, wanted: &str| {
            person
                .address
                .as_ref()
                .is_some_and(|it| it.post == wanted && it.municipality == place.municipality && it.road == place.road)
        };
        wants(&criteria.municipality, |it| it == place.municipality)
            && wants(&criteria.postal_code, |it| match post {
                Some(post) => it == post,
                None => population.persons().any(|person| is_on_the_road(person, it)),
            })
            && wants(&criteria.road_code, |it| it == place.road)
            && wants(&criteria.road_name, |it| Some(it.to_lowercase()) == road_name())
            && wants(&criteria.house_number, |it| it.eq_ignore_ascii_case(place.house))
            && wants(&criteria.house_number_from, |it| house_order(place.house) >= house_order(it))
            && wants(&criteria.house_number_to, |it| house_order(place.house) <= house_order(it))
            && wants(&criteria.parity, |it| house_order(place.house).0.is_multiple_of(2) == (it == "L"))
            && wants(&criteria.building, |it| it.trim().eq_ignore_ascii_case(place.building))
            && wants(&criteria.floor, |it| same_dwelling_part(it, place.floor))
            && wants(&criteria.door, |it| same_dwelling_part(it, place.door))
    }
}

fn wants(criterion: &Option<String>, fits: impl FnOnce(&str) -> bool) -> bool {
    criterion.as_deref().is_none_or(fits)
}

/// Floors and doors are the same with and without leading zeros and blanks, in capital and small letters.
fn same_dwelling_part(one: &str, other: &str) -> bool {
    let bare = |text: &str| text.trim().trim_start_matches('0').to_lowercase();
    bare(one) == bare(other)
}

fn house_order(house: &str) -> (u32, String) {
    let (number, letter) = house.split_at_checked(3).unwrap_or((house, ""));
    (number.parse().unwrap_or_default(), letter.trim().to_ascii_uppercase())
}
