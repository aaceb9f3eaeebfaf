//! One person, as the register holds it.
//!
//! Texts are as registered; an empty one is "nothing registered". Codes are CPR's own, four digits where CPR has four.

use chrono::NaiveDate;
use cpr::{CprDate, PersonalNumber, Sex};
use serde::Deserialize;

use super::address::{Address, Disappearance, Emigrated, Emigration, FormerAddress, TextAddress};
use super::reading::{date, date_or_none, number, number_or_none, numbers, sex};

/// A person in the register; or, with status 30, 50 or 60, what is left of one under a number no longer in use.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The number under which this block is found.
    #[serde(deserialize_with = "number")]
    pub number: PersonalNumber,
    /// Legal sex (*køn*).
    #[serde(deserialize_with = "sex")]
    pub sex: Sex,
    /// Birth date (*fødselsdato*).
    #[serde(deserialize_with = "date")]
    pub born: CprDate,
    /// Who registered the birth, as text (*fødselsregistreringssted*).
    #[serde(default)]
    pub born_at: String,
    /// Status code, `01` to `90`.
    pub status: String,
    /// Start of an inactive status (20 and up).
    #[serde(default, deserialize_with = "date_or_none")]
    pub status_since: Option<CprDate>,
    /// The number that the person has now, where this one was changed (60) or deleted (50) (*gældende personnummer*).
    #[serde(default, deserialize_with = "number_or_none")]
    pub current_number: Option<PersonalNumber>,
    /// `None` for a child that has no name yet.
    pub name: Option<Name>,
    /// Where a resident person lives.
    pub address: Option<Address>,
    /// Where an emigrated person went (*udrejse*).
    pub emigrated: Option<Emigrated>,
    /// Since when nobody knows where the person is (*forsvinding*).
    #[serde(default, deserialize_with = "date_or_none")]
    pub disappeared: Option<CprDate>,
    /// A second address registered by an authority (*supplerende adresse*).
    pub supplementary_address: Option<TextAddress>,
    /// Where a person without residence can be written to (*kontaktadresse*).
    pub contact_address: Option<TextAddress>,
    /// Civil status (*civilstand*).
    pub civil: Option<CivilStatus>,
    /// Former civil statuses.
    #[serde(default)]
    pub former_civil: Vec<FormerCivilStatus>,
    /// The mother, who may be known by name only.
    pub mother: Option<Parent>,
    /// The father, who may be known by name only.
    pub father: Option<Parent>,
    /// Registered children.
    #[serde(default, deserialize_with = "numbers")]
    pub children: Vec<PersonalNumber>,
    /// Deprived of legal capacity (*værgemål*).
    pub guardianship: Option<Guardianship>,
    /// Country code of the citizenship (*statsborgerskab*).
    #[serde(default)]
    pub citizenship: String,
    /// Relation to the national church (*folkekirkeforhold*): F, U, A, M, S.
    #[serde(default)]
    pub church: String,
    /// Job title (*stilling*), voluntary.
    #[serde(default)]
    pub job: String,
    /// Protections in force (*beskyttelser*).
    #[serde(default)]
    pub protections: Vec<Protection>,
    /// Former names, corrected and annulled rows included.
    #[serde(default)]
    pub former_names: Vec<FormerName>,
    /// Former Danish addresses, corrected and annulled rows included.
    #[serde(default)]
    pub former_addresses: Vec<FormerAddress>,
    /// Former periods abroad.
    #[serde(default)]
    pub former_emigrations: Vec<Emigration>,
    /// Former disappearances.
    #[serde(default)]
    pub former_disappearances: Vec<Disappearance>,
    /// Who has custody of this child (*forældremyndighed*).
    #[serde(default)]
    pub custody: Vec<Custody>,
    /// Numbers that this person had before.
    #[serde(default)]
    pub former_numbers: Vec<FormerNumber>,
    /// Notes of the municipality (*notater*), whose text is not known.
    #[serde(default)]
    pub notes: Vec<Note>,
    /// Municipal conditions (*kommunale forhold*).
    #[serde(default)]
    pub municipal_conditions: Vec<MunicipalCondition>,
}

