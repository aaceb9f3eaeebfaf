//! An address on its lines.

use openapi::party::Address;
use yew::prelude::*;

/// The lines of an address as on an envelope.
pub fn address_lines(address: &Address) -> Html {
    let part = |value: &Option<String>| value.clone().unwrap_or_default();
    let town = format!("{} {}", part(&address.postal_code), part(&address.city));
    let country = address.country_code.clone().filter(|code| code != "DK").unwrap_or_default();
    let lines = [part(&address.line1), part(&address.line2), town.trim().to_owned(), country];
    html! {
        <span class="address">
            for line in lines.into_iter().filter(|line| !line.is_empty()) {
                <span>{ line }</span>
            }
        </span>
    }
}
