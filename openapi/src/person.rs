//! Asking CPR about one person: look-up, preview, fetch.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::party::{Address, AddressKind, KeepableField, Protection, Sex};

/// A person as CPR knows them now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The number that was asked for, ten digits.
    pub personal_number: String,
    /// With status 50 or 60: the number that the person has now.
    pub current_personal_number: Option<String>,
    /// The full name; `null` for somebody not yet named, or withheld.
    pub name: Option<String>,
    /// The address; `null` when there is none, when it is withheld or masked.
    pub address: Option<Address>,
    /// What kind of address.
    pub address_kind: AddressKind,
    /// `true`: the address is hidden because the request has no reason.
    pub address_masked: bool,
    /// Name and address protection.
    pub protection: Protection,
    /// `true`: CPR told that the person is protected and withheld name and address (private profile).
    pub withheld: bool,
    /// CPR's person status, as in `PartyCpr`.
    pub status: Option<String>,
    /// The status in Danish words.
    pub status_text: Option<String>,
    /// Since when; CPR tells it for inactive statuses only.
    pub status_since: Option<NaiveDate>,
    /// Birth date.
    pub birth_date: Option<NaiveDate>,
    /// Sex.
    pub sex: Option<Sex>,
}

/// Whom to look up, and why.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LookupRequest {
    /// Personal number, with or without hyphen and blanks; required.
    pub personal_number: Option<String>,
    /// Why, at most 500 characters; stands in the audit log.
    pub reason: Option<String>,
    /// The case that it is for.
    pub case_number: Option<String>,
}

/// What CPR answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LookupAnswer {
    /// The person.
    pub person: Person,
}

/// A look-up for a party that saves nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewRequest {
    /// Default: the party's own number.
    pub personal_number: Option<String>,
    /// Why, at most 500 characters; stands in the audit log.
    pub reason: Option<String>,
    /// The case that it is for.
    pub case_number: Option<String>,
}

/// What a fetch would change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// Pass to fetch to apply exactly this answer.
    pub preview_id: Uuid,
    /// Until when that is possible.
    pub expires_at: DateTime<Utc>,
    /// What CPR answered.
    pub person: Person,
    /// The fields that would change, and those in which a value is kept.
    pub changes: Vec<PreviewChange>,
    /// `true`: CPR says what the party says.
    pub unchanged: bool,
}

/// One field before and after a fetch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PreviewChange {
    /// Which field.
    pub field: PreviewField,
    /// The party's value, shaped as in `Party`; `null` too when masked.
    pub current: serde_json::Value,
    /// CPR's value; `null` too where CPR says nothing of the field.
    pub register: serde_json::Value,
    /// The party's value after the fetch, with the earlier choices of kept fields.
    pub result: serde_json::Value,
}

/// The fields that a fetch can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum PreviewField {
    /// Personal number.
    PersonalNumber,
    /// Name.
    Name,
    /// Address.
    Address,
    /// CPR's person status.
    Status,
    /// Name and address protection.
    Protection,
}

/// *Hent fra CPR*: brings CPR's data to the party.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FetchRequest {
    /// Default: the party's own number. Another one than the party's is a new number for the party.
    pub personal_number: Option<String>,
    /// Apply exactly the answer of this preview; CPR is not asked again. Once, by the caller who asked for it, before `expiresAt`,
    /// and as long as nobody has changed the party.
    pub preview_id: Option<Uuid>,
    /// Fields in which the party's value stays in force over CPR's. Absent leaves earlier choices, a list replaces them, `[]`
    /// releases all.
    pub keep: Option<Vec<KeepableField>>,
    /// Why, at most 500 characters; stands in the audit log.
    pub reason: Option<String>,
    /// The case that it is for.
    pub case_number: Option<String>,
}
