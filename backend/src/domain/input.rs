//! What requests may say: raw values in, checked values out, or a list of what is wrong and where.
//!
//! `null` and absent mean the same. Details are Danish sentences for the person who wrote the value and never repeat it.

use chrono::{DateTime, Utc};
use cpr::PersonalNumber;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::CaseStatus;
use super::party::{Address, ExternalId, PartyFields, PartyKind};
use super::text;
use check::Check;

mod check;

/// The writable fields of a party as they were sent.
#[derive(Clone, Default, PartialEq)]
pub struct RawParty {
    /// Default person.
    pub kind: Option<PartyKind>,
    /// At most 200 characters; required unless a personal number is given.
    pub name: Option<String>,
    /// One `@`, at most 254 characters.
    pub email: Option<String>,
    /// At most 40 characters.
    pub phone: Option<String>,
    /// At most 40 characters.
    pub mobile: Option<String>,
    /// All empty is none.
    pub address: Option<RawAddress>,
    /// With or without hyphen and blanks.
    pub personal_number: Option<String>,
    /// Eight digits, blanks allowed.
    pub cvr_number: Option<String>,
    /// Ten digits, blanks allowed.
    pub p_number: Option<String>,
    /// One per system.
    pub external_ids: Option<Vec<ExternalId>>,
    /// Default false.
    pub owns_email_domain: Option<bool>,
    /// Default true.
    pub active: Option<bool>,
}

/// An address as it was sent.
#[derive(Clone, Default, PartialEq)]
pub struct RawAddress {
    /// At most 200 characters.
    pub line1: Option<String>,
    /// At most 200 characters.
    pub line2: Option<String>,
    /// Four digits in Denmark, else at most 20 characters.
    pub postal_code: Option<String>,
    /// At most 100 characters.
    pub city: Option<String>,
    /// Two letters, default `DK`.
    pub country_code: Option<String>,
}

/// A case as it was sent.
#[derive(Clone, Default, PartialEq)]
pub struct RawCase {
    /// May be left out; else the one in the path.
    pub case_number: Option<String>,
    /// At most 500 characters.
    pub title: Option<String>,
    /// `Some(true)` = open; required.
    pub open: Option<bool>,
    /// Required when closed, absent when open.
    pub closed_at: Option<DateTime<Utc>>,
    /// At most 200 characters.
    pub responsible: Option<String>,
    /// Present: replaces all parties; absent: leaves them.
    pub parties: Option<Vec<RawCaseParty>>,
}

/// A party to a case as it was sent; exactly one key.
#[derive(Clone, Default, PartialEq)]
pub struct RawCaseParty {
    /// The party's id.
    pub party_id: Option<Uuid>,
    /// Or its personal number.
    pub personal_number: Option<String>,
    /// Or its key in another system.
    pub external_id: Option<ExternalId>,
    /// Each 1–100 characters, at most 20 of them.
    pub roles: Option<Vec<String>>,
    /// Default true.
    pub subscribe: Option<bool>,
}

/// The writable fields of a case, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseFields {
    /// The case system's own key.
    pub case_number: String,
    /// The case's title.
    pub title: Option<String>,
    /// Open, or closed when.
    pub status: CaseStatus,
    /// Who is responsible for it.
    pub responsible: Option<String>,
    /// `Some` replaces all parties.
    pub parties: Option<Vec<CasePartyFields>>,
}

/// A party to a case, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct CasePartyFields {
    /// Which party.
    pub party: PartyKey,
    /// What it is to the case, without repetition, in the order given.
    pub roles: Vec<String>,
    /// Whether it is to be followed because of this case.
    pub subscribe: bool,
}

/// How a request names a party.
#[derive(Debug, Clone, PartialEq)]
pub enum PartyKey {
    /// By our id.
    Id(Uuid),
    /// By personal number.
    PersonalNumber(PersonalNumber),
    /// By CVR number.
    CvrNumber(String),
    /// By its key in another system.
    ExternalId(ExternalId),
}

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldFault {
    /// JSON Pointer (RFC 6901) into the request.
    pub pointer: String,
    /// What is wrong, in Danish.
    pub detail: String,
    /// It is a personal number that nobody can have.
    pub personal_number_invalid: bool,
}

