//! *Stikprøver*: drawing a sample, the drawn ones, and the one that is looked at.

use openapi::spot_check::{AuditSample, AuditSampleRequest, DEFAULT_SIZE, MAX_SIZE};
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::prelude::*;

use super::sample::Sample;
use crate::api::{self, ApiError};
use crate::components::alert::Failure;
use crate::components::field::{DayField, TextField};
use crate::components::load_view::{Empty, load_view};
use crate::components::table::Table;
use crate::form::date;
use crate::load::use_load;
use crate::session::use_signed_in;
use crate::text;
use crate::text::log::sample as words;

/// The page.
#[component]
pub fn Samples() -> Html {
    let signed_in = use_signed_in();
    // Raised when something was drawn or noted: the list is then read again.
    let round = use_state(|| 0_u32);
    let opened = use_state(|| None::<Uuid>);
    if !signed_in.may_audit() {
        return html! { <div class="page overview"><h1>{ words::TITLE }</h1><Empty text={text::log::NOT_ALLOWED} /></div> };
    }
    let on_drawn = {
        let (round, opened) = (round.clone(), opened.setter());
        Callback::from(move |id: Uuid| {
            opened.set(Some(id));
            round.set(*round + 1);
        })
    };
    let on_noted = {
        let round = round.clone();
        Callback::from(move |()| round.set(*round + 1))
    };
    let on_open = {
        let opened = opened.setter();
        Callback::from(move |id: Uuid| opened.set(Some(id)))
    };
    html! {
        <div class="page overview">
            <div>
                <h1>{ words::TITLE }</h1>
                <p class="lead">{ words::LEAD }</p>
            </div>
            <Draw {on_drawn} />
            if let Some(id) = *opened {
                <Sample key={id.to_string()} {id} {on_noted} />
            }
            <Drawn round={*round} opened={*opened} {on_open} />
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct DrawProps {
    on_drawn: Callback<Uuid>,
}

/// The form.
#[component]
fn Draw(props: &DrawProps) -> Html {
    let api = use_signed_in().api;
    let from = use_state(String::new);
    let to = use_state(String::new);
    let size = use_state(|| DEFAULT_SIZE.to_string());
    let tried = use_state(|| false);
    let failure = use_state(|| None::<ApiError>);
    let busy = use_state(|| false);
    let onsubmit = {
        let (from, to, size, tried) = (from.clone(), to.clone(), size.clone(), tried.setter());
        let (failure, busy, on_drawn) = (failure.setter(), busy.clone(), props.on_drawn.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let (Some(chosen), Ok(from), Ok(to)) = (read_size(&size), date::read(&from), date::read(&to)) else {
                tried.set(true);
                return;
            };
            tried.set(false);
            if *busy {
                return;
            }
            let request = AuditSampleRequest {
                from: from.and_then(date::start_of),
                to: to.and_then(date::end_of),
                size: Some(chosen),
                reason: None,
            };
            let (api, failure, busy, on_drawn) = (api.clone(), failure.clone(), busy.setter(), on_drawn.clone());
            busy.set(true);
            spawn_local(async move {
                match api::draw_audit_sample(&api, &request).await {
                    Ok(drawn) => {
                        failure.set(None);
                        on_drawn.emit(drawn.sample.id);
                    }
                    Err(error) => failure.set(Some(error)),
                }
                busy.set(false);
            });
        }
    };
    let set = |field: &UseStateHandle<String>| {
        let field = field.setter();
        Callback::from(move |text: String| field.set(text))
    };
    html! {
        <form class="panel filter" aria-label={words::DRAW} {onsubmit}>
            <div class="filter-fields">
                <DayField id="sample-from" label={text::log::FROM} value={(*from).clone()} on_input={set(&from)}
                    wrong={*tried && date::read(&from).is_err()} />
                <DayField id="sample-to" label={text::log::TO} value={(*to).clone()} on_input={set(&to)}
                    wrong={*tried && date::read(&to).is_err()} />
                <TextField id="sample-size" label={words::SIZE} value={(*size).clone()} on_input={set(&size)}
                    error={(*tried && read_size(&size).is_none()).then(|| AttrValue::from(words::SIZE_WRONG))} />
            </div>
            <p class="form-hint">{ words::RECENT }</p>
            if let Some(error) = &*failure {
                <Failure error={error.clone()} />
            }
            <div class="filter-buttons">
                <button type="submit" class="button button-primary" aria-disabled={busy.then_some("true")}>
                    { words::DRAW }
                </button>
            </div>
        </form>
    }
}

fn read_size(typed: &str) -> Option<u32> {
    typed.trim().parse().ok().filter(|size| (1..=MAX_SIZE).contains(size))
}

#[derive(Properties, PartialEq)]
struct DrawnProps {
    round: u32,
    opened: Option<Uuid>,
    on_open: Callback<Uuid>,
}

/// The samples that were drawn.
#[component]
fn Drawn(props: &DrawnProps) -> Html {
    let api = use_signed_in().api;
    let samples = use_load(props.round, move |_| {
        let api = api.clone();
        async move { api::list_audit_samples(&api).await }
    });
    let columns =
        [words::DRAWN_AT, text::log::WHO, words::PERIOD, words::POPULATION, words::SET_ASIDE, words::PROGRESS];
    html! {
        <section class="panel" aria-labelledby="samples-title">
            <h2 id="samples-title">{ words::LIST }</h2>
            { load_view(&samples, words::NONE, |page| (!page.items.is_empty()).then(|| html! {
                <>
                    <Table label={words::LIST} columns={columns.map(AttrValue::from).to_vec()}
                        rows={page.items.iter().map(|sample| cells(sample, props)).collect::<Vec<_>>()} />
                    if page.next.is_some() {
                        <p>{ text::other::FIRST_ONLY }</p>
                    }
                </>
            })) }
        </section>
    }
}

fn cells(sample: &AuditSample, props: &DrawnProps) -> Vec<Html> {
    let (id, at) = (sample.id, date::time(sample.drawn_at));
    vec![
        html! {
            <button type="button" class="link" aria-label={words::open(&at)} aria-current={(props.opened == Some(id)).then_some("true")}
                onclick={props.on_open.reform(move |_| id)}>{ &at }</button>
        },
        html! { &sample.drawn_by },
        html! { period(sample) },
        html! { words::look_ups(sample.eligible) },
        html! { words::look_ups(sample.set_aside) },
        html! { words::progress(sample.noted, sample.drawn) },
    ]
}

/// From when the look-ups are.
pub fn period(sample: &AuditSample) -> String {
    format!("{} – {}", date::time(sample.from), date::time(sample.to))
}
