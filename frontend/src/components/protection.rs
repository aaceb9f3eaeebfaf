//! Name and address protection in words, before the address.

use openapi::party::{Party, PartyKind, Protection};
use yew::prelude::*;

use super::icon::Icon;
use crate::form::identity;
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
        Some(true) => red(protection, props.announce),
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
            { status_badges(party) }
        </>
    }
}

/// Badges beside a name: a word for dead or moved away, and that a party is no longer in use.
pub fn status_badges(party: &Party) -> Html {
    html! {
        <>
            if let Some(word) = identity::status_word(party) {
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
            { red(protection, true) }
        }
    }
}

/// The red message; where it is announced, with what it means.
fn red(protection: &Protection, announce: bool) -> Html {
    html! {
        <div class={classes!("protection", (!announce).then_some("protection-short"))} role={if announce { "alert" } else { "note" }}>
            { Icon::Lock.draw() }
            <p>
                <strong>{ protection.message.clone().unwrap_or_else(|| text::protection::PROTECTED.to_owned()) }</strong>
                if announce {
                    <span class="protection-meaning">{ text::protection::DISCLOSURE }</span>
                }
            </p>
        </div>
    }
}
