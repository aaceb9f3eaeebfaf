//! Danish address lines as people write them: `Boulevarden 101, 1 m`, `Hovedgaden 2 B, 2 tv`, `Industrivænget 95,1. mf.`
//!
//! Reading never fails: what is no house number, floor or door stays text. Writing gives the standard form that CPR uses
//! since March 2023: road name, house number with its letter, floor with a full stop, door in lower case.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::text::squeeze;

/// The parts of an address line.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AddressLine {
    /// Road name as written; empty when there is none.
    pub street: String,
    /// House number.
    pub house_number: Option<HouseNumber>,
    /// For a stretch such as `95-97`: the other end.
    pub house_number_to: Option<HouseNumber>,
    /// `st`, `kl`, `k2`, `k3`, a number from 1 to 99 without leading zeros, or one of the old `kv`, `mz`, `pt`.
    pub floor: Option<String>,
    /// `th`, `tv`, `mf`, or a door number or letters, lower case and without leading zeros.
    pub door: Option<String>,
    /// Whom the person lives with, without the `c/o` before it.
    pub care_of: Option<String>,
    /// What is neither of these, such as a locality, or a postal code written into the line; parts joined by `, `.
    pub rest: Option<String>,
}

/// A house number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HouseNumber {
    /// 1–999.
    pub number: u16,
    /// Its letter, `A`–`Z`.
    pub letter: Option<char>,
}

impl AddressLine {
    /// Reads a line; total.
    pub fn parse(text: &str) -> AddressLine {
        let text: String = text.nfc().collect();
        let mut line = AddressLine::default();
        let mut rest = Vec::new();
        let mut segments = Vec::new();
        for segment in text.split([',', ';', '\n']).map(squeeze).filter(|segment| !segment.is_empty()) {
            let (before, care_of) = split_care_of(&segment);
            if let Some(care_of) = care_of {
                // A line with two of them is odd; nothing of it is lost.
                match line.care_of {
                    None => line.care_of = Some(care_of),
                    Some(_) => rest.push(format!("c/o {care_of}")),
                }
            }
            if !before.is_empty() {
                segments.push(before);
            }
        }

        let street_in = |segments: &[String]| segments.iter().position(|segment| read_street(segment).is_some());
        if street_in(&segments).is_none() && segments.len() > 1 && read_numbers(&tokens(&segments[1])).is_some() {
            // A comma between road and house number.
            let number = segments.remove(1);
            segments[0] = format!("{} {number}", segments[0]);
        }
        let street_at = street_in(&segments).or_else(|| (!line.take_street_out_of_care_of()).then_some(0));
        for (place, segment) in segments.into_iter().enumerate() {
            if Some(place) == street_at {
                match read_street(&segment) {
                    Some((street, numbers)) => line.take(street, numbers),
                    None => line.street = segment,
                }
            } else if street_at.is_some_and(|street| place < street) || !line.take_unit(&segment) {
                rest.push(segment);
            }
        }
        line.rest = Some(rest.join(", ")).filter(|rest| !rest.is_empty());
        line
    }

    /// The standard form, without c/o and what else was on the line: `Industrivænget 95, 1. mf`.
    pub fn standard(&self) -> String {
        let mut text = self.street.clone();
        if let Some(number) = self.house_number {
            text.push_str(&format!(" {number}"));
            if let Some(to) = self.house_number_to {
                text.push_str(&format!("-{to}"));
            }
        }
        match (&self.floor, &self.door) {
            (Some(floor), Some(door)) => text.push_str(&format!(", {floor}. {door}")),
            (Some(floor), None) => text.push_str(&format!(", {floor}.")),
            (None, Some(door)) => text.push_str(&format!(", {door}")),
            (None, None) => {}
        }
        text.trim().to_owned()
    }

    fn take(&mut self, street: String, numbers: Numbers) {
        self.street = street;
        self.house_number = Some(numbers.from);
        self.house_number_to = numbers.to;
        self.floor = numbers.unit.floor;
        self.door = numbers.unit.door;
    }