/// Everything that is wrong with a request; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<FieldFault>);

impl Faults {
    /// The only thing wrong is a personal number that nobody can have: the problem has a code of its own.
    pub fn is_personal_number_invalid(&self) -> bool {
        self.0.iter().all(|fault| fault.personal_number_invalid)
    }
}

impl From<FieldFault> for Faults {
    fn from(fault: FieldFault) -> Faults {
        Faults(vec![fault])
    }
}

impl FieldFault {
    /// A fault at a place.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> FieldFault {
        FieldFault { pointer: pointer.into(), detail: detail.into(), personal_number_invalid: false }
    }
}

/// Checks a party. `at` is the pointer of the object that holds the fields: empty, or for example `/create`.
///
/// # Errors
/// Everything that is wrong.
pub fn party(raw: RawParty, at: &str) -> Result<PartyFields, Faults> {
    let mut check = Check::at(at);
    let kind = raw.kind.unwrap_or_default();
    let personal_number = check.personal_number("/personalNumber", raw.personal_number.as_deref());
    if kind == PartyKind::Company && raw.personal_number.as_deref().is_some_and(|text| !text.trim().is_empty()) {
        check.fault("/personalNumber", "En virksomhed har ikke et CPR-nummer.");
    }
    let name = check.line("/name", raw.name.as_deref(), 200);
    let without_number = raw.personal_number.as_deref().is_none_or(|text| text.trim().is_empty());
    if without_number && raw.name.as_deref().is_none_or(|name| name.trim().is_empty()) {
        check.fault("/name", "Udfyld navn eller CPR-nummer.");
    }
    let fields = PartyFields {
        kind,
        name: name.unwrap_or_default(),
        email: check.email("/email", raw.email.as_deref()),
        phone: check.phone("/phone", raw.phone.as_deref()),
        mobile: check.phone("/mobile", raw.mobile.as_deref()),
        address: raw.address.and_then(|address| check.address("/address", address)),
        personal_number,
        cvr_number: check.digits("/cvrNumber", raw.cvr_number.as_deref(), 8, "Et CVR-nummer har otte cifre."),
        p_number: check.digits("/pNumber", raw.p_number.as_deref(), 10, "Et P-nummer har ti cifre."),
        external_ids: check.external_ids("/externalIds", raw.external_ids.unwrap_or_default()),
        owns_email_domain: raw.owns_email_domain.unwrap_or(false),
        active: raw.active.unwrap_or(true),
    };
    check.done(fields)
}

/// Checks a case. `path` is the case number in the path, already decoded.
///
/// # Errors
/// Everything that is wrong.
pub fn case(raw: RawCase, path: &str) -> Result<CaseFields, Faults> {
    let mut check = Check::at("");
    let number = check.case_number("/caseNumber", path);
    if raw.case_number.as_deref().is_some_and(|given| text::line(given, 64) != Ok(number.clone())) {
        check.fault("/caseNumber", "Skal være det samme som i adressen, eller udelades.");
    }
    let status = match (raw.open, raw.closed_at) {
        (Some(true), None) => Some(CaseStatus::Open),
        (Some(false), Some(at)) => Some(CaseStatus::Closed(at)),
        (Some(true), Some(_)) => check.none("/closedAt", "En åben sag har ikke et lukketidspunkt."),
        (Some(false), None) => check.none("/closedAt", "Angiv hvornår sagen blev lukket."),
        (None, _) => check.none("/status", "Angiv om sagen er åben eller lukket."),
    };
    let title = check.line("/title", raw.title.as_deref(), 500);
    let responsible = check.line("/responsible", raw.responsible.as_deref(), 200);
    let parties = raw.parties.map(|parties| {
        let parties = parties.into_iter().enumerate();
        parties.filter_map(|(place, party)| check.case_party(&format!("/parties/{place}"), party)).collect()
    });
    match (number, status) {
        (Some(case_number), Some(status)) => {
            check.done(CaseFields { case_number, title, status, responsible, parties })
        }
        _ => Err(Faults(check.faults)),
    }
}

