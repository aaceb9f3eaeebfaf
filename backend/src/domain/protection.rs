//! Name and address protection (*navne- og adressebeskyttelse*, CPR Act § 28): the one door through which a party or a
//! person leaves the house. What `http` may show it is given as a view; a masked address is not in it.
//!
//! Under `warn` everything is shown beside the warning. Under `mask` a protected person's address is hidden everywhere
//! until it is revealed; relatives are hidden by their own mark, and an unknown mark counts as protected.

use chrono::{DateTime, NaiveDate, Utc};
use cpr::PersonalNumber;
use serde_json::{Value, json};
use uuid::Uuid;

use super::apply::{PreviewChange, PreviewField};
use super::change::{KeepableField, address_value, kept};
use super::delivery::Course;
use super::details::{CivilStatusItem, Details, Relative};
use super::find::Candidate;
use super::freshness::Freshness;
use super::party::{Address, AddressKind, ExternalId, Party, PartyKind, PartyVersion};
use super::person::{Person, Register, RegisterSource, Sex, Status};
use super::subscription::{Following, ReasonView, State};

/// Whether a protected address is shown under a warning, or hidden until revealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Display {
    /// Shown, with the warning.
    #[default]
    Warn,
    /// Hidden until it is revealed with a reason.
    Mask,
}

/// How this installation shows protected persons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Shown or hidden.
    pub display: Display,
    /// The red text.
    pub message: String,
}

impl Policy {
    /// Whether what belongs to a person with this mark is hidden.
    const fn hides(&self, protected: bool) -> bool {
        matches!(self.display, Display::Mask) && protected
    }

    /// The policy for somebody's own report: who asks for it with a reason sees the person's own addresses.
    pub fn in_own_report(&self, has_reason: bool) -> Policy {
        Policy { display: if has_reason { Display::Warn } else { self.display }, message: self.message.clone() }
    }

    /// Whether an answer of CPR's about a person with this mark is blanked: it is not when the caller gave a reason.
    const fn blanks(&self, protected: bool, has_reason: bool) -> bool {
        self.hides(protected) && !has_reason
    }
}

/// A party as it may be shown. Only this module can make one: it has a field that nobody else can fill.
#[derive(Clone, PartialEq)]
pub struct PartyView {
    sealed: Sealed,
    /// The key.
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
    /// The address in force; `None` when there is none, or when it is masked.
    pub address: Option<Address>,
    /// Where the address comes from.
    pub address_kind: AddressKind,
    /// The address is hidden.
    pub address_masked: bool,
    /// Personal number.
    pub personal_number: Option<PersonalNumber>,
    /// CVR number.
    pub cvr_number: Option<String>,
    /// Production unit number.
    pub p_number: Option<String>,
    /// Keys in other systems.
    pub external_ids: Vec<ExternalId>,
    /// *Parten er ejer af e-maildomænet*.
    pub owns_email_domain: bool,
    /// Whether the party is still offered.
    pub active: bool,
    /// What CPR says of the protection.
    pub protection: ProtectionView,
    /// What else CPR says; `None` when it was never asked.
    pub cpr: Option<CprView>,
    /// How it is followed; `None` when it neither is nor is to be.
    pub following: Option<FollowingView>,
    /// Rises with every change.
    pub version: i64,
    /// When the party was created here.
    pub created_at: DateTime<Utc>,
    /// When the party was last changed here.
    pub updated_at: DateTime<Utc>,
}

/// How a party is followed, as a caller may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowingView {
    /// Where its subscription stands.
    pub state: State,
    /// Whether it is to be followed.
    pub wanted: bool,
    /// The reasons that hold today.
    pub reasons: Vec<ReasonView>,
}

/// Proof that a view was made here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sealed;

/// What CPR says of name and address protection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectionView {
    /// Protected or not; `None`: CPR was never asked.
    pub name_and_address: Option<bool>,
    /// The red text, when protected.
    pub message: Option<String>,
    /// The date that CPR's word is from.
    pub as_of: Option<NaiveDate>,
}

