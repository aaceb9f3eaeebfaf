//! Where the organisation's provider sends people back to.

use yew::platform::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;
use yew_router::query::Raw;

use crate::components::load_view::Loading;
use crate::route::Route;
use crate::session::{Token, oidc};
use crate::text;

#[derive(Properties, PartialEq)]
pub struct CallbackProps {
    pub on_token: Callback<Token>,
    pub on_refused: Callback<AttrValue>,
}

/// Exchanges the code for a token and goes back to where people came from.
#[component]
pub fn SignInCallback(props: &CallbackProps) -> Html {
    let navigator = use_navigator().expect("the router is around every page");
    let (on_token, on_refused) = (props.on_token.clone(), props.on_refused.clone());
    use_effect_with((), move |()| {
        spawn_local(async move {
            match oidc::come_back().await {
                Ok((token, return_to)) => {
                    go_back_to(&navigator, &return_to);
                    on_token.emit(token);
                }
                Err(refused) => {
                    // The code in the address is used up.
                    go_back_to(&navigator, &refused.return_to);
                    on_refused.emit(refused.why.into());
                }
            }
        });
    });
    html! {
        <main class="sign-in" id="main">
            <div class="sign-in-card">
                <h1>{ text::sign_in::WORKING }</h1>
                <Loading />
            </div>
        </main>
    }
}

/// The address that people left from: a page of this application and its query, never another place.
fn go_back_to(navigator: &Navigator, address: &str) {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let route = Route::recognize(path).unwrap_or(Route::Home);
    // A query that was in an address can stand in one again.
    let _ = navigator.replace_with_query(&route, Raw(query));
}
