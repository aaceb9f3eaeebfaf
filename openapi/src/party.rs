//! A party as callers see it, and the request to register or correct one.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::subscription::PartySubscription;

/// Person or company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PartyKind {
    /// A natural person (*person*).
    #[default]
    Person,
    /// A company or other legal entity (*virksomhed*).
    Company,
}

/// Where the effective address of a party comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AddressKind {
    /// CPR's Danish address.
    Danish,
    /// CPR's Greenlandic address.
    Greenland,
    /// CPR's address abroad.
    Foreign,
    /// CPR says: no fixed abode (*uden fast bopæl*), status 03 or 07. Nobody should urge to type one in.
    NoFixedAbode,
    /// There is no address.
    None,
    /// Typed here, not from CPR.
    Local,
}

/// A postal address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// Road, house number, floor and door; abroad the first line.
    pub line1: Option<String>,
    /// c/o, locality, supplementary town, joined by `, `; abroad the other lines.
    pub line2: Option<String>,
    /// Danish postal code, four digits; abroad `null` when it comes from CPR.
    pub postal_code: Option<String>,
    /// Postal district.
    pub city: Option<String>,
    /// ISO 3166-1 alpha-2; `null` when CPR's country has none.
    pub country_code: Option<String>,
}

/// A postal address in a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddressInput {
    /// Road, house number, floor and door.
    pub line1: Option<String>,
    /// c/o, locality, supplementary town.
    pub line2: Option<String>,
    /// Postal code; four digits when the country is Denmark.
    pub postal_code: Option<String>,
    /// Postal district.
    pub city: Option<String>,
    /// ISO 3166-1 alpha-2, default `DK`.
    pub country_code: Option<String>,
}

/// The key of a party in another system; unique per system.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExternalId {
    /// The other system's name, 1–64 characters.
    pub system: String,
    /// The key there, 1–128 characters.
    pub id: String,
}

/// What CPR says about name and address protection (*navne- og adressebeskyttelse*, CPR Act § 28).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Protection {
    /// `true` protected, `false` not protected, `null` CPR was never asked.
    pub name_and_address: Option<bool>,
    /// The red text of this installation when protected, else `null`.
    pub message: Option<String>,
    /// The date that CPR's word is from.
    pub as_of: Option<NaiveDate>,
}

/// Sex as CPR registers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Sex {
    /// *Kvinde*.
    Female,
    /// *Mand*.
    Male,
}

/// Through which door CPR's data came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RegisterSource {
    /// Somebody looked the person up.
    Lookup,
    /// A subscription's delivery.
    Subscription,
}

/// What CPR says of a party beyond name, address and protection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PartyCpr {
    /// CPR's person status; `null` when CPR withheld it. In Denmark: `"01"` resident, `"03"` no fixed abode. In Greenland: `"05"`
    /// resident, `"07"` no fixed abode. `"20"` not resident, `"30"` number annulled, `"50"` number deleted, `"60"` number changed,
    /// `"70"` disappeared, `"80"` emigrated, `"90"` dead.
    pub status: Option<String>,
    /// The status in Danish words.
    pub status_text: Option<String>,
    /// Since when; CPR tells it for inactive statuses only.
    pub status_since: Option<NaiveDate>,
    /// Birth date.
    pub birth_date: Option<NaiveDate>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Numbers that the person had before.
    pub former_personal_numbers: Vec<String>,
    /// CPR moved the person to another number (status 50 or 60), and the party with this id holds that one: two parties are the
    /// same person. `null` otherwise.
    pub current_number_held_by: Option<Uuid>,
    /// Through which door the data came.
    pub source: RegisterSource,
    /// The date whose state of CPR this is, in Danish time.
    pub register_date: NaiveDate,
    /// While CPR follows the party: the production date of the last applied delivery of the unbroken chain since then; `null` before
    /// the first one, and when CPR does not follow.
    pub current_as_of: Option<NaiveDate>,
    /// While CPR follows the party: when the next delivery is expected to be ready, by working days; in the past when it is late.
    pub next_expected: Option<DateTime<Utc>>,
    /// *Opdateret*: when the data were last confirmed here.
    pub updated_at: DateTime<Utc>,
    /// Fields in which a value of the user's is kept, with what CPR says instead.
    pub kept: Vec<KeptField>,
    /// With status 20, 70 and 90: CPR's last known address, where it tells one.
    pub last_address: Option<Address>,
}

/// A field whose effective value was chosen by a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct KeptField {
    /// Which field.
    pub field: KeepableField,
    /// CPR's value: a string for `name`, an [`Address`] or `null` for `address`; `null` too when masked.
    pub register: serde_json::Value,
}

/// The fields of a party that can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum KeepableField {
    /// The name, as a whole.
    Name,
    /// The address, as a whole.
    Address,
}

/// A party to the authority's cases (*ekstern part*).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Party {
    /// The party's key; stays when the personal number changes.
    pub id: Uuid,
    /// Person or company.
    pub kind: PartyKind,
    /// The name in force.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Mobile number.
    pub mobile: Option<String>,
    /// The address in force; `null` when there is none or when it is masked.
    pub address: Option<Address>,
    /// Where the address comes from.
    pub address_kind: AddressKind,
    /// `true`: there may be an address, but it is hidden until it is revealed with a reason (`…/address/reveal`). Then `address` is
    /// `null`, and so are CPR's addresses in `cpr`.
    pub address_masked: bool,
    /// Personal number (*CPR-nummer*), ten digits.
    pub personal_number: Option<String>,
    /// CVR number, eight digits.
    pub cvr_number: Option<String>,
    /// Production unit number (*P-nummer*), ten digits.
    pub p_number: Option<String>,
    /// Keys in other systems.
    pub external_ids: Vec<ExternalId>,
    /// *Parten er ejer af e-maildomænet*.
    pub owns_email_domain: bool,
    /// Inactive parties stay, but are no longer offered.
    pub active: bool,
    /// Name and address protection.
    pub protection: Protection,
    /// What CPR says; `null` when it was never asked.
    pub cpr: Option<PartyCpr>,
    /// How the party is followed in CPR; `null` when it neither is, nor ever was, nor is to be.
    pub subscription: Option<PartySubscription>,
    /// Rises when a writable field, or what CPR says of the party, changes.
    pub version: i64,
    /// When the party was created here.
    pub created_at: DateTime<Utc>,
    /// When the party was last changed here.
    pub updated_at: DateTime<Utc>,
}

