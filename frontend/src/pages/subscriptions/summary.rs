//! The numbers: what came last, what is due, what is missing, what is wanted and what CPR has confirmed.

use openapi::subscription::SubscriptionSummary;
use yew::prelude::*;

use crate::api;
use crate::components::alert::{Alert, Severity};
use crate::components::load_view::load_view;
use crate::form::date;
use crate::load::use_load;
use crate::session::use_signed_in;
use crate::text;

/// From so many seconds on a delivery is late: a day.
const LATE: i64 = 24 * 60 * 60;

#[derive(Properties, PartialEq)]
pub struct SummaryProps {
    pub round: u32,
}

/// The tiles, and what is missing before them.
#[component]
pub fn Summary(props: &SummaryProps) -> Html {
    let api = use_signed_in().api;
    let summary = use_load(props.round, move |_| {
        let api = api.clone();
        async move { api::get_subscription_summary(&api).await }
    });
    load_view(&summary, "", |summary| Some(tiles(summary)))
}

fn tiles(summary: &SubscriptionSummary) -> Html {
    let last = summary.last_delivery.as_ref();
    let next = summary.next_delivery_expected;
    let overdue = next.filter(|next| *next < date::now()).map(|_| text::subscriptions::OVERDUE.to_owned());
    let lag = summary.lag_seconds;
    let in_time = |lag: i64| if lag == 0 { text::subscriptions::NO_LAG.to_owned() } else { date::duration(lag) };
    let missing = summary.wanted.saturating_sub(summary.confirmed);
    html! {
        <>
            for gap in &summary.gaps {
                <Alert severity={Severity::Warning} heading={text::subscriptions::GAP}>
                    { text::subscriptions::gap(&gap.task_number, &date::date(gap.missing_date)) }
                </Alert>
            }
            <dl class="tiles">
                { tile(text::subscriptions::LAST, last.and_then(|last| last.production_date).map(date::date),
                    last.and_then(|last| last.applied_at).map(|at| text::subscriptions::applied(&date::time(at))), false) }
                { tile(text::subscriptions::NEXT, next.map(date::time), overdue, false) }
                { tile(text::subscriptions::LAG, lag.map(in_time), Some(text::subscriptions::OF_A_DAY.to_owned()),
                    lag.is_some_and(|lag| lag > LATE)) }
                { tile(text::subscriptions::CONFIRMED,
                    Some(text::subscriptions::confirmed(summary.confirmed, summary.wanted)),
                    (missing > 0).then(|| text::subscriptions::missing(missing)), false) }
            </dl>
        </>
    }
}

fn tile(label: &'static str, value: Option<String>, note: Option<String>, bad: bool) -> Html {
    html! {
        <div class={classes!("tile", bad.then_some("tile-bad"))}>
            <dt>{ label }</dt>
            <dd>
                <span class="tile-value">{ value.unwrap_or_else(|| text::subscriptions::UNKNOWN.to_owned()) }</span>
                <span class="tile-note">{ note.unwrap_or_default() }</span>
            </dd>
        </div>
    }
}
