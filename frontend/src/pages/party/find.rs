//! *Find CPR-nummer*: from name and address to candidates; a person chooses.

use std::rc::Rc;

use openapi::find::{Agrees, Candidate, FindAnswer, FindRequest, Widen};
use openapi::party::Party;
use openapi::problem::ProblemCode;
use openapi::settings::ProtectionDisplay;
use yew::platform::spawn_local;
use yew::prelude::*;

use super::reason;
use crate::api::{self, ApiError};
use crate::components::alert::{Alert, Failure, Severity};
use crate::components::dialog::Dialog;
use crate::components::field::{Checkbox, TextField};
use crate::components::icon::Icon;
use crate::components::tabs::focus;
use crate::form::field::{Field, FieldErrors};
use crate::form::party_form::PartyForm;
use crate::form::{date, identity, number};
use crate::session::use_signed_in;
use crate::text;

const FORM: &str = "find-form";
const RESULTS: &str = "find-results";

/// The fields that are asked with, and those that must be filled.
const ASKED: [Field; 5] = [Field::Name, Field::Line1, Field::Line2, Field::PostalCode, Field::City];
const NEEDED: [Field; 3] = [Field::Name, Field::Line1, Field::PostalCode];

/// The candidate that was chosen.
pub struct Chosen {
    /// Ten digits.
    pub number: String,
    /// The reason that was given for finding it.
    pub reason: Option<String>,
}

#[derive(Properties, PartialEq)]
pub struct FindAskProps {
    pub on_yes: Callback<()>,
    pub on_close: Callback<()>,
}

/// The question before the dialog.
#[component]
pub fn FindAsk(props: &FindAskProps) -> Html {
    let footer = html! {
        <>
            <button type="button" class="button button-primary" autofocus=true onclick={props.on_yes.reform(|_| ())}>
                { text::button::YES }
            </button>
            <button type="button" class="button button-secondary" onclick={props.on_close.reform(|_| ())}>
                { text::button::NO }
            </button>
        </>
    };
    html! {
        <Dialog id="find-ask" title={text::find::TITLE} on_close={props.on_close.clone()} {footer}>
            <p>{ text::find::ASK }</p>
        </Dialog>
    }
}

#[derive(Properties, PartialEq)]
pub struct FindProps {
    /// The stored party, if there is one.
    pub party: Option<Party>,
    /// The fields as they stand in the dialog, saved or not.
    pub form: PartyForm,
    pub on_chosen: Callback<Chosen>,
    pub on_close: Callback<()>,
}

/// What CPR has answered.
#[derive(Clone, PartialEq)]
enum Answer {
    NotAsked,
    Waiting,
    Found(Rc<FindAnswer>),
    Failed(ApiError),
}

