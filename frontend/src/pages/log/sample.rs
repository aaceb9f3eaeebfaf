//! One sample: what was drawn, and what was found out about each.

use openapi::spot_check::{AuditFinding, AuditSampleContent, AuditSampleEntry};
use uuid::Uuid;
use yew::prelude::*;

use super::entries::{about, who, why};
use super::judge::Judge;
use super::samples::period;
use crate::api;
use crate::components::load_view::load_view;
use crate::components::table::Table;
use crate::form::date;
use crate::load::use_load;
use crate::session::use_signed_in;
use crate::text;
use crate::text::log::sample as words;

#[derive(Properties, PartialEq)]
pub struct SampleProps {
    pub id: Uuid,
    pub on_noted: Callback<()>,
}

/// The sample.
#[component]
pub fn Sample(props: &SampleProps) -> Html {
    let api = use_signed_in().api;
    let round = use_state(|| 0_u32);
    let judged = use_state(|| None::<AuditSampleEntry>);
    let content = use_load((props.id, *round), move |(id, _)| {
        let (api, id) = (api.clone(), *id);
        async move { api::get_audit_sample(&api, id).await }
    });
    let on_noted = {
        let (round, judged, on_noted) = (round.clone(), judged.setter(), props.on_noted.clone());
        Callback::from(move |()| {
            judged.set(None);
            round.set(*round + 1);
            on_noted.emit(());
        })
    };
    let on_judge = {
        let judged = judged.setter();
        Callback::from(move |entry: AuditSampleEntry| judged.set(Some(entry)))
    };
    let on_close = {
        let judged = judged.setter();
        Callback::from(move |()| judged.set(None))
    };
    html! {
        <section class="panel" id="sample" aria-labelledby="sample-title">
            { load_view(&content, "", |content| Some(drawn(content, &on_judge))) }
            if let Some(entry) = &*judged {
                <Judge sample={props.id} entry={entry.clone()} {on_noted} {on_close} />
            }
        </section>
    }
}

fn drawn(content: &AuditSampleContent, on_judge: &Callback<AuditSampleEntry>) -> Html {
    let sample = &content.sample;
    let facts = [
        (words::PERIOD, period(sample)),
        (words::POPULATION, words::look_ups(sample.eligible)),
        (words::SET_ASIDE, words::look_ups(sample.set_aside)),
        (words::PROGRESS, words::progress(sample.noted, sample.drawn)),
        (words::SEED, sample.seed.clone()),
    ];
    let columns = [text::log::WHEN, text::log::WHO, text::log::WHAT, text::log::ABOUT, text::log::WHY, words::NOTES];
    html! {
        <>
            <h2 id="sample-title">{ words::of(&date::time(sample.drawn_at)) }</h2>
            <dl class="pairs">
                for (label, value) in facts { <div><dt>{ label }</dt><dd>{ value }</dd></div> }
            </dl>
            if content.entries.is_empty() {
                <p>{ words::EMPTY }</p>
            } else {
                <Table label={words::ENTRIES} columns={columns.map(AttrValue::from).to_vec()}
                    rows={content.entries.iter().map(|entry| cells(entry, on_judge)).collect::<Vec<_>>()} />
            }
        </>
    }
}

fn cells(drawn: &AuditSampleEntry, on_judge: &Callback<AuditSampleEntry>) -> Vec<Html> {
    let Some(entry) = &drawn.entry else {
        let nothing = Html::default;
        return vec![html! { words::GONE }, nothing(), nothing(), nothing(), nothing(), notes(drawn)];
    };
    let (time, what) = (date::time(entry.at), text::log::operation(&entry.operation).to_owned());
    let judge = {
        let drawn = drawn.clone();
        on_judge.reform(move |_| drawn.clone())
    };
    vec![
        html! { &time },
        who(entry),
        html! { &what },
        about(entry, None),
        why(entry),
        html! {
            <>
                { notes(drawn) }
                <button type="button" class="button button-secondary button-row" aria-label={words::judge(&what, &time)} onclick={judge}>
                    { words::JUDGE }
                </button>
            </>
        },
    ]
}

/// What was noted, the last one first: that is what holds.
fn notes(drawn: &AuditSampleEntry) -> Html {
    if drawn.notes.is_empty() {
        return html! { <p class="nothing">{ words::NO_NOTES }</p> };
    }
    html! {
        <ul class="notes">
            for note in drawn.notes.iter().rev() {
                <li>
                    <span class={classes!("badge", class(note.finding))}>{ text::log::finding(note.finding) }</span>
                    if let Some(text) = &note.note {
                        <span class="note-text">{ text }</span>
                    }
                    <span class="cell-note">{ format!("{}, {}", date::time(note.at), note.by) }</span>
                </li>
            }
        </ul>
    }
}

const fn class(finding: AuditFinding) -> &'static str {
    match finding {
        AuditFinding::InOrder => "badge-done",
        AuditFinding::UnderInquiry => "badge-wait",
        AuditFinding::NotInOrder => "badge-bad",
    }
}
