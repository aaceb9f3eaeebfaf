//! The CPR tab: what CPR knows of a person, section by section.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::party::{Address, AddressKind, RegisterSource};

/// Whether a section has been delivered, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Availability {
    /// CPR was asked and answered; no items means that there are none.
    Delivered,
    /// CPR was not asked.
    NotFetched,
    /// CPR refuses this organisation this section.
    NotEntitled,
    /// This installation does not store it.
    NotKept,
}

/// One section of the CPR tab.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Section<T> {
    /// Whether the section was delivered.
    pub availability: Availability,
    /// The date whose state of CPR this is.
    pub as_of: Option<NaiveDate>,
    /// Through which door it came.
    pub source: Option<RegisterSource>,
    /// What CPR says.
    pub items: Vec<T>,
}

impl<T> Section<T> {
    /// A section that CPR was not asked for.
    pub const fn not_fetched() -> Self {
        Section { availability: Availability::NotFetched, as_of: None, source: None, items: Vec::new() }
    }
}

/// How exact a date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// `1961`.
    Year,
    /// `1961-07`.
    Month,
    /// `1961-07-07`.
    Day,
    /// `1961-07-07T10:34`, Danish local time.
    Minute,
}

/// A date as CPR registered it, which may be incomplete or uncertain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CprDate {
    /// The date, as long as it is exact.
    pub value: String,
    /// How exact.
    pub precision: Precision,
    /// CPR marked it as uncertain.
    pub uncertain: bool,
}

/// The CPR tab. 200 with nothing fetched where CPR was never asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CprTab {
    /// The names.
    pub names: Section<NameItem>,
    /// Person status.
    pub status: Section<StatusItem>,
    /// The address.
    pub address: Section<AddressItem>,
    /// Contact address (*kontaktadresse*), for persons who do not live in Denmark.
    pub contact_address: Section<ContactAddressItem>,
    /// Civil status (*civilstand*).
    pub civil_status: Section<CivilStatusItem>,
    /// Children.
    pub children: Section<Relative>,
    /// Parents.
    pub parents: Section<Relative>,
    /// Custody (*forældremyndighed*): who has it over this person, and over whom this person has it.
    pub custody: Section<Relative>,
    /// Guardianship (*værgemål*).
    pub guardianship: Section<GuardianshipItem>,
    /// Citizenship (*statsborgerskab*).
    pub citizenship: Section<CitizenshipItem>,
    /// Protections.
    pub protections: Section<ProtectionItem>,
    /// Former personal numbers.
    pub former_numbers: Section<FormerNumberItem>,
    /// Former names, addresses, civil statuses and citizenships, and disappearances.
    pub history: Section<HistoryItem>,
}

/// A name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NameItem {
    /// First names.
    pub first_names: Option<String>,
    /// Middle name.
    pub middle_name: Option<String>,
    /// Surname.
    pub last_name: Option<String>,
    /// Addressing name (*adresseringsnavn*), at most 34 characters.
    pub addressing_name: Option<String>,
    /// Since when.
    pub from: Option<CprDate>,
}

/// Person status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct StatusItem {
    /// CPR's code, `"01"` to `"90"`.
    pub code: String,
    /// The status in Danish words.
    pub text: String,
    /// Since when.
    pub from: Option<CprDate>,
}

/// An address with what CPR knows about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AddressItem {
    /// The address; `null` when there is none or when it is masked.
    pub address: Option<Address>,
    /// What kind of address.
    pub kind: AddressKind,
    /// `true`: hidden until revealed.
    pub masked: bool,
    /// The municipality's name.
    pub municipality: Option<String>,
    /// Moved in.
    pub from: Option<CprDate>,
    /// Moved to the municipality.
    pub in_municipality_from: Option<CprDate>,
}

/// A contact address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ContactAddressItem {
    /// Up to five lines; empty when masked.
    pub lines: Vec<String>,
    /// `true`: hidden until revealed.
    pub masked: bool,
    /// Since when.
    pub from: Option<CprDate>,
    /// Until when.
    pub to: Option<CprDate>,
}

/// Civil status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CivilStatusItem {
    /// CPR's code, one letter.
    pub code: String,
    /// The civil status in Danish words.
    pub text: String,
    /// Since when.
    pub from: Option<CprDate>,
    /// The spouse or partner, present or former.
    pub spouse: Option<Relative>,
}

/// What a relative is to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// *Mor*.
    Mother,
    /// *Far*.
    Father,
    /// *Barn*.
    Child,
    /// *Ægtefælle* or registered partner.
    Spouse,
    /// Holder of custody who is no parent.
    CustodyHolder,
    /// Another relation.
    Other,
}

/// A relative, shown by the relative's own protection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Relative {
    /// What the relative is to the person.
    pub relation: Relation,
    /// Personal number, ten digits; `null` when CPR knows none.
    pub personal_number: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// Birth date, where CPR tells it instead of a number.
    pub birth_date: Option<CprDate>,
    /// The address; `null` when there is none or when it is masked.
    pub address: Option<Address>,
    /// `true`: the address is hidden by the relative's own mark.
    pub address_masked: bool,
    /// The relative's own name and address protection; unknown counts as protected.
    pub protected: bool,
    /// CPR's person status.
    pub status: Option<String>,
    /// The status in Danish words.
    pub status_text: Option<String>,
    /// Since when the relation is registered.
    pub from: Option<CprDate>,
}

/// Guardianship.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct GuardianshipItem {
    /// The guardian's personal number.
    pub personal_number: Option<String>,
    /// The guardian's name and address as text lines.
    pub lines: Vec<String>,
    /// Since when.
    pub from: Option<CprDate>,
    /// Until when.
    pub to: Option<CprDate>,
}

/// Citizenship.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CitizenshipItem {
    /// ISO 3166-1 alpha-2; `null` when CPR's country has none.
    pub country_code: Option<String>,
    /// The country in Danish.
    pub country: String,
    /// Since when.
    pub from: Option<CprDate>,
}

/// A protection of any type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProtectionItem {
    /// CPR's type, `"0001"` to `"0005"`.
    #[serde(rename = "type")]
    pub type_: String,
    /// The type in Danish words.
    pub text: String,
    /// Since when.
    pub from: Option<CprDate>,
    /// When CPR expects to delete it; information, never an end: only CPR ends a protection.
    pub expected_deletion: Option<CprDate>,
}

/// A former personal number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FormerNumberItem {
    /// Ten digits.
    pub personal_number: String,
    /// Since when.
    pub from: Option<CprDate>,
    /// Until when.
    pub to: Option<CprDate>,
}

/// What was in force before: a name, an address, or something that is told in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct HistoryItem {
    /// A former name.
    pub name: Option<String>,
    /// A former civil status, separation, citizenship or disappearance, in Danish words.
    pub text: Option<String>,
    /// With a former civil status: the spouse or partner.
    pub spouse: Option<Relative>,
    /// A former address; `null` when masked.
    pub address: Option<Address>,
    /// `true`: hidden until revealed.
    pub masked: bool,
    /// Since when.
    pub from: Option<CprDate>,
    /// Until when.
    pub to: Option<CprDate>,
}
