//! What hangs: persons whom CPR was asked to follow, or not to follow any more, and who are not where they should be.

use std::collections::BTreeMap;

use openapi::party::{Party, PartySearch};
use openapi::subscription::{Subscription, SubscriptionError, SubscriptionState};
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::api::{self, Api, ApiError};
use crate::components::alert::Failure;
use crate::components::load_view::load_view;
use crate::components::table::Table;
use crate::form::date;
use crate::load::use_load;
use crate::route::{PartyQuery, Route, Tab};
use crate::session::use_signed_in;
use crate::text;

#[derive(Properties, PartialEq)]
pub struct StuckProps {
    pub round: u32,
    pub on_done: Callback<()>,
}

/// The rows, and the names of their parties.
type Rows = (Vec<Subscription>, BTreeMap<Uuid, Party>);

/// The list.
#[component]
pub fn Stuck(props: &StuckProps) -> Html {
    let signed_in = use_signed_in();
    let failure = use_state(|| None::<ApiError>);
    let api = signed_in.api.clone();
    let rows = use_load(props.round, move |_| {
        let api = api.clone();
        async move { load(&api).await }
    });
    let on_retry = {
        let (api, failure, on_done) = (signed_in.api.clone(), failure.setter(), props.on_done.clone());
        Callback::from(move |id: Uuid| {
            let (api, failure, on_done) = (api.clone(), failure.clone(), on_done.clone());
            spawn_local(async move {
                failure.set(api::retry_party_subscription(&api, id).await.err());
                on_done.emit(());
            });
        })
    };
    let may = signed_in.may_operate();
    let columns = [
        text::subscriptions::PARTY,
        text::subscriptions::STATE,
        text::subscriptions::WHY,
        text::subscriptions::SINCE,
        text::subscriptions::NEXT_ATTEMPT,
    ];
    html! {
        <section class="panel" aria-labelledby="stuck-title">
            <h2 id="stuck-title">{ text::subscriptions::STUCK }</h2>
            if let Some(error) = &*failure {
                <Failure error={error.clone()} />
            }
            { load_view(&rows, text::subscriptions::NOTHING_STUCK, |(rows, parties)| (!rows.is_empty()).then(|| html! {
                <Table label={text::subscriptions::STUCK} columns={columns.map(AttrValue::from).to_vec()}
                    rows={rows.iter().map(|row| cells(row, parties, may.then_some(&on_retry))).collect::<Vec<_>>()} />
            })) }
        </section>
    }
}

async fn load(api: &Api) -> Result<Rows, ApiError> {
    let mut rows = api::list_subscriptions(api, SubscriptionState::Failed).await?.items;
    for state in [SubscriptionState::Requested, SubscriptionState::Ending] {
        let waiting = api::list_subscriptions(api, state).await?.items;
        rows.extend(waiting.into_iter().filter(|row| row.last_error.is_some()));
    }
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.party_id).collect();
    let mut parties = BTreeMap::new();
    for ids in ids.chunks(100) {
        let search = PartySearch { ids: Some(ids.to_vec()), limit: Some(200), ..PartySearch::default() };
        let found = api::search_parties(api, &search).await?;
        parties.extend(found.items.into_iter().map(|party| (party.id, party)));
    }
    Ok((rows, parties))
}

fn cells(row: &Subscription, parties: &BTreeMap<Uuid, Party>, on_retry: Option<&Callback<Uuid>>) -> Vec<Html> {
    let error = row.last_error.as_ref();
    let since = row.end_requested_at.or(row.requested_at);
    let next = error.and_then(|error| error.next_attempt_at).map(date::time);
    let retry = row.party_id.zip(on_retry).filter(|_| row.state == SubscriptionState::Failed && can_be_retried(error));
    vec![
        match row.party_id {
            Some(id) => {
                let name = parties.get(&id).map_or(text::subscriptions::A_PARTY, |party| party.name.as_str());
                html! { <ToParty {id} name={name.to_owned()} /> }
            }
            None => html! { text::subscriptions::PARTY_GONE },
        },
        html! { text::subscriptions::state(row.state) },
        html! {
            if let Some(error) = error {
                { text::subscriptions::error(&error.code) }
                <span class="cell-note">{ text::subscriptions::attempts(error.attempts, &date::time(error.at)) }</span>
            }
        },
        html! {
            if let Some(since) = since {
                { date::time(since) }
                <span class="cell-note">{ date::ago(since, date::now()) }</span>
            }
        },
        html! {
            <>
                <span>{ next.unwrap_or_else(|| text::subscriptions::NO_NEXT_ATTEMPT.to_owned()) }</span>
                if let Some((id, on_retry)) = retry {
                    <button type="button" class="button button-secondary button-row" onclick={on_retry.reform(move |_| id)}>
                        { text::button::RETRY }
                    </button>
                }
            </>
        },
    ]
}

/// Whether asking again can help: a number that CPR does not know has to be corrected first.
pub fn can_be_retried(error: Option<&SubscriptionError>) -> bool {
    error.is_none_or(|error| error.code != "05")
}

#[derive(Properties, PartialEq)]
struct ToPartyProps {
    id: Uuid,
    name: AttrValue,
}

/// The way to the subscription of a party.
#[component]
fn ToParty(props: &ToPartyProps) -> Html {
    let navigator = use_navigator().expect("the router is around every page");
    let to = Route::Party { id: props.id };
    let name = if props.name.is_empty() { AttrValue::from(text::party::UNNAMED) } else { props.name.clone() };
    let onclick = move |event: MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
            event.prevent_default();
            // A query of one known word can always be written.
            let _ = navigator.push_with_query(&to, PartyQuery { fane: Tab::Andet });
        }
    };
    html! { <a class="link" href={format!("{}?fane=andet", to.to_path())} {onclick}>{ name }</a> }
}
