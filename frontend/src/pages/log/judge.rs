//! Noting what was found out about a drawn look-up.

use openapi::spot_check::{AuditFinding, AuditSampleEntry, AuditSampleNoteInput};
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::api::{self, ApiError};
use crate::components::alert::Failure;
use crate::components::dialog::Dialog;
use crate::components::field::TextArea;
use crate::session::use_signed_in;
use crate::text;
use crate::text::log::sample as words;

#[derive(Properties, PartialEq)]
pub struct JudgeProps {
    pub sample: Uuid,
    pub entry: AuditSampleEntry,
    pub on_noted: Callback<()>,
    pub on_close: Callback<()>,
}

/// The dialog.
#[component]
pub fn Judge(props: &JudgeProps) -> Html {
    let api = use_signed_in().api;
    let finding = use_state(|| None::<AuditFinding>);
    let note = use_state(String::new);
    let tried = use_state(|| false);
    let busy = use_state(|| false);
    let failure = use_state(|| None::<ApiError>);
    let attempt = use_state(Uuid::new_v4);

    let written = Some(note.trim().to_owned()).filter(|note| !note.is_empty());
    let needs_note = written.is_none() && finding.is_some_and(|finding| finding != AuditFinding::InOrder);
    let on_save = {
        let (tried, busy, failure) = (tried.setter(), busy.clone(), failure.setter());
        let (finding, written, attempt) = (*finding, written.clone(), *attempt);
        let (sample, entry, on_noted) = (props.sample, props.entry.id, props.on_noted.clone());
        move |_| {
            tried.set(true);
            if finding.is_none() || needs_note || *busy {
                return;
            }
            let input = AuditSampleNoteInput { finding, note: written.clone() };
            let (api, busy, failure, on_noted) = (api.clone(), busy.setter(), failure.clone(), on_noted.clone());
            busy.set(true);
            spawn_local(async move {
                match api::note_audit_sample_entry(&api, sample, entry, &input, attempt).await {
                    Ok(_) => on_noted.emit(()),
                    Err(error) => {
                        busy.set(false);
                        failure.set(Some(error));
                    }
                }
            });
        }
    };
    let footer = html! {
        <>
            <button type="button" class="button button-primary" aria-disabled={busy.then_some("true")} onclick={on_save}>
                { text::button::SAVE }
            </button>
            <button type="button" class="button button-secondary" onclick={props.on_close.reform(|_| ())}>
                { text::button::CANCEL }
            </button>
        </>
    };
    let lacks_finding = *tried && finding.is_none();
    html! {
        <Dialog id="judge" title={words::JUDGE_TITLE} on_close={props.on_close.clone()} {footer}>
            <div class="fields">
                if let Some(error) = &*failure {
                    <Failure error={error.clone()} />
                }
                <fieldset class="findings" aria-describedby={lacks_finding.then_some("finding-error")}>
                    <legend class="form-label">{ words::FINDING }</legend>
                    if lacks_finding {
                        <span class="form-error-message" id="finding-error">{ words::FINDING_MISSING }</span>
                    }
                    for (place, one) in text::log::FINDINGS.into_iter().enumerate() {
                        <div class="finding">
                            <input type="radio" name="finding" id={format!("finding-{place}")} checked={*finding == Some(one)}
                                onchange={let finding = finding.setter(); move |_| finding.set(Some(one))} />
                            <label for={format!("finding-{place}")}>{ text::log::finding(one) }</label>
                        </div>
                    }
                </fieldset>
                <TextArea id="judge-note" label={words::NOTE} value={(*note).clone()}
                    error={(*tried && needs_note).then(|| AttrValue::from(words::NOTE_MISSING))}
                    on_input={let note = note.setter(); move |text| note.set(text)} />
                <p class="form-hint">{ words::KEPT }</p>
            </div>
        </Dialog>
    }
}
