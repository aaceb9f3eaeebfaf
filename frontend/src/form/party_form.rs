//! The fields of the properties dialog, to and from a party.

use openapi::party::{Address, AddressInput, ExternalId, Party, PartyInput, PartyKind};
use openapi::person::Person;

use super::field::Field;
use super::number;

/// What stands in the fields.
#[derive(Debug, Clone, PartialEq)]
pub struct PartyForm {
    /// Person or company.
    pub kind: PartyKind,
    /// *Parten er ejer af e-maildomænet*.
    pub owns_email_domain: bool,
    values: [String; Field::ALL.len()],
}

/// A field in which two versions of a party differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The label of the field.
    pub label: &'static str,
    /// The one value.
    pub mine: String,
    /// The other.
    pub theirs: String,
}

impl PartyForm {
    /// The form of a new party.
    pub fn empty() -> PartyForm {
        let mut form = PartyForm { kind: PartyKind::Person, owns_email_domain: false, values: Default::default() };
        form.set(Field::CountryCode, "DK".to_owned());
        form
    }

    /// The form of a party as it is stored.
    pub fn of(party: &Party) -> PartyForm {
        let mut form = PartyForm { kind: party.kind, owns_email_domain: party.owns_email_domain, ..Self::empty() };
        form.set(Field::Name, party.name.clone());
        form.set(Field::Email, text(party.email.as_ref()));
        form.set(Field::Phone, text(party.phone.as_ref()));
        form.set(Field::Mobile, text(party.mobile.as_ref()));
        form.set_address(party.address.as_ref());
        form.set(Field::PersonalNumber, number::formatted(&text(party.personal_number.as_ref())));
        form.set(Field::CvrNumber, text(party.cvr_number.as_ref()));
        form.set(Field::PNumber, text(party.p_number.as_ref()));
        form
    }

    /// What stands in a field.
    pub fn get(&self, field: Field) -> &str {
        &self.values[field as usize]
    }

    /// Writes into a field.
    pub fn set(&mut self, field: Field, value: String) {
        self.values[field as usize] = value;
    }

    /// Writes an address into its fields; none empties them.
    pub fn set_address(&mut self, address: Option<&Address>) {
        let part = |read: fn(&Address) -> Option<&String>| text(address.and_then(read));
        self.set(Field::Line1, part(|address| address.line1.as_ref()));
        self.set(Field::Line2, part(|address| address.line2.as_ref()));
        self.set(Field::PostalCode, part(|address| address.postal_code.as_ref()));
        self.set(Field::City, part(|address| address.city.as_ref()));
        self.set(Field::CountryCode, address.map_or("DK".to_owned(), |address| text(address.country_code.as_ref())));
    }

    /// Writes what CPR says of a person into the fields; what CPR does not say stays.
    pub fn fill_from(&mut self, person: &Person) {
        let number = person.current_personal_number.as_ref().unwrap_or(&person.personal_number);
        self.set(Field::PersonalNumber, number::formatted(number));
        if let Some(name) = &person.name {
            self.set(Field::Name, name.clone());
        }
        if !person.withheld && !person.address_masked {
            self.set_address(person.address.as_ref());
        }
    }

    /// Whether something stands here that is not stored. Blanks around a value and the way a number is written are no
    /// difference.
    pub fn differs_from(&self, stored: &PartyForm) -> bool {
        self.kind != stored.kind
            || self.owns_email_domain != stored.owns_email_domain
            || Field::ALL.into_iter().any(|field| self.plain(field) != stored.plain(field))
    }

    /// Whether this field has another value than the stored one.
    pub fn field_differs(&self, field: Field, stored: &PartyForm) -> bool {
        self.plain(field) != stored.plain(field)
    }

    /// The changes made since `base`, on top of `theirs`.
    pub fn rebased(&self, base: &PartyForm, theirs: &PartyForm) -> PartyForm {
        let mut form = theirs.clone();
        if self.kind != base.kind {
            form.kind = self.kind;
        }
        if self.owns_email_domain != base.owns_email_domain {
            form.owns_email_domain = self.owns_email_domain;
        }
        for field in Field::ALL.into_iter().filter(|field| self.field_differs(*field, base)) {
            form.set(field, self.get(field).to_owned());
        }
        form
    }

    /// The changes made since `base` on top of what a fetch from CPR gave; number, name and address are the fetch's.
    pub fn after_fetch(&self, base: &PartyForm, fetched: &PartyForm) -> PartyForm {
        let mut form = self.rebased(base, fetched);
        for field in [Field::Name, Field::PersonalNumber].into_iter().chain(Field::ADDRESS) {
            form.set(field, fetched.get(field).to_owned());
        }
        form
    }

    /// The fields in which `theirs` differs.
    pub fn differences(&self, theirs: &PartyForm) -> Vec<Difference> {
        let differing = Field::ALL.into_iter().filter(|field| self.field_differs(*field, theirs));
        let difference = |field: Field| Difference {
            label: field.label(),
            mine: self.get(field).to_owned(),
            theirs: theirs.get(field).to_owned(),
        };
        differing.map(difference).collect()
    }

    /// The request that stores what stands here. `stored` gives what the dialog does not show: keys in other systems,
    /// whether the party is active, and whether its address is hidden.
    pub fn to_input(&self, stored: Option<&Party>) -> PartyInput {
        let person = self.kind == PartyKind::Person;
        PartyInput {
            kind: Some(self.kind),
            name: self.filled(Field::Name),
            email: self.filled(Field::Email),
            phone: self.filled(Field::Phone),
            mobile: self.filled(Field::Mobile),
            address: self.address(),
            personal_number: self.filled(Field::PersonalNumber).filter(|_| person),
            cvr_number: self.filled(Field::CvrNumber),
            p_number: self.filled(Field::PNumber).filter(|_| !person),
            external_ids: stored
                .map(|party| party.external_ids.clone())
                .filter(|ids: &Vec<ExternalId>| !ids.is_empty()),
            owns_email_domain: Some(self.owns_email_domain),
            active: stored.map(|party| party.active),
        }
    }

