//! What CPR knows of a person beyond what a party shows: the CPR tab, section by section.

use chrono::NaiveDate;
use cpr::PersonalNumber;

use super::party::{Address, AddressKind};
use super::person::{CprDate, RegisterSource, Status};

/// The CPR tab.
#[derive(Clone, PartialEq, Default)]
pub struct Details {
    /// The names.
    pub names: Section<NameItem>,
    /// Person status.
    pub status: Section<StatusItem>,
    /// The address.
    pub address: Section<AddressItem>,
    /// Contact address (*kontaktadresse*).
    pub contact_address: Section<ContactAddressItem>,
    /// Civil status (*civilstand*).
    pub civil_status: Section<CivilStatusItem>,
    /// Children.
    pub children: Section<Relative>,
    /// Parents.
    pub parents: Section<Relative>,
    /// Custody (*forældremyndighed*).
    pub custody: Section<Relative>,
    /// Guardianship (*værgemål*).
    pub guardianship: Section<GuardianshipItem>,
    /// Citizenship (*statsborgerskab*).
    pub citizenship: Section<CitizenshipItem>,
    /// Protections of every type.
    pub protections: Section<ProtectionItem>,
    /// Former personal numbers.
    pub former_numbers: Section<FormerNumberItem>,
    /// Former names, addresses, civil statuses and citizenships, and disappearances.
    pub history: Section<HistoryItem>,
}

/// Whether a section has been delivered, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Availability {
    /// CPR answered; no items means that there are none.
    Delivered,
    /// CPR was not asked, or did not answer.
    #[default]
    NotFetched,
    /// CPR refuses this organisation this section (1035).
    NotEntitled,
    /// This installation does not store it (`cpr.keep`).
    NotKept,
}

/// One section.
#[derive(Clone, PartialEq)]
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
    /// A section without content.
    pub const fn empty(availability: Availability) -> Section<T> {
        Section { availability, as_of: None, source: None, items: Vec::new() }
    }

    /// The same section with its items turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Section<U> {
        let Section { availability, as_of, source, items } = self;
        Section { availability, as_of, source, items: items.into_iter().map(turn).collect() }
    }
}

impl<T> Default for Section<T> {
    fn default() -> Section<T> {
        Section::empty(Availability::NotFetched)
    }
}

/// A name.
#[derive(Clone, PartialEq)]
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
#[derive(Clone, PartialEq)]
pub struct StatusItem {
    /// The status.
    pub status: Status,
    /// Since when.
    pub from: Option<CprDate>,
}

/// An address with what CPR knows about it.
#[derive(Clone, PartialEq)]
pub struct AddressItem {
    /// The address; `None` when there is none, or when it is masked.
    pub address: Option<Address>,
    /// What kind of address.
    pub kind: AddressKind,
    /// Hidden until revealed.
    pub masked: bool,
    /// The municipality's name; `None` too when masked.
    pub municipality: Option<String>,
    /// Moved in.
    pub from: Option<CprDate>,
    /// Moved to the municipality.
    pub in_municipality_from: Option<CprDate>,
}

/// A contact address.
#[derive(Clone, PartialEq)]
pub struct ContactAddressItem {
    /// Up to five lines; none when masked.
    pub lines: Vec<String>,
    /// Hidden until revealed.
    pub masked: bool,
    /// Since when.
    pub from: Option<CprDate>,
    /// Until when.
    pub to: Option<CprDate>,
}

/// Civil status.
#[derive(Clone, PartialEq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Clone, PartialEq)]
pub struct Relative {
    /// What the relative is to the person.
    pub relation: Relation,
    /// Personal number; `None` when CPR knows none.
    pub personal_number: Option<PersonalNumber>,
    /// The name.
    pub name: Option<String>,
    /// Birth date, where CPR tells it instead of a number.
    pub birth_date: Option<CprDate>,
    /// The address; `None` when there is none, or when it is masked.
    pub address: Option<Address>,
    /// Hidden by the relative's own mark.
    pub address_masked: bool,
    /// The relative's own name and address protection; unknown counts as protected.
    pub protected: bool,
    /// Person status.
    pub status: Option<Status>,
    /// Since when the relation is registered.
    pub from: Option<CprDate>,
}

/// Guardianship.
#[derive(Clone, PartialEq)]
pub struct GuardianshipItem {
    /// The guardian's personal number.
    pub personal_number: Option<PersonalNumber>,
    /// The guardian's name and address as text lines.
    pub lines: Vec<String>,
    /// Since when.
    pub from: Option<CprDate>,
    /// Until when.
    pub to: Option<CprDate>,
}

/// Citizenship.
#[derive(Clone, PartialEq)]
pub struct CitizenshipItem {
    /// ISO 3166-1 alpha-2; `None` when CPR's country has none.
    pub country_code: Option<String>,
    /// The country in Danish.
    pub country: String,
    /// Since when.
    pub from: Option<CprDate>,
}

/// A protection of any type.
#[derive(Clone, PartialEq)]
pub struct ProtectionItem {
    /// CPR's type, `"0001"` to `"0005"`.
    pub code: String,
    /// The type in Danish words.
    pub text: String,
    /// Since when.
    pub from: Option<CprDate>,
    /// When CPR expects to delete it; information, never an end.
    pub expected_deletion: Option<CprDate>,
}

/// A former personal number.
#[derive(Clone, PartialEq)]
pub struct FormerNumberItem {
    /// The number.
    pub personal_number: PersonalNumber,
    /// Since when.
    pub from: Option<CprDate>,
    /// Until when.
    pub to: Option<CprDate>,
}

/// What was in force before: a name, an address, or something that is told in words.
#[derive(Clone, PartialEq)]
pub struct HistoryItem {
    /// A former name.
    pub name: Option<String>,
    /// A former civil status, separation, citizenship or disappearance, in Danish words.
    pub text: Option<String>,
    /// With a former civil status: the spouse or partner.
    pub spouse: Option<Relative>,
    /// A former address; `None` when masked.
    pub address: Option<Address>,
    /// Hidden until revealed.
    pub masked: bool,
    /// Since when.
    pub from: Option<CprDate>,
    /// Until when.
    pub to: Option<CprDate>,
}
