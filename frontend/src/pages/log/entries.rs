//! Entries of the log in a table.

use openapi::audit::{AuditEntry, AuditOutcome};
use uuid::Uuid;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::masked::Masked;
use crate::components::table::Table;
use crate::form::date;
use crate::route::Route;
use crate::text;

#[derive(Properties, PartialEq)]
pub struct EntriesProps {
    pub entries: Vec<AuditEntry>,
    /// Narrows the log to one party.
    pub on_only: Callback<Uuid>,
}

/// The table.
#[component]
pub fn Entries(props: &EntriesProps) -> Html {
    let columns =
        [text::log::WHEN, text::log::WHO, text::log::WHAT, text::log::ABOUT, text::log::WHY, text::log::ENDED];
    html! {
        <Table label={text::log::ENTRIES} columns={columns.map(AttrValue::from).to_vec()}
            rows={props.entries.iter().map(|entry| cells(entry, &props.on_only)).collect::<Vec<_>>()} />
    }
}

fn cells(entry: &AuditEntry, on_only: &Callback<Uuid>) -> Vec<Html> {
    vec![
        html! { date::time(entry.at) },
        who(entry),
        html! {
            <>
                { text::log::operation(&entry.operation) }
                if let Some(count) = entry.result_count {
                    <span class="cell-note">{ text::log::count(count) }</span>
                }
            </>
        },
        about(entry, Some(on_only)),
        why(entry),
        outcome(entry.outcome, entry.problem.as_deref()),
    ]
}

/// Who did it, and for whom.
pub fn who(entry: &AuditEntry) -> Html {
    html! {
        <>
            { &entry.actor }
            if let Some(person) = &entry.on_behalf_of {
                <span class="cell-note">{ text::log::on_behalf_of(person) }</span>
            }
        </>
    }
}

/// Whom an entry is about, with the way to the party. Names are not in the log and are not fetched for it: that would be a
/// look-up of everybody on the page.
pub fn about(entry: &AuditEntry, on_only: Option<&Callback<Uuid>>) -> Html {
    let subject = &entry.subject;
    html! {
        <>
            if let Some(id) = subject.party_id {
                <span class="cell-links">
                    <Link<Route> classes="link" to={Route::Party { id }}>{ text::log::OPEN_PARTY }</Link<Route>>
                    if let Some(on_only) = on_only {
                        <button type="button" class="link" onclick={on_only.reform(move |_| id)}>{ text::log::ONLY_PARTY }</button>
                    }
                </span>
            } else if subject.personal_number_digest.is_some() {
                { text::log::A_NUMBER }
            }
            if let Some(criteria) = &subject.criteria {
                <span class="cell-note">{ text::log::criteria(criteria) }</span>
            }
        </>
    }
}

/// For what it was.
pub fn why(entry: &AuditEntry) -> Html {
    html! {
        <>
            if let Some(reason) = &entry.reason {
                <Masked text={reason.clone()} />
            }
            if let Some(number) = &entry.case_number {
                <span class="cell-note">{ text::log::case(number) }</span>
            }
        </>
    }
}

/// How it ended.
pub fn outcome(outcome: AuditOutcome, problem: Option<&str>) -> Html {
    let class = match outcome {
        AuditOutcome::Succeeded => "badge-done",
        AuditOutcome::Refused => "badge-bad",
        AuditOutcome::Failed => "badge-wait",
        AuditOutcome::Unknown => "badge-plain",
    };
    html! {
        <>
            <span class={classes!("badge", class)}>{ text::log::outcome(outcome) }</span>
            if let Some(problem) = problem {
                <span class="cell-note">{ text::log::problem(problem) }</span>
            }
        </>
    }
}
