//! How a party is named, shown and told apart in a line.

use openapi::party::{Address, AddressKind, Party, PartyKind};

use super::{date, number};
use crate::text;

/// The first letters of the first and the last word of a name, for the circle beside it.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
    let first = words.next();
    let letters = first.into_iter().chain(words.next_back());
    letters.flat_map(char::to_uppercase).collect()
}

/// An address in one line; `None` when nothing of it is known.
pub fn one_line(address: &Address) -> Option<String> {
    let town: Vec<&str> =
        [&address.postal_code, &address.city].into_iter().filter_map(|part| part.as_deref()).collect();
    let country = address.country_code.as_deref().filter(|code| *code != "DK");
    let parts = [address.line1.clone(), address.line2.clone(), Some(town.join(" ")), country.map(str::to_owned)];
    let known: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    (!known.is_empty()).then(|| known.join(", "))
}

/// What stands in the address column: the address, or why there is none.
pub fn address_or_reason(party: &Party) -> String {
    if party.address_masked {
        return text::party::ADDRESS_HIDDEN.to_owned();
    }
    match party.address.as_ref().and_then(one_line) {
        Some(line) => line,
        None => why_without_address(party).unwrap_or_default().to_owned(),
    }
}

/// Why CPR has no address for a person who is neither dead nor gone; `None` for everybody else. Some of them are threatened,
/// and no address is the whole point.
pub fn why_without_address(party: &Party) -> Option<&'static str> {
    if party.kind != PartyKind::Person || party.address_masked || party.address.is_some() {
        return None;
    }
    match party.address_kind {
        AddressKind::NoFixedAbode => Some(text::party::NO_FIXED_ABODE),
        AddressKind::None if party.cpr.is_some() && status_word(party).is_none() => Some(text::party::NO_ADDRESS),
        _ => None,
    }
}

/// The number column: CPR number of a person, CVR number of a company (and of a person with a firm).
pub fn number(party: &Party) -> String {
    match (&party.personal_number, &party.cvr_number) {
        (Some(personal), _) => number::formatted(personal),
        (None, Some(cvr)) => format!("CVR {cvr}"),
        (None, None) => String::new(),
    }
}

/// One word for a person who is dead, has moved away, or whose number is no longer in use.
pub fn status_word(party: &Party) -> Option<&'static str> {
    let status = party.cpr.as_ref()?.status.as_deref()?;
    text::party::status_word(status)
}

/// The line under the name: number, birth date, status in words.
pub fn identity_line(party: &Party) -> Vec<String> {
    let mut parts = Vec::new();
    if party.kind == PartyKind::Company {
        parts.push(text::party::COMPANY.to_owned());
    }
    if let Some(personal) = &party.personal_number {
        parts.push(format!("CPR {}", number::formatted(personal)));
    }
    if let Some(cvr) = &party.cvr_number {
        parts.push(format!("CVR {cvr}"));
    }
    if let Some(cpr) = &party.cpr {
        if let Some(born) = cpr.birth_date {
            parts.push(text::party::born(&date::date(born)));
        }
        if let Some(status) = &cpr.status_text {
            let since = cpr.status_since.map(|since| format!(" {}", date::date(since))).unwrap_or_default();
            parts.push(format!("{status}{since}"));
        }
    }
    if parts.is_empty() {
        parts.push(text::party::NO_NUMBER.to_owned());
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::party_form::tests::party;

    #[test]
    fn initials_are_the_first_letters_of_the_first_and_last_word() {
        for (name, letters) in [
            ("Vita Prøve", "VP"),
            ("ørsted", "Ø"),
            ("Anne-Birgitte af Wicker", "AW"),
            ("  \"Låsesmeden\" A/S", "LA"),
            ("", ""),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }

    #[test]
    fn an_address_in_one_line_names_the_country_only_abroad() {
        let mut address = party().address.unwrap();
        assert_eq!(one_line(&address).unwrap(), "Prøvevej 1, 9000 Aalborg");
        address.country_code = Some("SE".to_owned());
        address.line2 = Some("Box 7".to_owned());
        address.postal_code = None;
        address.city = None;
        assert_eq!(one_line(&address).unwrap(), "Prøvevej 1, Box 7, SE");
    }

    #[test]
    fn a_hidden_address_says_so_and_no_fixed_abode_too() {
        let mut party = party();
        party.address = None;
        assert_eq!(address_or_reason(&party), "");
        party.address_kind = AddressKind::NoFixedAbode;
        assert_eq!(address_or_reason(&party), "Uden fast bopæl");
        party.address_kind = AddressKind::None;
        assert_eq!(address_or_reason(&party), "", "CPR was never asked");
        party.address_masked = true;
        assert_eq!(address_or_reason(&party), "Adressen er skjult");
    }

    #[test]
    fn the_identity_line_has_what_is_known() {
        let mut party = party();
        assert_eq!(identity_line(&party), ["CPR 010101-9995"]);
        party.cpr = Some(
            serde_json::from_value(serde_json::json!({
                "status": "90", "statusText": "Død", "statusSince": "2025-02-01", "birthDate": "2001-01-01", "sex": null,
                "formerPersonalNumbers": [], "currentNumberHeldBy": null, "source": "lookup", "registerDate": "2026-11-01",
                "updatedAt": "2026-11-01T08:00:00Z", "kept": [], "lastAddress": null
            }))
            .unwrap(),
        );
        assert_eq!(identity_line(&party), ["CPR 010101-9995", "født 01-01-2001", "Død 01-02-2025"]);
        assert_eq!(status_word(&party), Some("Død"));
    }
}
