//! The text fields of the properties dialog.

use openapi::problem::FieldError;

use crate::route::Tab;
use crate::text;

/// A text field of the dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// *Navn*.
    Name,
    /// *E-mail*.
    Email,
    /// *Telefon*.
    Phone,
    /// *Mobil*.
    Mobile,
    /// *Adresse 1*.
    Line1,
    /// *Adresse 2*.
    Line2,
    /// *Postnummer*.
    PostalCode,
    /// *By*.
    City,
    /// *Landekode*.
    CountryCode,
    /// *CPR-nummer*.
    PersonalNumber,
    /// *CVR-nummer*.
    CvrNumber,
    /// *P-nummer*.
    PNumber,
}

impl Field {
    /// Every field, in the order in which they stand.
    pub const ALL: [Field; 12] = [
        Field::Name,
        Field::Email,
        Field::Phone,
        Field::Mobile,
        Field::Line1,
        Field::Line2,
        Field::PostalCode,
        Field::City,
        Field::CountryCode,
        Field::PersonalNumber,
        Field::CvrNumber,
        Field::PNumber,
    ];

    /// The fields of the address.
    pub const ADDRESS: [Field; 5] = [Field::Line1, Field::Line2, Field::PostalCode, Field::City, Field::CountryCode];

    /// What stands over the field.
    pub const fn label(self) -> &'static str {
        match self {
            Field::Name => text::field::NAME,
            Field::Email => text::field::EMAIL,
            Field::Phone => text::field::PHONE,
            Field::Mobile => text::field::MOBILE,
            Field::Line1 => text::field::LINE1,
            Field::Line2 => text::field::LINE2,
            Field::PostalCode => text::field::POSTAL_CODE,
            Field::City => text::field::CITY,
            Field::CountryCode => text::field::COUNTRY_CODE,
            Field::PersonalNumber => text::field::PERSONAL_NUMBER,
            Field::CvrNumber => text::field::CVR_NUMBER,
            Field::PNumber => text::field::P_NUMBER,
        }
    }

    /// Where the field stands in `PartyInput`, as a JSON Pointer (RFC 6901).
    pub const fn pointer(self) -> &'static str {
        match self {
            Field::Name => "/name",
            Field::Email => "/email",
            Field::Phone => "/phone",
            Field::Mobile => "/mobile",
            Field::Line1 => "/address/line1",
            Field::Line2 => "/address/line2",
            Field::PostalCode => "/address/postalCode",
            Field::City => "/address/city",
            Field::CountryCode => "/address/countryCode",
            Field::PersonalNumber => "/personalNumber",
            Field::CvrNumber => "/cvrNumber",
            Field::PNumber => "/pNumber",
        }
    }

    /// The field's own part of its id on the page.
    pub fn id(self) -> String {
        self.pointer()[1..].replace('/', "-")
    }

    /// The tab that the field stands on.
    pub const fn tab(self) -> Tab {
        match self {
            Field::PersonalNumber | Field::CvrNumber | Field::PNumber => Tab::Identifikation,
            _ => Tab::Generelt,
        }
    }

    /// The field that an error is about: its own pointer, and the first line for the whole address.
    pub fn at(pointer: &str) -> Option<Field> {
        let exact = Field::ALL.into_iter().find(|field| field.pointer() == pointer);
        exact.or((pointer == "/address").then_some(Field::Line1))
    }
}

/// The errors of the server, each beside the field that it is about.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FieldErrors {
    errors: Vec<(Option<Field>, String)>,
}

impl FieldErrors {
    /// Sorts the errors of an answer to the fields.
    pub fn of(errors: &[FieldError]) -> FieldErrors {
        let place = |error: &FieldError| (Field::at(&error.pointer), error.detail.clone());
        FieldErrors { errors: errors.iter().map(place).collect() }
    }

    /// One error found here, before the server was asked.
    pub fn one(field: Field, detail: &str) -> FieldErrors {
        FieldErrors { errors: vec![(Some(field), detail.to_owned())] }
    }

    /// What is wrong with this field.
    pub fn at(&self, field: Field) -> Option<&str> {
        self.errors.iter().find(|(at, _)| *at == Some(field)).map(|(_, detail)| detail.as_str())
    }

    /// The errors, each with the field that it is about, where there is one here.
    pub fn iter(&self) -> impl Iterator<Item = (Option<Field>, &str)> {
        self.errors.iter().map(|(field, detail)| (*field, detail.as_str()))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// The tab of the first field that is wrong.
    pub fn first_tab(&self) -> Option<Tab> {
        self.errors.iter().find_map(|(field, _)| field.map(Field::tab))
    }

    /// Without the errors of a field that has been changed since.
    pub fn without(&self, changed: Field) -> FieldErrors {
        let errors = self.errors.iter().filter(|(field, _)| *field != Some(changed)).cloned().collect();
        FieldErrors { errors }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(pointer: &str, detail: &str) -> FieldError {
        FieldError { pointer: pointer.to_owned(), detail: detail.to_owned() }
    }

    #[test]
    fn an_error_stands_beside_its_field_and_opens_its_tab() {
        let errors =
            FieldErrors::of(&[error("/externalIds/0/id", "for lang"), error("/address/postalCode", "fire cifre")]);
        assert_eq!(errors.at(Field::PostalCode), Some("fire cifre"));
        assert_eq!(errors.at(Field::City), None);
        assert_eq!(errors.first_tab(), Some(Tab::Generelt));
        assert_eq!(errors.iter().count(), 2, "an error without a field here is not lost");
    }

    #[test]
    fn an_error_of_the_whole_address_stands_at_its_first_line() {
        assert_eq!(Field::at("/address"), Some(Field::Line1));
        assert_eq!(Field::at("/"), None);
    }

    #[test]
    fn a_changed_field_loses_its_error() {
        let errors = FieldErrors::of(&[error("/name", "mangler"), error("/cvrNumber", "otte cifre")]);
        let left = errors.without(Field::Name);
        assert_eq!((left.at(Field::Name), left.at(Field::CvrNumber)), (None, Some("otte cifre")));
        assert_eq!(left.first_tab(), Some(Tab::Identifikation));
    }

    #[test]
    fn every_field_has_an_id_of_its_own() {
        let mut ids: Vec<String> = Field::ALL.into_iter().map(Field::id).collect();
        assert!(ids.contains(&"address-postalCode".to_owned()), "{ids:?}");
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), Field::ALL.len());
    }
}
