//! The words by which parties are found and ordered. Both databases index finished tokens and know nothing of letters.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::party::Party;

const RING: char = '\u{30a}';
const DIAERESIS: char = '\u{308}';

/// The tokens of a party, each set sorted and without repetition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Of name and e-mail: what a masked protected party may be found by.
    pub open: Vec<String>,
    /// Of name, e-mail and address.
    pub full: Vec<String>,
}

/// The tokens by which a party is found.
pub fn party_tokens(party: &Party) -> Tokens {
    let fields = &party.fields;
    let open: BTreeSet<String> =
        [Some(&fields.name), fields.email.as_ref()].into_iter().flatten().flat_map(|text| words(text)).collect();
    let mut full = open.clone();
    if let Some(address) = &fields.address {
        let parts = [&address.line1, &address.line2, &address.postal_code, &address.city];
        full.extend(parts.into_iter().flatten().flat_map(|text| words(text)));
    }
    Tokens { open: open.into_iter().collect(), full: full.into_iter().collect() }
}

/// The tokens of a query, each of which must begin a token of a party; without repetition, in the order of the query.
/// Empty when the query has neither letter nor digit: such a query finds nothing.
pub fn query_tokens(query: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    words(query).into_iter().filter(|word| seen.insert(word.clone())).collect()
}

/// The words of a text: lower case, å as aa, other accents than æ and ø dropped, cut at everything that is neither
/// letter nor digit.
pub fn words(text: &str) -> Vec<String> {
    fold(text)
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A text that sorts byte by byte as Danish people sort names: æ, ø, å after z; aa as å; ä as æ, ö as ø, ü as y; upper
/// and lower case alike, a blank before every letter.
pub fn sort_key(name: &str) -> String {
    // The three characters after `z` in ASCII stand for æ, ø and å.
    let mut key = String::with_capacity(name.len());
    for (letter, mark) in letters(name) {
        match (letter, mark) {
            ('æ', _) | ('a', Some(DIAERESIS)) => key.push('{'),
            ('ø', _) | ('o', Some(DIAERESIS)) => key.push('|'),
            ('a', Some(RING)) => key.push('}'),
            ('a', _) if key.ends_with('a') => {
                key.pop();
                key.push('}');
            }
            ('u', Some(DIAERESIS)) => key.push('y'),
            (letter, _) if letter.is_alphanumeric() => key.push(letter),
            _ if key.is_empty() || key.ends_with(' ') => {}
            _ => key.push(' '),
        }
    }
    key.truncate(key.trim_end().len());
    key
}

fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + 8);
    for (letter, mark) in letters(text) {
        folded.push(letter);
        if letter == 'a' && mark == Some(RING) {
            folded.push('a');
        }
    }
    folded
}

/// The characters of a text in lower case without their accents, each with its first accent.
fn letters(text: &str) -> Vec<(char, Option<char>)> {
    let mut letters: Vec<(char, Option<char>)> = Vec::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase).nfd() {
        if !is_combining_mark(character) {
            letters.push((character, None));
        } else if let Some((_, mark @ None)) = letters.last_mut() {
            *mark = Some(character);
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_as_danes_expect() {
        for (text, expected) in [
            ("Åse Ærøskøbing", vec!["aase", "ærøskøbing"]),
            ("A\u{30a}SE", vec!["aase"]),
            ("Aase", vec!["aase"]),
            ("René Müller-Lüdenscheidt", vec!["rene", "muller", "ludenscheidt"]),
            ("jens.mortensen@example.dk", vec!["jens", "mortensen", "example", "dk"]),
            ("Industrivænget 95, 1. mf", vec!["industrivænget", "95", "1", "mf"]),
            ("Ǿrsted", vec!["ørsted"]),
            ("O'Brien", vec!["o", "brien"]),
            (" -., ", vec![]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn a_query_keeps_the_order_of_its_words_and_says_none_twice() {
        assert_eq!(query_tokens("Mortensen jens MORTENSEN"), ["mortensen", "jens"]);
        assert!(query_tokens("…?!").is_empty());
    }

    #[test]
    fn names_are_ordered_the_danish_way() {
        let ordered = [
            "",
            "Abel",
            "Bo Å",
            "Bodil",
            "Muz",
            "Müller",
            "Myrup",
            "Zacho",
            "Ærø",
            "Østergaard",
            "Aabel",
            "Ågot",
            "Aase",
        ];
        let mut names = ordered.to_vec();
        names.reverse();
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ordered);
        assert_eq!(sort_key("Åse"), sort_key("aase"));
        assert_eq!(sort_key(" Anne-Marie "), sort_key("anne  marie"));
    }

    proptest::proptest! {
        #[test]
        fn folding_is_the_same_for_every_unicode_form_and_case(text in "[a-zA-ZæøåÆØÅéüöäñ0-9 .-]{0,30}") {
            let decomposed: String = text.nfd().collect();
            proptest::prop_assert_eq!(words(&text), words(&decomposed));
            proptest::prop_assert_eq!(words(&text), words(&text.to_uppercase()));
            proptest::prop_assert_eq!(sort_key(&text), sort_key(&decomposed));
        }

        #[test]
        fn tokens_are_only_letters_and_digits_and_stay_what_they_are(text in "\\PC{0,40}") {
            for word in words(&text) {
                proptest::prop_assert!(!word.is_empty() && word.chars().all(char::is_alphanumeric));
                proptest::prop_assert_eq!(words(&word), vec![word.clone()]);
            }
        }

        #[test]
        fn a_party_is_found_by_the_beginning_of_each_of_its_words(name in "[A-ZÆØÅa-zæøå]{1,12}", length in 1_usize..12) {
            let beginning: String = name.chars().take(length).collect();
            let found = query_tokens(&beginning);
            // `Å` cut from `Åa…` still begins `aaa…`; a word cut inside is always a beginning.
            proptest::prop_assert!(words(&name)[0].starts_with(&found[0]));
        }
    }
}
