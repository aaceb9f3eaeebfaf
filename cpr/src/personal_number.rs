//! The personal number: ten digits that name a person in CPR.

use std::fmt;

use chrono::NaiveDate;

/// A Danish personal number (*personnummer*, CPR number): ten digits `DDMMYYSSSS`.
///
/// A value of this type has a possible date; whether a person has the number only CPR can say. Numbers whose control
/// digit does not fit have been issued since October 2007, so modulus 11 is a hint and never a reason to refuse.
///
/// `Debug` and `Display` are masked. The digits leave through [`PersonalNumber::digits`], so that every place where a
/// number leaves the house can be found by that name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonalNumber([u8; 10]);

/// Why a text is no personal number. Says what is expected, never what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonalNumberError {
    /// Fewer than ten digits.
    #[error("a personal number has ten digits; some are missing")]
    Incomplete,
    /// More than ten digits.
    #[error("a personal number has ten digits; there are more")]
    TooLong,
    /// Something other than digits, blanks, and one hyphen after the sixth digit.
    #[error("a personal number has only digits, and at most one hyphen after the sixth")]
    NotDigits,
    /// The first six digits are no date in the century that the seventh tells.
    #[error("the first six digits of a personal number are a date; these are none")]
    ImpossibleDate,
}

/// Legal sex as registered in CPR (*køn*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// `M`, *mand*.
    Male,
    /// `K`, *kvinde*.
    Female,
}

impl PersonalNumber {
    /// Reads `0707614285`, `070761-4285`, `070761 4285`: blanks anywhere, at most one hyphen, after the sixth digit.
    ///
    /// # Errors
    /// [`PersonalNumberError`]; it never repeats the text.
    pub fn parse(text: &str) -> Result<Self, PersonalNumberError> {
        let mut digits = [0_u8; 10];
        let mut count = 0;
        let mut hyphens = 0;
        for character in text.chars() {
            match character {
                '0'..='9' => {
                    if let Some(place) = digits.get_mut(count) {
                        *place = character as u8;
                    }
                    count += 1;
                }
                // The hyphens and the dash that word processors put in its place.
                '-' | '\u{2010}' | '\u{2011}' | '\u{2013}' if count == 6 && hyphens == 0 => hyphens += 1,
                blank if blank.is_whitespace() => {}
                _ => return Err(PersonalNumberError::NotDigits),
            }
        }
        match count {
            0..10 => return Err(PersonalNumberError::Incomplete),
            10 => {}
            _ => return Err(PersonalNumberError::TooLong),
        }
        let number = Self(digits);
        if number.has_possible_date() { Ok(number) } else { Err(PersonalNumberError::ImpossibleDate) }
    }

    /// Whether this is a replacement number (*erstatningspersonnummer*): made by a hospital or another authority for
    /// a person without a number, with 60 added to the day (61–91). CPR never issues one and must not be asked for one.
    #[must_use]
    pub fn is_replacement(self) -> bool {
        self.pair(0) > 60
    }

    /// The birth date that the digits tell, with the century by the seventh digit. `None` for a replacement number,
    /// whose seventh digit follows no common rule. CPR's own birth date field goes before this one.
    #[must_use]
    pub fn birth_date(self) -> Option<NaiveDate> {
        if self.is_replacement() {
            return None;
        }
        NaiveDate::from_ymd_opt(self.birth_year(), self.pair(2), self.pair(0))
    }

    /// The sex that the last digit tells: odd is male, even is female.
    #[must_use]
    pub fn sex(self) -> Sex {
        if self.digit(9) % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// Whether the control digit fits (weights 4 3 2 7 6 5 4 3 2 1, sum divisible by 11). Only a hint: since October
    /// 2007 numbers are issued for which it does not.
    #[must_use]
    pub fn passes_modulus_11(self) -> bool {
        const WEIGHTS: [u32; 10] = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];
        let sum: u32 = WEIGHTS.iter().enumerate().map(|(place, weight)| weight * self.digit(place)).sum();
        sum.is_multiple_of(11)
    }

    /// The ten digits, for the walls: the wire to CPR, the database, the answer to an entitled caller.
    #[must_use]
    pub fn digits(self) -> Digits {
        Digits(self.0)
    }

    fn has_possible_date(self) -> bool {
        if self.is_replacement() {
            // Any leap year will do: the century of a replacement number is not known.
            return NaiveDate::from_ymd_opt(2000, self.pair(2), self.pair(0) - 60).is_some();
        }
        self.birth_date().is_some()
    }

    fn birth_year(self) -> i32 {
        let year = self.pair(4).cast_signed();
        let century = match (self.digit(6), year) {
            (0..=3, _) | (4 | 9, 37..) => 1900,
            (4 | 9, _) | (_, ..58) => 2000,
            _ => 1800,
        };
        century + year
    }

    fn digit(self, place: usize) -> u32 {
        u32::from(self.0[place] - b'0')
    }

    fn pair(self, place: usize) -> u32 {
        self.digit(place) * 10 + self.digit(place + 1)
    }
}

impl fmt::Debug for PersonalNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CPR(**********)")
    }
}

impl fmt::Display for PersonalNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CPR(**********)")
    }
}

/// The ten digits of a [`PersonalNumber`], readable. Has no `Display`: whoever prints them says `as_str`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digits([u8; 10]);

