//! What a change of a party means: its new version, its history and its events.

use cpr::PersonalNumber;
use serde_json::{Value, json};
use uuid::Uuid;

use super::event::{EventType, NewEvent};
use super::party::{Address, AddressKind, ChangeSource, FieldChange, Party};
use super::person::{Register, Status};
use super::subscription::Moved;

/// A party after a change, and everything that has to be stored with it in the same transaction.
#[derive(Clone, PartialEq)]
pub struct Changed {
    /// The party as it is now. With a new version unless nothing changed; even then its register may have been confirmed
    /// at a later time.
    pub party: Party,
    /// What changed; empty when nothing did.
    pub changes: Vec<FieldChange>,
    /// What to tell those who follow the feed; empty when nothing changed.
    pub events: Vec<NewEvent>,
    /// What is to be stored of what CPR said, with the records of the answer. Not always the answer itself: where it is
    /// silent (withheld, or a number that is nobody's any more), CPR's earlier word stands.
    pub store_register: Option<Register>,
    /// Whose CPR records are to be removed.
    pub remove_register: Option<PersonalNumber>,
    /// Numbers that CPR gave up for others: their subscriptions follow.
    pub moved: Vec<Moved>,
}

impl Changed {
    /// The party has a new version, with a history row and events.
    pub fn is_new_version(&self) -> bool {
        !self.changes.is_empty()
    }
}

/// The names of the fields in which a value can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeepableField {
    /// The name, as a whole.
    Name,
    /// The address, as a whole.
    Address,
}

impl KeepableField {
    /// The name of the field in the contract.
    pub const fn name(self) -> &'static str {
        match self {
            KeepableField::Name => "name",
            KeepableField::Address => "address",
        }
    }
}

/// The fields whose value a person chose to keep.
pub fn kept(party: &Party) -> Vec<KeepableField> {
    let name = party.keeps_name.then_some(KeepableField::Name);
    name.into_iter().chain(party.keeps_address.then_some(KeepableField::Address)).collect()
}

/// An address shaped as in the contract's `Party`.
pub fn address_value(address: Option<&Address>) -> Value {
    address.map_or(Value::Null, |address| {
        json!({
            "line1": address.line1, "line2": address.line2, "postalCode": address.postal_code,
            "city": address.city, "countryCode": address.country_code,
        })
    })
}

/// The protection shaped as in the contract's `Party`, without the message, which belongs to the installation.
pub fn protection_value(party: &Party) -> Value {
    let register = party.register.as_ref();
    json!({
        "nameAndAddress": register.map(|register| register.person.protected),
        "asOf": register.map(|register| register.register_date),
    })
}

/// Where the effective address comes from when it is not CPR's.
pub(super) fn local_kind(address: Option<&Address>) -> AddressKind {
    if address.is_some() { AddressKind::Local } else { AddressKind::None }
}

/// The new version of a party, or the same one if nothing of it changed. `before` is `None` for a new party.
pub(super) fn conclude(
    before: Option<&Party>,
    mut after: Party,
    source: ChangeSource,
    at: chrono::DateTime<chrono::Utc>,
) -> Changed {
    let changes = differences(before, &after);
    if let Some(before) = before {
        if changes.is_empty() {
            (after.version, after.updated_at, after.changed_by) =
                (before.version, before.updated_at, before.changed_by);
        } else {
            (after.version, after.updated_at, after.changed_by) = (before.version + 1, at, source);
        }
    }
    let events = before.map_or_else(
        || vec![event(EventType::PartyCreated, after.id, Vec::new())],
        |before| events(before, &after, &changes),
    );
    Changed { party: after, changes, events, store_register: None, remove_register: None, moved: Vec::new() }
}

/// Removes everything that came from CPR but the values in force: the party has another number now, or none.
///
/// The address that came from CPR goes too when the person is protected: it must not live on as if typed here.
pub(super) fn forget_register(party: &mut Party) {
    let from_cpr = !matches!(party.address_kind, AddressKind::Local | AddressKind::None);
    if party.is_protected() && from_cpr {
        party.fields.address = None;
    }
    party.register = None;
    party.current_number_held_by = None;
    party.former_numbers = Vec::new();
    party.keeps_name = false;
    party.keeps_address = false;
    party.address_kind = local_kind(party.fields.address.as_ref());
}

