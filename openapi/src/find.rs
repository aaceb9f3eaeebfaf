//! *Find CPR-nummer*: from name and address to candidates.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::party::{Address, AddressInput, Sex};

/// How far a find goes when the full address gives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Widen {
    /// Ask with everything, and no further.
    None,
    /// Then without door and floor.
    #[default]
    Address,
    /// Then by name, wherever the person lives.
    Name,
}

/// Name and address of the person whose number is looked for. On a party, given fields stand for the party's own; without a
/// party, name and address are required.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindRequest {
    /// The name.
    pub name: Option<String>,
    /// The address; `line1` and `postalCode` must be filled.
    pub address: Option<AddressInput>,
    /// Sex, where known: spares a question to CPR.
    pub sex: Option<Sex>,
    /// Birth date, where known: leaves out candidates with another one. CPR is not asked for it.
    pub birth_date: Option<NaiveDate>,
    /// Search former names too; has effect in the search by name alone.
    pub include_former_names: Option<bool>,
    /// How far to go, default `address`.
    pub widen: Option<Widen>,
    /// Why, at most 500 characters; stands in the audit log.
    pub reason: Option<String>,
    /// The case that it is for.
    pub case_number: Option<String>,
}

/// What CPR found. Nothing is picked, and no score is given: people choose on the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FindAnswer {
    /// The persons that can be meant.
    pub candidates: Vec<Candidate>,
    /// `true`: CPR has more than are listed.
    pub more: bool,
    /// The questions that were asked, in order.
    pub searched: Vec<SearchedStep>,
    /// The `widen` of the wider search that can be asked next; `null` when there is none.
    pub next_step: Option<Widen>,
}

/// One question to CPR.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SearchedStep {
    /// Which question.
    pub step: FindStep,
    /// How many persons it gave.
    pub hits: u32,
}

/// The questions that a find can ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FindStep {
    /// Name and the full address.
    FullAddress,
    /// Name and the address without door.
    WithoutDoor,
    /// Name and the address without floor and door.
    WithoutFloor,
    /// The name alone.
    Name,
}

/// A person that can be meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// Personal number, ten digits.
    pub personal_number: String,
    /// The name; `null` for somebody not yet named.
    pub name: Option<String>,
    /// The address; `null` when there is none or when it is masked.
    pub address: Option<Address>,
    /// `true`: the address is hidden because the request has no reason.
    pub address_masked: bool,
    /// Birth date.
    pub birth_date: Option<NaiveDate>,
    /// CPR's person status, as in `PartyCpr`; `null` where the search did not tell it.
    pub status: Option<String>,
    /// The status in Danish words.
    pub status_text: Option<String>,
    /// Name and address protection.
    pub protected: bool,
    /// Field by field: does the candidate agree with what was asked?
    pub agreement: Agreement,
}

/// Field by field: does the candidate agree with what was asked?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Agreement {
    /// The name.
    pub name: Agrees,
    /// The road.
    pub street: Agrees,
    /// The house number with its letter.
    pub house_number: Agrees,
    /// The floor.
    pub floor: Agrees,
    /// The door.
    pub door: Agrees,
    /// The postal code.
    pub postal_code: Agrees,
}

/// Whether one field agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Agrees {
    /// The same.
    Same,
    /// Not the same.
    Different,
    /// One of the two is not known, or hidden.
    Unknown,
}
