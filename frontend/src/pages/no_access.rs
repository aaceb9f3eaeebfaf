//! For somebody who is signed in and may not read the parties here.

use yew::prelude::*;

use crate::session::use_signed_in;
use crate::text;

/// Who they are, what they may, and what to do about it.
#[component]
pub fn NoAccess() -> Html {
    let signed_in = use_signed_in();
    let session = &signed_in.session;
    html! {
        <div class="page no-access">
            <h1>{ text::no_access::TITLE }</h1>
            <p>{ text::no_access::lead(session.name.as_deref().unwrap_or(&session.subject)) }</p>
            if session.privileges.is_empty() {
                <p>{ text::no_access::NONE }</p>
            } else {
                <p>{ text::no_access::SOME }</p>
                <ul>
                    for privilege in &session.privileges {
                        <li>{ privilege.claim() }</li>
                    }
                </ul>
            }
            <p>{ text::no_access::ASK }</p>
            <p>
                <button type="button" class="button button-secondary" onclick={signed_in.sign_out.reform(|_| ())}>
                    { text::frame::SIGN_OUT }
                </button>
            </p>
        </div>
    }
}
