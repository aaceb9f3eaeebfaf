//! *Hent fra CPR*: asks CPR, shows what will change, and stores it when the person says so.

use openapi::party::{KeepableField, Party};
use openapi::person::{FetchRequest, LookupRequest, Person, Preview, PreviewRequest};
use openapi::problem::ProblemCode;
use uuid::Uuid;
use yew::platform::spawn_local;
use yew::prelude::*;

use super::{held_by, reason};
use crate::api::{self, Api, ApiError, Tagged};
use crate::components::alert::{Alert, Failure, Severity};
use crate::components::dialog::Dialog;
use crate::components::field::Checkbox;
use crate::components::protection::protection_of_person;
use crate::components::table::Table;
use crate::components::tabs::focus;
use crate::form::changes::{self, ChangeRow};
use crate::form::number;
use crate::form::party_form::PartyForm;
use crate::load::Wanted;
use crate::session::use_signed_in;
use crate::text;

const REASON_FORM: &str = "fetch-reason-form";
const OK: &str = "fetch-ok";

/// What came of it.
pub enum Fetched {
    /// The party is stored with what CPR says.
    Stored(Box<Tagged<Party>>),
    /// There is no party yet: the person, to fill the fields with, and the reason that was given.
    LookedUp(Box<Person>, Option<String>),
}

#[derive(Properties, PartialEq)]
pub struct FetchProps {
    /// The stored party, if there is one.
    pub party: Option<Uuid>,
    /// Another number than the stored party's.
    pub number: Option<String>,
    /// A reason that was given already.
    pub known_reason: Option<String>,
    /// What stands in the fields.
    pub form: PartyForm,
    pub on_fetched: Callback<Fetched>,
    pub on_close: Callback<()>,
    pub on_open: Callback<Uuid>,
}

/// What CPR has answered.
#[derive(Clone, PartialEq)]
enum Answer {
    Waiting,
    Preview(Box<Preview>),
    Person(Box<Person>),
    Failed(ApiError),
}

/// The question that is put to CPR.
#[derive(Clone, PartialEq)]
struct Question {
    party: Option<Uuid>,
    number: Option<String>,
    reason: Option<String>,
    /// Rises when the same is asked again.
    round: u32,
}