    /// The address as it stands here; none when nothing but the country does.
    pub fn address(&self) -> Option<AddressInput> {
        let address = AddressInput {
            line1: self.filled(Field::Line1),
            line2: self.filled(Field::Line2),
            postal_code: self.filled(Field::PostalCode),
            city: self.filled(Field::City),
            country_code: self.filled(Field::CountryCode),
        };
        let empty = AddressInput { country_code: address.country_code.clone(), ..AddressInput::default() };
        (address != empty).then_some(address)
    }

    /// The value of a field without blanks around it; `None` for an empty field.
    pub fn filled(&self, field: Field) -> Option<String> {
        let value = self.plain(field);
        (!value.is_empty()).then_some(value)
    }

    fn plain(&self, field: Field) -> String {
        match field {
            Field::PersonalNumber => number::bare(self.get(field)),
            Field::CvrNumber | Field::PNumber => self.get(field).split_whitespace().collect(),
            Field::CountryCode => self.get(field).trim().to_uppercase(),
            _ => self.get(field).trim().to_owned(),
        }
    }
}

fn text(value: Option<&String>) -> String {
    value.cloned().unwrap_or_default()
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// An invented party; its number belongs to nobody.
    pub fn party() -> Party {
        serde_json::from_value(serde_json::json!({
            "id": "0190b2c8-0000-7000-8000-000000000001", "kind": "person", "name": "Vita Prøve",
            "email": "vita@example.dk", "phone": null, "mobile": "20 20 20 20",
            "address": { "line1": "Prøvevej 1", "line2": null, "postalCode": "9000", "city": "Aalborg", "countryCode": "DK" },
            "addressKind": "local", "addressMasked": false, "personalNumber": "0101019995", "cvrNumber": null,
            "pNumber": null, "externalIds": [{ "system": "sag", "id": "17" }], "ownsEmailDomain": false, "active": true,
            "protection": { "nameAndAddress": null, "message": null, "asOf": null }, "cpr": null, "version": 3,
            "createdAt": "2026-11-01T08:00:00Z", "updatedAt": "2026-11-02T08:00:00Z"
        }))
        .unwrap()
    }

    #[test]
    fn an_untouched_form_stores_the_party_as_it_is() {
        let party = party();
        let form = PartyForm::of(&party);
        assert!(!form.differs_from(&PartyForm::of(&party)));
        let input = form.to_input(Some(&party));
        assert_eq!(input.name.as_deref(), Some("Vita Prøve"));
        assert_eq!(input.personal_number.as_deref(), Some("0101019995"));
        assert_eq!(input.phone, None);
        assert_eq!(input.external_ids, Some(party.external_ids.clone()), "what the dialog does not show stays");
        assert_eq!(input.active, Some(true));
        assert_eq!(input.address.unwrap().postal_code.as_deref(), Some("9000"));
    }

    #[test]
    fn blanks_and_the_hyphen_of_a_number_are_no_change() {
        let stored = PartyForm::of(&party());
        let mut form = stored.clone();
        form.set(Field::Name, " Vita Prøve ".to_owned());
        form.set(Field::PersonalNumber, "010101 9995".to_owned());
        form.set(Field::CountryCode, "dk".to_owned());
        assert!(!form.differs_from(&stored));
        form.set(Field::Phone, "1".to_owned());
        assert!(form.differs_from(&stored));
    }

    #[test]
    fn an_address_with_nothing_but_a_country_is_no_address() {
        let mut form = PartyForm::empty();
        assert_eq!(form.address(), None);
        form.set(Field::City, "Aalborg".to_owned());
        assert_eq!(form.address().unwrap().country_code.as_deref(), Some("DK"));
    }

    #[test]
    fn a_company_sends_no_personal_number() {
        let mut form = PartyForm::of(&party());
        form.kind = PartyKind::Company;
        assert_eq!(form.to_input(None).personal_number, None);
    }

    #[test]
    fn my_changes_go_on_top_of_theirs_field_by_field() {
        let base = PartyForm::of(&party());
        let (mut mine, mut theirs) = (base.clone(), base.clone());
        mine.set(Field::Phone, "11 11 11 11".to_owned());
        theirs.set(Field::Email, "ny@example.dk".to_owned());
        theirs.owns_email_domain = true;
        let both = mine.rebased(&base, &theirs);
        assert_eq!((both.get(Field::Phone), both.get(Field::Email)), ("11 11 11 11", "ny@example.dk"));
        assert!(both.owns_email_domain);
        let labels: Vec<_> = mine.differences(&theirs).into_iter().map(|difference| difference.label).collect();
        assert_eq!(labels, ["E-mail", "Telefon"]);
    }

    #[test]
    fn a_fetch_gives_number_name_and_address_and_leaves_what_else_was_typed() {
        let base = PartyForm::of(&party());
        let (mut mine, mut fetched) = (base.clone(), base.clone());
        mine.set(Field::Name, "Noget andet".to_owned());
        mine.set(Field::Mobile, "30 30 30 30".to_owned());
        fetched.set(Field::Line1, "Nyvej 2".to_owned());
        let form = mine.after_fetch(&base, &fetched);
        assert_eq!(form.get(Field::Name), "Vita Prøve");
        assert_eq!(form.get(Field::Line1), "Nyvej 2");
        assert_eq!(form.get(Field::Mobile), "30 30 30 30");
    }
}
