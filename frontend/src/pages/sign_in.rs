//! *Log ind*.

use openapi::session::{SignIn as Ways, SignInMode};
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::api::{self, Access, ApiError};
use crate::components::alert::{Alert, Failure, Severity};
use crate::components::load_view::load_view;
use crate::load::use_load;
use crate::route::Route;
use crate::session::{Token, oidc};
use crate::text;

#[derive(Properties, PartialEq)]
pub struct SignInProps {
    pub on_token: Callback<Token>,
    /// Why somebody stands here who was inside before.
    pub notice: Option<AttrValue>,
}

/// The page for those who are not signed in.
#[component]
pub fn SignIn(props: &SignInProps) -> Html {
    let ways = use_load((), |()| api::get_sign_in());
    html! {
        <main class="sign-in" id="main">
            <div class="sign-in-card">
                <p class="brand brand-large"><span class="brand-mark" aria-hidden="true">{ "P" }</span>{ text::frame::APPLICATION }</p>
                <h1>{ text::sign_in::TITLE }</h1>
                <p class="sign-in-lead">{ text::sign_in::LEAD }</p>
                if let Some(notice) = &props.notice {
                    <Alert severity={Severity::Info}>{ notice }</Alert>
                }
                { load_view(&ways, text::sign_in::NOT_CONFIGURED, |ways| match ways.mode {
                    SignInMode::Demo if ways.persons.is_empty() => None,
                    SignInMode::Demo => Some(html! { <Demo ways={ways.clone()} on_token={props.on_token.clone()} /> }),
                    SignInMode::Oidc => Some(html! { <Provider ways={ways.clone()} /> }),
                }) }
                <p class="sign-in-foot"><Link<Route> to={Route::Accessibility}>{ text::accessibility::TITLE }</Link<Route>></p>
            </div>
        </main>
    }
}

#[derive(Properties, PartialEq)]
struct DemoProps {
    ways: Ways,
    on_token: Callback<Token>,
}

#[component]
fn Demo(props: &DemoProps) -> Html {
    let failure = use_state(|| None::<ApiError>);
    let enter = {
        let (on_token, failure) = (props.on_token.clone(), failure.setter());
        Callback::from(move |id: String| {
            let (on_token, failure) = (on_token.clone(), failure.clone());
            spawn_local(async move {
                match api::demo_sign_in(id).await {
                    Ok(token) => on_token.emit(Token { access: Access::fixed(&token.access_token), sign_out: None }),
                    Err(error) => failure.set(Some(error)),
                }
            });
        })
    };
    html! {
        <>
            if let Some(error) = &*failure {
                <Failure error={error.clone()} />
            }
            <p class="sign-in-choose">{ text::sign_in::DEMO_CHOOSE }</p>
            <ul class="sign-in-persons">
                for person in &props.ways.persons {
                    <li key={person.id.clone()}>
                        <button type="button" class="button button-secondary" aria-describedby={format!("who-{}", person.id)}
                            onclick={let id = person.id.clone(); enter.reform(move |_| id.clone())}>
                            { text::sign_in::as_person(&person.name) }
                        </button>
                        <span class="sign-in-title" id={format!("who-{}", person.id)}>{ &person.title }</span>
                    </li>
                }
            </ul>
            <p class="sign-in-demo">{ text::sign_in::DEMO }</p>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct ProviderProps {
    ways: Ways,
}

#[component]
fn Provider(props: &ProviderProps) -> Html {
    let failure = use_state(|| None::<String>);
    let leave = {
        let (ways, failure) = (props.ways.clone(), failure.setter());
        Callback::from(move |_| {
            let (ways, failure) = (ways.clone(), failure.clone());
            spawn_local(async move {
                if let Err(why) = oidc::leave(&ways).await {
                    failure.set(Some(why));
                }
            });
        })
    };
    html! {
        <>
            if let Some(why) = &*failure {
                <Alert severity={Severity::Error}>{ why }</Alert>
            }
            <p><button type="button" class="button button-primary" onclick={leave}>{ text::sign_in::BUTTON }</button></p>
            <p class="sign-in-demo">{ text::sign_in::PROVIDER }</p>
        </>
    }
}
