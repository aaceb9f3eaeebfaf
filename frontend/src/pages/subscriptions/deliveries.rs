//! The deliveries, the latest first.

use openapi::delivery::{Delivery, DeliveryState};
use openapi::page::Page;
use yew::platform::spawn_local;
use yew::prelude::*;

use super::delivery::DeliveryDialog;
use super::upload::Upload;
use crate::api::{self, ApiError};
use crate::components::alert::Failure;
use crate::components::load_view::load_view;
use crate::components::table::Table;
use crate::form::date;
use crate::load::{Load, use_load};
use crate::session::use_signed_in;
use crate::text;

const LIMIT: u32 = 20;

#[derive(Properties, PartialEq)]
pub struct DeliveriesProps {
    pub round: u32,
    pub on_done: Callback<()>,
}

/// The list.
#[component]
pub fn Deliveries(props: &DeliveriesProps) -> Html {
    let signed_in = use_signed_in();
    let api = signed_in.api.clone();
    let first = use_load(props.round, move |_| {
        let api = api.clone();
        async move { api::list_deliveries(&api, None, LIMIT, None).await }
    });
    // The pages behind the first; they go when it is read again.
    let more = use_state(|| None::<Page<Delivery>>);
    let more_failed = use_state(|| None::<ApiError>);
    let opened = use_state(|| None::<Delivery>);
    {
        let more = more.setter();
        use_effect_with(props.round, move |_| more.set(None));
    }
    let next = match (&*more, &*first.state) {
        (Some(more), _) => more.next.clone(),
        (None, Load::Ready(first)) => first.next.clone(),
        (None, Load::Loading | Load::Failed(_)) => None,
    };
    let on_more = {
        let (api, next, more, failed) = (signed_in.api.clone(), next.clone(), more.clone(), more_failed.setter());
        Callback::from(move |()| {
            let (api, next, more, failed) = (api.clone(), next.clone(), more.clone(), failed.clone());
            spawn_local(async move {
                match api::list_deliveries(&api, None, LIMIT, next).await {
                    Ok(page) => {
                        let mut items = more.as_ref().map(|more| more.items.clone()).unwrap_or_default();
                        items.extend(page.items);
                        more.set(Some(Page { items, next: page.next }));
                        failed.set(None);
                    }
                    Err(error) => failed.set(Some(error)),
                }
            });
        })
    };
    let on_open = {
        let opened = opened.setter();
        Callback::from(move |delivery: Delivery| opened.set(Some(delivery)))
    };
    let close = {
        let opened = opened.setter();
        Callback::from(move |()| opened.set(None))
    };
    let on_retried = {
        let (opened, on_done) = (opened.setter(), props.on_done.clone());
        Callback::from(move |()| {
            opened.set(None);
            on_done.emit(());
        })
    };
    let columns = [
        text::delivery::DATE,
        text::delivery::FILE,
        text::delivery::STATE,
        text::delivery::PERSONS,
        text::delivery::RECEIVED,
        text::delivery::APPLIED,
    ];
    html! {
        <section class="panel" aria-labelledby="deliveries-title">
            <div class="panel-head">
                <h2 id="deliveries-title">{ text::delivery::TITLE }</h2>
                if signed_in.settings.capabilities.upload && signed_in.may_operate() {
                    <Upload on_done={props.on_done.clone()} />
                }
            </div>
            { load_view(&first, text::delivery::NONE, |page| (!page.items.is_empty()).then(|| {
                let all = page.items.iter().chain(more.iter().flat_map(|more| &more.items));
                html! {
                    <Table label={text::delivery::TITLE} columns={columns.map(AttrValue::from).to_vec()}
                        rows={all.map(|delivery| cells(delivery, &on_open)).collect::<Vec<_>>()} />
                }
            })) }
            if let Some(error) = &*more_failed {
                <Failure error={error.clone()} on_retry={on_more.clone()} />
            }
            if next.is_some() {
                <button type="button" class="button button-secondary" onclick={on_more.reform(|_| ())}>{ text::list::MORE }</button>
            }
            if let Some(delivery) = &*opened {
                <DeliveryDialog delivery={delivery.clone()} {on_retried} on_close={close} />
            }
        </section>
    }
}

fn cells(delivery: &Delivery, on_open: &Callback<Delivery>) -> Vec<Html> {
    let open = {
        let delivery = delivery.clone();
        on_open.reform(move |_| delivery.clone())
    };
    let name = delivery.production_date.map_or_else(|| text::delivery::NO_DATE.to_owned(), date::date);
    vec![
        html! { <button type="button" class="link" onclick={open} aria-haspopup="dialog">{ name }</button> },
        html! { delivery.file_name.clone().unwrap_or_else(|| text::delivery::UPLOADED.to_owned()) },
        html! {
            <>
                { badge(delivery.state) }
                if let Some(reason) = &delivery.reason {
                    <span class="cell-note">{ reason }</span>
                }
            </>
        },
        html! {
            <>
                { progress(delivery) }
                if delivery.persons > 0 {
                    <span class="cell-note">{ text::delivery::report(delivery) }</span>
                }
            </>
        },
        html! { date::time(delivery.received_at) },
        html! { delivery.applied_at.map(date::time).unwrap_or_default() },
    ]
}

/// A word with a colour; the word alone says it too.
pub fn badge(state: DeliveryState) -> Html {
    let class = match state {
        DeliveryState::Received | DeliveryState::Applying => "badge-info",
        DeliveryState::Waiting => "badge-wait",
        DeliveryState::Applied => "badge-done",
        DeliveryState::Refused => "badge-bad",
    };
    html! { <span class={classes!("badge", class)}>{ text::delivery::state(state) }</span> }
}

/// How far a delivery is, or how many persons were in it.
fn progress(delivery: &Delivery) -> Html {
    match (delivery.state, delivery.persons_in_file) {
        (DeliveryState::Applying, Some(all)) => html! {
            <>
                <progress class="progress" max={all.max(1).to_string()} value={delivery.persons.to_string()}
                    aria-label={text::delivery::PROGRESS} />
                <span class="cell-note">{ text::jobs::progress(delivery.persons.unsigned_abs(), Some(all.unsigned_abs())) }</span>
            </>
        },
        (_, all) => html! { all.unwrap_or(delivery.persons) },
    }
}