/// The dialog *Find CPR-nummer*.
#[component]
pub fn FindDialog(props: &FindProps) -> Html {
    let signed_in = use_signed_in();
    let form = use_state(|| props.form.clone());
    let errors = use_state(FieldErrors::default);
    let former_names = use_state(|| false);
    let why = use_state(String::new);
    let why_missing = use_state(|| false);
    let answer = use_state(|| Answer::NotAsked);
    let chosen = use_state(|| None::<String>);
    let must_give_reason = signed_in.must_give_reason();
    let masks = signed_in.settings.protection_display == ProtectionDisplay::Mask;

    let find = {
        let (api, party) = (signed_in.api.clone(), props.party.clone());
        let (form, errors, former_names) = (form.clone(), errors.setter(), former_names.clone());
        let (why, why_missing, answer, chosen) = (why.clone(), why_missing.setter(), answer.clone(), chosen.setter());
        Callback::from(move |widen: Option<Widen>| {
            if *answer == Answer::Waiting {
                return;
            }
            let given = reason::given(&why);
            let missing = missing(&form, party.as_ref());
            why_missing.set(must_give_reason && given.is_none());
            errors.set(missing.clone().unwrap_or_default());
            if let Some(missing) = missing {
                answer.set(Answer::NotAsked);
                if let Some((Some(field), _)) = missing.iter().next() {
                    focus(&field_id(field));
                }
                return;
            }
            if must_give_reason && given.is_none() {
                return;
            }
            let request = FindRequest {
                name: form.filled(Field::Name),
                address: form.address(),
                sex: party.as_ref().and_then(|party| party.cpr.as_ref()?.sex),
                include_former_names: former_names.then_some(true),
                widen,
                reason: given,
                ..FindRequest::default()
            };
            let (api, party) = (api.clone(), party.as_ref().map(|party| party.id));
            let (errors, answer, chosen) = (errors.clone(), answer.setter(), chosen.clone());
            answer.set(Answer::Waiting);
            chosen.set(None);
            spawn_local(async move {
                let heard = match party {
                    Some(id) => api::find_party_personal_number(&api, id, &request).await,
                    None => api::find_person(&api, &request).await,
                };
                match heard {
                    Ok(found) => {
                        // One candidate is proposed; it still takes a person to choose.
                        if let [only] = found.candidates.as_slice()
                            && !found.more
                        {
                            chosen.set(Some(only.personal_number.clone()));
                        }
                        answer.set(Answer::Found(Rc::new(found)));
                    }
                    Err(error) => {
                        errors.set(FieldErrors::of(error.field_errors()));
                        answer.set(Answer::Failed(error));
                    }
                }
                focus(RESULTS);
            });
        })
    };
    let onsubmit = {
        let find = find.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            find.emit(None);
        }
    };
    let may_choose = signed_in.may_give_number();
    let choose = {
        let (chosen, why, on_chosen) = (chosen.clone(), why.clone(), props.on_chosen.clone());
        move |_| {
            if let Some(number) = (*chosen).clone() {
                on_chosen.emit(Chosen { number, reason: reason::given(&why) });
            }
        }
    };
    let wider = match &*answer {
        Answer::Found(found) => found.next_step,
        Answer::NotAsked | Answer::Waiting | Answer::Failed(_) => None,
    };
    let any = matches!(&*answer, Answer::Found(found) if !found.candidates.is_empty());
    let footer = html! {
        <>
            if any && may_choose {
                <button type="button" class="button button-primary" onclick={choose} disabled={chosen.is_none()}>
                    { text::find::CHOOSE }
                </button>
            }
            if let Some(step) = wider {
                <button type="button" class="button button-secondary" onclick={find.reform(move |_| Some(step))}>
                    { text::find::WIDER }
                </button>
            }
            <button type="button" class="button button-secondary" onclick={props.on_close.reform(|_| ())}>
                { text::button::CANCEL }
            </button>
        </>
    };
    html! {
        <Dialog id="find" title={text::find::TITLE} wide=true on_close={props.on_close.clone()} {footer}>
            <form id={FORM} class="find-form" {onsubmit} novalidate=true>
                <p>{ text::find::LEAD }</p>
                <div class="find-fields">
                    for field in ASKED {
                        { text_field(field, &form, &errors) }
                    }
                </div>
                if must_give_reason || masks {
                    { reason::reason_field("find-reason",
                        if must_give_reason { text::field::REASON } else { text::find::REASON_OPTIONAL },
                        &why, why_missing.then(reason::missing)) }
                }
                if wider == Some(Widen::Name) {
                    <Checkbox id="find-former" label={text::find::FORMER_NAMES} checked={*former_names}
                        on_change={let former_names = former_names.setter(); move |wanted| former_names.set(wanted)} />
                }
                <button type="submit" class="button button-secondary">{ Icon::Search.draw() }{ text::find::FIND }</button>
            </form>
            <div id={RESULTS} class="find-results" tabindex="-1" aria-live="polite">
                { results(&answer, &chosen, &find) }
                if any && !may_choose {
                    <p>{ text::find::MAY_NOT_CHOOSE }</p>
                }
            </div>
        </Dialog>
    }
}

/// None, one, many, and more than can be shown are four different answers.
fn results(answer: &Answer, chosen: &UseStateHandle<Option<String>>, find: &Callback<Option<Widen>>) -> Html {
    let found = match answer {
        Answer::NotAsked => return Html::default(),
        Answer::Waiting => {
            return html! {
                <p class="loading"><span class="spinner spinner-small" aria-hidden="true" />{ text::fetch::ASKING }</p>
            };
        }
        Answer::Failed(error) if error.code() == Some(ProblemCode::CprTooManyHits) => {
            return html! { <Alert severity={Severity::Warning} heading={text::find::TOO_MANY_TITLE}>{ error.detail() }</Alert> };
        }
        Answer::Failed(error) => {
            return html! { <Failure error={error.clone()} on_retry={find.reform(|()| None)} /> };
        }
        Answer::Found(found) => found,
    };
    let steps: Vec<String> = found.searched.iter().map(|asked| text::find::step(asked.step, asked.hits)).collect();
    html! {
        <>
            { match found.candidates.as_slice() {
                [] => html! {
                    <Alert severity={Severity::Info} heading={text::find::ZERO_TITLE}>{ text::find::ZERO }</Alert>
                },
                _ if found.more => html! {
                    <Alert severity={Severity::Warning} heading={text::find::TOO_MANY_TITLE}>{ text::find::TOO_MANY }</Alert>
                },
                [_] => html! { <p class="find-count">{ text::find::ONE }</p> },
                many => html! { <p class="find-count">{ text::find::many(many.len()) }</p> },
            } }
            if !found.candidates.is_empty() {
                <div class="candidates" role="radiogroup" aria-label={text::find::CANDIDATES}>
                    for candidate in &found.candidates {
                        { row(candidate, chosen) }
                    }
                </div>
            }
            if !steps.is_empty() {
                <p class="find-steps">{ text::find::searched(&steps) }</p>
            }
        </>
    }
}

