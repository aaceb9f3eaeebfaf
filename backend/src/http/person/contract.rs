//! Between the contract's persons and the CPR tab, and the house's.

use openapi::{cpr_tab as wire, person as wire_person};

use crate::actions::person::PreviewView;
use crate::domain::apply::PreviewField;
use crate::domain::details::{self, Details, Relation, Relative, Section};
use crate::domain::person::{CprDate, Precision};
use crate::domain::protection::PersonView;
use crate::http::party::contract::{address, address_kind, digits, protection, sex, source, status};

/// A person as CPR knows them.
pub fn person(view: PersonView) -> wire_person::Person {
    let person = view.person;
    wire_person::Person {
        personal_number: digits(person.personal_number),
        current_personal_number: person.current_number.map(digits),
        name: person.name,
        address: person.address.map(address),
        address_kind: address_kind(person.address_kind),
        address_masked: view.address_masked,
        protection: protection(view.protection),
        withheld: person.withheld,
        status: person.status.as_ref().map(status),
        status_text: person.status.as_ref().map(|status| status.text().to_owned()),
        status_since: person.status_since,
        birth_date: person.birth_date,
        sex: person.sex.map(sex),
    }
}

/// What a fetch would change.
pub fn preview(view: PreviewView) -> wire_person::Preview {
    let change = |change: crate::domain::apply::PreviewChange| wire_person::PreviewChange {
        field: match change.field {
            PreviewField::PersonalNumber => wire_person::PreviewField::PersonalNumber,
            PreviewField::Name => wire_person::PreviewField::Name,
            PreviewField::Address => wire_person::PreviewField::Address,
            PreviewField::Status => wire_person::PreviewField::Status,
            PreviewField::Protection => wire_person::PreviewField::Protection,
        },
        current: change.current,
        register: change.register,
        result: change.result,
    };
    wire_person::Preview {
        preview_id: view.id,
        expires_at: view.expires_at,
        person: person(view.person),
        changes: view.changes.into_iter().map(change).collect(),
        unchanged: view.unchanged,
    }
}

/// The CPR tab.
pub fn tab(details: Details) -> wire::CprTab {
    wire::CprTab {
        names: section(details.names, |item| wire::NameItem {
            first_names: item.first_names,
            middle_name: item.middle_name,
            last_name: item.last_name,
            addressing_name: item.addressing_name,
            from: item.from.map(date),
        }),
        status: section(details.status, |item| wire::StatusItem {
            code: status(&item.status),
            text: item.status.text().to_owned(),
            from: item.from.map(date),
        }),
        address: section(details.address, |item| wire::AddressItem {
            address: item.address.map(address),
            kind: address_kind(item.kind),
            masked: item.masked,
            municipality: item.municipality,
            from: item.from.map(date),
            in_municipality_from: item.in_municipality_from.map(date),
        }),
        contact_address: section(details.contact_address, |item| wire::ContactAddressItem {
            lines: item.lines,
            masked: item.masked,
            from: item.from.map(date),
            to: item.to.map(date),
        }),
        civil_status: section(details.civil_status, |item| wire::CivilStatusItem {
            code: item.code,
            text: item.text,
            from: item.from.map(date),
            spouse: item.spouse.map(relative),
        }),
        children: section(details.children, relative),
        parents: section(details.parents, relative),
        custody: section(details.custody, relative),
        guardianship: section(details.guardianship, |item| wire::GuardianshipItem {
            personal_number: item.personal_number.map(digits),
            lines: item.lines,
            from: item.from.map(date),
            to: item.to.map(date),
        }),
        citizenship: section(details.citizenship, |item| wire::CitizenshipItem {
            country_code: item.country_code,
            country: item.country,
            from: item.from.map(date),
        }),
        protections: section(details.protections, |item| wire::ProtectionItem {
            type_: item.code,
            text: item.text,
            from: item.from.map(date),
            expected_deletion: item.expected_deletion.map(date),
        }),
        former_numbers: section(details.former_numbers, |item| wire::FormerNumberItem {
            personal_number: digits(item.personal_number),
            from: item.from.map(date),
            to: item.to.map(date),
        }),
        history: section(details.history, |item| wire::HistoryItem {
            name: item.name,
            text: item.text,
            spouse: item.spouse.map(relative),
            address: item.address.map(address),
            masked: item.masked,
            from: item.from.map(date),
            to: item.to.map(date),
        }),
    }
}

fn section<T, U>(section: Section<T>, turn: impl FnMut(T) -> U) -> wire::Section<U> {
    wire::Section {
        availability: match section.availability {
            details::Availability::Delivered => wire::Availability::Delivered,
            details::Availability::NotFetched => wire::Availability::NotFetched,
            details::Availability::NotEntitled => wire::Availability::NotEntitled,
            details::Availability::NotKept => wire::Availability::NotKept,
        },
        as_of: section.as_of,
        source: section.source.map(source),
        items: section.items.into_iter().map(turn).collect(),
    }
}

fn relative(relative: Relative) -> wire::Relative {
    wire::Relative {
        relation: match relative.relation {
            Relation::Mother => wire::Relation::Mother,
            Relation::Father => wire::Relation::Father,
            Relation::Child => wire::Relation::Child,
            Relation::Spouse => wire::Relation::Spouse,
            Relation::CustodyHolder => wire::Relation::CustodyHolder,
            Relation::Other => wire::Relation::Other,
        },
        personal_number: relative.personal_number.map(digits),
        name: relative.name,
        birth_date: relative.birth_date.map(date),
        address: relative.address.map(address),
        address_masked: relative.address_masked,
        protected: relative.protected,
        status: relative.status.as_ref().map(status),
        status_text: relative.status.as_ref().map(|status| status.text().to_owned()),
        from: relative.from.map(date),
    }
}

fn date(date: CprDate) -> wire::CprDate {
    wire::CprDate {
        value: date.value,
        precision: match date.precision {
            Precision::Year => wire::Precision::Year,
            Precision::Month => wire::Precision::Month,
            Precision::Day => wire::Precision::Day,
            Precision::Minute => wire::Precision::Minute,
        },
        uncertain: date.uncertain,
    }
}
