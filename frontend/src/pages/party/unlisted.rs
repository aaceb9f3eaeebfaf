//! An address written by hand for a person for whom CPR tells none: some are threatened and registered so on purpose.

use yew::prelude::*;

use crate::components::dialog::Dialog;
use crate::components::field::Checkbox;
use crate::text;

#[derive(Properties, PartialEq)]
pub struct UnlistedProps {
    pub on_save: Callback<()>,
    pub on_close: Callback<()>,
}

/// What it can mean, and the confirmation.
#[component]
pub fn UnlistedDialog(props: &UnlistedProps) -> Html {
    let confirmed = use_state(|| false);
    let wrong = use_state(|| false);
    let save = {
        let (confirmed, wrong, on_save) = (*confirmed, wrong.setter(), props.on_save.clone());
        move |_| if confirmed { on_save.emit(()) } else { wrong.set(true) }
    };
    let on_change = {
        let (confirmed, wrong) = (confirmed.setter(), wrong.setter());
        Callback::from(move |yes: bool| {
            confirmed.set(yes);
            wrong.set(false);
        })
    };
    let footer = html! {
        <>
            <button type="button" class="button button-warning" onclick={save}>{ text::unlisted::SAVE }</button>
            <button type="button" class="button button-secondary" autofocus=true onclick={props.on_close.reform(|_| ())}>
                { text::unlisted::BACK }
            </button>
        </>
    };
    html! {
        <Dialog id="unlisted" title={text::unlisted::TITLE} on_close={props.on_close.clone()} {footer}>
            <p>{ text::unlisted::LEAD }</p>
            <p>{ text::unlisted::SEEN }</p>
            <div role="alert">
                if *wrong {
                    <p class="form-error-message">{ text::unlisted::MISSING }</p>
                }
            </div>
            <Checkbox id="unlisted-confirmed" label={text::unlisted::CONFIRM} checked={*confirmed} {on_change} />
        </Dialog>
    }
}
