//! Name and address protection in words, before the address.

use openapi::party::{Party, PartyKind, Protection};
use yew::prelude::*;

use super::icon::Icon;
use crate::text;

#[derive(Properties, PartialEq)]
pub struct ProtectionProps {
    /// Of whom; only the protection is looked at.
    pub party: Party,
    /// Said at once by screen readers; for the place where it appears first.
    #[prop_or_default]
    pub announce: bool,
}

/// The red message of a protected person; that CPR was never asked; nothing for anybody else.
#[component]
pub fn ProtectionMessage(props: &ProtectionProps) -> Html {
    let protection = &props.party.protection;
    match protection.name_and_address {
        Some(true) => red(protection, if props.announce { "alert" } else { "note" }),
        None if props.party.kind == PartyKind::Person => html! {
            <p class="protection-unknown">{ Icon::Info.draw() }{ text::protection::NEVER_ASKED }</p>
        },
        _ => Html::default(),
    }
}

/// Badges for a list: protection, and a word for dead or moved away.
pub fn badges(party: &Party) -> Html {
    html! {
        <>
            if party.protection.name_and_address == Some(true) {
                <span class="badge badge-error badge-protected">{ Icon::Lock.draw() }{ text::party::PROTECTED_BADGE }</span>
            }
            if let Some(word) = crate::form::identity::status_word(party) {
                <span class="badge badge-status">{ word }</span>
            }
            if !party.active {
                <span class="badge badge-status">{ text::party::INACTIVE }</span>
            }
        </>
    }
}

/// The red message of a person whom CPR has just told of.
pub fn protection_of_person(protection: &Protection) -> Html {
    html! {
        if protection.name_and_address == Some(true) {
            { red(protection, "alert") }
        }
    }
}

fn red(protection: &Protection, role: &'static str) -> Html {
    html! {
        <div class="protection" {role}>
            { Icon::Lock.draw() }
            <p>
                <strong>{ protection.message.clone().unwrap_or_else(|| text::protection::PROTECTED.to_owned()) }</strong>
                <span class="protection-meaning">{ text::protection::DISCLOSURE }</span>
            </p>
        </div>
    }
}