fn row(candidate: &Candidate, chosen: &UseStateHandle<Option<String>>) -> Html {
    let is_chosen = chosen.as_ref() == Some(&candidate.personal_number);
    let onchange = {
        let (chosen, number) = (chosen.setter(), candidate.personal_number.clone());
        move |_: Event| chosen.set(Some(number.clone()))
    };
    let address = match candidate.address.as_ref().and_then(identity::one_line) {
        Some(address) => address,
        None if candidate.address_masked => text::find::ADDRESS_HIDDEN.to_owned(),
        None => String::new(),
    };
    let word = candidate.status.as_deref().and_then(text::party::status_word);
    let agreement = &candidate.agreement;
    let chips = [
        (text::find::AGREE_NAME, agreement.name),
        (text::find::AGREE_STREET, agreement.street),
        (text::find::AGREE_HOUSE_NUMBER, agreement.house_number),
        (text::find::AGREE_FLOOR, agreement.floor),
        (text::find::AGREE_DOOR, agreement.door),
        (text::find::AGREE_POSTAL_CODE, agreement.postal_code),
    ];
    html! {
        <label class={classes!("candidate", is_chosen.then_some("candidate-chosen"))}>
            <input type="radio" name="candidate" checked={is_chosen} {onchange} />
            <span class="candidate-who">
                <strong>{ candidate.name.clone().unwrap_or_else(|| text::party::UNNAMED.to_owned()) }</strong>
                <span>{ number::formatted(&candidate.personal_number) }</span>
                if let Some(born) = candidate.birth_date {
                    <span>{ text::party::born(&date::date(born)) }</span>
                }
                if candidate.protected {
                    <span class="badge badge-error badge-protected">{ Icon::Lock.draw() }{ text::party::PROTECTED_BADGE }</span>
                }
                if let Some(word) = word {
                    <span class="badge badge-status">{ word }</span>
                }
            </span>
            <span class="candidate-address">{ address }</span>
            <span class="chips">
                for (what, agrees) in chips {
                    <span class={classes!("chip", chip(agrees))}>{ text::find::agreement(what, agrees) }</span>
                }
            </span>
        </label>
    }
}

const fn chip(agrees: Agrees) -> &'static str {
    match agrees {
        Agrees::Same => "chip-same",
        Agrees::Different => "chip-different",
        Agrees::Unknown => "chip-unknown",
    }
}

/// What is needed and not there. What a masked party hides, the server knows.
fn missing(form: &PartyForm, party: Option<&Party>) -> Option<FieldErrors> {
    let hidden = party.is_some_and(|party| party.address_masked) && form.address().is_none();
    let empty = NEEDED.into_iter().find(|field| form.filled(*field).is_none() && !(hidden && *field != Field::Name))?;
    Some(FieldErrors::one(empty, text::find::MISSING))
}

fn field_id(field: Field) -> String {
    format!("find-{}", field.id())
}

fn text_field(field: Field, form: &UseStateHandle<PartyForm>, errors: &UseStateHandle<FieldErrors>) -> Html {
    let on_input = {
        let (form, errors) = (form.clone(), errors.clone());
        move |value: String| {
            let mut changed = (*form).clone();
            changed.set(field, value);
            form.set(changed);
            errors.set(errors.without(field));
        }
    };
    html! {
        <TextField id={field_id(field)} label={field.label()} value={form.get(field).to_owned()} {on_input}
            error={errors.at(field).map(|error| AttrValue::from(error.to_owned()))} />
    }
}
