//! The tab *Andet*: the cases of the party, its subscription in CPR, and what has happened to it.

use chrono::{DateTime, Utc};
use openapi::case::{CaseStatus, PartyCase};
use openapi::party::PartyVersion;
use uuid::Uuid;
use yew::prelude::*;

use super::subscription::SubscriptionPart;
use crate::api;
use crate::components::load_view::{Empty, load_view};
use crate::components::table::Table;
use crate::form::date;
use crate::load::use_load;
use crate::session::use_signed_in;
use crate::text;

#[derive(Properties, PartialEq)]
pub struct OtherProps {
    /// The stored party and its version.
    pub party: Option<(Uuid, i64)>,
}

/// The panel.
#[component]
pub fn OtherPanel(props: &OtherProps) -> Html {
    match props.party {
        Some((id, version)) => {
            html! {
                <>
                    <Cases key={format!("cases-{id}")} {id} />
                    <SubscriptionPart key={format!("subscription-{id}")} {id} {version} />
                    <History key={format!("history-{id}")} {id} {version} />
                </>
            }
        }
        None => html! { <Empty text={text::dialog::AFTER_SAVE} /> },
    }
}

#[derive(Properties, PartialEq)]
struct CasesProps {
    id: Uuid,
}

#[component]
fn Cases(props: &CasesProps) -> Html {
    let api = use_signed_in().api;
    let cases = use_load(props.id, move |id| {
        let (api, id) = (api.clone(), *id);
        async move { api::list_party_cases(&api, id).await }
    });
    let columns = [
        text::other::CASE_NUMBER,
        text::other::CASE_TITLE,
        text::other::STATUS,
        text::other::ROLES,
        text::other::RESPONSIBLE,
    ];
    html! {
        <section class="part">
            <h3>{ text::other::CASES }</h3>
            { load_view(&cases, text::other::NO_CASES, |page| (!page.items.is_empty()).then(|| html! {
                <>
                    <Table label={text::other::CASES} columns={columns.map(AttrValue::from).to_vec()}
                        rows={page.items.iter().map(case).collect::<Vec<_>>()} />
                    if page.next.is_some() {
                        <p>{ text::other::FIRST_ONLY }</p>
                    }
                </>
            })) }
        </section>
    }
}

fn case(row: &PartyCase) -> Vec<Html> {
    let day = |time: DateTime<Utc>| date::time(time)[..10].to_owned();
    let status = match row.case.status {
        CaseStatus::Open => text::other::OPEN.to_owned(),
        CaseStatus::Closed => text::other::closed(row.case.closed_at.map(day).as_deref()),
    };
    vec![
        html! { &row.case.case_number },
        html! { row.case.title.clone().unwrap_or_default() },
        html! { status },
        html! { row.roles.join(", ") },
        html! { row.case.responsible.clone().unwrap_or_default() },
    ]
}

#[derive(Properties, PartialEq)]
struct HistoryProps {
    id: Uuid,
    version: i64,
}

#[component]
fn History(props: &HistoryProps) -> Html {
    let api = use_signed_in().api;
    let history = use_load((props.id, props.version), move |(id, _)| {
        let (api, id) = (api.clone(), *id);
        async move { api::get_party_history(&api, id).await }
    });
    let columns = [text::other::WHEN, text::other::WHO, text::other::WHAT];
    html! {
        <section class="part">
            <h3>{ text::other::HISTORY }</h3>
            { load_view(&history, text::other::NO_HISTORY, |page| (!page.items.is_empty()).then(|| html! {
                <>
                    <Table label={text::other::HISTORY} columns={columns.map(AttrValue::from).to_vec()}
                        rows={page.items.iter().map(version).collect::<Vec<_>>()} />
                    if page.next.is_some() {
                        <p>{ text::other::FIRST_ONLY }</p>
                    }
                </>
            })) }
        </section>
    }
}

fn version(version: &PartyVersion) -> Vec<Html> {
    let source = text::other::source(version.source);
    let fields: Vec<&str> = version.changes.iter().map(|change| text::other::field(&change.field)).collect();
    let what = if version.version == 1 { text::other::CREATED.to_owned() } else { fields.join(", ") };
    vec![html! { date::time(version.at) }, html! { format!("{}, {source}", version.by) }, html! { what }]
}