    /// Takes floor and door, or the door alone after a floor, from a part of the line of their own.
    fn take_unit(&mut self, segment: &str) -> bool {
        let tokens = unit_tokens(&tokens(segment));
        if self.floor.is_none() && self.door.is_none() {
            if let Some(unit) = read_unit(&tokens) {
                (self.floor, self.door) = (unit.floor, unit.door);
                return true;
            }
        } else if self.door.is_none()
            && let Some(door) = read_door(&tokens)
        {
            self.door = Some(door);
            return true;
        }
        false
    }

    /// `c/o Hansen Hovedgaden 2`: without a comma the last word before the house number is the road.
    fn take_street_out_of_care_of(&mut self) -> bool {
        let Some((words, numbers)) = self.care_of.as_deref().and_then(read_street) else { return false };
        let Some((care_of, street)) = words.rsplit_once(' ') else { return false };
        let (care_of, street) = (care_of.to_owned(), street.to_owned());
        self.care_of = Some(care_of);
        self.take(street, numbers);
        true
    }
}

impl fmt::Debug for AddressLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AddressLine(**)")
    }
}

impl HouseNumber {
    /// Reads `95`, `095`, `77A`, `77 A`.
    pub fn parse(text: &str) -> Option<HouseNumber> {
        let text: String = text.split_whitespace().collect();
        let letters = text.trim_start_matches(|character: char| character.is_ascii_digit());
        let digits = &text[..text.len() - letters.len()];
        let letter = match letters.chars().collect::<Vec<_>>()[..] {
            [] => None,
            [letter] if letter.is_ascii_alphabetic() => Some(letter.to_ascii_uppercase()),
            _ => return None,
        };
        let number = if digits.len() <= 3 { digits.parse().ok().filter(|number| *number > 0)? } else { return None };
        Some(HouseNumber { number, letter })
    }
}

impl fmt::Display for HouseNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.number)?;
        self.letter.map_or(Ok(()), |letter| write!(formatter, "{letter}"))
    }
}

/// A floor as CPR or people write it, in the form of [`AddressLine::floor`].
pub fn floor(text: &str) -> Option<String> {
    read_floor(&text.trim().trim_end_matches('.').to_lowercase())
}

/// A door as CPR or people write it, in the form of [`AddressLine::door`].
pub fn door(text: &str) -> Option<String> {
    read_door(&unit_tokens(&tokens(text)))
}

/// What stands after the road name.
struct Numbers {
    from: HouseNumber,
    to: Option<HouseNumber>,
    unit: Unit,
}

#[derive(Default)]
struct Unit {
    floor: Option<String>,
    door: Option<String>,
}

/// Cuts `c/o …` off the end of a part of the line.
fn split_care_of(segment: &str) -> (String, Option<String>) {
    let words: Vec<&str> = segment.split(' ').collect();
    for (place, word) in words.iter().enumerate() {
        let lower = word.to_lowercase();
        let Some(mark) = ["c/o", "c/o:", "c.o.", "co/", "v/"].into_iter().find(|mark| lower.starts_with(mark)) else {
            continue;
        };
        let first = word.get(mark.len()..).unwrap_or_default();
        let care_of = squeeze(&[&[first], &words[place + 1..]].concat().join(" "));
        let care_of = Some(care_of.trim_start_matches([':', ' ']).to_owned()).filter(|name| !name.is_empty());
        return (words[..place].join(" "), care_of);
    }
    (segment.to_owned(), None)
}

/// Road name and house number: the first number with words before it after which everything is a floor and a door.
fn read_street(segment: &str) -> Option<(String, Numbers)> {
    let tokens = tokens(segment);
    (1..tokens.len()).find_map(|place| {
        let numbers = read_numbers(&tokens[place..])?;
        let words = &tokens[..place];
        let words = match words {
            [words @ .., last] if !words.is_empty() && matches!(last.to_lowercase().as_str(), "nr" | "nr." | "no.") => {
                words
            }
            words => words,
        };
        // `2 B` is no address of the road `2`.
        words.iter().any(|word| word.chars().any(char::is_alphabetic)).then(|| (words.join(" "), numbers))
    })
}