/// The dialog *Hent fra CPR*.
#[component]
pub fn FetchDialog(props: &FetchProps) -> Html {
    let signed_in = use_signed_in();
    let why = use_state(String::new);
    let wrong = use_state(|| false);
    let question = use_state(|| {
        let ready = props.known_reason.is_some() || !signed_in.must_give_reason();
        ready.then(|| Question {
            party: props.party,
            number: props.number.clone(),
            reason: props.known_reason.clone(),
            round: 0,
        })
    });
    let answer = use_state(|| Answer::Waiting);
    let keep = use_state(Vec::<KeepableField>::new);
    let storing = use_state(|| false);
    let store_failed = use_state(|| None::<ApiError>);

    {
        let (api, answer, keep, store_failed) =
            (signed_in.api.clone(), answer.setter(), keep.setter(), store_failed.setter());
        use_effect_with((*question).clone(), move |question| {
            let wanted = Wanted::new();
            if let Some(question) = question.clone() {
                let still = wanted.clone();
                answer.set(Answer::Waiting);
                store_failed.set(None);
                spawn_local(async move {
                    let heard = ask(&api, question).await;
                    if still.is_wanted() {
                        if let Answer::Preview(preview) = &heard {
                            keep.set(changes::kept_before(preview));
                        }
                        answer.set(heard);
                    }
                });
            }
            move || wanted.drop_it()
        });
    }
    let answered = matches!(*answer, Answer::Preview(_) | Answer::Person(_));
    use_effect_with(answered, |answered| {
        if *answered {
            focus(OK);
        }
    });

    let on_reason = {
        let (why, wrong, question) = (why.clone(), wrong.setter(), question.setter());
        let (party, number) = (props.party, props.number.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            match reason::given(&why) {
                Some(reason) => {
                    question.set(Some(Question { party, number: number.clone(), reason: Some(reason), round: 0 }));
                }
                None => wrong.set(true),
            }
        }
    };
    let on_again = {
        let question = question.clone();
        Callback::from(move |()| {
            question.set((*question).clone().map(|asked| Question { round: asked.round + 1, ..asked }));
        })
    };
    let on_ok = {
        let (api, question, answer, keep) = (signed_in.api.clone(), question.clone(), answer.clone(), keep.clone());
        let (storing, store_failed, on_fetched) = (storing.clone(), store_failed.setter(), props.on_fetched.clone());
        Callback::from(move |_: MouseEvent| {
            let Some(asked) = (*question).clone() else { return };
            match (&*answer, asked.party) {
                (Answer::Person(person), _) => on_fetched.emit(Fetched::LookedUp(person.clone(), asked.reason)),
                (Answer::Preview(preview), Some(id)) if !*storing => {
                    let request = FetchRequest {
                        personal_number: asked.number,
                        preview_id: Some(preview.preview_id),
                        keep: changes::choice(preview, &keep),
                        reason: asked.reason,
                        case_number: None,
                    };
                    let (api, on_fetched) = (api.clone(), on_fetched.clone());
                    let (storing, store_failed) = (storing.setter(), store_failed.clone());
                    storing.set(true);
                    spawn_local(async move {
                        match api::fetch_party_cpr(&api, id, &request).await {
                            Ok(party) => on_fetched.emit(Fetched::Stored(Box::new(party))),
                            Err(error) => {
                                store_failed.set(Some(error));
                                storing.set(false);
                            }
                        }
                    });
                }
                _ => {}
            }
        })
    };

    let body = match (&*question, &*answer) {
        (None, _) => html! {
            <form id={REASON_FORM} onsubmit={on_reason} novalidate=true>
                <p>{ text::fetch::REASON_LEAD }</p>
                { reason::reason_field("fetch-reason", text::fetch::REASON_TITLE, &why, wrong.then(reason::missing)) }
            </form>
        },
        (_, Answer::Waiting) => html! {
            <p class="loading" role="status"><span class="spinner spinner-small" aria-hidden="true" />{ text::fetch::ASKING }</p>
        },
        (_, Answer::Failed(error)) => html! {
            <Failure error={error.clone()} on_retry={on_again.clone()}>{ held_by(error, &props.on_open) }</Failure>
        },
        (_, Answer::Preview(preview)) => shown(preview, &keep),
        (_, Answer::Person(person)) => looked_up(person, &props.form),
    };
    // A preview that somebody has overtaken is asked for anew; nothing else can come of it.
    let overtaken = store_failed.as_ref().is_some_and(|error| error.code() == Some(ProblemCode::Stale));
    let footer = html! {
        <>
            if question.is_none() {
                <button type="submit" form={REASON_FORM} class="button button-primary">{ text::button::CONTINUE }</button>
            }
            if answered && overtaken {
                <button type="button" class="button button-primary" onclick={on_again.reform(|_| ())}>{ text::button::RETRY }</button>
            } else if answered {
                <button id={OK} type="button" class="button button-primary" onclick={on_ok}
                    aria-disabled={storing.then_some("true")}>{ text::button::OK }</button>
            }
            <button type="button" class="button button-secondary" onclick={props.on_close.reform(|_| ())}>
                { text::button::CANCEL }
            </button>
        </>
    };
    html! {
        <Dialog id="fetch" title={text::fetch::TITLE} wide=true on_close={props.on_close.clone()} {footer}>
            if let Some(error) = &*store_failed {
                <Failure error={error.clone()}>{ held_by(error, &props.on_open) }</Failure>
            }
            { body }
        </Dialog>
    }
}

