//! *Indsigtsrapport*: asking for a citizen's own report, and the report itself, ready to be printed.

use std::rc::Rc;

use openapi::settings::ProtectionDisplay;
use openapi::subject_report::SubjectReportRequest;
use yew::platform::spawn_local;
use yew::prelude::*;

use super::paper::Paper;
use crate::api::{self, ApiError};
use crate::components::alert::{Alert, Failure, Severity};
use crate::components::field::{Checkbox, TextField};
use crate::components::load_view::Empty;
use crate::form::number;
use crate::session::use_signed_in;
use crate::text;

/// The page.
#[component]
pub fn SubjectReport() -> Html {
    let signed_in = use_signed_in();
    let typed = use_state(String::new);
    let reason = use_state(String::new);
    let with_staff = use_state(|| false);
    let whole_numbers = use_state(|| false);
    let wrong = use_state(|| None::<Field>);
    let asking = use_state(|| false);
    let answer = use_state(|| None::<Result<Rc<openapi::subject_report::SubjectReport>, ApiError>>);

    if !signed_in.may_audit() {
        let title = text::log::report::TITLE;
        return html! { <div class="page overview"><h1>{ title }</h1><Empty text={text::log::NOT_ALLOWED} /></div> };
    }
    let onsubmit = {
        let (api, typed, reason, with_staff) =
            (signed_in.api.clone(), typed.clone(), reason.clone(), with_staff.clone());
        let (wrong, asking, answer) = (wrong.setter(), asking.clone(), answer.setter());
        move |event: SubmitEvent| {
            event.prevent_default();
            let why = Some(reason.trim().to_owned()).filter(|why| !why.is_empty());
            let fault = if typed.trim().is_empty() {
                Some(Field::Number)
            } else {
                (*with_staff && why.is_none()).then_some(Field::Reason)
            };
            wrong.set(fault);
            if fault.is_some() || *asking {
                return;
            }
            let request = SubjectReportRequest {
                personal_number: Some(number::bare(&typed)),
                reason: why,
                include_staff: Some(*with_staff),
            };
            let (api, asking, answer) = (api.clone(), asking.setter(), answer.clone());
            asking.set(true);
            answer.set(None);
            spawn_local(async move {
                answer.set(Some(api::make_subject_report(&api, &request).await.map(Rc::new)));
                asking.set(false);
            });
        }
    };
    let says = |field: Field, words: &'static str| (*wrong == Some(field)).then(|| AttrValue::from(words));
    let reason_hint = match signed_in.settings.protection_display {
        ProtectionDisplay::Mask => text::log::report::REASON_HINT_MASKED,
        ProtectionDisplay::Warn => text::log::report::REASON_HINT,
    };
    html! {
        <div class="page overview">
            <div class="not-on-paper">
                <h1>{ text::log::report::TITLE }</h1>
                <p class="lead">{ text::log::report::LEAD }</p>
            </div>
            <form class="panel filter not-on-paper" aria-label={text::log::report::TITLE} {onsubmit}>
                <div class="filter-fields">
                    <TextField id="report-number" label={text::log::report::NUMBER} value={(*typed).clone()}
                        error={says(Field::Number, text::number::MISSING)}
                        on_input={let typed = typed.setter(); move |text| typed.set(text)} />
                    <TextField id="report-reason" label={text::field::REASON} value={(*reason).clone()} hint={reason_hint}
                        error={says(Field::Reason, text::log::report::STAFF_NEEDS_REASON)}
                        on_input={let reason = reason.setter(); move |text| reason.set(text)} />
                </div>
                <Checkbox id="report-staff" label={text::log::report::STAFF} checked={*with_staff}
                    on_change={let with_staff = with_staff.setter(); move |on| with_staff.set(on)} />
                <div class="filter-buttons">
                    <button type="submit" class="button button-primary" aria-disabled={asking.then_some("true")}>
                        { text::log::report::MAKE }
                    </button>
                    if *asking {
                        <span role="status">{ text::log::report::WORKING }</span>
                    }
                </div>
            </form>
            { match &*answer {
                None => Html::default(),
                Some(Err(error)) => html! { <Failure error={error.clone()} /> },
                Some(Ok(report)) => html! {
                    <>
                        <div class="report-tools not-on-paper">
                            <Alert severity={Severity::Info}>{ text::log::report::CHECK }</Alert>
                            if report.parties.len() > 1 {
                                <Alert severity={Severity::Warning}>{ text::log::report::SEVERAL }</Alert>
                            }
                            if !report.other_party_ids.is_empty() {
                                <Alert severity={Severity::Warning}>
                                    <p>{ text::log::report::OTHERS }</p>
                                    { super::paper::links(&report.other_party_ids) }
                                </Alert>
                            }
                            <div class="filter-buttons">
                                <button type="button" class="button button-primary" onclick={|_| print()}>
                                    { text::log::report::PRINT }
                                </button>
                                <Checkbox id="report-whole" label={text::log::report::WHOLE} checked={*whole_numbers}
                                    on_change={let whole = whole_numbers.setter(); move |on| whole.set(on)} />
                            </div>
                        </div>
                        <Paper report={report.clone()} whole_numbers={*whole_numbers} />
                    </>
                },
            } }
        </div>
    }
}

/// A field that is not filled in as it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Number,
    Reason,
}

/// Lets the browser print the page as its style sheet has it for paper.
fn print() {
    // A browser without printers says so itself.
    if let Some(window) = web_sys::window() {
        let _ = window.print();
    }
}
