//! What the office says of a person whose number it was given.

use cpr::codes::{CivilStatus, FamilyRelation, PersonStatus, ProtectionKind, country, municipality};
use cpr::gctp::{
    AddressKind, AddressingName, Adresse3, Adresse4, Beskyt3, Civil3, FamilieRow, Field, Navne3, NumberOrBirthDate,
    Protected, Stam, TidlpnrRow,
};

use crate::population::{self, Name, Parent, Person, Population};

/// The register, and whether corrected and annulled rows count as history.
pub(super) struct Office<'a> {
    pub(super) population: &'a Population,
    pub(super) corrected_rows: bool,
}

impl Office<'_> {
    /// STAM: protected persons in full, with the mark.
    pub(super) fn basic_data(&self, person: &Person) -> Stam {
        let mut stam = Stam {
            number: Some(person.number),
            name: addressing_name(person.name.as_ref()),
            sex: Some(person.sex),
            status: Some(PersonStatus::of(&person.status)),
            status_since: person.status_since,
            current_number: person.current_number,
            birth_date: Some(person.born),
            protected: Protected(person.is_protected()),
            ..Stam::default()
        };
        if let Some(address) = &person.address {
            stam.care_of = filled(&address.care_of);
            stam.floor = filled(&address.floor);
            stam.house_number = filled(&address.house);
            stam.door = door_field(&address.door);
            stam.building = filled(&address.building);
            stam.municipality = self.municipality_field(&address.municipality);
            stam.road = self.road_field(&address.municipality, &address.road);
            stam.town = filled(&address.town);
            stam.locality = filled(&address.locality);
            stam.postal_code = self.postal_field(&address.post);
            stam.standard_address = self.population.standard_address(&address.place());
        }
        if let Some(emigrated) = &person.emigrated {
            stam.country = country_field(&emigrated.country);
            let mut lines = emigrated.lines.iter().cloned();
            stam.foreign_line_1 = lines.next();
            stam.foreign_line_2 = lines.next();
            stam.foreign_line_3 = lines.next();
            stam.foreign_line_4 = lines.next();
            stam.foreign_line_5 = lines.next();
        }
        stam
    }

    /// STAMP: of a protected person nothing but number, sex, status, birth date and the mark.
    pub(super) fn basic_data_for_private_parties(&self, person: &Person) -> Stam {
        let full = self.basic_data(person);
        if !person.is_protected() {
            return full;
        }
        let Stam { number, sex, status, birth_date, protected, .. } = full;
        Stam { number, sex, status, birth_date, protected, ..Stam::default() }
    }

    /// NAVNE3.
    pub(super) fn name(&self, person: &Person) -> Navne3 {
        let mut answer = Navne3 {
            sex: Some(person.sex),
            status: Some(PersonStatus::of(&person.status)),
            status_since: person.status_since,
            has_former: person.former_names.iter().any(|row| self.counts(&row.mark)),
            ..Navne3::default()
        };
        if let Some(name) = &person.name {
            answer.name = addressing_name(Some(name));
            answer.first_names = filled(&name.first);
            answer.middle_name = filled(&name.middle);
            answer.middle_name_mark = filled(&name.middle_mark);
            answer.surname = filled(&name.last);
            answer.start = name.since;
        }
        answer
    }

    /// ADRESSE3.
    pub(super) fn address(&self, person: &Person) -> Adresse3 {
        let mut former = person.former_addresses.iter().filter(|row| self.counts(&row.mark));
        let here = person.address.as_ref().map(|address| address.municipality.as_str());
        let mut answer = Adresse3 {
            has_earlier: former.clone().next().is_some(),
            has_earlier_municipality: former.any(|row| Some(row.municipality.as_str()) != here),
            has_contact_address: person.contact_address.is_some(),
            has_supplementary_address: person.supplementary_address.is_some(),
            ..Adresse3::default()
        };
        if let Some(address) = &person.address {
            answer.kind = Some(AddressKind::Danish);
            answer.road = self.road_field(&address.municipality, &address.road);
            answer.house_number = filled(&address.house);
            answer.floor = filled(&address.floor);
            answer.door = door_field(&address.door);
            answer.building = filled(&address.building);
            answer.care_of = filled(&address.care_of);
            answer.town = filled(&address.town);
            answer.locality = filled(&address.locality);
            answer.postal_code = self.postal_field(&address.post);
            answer.municipality = self.municipality_field(&address.municipality);
            answer.start = address.since;
        } else if let Some(emigrated) = &person.emigrated {
            answer.kind = Some(AddressKind::Emigrated);
            answer.country = country_field(&emigrated.country);
            answer.start = Some(emigrated.since);
            let mut lines = emigrated.lines.iter().cloned();
            answer.foreign_line_1 = lines.next();
            answer.foreign_line_2 = lines.next();
            answer.foreign_line_3 = lines.next();
            answer.foreign_line_4 = lines.next();
            answer.foreign_line_5 = lines.next();
        } else if let Some(since) = person.disappeared {
            answer.kind = Some(AddressKind::Disappeared);
            answer.start = Some(since);
        }
        answer
    }

    /// ADRESSE4.
    pub(super) fn contact_address(&self, person: &Person) -> Adresse4 {
        let Some(address) = &person.contact_address else { return Adresse4::default() };
        let mut lines = address.lines.iter().cloned();
        Adresse4 {
            line_1: lines.next(),
            line_2: lines.next(),
            line_3: lines.next(),
            line_4: lines.next(),
            line_5: lines.next(),
            start: Some(address.from),
            deletion: address.until,
            ..Adresse4::default()
        }
    }

    /// BESKYT3. Who reported a protection, and whether it was made automatically, the population does not know.
    pub(super) fn protections(&self, person: &Person) -> Beskyt3 {
        Beskyt3::of(person.protections.iter().map(|protection| cpr::gctp::Protection {
            kind: protection_kind(protection),
            reported: None,
            start: Some(protection.from),
            deletion: protection.until,
            authority: Field::default(),
        }))
    }

    /// CIVIL3.
    pub(super) fn civil_status(&self, person: &Person) -> Civil3 {
        let Some(civil) = &person.civil else { return Civil3::default() };
        Civil3 {
            status: Some(CivilStatus::of(&civil.status)),
            start: civil.since,
            spouse_number: civil.spouse,
            spouse_name: filled(&civil.spouse_name),
            ..Civil3::default()
        }
    }

    /// FAMILIE: spouse or registered partner, father, mother, children, other holders of custody. The order is ours;
    /// that a former or late spouse is no longer family is our reading, as is the mark of custody on a child's row.
    pub(super) fn family(&self, person: &Person) -> Vec<FamilieRow> {
        let mut rows = Vec::new();
        if let Some(civil) = person.civil.as_ref().filter(|civil| matches!(civil.status.as_str(), "G" | "P")) {
            let spouse = Parent { number: civil.spouse, name: civil.spouse_name.clone() };
            rows.extend(self.relative(FamilyRelation::Spouse, &spouse));
        }
        let has_custody = |kind: &str| person.custody.iter().any(|custody| custody.kind == kind);
        for (relation, parent, kind) in
            [(FamilyRelation::Father, &person.father, "0004"), (FamilyRelation::Mother, &person.mother, "0003")]
        {
            let row = parent.as_ref().and_then(|parent| self.relative(relation, parent));
            rows.extend(row.map(|row| FamilieRow { custody: has_custody(kind), ..row }));
        }
        for child in &person.children {
            let custody = self.population.person(*child).is_some_and(|child| is_in_custody_of(child, person));
            let row = self.relative(FamilyRelation::Child, &Parent { number: Some(*child), name: String::new() });
            rows.extend(row.map(|row| FamilieRow { custody, ..row }));
        }
        for holder in person.custody.iter().filter_map(|custody| custody.holder) {
            let row = self.relative(FamilyRelation::Other, &Parent { number: Some(holder), name: String::new() });
            rows.extend(row.map(|row| FamilieRow { custody: true, ..row }));
        }
        rows
    }

    /// TIDLPNR.
    pub(super) fn former_numbers(&self, person: &Person) -> Vec<TidlpnrRow> {
        let row = |former: &population::FormerNumber| {
            let left = self.population.person(former.number);
            TidlpnrRow {
                number: Some(former.number),
                status: left.map(|left| PersonStatus::of(&left.status)),
                start: former.from,
                end: former.until,
                birth_date_uncertain: left.is_some_and(|left| left.born.uncertain),
                ..TidlpnrRow::default()
            }
        };
        person.former_numbers.iter().map(row).collect()
    }

    /// A relative: with all that the register has of a person, or the number or name alone. Of several protections
    /// the row names the first kind.
    fn relative(&self, relation: FamilyRelation, named: &Parent) -> Option<FamilieRow> {
        let mut row = FamilieRow {
            relation: Some(relation),
            number_or_birth_date: named.number.map(NumberOrBirthDate::Number),
            ..FamilieRow::default()
        };
        let Some(number) = named.number else {
            let (last, first) = named.name.split_once(',')?;
            row.name = AddressingName::of(last, first);
            return Some(row);
        };
        if let Some(person) = self.population.person(number) {
            row.name = addressing_name(person.name.as_ref());
            row.status = Some(PersonStatus::of(&person.status));
            row.protection = person.protections.iter().min_by_key(|it| &it.kind).map(protection_kind);
            if let Some(address) = &person.address {
                row.standard_address = self.population.standard_address(&address.place());
                row.postal_code = filled(&address.post);
                row.postal_district = self.population.postal_district(&address.post).map(str::to_owned);
            }
        }
        Some(row)
    }

    fn counts(&self, mark: &str) -> bool {
        mark.is_empty() || self.corrected_rows
    }

    pub(super) fn municipality_field(&self, code: &str) -> Field {
        let name = municipality(code).unwrap_or_default();
        Field::coded(code, name).with_long_text(name)
    }

    pub(super) fn road_field(&self, municipality: &str, code: &str) -> Field {
        Field::coded(code, self.population.road_name(municipality, code).unwrap_or_default())
    }

    pub(super) fn postal_field(&self, code: &str) -> Field {
        Field::coded(code, self.population.postal_district(code).unwrap_or_default())
    }
}

pub(super) fn addressing_name(name: Option<&Name>) -> AddressingName {
    name.map_or_else(AddressingName::default, |name| AddressingName {
        surname_first: Some(name.surname_first()),
        natural: Some(name.addressing.clone()),
    })
}

/// Letters stand right-aligned in four positions, numbers have four digits already.
pub(super) fn door_field(door: &str) -> Option<String> {
    filled(door).map(|door| format!("{door:>4}"))
}

pub(super) fn filled(text: &str) -> Option<String> {
    if text.is_empty() { None } else { Some(text.to_owned()) }
}

fn country_field(code: &str) -> Field {
    let name = country(code).map(|country| country.name).unwrap_or_default();
    Field::coded(code, name).with_long_text(name)
}

fn protection_kind(protection: &population::Protection) -> ProtectionKind {
    ProtectionKind::of(&protection.kind)
}

fn is_in_custody_of(child: &Person, holder: &Person) -> bool {
    let is = |parent: &Option<Parent>| parent.as_ref().is_some_and(|parent| parent.number == Some(holder.number));
    child.custody.iter().any(|custody| match custody.kind.as_str() {
        "0003" => is(&child.mother),
        "0004" => is(&child.father),
        _ => custody.holder == Some(holder.number),
    })
}