/// A stored party is previewed; for a new one the person is looked up.
async fn ask(api: &Api, question: Question) -> Answer {
    let Question { party, number: personal_number, reason, .. } = question;
    match party {
        Some(id) => {
            let request = PreviewRequest { personal_number, reason, case_number: None };
            let preview = api::preview_party_cpr(api, id, &request).await;
            preview.map_or_else(Answer::Failed, |preview| Answer::Preview(Box::new(preview)))
        }
        None => {
            let request = LookupRequest { personal_number, reason, case_number: None };
            let answer = api::look_up_person(api, &request).await;
            answer.map_or_else(Answer::Failed, |answer| Answer::Person(Box::new(answer.person)))
        }
    }
}

/// What a fetch would change, with a choice where there is one.
fn shown(preview: &Preview, keep: &UseStateHandle<Vec<KeepableField>>) -> Html {
    let rows = changes::rows(preview, keep);
    html! {
        <>
            { protection_of_person(&preview.person.protection) }
            { notes(&preview.person) }
            if preview.unchanged {
                <Alert severity={Severity::Success} heading={text::fetch::UNCHANGED}>{ text::fetch::UNCHANGED_LEAD }</Alert>
            }
            if !rows.is_empty() {
                <Table label={text::fetch::CHANGES} rows={rows.iter().map(|row| change(row, keep)).collect::<Vec<_>>()}
                    columns={[text::fetch::FIELD, text::fetch::CURRENT, text::fetch::REGISTER, text::fetch::RESULT]
                        .map(AttrValue::from).to_vec()} />
            }
        </>
    }
}

fn change(row: &ChangeRow, keep: &UseStateHandle<Vec<KeepableField>>) -> Vec<Html> {
    let choice = row.keepable.map(|field| {
        let keep = keep.clone();
        let on_change = move |kept: bool| {
            let mut fields: Vec<KeepableField> = keep.iter().copied().filter(|other| *other != field).collect();
            if kept {
                fields.push(field);
            }
            keep.set(fields);
        };
        html! {
            <Checkbox id={format!("keep-{}", row.label)} label={text::fetch::keep(row.label)} checked={row.kept} {on_change} />
        }
    });
    let result = html! { <>{ cell(&row.result) }{ choice.unwrap_or_default() }</> };
    vec![html! { row.label }, cell(&row.current), cell(&row.register), html! { <strong>{ result }</strong> }]
}

/// A person who was looked up for a party that does not exist yet.
fn looked_up(person: &Person, form: &PartyForm) -> Html {
    let filled = {
        let mut filled = form.clone();
        filled.fill_from(person);
        filled
    };
    let rows: Vec<Vec<Html>> = form
        .differences(&filled)
        .into_iter()
        .map(|difference| vec![html! { difference.label }, cell(&difference.mine), cell(&difference.theirs)])
        .collect();
    html! {
        <>
            { protection_of_person(&person.protection) }
            { notes(person) }
            if rows.is_empty() {
                <Alert severity={Severity::Success} heading={text::fetch::UNCHANGED} />
            } else {
                <Table label={text::fetch::CHANGES} {rows}
                    columns={[text::fetch::FIELD, text::fetch::IN_FORM, text::fetch::REGISTER].map(AttrValue::from).to_vec()} />
            }
            <p>{ text::fetch::FILL_LEAD }</p>
        </>
    }
}

/// What must be said of a person beside the values.
fn notes(person: &Person) -> Html {
    let word = person.status.as_deref().and_then(text::party::status_word);
    html! {
        <>
            if let Some(current) = &person.current_personal_number {
                <Alert severity={Severity::Warning}>{ text::fetch::moved(&number::formatted(current)) }</Alert>
            }
            if let Some(word) = word {
                <p><span class="badge badge-status">{ word }</span></p>
            }
            if person.withheld {
                <Alert severity={Severity::Warning}>{ text::fetch::WITHHELD }</Alert>
            }
            if person.address_masked {
                <Alert severity={Severity::Info}>{ text::fetch::MASKED }</Alert>
            }
        </>
    }
}

fn cell(value: &str) -> Html {
    if value.is_empty() {
        html! { <span class="nothing">{ text::fetch::EMPTY }</span> }
    } else {
        html! { value }
    }
}
