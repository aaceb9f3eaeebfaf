//! The number field: what has been typed so far, and how a number is written.

use cpr::{PersonalNumber, PersonalNumberError};

/// What can be said of a personal number while it is typed. Only hints: the server decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberHint {
    /// Nothing stands there.
    Empty,
    /// Digits are missing.
    Incomplete,
    /// There are too many digits, or something that is no digit.
    NotANumber,
    /// The first six digits are no date.
    ImpossibleDate,
    /// A replacement number (*erstatningspersonnummer*), which CPR is never asked about.
    Replacement,
    /// The control digit does not fit, which is allowed since 2007.
    NoControlDigit,
    /// Nothing to say.
    Fine,
}

/// What can be said of a personal number as it is typed.
pub fn hint(typed: &str) -> NumberHint {
    if typed.trim().is_empty() {
        return NumberHint::Empty;
    }
    match PersonalNumber::parse(typed) {
        Err(PersonalNumberError::Incomplete) => NumberHint::Incomplete,
        Err(PersonalNumberError::TooLong | PersonalNumberError::NotDigits) => NumberHint::NotANumber,
        Err(PersonalNumberError::ImpossibleDate) => NumberHint::ImpossibleDate,
        Ok(number) if number.is_replacement() => NumberHint::Replacement,
        Ok(number) if !number.passes_modulus_11() => NumberHint::NoControlDigit,
        Ok(_) => NumberHint::Fine,
    }
}

/// `070761-4285`; what is no number stays as it was written.
pub fn formatted(number: &str) -> String {
    PersonalNumber::parse(number).map_or_else(|_| number.to_owned(), |number| number.digits().hyphenated())
}

/// Ten digits; what is no number stays as it was written, without blanks around it.
pub fn bare(number: &str) -> String {
    PersonalNumber::parse(number)
        .map_or_else(|_| number.trim().to_owned(), |number| number.digits().as_str().to_owned())
}

/// A search query that is a number is a search for that number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// Nothing to search for.
    Everything,
    /// A personal number, ten digits.
    PersonalNumber(String),
    /// A CVR number, eight digits.
    CvrNumber(String),
    /// Words.
    Words(String),
}

/// Reads what was typed into the search field.
pub fn query(typed: &str) -> Query {
    let typed = typed.trim();
    if typed.is_empty() {
        return Query::Everything;
    }
    if PersonalNumber::parse(typed).is_ok() {
        return Query::PersonalNumber(bare(typed));
    }
    let digits: String = typed.chars().filter(|character| !character.is_whitespace()).collect();
    if digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Query::CvrNumber(digits);
    }
    Query::Words(typed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_field_says_what_is_missing_and_never_insists_on_the_control_digit() {
        for (typed, expected) in [
            ("", NumberHint::Empty),
            ("  ", NumberHint::Empty),
            ("070761-42", NumberHint::Incomplete),
            ("070761-42851", NumberHint::NotANumber),
            ("070761-428x", NumberHint::NotANumber),
            ("310261-4285", NumberHint::ImpossibleDate),
            ("670761-4285", NumberHint::Replacement),
            ("070761-4286", NumberHint::NoControlDigit),
            ("0707614285", NumberHint::Fine),
            (" 070761 4285 ", NumberHint::Fine),
        ] {
            assert_eq!(hint(typed), expected);
        }
    }

    #[test]
    fn a_number_is_written_with_a_hyphen_and_sent_without() {
        assert_eq!(formatted("0707614285"), "070761-4285");
        assert_eq!(bare(" 070761-4285"), "0707614285");
        assert_eq!((formatted("07"), bare(" 07 ")), ("07".to_owned(), "07".to_owned()));
    }

    #[test]
    fn a_number_in_the_search_field_is_searched_as_a_number() {
        assert_eq!(query("070761-4285"), Query::PersonalNumber("0707614285".to_owned()));
        assert_eq!(query("12 34 56 78"), Query::CvrNumber("12345678".to_owned()));
        assert_eq!(query(" jens mort"), Query::Words("jens mort".to_owned()));
        assert_eq!(query("9000"), Query::Words("9000".to_owned()));
        assert_eq!(query("  "), Query::Everything);
    }
}
