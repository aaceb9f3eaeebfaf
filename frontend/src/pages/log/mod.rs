//! *Kontrol*, for the auditor alone: *Log*, *Stikprøver*, *Indsigtsrapport*.

mod alarms;
mod entries;
mod filter;
mod judge;
mod paper;
mod report;
mod sample;
mod samples;

use openapi::audit::{AuditEntry, AuditSearch};
use openapi::page::Page;
use yew::platform::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use self::alarms::Alarms;
use self::entries::Entries;
use self::filter::{Filter, FilterForm};
use crate::api::{self, ApiError};
use crate::components::alert::Failure;
use crate::components::load_view::{Empty, load_view};
use crate::load::use_load;
use crate::route::Route;
use crate::session::use_signed_in;
use crate::text;

pub use report::SubjectReport;
pub use samples::Samples;

/// Rows per page.
const LIMIT: u32 = 50;

/// *Log*.
#[component]
pub fn Log() -> Html {
    let signed_in = use_signed_in();
    // What was asked, and how often: the same question again is a new look.
    let asked = use_state(|| (Filter::default(), 0_u32));
    let on_ask = {
        let asked = asked.clone();
        Callback::from(move |filter: Filter| asked.set((filter, asked.1 + 1)))
    };
    if !signed_in.may_audit() {
        return html! { <div class="page overview"><h1>{ text::log::TITLE }</h1><Empty text={text::log::NOT_ALLOWED} /></div> };
    }
    html! {
        <div class="page overview">
            <div class="overview-head">
                <div>
                    <h1>{ text::log::TITLE }</h1>
                    <p class="lead">{ text::log::LEAD }</p>
                </div>
                <p class="overview-tools">
                    <Link<Route> classes="button button-secondary" to={Route::Samples}>{ text::log::sample::TITLE }</Link<Route>>
                    <Link<Route> classes="button button-secondary" to={Route::SubjectReport}>{ text::log::report::TITLE }</Link<Route>>
                </p>
            </div>
            <Alarms on_ask={on_ask.clone()} />
            <FilterForm asked={asked.0.clone()} on_ask={on_ask.clone()} />
            <Found key={asked.1} filter={asked.0.clone()} {on_ask} />
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct FoundProps {
    filter: Filter,
    on_ask: Callback<Filter>,
}

/// The entries that were found, page by page.
#[component]
fn Found(props: &FoundProps) -> Html {
    let api = use_signed_in().api;
    let first = {
        let api = api.clone();
        use_load(props.filter.clone(), move |filter| {
            let (api, search) = (api.clone(), search(filter, None));
            async move { api::search_audit_entries(&api, &search).await }
        })
    };
    let more = use_state(|| None::<Page<AuditEntry>>);
    let failure = use_state(|| None::<ApiError>);
    let on_only = {
        let (filter, on_ask) = (props.filter.clone(), props.on_ask.clone());
        Callback::from(move |party| on_ask.emit(Filter { party: Some(party), ..filter.clone() }))
    };
    load_view(&first, text::log::NOTHING, |first| {
        if first.items.is_empty() {
            return None;
        }
        let later = (*more).as_ref().map_or(&[][..], |page| page.items.as_slice());
        let entries: Vec<AuditEntry> = first.items.iter().chain(later).cloned().collect();
        let next = (*more).as_ref().map_or(&first.next, |page| &page.next).clone();
        let on_more = next.clone().map(|next| {
            let (api, more, failure) = (api.clone(), more.clone(), failure.setter());
            let search = search(&props.filter, Some(next));
            move |_| {
                let (api, more, failure, search) = (api.clone(), more.clone(), failure.clone(), search.clone());
                spawn_local(async move {
                    match api::search_audit_entries(&api, &search).await {
                        Ok(page) => {
                            let mut items = (*more).as_ref().map_or_else(Vec::new, |page| page.items.clone());
                            items.extend(page.items);
                            failure.set(None);
                            more.set(Some(Page { items, next: page.next }));
                        }
                        Err(error) => failure.set(Some(error)),
                    }
                });
            }
        });
        Some(html! {
            <section class="panel" aria-labelledby="entries-title">
                <div class="panel-head">
                    <h2 id="entries-title">{ text::log::ENTRIES }</h2>
                    <span class="nothing" role="status">{ text::log::shown(entries.len(), next.is_some()) }</span>
                </div>
                <Entries {entries} {on_only} />
                if let Some(error) = &*failure {
                    <Failure error={error.clone()} />
                }
                if let Some(on_more) = on_more {
                    <button type="button" class="button button-secondary" onclick={on_more}>{ text::log::MORE }</button>
                }
            </section>
        })
    })
}

fn search(filter: &Filter, cursor: Option<String>) -> AuditSearch {
    AuditSearch { limit: Some(LIMIT), cursor, ..filter.search() }
}