fn differences(before: Option<&Party>, after: &Party) -> Vec<FieldChange> {
    // Birth date and sex came with the first answer as surely as status and protection; only a change of them is news.
    let first_answer = before.is_none_or(|before| before.register.is_none()) || after.register.is_none();
    // History must tell that the person who left was protected, even when the next one is too.
    let leaves_protected = before.is_some_and(|before| before.is_protected() && is_another_person(before, after));
    let old = before.map(values);
    let new = values(after);
    let mut changes = Vec::new();
    for (place, (field, new)) in new.into_iter().enumerate() {
        let old = old.as_ref().map_or_else(|| unset(field), |old| old[place].1.clone());
        let same = match field {
            "protection" => old["nameAndAddress"] == new["nameAndAddress"] && !leaves_protected,
            "birthDate" | "sex" | "statusSince" => first_answer || old == new,
            _ => old == new,
        };
        if !same {
            changes.push(FieldChange { field: field.to_owned(), old, new });
        }
    }
    changes
}

/// Whether the number was taken from the party and is not one that its person had before.
fn is_another_person(before: &Party, after: &Party) -> bool {
    let (old, new) = (before.fields.personal_number, after.fields.personal_number);
    old != new && old.is_some_and(|old| !after.former_numbers.contains(&old))
}

/// What a field is before there is a party.
fn unset(field: &str) -> Value {
    match field {
        "protection" => json!({ "nameAndAddress": null, "asOf": null }),
        "formerPersonalNumbers" | "kept" | "externalIds" => json!([]),
        "name" => json!(""),
        "ownsEmailDomain" => json!(false),
        "active" => json!(true),
        _ => Value::Null,
    }
}

/// The fields of a party that have a history, by the names of the contract.
fn values(party: &Party) -> Vec<(&'static str, Value)> {
    let fields = &party.fields;
    let person = party.register.as_ref().map(|register| &register.person);
    let former: Vec<_> = party.former_numbers.iter().map(|number| number.digits().as_str().to_owned()).collect();
    let kept: Vec<_> = kept(party).into_iter().map(KeepableField::name).collect();
    vec![
        ("kind", json!(fields.kind)),
        ("name", json!(fields.name)),
        ("email", json!(fields.email)),
        ("phone", json!(fields.phone)),
        ("mobile", json!(fields.mobile)),
        ("address", address_value(fields.address.as_ref())),
        ("personalNumber", json!(fields.personal_number.map(|number| number.digits().as_str().to_owned()))),
        ("cvrNumber", json!(fields.cvr_number)),
        ("pNumber", json!(fields.p_number)),
        ("externalIds", json!(fields.external_ids)),
        ("ownsEmailDomain", json!(fields.owns_email_domain)),
        ("active", json!(fields.active)),
        ("status", json!(person.and_then(|person| person.status.as_ref()).map(Status::code))),
        ("statusSince", json!(person.and_then(|person| person.status_since))),
        ("protection", protection_value(party)),
        ("birthDate", json!(person.and_then(|person| person.birth_date))),
        ("sex", json!(person.and_then(|person| person.sex))),
        ("formerPersonalNumbers", json!(former)),
        ("lastAddress", address_value(person.and_then(|person| person.last_address.as_ref()))),
        ("kept", json!(kept)),
    ]
}

/// One `party.updated` for the version, and the special types beside it.
fn events(before: &Party, after: &Party, changes: &[FieldChange]) -> Vec<NewEvent> {
    if changes.is_empty() {
        return Vec::new();
    }
    let mut fields: Vec<String> = Vec::new();
    for change in changes {
        let name = own_name(&change.field);
        if !fields.iter().any(|field| field == name) {
            fields.push(name.to_owned());
        }
    }
    if before.address_kind != after.address_kind {
        fields.push("addressKind".to_owned());
    }
    let mut events = vec![event(EventType::PartyUpdated, after.id, fields)];
    let mut special = |type_, field: &str| events.push(event(type_, after.id, vec![field.to_owned()]));

    if before.fields.personal_number != after.fields.personal_number {
        special(EventType::PartyPersonalNumberChanged, "personalNumber");
    }
    if before.is_protected() != after.is_protected() {
        special(EventType::PartyProtectionChanged, "protection");
    }
    let status = |party: &Party| party.register.as_ref().and_then(|register| register.person.status.clone());
    let (old, new) = (status(before), status(after));
    if new == Some(Status::Dead) && old != Some(Status::Dead) {
        special(EventType::PartyDeceased, "cpr");
    }
    if old.is_some() && new.is_some() && old != new {
        special(EventType::PartyStatusChanged, "cpr");
    }
    let holder = after.current_number_held_by;
    if holder.is_some() && holder != before.current_number_held_by {
        special(EventType::PartyDuplicateFound, "cpr");
    }
    events
}

/// The field of the contract's `Party` in which a field of the history stands.
fn own_name(field: &str) -> &str {
    match field {
        "status" | "statusSince" | "birthDate" | "sex" | "formerPersonalNumbers" | "lastAddress" | "kept" => "cpr",
        own => own,
    }
}

fn event(type_: EventType, party_id: Uuid, changed_fields: Vec<String>) -> NewEvent {
    NewEvent { type_, party_id, changed_fields }
}