/// What CPR says of a party beyond name, address and protection.
#[derive(Clone, PartialEq)]
pub struct CprView {
    sealed: Sealed,
    /// Person status; `None` when CPR withheld it.
    pub status: Option<Status>,
    /// Since when.
    pub status_since: Option<NaiveDate>,
    /// Birth date.
    pub birth_date: Option<NaiveDate>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Numbers that the person had before.
    pub former_numbers: Vec<PersonalNumber>,
    /// The party that holds the person's current number.
    pub current_number_held_by: Option<Uuid>,
    /// Through which door the data came.
    pub source: RegisterSource,
    /// The date whose state of CPR this is.
    pub register_date: NaiveDate,
    /// How current they are, while CPR follows the party.
    pub freshness: Freshness,
    /// *Opdateret*.
    pub updated_at: DateTime<Utc>,
    /// Kept fields with CPR's value shaped as in the contract's `Party`; `null` too when masked.
    pub kept: Vec<(KeepableField, Value)>,
    /// CPR's last known address; `None` too when masked.
    pub last_address: Option<Address>,
}

impl PartyView {
    /// Whether it tells an address that is protected.
    pub fn tells_protected_address(&self) -> bool {
        let is_there = self.address.is_some() || self.cpr.as_ref().is_some_and(|cpr| cpr.last_address.is_some());
        self.protection.name_and_address == Some(true) && is_there
    }

    /// The party as this installation shows it, and how it is followed, to somebody who may read cases or may not.
    pub fn of(
        party: &Party,
        following: Option<Following>,
        course: Option<&Course>,
        reads_cases: bool,
        policy: &Policy,
    ) -> PartyView {
        let masked = policy.hides(party.is_protected());
        let confirmed_at = following.as_ref().and_then(|following| following.confirmed_at);
        let fields = &party.fields;
        PartyView {
            sealed: Sealed,
            id: party.id,
            kind: fields.kind,
            name: fields.name.clone(),
            email: fields.email.clone(),
            phone: fields.phone.clone(),
            mobile: fields.mobile.clone(),
            address: shown(fields.address.as_ref(), masked),
            address_kind: party.address_kind,
            address_masked: masked,
            personal_number: fields.personal_number,
            cvr_number: fields.cvr_number.clone(),
            p_number: fields.p_number.clone(),
            external_ids: fields.external_ids.clone(),
            owns_email_domain: fields.owns_email_domain,
            active: fields.active,
            protection: ProtectionView::of(party.register.as_ref(), policy),
            cpr: party.register.as_ref().map(|register| {
                let freshness = Freshness::of(confirmed_at, Some(register.register_date), course);
                CprView::of(party, register, freshness, masked)
            }),
            following: following.map(|following| FollowingView {
                state: following.state,
                wanted: following.is_wanted(),
                reasons: following.reasons.into_iter().map(|reason| ReasonView::of(reason, reads_cases)).collect(),
            }),
            version: party.version,
            created_at: party.created_at,
            updated_at: party.updated_at,
        }
    }
}

impl ProtectionView {
    fn of(register: Option<&Register>, policy: &Policy) -> ProtectionView {
        let protected = register.map(|register| register.person.protected);
        ProtectionView {
            name_and_address: protected,
            message: message(protected == Some(true), policy),
            as_of: register.map(|register| register.register_date),
        }
    }
}

impl CprView {
    fn of(party: &Party, register: &Register, freshness: Freshness, masked: bool) -> CprView {
        let person = &register.person;
        let register_value = |field| match field {
            KeepableField::Name => json!(person.name),
            KeepableField::Address => address_value(shown(person.address.as_ref(), masked).as_ref()),
        };
        CprView {
            sealed: Sealed,
            status: person.status.clone(),
            status_since: person.status_since,
            birth_date: person.birth_date,
            sex: person.sex,
            former_numbers: party.former_numbers.clone(),
            current_number_held_by: party.current_number_held_by,
            source: register.source,
            register_date: register.register_date,
            freshness,
            updated_at: register.updated_at,
            kept: kept(party).into_iter().map(|field| (field, register_value(field))).collect(),
            last_address: shown(person.last_address.as_ref(), masked),
        }
    }
}

