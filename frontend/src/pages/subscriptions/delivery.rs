//! One delivery: what it is, what was wrong with it, and how to go on.

use openapi::delivery::{BridgeInput, Delivery, DeliveryProblem, DeliveryRetry, DeliveryState};
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use super::deliveries::badge;
use crate::api::{self, ApiError};
use crate::components::alert::{Alert, Failure, Severity};
use crate::components::dialog::Dialog;
use crate::components::field::TextArea;
use crate::components::load_view::load_view;
use crate::components::table::Table;
use crate::form::date;
use crate::load::use_load;
use crate::route::Route;
use crate::session::use_signed_in;
use crate::text;

#[derive(Properties, PartialEq)]
pub struct DeliveryProps {
    pub delivery: Delivery,
    pub on_retried: Callback<()>,
    pub on_close: Callback<()>,
}

/// The dialog.
#[component]
pub fn DeliveryDialog(props: &DeliveryProps) -> Html {
    let signed_in = use_signed_in();
    let delivery = &props.delivery;
    let api = signed_in.api.clone();
    let problems = use_load(delivery.id, move |id| {
        let (api, id) = (api.clone(), *id);
        async move { api::list_delivery_problems(&api, id).await }
    });
    let failure = use_state(|| None::<ApiError>);
    let why = use_state(String::new);
    let wrong = use_state(|| false);
    let send = {
        let (api, id, on_retried) = (signed_in.api.clone(), delivery.id, props.on_retried.clone());
        let failure = failure.setter();
        Callback::from(move |retry: DeliveryRetry| {
            let (api, on_retried, failure) = (api.clone(), on_retried.clone(), failure.clone());
            spawn_local(async move {
                match api::retry_delivery(&api, id, &retry).await {
                    Ok(()) => on_retried.emit(()),
                    Err(error) => failure.set(Some(error)),
                }
            });
        })
    };
    let bridge = {
        let (why, wrong, send) = (why.clone(), wrong.setter(), send.clone());
        move |_| {
            let reason = why.trim().to_owned();
            if reason.is_empty() {
                wrong.set(true);
            } else {
                send.emit(DeliveryRetry { bridge: Some(BridgeInput { reason: Some(reason) }) });
            }
        }
    };
    let may = signed_in.may_operate();
    let may_retry = may && matches!(delivery.state, DeliveryState::Waiting | DeliveryState::Refused);
    let may_bridge = may && delivery.can_be_bridged;
    let footer = html! {
        <>
            if may_bridge {
                <button type="button" class="button button-warning" onclick={bridge}>{ text::delivery::BRIDGE }</button>
            }
            if may_retry {
                <button type="button" class="button button-primary" onclick={send.reform(|_| DeliveryRetry::default())}>
                    { text::button::RETRY }
                </button>
            }
            <button type="button" class="button button-secondary" autofocus=true onclick={props.on_close.reform(|_| ())}>
                { text::button::CLOSE }
            </button>
        </>
    };
    let columns = [text::delivery::PLACE, text::delivery::PROBLEM, text::subscriptions::PARTY];
    html! {
        <Dialog id="delivery" wide=true title={text::delivery::one(delivery.production_date.map(date::date).as_deref())}
            on_close={props.on_close.clone()} {footer}>
            if let Some(error) = &*failure {
                <Failure error={error.clone()} />
            }
            { facts(delivery) }
            if may_bridge {
                <Alert severity={Severity::Warning} heading={text::delivery::BRIDGE_TITLE}>
                    <p>{ text::delivery::bridge(delivery.missing_since.map(date::date).as_deref()) }</p>
                    <TextArea id="bridge-reason" label={text::field::REASON} value={(*why).clone()}
                        error={wrong.then(|| AttrValue::from(text::field::REASON_MISSING))}
                        on_input={let (why, wrong) = (why.setter(), wrong.setter()); move |text| { wrong.set(false); why.set(text); }} />
                </Alert>
            }
            <h3>{ text::delivery::PROBLEMS }</h3>
            { load_view(&problems, text::delivery::NO_PROBLEMS, |page| (!page.items.is_empty()).then(|| html! {
                <>
                    <Table label={text::delivery::PROBLEMS} columns={columns.map(AttrValue::from).to_vec()}
                        rows={page.items.iter().map(problem).collect::<Vec<_>>()} />
                    if page.next.is_some() {
                        <p>{ text::other::FIRST_ONLY }</p>
                    }
                </>
            })) }
        </Dialog>
    }
}

fn facts(delivery: &Delivery) -> Html {
    let bridged = delivery.bridge.as_ref();
    let bridged = bridged.map(|bridge| text::delivery::bridged(&bridge.by, &date::time(bridge.at), &bridge.reason));
    let lines = [
        (text::delivery::FILE, delivery.file_name.clone()),
        (text::delivery::TASK, delivery.task_number.clone()),
        (text::delivery::FOLLOWS, delivery.previous_production_date.map(date::date)),
        (text::delivery::RECEIVED, Some(date::time(delivery.received_at))),
        (text::delivery::APPLIED, delivery.applied_at.map(date::time)),
        (text::delivery::PERSONS, delivery.persons_in_file.map(|persons| persons.to_string())),
        (text::delivery::REPORT, (delivery.persons > 0).then(|| text::delivery::report(delivery))),
        (text::delivery::BRIDGED, bridged),
    ];
    html! {
        <>
            <p>
                { badge(delivery.state) }
                if let Some(reason) = &delivery.reason {
                    { " " }{ reason }
                }
            </p>
            <dl class="pairs">
                for (label, value) in lines.into_iter().filter_map(|(label, value)| Some((label, value?))) {
                    <div><dt>{ label }</dt><dd>{ value }</dd></div>
                }
            </dl>
        </>
    }
}

fn problem(problem: &DeliveryProblem) -> Vec<Html> {
    vec![
        html! { problem.place.clone().unwrap_or_default() },
        html! { &problem.text },
        html! {
            if let Some(id) = problem.party_id {
                <Link<Route> classes="link" to={Route::Party { id }}>{ text::list::OPEN }</Link<Route>>
            }
        },
    ]
}