/// Checks a case number by itself.
///
/// # Errors
/// It is empty, too long, or has the form of a personal number.
pub fn case_number(pointer: &str, given: &str) -> Result<String, Faults> {
    let mut check = Check::at("");
    let number = check.case_number(pointer, given);
    number.ok_or(Faults(check.faults))
}

/// Checks the roles of a party to a case; without repetition, in the order given.
///
/// # Errors
/// A role is empty or too long, or there are too many.
pub fn roles(at: &str, roles: Vec<String>) -> Result<Vec<String>, Faults> {
    let mut check = Check::at("");
    let roles = check.roles(at, roles);
    check.done(roles)
}

/// Checks a personal number; empty is none.
///
/// # Errors
/// Nobody can have it.
pub fn personal_number(pointer: &str, given: Option<&str>) -> Result<Option<PersonalNumber>, Faults> {
    let mut check = Check::at("");
    let number = check.personal_number(pointer, given);
    check.done(number)
}

/// Checks a CVR number; empty is none.
///
/// # Errors
/// It has not eight digits.
pub fn cvr_number(pointer: &str, given: Option<&str>) -> Result<Option<String>, Faults> {
    let mut check = Check::at("");
    let number = check.digits(pointer, given, 8, "Et CVR-nummer har otte cifre.");
    check.done(number)
}

/// Checks a key in another system.
///
/// # Errors
/// System or key is empty or too long.
pub fn external_id(at: &str, given: ExternalId) -> Result<ExternalId, Faults> {
    let mut check = Check::at("");
    let id = check.external_id(at, given);
    id.ok_or(Faults(check.faults))
}

/// Checks an address; an all-empty one is none.
///
/// # Errors
/// Everything that is wrong.
pub fn address(at: &str, given: RawAddress) -> Result<Option<Address>, Faults> {
    let mut check = Check::at("");
    let address = check.address(at, given);
    check.done(address)
}

/// Checks one line of text, such as a reason; empty is none.
///
/// # Errors
/// It is too long or has control characters.
pub fn line(pointer: &str, given: Option<&str>, max: usize) -> Result<Option<String>, Faults> {
    let mut check = Check::at("");
    let line = check.line(pointer, given, max);
    check.done(line)
}

/// Checks the name of a file, which is shown and opens nothing; empty is none.
///
/// # Errors
/// It is too long, has control characters, or has the form of a personal number.
pub fn file_name(pointer: &str, given: Option<&str>) -> Result<Option<String>, Faults> {
    let name = line(pointer, given, 200)?;
    let stem = name.as_deref().map(|name| name.split('.').next().unwrap_or(name));
    if name.as_deref().into_iter().chain(stem).any(looks_like_personal_number) {
        return Err(Faults(vec![FieldFault::new(pointer, "Må ikke have form som et CPR-nummer.")]));
    }
    Ok(name)
}

/// Whom a system names as the person behind it: the person's name in the organisation's directory, at most 128 characters.
/// `None` when it cannot be used; a personal number in it would stand in the log.
pub fn end_user(given: &str) -> Option<String> {
    let name = text::line(given, 128).ok().flatten()?;
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    let digits = |word: &str, count: usize| word.len() == count && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = words.iter().any(|word| digits(word, 10))
        || words.windows(2).any(|pair| digits(pair[0], 6) && digits(pair[1], 4));
    (!is_number && !looks_like_personal_number(&name)).then_some(name)
}

/// Ten digits with or without hyphen and blanks: what a case number, a file name or a request id must not look like.
pub fn looks_like_personal_number(text: &str) -> bool {
    let plain = |c: char| c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2014}');
    let digits = text.chars().filter(|c| !plain(*c)).collect::<Vec<_>>();
    digits.len() == 10 && digits.iter().all(char::is_ascii_digit)
}

#[cfg(test)]
mod tests;
