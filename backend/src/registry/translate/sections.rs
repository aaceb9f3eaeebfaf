//! The CPR tab, section by section, from what the services said.

use chrono::NaiveDate;
use cpr::codes::{FamilyRelation, PersonStatus, ProtectionKind};
use cpr::gctp::{
    Adresse3, Adresse4, Beskyt3, Civil3, FamilieRow, FieldError, Navne3, NumberOrBirthDate, ServiceAnswer, Stam,
    TidlpnrRow, service,
};

use super::address::Delivered;
use super::value::{date, natural_order, protection_code, status, text};
use crate::domain::details::{
    AddressItem, Availability, CivilStatusItem, ContactAddressItem, Details, FormerNumberItem, NameItem,
    ProtectionItem, Relation, Relative, Section, StatusItem,
};
use crate::domain::party::{Address, AddressKind};
use crate::domain::person::{RegisterSource, Status};
use crate::registry::{Keep, Kind, Records};

pub(in crate::registry) fn details(
    records: &Records,
    keep: &Keep,
    source: RegisterSource,
    register_date: NaiveDate,
) -> Details {
    let of = Reading { records, keep, source, register_date };
    Details {
        names: of.section(Kind::Names, service::NAVNE3, names),
        status: of.section(Kind::Status, of.stam_service(), statuses),
        address: of.section(Kind::Address, service::ADRESSE3, |answer| of.addresses(answer)),
        contact_address: of.section(Kind::Address, service::ADRESSE4, contact_addresses),
        civil_status: of.section(Kind::CivilStatus, service::CIVIL3, |answer| of.civil_statuses(answer)),
        children: of.section(Kind::Family, service::FAMILIE, |answer| {
            relatives(answer, |row| (row.relation == Some(FamilyRelation::Child)).then_some(Relation::Child))
        }),
        parents: of.section(Kind::Family, service::FAMILIE, |answer| relatives(answer, parent)),
        custody: of.section(Kind::Custody, service::FAMILIE, |answer| relatives(answer, custody)),
        protections: of.section(Kind::Protection, service::BESKYT3, protections),
        former_numbers: of.section(Kind::FormerNumbers, service::TIDLPNR, former_numbers),
        guardianship: Section::empty(of.not_asked(Kind::Guardianship)),
        citizenship: Section::empty(of.not_asked(Kind::Citizenship)),
        history: Section::empty(of.not_asked(Kind::History)),
    }
}

struct Reading<'a> {
    records: &'a Records,
    keep: &'a Keep,
    source: RegisterSource,
    register_date: NaiveDate,
}

impl Reading<'_> {
    /// A section from the service behind it. An answer that cannot be read is as good as none.
    fn section<T>(
        &self,
        kind: Kind,
        service: &str,
        read: impl FnOnce(&ServiceAnswer) -> Result<Vec<T>, FieldError>,
    ) -> Section<T> {
        if !self.keep.has(kind) {
            return Section::empty(Availability::NotKept);
        }
        if self.records.is_refused(service) {
            return Section::empty(Availability::NotEntitled);
        }
        let Some((answer, items)) = self.records.said(service).and_then(|said| Some((said, read(said).ok()?))) else {
            return Section::empty(Availability::NotFetched);
        };
        let answered = answer.answered_at().map(|at| at.date());
        Section {
            availability: Availability::Delivered,
            as_of: Some(answered.unwrap_or(self.register_date)),
            source: Some(self.source),
            items,
        }
    }

    fn not_asked(&self, kind: Kind) -> Availability {
        if self.keep.has(kind) { Availability::NotFetched } else { Availability::NotKept }
    }

    /// The service that was asked for basic data: one or the other, by the profile.
    fn stam_service(&self) -> &'static str {
        if self.records.said(service::STAMP).is_some() { service::STAMP } else { service::STAM }
    }

    /// The address as the party shows it, with what only ADRESSE3 knows of it.
    fn addresses(&self, answer: &ServiceAnswer) -> Result<Vec<AddressItem>, FieldError> {
        if answer.is_empty() {
            return Ok(Vec::new());
        }
        let row: Adresse3 = answer.record()?;
        let stam = self.records.said(self.stam_service()).and_then(|said| said.record::<Stam>().ok());
        let of_status = stam.as_ref().and_then(|stam| stam.status.as_ref()).map(status);
        let (address, kind) = match stam.as_ref().filter(|stam| stam.has_any_address()) {
            Some(stam) => Delivered::by_stam(stam).of(of_status.as_ref()),
            None => Delivered::by_adresse3(&row).of(of_status.as_ref()),
        };
        let nothing = address.is_none() && kind == AddressKind::None && row.start.is_none();
        let item = AddressItem {
            address,
            kind,
            masked: false,
            municipality: row.municipality.text().and_then(text),
            from: row.start.and_then(date),
            in_municipality_from: row.moved_to_municipality.and_then(date),
        };
        Ok(if nothing { Vec::new() } else { vec![item] })
    }

    /// Civil status, with the spouse as the family service tells of the same person.
    fn civil_statuses(&self, answer: &ServiceAnswer) -> Result<Vec<CivilStatusItem>, FieldError> {
        let row: Civil3 = answer.record()?;
        let Some(civil_status) = &row.status else { return Ok(Vec::new()) };
        let family = self.records.said(service::FAMILIE).and_then(|said| said.rows::<FamilieRow>().ok());
        let spouse = family.unwrap_or_default().into_iter().find(|relative| {
            let number = relative.number_or_birth_date;
            row.spouse_number.is_some_and(|spouse| number == Some(NumberOrBirthDate::Number(spouse)))
        });
        let spouse = match spouse {
            Some(spouse) => Some(relative(&spouse, Relation::Spouse)),
            None => spouse_by_civil_status(&row),
        };
        Ok(vec![CivilStatusItem {
            code: civil_status.code().to_owned(),
            text: civil_status.text().to_owned(),
            from: row.start.and_then(date),
            spouse,
        }])
    }
}

