//! What people do to a party by hand: create, edit, delete.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::apply::address_word;
use super::change::{Changed, conclude, forget_register, local_kind};
use super::event::{EventType, NewEvent};
use super::party::{Address, AddressKind, ChangeSource, Party, PartyFields};
use super::protection::Display;

/// A new party.
pub fn create(fields: PartyFields, id: Uuid, at: DateTime<Utc>) -> Changed {
    let party = Party {
        id,
        address_kind: local_kind(fields.address.as_ref()),
        fields,
        keeps_name: false,
        keeps_address: false,
        former_numbers: Vec::new(),
        register: None,
        current_number_held_by: None,
        changed_by: ChangeSource::User,
        version: 1,
        created_at: at,
        updated_at: at,
    };
    conclude(None, party, ChangeSource::User, at)
}

/// The party with the fields that a person wrote.
///
/// Where CPR has spoken, a name or address other than CPR's is kept from now on (no address is a value too), and CPR's
/// own value releases it; an empty name beside a personal number asks for CPR's. While the address is masked, none given
/// leaves the hidden one. Without its number, or with another one, the party loses what came from CPR; name and address
/// stay as local values, except a protected person's address from CPR.
pub fn edit(party: &Party, fields: PartyFields, display: Display, at: DateTime<Utc>) -> Changed {
    let hidden = display == Display::Mask && party.is_protected() && fields.address.is_none();
    let mut after = party.clone();
    let old_number = party.fields.personal_number.filter(|old| fields.personal_number != Some(*old));
    if old_number.is_some() {
        leave_number(&mut after, fields, hidden);
    } else {
        write(&mut after, fields, hidden);
    }
    Changed { remove_register: old_number, ..conclude(Some(party), after, ChangeSource::User, at) }
}

/// What deleting a party tells the feed.
pub fn delete(party: &Party) -> NewEvent {
    NewEvent { type_: EventType::PartyDeleted, party_id: party.id, changed_fields: Vec::new() }
}

/// The party no longer has its number.
fn leave_number(party: &mut Party, fields: PartyFields, hidden: bool) {
    let came_from_cpr = !matches!(party.address_kind, AddressKind::Local | AddressKind::None);
    // A form sends back what it showed: the protected address as it stood is not one that somebody typed.
    let sent_back =
        came_from_cpr && party.is_protected() && same_address(fields.address.as_ref(), party.fields.address.as_ref());
    forget_register(party);
    let address = if hidden || sent_back { party.fields.address.take() } else { fields.address.clone() };
    let name = if fields.name.is_empty() { party.fields.name.clone() } else { fields.name.clone() };
    party.address_kind = local_kind(address.as_ref());
    party.fields = PartyFields { address, name, ..fields };
}

fn write(party: &mut Party, mut fields: PartyFields, hidden: bool) {
    let person = party.register.as_ref().map(|register| &register.person);
    if let Some(name) = person.and_then(|person| person.name.as_ref()) {
        if fields.name.is_empty() {
            fields.name = name.clone();
        }
        party.keeps_name = fields.name != *name;
    } else if fields.name.is_empty() && person.is_some() {
        fields.name = party.fields.name.clone();
    }

    if hidden {
        fields.address = party.fields.address.clone();
    } else {
        match person.and_then(address_word) {
            Some((address, kind)) if same_address(fields.address.as_ref(), address) => {
                fields.address = address.cloned();
                (party.keeps_address, party.address_kind) = (false, kind);
            }
            Some(_) => (party.keeps_address, party.address_kind) = (true, local_kind(fields.address.as_ref())),
            None if fields.address == party.fields.address => {}
            None => party.address_kind = local_kind(fields.address.as_ref()),
        }
    }
    party.fields = fields;
}

