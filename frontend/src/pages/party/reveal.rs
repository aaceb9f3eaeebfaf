//! *Vis adresse*: a masked address, for a reason, for five minutes.

use openapi::party::Address;
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::prelude::*;

use super::reason;
use crate::api::{self, ApiError};
use crate::components::alert::Failure;
use crate::components::dialog::Dialog;
use crate::session::use_signed_in;
use crate::text;

const FORM: &str = "reveal-form";

#[derive(Properties, PartialEq)]
pub struct RevealProps {
    pub party: Option<Uuid>,
    pub on_revealed: Callback<Option<Address>>,
    pub on_close: Callback<()>,
}

/// Asks for the reason.
#[component]
pub fn RevealDialog(props: &RevealProps) -> Html {
    let api = use_signed_in().api;
    let why = use_state(String::new);
    let wrong = use_state(|| false);
    let failure = use_state(|| None::<ApiError>);
    let onsubmit = {
        let (party, on_revealed) = (props.party, props.on_revealed.clone());
        let (why, wrong, failure) = (why.clone(), wrong.setter(), failure.setter());
        move |event: SubmitEvent| {
            event.prevent_default();
            let (Some(id), Some(reason)) = (party, reason::given(&why)) else {
                wrong.set(true);
                return;
            };
            let (api, on_revealed, failure) = (api.clone(), on_revealed.clone(), failure.clone());
            spawn_local(async move {
                match api::reveal_party_address(&api, id, reason).await {
                    Ok(revealed) => on_revealed.emit(revealed.address),
                    Err(error) => failure.set(Some(error)),
                }
            });
        }
    };
    let footer = html! {
        <>
            <button type="submit" form={FORM} class="button button-primary">{ text::protection::SHOW }</button>
            <button type="button" class="button button-secondary" onclick={props.on_close.reform(|_| ())}>
                { text::button::CANCEL }
            </button>
        </>
    };
    html! {
        <Dialog id="reveal" title={text::protection::SHOW_TITLE} on_close={props.on_close.clone()} {footer}>
            <form id={FORM} {onsubmit} novalidate=true>
                <p>{ text::protection::SHOW_LEAD }</p>
                if let Some(error) = &*failure {
                    <Failure error={error.clone()} />
                }
                { reason::reason_field("reveal-reason", text::field::REASON, &why, wrong.then(reason::missing)) }
            </form>
        </Dialog>
    }
}