fn names(answer: &ServiceAnswer) -> Result<Vec<NameItem>, FieldError> {
    let row: Navne3 = answer.record()?;
    let item = NameItem {
        first_names: row.first_names.as_ref().and_then(text),
        middle_name: row.middle_name.as_ref().and_then(text),
        last_name: row.surname.as_ref().and_then(text),
        addressing_name: row.name.full().and_then(text),
        from: row.start.and_then(date),
    };
    let parts = [&item.first_names, &item.middle_name, &item.last_name, &item.addressing_name];
    Ok(if parts.into_iter().any(Option::is_some) { vec![item] } else { Vec::new() })
}

fn statuses(answer: &ServiceAnswer) -> Result<Vec<StatusItem>, FieldError> {
    let stam: Stam = answer.record()?;
    let item = |of: &PersonStatus| StatusItem { status: status(of), from: stam.status_since.and_then(date) };
    Ok(stam.status.as_ref().map(item).into_iter().collect())
}

fn contact_addresses(answer: &ServiceAnswer) -> Result<Vec<ContactAddressItem>, FieldError> {
    let row: Adresse4 = answer.record()?;
    let lines: Vec<String> = row.lines().into_iter().filter_map(text).collect();
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let (from, to) = (row.start.and_then(date), row.deletion.and_then(date));
    Ok(vec![ContactAddressItem { lines, masked: false, from, to }])
}

fn protections(answer: &ServiceAnswer) -> Result<Vec<ProtectionItem>, FieldError> {
    let row: Beskyt3 = answer.record()?;
    let item = |protection: cpr::gctp::Protection| ProtectionItem {
        code: protection_code(protection.kind.code()),
        text: protection.kind.text().to_owned(),
        from: protection.start.and_then(date),
        expected_deletion: protection.deletion.and_then(date),
    };
    Ok(row.in_force().into_iter().map(item).collect())
}

fn former_numbers(answer: &ServiceAnswer) -> Result<Vec<FormerNumberItem>, FieldError> {
    let rows: Vec<TidlpnrRow> = answer.rows()?;
    let item = |row: TidlpnrRow| {
        let (from, to) = (row.start.and_then(date), row.end.and_then(date));
        Some(FormerNumberItem { personal_number: row.number?, from, to })
    };
    Ok(rows.into_iter().filter_map(item).collect())
}

/// The rows that are what is looked for.
fn relatives(
    answer: &ServiceAnswer,
    relation: impl Fn(&FamilieRow) -> Option<Relation>,
) -> Result<Vec<Relative>, FieldError> {
    let rows: Vec<FamilieRow> = answer.rows()?;
    Ok(rows.iter().filter_map(|row| Some(relative(row, relation(row)?))).collect())
}

fn parent(row: &FamilieRow) -> Option<Relation> {
    match row.relation {
        Some(FamilyRelation::Mother) => Some(Relation::Mother),
        Some(FamilyRelation::Father) => Some(Relation::Father),
        _ => None,
    }
}

/// Who has custody over the person, and over whom the person has it.
fn custody(row: &FamilieRow) -> Option<Relation> {
    if !row.custody {
        return None;
    }
    Some(match row.relation {
        Some(FamilyRelation::Child) => Relation::Child,
        _ => parent(row).unwrap_or(Relation::CustodyHolder),
    })
}

fn relative(row: &FamilieRow, relation: Relation) -> Relative {
    let (personal_number, birth_date) = match row.number_or_birth_date {
        Some(NumberOrBirthDate::Number(number)) => (Some(number), None),
        Some(NumberOrBirthDate::BirthDate(born)) => (None, date(born)),
        None => (None, None),
    };
    let line1 = row.standard_address.as_ref().and_then(text);
    let postal_code = row.postal_code.as_ref().and_then(text);
    let city = row.postal_district.as_ref().and_then(text);
    let known = line1.is_some() || postal_code.is_some();
    let address = Address { line1, line2: None, postal_code, city, country_code: Some("DK".to_owned()) };
    Relative {
        relation,
        personal_number,
        name: row.name.full().and_then(text),
        birth_date,
        address: known.then_some(address),
        address_masked: false,
        protected: is_protected(row),
        status: row.status.as_ref().map(status),
        from: None,
    }
}

/// The relative's own mark. CPR writes it beside the rest of what it knows: a number with nothing beside it has no mark
/// either way, and counts as protected. Who has no number is not in CPR and cannot be protected there.
fn is_protected(row: &FamilieRow) -> bool {
    if row.protection == Some(ProtectionKind::NameAndAddress) {
        return true;
    }
    let has_number = matches!(row.number_or_birth_date, Some(NumberOrBirthDate::Number(_)));
    has_number && row.status.is_none()
}

/// The spouse as CIVIL3 alone tells: a number without a mark, or a name without a number.
fn spouse_by_civil_status(row: &Civil3) -> Option<Relative> {
    let name = row.spouse_name.as_deref().map(natural_order).and_then(text);
    if row.spouse_number.is_none() && name.is_none() && row.spouse_birth_date.is_none() {
        return None;
    }
    Some(Relative {
        relation: Relation::Spouse,
        personal_number: row.spouse_number,
        name,
        birth_date: row.spouse_birth_date.and_then(date),
        address: None,
        address_masked: false,
        protected: row.spouse_number.is_some(),
        status: None::<Status>,
        from: None,
    })
}
