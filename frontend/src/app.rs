//! The session around the router, and the frame around the pages.

use std::rc::Rc;

use yew::prelude::*;
use yew_router::prelude::*;

use crate::api::{self, Api};
use crate::components::ending::Ending;
use crate::components::icon::Icon;
use crate::components::load_view::load_view;
use crate::load::{Load, use_load};
use crate::pages::accessibility::Accessibility;
use crate::pages::callback::SignInCallback;
use crate::pages::contacts::{Contacts, Opened};
use crate::pages::log::{Log, Samples, SubjectReport};
use crate::pages::no_access::NoAccess;
use crate::pages::sign_in::SignIn;
use crate::pages::subscriptions::Subscriptions;
use crate::route::Route;
use crate::session::{SignedIn, Token, oidc, use_renewal, use_signed_in};
use crate::text;

/// The application.
#[component]
pub fn App() -> Html {
    html! { <BrowserRouter><Gate /></BrowserRouter> }
}

/// Lets in who has a token, and shows the others how to get one.
#[component]
fn Gate() -> Html {
    let token = use_state(|| None::<Token>);
    let notice = use_state(|| None::<AttrValue>);
    let enter = {
        let (token, notice) = (token.setter(), notice.setter());
        use_callback((), move |new: Token, ()| {
            notice.set(None);
            token.set(Some(new));
        })
    };
    let refuse = {
        let notice = notice.setter();
        use_callback((), move |why: AttrValue, ()| notice.set(Some(why)))
    };
    let navigator = use_navigator().expect("the router is around every page");
    let leave = {
        let (set, notice) = (token.setter(), notice.setter());
        use_callback((*token).clone(), move |why: Left, token| {
            set.set(None);
            notice.set(Some(why.in_words().into()));
            if why == Left::SignedOut {
                // Whoever comes next begins at the beginning; the others come back to where they were.
                navigator.replace(&Route::Home);
                if let Some(place) = token.as_ref().and_then(|token| token.sign_out.as_ref()) {
                    oidc::sign_out(place);
                }
            }
        })
    };
    // Redrawn when the address changes.
    let at = use_route::<Route>();
    if let Some(token) = &*token {
        return html! { <Inside token={token.clone()} {leave} /> };
    }
    if at == Some(Route::Accessibility) {
        return html! { <main class="frame-main" id="main"><Accessibility /></main> };
    }
    if at == Some(Route::SignInCallback) && notice.is_none() {
        return html! { <SignInCallback on_token={enter} on_refused={refuse} /> };
    }
    html! { <SignIn on_token={enter} notice={(*notice).clone()} /> }
}

/// Why somebody is inside no longer.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Left {
    /// By their own hand.
    SignedOut,
    /// The token's time is over, and there is no other.
    Expired,
    /// The server has never taken the token.
    NotTaken,
}

impl Left {
    const fn in_words(self) -> &'static str {
        match self {
            Left::SignedOut => text::sign_in::SIGNED_OUT,
            Left::Expired => text::sign_in::EXPIRED,
            Left::NotTaken => text::sign_in::NOT_TAKEN,
        }
    }
}

#[derive(Properties, PartialEq)]
struct InsideProps {
    token: Token,
    leave: Callback<Left>,
}

/// Everything that needs a token: who it is and what may be done is asked first.
#[component]
fn Inside(props: &InsideProps) -> Html {
    let was_taken = use_mut_ref(|| false);
    let api = {
        let (leave, was_taken) = (props.leave.clone(), was_taken.clone());
        use_memo(props.token.clone(), move |token| {
            let why = move |()| if *was_taken.borrow() { Left::Expired } else { Left::NotTaken };
            Api::new(token.access.clone(), leave.reform(why))
        })
    };
    let ends_at = use_renewal(&api);
    let who = use_load((*api).clone(), |api| {
        let api = api.clone();
        async move { Ok((Rc::new(api::get_session(&api).await?), Rc::new(api::get_settings(&api).await?))) }
    });
    if let Load::Ready((session, settings)) = &*who.state {
        was_taken.replace(true);
        let signed_in = SignedIn {
            api: (*api).clone(),
            session: session.clone(),
            settings: settings.clone(),
            ends_at,
            sign_out: props.leave.reform(|()| Left::SignedOut),
        };
        return html! {
            <ContextProvider<SignedIn> context={signed_in}>
                <Frame />
            </ContextProvider<SignedIn>>
        };
    }
    html! {
        <main class="sign-in" id="main">
            <div class="sign-in-card">
                <h1>{ text::sign_in::WORKING }</h1>
                { load_view(&who, "", |_| None) }
            </div>
        </main>
    }
}