impl Person {
    /// A resident with a name (first names, middle name, surname) and an address, and nothing else; sex and
    /// birth date are those of the number, which is no replacement number. For more, change the fields.
    #[must_use]
    pub fn resident(number: PersonalNumber, (first, middle, last): (&str, &str, &str), address: Address) -> Self {
        Self {
            number,
            sex: number.sex(),
            born: number.birth_date().map_or_else(|| CprDate::of(NaiveDate::default()), CprDate::of),
            born_at: String::new(),
            status: "01".to_owned(),
            status_since: None,
            current_number: None,
            name: Some(Name::of(first, middle, last, None)),
            address: Some(address),
            emigrated: None,
            disappeared: None,
            supplementary_address: None,
            contact_address: None,
            civil: None,
            former_civil: Vec::new(),
            mother: None,
            father: None,
            children: Vec::new(),
            guardianship: None,
            citizenship: String::new(),
            church: String::new(),
            job: String::new(),
            protections: Vec::new(),
            former_names: Vec::new(),
            former_addresses: Vec::new(),
            former_emigrations: Vec::new(),
            former_disappearances: Vec::new(),
            custody: Vec::new(),
            former_numbers: Vec::new(),
            notes: Vec::new(),
            municipal_conditions: Vec::new(),
        }
    }

    /// Whether the person lives in Denmark or Greenland (status 01, 03, 05, 07).
    #[must_use]
    pub fn is_resident(&self) -> bool {
        matches!(self.status.as_str(), "01" | "03" | "05" | "07")
    }

    /// Whether name and address are protected (*navne- og adressebeskyttelse*). A protection in the register is in
    /// force whatever its day of deletion says.
    #[must_use]
    pub fn is_protected(&self) -> bool {
        self.protections.iter().any(|protection| protection.kind == Protection::NAME_AND_ADDRESS)
    }
}

/// A current name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// All first names, separated by blanks.
    pub first: String,
    /// Middle name.
    #[serde(default)]
    pub middle: String,
    /// `*` where CPR cannot write all characters of the middle name.
    #[serde(default)]
    pub middle_mark: String,
    /// Surname.
    pub last: String,
    /// Name for letters (*adresseringsnavn*), at most 34 characters, first names first.
    pub addressing: String,
    /// Valid from.
    #[serde(default, deserialize_with = "date_or_none")]
    pub since: Option<CprDate>,
}

impl Name {
    /// A name whose addressing form is all of it; it must have at most 34 characters.
    pub(super) fn of(first: &str, middle: &str, last: &str, since: Option<CprDate>) -> Self {
        Self {
            first: first.to_owned(),
            middle: middle.to_owned(),
            middle_mark: String::new(),
            last: last.to_owned(),
            addressing: full_name(first, middle, last),
            since,
        }
    }

    /// The addressing name with the surname first, `Mortensen,Jens`.
    #[must_use]
    pub fn surname_first(&self) -> String {
        surname_first(&self.addressing, &self.last)
    }
}

/// A name that the person had.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormerName {
    /// Empty on a normal row, else `K` corrected, `A` annulled.
    #[serde(default)]
    pub mark: String,
    /// All first names.
    pub first: String,
    /// Middle name.
    #[serde(default)]
    pub middle: String,
    /// Surname.
    pub last: String,
    /// Valid from.
    #[serde(deserialize_with = "date")]
    pub from: CprDate,
    /// Valid until.
    #[serde(deserialize_with = "date")]
    pub until: CprDate,
}

impl FormerName {
    /// The whole name, first names first.
    #[must_use]
    pub fn full(&self) -> String {
        full_name(&self.first, &self.middle, &self.last)
    }

    /// The whole name with the surname first.
    #[must_use]
    pub fn surname_first(&self) -> String {
        surname_first(&self.full(), &self.last)
    }
}

