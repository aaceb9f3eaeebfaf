//! *Slet*: asks once, and deletes only what the person has seen.

use openapi::party::Party;
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::api::{self, ApiError};
use crate::components::alert::Failure;
use crate::components::dialog::Dialog;
use crate::session::use_signed_in;
use crate::text;

#[derive(Properties, PartialEq)]
pub struct DeleteProps {
    pub party: Party,
    pub on_deleted: Callback<Uuid>,
    pub on_close: Callback<()>,
}

/// The question before a party is deleted.
#[component]
pub fn DeleteDialog(props: &DeleteProps) -> Html {
    let api = use_signed_in().api;
    let failure = use_state(|| None::<ApiError>);
    let delete = {
        let (id, version) = (props.party.id, props.party.version);
        let (on_deleted, failure) = (props.on_deleted.clone(), failure.setter());
        Callback::from(move |_: MouseEvent| {
            let (api, on_deleted, failure) = (api.clone(), on_deleted.clone(), failure.clone());
            spawn_local(async move {
                match api::delete_party(&api, id, &version_tag(version)).await {
                    Ok(()) => on_deleted.emit(id),
                    Err(error) => failure.set(Some(error)),
                }
            });
        })
    };
    let footer = html! {
        <>
            <button type="button" class="button button-warning" onclick={delete}>{ text::delete::DELETE }</button>
            <button type="button" class="button button-secondary" autofocus=true onclick={props.on_close.reform(|_| ())}>
                { text::delete::KEEP }
            </button>
        </>
    };
    html! {
        <Dialog id="delete" title={text::delete::TITLE} on_close={props.on_close.clone()} {footer}>
            <p><strong>{ &props.party.name }</strong></p>
            <p>{ text::delete::LEAD }</p>
            if let Some(error) = &*failure {
                <Failure error={error.clone()} />
            }
        </Dialog>
    }
}

/// The `If-Match` of a row of the list: only the version before the dot is compared.
fn version_tag(version: i64) -> String {
    format!("\"{version}.\"")
}
