//! What requests may say: raw values in, checked values out, or a list of what is wrong and where.
//!
//! `null` and absent mean the same. Details are Danish sentences for the person who wrote the value and never repeat it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use cpr::PersonalNumber;
use uuid::Uuid;

use super::case::CaseStatus;
use super::party::{Address, ExternalId, PartyFields, PartyKind};
use super::text;

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
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// Ten digits with or without hyphen and blanks: what a case number, a file name or a request id must not look like.
pub fn looks_like_personal_number(text: &str) -> bool {
    let plain = |c: char| c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2014}');
    let digits = text.chars().filter(|c| !plain(*c)).collect::<Vec<_>>();
    digits.len() == 10 && digits.iter().all(char::is_ascii_digit)
}

struct Check {
    at: String,
    faults: Vec<FieldFault>,
}

impl Check {
    fn at(at: &str) -> Check {
        Check { at: at.to_owned(), faults: Vec::new() }
    }

    fn done<T>(self, value: T) -> Result<T, Faults> {
        if self.faults.is_empty() { Ok(value) } else { Err(Faults(self.faults)) }
    }

    fn fault(&mut self, pointer: &str, detail: impl Into<String>) {
        self.faults.push(FieldFault::new(format!("{}{pointer}", self.at), detail));
    }

    /// Notes a fault where a value was wanted.
    fn none<T>(&mut self, pointer: &str, detail: impl Into<String>) -> Option<T> {
        self.fault(pointer, detail);
        None
    }

    fn line(&mut self, pointer: &str, given: Option<&str>, max: usize) -> Option<String> {
        match text::line(given?, max) {
            Ok(line) => line,
            Err(fault) => self.none(pointer, fault.detail()),
        }
    }

    fn personal_number(&mut self, pointer: &str, given: Option<&str>) -> Option<PersonalNumber> {
        let given = given.filter(|text| !text.trim().is_empty())?;
        let number = PersonalNumber::parse(given).ok();
        if number.is_none() {
            self.faults.push(FieldFault {
                pointer: format!("{}{pointer}", self.at),
                detail: "Et CPR-nummer har ti cifre og begynder med en dato.".to_owned(),
                personal_number_invalid: true,
            });
        }
        number
    }

    fn email(&mut self, pointer: &str, given: Option<&str>) -> Option<String> {
        let email = self.line(pointer, given, 254)?;
        let fits = email.split_once('@').is_some_and(|(local, domain)| {
            let inside = domain.trim_matches('.');
            !local.is_empty()
                && domain == inside
                && domain.contains('.')
                && !domain.contains("..")
                && !domain.contains('@')
        });
        if fits && !email.contains([' ', '<', '>', '(', ')', ',', ';', ':', '"']) {
            Some(email)
        } else {
            self.none(pointer, "Skriv e-mailadressen som navn@domæne.dk.")
        }
    }

    fn phone(&mut self, pointer: &str, given: Option<&str>) -> Option<String> {
        let phone = self.line(pointer, given, 40)?;
        if phone.contains(|c: char| c.is_ascii_digit()) {
            Some(phone)
        } else {
            self.none(pointer, "Et telefonnummer indeholder cifre.")
        }
    }

