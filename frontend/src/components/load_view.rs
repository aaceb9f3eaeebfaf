//! Loading, failed, empty and ready are drawn here and nowhere else.

use yew::prelude::*;

use super::alert::Failure;
use crate::load::{Load, Loaded};
use crate::text;

/// A turning circle with a word.
#[component]
pub fn Loading() -> Html {
    html! {
        <p class="loading" role="status">
            <span class="spinner spinner-small" aria-hidden="true" />
            { text::load::LOADING }
        </p>
    }
}

#[derive(Properties, PartialEq)]
pub struct EmptyProps {
    pub text: AttrValue,
}

/// Nothing there, and what that means.
#[component]
pub fn Empty(props: &EmptyProps) -> Html {
    html! { <p class="empty">{ &props.text }</p> }
}

/// Draws what is loaded: `ready` gives `None` for "there is nothing", which is then said with `empty`.
pub fn load_view<T>(loaded: &Loaded<T>, empty: &'static str, ready: impl FnOnce(&T) -> Option<Html>) -> Html {
    match &*loaded.state {
        Load::Loading => html! { <Loading /> },
        Load::Failed(error) => html! { <Failure error={error.clone()} on_retry={loaded.reload.clone()} /> },
        Load::Ready(value) => ready(value).unwrap_or_else(|| html! { <Empty text={empty} /> }),
    }
}