/// House number, perhaps a stretch of them, floor and door, to the last token.
fn read_numbers(tokens: &[String]) -> Option<Numbers> {
    let [first, rest @ ..] = tokens else { return None };
    let (from, to) = read_stretch(first)?;
    let mut readings = Vec::new();
    // `2 B` before `2`: a single letter after the number belongs to it.
    if let ([letter, rest @ ..], None, None) = (rest, from.letter, to)
        && let Some(from) = HouseNumber::parse(&format!("{first}{letter}")).filter(|from| from.letter.is_some())
    {
        readings.push((from, None, rest));
    }
    if let ([dash, last, rest @ ..], None) = (rest, to)
        && let (true, Some(to)) = (is_dash(dash), HouseNumber::parse(last))
    {
        readings.push((from, Some(to), rest));
    }
    readings.push((from, to, rest));
    readings.into_iter().find_map(|(from, to, rest)| Some(Numbers { from, to, unit: read_unit(&unit_tokens(rest))? }))
}

/// `95`, `77A`, `95-97`, `2A-2C`, `95/97`.
fn read_stretch(token: &str) -> Option<(HouseNumber, Option<HouseNumber>)> {
    match token.split_once(['-', '–', '/']) {
        None => Some((HouseNumber::parse(token)?, None)),
        Some((from, to)) => Some((HouseNumber::parse(from)?, Some(HouseNumber::parse(to)?))),
    }
}

/// Floor and door to the last token; nothing at all is fine.
fn read_unit(tokens: &[String]) -> Option<Unit> {
    let [first, rest @ ..] = tokens else { return Some(Unit::default()) };
    if let Some(floor) = read_floor(first) {
        if rest.is_empty() {
            return Some(Unit { floor: Some(floor), door: None });
        }
        return Some(Unit { floor: Some(floor), door: Some(read_door(rest)?) });
    }
    // A door without floor must be a side: a bare number or letter would be a guess.
    let door = read_door(tokens).filter(|door| matches!(door.as_str(), "th" | "tv" | "mf"))?;
    Some(Unit { floor: None, door: Some(door) })
}

fn read_floor(token: &str) -> Option<String> {
    match token {
        "st" | "stuen" | "stue" => Some("st".to_owned()),
        "kl" | "kld" | "kælder" | "kælderen" => Some("kl".to_owned()),
        // The last two stand in old addresses only.
        "k2" | "k3" | "mz" | "pt" => Some(token.to_owned()),
        "kv" | "kvist" => Some("kv".to_owned()),
        digits if (1..=2).contains(&digits.len()) => {
            digits.parse::<u8>().ok().filter(|n| *n > 0).map(|n| n.to_string())
        }
        _ => None,
    }
}

fn read_door(tokens: &[String]) -> Option<String> {
    let joined = tokens.concat();
    let door = joined.trim_start_matches('-');
    match door {
        "th" | "højre" | "tilhøjre" => Some("th".to_owned()),
        "tv" | "venstre" | "tilvenstre" => Some("tv".to_owned()),
        "mf" | "m" | "midt" | "midtfor" | "imidten" => Some("mf".to_owned()),
        _ => {
            let door = door.trim_start_matches('0');
            let plain =
                !door.is_empty() && door.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase() || c == '-');
            (plain && door.len() <= 4 && tokens.len() <= 2).then(|| door.to_owned())
        }
    }
}

/// The tokens of floor and door: lower case, without full stops and the words that say what they are, `1tv` cut in two.
fn unit_tokens(tokens: &[String]) -> Vec<String> {
    let mut unit = Vec::new();
    for token in tokens {
        let token = token.to_lowercase();
        // `t.h.` is one word, `1.th` is two.
        let (digits, letters) =
            token.split_at(token.len() - token.trim_start_matches(|c: char| c.is_ascii_digit()).len());
        let letters = letters.replace('.', "");
        let cut_in_two = unit.is_empty() && !digits.is_empty();
        let parts = if cut_in_two { vec![digits.to_owned(), letters] } else { vec![format!("{digits}{letters}")] };
        unit.extend(parts.into_iter().filter(|part| {
            !matches!(
                part.as_str(),
                "" | "sal" | "etage" | "dør" | "lejl" | "lejlighed" | "vær" | "værelse" | "nr" | "-"
            )
        }));
    }
    unit
}

fn tokens(segment: &str) -> Vec<String> {
    segment.split_whitespace().map(str::to_owned).collect()
}

fn is_dash(token: &str) -> bool {
    matches!(token, "-" | "–")
}

#[cfg(test)]
mod tests;