impl Digits {
    /// The digits without hyphen, `0707614285`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only digits ever enter, so this is always UTF-8.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The digits as people write them, `070761-4285`.
    #[must_use]
    pub fn hyphenated(&self) -> String {
        let (date, serial) = self.as_str().split_at(6);
        format!("{date}-{serial}")
    }
}

impl AsRef<str> for Digits {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Digits(**********)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> PersonalNumber {
        PersonalNumber::parse(text).unwrap()
    }

    fn date(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn a_number_is_read_with_and_without_hyphen_and_blanks() {
        for text in [
            "0707614285",
            "070761-4285",
            " 070761-4285 ",
            "070761 4285",
            "07 07 61 - 4285",
            "070761\u{2013}4285",
            "070761\u{a0}4285",
        ] {
            assert_eq!(number(text).digits().as_str(), "0707614285");
        }
        assert_eq!(number("0707614285").digits().hyphenated(), "070761-4285");
    }

    #[test]
    fn what_is_no_number_is_refused_with_its_reason() {
        use PersonalNumberError::{ImpossibleDate, Incomplete, NotDigits, TooLong};
        for (text, reason) in [
            ("", Incomplete),
            ("123", Incomplete),
            ("070761428", Incomplete),
            ("07076142850", TooLong),
            ("12345678901234", TooLong),
            ("070761428A", NotDigits),
            ("0707-614285", NotDigits),
            ("070761--4285", NotDigits),
            ("-0707614285", NotDigits),
            ("0707614285-", NotDigits),
            ("٠٧٠٧٦١٤٢٨٥", NotDigits),
            ("0000000000", ImpossibleDate),
            ("0000009999", ImpossibleDate),
            ("3002614285", ImpossibleDate),
            ("0713614285", ImpossibleDate),
            ("6007614285", ImpossibleDate),
            ("9207614285", ImpossibleDate),
            ("2902000000", ImpossibleDate), // 1900 was no leap year
        ] {
            assert_eq!(PersonalNumber::parse(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn the_seventh_digit_tells_the_century() {
        // Digit 7, year, born: the borders of CPR's table.
        for (digit, year, born) in [
            (0, 0, 1900),
            (0, 99, 1999),
            (3, 0, 1900),
            (3, 36, 1936),
            (3, 99, 1999),
            (4, 0, 2000),
            (4, 36, 2036),
            (4, 37, 1937),
            (4, 57, 1957),
            (4, 58, 1958),
            (4, 99, 1999),
            (5, 0, 2000),
            (5, 36, 2036),
            (5, 37, 2037),
            (5, 57, 2057),
            (5, 58, 1858),
            (8, 0, 2000),
            (8, 57, 2057),
            (8, 58, 1858),
            (8, 99, 1899),
            (9, 0, 2000),
            (9, 36, 2036),
            (9, 37, 1937),
            (9, 99, 1999),
        ] {
            let text = format!("0101{year:02}{digit}000");
            assert_eq!(number(&text).birth_date(), Some(date(born, 1, 1)), "digit {digit}, year {year}");
        }
        assert_eq!(number("2902004000").birth_date(), Some(date(2000, 2, 29)));
        assert_eq!(number("0101965058").birth_date(), Some(date(1896, 1, 1)));
        assert_eq!(number("3012995007").birth_date(), Some(date(1899, 12, 30)));
    }

    #[test]
    fn the_last_digit_tells_the_sex() {
        assert_eq!(number("0707614285").sex(), Sex::Male);
        assert_eq!(number("0706614184").sex(), Sex::Female);
    }

    #[test]
    fn modulus_11_is_a_hint_and_no_condition() {
        for fits in ["0707614285", "0701614011", "1312814435", "0101005038", "3112000010"] {
            assert!(number(fits).passes_modulus_11(), "{fits}");
        }
        // A day that has not come yet, so the number is nobody's.
        assert!(!number("0101364000").passes_modulus_11());
    }

    #[test]
    fn a_replacement_number_is_recognised() {
        for text in ["6707614285", "6101700000", "9112700000", "8902010000"] {
            assert!(number(text).is_replacement(), "{text}");
            assert_eq!(number(text).birth_date(), None);
        }
        assert!(!number("3112000010").is_replacement());
    }

    #[test]
    fn printing_a_number_shows_no_digit() {
        let number = number("0707614285");
        for text in [format!("{number}"), format!("{number:?}"), format!("{:?}", number.digits())] {
            assert!(!text.contains(|character: char| character.is_ascii_digit()), "{text}");
        }
    }

    #[test]
    fn numbers_are_small_and_sort_by_their_digits() {
        assert_eq!(size_of::<PersonalNumber>(), 10);
        assert!(number("0101005038") < number("0707614285"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "\\PC*") {
            if let Ok(number) = PersonalNumber::parse(&text) {
                proptest::prop_assert_eq!(PersonalNumber::parse(number.digits().as_str()), Ok(number));
            }
        }

        #[test]
        fn ten_digits_that_are_read_come_back_as_they_were(text in "[0-9]{10}") {
            if let Ok(number) = PersonalNumber::parse(&text) {
                let digits = number.digits();
                proptest::prop_assert_eq!(digits.as_str(), text);
            }
        }
    }
}