/// The address of a party for somebody who gave a reason and stands in the log.
pub fn reveal(party: &Party) -> Option<Address> {
    party.fields.address.clone()
}

/// A person as CPR just told, as it may be shown. Only this module can make one.
#[derive(Clone, PartialEq)]
pub struct PersonView {
    sealed: Sealed,
    /// The person, without the address when it is masked.
    pub person: Person,
    /// The address is hidden because the request has no reason.
    pub address_masked: bool,
    /// What CPR says of the protection.
    pub protection: ProtectionView,
}

impl PersonView {
    /// Whether it tells an address that is protected.
    pub fn tells_protected_address(&self) -> bool {
        self.person.protected && (self.person.address.is_some() || self.person.last_address.is_some())
    }

    /// A person who was looked up, with or without a reason.
    pub fn of(register: &Register, policy: &Policy, has_reason: bool) -> PersonView {
        let mut person = register.person.clone();
        let address_masked = policy.blanks(person.protected, has_reason);
        person.address = shown(person.address.as_ref(), address_masked);
        person.last_address = shown(person.last_address.as_ref(), address_masked);
        PersonView { sealed: Sealed, person, address_masked, protection: ProtectionView::of(Some(register), policy) }
    }
}

/// The rows of a preview as they may be shown: CPR says now, or said before, that the person is protected.
pub fn preview_view(
    changes: Vec<PreviewChange>,
    party: &Party,
    register: &Register,
    policy: &Policy,
    has_reason: bool,
) -> Vec<PreviewChange> {
    let masked = policy.blanks(party.is_protected() || register.person.protected, has_reason);
    let complete = |change: PreviewChange| match change.field {
        PreviewField::Address if masked => {
            PreviewChange { current: Value::Null, register: Value::Null, result: Value::Null, ..change }
        }
        PreviewField::Protection => PreviewChange {
            current: with_message(change.current, policy),
            register: with_message(change.register, policy),
            result: with_message(change.result, policy),
            ..change
        },
        _ => change,
    };
    changes.into_iter().map(complete).collect()
}

/// A field of a version as it may be shown.
#[derive(Clone, PartialEq)]
pub struct FieldChangeView {
    /// The name of the field in the contract's `Party`.
    pub field: String,
    /// Before.
    pub old: Value,
    /// After.
    pub new: Value,
    /// The values are hidden.
    pub masked: bool,
}

impl std::fmt::Debug for FieldChangeView {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "FieldChangeView({}, **)", self.field)
    }
}

/// The changes of a version as they may be shown, by the protection that the party has today. `left_protected`: some
/// version of the party left a protected number ([`left_protected_number`]); what CPR said of that person stays hidden.
pub fn history_view(
    version: &PartyVersion,
    party: &Party,
    left_protected: bool,
    policy: &Policy,
) -> Vec<FieldChangeView> {
    let masked = policy.hides(party.is_protected() || left_protected);
    let view = |change: &super::party::FieldChange| {
        let hidden = masked && matches!(change.field.as_str(), "address" | "lastAddress");
        let value = |value: &Value| match change.field.as_str() {
            _ if hidden => Value::Null,
            "protection" => with_message(value.clone(), policy),
            _ => value.clone(),
        };
        FieldChangeView {
            field: change.field.clone(),
            old: value(&change.old),
            new: value(&change.new),
            masked: hidden,
        }
    };
    version.changes.iter().map(view).collect()
}

/// Whether a version took the number of a protected person from the party: nothing can end that person's protection for
/// this party any more. A number that became a former one is still the same person's.
pub fn left_protected_number(version: &PartyVersion) -> bool {
    let of = |field: &str| version.changes.iter().find(|change| change.field == field);
    left_number(version) && of("protection").is_some_and(|change| change.old["nameAndAddress"] == json!(true))
}

