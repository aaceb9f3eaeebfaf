//! Leaving with changes that are not saved.

use yew::prelude::*;

use crate::components::dialog::Dialog;
use crate::text;

#[derive(Properties, PartialEq)]
pub struct DiscardProps {
    pub on_discard: Callback<()>,
    pub on_stay: Callback<()>,
}

/// The question before changes are lost.
#[component]
pub fn DiscardDialog(props: &DiscardProps) -> Html {
    let footer = html! {
        <>
            <button type="button" class="button button-warning" onclick={props.on_discard.reform(|_| ())}>
                { text::discard::DISCARD }
            </button>
            <button type="button" class="button button-secondary" autofocus=true onclick={props.on_stay.reform(|_| ())}>
                { text::discard::STAY }
            </button>
        </>
    };
    html! {
        <Dialog id="discard" title={text::discard::TITLE} on_close={props.on_stay.clone()} {footer}>
            <p>{ text::discard::LEAD }</p>
        </Dialog>
    }
}
