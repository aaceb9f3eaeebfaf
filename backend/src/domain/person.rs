//! A person as CPR knows them (*person*).

use chrono::{DateTime, NaiveDate, Utc};
use cpr::PersonalNumber;
use serde::{Deserialize, Serialize};

use super::party::{Address, AddressKind};

/// What CPR says of a person, as far as a party shows it. The details of the CPR tab are read from the kept records.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// The number that CPR was asked about.
    #[serde(with = "number")]
    pub personal_number: PersonalNumber,
    /// With status 50 or 60: the number that the person has now.
    #[serde(with = "optional_number")]
    pub current_number: Option<PersonalNumber>,
    /// Numbers that the person had before, as CPR lists them; empty when CPR was not asked for them.
    #[serde(with = "numbers")]
    pub former_numbers: Vec<PersonalNumber>,
    /// Person status; `None` when CPR withheld it.
    pub status: Option<Status>,
    /// Since when; CPR tells it for inactive statuses only. Incomplete dates are `None` here and stand on the CPR tab.
    pub status_since: Option<NaiveDate>,
    /// The full name; `None` for somebody not yet named, or withheld.
    pub name: Option<String>,
    /// The address by the rules of `registry::translate`; `None` when there is none, or withheld.
    pub address: Option<Address>,
    /// What kind of address; never `Local`.
    pub address_kind: AddressKind,
    /// With status 20, 70 and 90: CPR's last known address, where it tells one.
    pub last_address: Option<Address>,
    /// Name and address protection (type 0001).
    pub protected: bool,
    /// CPR told nothing of name and address, so that its earlier word stands: it blanked them (private profile, protected
    /// person), or all that it told is that the person has this number now.
    pub withheld: bool,
    /// Birth date.
    pub birth_date: Option<NaiveDate>,
    /// Sex.
    pub sex: Option<Sex>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Person(**)")
    }
}

/// What CPR said of a party's person, through which door and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Register {
    /// What CPR said.
    pub person: Person,
    /// Through which door.
    pub source: RegisterSource,
    /// The date whose state of CPR this is.
    pub register_date: NaiveDate,
    /// When it was last confirmed here (*Opdateret*).
    pub updated_at: DateTime<Utc>,
}

/// Through which door CPR's data came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegisterSource {
    /// Somebody looked the person up.
    Lookup,
    /// A subscription's delivery.
    Subscription,
}

/// Sex as CPR registers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sex {
    /// *Kvinde*.
    Female,
    /// *Mand*.
    Male,
}

impl Sex {
    /// The sex that a personal number tells.
    pub fn of(number: PersonalNumber) -> Sex {
        if number.digits().as_str().ends_with(['1', '3', '5', '7', '9']) { Sex::Male } else { Sex::Female }
    }
}

/// CPR's person status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Status {
    /// 01: active, resident in Denmark.
    Resident,
    /// 03: active, on a special road code in Denmark: no fixed abode.
    NoFixedAbode,
    /// 05: active, resident in Greenland.
    ResidentInGreenland,
    /// 07: active, on a special road code in Greenland.
    NoFixedAbodeInGreenland,
    /// 20: inactive, a number for administrative reasons.
    Administrative,
    /// 30: annulled number.
    Annulled,
    /// 50: deleted number, the person had two.
    Deleted,
    /// 60: changed number.
    Changed,
    /// 70: disappeared.
    Disappeared,
    /// 80: emigrated.
    Emigrated,
    /// 90: dead.
    Dead,
    /// A code that we do not know, kept as it is.
    Other(String),
}

impl Status {
    /// CPR's code, two digits for every status that we know.
    pub fn code(&self) -> &str {
        match self {
            Status::Resident => "01",
            Status::NoFixedAbode => "03",
            Status::ResidentInGreenland => "05",
            Status::NoFixedAbodeInGreenland => "07",
            Status::Administrative => "20",
            Status::Annulled => "30",
            Status::Deleted => "50",
            Status::Changed => "60",
            Status::Disappeared => "70",
            Status::Emigrated => "80",
            Status::Dead => "90",
            Status::Other(code) => code,
        }
    }

    /// The status in Danish words.
    pub fn text(&self) -> &'static str {
        match self {
            Status::Resident => "Bopæl i Danmark",
            Status::NoFixedAbode => "Uden fast bopæl i Danmark",
            Status::ResidentInGreenland => "Bopæl i Grønland",
            Status::NoFixedAbodeInGreenland => "Uden fast bopæl i Grønland",
            Status::Administrative => "Administrativt personnummer uden bopæl",
            Status::Annulled => "Annulleret personnummer",
            Status::Deleted => "Slettet personnummer (dobbeltnummer)",
            Status::Changed => "Ændret personnummer",
            Status::Disappeared => "Forsvundet",
            Status::Emigrated => "Udrejst",
            Status::Dead => "Død",
            Status::Other(_) => "Ukendt status",
        }
    }

    /// The person has another number now (50, 60).
    pub fn is_moved(&self) -> bool {
        matches!(self, Status::Deleted | Status::Changed)
    }

    /// CPR has no address for such a person (20, 70, 90): the party's address is removed.
    pub fn has_no_address(&self) -> bool {
        matches!(self, Status::Administrative | Status::Disappeared | Status::Dead)
    }
}

impl From<String> for Status {
    fn from(code: String) -> Status {
        match code.as_str() {
            "01" => Status::Resident,
            "03" => Status::NoFixedAbode,
            "05" => Status::ResidentInGreenland,
            "07" => Status::NoFixedAbodeInGreenland,
            "20" => Status::Administrative,
            "30" => Status::Annulled,
            "50" => Status::Deleted,
            "60" => Status::Changed,
            "70" => Status::Disappeared,
            "80" => Status::Emigrated,
            "90" => Status::Dead,
            _ => Status::Other(code),
        }
    }
}

impl From<Status> for String {
    fn from(status: Status) -> String {
        status.code().to_owned()
    }
}

/// How exact a date of CPR's is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CprDate {
    /// The date in ISO 8601 form, as long as it is exact.
    pub value: String,
    /// How exact.
    pub precision: Precision,
    /// CPR marked it as uncertain.
    pub uncertain: bool,
}

/// A personal number as ten digits, in what we store ourselves.
mod number {
    use super::PersonalNumber;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(number: &PersonalNumber, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(number.digits().as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PersonalNumber, D::Error> {
        PersonalNumber::parse(&String::deserialize(from)?).map_err(|_| D::Error::custom("not a personal number"))
    }
}

mod optional_number {
    use super::PersonalNumber;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Wrapped(#[serde(with = "super::number")] PersonalNumber);

    pub fn serialize<S: Serializer>(number: &Option<PersonalNumber>, to: S) -> Result<S::Ok, S::Error> {
        number.map(Wrapped).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PersonalNumber>, D::Error> {
        Ok(Option::<Wrapped>::deserialize(from)?.map(|wrapped| wrapped.0))
    }
}

mod numbers {
    use super::PersonalNumber;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Wrapped(#[serde(with = "super::number")] PersonalNumber);

    pub fn serialize<S: Serializer>(numbers: &[PersonalNumber], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(numbers.iter().map(|number| Wrapped(*number)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<PersonalNumber>, D::Error> {
        Ok(Vec::<Wrapped>::deserialize(from)?.into_iter().map(|wrapped| wrapped.0).collect())
    }
}
