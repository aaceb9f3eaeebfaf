//! *Drift* → *Abonnement*: whom CPR follows for us, what CPR has delivered, what is in the way, and what can be done.

mod deliveries;
mod delivery;
mod jobs;
pub mod stuck;
mod summary;
mod upload;

use openapi::settings::SubscriptionScope;
use yew::prelude::*;

use self::deliveries::Deliveries;
use self::jobs::Jobs;
use self::stuck::Stuck;
use self::summary::Summary;
use crate::components::alert::{Alert, Severity};
use crate::components::load_view::Empty;
use crate::session::use_signed_in;
use crate::text;

/// The page.
#[component]
pub fn Subscriptions() -> Html {
    let signed_in = use_signed_in();
    // Raised when something was done: what is shown is then read again.
    let round = use_state(|| 0_u32);
    let on_done = {
        let round = round.clone();
        Callback::from(move |()| round.set(*round + 1))
    };
    let settings = &signed_in.settings;
    let body = if signed_in.may_ask_cpr() {
        html! {
            <>
                if settings.subscription_scope == SubscriptionScope::AllCases {
                    <Alert severity={Severity::Info} heading={text::subscriptions::ALL_CASES}>
                        { settings.all_cases_reason.clone().unwrap_or_default() }
                    </Alert>
                }
                if !settings.capabilities.subscription {
                    <Alert severity={Severity::Info}>{ text::subscriptions::CHANNEL_OFF }</Alert>
                }
                <Summary round={*round} />
                <Stuck round={*round} on_done={on_done.clone()} />
                <Deliveries round={*round} on_done={on_done.clone()} />
                <Jobs round={*round} {on_done} />
            </>
        }
    } else {
        html! { <Empty text={text::subscriptions::NOT_ALLOWED} /> }
    };
    html! {
        <div class="page overview">
            <h1>{ text::subscriptions::TITLE }</h1>
            { body }
        </div>
    }
}
