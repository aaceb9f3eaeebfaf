//! The values that messages are made of.

use std::fmt;

/// At most `N` printable ASCII characters, blank-filled on the right on the wire: names of transactions, customers, users.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text<const N: usize>([u8; N]);

impl<const N: usize> Text<N> {
    /// `None` if the text is empty, too long, or has other characters than visible ASCII.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let mut filled = [b' '; N];
        filled.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())).then_some(Self(filled))
    }

    /// What stands on the wire, whatever it is.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut filled = [b' '; N];
        filled.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = *byte);
        Self(filled)
    }

    pub(super) fn bytes(&self) -> &[u8; N] {
        &self.0
    }

    /// The text without the blanks behind it; empty if the wire held something else than ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).ok().filter(|text| text.is_ascii()).unwrap_or_default().trim_end_matches(' ')
    }
}

/// Masked: one of them is a personal number.
impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Text(***)")
    }
}

/// The token of a log-on: eight characters, of any kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token(pub [u8; 8]);

impl Token {
    /// No token, as in the answer to a refused log-on.
    pub const NONE: Self = Self([b' '; 8]);
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(***)")
    }
}

/// A password of CPR Direkte: exactly eight characters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Password([u8; 8]);

impl Password {
    /// `None` if the text has not exactly eight characters, or others than visible ASCII. What else CPR asks of a
    /// password CPR may say.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let bytes: [u8; 8] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_graphic).then_some(Self(bytes))
    }

    pub(super) fn of(bytes: &[u8]) -> Self {
        Self(*Text::of(bytes).bytes())
    }

    pub(super) fn bytes(&self) -> &[u8; 8] {
        &self.0
    }

    /// The password itself; empty if the wire held something else than ASCII.
    #[must_use]
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.0).ok().filter(|text| text.is_ascii()).unwrap_or_default()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(***)")
    }
}
