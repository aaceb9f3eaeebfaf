//! What questions and answers have in common: the frame around them, their fields, and why bytes are neither.

use super::xml::{Element, Writer};
use super::{Field, Fields};
use crate::latin1;

/// No message of CPR comes near this; what is longer is not read.
pub const MAX_MESSAGE_BYTES: usize = 2 * 1024 * 1024;

const NAMESPACE: &str = "http://www.cpr.dk";

/// Why bytes are no message. Names the place and the expectation, never the content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Longer than [`MAX_MESSAGE_BYTES`].
    #[error("longer than any message of CPR")]
    TooLong,
    /// Not well-formed.
    #[error("not well-formed XML at byte {at} of the decoded text")]
    Malformed {
        /// Where the reader stopped.
        at: u64,
    },
    /// Ends before its first element does.
    #[error("the message is cut off")]
    Truncated,
    /// Elements nested deeper than any message of CPR.
    #[error("elements nested too deep")]
    TooDeep,
    /// Has a document type; no message of CPR has one.
    #[error("a document type, which no message of CPR has")]
    DocumentType,
    /// XML, but not GCTP, or without something that belongs to it.
    #[error("expected {0}")]
    Missing(&'static str),
}

/// The version of GCTP (`v`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Version {
    /// `1.0`, before 2023.
    V1,
    /// `2.0`.
    #[default]
    V2,
}

impl Version {
    pub(super) fn of(text: Option<&str>) -> Self {
        if text.is_some_and(|text| text.starts_with('1')) { Self::V1 } else { Self::V2 }
    }

    pub(super) fn text(self) -> &'static str {
        match self {
            Self::V1 => "1.0",
            Self::V2 => "2.0",
        }
    }
}

pub(super) fn text(bytes: &[u8]) -> Result<std::borrow::Cow<'_, str>, MessageError> {
    if bytes.len() > MAX_MESSAGE_BYTES { Err(MessageError::TooLong) } else { Ok(latin1::decode(bytes)) }
}

pub(super) fn document(text: &str) -> Result<Element, MessageError> {
    // A byte-order mark and blanks before the first element mean nothing.
    Element::parse(text.trim_start_matches('\u{feff}').trim_start())
}

/// `Gctp`, in its wrapper or, as version 1.0 was also served, without.
pub(super) fn gctp(document: &Element) -> Result<&Element, MessageError> {
    match document.name {
        "Gctp" => Some(document),
        "root" => document.child("Gctp"),
        _ => None,
    }
    .ok_or(MessageError::Missing("element Gctp"))
}

/// The fields directly in an element.
pub(super) fn fields(group: &Element) -> Fields {
    let mut fields = Fields::default();
    for field in group.children.iter().filter(|child| matches!(child.name, "Field" | "F")) {
        if let Some(name) = field.attribute("r") {
            let text = |name| field.attribute(name).unwrap_or_default();
            let read = Field::new(text("v"))
                .with_text(text("t"))
                .with_short_text(text("ts"))
                .with_medium_text(text("tm"))
                .with_long_text(text("tl"));
            fields.add(name.to_owned(), read);
        }
    }
    fields
}

pub(super) fn frame(xml: &mut Writer, version: Version, environment: Option<&str>, body: impl FnOnce(&mut Writer)) {
    let mut attributes = vec![("v", version.text())];
    attributes.extend(environment.map(|environment| ("env", environment)));
    xml.element("root", &[("xmlns", NAMESPACE)], |xml| xml.element("Gctp", &attributes, body));
}

pub(super) fn write_field<'text>(xml: &mut Writer, name: &'text str, field: &'text Field) {
    xml.leaf("Field", std::iter::once(("r", name)).chain(field.attributes()));
}
