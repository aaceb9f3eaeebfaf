//! The selected party, beside the list.

use openapi::party::Party;
use uuid::Uuid;
use yew::prelude::*;

use crate::components::address::address_lines;
use crate::components::masked::Masked;
use crate::components::protection::ProtectionMessage;
use crate::form::{date, identity};
use crate::text;

#[derive(Properties, PartialEq)]
pub struct PreviewProps {
    pub party: Option<Party>,
    pub on_open: Callback<Uuid>,
}

/// The preview.
#[component]
pub fn Preview(props: &PreviewProps) -> Html {
    let Some(party) = &props.party else {
        return html! {
            <aside class="preview preview-empty" aria-label={text::list::PREVIEW}><p>{ text::list::PREVIEW_EMPTY }</p></aside>
        };
    };
    let id = party.id;
    let contact = [
        (text::field::EMAIL, party.email.clone()),
        (text::field::PHONE, party.phone.clone()),
        (text::field::MOBILE, party.mobile.clone()),
    ];
    html! {
        <aside class="preview" aria-label={text::list::PREVIEW}>
            <div class="person-head">
                <span class="initials" aria-hidden="true">{ identity::initials(&party.name) }</span>
                <div>
                    <h2>{ &party.name }</h2>
                    <p class="person-kind">{ text::party::EXTERNAL_PARTY }</p>
                </div>
            </div>
            <p class="identity">for part in identity::identity_line(party) { <span><Masked text={part} /></span> }</p>
            <ProtectionMessage party={party.clone()} />
            <dl class="facts">
                <div>
                    <dt>{ text::field::ADDRESS }</dt>
                    <dd>{ match &party.address {
                        Some(address) if !party.address_masked => address_lines(address),
                        _ => html! { identity::address_or_reason(party) },
                    } }</dd>
                </div>
                for (label, value) in contact.into_iter().filter_map(|(label, value)| Some((label, value?))) {
                    <div><dt>{ label }</dt><dd>{ value }</dd></div>
                }
            </dl>
            <p class="stamp">{ match &party.cpr {
                Some(cpr) => text::dialog::updated(&date::time(cpr.updated_at)),
                None => text::dialog::NEVER_FETCHED.to_owned(),
            } }</p>
            <button type="button" class="button button-secondary" onclick={props.on_open.reform(move |_| id)}>
                { text::list::OPEN }
            </button>
        </aside>
    }
}
