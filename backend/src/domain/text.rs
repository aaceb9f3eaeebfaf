//! Text as people send it: one Unicode form, no blanks around it, nothing invisible in it, not too long.

use unicode_normalization::UnicodeNormalization;

/// Why a text cannot be stored. Never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFault {
    /// More characters than this.
    TooLong(usize),
    /// Line feeds, tabs or other control characters; or characters that turn the direction of writing.
    Invisible,
}

impl TextFault {
    /// The fault in Danish, for the person who wrote the text.
    pub fn detail(self) -> String {
        match self {
            TextFault::TooLong(max) => format!("Højst {max} tegn."),
            TextFault::Invisible => "Må ikke indeholde linjeskift eller andre styretegn.".to_owned(),
        }
    }
}

/// One line of text in NFC without blanks around it and with single blanks inside; `None` when nothing is left. `max`
/// counts characters.
///
/// # Errors
/// [`TextFault`].
pub fn line(text: &str, max: usize) -> Result<Option<String>, TextFault> {
    let text: String = text.trim().nfc().collect();
    if text.chars().any(is_invisible) {
        return Err(TextFault::Invisible);
    }
    let text = squeeze(&text);
    if text.chars().count() > max {
        return Err(TextFault::TooLong(max));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// The words of a text with one blank between them.
pub fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Control characters, and the marks that make a text read differently from what it is.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_composed_trimmed_and_measured_in_characters() {
        assert_eq!(line("  A\u{30a}se  Ærø\u{a0}", 7), Ok(Some("Åse Ærø".to_owned())));
        assert_eq!(line("Åse Ærø!", 7), Err(TextFault::TooLong(7)));
        assert_eq!(line(" \t ", 7), Ok(None));
    }

    #[test]
    fn what_cannot_be_seen_is_refused() {
        for text in ["a\nb", "a\tb", "a\u{0}b", "a\u{202e}b", "a\u{200b}b"] {
            assert_eq!(line(text, 7), Err(TextFault::Invisible), "{}", text.escape_debug());
        }
    }

    proptest::proptest! {
        #[test]
        fn a_line_that_was_accepted_is_accepted_again_unchanged(text in "\\PC{0,40}") {
            if let Ok(Some(once)) = line(&text, 200) {
                proptest::prop_assert_eq!(line(&once, 200), Ok(Some(once.clone())));
            }
        }
    }
}
