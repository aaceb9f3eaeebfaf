//! A field and a set of fields, by CPR's names.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One field of an answer or a key: a value and up to four clear texts of different length.
///
/// Absent, without value, and blank all mean the same to CPR, so a blank text is never kept. As JSON a field with
/// nothing but a value is a string, any other an object with `v`, `t`, `ts`, `tm`, `tl`. `Debug` is masked.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "JsonForm", into = "JsonForm")]
pub struct Field {
    value: Option<String>,
    text: Option<String>,
    short: Option<String>,
    medium: Option<String>,
    long: Option<String>,
}

impl Field {
    /// The field without anything in it.
    pub const EMPTY: &'static Self = &Self { value: None, text: None, short: None, medium: None, long: None };

    /// A field with a value (`v`).
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: filled(value.into()), ..Self::default() }
    }

    /// A code (`v`) with its clear text (`t`).
    #[must_use]
    pub fn coded(value: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(value).with_text(text)
    }

    /// The same with a clear text, `t`.
    #[must_use]
    pub fn with_text(self, text: impl Into<String>) -> Self {
        Self { text: filled(text.into()), ..self }
    }

    /// The same with a short text, `ts`.
    #[must_use]
    pub fn with_short_text(self, text: impl Into<String>) -> Self {
        Self { short: filled(text.into()), ..self }
    }

    /// The same with a medium text, `tm`.
    #[must_use]
    pub fn with_medium_text(self, text: impl Into<String>) -> Self {
        Self { medium: filled(text.into()), ..self }
    }

    /// The same with a long text, `tl`.
    #[must_use]
    pub fn with_long_text(self, text: impl Into<String>) -> Self {
        Self { long: filled(text.into()), ..self }
    }

    /// The value, `v`, as delivered: leading blanks belong to it.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// The fullest clear text there is: `tl`, else `t`, `tm`, `ts`.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.long.as_deref().or(self.text.as_deref()).or(self.medium.as_deref()).or(self.short.as_deref())
    }

    /// The clear text in `t` alone.
    #[must_use]
    pub fn plain_text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Whether there is neither value nor text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self == Self::EMPTY
    }

    /// The filled attributes in the order of the wire.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        [("v", &self.value), ("t", &self.text), ("ts", &self.short), ("tm", &self.medium), ("tl", &self.long)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.is_empty() { "Field(empty)" } else { "Field(***)" })
    }
}

/// `None` for a text without anything but blanks.
pub(super) fn filled(text: String) -> Option<String> {
    if text.trim().is_empty() { None } else { Some(text) }
}

/// Fields by name. Never holds an empty one, so that equal content is equal. `Debug` shows the names only.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, Field>")]
pub struct Fields(BTreeMap<String, Field>);

impl Fields {
    /// The field of that name; an empty one if it was not delivered.
    #[must_use]
    pub fn get(&self, name: &str) -> &Field {
        self.0.get(name).unwrap_or(Field::EMPTY)
    }

    /// Puts a field in its place; an empty one leaves none.
    pub fn set(&mut self, name: impl Into<String>, field: Field) {
        let name = name.into();
        if field.is_empty() {
            self.0.remove(&name);
        } else {
            self.0.insert(name, field);
        }
    }

    /// Adds what was read; of two fields with one name the first filled one stands.
    pub(super) fn add(&mut self, name: String, field: Field) {
        if !field.is_empty() {
            self.0.entry(name).or_insert(field);
        }
    }

    /// Takes over what is not there yet.
    pub(super) fn merge(&mut self, other: Self) {
        for (name, field) in other.0 {
            self.0.entry(name).or_insert(field);
        }
    }

    /// The filled fields, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Field)> {
        self.0.iter().map(|(name, field)| (name.as_str(), field))
    }

    /// Whether no field is filled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<Name: Into<String>> FromIterator<(Name, Field)> for Fields {
    fn from_iter<Iter: IntoIterator<Item = (Name, Field)>>(fields: Iter) -> Self {
        let mut all = Self::default();
        for (name, field) in fields {
            all.set(name, field);
        }
        all
    }
}

impl From<BTreeMap<String, Field>> for Fields {
    fn from(fields: BTreeMap<String, Field>) -> Self {
        fields.into_iter().collect()
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum JsonForm {
    Value(String),
    Full {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        v: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        t: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ts: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tm: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tl: Option<String>,
    },
}

impl From<JsonForm> for Field {
    fn from(form: JsonForm) -> Self {
        match form {
            JsonForm::Value(value) => Self::new(value),
            JsonForm::Full { v, t, ts, tm, tl } => Self {
                value: v.and_then(filled),
                text: t.and_then(filled),
                short: ts.and_then(filled),
                medium: tm.and_then(filled),
                long: tl.and_then(filled),
            },
        }
    }
}

impl From<Field> for JsonForm {
    fn from(field: Field) -> Self {
        match field {
            Field { value: Some(value), text: None, short: None, medium: None, long: None } => Self::Value(value),
            Field { value, text, short, medium, long } => {
                Self::Full { v: value, t: text, ts: short, tm: medium, tl: long }
            }
        }
    }
}