/// First, middle and last name with single blanks between those that there are.
fn full_name(first: &str, middle: &str, last: &str) -> String {
    [first, middle, last].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

fn surname_first(name: &str, last: &str) -> String {
    match name.strip_suffix(last) {
        Some(rest) => format!("{last},{}", rest.trim_end()),
        None => name.to_owned(),
    }
}

/// Civil status and the person that it concerns.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CivilStatus {
    /// U, G, F, E, P, O, L, D.
    pub status: String,
    /// Spouse or partner, former or late where the status says so.
    #[serde(default, deserialize_with = "number_or_none")]
    pub spouse: Option<PersonalNumber>,
    /// `Efternavn,Fornavn` of a spouse without a number.
    #[serde(default)]
    pub spouse_name: String,
    /// When.
    #[serde(default, deserialize_with = "date_or_none")]
    pub since: Option<CprDate>,
    /// Separated since.
    #[serde(default, deserialize_with = "date_or_none")]
    pub separated: Option<CprDate>,
}

/// A civil status that has ended.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormerCivilStatus {
    /// Empty on a normal row, else `K` corrected, `A` annulled.
    #[serde(default)]
    pub mark: String,
    /// U, G, F, E, P, O, L.
    pub status: String,
    /// Spouse or partner.
    #[serde(default, deserialize_with = "number_or_none")]
    pub spouse: Option<PersonalNumber>,
    /// `Efternavn,Fornavn` of a spouse without a number.
    #[serde(default)]
    pub spouse_name: String,
    /// From; not known for who was never married.
    #[serde(default, deserialize_with = "date_or_none")]
    pub from: Option<CprDate>,
    /// Until.
    #[serde(deserialize_with = "date")]
    pub until: CprDate,
}

/// A parent, by number or by name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parent {
    /// The parent's number.
    #[serde(default, deserialize_with = "number_or_none")]
    pub number: Option<PersonalNumber>,
    /// `Efternavn,Fornavn` of a parent without a number.
    #[serde(default)]
    pub name: String,
}

/// A protection in force.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protection {
    /// `0001` name and address, `0002` local directory, `0003` marketing, `0004` research, `0005` credit warning.
    pub kind: String,
    /// Start.
    #[serde(deserialize_with = "date")]
    pub from: CprDate,
    /// Day of deletion; the protection is in force until it is deleted.
    #[serde(default, deserialize_with = "date_or_none")]
    pub until: Option<CprDate>,
}

impl Protection {
    /// Name and address are not given to private parties (*navne- og adressebeskyttelse*).
    pub const NAME_AND_ADDRESS: &'static str = "0001";
}

/// Who has custody of a child.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custody {
    /// `0003` the mother, `0004` the father, `0005` and `0006` somebody else.
    pub kind: String,
    /// Start.
    #[serde(deserialize_with = "date")]
    pub from: CprDate,
    /// Who, for 0005 and 0006.
    #[serde(default, deserialize_with = "number_or_none")]
    pub holder: Option<PersonalNumber>,
}

/// Who acts for a person deprived of legal capacity.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guardianship {
    /// `0000` nobody registered, `0001` by number, `0002` by name and address.
    pub kind: String,
    /// Start.
    #[serde(deserialize_with = "date")]
    pub from: CprDate,
    /// Day of deletion.
    #[serde(default, deserialize_with = "date_or_none")]
    pub until: Option<CprDate>,
    /// The guardian's number.
    #[serde(default, deserialize_with = "number_or_none")]
    pub guardian: Option<PersonalNumber>,
    /// The guardian's name.
    #[serde(default)]
    pub guardian_name: String,
    /// The guardian's address.
    #[serde(default)]
    pub lines: Vec<String>,
}

/// A number that the person had.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormerNumber {
    /// The number.
    #[serde(deserialize_with = "number")]
    pub number: PersonalNumber,
    /// Valid from.
    #[serde(default, deserialize_with = "date_or_none")]
    pub from: Option<CprDate>,
    /// Valid until.
    #[serde(default, deserialize_with = "date_or_none")]
    pub until: Option<CprDate>,
}

/// A note whose text is not known.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Two digits.
    pub number: String,
    /// Start.
    #[serde(deserialize_with = "date")]
    pub from: CprDate,
    /// Day of deletion.
    #[serde(default, deserialize_with = "date_or_none")]
    pub until: Option<CprDate>,
}

/// A municipal condition.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MunicipalCondition {
    /// One digit.
    pub kind: String,
    /// Up to five characters.
    pub code: String,
    /// Start.
    #[serde(deserialize_with = "date")]
    pub from: CprDate,
}
