//! Somebody else has changed the party: theirs, or mine on top of theirs.

use openapi::party::Party;
use yew::prelude::*;

use crate::api::Tagged;
use crate::components::dialog::Dialog;
use crate::components::table::Table;
use crate::form::field::Field;
use crate::form::party_form::PartyForm;
use crate::text;

/// What the person chose.
pub enum Resolution {
    /// Theirs, without my changes.
    TakeTheirs(Box<Tagged<Party>>),
    /// My changes on top of theirs.
    SaveMine(Box<Tagged<Party>>),
}

#[derive(Properties, PartialEq)]
pub struct StaleProps {
    pub theirs: Tagged<Party>,
    /// What stood in the fields before either of us.
    pub base: PartyForm,
    pub mine: PartyForm,
    pub on_resolved: Callback<Resolution>,
    pub on_close: Callback<()>,
}

/// The two versions, field by field, and the choice.
#[component]
pub fn StaleDialog(props: &StaleProps) -> Html {
    let theirs = PartyForm::of(&props.theirs.value);
    let merged = props.mine.rebased(&props.base, &theirs);
    let rows: Vec<Vec<Html>> = Field::ALL
        .into_iter()
        .filter(|field| props.mine.field_differs(*field, &theirs))
        .map(|field| {
            vec![
                html! { field.label() },
                cell(theirs.get(field)),
                cell(props.mine.get(field)),
                html! { <strong>{ cell(merged.get(field)) }</strong> },
            ]
        })
        .collect();
    let take = {
        let (theirs, on_resolved) = (props.theirs.clone(), props.on_resolved.clone());
        move |_| on_resolved.emit(Resolution::TakeTheirs(Box::new(theirs.clone())))
    };
    let save = {
        let (theirs, on_resolved) = (props.theirs.clone(), props.on_resolved.clone());
        move |_| on_resolved.emit(Resolution::SaveMine(Box::new(theirs.clone())))
    };
    let footer = html! {
        <>
            <button type="button" class="button button-primary" autofocus=true onclick={take}>{ text::stale::RELOAD }</button>
            <button type="button" class="button button-secondary" onclick={save}>{ text::stale::SAVE_MINE }</button>
        </>
    };
    html! {
        <Dialog id="stale" title={text::stale::TITLE} wide=true on_close={props.on_close.clone()} {footer}>
            <p>{ text::stale::LEAD }</p>
            if rows.is_empty() {
                <p>{ text::stale::NOTHING_DIFFERS }</p>
            } else {
                <Table label={text::stale::TITLE} {rows}
                    columns={[text::stale::FIELD, text::stale::THEIRS, text::stale::MINE, text::stale::MERGED]
                        .map(AttrValue::from).to_vec()} />
            }
        </Dialog>
    }
}

fn cell(value: &str) -> Html {
    if value.is_empty() {
        html! { <span class="nothing">{ text::fetch::EMPTY }</span> }
    } else {
        html! { value.to_owned() }
    }
}
