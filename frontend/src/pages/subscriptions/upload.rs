//! Sending in a change file by hand, where the installation allows it.

use web_sys::HtmlInputElement;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::api::{self, ApiError};
use crate::components::alert::Failure;
use crate::session::use_signed_in;
use crate::text;

#[derive(Properties, PartialEq)]
pub struct UploadProps {
    pub on_done: Callback<()>,
}

/// A field for a file; choosing one sends it.
#[component]
pub fn Upload(props: &UploadProps) -> Html {
    let api = use_signed_in().api;
    let busy = use_state(|| false);
    let said = use_state(|| None::<Result<(), ApiError>>);
    let onchange = {
        let (busy, said, on_done) = (busy.setter(), said.setter(), props.on_done.clone());
        move |event: Event| {
            let field = event.target_unchecked_into::<HtmlInputElement>();
            let Some(file) = field.files().and_then(|files| files.get(0)) else { return };
            let (api, busy, said, on_done) = (api.clone(), busy.clone(), said.clone(), on_done.clone());
            busy.set(true);
            said.set(None);
            spawn_local(async move {
                let sent = api::upload_delivery(&api, file).await;
                // The same file can be chosen again.
                field.set_value("");
                busy.set(false);
                said.set(Some(sent));
                on_done.emit(());
            });
        }
    };
    html! {
        <div class="upload">
            <label class="form-label" for="delivery-file">{ text::delivery::UPLOAD }</label>
            <input id="delivery-file" type="file" disabled={*busy} {onchange} />
            <div role="status">
                { match &*said {
                    _ if *busy => html! { text::delivery::UPLOADING },
                    Some(Ok(())) => html! { text::delivery::UPLOAD_TAKEN },
                    Some(Err(error)) => html! { <Failure error={error.clone()} /> },
                    None => Html::default(),
                } }
            </div>
        </div>
    }
}
