//! The kinds of value that columns hold, each read and written in one place.

use super::Field;
use crate::codes::{CivilStatus, FamilyRelation, PersonStatus, ProtectionKind, codes};
use crate::{CprDate, PersonalNumber, Sex};

/// A kind of value: how it is read from a field (and its uncertainty mark) and written back.
pub(crate) trait Value: Sized {
    /// # Errors
    /// What was expected instead.
    fn read(field: &Field, mark: &Field) -> Result<Self, &'static str>;
    /// The field and its mark.
    fn write(&self) -> (Field, Field);
}

/// A field as it is: a code with its clear texts.
impl Value for Field {
    fn read(field: &Field, _: &Field) -> Result<Self, &'static str> {
        Ok(field.clone())
    }
    fn write(&self) -> (Field, Field) {
        (self.clone(), Field::default())
    }
}

/// A text; leading blanks belong to it, trailing ones do not.
impl Value for Option<String> {
    fn read(field: &Field, _: &Field) -> Result<Self, &'static str> {
        Ok(field.value().map(|value| value.trim_end().to_owned()))
    }
    fn write(&self) -> (Field, Field) {
        (self.as_deref().map_or_else(Field::default, Field::new), Field::default())
    }
}

/// A mark: `X` or blank. Anything that is not blank counts, because a mark may never be lost.
impl Value for bool {
    fn read(field: &Field, _: &Field) -> Result<Self, &'static str> {
        Ok(!field.is_empty())
    }
    fn write(&self) -> (Field, Field) {
        (if *self { Field::new("X") } else { Field::default() }, Field::default())
    }
}

/// `JA` or `NEJ`, in any case.
impl Value for Option<bool> {
    fn read(field: &Field, _: &Field) -> Result<Self, &'static str> {
        match field.value().map(|value| value.trim().to_ascii_uppercase()).as_deref() {
            None => Ok(None),
            Some("JA") => Ok(Some(true)),
            Some("NEJ") => Ok(Some(false)),
            Some(_) => Err("JA or NEJ"),
        }
    }
    fn write(&self) -> (Field, Field) {
        (self.map_or_else(Field::default, |yes| Field::new(if yes { "JA" } else { "NEJ" })), Field::default())
    }
}

/// A count.
impl Value for Option<u32> {
    fn read(field: &Field, _: &Field) -> Result<Self, &'static str> {
        field.value().map(|value| value.trim().parse().map_err(|_| "a number")).transpose()
    }
    fn write(&self) -> (Field, Field) {
        (self.map_or_else(Field::default, |number| Field::new(number.to_string())), Field::default())
    }
}

/// A personal number; zeros and `0000000000` mean that there is none.
impl Value for Option<PersonalNumber> {
    fn read(field: &Field, _: &Field) -> Result<Self, &'static str> {
        match field.value().map(str::trim) {
            None => Ok(None),
            Some(zeros) if zeros.bytes().all(|byte| byte == b'0') => Ok(None),
            Some(digits) => PersonalNumber::parse(digits).map(Some).map_err(|_| "a personal number"),
        }
    }
    fn write(&self) -> (Field, Field) {
        (self.map_or_else(Field::default, |number| Field::new(number.digits().as_str())), Field::default())
    }
}

/// A date of 8 or 12 digits with its uncertainty mark `*`; all zeros mean that there is none.
impl Value for Option<CprDate> {
    fn read(field: &Field, mark: &Field) -> Result<Self, &'static str> {
        match field.value().map(str::trim) {
            None => Ok(None),
            Some(zeros) if zeros.bytes().all(|byte| byte == b'0') => Ok(None),
            Some(digits) => {
                let date = CprDate::parse(digits).ok_or("a date of 8 or 12 digits")?;
                Ok(Some(date.with_uncertainty(!mark.is_empty())))
            }
        }
    }
    fn write(&self) -> (Field, Field) {
        let Some(date) = self else { return Default::default() };
        (Field::new(date.digits()), if date.uncertain { Field::new("*") } else { Field::default() })
    }
}

/// `M` or `K`, in any case.
impl Value for Option<Sex> {
    fn read(field: &Field, _: &Field) -> Result<Self, &'static str> {
        match field.value().map(str::trim) {
            None => Ok(None),
            Some("M" | "m") => Ok(Some(Sex::Male)),
            Some("K" | "k") => Ok(Some(Sex::Female)),
            Some(_) => Err("M or K"),
        }
    }
    fn write(&self) -> (Field, Field) {
        let code = self.map(|sex| match sex {
            Sex::Male => "M",
            Sex::Female => "K",
        });
        (code.map_or_else(Field::default, Field::new), Field::default())
    }
}