/// The writable fields of a party. A `PUT` writes all of them: what is left out is emptied, unless the field says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PartyInput {
    /// Person or company; none given is a person when creating, and no change when editing.
    pub kind: Option<PartyKind>,
    /// The name, at most 200 characters; required unless a personal number is given.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Mobile number.
    pub mobile: Option<String>,
    /// The address. While the party's address is masked, an absent one leaves the hidden one as it is.
    pub address: Option<AddressInput>,
    /// Personal number, with or without hyphen and blanks; a company has none.
    pub personal_number: Option<String>,
    /// CVR number, eight digits.
    pub cvr_number: Option<String>,
    /// Production unit number, ten digits.
    pub p_number: Option<String>,
    /// Keys in other systems.
    pub external_ids: Option<Vec<ExternalId>>,
    /// *Parten er ejer af e-maildomænet*, default `false`.
    pub owns_email_domain: Option<bool>,
    /// Default `true`.
    pub active: Option<bool>,
}

/// Criteria of the list of parties.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "schema", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PartyListQuery {
    /// Rows per page, 1–200, default 50.
    #[cfg_attr(feature = "schema", param(minimum = 1, maximum = 200))]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
    /// Only persons or only companies.
    pub kind: Option<PartyKind>,
}

/// Ready-made selections of parties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PartyFilter {
    /// With name and address protection.
    Protected,
    /// Persons without a personal number.
    WithoutPersonalNumber,
    /// Whom CPR follows.
    Subscribed,
    /// Whose last change came from CPR.
    ChangedByCpr,
    /// That share a name and an address, a CVR number without production unit, or a person, with another party.
    Duplicates,
}

/// Criteria of a search among parties; all given ones must match.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PartySearch {
    /// Words, each of which must begin a word in name, address, postal code, city or e-mail. Case-insensitive, å = aa, other accents
    /// than æ and ø dropped. A query without letter or digit finds nothing.
    pub query: Option<String>,
    /// The party with this personal number, or with this former one.
    pub personal_number: Option<String>,
    /// Parties with this CVR number.
    pub cvr_number: Option<String>,
    /// The party with this key in another system.
    pub external_id: Option<ExternalId>,
    /// The parties with these ids, at most 200.
    pub ids: Option<Vec<Uuid>>,
    /// Parties to this case.
    pub case_number: Option<String>,
    /// Only persons or only companies.
    pub kind: Option<PartyKind>,
    /// Changed here at or after this time.
    pub changed_since: Option<DateTime<Utc>>,
    /// A ready-made selection.
    pub filter: Option<PartyFilter>,
    /// Rows per page, 1–200, default 50.
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 200))]
    pub limit: Option<u32>,
    /// The `next` of the page before, with the same criteria.
    pub cursor: Option<String>,
}

/// Finds the one party with a key, or creates it; exactly one key is given.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResolveRequest {
    /// The party with this personal number, or with this former one.
    pub personal_number: Option<String>,
    /// The party with this CVR number; of several, the one without production unit.
    pub cvr_number: Option<String>,
    /// The party with this key in another system.
    pub external_id: Option<ExternalId>,
    /// What to create when there is none; the key is added to it.
    pub create: Option<PartyInput>,
}

/// Why a masked address is to be shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevealRequest {
    /// The reason, 1–500 characters, required; stands in the audit log.
    pub reason: Option<String>,
}

/// A revealed address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RevealedAddress {
    /// The address; `null` when the party has none.
    pub address: Option<Address>,
}

/// Who changed a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ChangeSource {
    /// A person or a system through the API.
    User,
    /// A look-up in CPR.
    Lookup,
    /// A subscription's delivery.
    Subscription,
    /// The time for which it was kept is over: what came from CPR was deleted, and no values are told.
    Retention,
}

/// One version of a party: what changed, when and by whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PartyVersion {
    /// The version that the change made.
    pub version: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who: the token's subject.
    pub by: String,
    /// Through which door.
    pub source: ChangeSource,
    /// Which fields, from what to what.
    pub changes: Vec<FieldChange>,
}

/// Every name that [`FieldChange::field`] can have.
pub const HISTORY_FIELDS: [&str; 20] = [
    "kind",
    "name",
    "email",
    "phone",
    "mobile",
    "address",
    "personalNumber",
    "cvrNumber",
    "pNumber",
    "externalIds",
    "ownsEmailDomain",
    "active",
    "status",
    "statusSince",
    "protection",
    "birthDate",
    "sex",
    "formerPersonalNumbers",
    "lastAddress",
    "kept",
];

/// A field of a party before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    /// The name of the field in `Party`.
    pub field: String,
    /// Before, shaped as in `Party`; `null` too when masked.
    pub old: serde_json::Value,
    /// After, shaped as in `Party`; `null` too when masked.
    pub new: serde_json::Value,
    /// `true`: the values are hidden because the party has a protected address.
    pub masked: bool,
}
