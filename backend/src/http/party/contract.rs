//! Between the contract's parties and the house's: a party is rendered from a [`PartyView`] only.

use openapi::party as wire;

use crate::actions::party::VersionView;
use crate::domain::change::KeepableField;
use crate::domain::input::{RawAddress, RawParty};
use crate::domain::party::{Address, AddressKind, ChangeSource, ExternalId, PartyFilter, PartyKind};
use crate::domain::person::{RegisterSource, Sex, Status};
use crate::domain::protection::{CprView, FieldChangeView, PartyView, ProtectionView};
use crate::http::subscription;

/// A party as callers see it.
pub fn party(view: PartyView) -> wire::Party {
    wire::Party {
        id: view.id,
        kind: kind(view.kind),
        name: view.name,
        email: view.email,
        phone: view.phone,
        mobile: view.mobile,
        address: view.address.map(address),
        address_kind: address_kind(view.address_kind),
        address_masked: view.address_masked,
        personal_number: view.personal_number.map(digits),
        cvr_number: view.cvr_number,
        p_number: view.p_number,
        external_ids: view.external_ids.into_iter().map(external_id).collect(),
        owns_email_domain: view.owns_email_domain,
        active: view.active,
        protection: protection(view.protection),
        cpr: view.cpr.map(cpr),
        subscription: view.following.map(subscription::of_party),
        version: view.version,
        created_at: view.created_at,
        updated_at: view.updated_at,
    }
}

fn cpr(view: CprView) -> wire::PartyCpr {
    wire::PartyCpr {
        status: view.status.as_ref().map(status),
        status_text: view.status.as_ref().map(|status| status.text().to_owned()),
        status_since: view.status_since,
        birth_date: view.birth_date,
        sex: view.sex.map(sex),
        former_personal_numbers: view.former_numbers.into_iter().map(digits).collect(),
        current_number_held_by: view.current_number_held_by,
        source: source(view.source),
        register_date: view.register_date,
        current_as_of: view.freshness.current_as_of,
        next_expected: view.freshness.next_expected,
        updated_at: view.updated_at,
        kept: view
            .kept
            .into_iter()
            .map(|(field, register)| wire::KeptField { field: keepable(field), register })
            .collect(),
        last_address: view.last_address.map(address),
    }
}

/// A personal number as answers show it.
pub fn digits(number: cpr::PersonalNumber) -> String {
    number.digits().as_str().to_owned()
}

/// CPR's code.
pub fn status(status: &Status) -> String {
    status.code().to_owned()
}

/// The protection.
pub fn protection(view: ProtectionView) -> wire::Protection {
    wire::Protection { name_and_address: view.name_and_address, message: view.message, as_of: view.as_of }
}

/// An address.
pub fn address(address: Address) -> wire::Address {
    wire::Address {
        line1: address.line1,
        line2: address.line2,
        postal_code: address.postal_code,
        city: address.city,
        country_code: address.country_code,
    }
}

/// Where an address comes from.
pub fn address_kind(kind: AddressKind) -> wire::AddressKind {
    match kind {
        AddressKind::Danish => wire::AddressKind::Danish,
        AddressKind::Greenland => wire::AddressKind::Greenland,
        AddressKind::Foreign => wire::AddressKind::Foreign,
        AddressKind::NoFixedAbode => wire::AddressKind::NoFixedAbode,
        AddressKind::None => wire::AddressKind::None,
        AddressKind::Local => wire::AddressKind::Local,
    }
}

/// Sex.
pub fn sex(sex: Sex) -> wire::Sex {
    match sex {
        Sex::Female => wire::Sex::Female,
        Sex::Male => wire::Sex::Male,
    }
}

/// Sex in a request.
pub fn sex_from(sex: wire::Sex) -> Sex {
    match sex {
        wire::Sex::Female => Sex::Female,
        wire::Sex::Male => Sex::Male,
    }
}

/// Through which door CPR's data came.
pub fn source(source: RegisterSource) -> wire::RegisterSource {
    match source {
        RegisterSource::Lookup => wire::RegisterSource::Lookup,
        RegisterSource::Subscription => wire::RegisterSource::Subscription,
    }
}

fn keepable(field: KeepableField) -> wire::KeepableField {
    match field {
        KeepableField::Name => wire::KeepableField::Name,
        KeepableField::Address => wire::KeepableField::Address,
    }
}

/// A field to keep.
pub fn keepable_from(field: wire::KeepableField) -> KeepableField {
    match field {
        wire::KeepableField::Name => KeepableField::Name,
        wire::KeepableField::Address => KeepableField::Address,
    }
}

fn kind(kind: PartyKind) -> wire::PartyKind {
    match kind {
        PartyKind::Person => wire::PartyKind::Person,
        PartyKind::Company => wire::PartyKind::Company,
    }
}

/// Person or company in a request.
pub fn kind_from(kind: wire::PartyKind) -> PartyKind {
    match kind {
        wire::PartyKind::Person => PartyKind::Person,
        wire::PartyKind::Company => PartyKind::Company,
    }
}

/// A ready-made selection.
pub fn filter_from(filter: wire::PartyFilter) -> PartyFilter {
    match filter {
        wire::PartyFilter::Protected => PartyFilter::Protected,
        wire::PartyFilter::WithoutPersonalNumber => PartyFilter::WithoutPersonalNumber,
        wire::PartyFilter::Subscribed => PartyFilter::Subscribed,
        wire::PartyFilter::ChangedByCpr => PartyFilter::ChangedByCpr,
        wire::PartyFilter::Duplicates => PartyFilter::Duplicates,
    }
}

fn external_id(id: ExternalId) -> wire::ExternalId {
    wire::ExternalId { system: id.system, id: id.id }
}

/// A key in another system in a request.
pub fn external_id_from(id: wire::ExternalId) -> ExternalId {
    ExternalId { system: id.system, id: id.id }
}

/// The writable fields as they were sent.
pub fn raw_party(input: wire::PartyInput) -> RawParty {
    RawParty {
        kind: input.kind.map(kind_from),
        name: input.name,
        email: input.email,
        phone: input.phone,
        mobile: input.mobile,
        address: input.address.map(raw_address),
        personal_number: input.personal_number,
        cvr_number: input.cvr_number,
        p_number: input.p_number,
        external_ids: input.external_ids.map(|ids| ids.into_iter().map(external_id_from).collect()),
        owns_email_domain: input.owns_email_domain,
        active: input.active,
    }
}

/// An address as it was sent.
pub fn raw_address(input: wire::AddressInput) -> RawAddress {
    RawAddress {
        line1: input.line1,
        line2: input.line2,
        postal_code: input.postal_code,
        city: input.city,
        country_code: input.country_code,
    }
}

/// A version of a party.
pub fn version(view: VersionView) -> wire::PartyVersion {
    wire::PartyVersion {
        version: view.version.version,
        at: view.version.at,
        by: view.version.by,
        source: change_source(view.version.source),
        changes: view.changes.into_iter().map(field_change).collect(),
    }
}

/// Through which door a change came.
pub fn change_source(source: ChangeSource) -> wire::ChangeSource {
    match source {
        ChangeSource::User => wire::ChangeSource::User,
        ChangeSource::Lookup => wire::ChangeSource::Lookup,
        ChangeSource::Subscription => wire::ChangeSource::Subscription,
        ChangeSource::Retention => wire::ChangeSource::Retention,
    }
}

/// A changed field.
pub fn field_change(change: FieldChangeView) -> wire::FieldChange {
    wire::FieldChange { field: change.field, old: change.old, new: change.new, masked: change.masked }
}