    fn digits(&mut self, pointer: &str, given: Option<&str>, length: usize, detail: &str) -> Option<String> {
        let digits: String = given?.chars().filter(|character| !character.is_whitespace()).collect();
        match digits.len() {
            0 => None,
            count if count == length && digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits),
            _ => self.none(pointer, detail),
        }
    }

    fn address(&mut self, at: &str, given: RawAddress) -> Option<Address> {
        let line1 = self.line(&format!("{at}/line1"), given.line1.as_deref(), 200);
        let line2 = self.line(&format!("{at}/line2"), given.line2.as_deref(), 200);
        let city = self.line(&format!("{at}/city"), given.city.as_deref(), 100);
        let country = self.line(&format!("{at}/countryCode"), given.country_code.as_deref(), 20);
        let country = country.map_or_else(|| "DK".to_owned(), |country| country.to_ascii_uppercase());
        if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            self.fault(&format!("{at}/countryCode"), "En landekode har to bogstaver, for eksempel DK.");
        }
        let pointer = format!("{at}/postalCode");
        let mut postal_code = self.line(&pointer, given.postal_code.as_deref(), 20);
        if country == "DK" {
            let digits: Option<String> = postal_code.map(|code| code.split_whitespace().collect());
            let fits = |code: &str| code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit());
            if digits.as_deref().is_some_and(|code| !fits(code)) {
                self.fault(&pointer, "Et dansk postnummer har fire cifre.");
            }
            postal_code = digits;
        }
        let filled = [&line1, &line2, &postal_code, &city].into_iter().any(Option::is_some);
        filled.then_some(Address { line1, line2, postal_code, city, country_code: Some(country) })
    }

    fn external_ids(&mut self, at: &str, given: Vec<ExternalId>) -> Vec<ExternalId> {
        let mut systems = BTreeSet::new();
        let mut ids = Vec::new();
        if given.len() > 50 {
            self.fault(at, "Højst 50 eksterne id'er.");
            return ids;
        }
        for (place, id) in given.into_iter().enumerate() {
            let at = format!("{at}/{place}");
            let Some(id) = self.external_id(&at, id) else { continue };
            if !systems.insert(id.system.clone()) {
                self.fault(&format!("{at}/system"), "Hvert system kan kun stå én gang.");
            }
            ids.push(id);
        }
        ids.sort();
        ids
    }

    fn external_id(&mut self, at: &str, given: ExternalId) -> Option<ExternalId> {
        let system = self.required(&format!("{at}/system"), &given.system, 64);
        let id = self.required(&format!("{at}/id"), &given.id, 128);
        if looks_like_personal_number(&given.system) {
            return self.none(&format!("{at}/system"), "Må ikke have form som et CPR-nummer.");
        }
        Some(ExternalId { system: system?, id: id? })
    }

    fn case_number(&mut self, pointer: &str, given: &str) -> Option<String> {
        let number = self.required(pointer, given, 64)?;
        if looks_like_personal_number(&number) {
            return self.none(pointer, "Må ikke have form som et CPR-nummer.");
        }
        Some(number)
    }

    fn required(&mut self, pointer: &str, given: &str, max: usize) -> Option<String> {
        match text::line(given, max) {
            Ok(Some(line)) => Some(line),
            Ok(None) => self.none(pointer, "Skal udfyldes."),
            Err(fault) => self.none(pointer, fault.detail()),
        }
    }

    fn case_party(&mut self, at: &str, given: RawCaseParty) -> Option<CasePartyFields> {
        let mut keys = Vec::new();
        keys.extend(given.party_id.map(PartyKey::Id));
        let keys_given = usize::from(given.party_id.is_some())
            + usize::from(given.personal_number.as_deref().is_some_and(|text| !text.trim().is_empty()))
            + usize::from(given.external_id.is_some());
        let number = self.personal_number(&format!("{at}/personalNumber"), given.personal_number.as_deref());
        keys.extend(number.map(PartyKey::PersonalNumber));
        let external_id = given.external_id.and_then(|id| self.external_id(&format!("{at}/externalId"), id));
        keys.extend(external_id.map(PartyKey::ExternalId));
        let roles = self.roles(&format!("{at}/roles"), given.roles.unwrap_or_default());
        if keys_given != 1 {
            return self.none(at, "Angiv netop én af partyId, personalNumber og externalId.");
        }
        Some(CasePartyFields { party: keys.pop()?, roles, subscribe: given.subscribe.unwrap_or(true) })
    }

    fn roles(&mut self, at: &str, given: Vec<String>) -> Vec<String> {
        let mut roles: Vec<String> = Vec::new();
        if given.len() > 20 {
            self.fault(at, "Højst 20 roller.");
            return roles;
        }
        for (place, role) in given.into_iter().enumerate() {
            let role = self.required(&format!("{at}/{place}"), &role, 100);
            roles.extend(role.filter(|role| !roles.contains(role)));
        }
        roles
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn named() -> RawParty {
        RawParty { name: some("Jens Mortensen"), ..RawParty::default() }
    }

    fn pointers<T>(checked: Result<T, Faults>) -> Vec<String> {
        checked.err().map(|faults| faults.0.into_iter().map(|fault| fault.pointer).collect()).unwrap_or_default()
    }

    #[test]
    fn a_name_alone_makes_a_party() {
        let fields = party(named(), "").unwrap();
        assert_eq!(fields.name, "Jens Mortensen");
        assert!(fields.kind == PartyKind::Person && fields.active && !fields.owns_email_domain);
        assert!(fields.address.is_none() && fields.personal_number.is_none());
    }

    #[test]
    fn a_name_is_required_unless_there_is_a_personal_number() {
        assert_eq!(pointers(party(RawParty::default(), "/create")), ["/create/name"]);
        assert_eq!(pointers(party(RawParty { name: some("  "), ..RawParty::default() }, "")), ["/name"]);
        let fields = party(RawParty { personal_number: some("070761-4285"), ..RawParty::default() }, "").unwrap();
        assert_eq!(fields.personal_number.unwrap().digits().as_str(), "0707614285");
        assert_eq!(fields.name, "");
    }

    #[test]
    fn an_impossible_personal_number_has_a_code_of_its_own() {
        let faults = party(RawParty { personal_number: some("300261-4285"), ..named() }, "").err().unwrap();
        assert_eq!(faults.0[0].pointer, "/personalNumber");
        assert!(faults.is_personal_number_invalid());
        assert!(!faults.0[0].detail.contains("300261"));
        let more = RawParty { personal_number: some("300261-4285"), cvr_number: some("1"), ..named() };
        assert!(!party(more, "").err().unwrap().is_personal_number_invalid());
    }

    #[test]
    fn a_replacement_number_may_stand_on_a_party_and_a_number_on_a_company_may_not() {
        assert!(party(RawParty { personal_number: some("670761-4285"), ..named() }, "").is_ok());
        let company = RawParty { kind: Some(PartyKind::Company), personal_number: some("0707614285"), ..named() };
        assert_eq!(pointers(party(company, "")), ["/personalNumber"]);
    }

    #[test]
    fn every_fault_is_named_with_its_place() {
        let raw = RawParty {
            name: some("a\nb"),
            email: some("jens"),
            phone: some("ring"),
            cvr_number: some("1234567"),
            p_number: some("12345678"),
            address: Some(RawAddress { postal_code: some("90000"), country_code: some("dk"), ..RawAddress::default() }),
            external_ids: Some(vec![
                ExternalId { system: "esdh".into(), id: "1".into() },
                ExternalId { system: " esdh ".into(), id: "2".into() },
                ExternalId { system: "erp".into(), id: String::new() },
            ]),
            ..RawParty::default()
        };
        let mut found = pointers(party(raw, ""));
        found.sort();
        assert_eq!(
            found,
            [
                "/address/postalCode",
                "/cvrNumber",
                "/email",
                "/externalIds/1/system",
                "/externalIds/2/id",
                "/name",
                "/pNumber",
                "/phone"
            ]
        );
    }

    #[test]
    fn an_address_without_anything_in_it_is_none_and_a_foreign_postal_code_is_free() {
        let empty = RawAddress { line1: some(" "), country_code: some("DK"), ..RawAddress::default() };
        assert_eq!(address("/address", empty), Ok(None));
        let swedish = RawAddress { postal_code: some("211 20"), country_code: some("se"), ..RawAddress::default() };
        let swedish = address("/address", swedish).unwrap().unwrap();
        assert_eq!((swedish.postal_code, swedish.country_code), (some("211 20"), some("SE")));
        let danish = address("/address", RawAddress { line1: some("Søgade 16"), ..RawAddress::default() });
        assert_eq!(danish.unwrap().unwrap().country_code, some("DK"));
        let odd = RawAddress { line1: some("Søgade 16"), country_code: some("Danmark"), ..RawAddress::default() };
        assert_eq!(pointers(address("/address", odd)), ["/address/countryCode"]);
    }

    #[test]
    fn e_mail_addresses_have_the_common_shape() {
        for (email, fits) in [
            ("jens@example.dk", true),
            ("jens.æ@exæmple.co.uk", true),
            ("jens@example", false),
            ("@example.dk", false),
            ("jens@", false),
            ("a@b@c.dk", false),
            ("jens @example.dk", false),
            ("Jens <jens@example.dk>", false),
            ("jens@example..dk", false),
            ("jens@.dk", false),
        ] {
            assert_eq!(party(RawParty { email: some(email), ..named() }, "").is_ok(), fits, "{email}");
        }
    }

    #[test]
    fn a_case_number_is_never_shaped_like_a_personal_number() {
        for (number, fits) in [
            ("2026-00123", true),
            ("S-1", true),
            ("070761-42851", true),
            ("0707614285", false),
            ("070761-4285", false),
            (" 07 07 61 42 85", false),
            ("9999999999", false),
            ("", false),
        ] {
            assert_eq!(case_number("/caseNumber", number).is_ok(), fits, "{number}");
        }
        assert!(case_number("/caseNumber", &"x".repeat(64)).is_ok());
        assert!(case_number("/caseNumber", &"x".repeat(65)).is_err());
    }

    #[test]
    fn a_closed_case_has_a_closing_time_and_an_open_one_has_none() {
        let at = DateTime::from_timestamp(1_700_000_000, 0);
        let raw = |open, closed_at| RawCase { open, closed_at, ..RawCase::default() };
        assert_eq!(case(raw(Some(true), None), "S-1").unwrap().status, CaseStatus::Open);
        assert_eq!(case(raw(Some(false), at), "S-1").unwrap().status, CaseStatus::Closed(at.unwrap()));
        assert_eq!(pointers(case(raw(Some(true), at), "S-1")), ["/closedAt"]);
        assert_eq!(pointers(case(raw(Some(false), None), "S-1")), ["/closedAt"]);
        assert_eq!(pointers(case(raw(None, None), "S-1")), ["/status"]);
        let other = RawCase { case_number: some("S-2"), ..raw(Some(true), None) };
        assert_eq!(pointers(case(other, "S-1")), ["/caseNumber"]);
    }

    #[test]
    fn a_party_to_a_case_has_exactly_one_key_and_each_role_once() {
        let raw = |parties| RawCase { open: Some(true), parties: Some(parties), ..RawCase::default() };
        let jens = RawCaseParty {
            personal_number: some("070761-4285"),
            roles: Some(vec!["Ansøger".into(), " Ansøger ".into(), "Klager".into()]),
            ..RawCaseParty::default()
        };
        let fields = case(raw(vec![jens.clone()]), "S-1").unwrap().parties.unwrap();
        assert_eq!(fields[0].roles, ["Ansøger", "Klager"]);
        assert!(fields[0].subscribe);
        let two = RawCaseParty { party_id: Some(Uuid::nil()), ..jens.clone() };
        let wrong = RawCaseParty { personal_number: some("1"), ..jens };
        let found = pointers(case(raw(vec![two, RawCaseParty::default(), wrong]), "S-1"));
        assert_eq!(found, ["/parties/0", "/parties/1", "/parties/2/personalNumber"]);
    }
}
