//! The part *Abonnement* of the tab *Andet*: whether CPR follows the person for us, why, until when, and what is in the
//! way.

use openapi::subscription::{PastReason, Subscription, SubscriptionReason, SubscriptionState};
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::api::{self, ApiError};
use crate::components::alert::{Alert, Failure, Severity};
use crate::components::load_view::load_view;
use crate::components::table::Table;
use crate::form::date;
use crate::load::use_load;
use crate::pages::subscriptions::stuck::can_be_retried;
use crate::session::use_signed_in;
use crate::text;

#[derive(Properties, PartialEq)]
pub struct SubscriptionPartProps {
    pub id: Uuid,
    pub version: i64,
}

/// The part.
#[component]
pub fn SubscriptionPart(props: &SubscriptionPartProps) -> Html {
    let signed_in = use_signed_in();
    let round = use_state(|| 0_u32);
    let failure = use_state(|| None::<ApiError>);
    let api = signed_in.api.clone();
    let subscription = use_load((props.id, props.version, *round), move |(id, ..)| {
        let (api, id) = (api.clone(), *id);
        async move { api::get_party_subscription(&api, id).await }
    });
    let on_retry = {
        let (api, id, round, failure) = (signed_in.api.clone(), props.id, round.clone(), failure.setter());
        Callback::from(move |()| {
            let (api, round, failure) = (api.clone(), round.clone(), failure.clone());
            spawn_local(async move {
                failure.set(api::retry_party_subscription(&api, id).await.err());
                round.set(*round + 1);
            });
        })
    };
    let may = signed_in.may_operate();
    html! {
        <section class="part" id="party-subscription">
            <h3>{ text::subscriptions::OF_PARTY }</h3>
            if let Some(error) = &*failure {
                <Failure error={error.clone()} />
            }
            { load_view(&subscription, "", |subscription| Some(shown(subscription, may.then_some(&on_retry)))) }
        </section>
    }
}

fn shown(subscription: &Subscription, on_retry: Option<&Callback<()>>) -> Html {
    let times = [
        subscription.requested_at.map(|at| text::subscriptions::requested_at(&date::time(at))),
        subscription.confirmed_at.map(|at| text::subscriptions::confirmed_at(&date::time(at))),
        subscription.end_requested_at.map(|at| text::subscriptions::end_requested_at(&date::time(at))),
        subscription.ended_at.map(|at| text::subscriptions::ended_at(&date::time(at))),
    ];
    let can_help = can_be_retried(subscription.last_error.as_ref());
    let retry = on_retry.filter(|_| subscription.state == SubscriptionState::Failed && can_help);
    let reasons = [text::subscriptions::KIND, text::subscriptions::CASE, text::subscriptions::UNTIL];
    let history =
        [text::subscriptions::KIND, text::subscriptions::CASE, text::subscriptions::FROM, text::subscriptions::TO];
    html! {
        <>
            <p class="stamp">
                <span class={classes!("badge", class(subscription.state))}>{ text::subscriptions::state(subscription.state) }</span>
                for time in times.into_iter().flatten() { <span>{ time }</span> }
            </p>
            if let Some(because) = subscription.not_subscribed_because {
                <p>{ text::subscriptions::because(because) }</p>
            }
            if let Some(error) = &subscription.last_error {
                <Alert severity={Severity::Warning} heading={text::subscriptions::error(&error.code)}>
                    <p>{ text::subscriptions::attempts(error.attempts, &date::time(error.at)) }{ ". " }
                        { text::subscriptions::next_attempt(error.next_attempt_at.map(date::time).as_deref()) }{ "." }</p>
                    if let Some(on_retry) = retry {
                        <p>
                            <button type="button" class="button button-secondary" onclick={on_retry.reform(|_| ())}>
                                { text::button::RETRY }
                            </button>
                        </p>
                    }
                </Alert>
            }
            if !subscription.reasons.is_empty() {
                <Table label={text::subscriptions::REASONS} columns={reasons.map(AttrValue::from).to_vec()}
                    rows={subscription.reasons.iter().map(reason).collect::<Vec<_>>()} />
            }
            if subscription.reason_history.iter().any(|reason| reason.to.is_some()) {
                <details class="more">
                    <summary>{ text::subscriptions::PAST_REASONS }</summary>
                    <Table label={text::subscriptions::PAST_REASONS} columns={history.map(AttrValue::from).to_vec()}
                        rows={subscription.reason_history.iter().map(past).collect::<Vec<_>>()} />
                </details>
            }
        </>
    }
}

const fn class(state: SubscriptionState) -> &'static str {
    match state {
        SubscriptionState::None | SubscriptionState::Ended => "badge-plain",
        SubscriptionState::Requested | SubscriptionState::Ending => "badge-info",
        SubscriptionState::Active => "badge-done",
        SubscriptionState::Failed => "badge-bad",
    }
}

fn case(number: Option<&String>) -> Html {
    html! { number.map_or(text::subscriptions::HIDDEN_CASE, String::as_str) }
}

fn reason(reason: &SubscriptionReason) -> Vec<Html> {
    let until = reason.until.map_or_else(|| text::subscriptions::NO_END.to_owned(), date::date);
    vec![html! { text::subscriptions::kind(reason.kind) }, case(reason.case_number.as_ref()), html! { until }]
}

fn past(reason: &PastReason) -> Vec<Html> {
    let to = reason.to.map_or_else(|| text::subscriptions::STILL.to_owned(), date::time);
    vec![
        html! { text::subscriptions::kind(reason.kind) },
        case(reason.case_number.as_ref()),
        html! { date::time(reason.from) },
        html! { to },
    ]
}
