//! That the session is about to end: on the page, and in the dialog that stands over it.

use yew::prelude::*;

use super::alert::{Alert, Severity};
use crate::form::date;
use crate::session::SignedIn;
use crate::text;

/// Nothing, until the end is near.
#[component]
pub fn Ending() -> Html {
    let ends_at = use_context::<SignedIn>().and_then(|signed_in| signed_in.ends_at);
    html! {
        if let Some(ends_at) = ends_at {
            <Alert severity={Severity::Warning}>{ text::sign_in::ending(&date::time(ends_at)[11..]) }</Alert>
        }
    }
}