/// Whether a version took a number from the party that did not become a former one of the same person's.
fn left_number(version: &PartyVersion) -> bool {
    let of = |field: &str| version.changes.iter().find(|change| change.field == field);
    let Some(number) = of("personalNumber").filter(|number| !number.old.is_null()) else { return false };
    let former = of("formerPersonalNumbers").and_then(|change| change.new.as_array());
    !former.is_some_and(|former| former.contains(&number.old))
}

/// The changes of a party, newest first, as they may stand in the report of the person who has its number: none from before
/// the party came to that person. `true`: there were such, and they are about somebody else.
pub fn own_history(
    versions: Vec<PartyVersion>,
    party: &Party,
    policy: &Policy,
) -> (Vec<(PartyVersion, Vec<FieldChangeView>)>, bool) {
    let former: Vec<Value> = party.former_numbers.iter().map(|number| json!(number.digits().as_str())).collect();
    let is_own = |change: &super::party::FieldChange| change.field == "personalNumber" && former.contains(&change.old);
    let mut own = Vec::with_capacity(versions.len());
    for version in versions {
        let views = history_view(&version, party, false, policy);
        if left_number(&version) && !version.changes.iter().any(is_own) {
            let without_old = |view| FieldChangeView { old: Value::Null, masked: true, ..view };
            own.push((version, views.into_iter().map(without_old).collect()));
            return (own, true);
        }
        own.push((version, views));
    }
    (own, false)
}

/// The CPR tab as it may be shown: the person's own addresses by the person's protection, each relative by the
/// relative's own.
pub fn details_view(details: Details, protected: bool, policy: &Policy) -> Details {
    shown_details(details, policy.hides(protected), |relative| policy.hides(relative.protected))
}

/// The CPR tab as it may stand in the person's own report, which leaves the house: no protected address of other people,
/// whatever the installation shows its staff, and of a guardian, whose mark CPR does not tell, the number alone.
pub fn own_details(mut details: Details, protected: bool, policy: &Policy) -> Details {
    for guardian in &mut details.guardianship.items {
        guardian.lines.clear();
    }
    shown_details(details, policy.hides(protected), |relative| relative.protected)
}

fn shown_details(details: Details, masked: bool, hides: impl Fn(&Relative) -> bool) -> Details {
    let relative = |relative: Relative| {
        let masked = hides(&relative);
        Relative { address: shown(relative.address.as_ref(), masked), address_masked: masked, ..relative }
    };
    Details {
        address: details.address.map(|item| super::details::AddressItem {
            address: shown(item.address.as_ref(), masked),
            municipality: item.municipality.filter(|_| !masked),
            masked,
            ..item
        }),
        contact_address: details.contact_address.map(|item| super::details::ContactAddressItem {
            lines: if masked { Vec::new() } else { item.lines },
            masked,
            ..item
        }),
        civil_status: details.civil_status.map(|item| CivilStatusItem { spouse: item.spouse.map(&relative), ..item }),
        children: details.children.map(&relative),
        parents: details.parents.map(&relative),
        custody: details.custody.map(&relative),
        history: details.history.map(|item| super::details::HistoryItem {
            address: shown(item.address.as_ref(), masked),
            masked: masked && item.address.is_some(),
            spouse: item.spouse.map(relative),
            ..item
        }),
        ..details
    }
}

/// A candidate as it may be shown. What is hidden agrees with nothing: its agreement is unknown.
pub fn candidate_view(candidate: Candidate, policy: &Policy, has_reason: bool) -> Candidate {
    if !policy.blanks(candidate.protected, has_reason) {
        return candidate;
    }
    let agreement = candidate.agreement.without_address();
    Candidate { address: None, line: None, address_masked: true, agreement, ..candidate }
}

fn shown(address: Option<&Address>, masked: bool) -> Option<Address> {
    address.filter(|_| !masked).cloned()
}

fn message(protected: bool, policy: &Policy) -> Option<String> {
    protected.then(|| policy.message.clone())
}

fn with_message(mut protection: Value, policy: &Policy) -> Value {
    let protected = protection["nameAndAddress"] == json!(true);
    if let Value::Object(fields) = &mut protection {
        fields.insert("message".to_owned(), json!(message(protected, policy)));
    }
    protection
}

#[cfg(test)]
mod tests;
