//! ISO-8859-1 as it is defined, both ways: byte = character. (The web's label `iso-8859-1` means windows-1252, which
//! differs at 80–9F; CPR's does not.)

use std::borrow::Cow;

/// The text of ISO-8859-1 bytes. Every byte is a character, so this cannot fail.
#[must_use]
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    encoding_rs::mem::decode_latin1(bytes)
}

/// The ISO-8859-1 bytes of a text.
///
/// # Errors
/// The place (in characters) of the first character that ISO-8859-1 has not.
pub fn encode(text: &str) -> Result<Vec<u8>, usize> {
    text.chars().enumerate().map(|(place, character)| u8::try_from(u32::from(character)).map_err(|_| place)).collect()
}
