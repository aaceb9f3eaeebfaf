//! The head of the dialog: who it is, on every tab.

use yew::prelude::*;

use crate::components::masked::Masked;
use crate::components::protection::{ProtectionMessage, status_badges};
use crate::form::editing::Editing;
use crate::form::identity;
use crate::text;

/// Initials in a circle, the name, what it is, the identity line, the protection. The name stays the same element from
/// loading to saving, because it has the focus when the dialog opens.
pub fn head(editing: &Editing, on_its_way: bool) -> Html {
    let (circle, name) = match editing.party() {
        Some(party) if party.name.is_empty() => (String::new(), text::party::UNNAMED),
        Some(party) => (identity::initials(&party.name), party.name.as_str()),
        None if on_its_way => (String::new(), text::list::PROPERTIES),
        None => ("+".to_owned(), text::dialog::NEW_PARTY),
    };
    html! {
        <div class="person-head-block">
            <div class="person-head">
                <span class="initials" aria-hidden="true">{ circle }</span>
                <div>
                    <h2 id="party-title" class="dialog-title" tabindex="-1" autofocus=true>{ name }</h2>
                    <p class="person-kind">{ text::party::EXTERNAL_PARTY }</p>
                </div>
            </div>
            if let Some(party) = editing.party() {
                <p class="identity">
                    for part in identity::identity_line(party) { <span><Masked text={part} /></span> }
                    { status_badges(party) }
                </p>
                <ProtectionMessage party={party.clone()} announce=true />
            }
        </div>
    }
}
