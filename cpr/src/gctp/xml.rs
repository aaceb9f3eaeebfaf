//! XML in and out: a small tree of elements and attributes, which is all that GCTP uses.

use std::fmt::Write as _;

use quick_xml::errors::SyntaxError;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::message::MessageError;

/// GCTP itself is ten levels deep.
const MAX_DEPTH: usize = 32;

/// No element of GCTP has more than eight. The check for doubled names costs the square of their number.
const MAX_ATTRIBUTES: usize = 32;

/// The names of elements that mean something; all others are passed over with what is in them.
const ELEMENTS: [&str; 15] = [
    "root",
    "Gctp",
    "Sik",
    "System",
    "Service",
    "CprServiceHeader",
    "Key",
    "CprData",
    "Rolle",
    "Praes",
    "Table",
    "Row",
    "Field",
    "F",
    "Kvit",
];

/// The names of attributes that mean something.
const ATTRIBUTES: [&str; 14] =
    ["r", "v", "t", "ts", "tm", "tl", "k", "u", "aia", "env", "function", "userid", "password", "newpass1"];

/// An element with its attributes and child elements. Text between elements means nothing in GCTP and is dropped.
pub(super) struct Element {
    /// The local name, or an empty one if it means nothing here.
    pub name: &'static str,
    attributes: Vec<(&'static str, String)>,
    pub children: Vec<Element>,
}

impl Element {
    /// The document's element. A prolog is passed over, whatever encoding it names: the bytes are decoded before.
    /// A document type is refused, so there is nothing to expand and nothing to fetch.
    pub fn parse(text: &str) -> Result<Self, MessageError> {
        // XML has no NUL, the reader does not mind one, and databases do.
        if let Some(at) = text.find('\0') {
            return Err(MessageError::Malformed { at: at as u64 });
        }
        let mut reader = Reader::from_str(text);
        let mut open: Vec<Element> = Vec::new();
        loop {
            let event = reader.read_event();
            let malformed = || MessageError::Malformed { at: reader.buffer_position() };
            let event = event.map_err(|error| match error {
                quick_xml::Error::Syntax(cut) if cut != SyntaxError::InvalidBangMarkup => MessageError::Truncated,
                _ => malformed(),
            })?;
            let closed = match event {
                Event::Start(_) if open.len() == MAX_DEPTH => return Err(MessageError::TooDeep),
                Event::Start(start) => {
                    open.push(Self::start(&start).ok_or_else(malformed)?);
                    continue;
                }
                Event::Empty(start) => Self::start(&start).ok_or_else(malformed)?,
                // The reader has checked that the names agree.
                Event::End(_) => open.pop().ok_or_else(malformed)?,
                Event::DocType(_) => return Err(MessageError::DocumentType),
                Event::Eof => return Err(MessageError::Truncated),
                _ => continue,
            };
            match open.last_mut() {
                Some(parent) => parent.children.push(closed),
                None => return Ok(closed),
            }
        }
    }

    fn start(start: &BytesStart<'_>) -> Option<Self> {
        let mut attributes = Vec::new();
        for (count, attribute) in start.attributes().enumerate() {
            let attribute = attribute.ok().filter(|_| count < MAX_ATTRIBUTES)?;
            if let Some(name) = known(&ATTRIBUTES, attribute.key.into_inner()) {
                let value = attribute.normalized_value_with(XmlVersion::Implicit1_0, 1, entity).ok()?;
                attributes.push((name, value.into_owned()));
            }
        }
        let name = known(&ELEMENTS, start.local_name().into_inner()).unwrap_or_default();
        Some(Self { name, attributes, children: Vec::new() })
    }

    /// The value of an attribute, if it is there.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The first child of that name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }
}

fn known(names: &[&'static str], name: &str) -> Option<&'static str> {
    names.iter().copied().find(|known| *known == name)
}

/// The entities of XML, and two that version 1.0 of GCTP writes without any declaration.
fn entity(name: &str) -> Option<&'static str> {
    resolve_xml_entity(name).or(match name {
        "plus" => Some("+"),
        "percnt" => Some("%"),
        _ => None,
    })
}

/// The prolog that CPR's own examples have.
pub(super) const PROLOG: &str = r#"<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>"#;

/// Writes elements on one line, as CPR's own clients do.
#[derive(Default)]
pub(super) struct Writer {
    text: String,
}

impl Writer {
    /// An element with children.
    pub fn element(&mut self, name: &str, attributes: &[(&str, &str)], children: impl FnOnce(&mut Self)) {
        self.open(name, attributes.iter().copied());
        self.text.push('>');
        children(self);
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    /// An element without children.
    pub fn leaf<'a>(&mut self, name: &str, attributes: impl IntoIterator<Item = (&'a str, &'a str)>) {
        self.open(name, attributes);
        self.text.push_str("/>");
    }

    fn open<'a>(&mut self, name: &str, attributes: impl IntoIterator<Item = (&'a str, &'a str)>) {
        self.text.push('<');
        self.text.push_str(name);
        for (attribute, value) in attributes {
            self.text.push(' ');
            self.text.push_str(attribute);
            self.text.push_str("=\"");
            for character in value.chars() {
                self.character(character);
            }
            self.text.push('"');
        }
    }

    fn character(&mut self, character: char) {
        match character {
            '&' => self.text.push_str("&amp;"),
            '<' => self.text.push_str("&lt;"),
            '>' => self.text.push_str("&gt;"),
            '"' => self.text.push_str("&quot;"),
            '\t' | '\n' | '\r' => self.reference(character),
            // XML has no way to write these.
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => self.text.push(' '),
            '\u{20}'..='\u{ff}' => self.text.push(character),
            // Outside ISO-8859-1, but inside XML.
            _ => self.reference(character),
        }
    }

    fn reference(&mut self, character: char) {
        // Writing to a String cannot fail.
        let _ = write!(self.text, "&#{};", u32::from(character));
    }

    /// The bytes, with or without prolog.
    pub fn finish(self, prolog: bool) -> Vec<u8> {
        let text = if prolog { format!("{PROLOG}{}", self.text) } else { self.text };
        encoding_rs::mem::encode_latin1_lossy(&text).into_owned()
    }
}
