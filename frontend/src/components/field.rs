//! Fields: a label, a hint, an error, and where to type.

use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

use crate::text;

#[derive(Properties, PartialEq)]
pub struct TextFieldProps {
    /// Unique on the page.
    pub id: AttrValue,
    pub label: AttrValue,
    pub value: AttrValue,
    pub on_input: Callback<String>,
    /// When the field is left.
    #[prop_or_default]
    pub on_leave: Callback<()>,
    #[prop_or_default]
    pub hint: Option<AttrValue>,
    #[prop_or_default]
    pub error: Option<AttrValue>,
    #[prop_or_default]
    pub read_only: bool,
    #[prop_or("text".into())]
    pub kind: AttrValue,
    #[prop_or_default]
    pub autocomplete: Option<AttrValue>,
    /// How wide, as a class: `width-4`, `width-11` …
    #[prop_or_default]
    pub width: Classes,
    #[prop_or_default]
    pub autofocus: bool,
}

/// One line of text.
#[component]
pub fn TextField(props: &TextFieldProps) -> Html {
    let oninput = {
        let on_input = props.on_input.clone();
        move |event: InputEvent| on_input.emit(event.target_unchecked_into::<HtmlInputElement>().value())
    };
    let onblur = {
        let on_leave = props.on_leave.clone();
        move |_| on_leave.emit(())
    };
    let notes = Notes::of(&props.id, props.hint.as_ref(), props.error.as_ref());
    html! {
        <div class={classes!("form-group", props.error.is_some().then_some("form-error"), props.width.clone())}>
            <label class="form-label" for={props.id.clone()}>{ &props.label }</label>
            { notes.error_above() }
            <input id={props.id.clone()} class="form-input" type={props.kind.clone()} value={props.value.clone()}
                readonly={props.read_only} autocomplete={props.autocomplete.clone().unwrap_or_else(|| "off".into())}
                aria-describedby={notes.ids()} aria-invalid={props.error.is_some().then_some("true")}
                autofocus={props.autofocus} spellcheck="false" {oninput} {onblur} />
            { notes.hint_below() }
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub struct TextAreaProps {
    pub id: AttrValue,
    pub label: AttrValue,
    pub value: AttrValue,
    pub on_input: Callback<String>,
    #[prop_or_default]
    pub error: Option<AttrValue>,
    #[prop_or_default]
    pub autofocus: bool,
}

/// Several lines of text.
#[component]
pub fn TextArea(props: &TextAreaProps) -> Html {
    let oninput = {
        let on_input = props.on_input.clone();
        move |event: InputEvent| on_input.emit(event.target_unchecked_into::<HtmlTextAreaElement>().value())
    };
    let notes = Notes::of(&props.id, None, props.error.as_ref());
    html! {
        <div class={classes!("form-group", props.error.is_some().then_some("form-error"))}>
            <label class="form-label" for={props.id.clone()}>{ &props.label }</label>
            { notes.error_above() }
            <textarea id={props.id.clone()} class="form-input" rows="2" maxlength="500" value={props.value.clone()}
                aria-describedby={notes.ids()} aria-invalid={props.error.is_some().then_some("true")}
                autofocus={props.autofocus} {oninput} />
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub struct CheckboxProps {
    pub id: AttrValue,
    pub label: AttrValue,
    pub checked: bool,
    pub on_change: Callback<bool>,
    #[prop_or_default]
    pub disabled: bool,
}

/// Yes or no.
#[component]
pub fn Checkbox(props: &CheckboxProps) -> Html {
    let onchange = {
        let on_change = props.on_change.clone();
        move |event: Event| on_change.emit(event.target_unchecked_into::<HtmlInputElement>().checked())
    };
    html! {
        <div class="form-group-checkbox">
            <input type="checkbox" id={props.id.clone()} class="form-checkbox" checked={props.checked}
                disabled={props.disabled} {onchange} />
            <label for={props.id.clone()}>{ &props.label }</label>
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub struct DayFieldProps {
    pub id: AttrValue,
    pub label: AttrValue,
    pub value: AttrValue,
    pub on_input: Callback<String>,
    /// What stands there is no day, and it was tried to use it.
    #[prop_or_default]
    pub wrong: bool,
}

/// A day, written as in Denmark whatever language the browser speaks.
#[component]
pub fn DayField(props: &DayFieldProps) -> Html {
    html! {
        <TextField id={props.id.clone()} label={props.label.clone()} value={props.value.clone()} hint={text::log::DAY_HINT}
            error={props.wrong.then(|| AttrValue::from(text::log::NOT_A_DAY))} on_input={props.on_input.clone()} />
    }
}

#[derive(Properties, PartialEq)]
pub struct ChoiceProps {
    pub id: AttrValue,
    pub label: AttrValue,
    /// Value and words of each.
    pub options: Vec<(AttrValue, AttrValue)>,
    pub value: AttrValue,
    pub on_change: Callback<String>,
}

/// One of several.
#[component]
pub fn Choice(props: &ChoiceProps) -> Html {
    let onchange = {
        let on_change = props.on_change.clone();
        move |event: Event| on_change.emit(event.target_unchecked_into::<HtmlSelectElement>().value())
    };
    html! {
        <div class="form-group">
            <label class="form-label" for={props.id.clone()}>{ &props.label }</label>
            <select id={props.id.clone()} class="form-select" {onchange}>
                for (value, words) in &props.options {
                    <option value={value.clone()} selected={*value == props.value}>{ words }</option>
                }
            </select>
        </div>
    }
}

/// The texts beside a field, with the ids by which the field names them.
struct Notes<'a> {
    id: &'a str,
    hint: Option<&'a AttrValue>,
    error: Option<&'a AttrValue>,
}

impl<'a> Notes<'a> {
    fn of(id: &'a str, hint: Option<&'a AttrValue>, error: Option<&'a AttrValue>) -> Self {
        Notes { id, hint, error }
    }

    fn ids(&self) -> Option<String> {
        let error = self.error.map(|_| format!("{}-error", self.id));
        let hint = self.hint.map(|_| format!("{}-hint", self.id));
        let ids: Vec<String> = error.into_iter().chain(hint).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn error_above(&self) -> Html {
        html! {
            if let Some(error) = self.error {
                <span class="form-error-message" id={format!("{}-error", self.id)}>{ error }</span>
            }
        }
    }

    fn hint_below(&self) -> Html {
        html! {
            if let Some(hint) = self.hint {
                <span class="form-hint" id={format!("{}-hint", self.id)}>{ hint }</span>
            }
        }
    }
}
