//! Patterns of the last days that somebody should look at.

use openapi::alarm::{AuditAlarm, AuditAlarms};
use yew::prelude::*;
use yew_router::prelude::*;

use super::filter::Filter;
use crate::api;
use crate::components::load_view::load_view;
use crate::components::table::Table;
use crate::form::date;
use crate::load::use_load;
use crate::route::Route;
use crate::session::use_signed_in;
use crate::text;
use crate::text::log::alarm as words;

#[derive(Properties, PartialEq)]
pub struct AlarmsProps {
    /// Shows the entries of an alarm.
    pub on_ask: Callback<Filter>,
}

/// The list.
#[component]
pub fn Alarms(props: &AlarmsProps) -> Html {
    let api = use_signed_in().api;
    let alarms = use_load((), move |()| {
        let api = api.clone();
        async move { api::list_audit_alarms(&api).await }
    });
    let columns = [words::PATTERN, words::PERIOD, text::log::WHO, text::log::ABOUT, words::ENTRIES];
    html! {
        <section class="panel" id="alarms" aria-labelledby="alarms-title">
            <h2 id="alarms-title">{ words::TITLE }</h2>
            { load_view(&alarms, words::NONE, |found: &AuditAlarms| (!found.items.is_empty()).then(|| html! {
                <>
                    <p class="lead">{ words::LEAD }</p>
                    <Table label={words::TITLE} columns={columns.map(AttrValue::from).to_vec()}
                        rows={found.items.iter().map(|alarm| cells(alarm, &props.on_ask)).collect::<Vec<_>>()} />
                </>
            })) }
        </section>
    }
}

fn cells(alarm: &AuditAlarm, on_ask: &Callback<Filter>) -> Vec<Html> {
    let filter = Filter {
        from: date::date(date::day_of(alarm.from)),
        to: date::date(date::day_of(alarm.to)),
        actor: alarm.actor.clone().unwrap_or_default(),
        party: alarm.party_id,
        ..Filter::default()
    };
    vec![
        html! {
            <span class="badge badge-wait">{ words::pattern(alarm.pattern, alarm.count) }</span>
        },
        html! { format!("{} – {}", date::time(alarm.from), date::time(alarm.to)) },
        html! { alarm.actor.clone().unwrap_or_else(|| words::SEVERAL.to_owned()) },
        html! {
            if let Some(id) = alarm.party_id {
                <Link<Route> classes="link" to={Route::Party { id }}>{ text::log::OPEN_PARTY }</Link<Route>>
            }
        },
        html! {
            <button type="button" class="button button-secondary button-row" onclick={on_ask.reform(move |_| filter.clone())}>
                { words::SHOW }
            </button>
        },
    ]
}
