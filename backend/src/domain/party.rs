//! A party (*ekstern part*): a person or company outside the authority.

use chrono::{DateTime, Utc};
use cpr::PersonalNumber;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::person::Register;

/// Person or company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartyKind {
    /// A natural person.
    #[default]
    Person,
    /// A company or other legal entity.
    Company,
}

/// Where the effective address of a party comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddressKind {
    /// CPR's Danish address.
    Danish,
    /// CPR's Greenlandic address.
    Greenland,
    /// CPR's address abroad.
    Foreign,
    /// CPR says: no fixed abode (status 03, 07).
    NoFixedAbode,
    /// There is no address.
    None,
    /// Typed here, not from CPR.
    Local,
}

/// A postal address. At least one line, postal code or city is filled; an empty address is `None` where one is meant.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// Road, house number, floor and door; abroad the first line.
    pub line1: Option<String>,
    /// c/o, locality, supplementary town, joined by `, `; abroad the other lines.
    pub line2: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Postal district.
    pub city: Option<String>,
    /// ISO 3166-1 alpha-2; `None` when CPR's country has none.
    pub country_code: Option<String>,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Address(**)")
    }
}

/// The key of a party in another system; unique per system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExternalId {
    /// The other system's name.
    pub system: String,
    /// The key there.
    pub id: String,
}

/// The writable fields of a party, checked by [`super::input`].
#[derive(Clone, PartialEq)]
pub struct PartyFields {
    /// Person or company.
    pub kind: PartyKind,
    /// The name; empty only with a personal number.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Mobile number.
    pub mobile: Option<String>,
    /// The address.
    pub address: Option<Address>,
    /// Personal number; never with a company.
    pub personal_number: Option<PersonalNumber>,
    /// CVR number, eight digits.
    pub cvr_number: Option<String>,
    /// Production unit number, ten digits.
    pub p_number: Option<String>,
    /// Keys in other systems, sorted, one per system.
    pub external_ids: Vec<ExternalId>,
    /// *Parten er ejer af e-maildomænet*.
    pub owns_email_domain: bool,
    /// Whether the party is still offered.
    pub active: bool,
}

/// A party as it is stored: `fields` hold the effective values.
#[derive(Clone, PartialEq)]
pub struct Party {
    /// The key; stays when the personal number changes.
    pub id: Uuid,
    /// The values in force.
    pub fields: PartyFields,
    /// Where the effective address comes from.
    pub address_kind: AddressKind,
    /// The effective name was chosen by a person and stays until released.
    pub keeps_name: bool,
    /// The effective address (or that there is none) was chosen by a person and stays until released.
    pub keeps_address: bool,
    /// Numbers that this party had before, or that CPR says its person had before; sorted.
    pub former_numbers: Vec<PersonalNumber>,
    /// What CPR says of the party's personal number; `None` when it was never asked.
    pub register: Option<Register>,
    /// CPR moved the person to another number and this other party holds that number. Computed on reading.
    pub current_number_held_by: Option<Uuid>,
    /// Through which door the last change came.
    pub changed_by: ChangeSource,
    /// Rises by one with every change.
    pub version: i64,
    /// When the party was created here.
    pub created_at: DateTime<Utc>,
    /// When the party was last changed here.
    pub updated_at: DateTime<Utc>,
}

impl Party {
    /// CPR says that name and address are protected.
    pub fn is_protected(&self) -> bool {
        self.register.as_ref().is_some_and(|register| register.person.protected)
    }
}

/// Through which door a party was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeSource {
    /// A person or a system through the API.
    User,
    /// A look-up in CPR.
    Lookup,
    /// A subscription's delivery.
    Subscription,
    /// The time for which it was kept is over.
    Retention,
}

impl ChangeSource {
    /// What changed is what CPR said.
    pub const fn is_cpr(self) -> bool {
        matches!(self, ChangeSource::Lookup | ChangeSource::Subscription)
    }
}

/// A field of a party before and after. Names are those of the contract's `Party`, values shaped as there.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// `name`, `email`, `phone`, `mobile`, `address`, `personalNumber`, `cvrNumber`, `pNumber`, `externalIds`,
    /// `ownsEmailDomain`, `active`, `kind`, and of what CPR says `status`, `statusSince`, `protection`, `birthDate`, `sex`,
    /// `formerPersonalNumbers`, `lastAddress`, `kept`.
    pub field: String,
    /// Before.
    pub old: serde_json::Value,
    /// After.
    pub new: serde_json::Value,
}

impl std::fmt::Debug for FieldChange {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "FieldChange({}, **)", self.field)
    }
}

/// One version of a party: what changed, when and by whom.
#[derive(Debug, Clone, PartialEq)]
pub struct PartyVersion {
    /// The party.
    pub party_id: Uuid,
    /// The version that the change made.
    pub version: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who: the token's subject.
    pub by: String,
    /// Through which door.
    pub source: ChangeSource,
    /// Which fields.
    pub changes: Vec<FieldChange>,
}

/// Ready-made selections of parties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PartyCriteria {
    /// Finished search tokens, each of which must begin a token of the party. `Some(vec![])` finds nothing.
    pub tokens: Option<Vec<String>>,
    /// Match protected parties on their open tokens alone (display policy `mask`).
    pub mask_protected: bool,
    /// The party with this number, now or formerly.
    pub personal_number: Option<PersonalNumber>,
    /// This CVR number.
    pub cvr_number: Option<String>,
    /// This key in another system.
    pub external_id: Option<ExternalId>,
    /// These ids.
    pub ids: Option<Vec<Uuid>>,
    /// Parties to this case.
    pub case_number: Option<String>,
    /// Only this kind.
    pub kind: Option<PartyKind>,
    /// Changed here at or after this time.
    pub changed_since: Option<DateTime<Utc>>,
    /// A ready-made selection.
    pub filter: Option<PartyFilter>,
}
