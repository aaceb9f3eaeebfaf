//! The head of the dialog: who it is, on every tab.

use yew::prelude::*;

use crate::components::protection::{ProtectionMessage, status_badges};
use crate::form::editing::Editing;
use crate::form::identity;
use crate::text;

/// Initials in a circle, the name, what it is, the identity line, the protection.
pub fn head(editing: &Editing, on_its_way: bool) -> Html {
    let Some(party) = editing.party() else {
        let title = if on_its_way { text::list::PROPERTIES } else { text::dialog::NEW_PARTY };
        return html! {
            <div class="person-head">
                <span class="initials" aria-hidden="true">{ "+" }</span>
                <div>
                    <h2 id="party-title" class="dialog-title" tabindex="-1" autofocus=true>{ title }</h2>
                    <p class="person-kind">{ text::party::EXTERNAL_PARTY }</p>
                </div>
            </div>
        };
    };
    let name = if party.name.is_empty() { text::party::UNNAMED } else { party.name.as_str() };
    html! {
        <div class="person-head-block">
            <div class="person-head">
                <span class="initials" aria-hidden="true">{ identity::initials(&party.name) }</span>
                <div>
                    <h2 id="party-title" class="dialog-title" tabindex="-1" autofocus=true>{ name }</h2>
                    <p class="person-kind">{ text::party::EXTERNAL_PARTY }</p>
                </div>
            </div>
            <p class="identity">
                for part in identity::identity_line(party) { <span>{ part }</span> }
                { status_badges(party) }
            </p>
            <ProtectionMessage party={party.clone()} announce=true />
        </div>
    }
}