codes! {
    /// What an address row is about (`ADRKOD`).
    pub enum AddressKind {
        /// An address in Denmark or Greenland.
        Danish = "1", "Dansk adresse";
        /// Emigration.
        Emigrated = "2", "Udrejst";
        /// Disappearance.
        Disappeared = "3", "Forsvundet";
    }
}

/// A code with the texts that CPR gave beside it; the texts are read from the table of codes, not from the answer.
macro_rules! coded_value {
    ($($type:ty),+) => { $(
        impl Value for Option<$type> {
            fn read(field: &Field, _: &Field) -> Result<Self, &'static str> {
                Ok(field.value().map(|code| <$type>::of(code.trim())))
            }
            fn write(&self) -> (Field, Field) {
                (self.as_ref().map_or_else(Field::default, |value| Field::new(value.code())), Field::default())
            }
        }
    )+ };
}
coded_value!(PersonStatus, CivilStatus, FamilyRelation, ProtectionKind, AddressKind);

/// An addressing name (*adresseringsnavn*), in both orders: `Mortensen,Jens` and `Jens Mortensen`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AddressingName {
    /// Surname, comma, first names (`v`).
    pub surname_first: Option<String>,
    /// As it is said (`t`).
    pub natural: Option<String>,
}

impl AddressingName {
    /// A name from its surname and its first names; both orders.
    #[must_use]
    pub fn of(surname: &str, first_names: &str) -> Self {
        Self {
            surname_first: Some(format!("{surname},{first_names}")),
            natural: Some(format!("{first_names} {surname}")),
        }
    }

    /// The name as it is said; made from the other order where CPR gave only that. `None` for an unnamed person.
    #[must_use]
    pub fn full(&self) -> Option<String> {
        if let Some(natural) = &self.natural {
            return Some(natural.clone());
        }
        let turned = self.surname_first.as_deref()?;
        Some(match turned.split_once(',') {
            Some((surname, first_names)) => format!("{} {}", first_names.trim(), surname.trim()).trim().to_owned(),
            None => turned.trim().to_owned(),
        })
    }
}

impl std::fmt::Debug for AddressingName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(if *self == Self::default() { "AddressingName(empty)" } else { "AddressingName(***)" })
    }
}

impl Value for AddressingName {
    fn read(field: &Field, _: &Field) -> Result<Self, &'static str> {
        let owned = |text: Option<&str>| text.map(|text| text.trim().to_owned());
        Ok(Self { surname_first: owned(field.value()), natural: owned(field.plain_text()) })
    }
    fn write(&self) -> (Field, Field) {
        let mut field = self.surname_first.as_deref().map_or_else(Field::default, Field::new);
        if let Some(natural) = &self.natural {
            field = field.with_text(natural);
        }
        (field, Field::default())
    }
}

/// The mark of name and address protection. Anything that is not blank counts as protected: services write `1` or `X`,
/// and a protected person shown as an open one is the worse mistake.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Protected(
    /// Whether name and address are protected.
    pub bool,
);

impl Value for Protected {
    fn read(field: &Field, _: &Field) -> Result<Self, &'static str> {
        Ok(Self(!field.is_empty()))
    }
    fn write(&self) -> (Field, Field) {
        let marked = || Field::coded("1", "Navne- og adresse beskyttelse").with_short_text("Beskyt");
        (if self.0 { marked() } else { Field::default() }, Field::default())
    }
}

/// A relative's personal number or, without one, the birth date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberOrBirthDate {
    /// The relative has a Danish number.
    Number(PersonalNumber),
    /// The relative has none, but a birth date.
    BirthDate(CprDate),
}

/// No document shows the form of the birth date here, so a form that we do not know is passed over and costs only
/// itself. Ten digits are a number and must be one.
impl Value for Option<NumberOrBirthDate> {
    fn read(field: &Field, mark: &Field) -> Result<Self, &'static str> {
        match field.value().map(str::trim) {
            Some(digits) if digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                let number: Option<PersonalNumber> = Value::read(field, mark)?;
                Ok(number.map(NumberOrBirthDate::Number))
            }
            _ => {
                let date: Option<CprDate> = Value::read(field, mark).unwrap_or_default();
                Ok(date.map(NumberOrBirthDate::BirthDate))
            }
        }
    }
    fn write(&self) -> (Field, Field) {
        match self {
            None => Default::default(),
            Some(NumberOrBirthDate::Number(number)) => Some(*number).write(),
            Some(NumberOrBirthDate::BirthDate(date)) => Some(*date).write(),
        }
    }
}
