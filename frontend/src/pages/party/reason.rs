//! The reason for a question to CPR, where this installation wants one.

use yew::prelude::*;

use crate::components::field::TextArea;
use crate::text;

/// The reason field.
pub fn reason_field(
    id: &'static str,
    label: &'static str,
    reason: &UseStateHandle<String>,
    error: Option<AttrValue>,
) -> Html {
    let set = reason.setter();
    html! {
        <TextArea {id} {label} value={(**reason).clone()} {error} on_input={move |value| set.set(value)} />
    }
}

/// What was written, or nothing.
pub fn given(reason: &str) -> Option<String> {
    let reason = reason.trim();
    (!reason.is_empty()).then(|| reason.to_owned())
}

/// What to say where a reason is wanted and none is given.
pub fn missing() -> AttrValue {
    AttrValue::from(text::field::REASON_MISSING)
}