/// Head, navigation, page.
#[component]
fn Frame() -> Html {
    let signed_in = use_signed_in();
    let at = use_route::<Route>();
    use_effect_with(at, |at| name_the_window(*at));
    let name = signed_in.session.name.clone().unwrap_or_else(|| signed_in.session.subject.clone());
    html! {
        <>
            <a class="skipnav" href="#main">{ text::frame::SKIP }</a>
            <header class="frame-head">
                <span class="brand"><span class="brand-mark" aria-hidden="true">{ "P" }</span>{ text::frame::APPLICATION }</span>
                <span class="frame-user">
                    { Icon::Account.draw() }
                    <span class="frame-name">{ name }</span>
                    <button type="button" class="frame-out" onclick={signed_in.sign_out.reform(|_| ())}>
                        { text::frame::SIGN_OUT }
                    </button>
                </span>
            </header>
            <div class="frame-body">
                <nav class="frame-nav" aria-label={text::frame::NAVIGATION}>
                    <ul>
                        <li>
                            <NavLink to={Route::Contacts} label={text::frame::CONTACTS} />
                            <ul><li>
                                <NavLink to={Route::Parties} label={text::frame::EXTERNAL_PARTY} current={is_of_parties(at)} />
                            </li></ul>
                        </li>
                        if signed_in.may_ask_cpr() {
                            <li>
                                <NavLink to={Route::Operations} label={text::frame::OPERATIONS} />
                                <ul><li>
                                    <NavLink to={Route::Subscriptions} label={text::subscriptions::TITLE} current={at == Some(Route::Subscriptions)} />
                                </li></ul>
                            </li>
                        }
                        if signed_in.may_audit() {
                            <li>
                                <NavLink to={Route::Control} label={text::log::CONTROL} />
                                <ul>
                                    <li><NavLink to={Route::Log} label={text::log::TITLE} current={at == Some(Route::Log)} /></li>
                                    <li><NavLink to={Route::Samples} label={text::log::sample::TITLE} current={at == Some(Route::Samples)} /></li>
                                    <li><NavLink to={Route::SubjectReport} label={text::log::report::TITLE} current={at == Some(Route::SubjectReport)} /></li>
                                </ul>
                            </li>
                        }
                    </ul>
                </nav>
                <main id="main" class="frame-main"><Ending /><Switch<Route> render={page} /></main>
            </div>
            <footer class="frame-foot"><Link<Route> to={Route::Accessibility}>{ text::accessibility::TITLE }</Link<Route>></footer>
        </>
    }
}

const fn is_of_parties(at: Option<Route>) -> bool {
    matches!(at, Some(Route::Parties | Route::NewParty | Route::Party { .. }))
}

/// Tells in the title of the window where one is (WCAG 2.4.2).
fn name_the_window(at: Option<Route>) {
    let place = match at {
        Some(Route::Subscriptions) => text::subscriptions::TITLE,
        Some(Route::Log) => text::log::TITLE,
        Some(Route::Samples) => text::log::sample::TITLE,
        Some(Route::SubjectReport) => text::log::report::TITLE,
        Some(Route::Accessibility) => text::accessibility::TITLE,
        Some(Route::NotFound) => text::frame::NOT_FOUND_TITLE,
        at if is_of_parties(at) => text::list::TITLE,
        _ => return,
    };
    if let Some(page) = web_sys::window().and_then(|window| window.document()) {
        page.set_title(&text::frame::window(place));
    }
}

#[derive(Properties, PartialEq)]
struct GoToProps {
    to: Route,
}

/// Leads on. The router's own redirection leaves the address that it leads away from in the history, where the way back
/// ends.
#[component]
fn GoTo(props: &GoToProps) -> Html {
    let navigator = use_navigator().expect("the router is around every page");
    use_effect_with(props.to, move |to| navigator.replace(to));
    Html::default()
}

#[derive(Properties, PartialEq)]
struct NavLinkProps {
    to: Route,
    label: &'static str,
    #[prop_or_default]
    current: bool,
}

/// A link of the navigation. The router's own says nothing of where one is.
#[component]
fn NavLink(props: &NavLinkProps) -> Html {
    let navigator = use_navigator().expect("the router is around every page");
    let to = props.to;
    let onclick = move |event: MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            navigator.push(&to);
        }
    };
    html! { <a href={to.to_path()} aria-current={props.current.then_some("page")} {onclick}>{ props.label }</a> }
}

#[derive(Properties, PartialEq)]
struct ReadersProps {
    opened: Opened,
}

/// The parties, for those who may read them here.
#[component]
fn Readers(props: &ReadersProps) -> Html {
    if use_signed_in().session.may_read_parties {
        html! { <Contacts opened={props.opened} /> }
    } else {
        html! { <NoAccess /> }
    }
}

fn page(route: Route) -> Html {
    match route {
        Route::Home | Route::Contacts | Route::SignInCallback => html! { <GoTo to={Route::Parties} /> },
        Route::Parties => html! { <Readers opened={Opened::Nothing} /> },
        Route::NewParty => html! { <Readers opened={Opened::New} /> },
        Route::Party { id } => html! { <Readers opened={Opened::Party(id)} /> },
        Route::Accessibility => html! { <Accessibility /> },
        Route::Operations => html! { <GoTo to={Route::Subscriptions} /> },
        Route::Subscriptions => html! { <Subscriptions /> },
        Route::Control => html! { <GoTo to={Route::Log} /> },
        Route::Log => html! { <Log /> },
        Route::Samples => html! { <Samples /> },
        Route::SubjectReport => html! { <SubjectReport /> },
        Route::NotFound => html! {
            <div class="page">
                <h1>{ text::frame::NOT_FOUND_TITLE }</h1>
                <p>{ text::frame::NOT_FOUND }</p>
                <Link<Route> to={Route::Parties}>{ text::frame::TO_LIST }</Link<Route>>
            </div>
        },
    }
}