/// Whether an address that a person sent is the one that CPR gave. A country that CPR has no ISO code for comes back as
/// the default.
fn same_address(sent: Option<&Address>, given: Option<&Address>) -> bool {
    match (sent, given) {
        (Some(sent), Some(given)) if given.country_code.is_none() => {
            Address { country_code: None, ..sent.clone() } == *given
        }
        (sent, given) => sent == given,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::apply::apply;
    use crate::domain::person::{Person, Status};
    use crate::domain::testing::*;

    /// Jens as CPR knows him.
    fn fetched(person: Person) -> Party {
        apply(&party(JENS), delivered(person, 2), None).party
    }

    fn put(party: &Party, display: Display, write: impl FnOnce(&mut PartyFields)) -> Changed {
        let mut fields = party.fields.clone();
        write(&mut fields);
        edit(party, fields, display, at(3))
    }

    fn types(changed: &Changed) -> Vec<EventType> {
        changed.events.iter().map(|event| event.type_).collect()
    }

    #[test]
    fn a_new_party_has_version_one_and_tells_that_it_is_there() {
        let created = create(fields("Anne"), Uuid::nil(), at(1));
        assert_eq!(created.party.version, 1);
        assert_eq!(types(&created), [EventType::PartyCreated]);
        let fields: Vec<_> = created.changes.iter().map(|change| change.field.as_str()).collect();
        assert_eq!(fields, ["kind", "name"]);
    }

    #[test]
    fn putting_back_what_was_read_changes_nothing() {
        for person in [
            jens(),
            Person { protected: true, ..jens() },
            Person { address_kind: AddressKind::NoFixedAbode, ..without_address(Status::NoFixedAbode) },
            without_address(Status::Dead),
        ] {
            let before = fetched(person);
            let after = put(&before, Display::Warn, |_| {});
            assert!(!after.is_new_version() && after.events.is_empty() && after.party == before);
        }
    }

    #[test]
    fn another_value_than_cprs_is_kept_and_cprs_own_releases_it() {
        let before = fetched(jens());
        let renamed = put(&before, Display::Warn, |fields| fields.name = "Jens M.".to_owned());
        assert!(renamed.party.keeps_name && !renamed.party.keeps_address);
        let looked_up = apply(&renamed.party, delivered(jens(), 4), None);
        assert_eq!(looked_up.party.fields.name, "Jens M.");
        let back = put(&renamed.party, Display::Warn, |fields| fields.name = "Jens Mortensen".to_owned());
        assert!(!back.party.keeps_name);

        let moved = put(&before, Display::Warn, |fields| fields.address = Some(address("Søgade 16")));
        assert!(moved.party.keeps_address);
        assert_eq!(moved.party.address_kind, AddressKind::Local);
        let gone = put(&before, Display::Warn, |fields| fields.address = None);
        assert!(gone.party.keeps_address, "no address is a value too");
        assert_eq!(gone.party.address_kind, AddressKind::None);
        let back = put(&gone.party, Display::Warn, |fields| fields.address = Some(address("Industrivænget 95, 1. mf")));
        assert_eq!((back.party.keeps_address, back.party.address_kind), (false, AddressKind::Danish));
    }

    #[test]
    fn an_address_typed_for_somebody_dead_is_kept() {
        let before = fetched(without_address(Status::Dead));
        let after = put(&before, Display::Warn, |fields| fields.address = Some(address("Søgade 16")));
        assert!(after.party.keeps_address);
        let looked_up = apply(&after.party, delivered(without_address(Status::Dead), 4), None);
        assert!(looked_up.party.fields == after.party.fields);
    }

    #[test]
    fn an_empty_name_beside_a_number_asks_for_cprs() {
        let before = put(&fetched(jens()), Display::Warn, |fields| fields.name = "Jens M.".to_owned()).party;
        let after = put(&before, Display::Warn, |fields| fields.name = String::new());
        assert_eq!((after.party.fields.name.as_str(), after.party.keeps_name), ("Jens Mortensen", false));
    }

    #[test]
    fn a_country_that_has_no_code_comes_back_as_the_default_and_is_still_cprs() {
        let abroad = crate::domain::party::Address { country_code: None, ..address("Rue 1") };
        let before = fetched(Person { address: Some(abroad), address_kind: AddressKind::Foreign, ..jens() });
        let after = put(&before, Display::Warn, |fields| fields.address = Some(address("Rue 1")));
        assert!(!after.is_new_version());
    }

    #[test]
    fn a_hidden_address_is_left_alone_unless_another_is_given() {
        let before = fetched(Person { protected: true, ..jens() });
        let saved = put(&before, Display::Mask, |fields| fields.address = None);
        assert!(!saved.is_new_version() && saved.party.fields == before.fields);
        let other = put(&before, Display::Mask, |fields| fields.address = Some(address("Søgade 16")));
        assert!(other.party.keeps_address);
        let cleared = put(&before, Display::Warn, |fields| fields.address = None);
        assert!(cleared.party.fields.address.is_none(), "what is shown can be removed");
    }

    #[test]
    fn without_its_number_a_party_keeps_name_and_address_as_its_own() {
        let after = put(&fetched(jens()), Display::Warn, |fields| fields.personal_number = None);
        assert_eq!(after.party.fields.name, "Jens Mortensen");
        assert_eq!(after.party.address_kind, AddressKind::Local);
        assert!(after.party.register.is_none());
        assert_eq!(after.remove_register, Some(number(JENS)));
        assert_eq!(types(&after), [EventType::PartyUpdated, EventType::PartyPersonalNumberChanged]);
    }

    #[test]
    fn a_protected_address_leaves_with_the_number() {
        let before = fetched(Person { protected: true, ..jens() });
        for display in [Display::Warn, Display::Mask] {
            // Under `warn` the form sends back the address that it showed.
            let sent = before.fields.address.clone().filter(|_| display == Display::Warn);
            let after = put(&before, display, |fields| {
                fields.personal_number = Some(number(GERDA));
                fields.address = sent;
            });
            assert!(after.party.fields.address.is_none());
            assert_eq!(after.party.address_kind, AddressKind::None);
            assert!(!after.party.is_protected() && after.party.register.is_none());
        }
        let own = apply(&before, delivered(Person { protected: true, ..jens() }, 3), None).party;
        let typed = put(&own, Display::Warn, |fields| fields.address = Some(address("Søgade 16"))).party;
        let after = put(&typed, Display::Mask, |fields| {
            fields.personal_number = None;
            fields.address = None;
        });
        assert_eq!(after.party.fields.address, Some(address("Søgade 16")), "what somebody typed stays");
    }
}
