//! A modal dialog over the page: the browser's own `<dialog>` makes the rest of the page inert; here are the circle of
//! Tab, Escape, and the focus that goes back to where it was.

use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement, KeyboardEvent};
use yew::platform::spawn_local;
use yew::platform::time::sleep;
use yew::prelude::*;

use super::ending::Ending;
use super::icon::Icon;
use crate::text;

const FOCUSABLE: &str = "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), \
                         textarea:not(:disabled), [tabindex='0']";

#[derive(Properties, PartialEq)]
pub struct DialogProps {
    /// Unique on the page; the title's id is made of it.
    pub id: AttrValue,
    /// The dialog's name.
    pub title: AttrValue,
    /// What stands in the head instead of the bare title; must hold an element with the id `<id>-title`.
    #[prop_or_default]
    pub head: Option<Html>,
    /// The wide form, for tables.
    #[prop_or_default]
    pub wide: bool,
    /// Escape, and the cross in the corner.
    pub on_close: Callback<()>,
    /// The body.
    pub children: Html,
    /// The buttons.
    pub footer: Html,
}

/// A modal dialog.
#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            let before = focused();
            let dialog = dialog.cast::<HtmlDialogElement>();
            if let Some(dialog) = &dialog
                && !dialog.open()
            {
                // It can only fail for an element that is not in the page.
                let _ = dialog.show_modal();
                focus_first(dialog);
            }
            move || {
                if let Some(dialog) = dialog {
                    dialog.close();
                }
                if let Some(before) = before {
                    give_back(before);
                }
            }
        });
    }
    let onkeydown = {
        let (dialog, on_close) = (dialog.clone(), props.on_close.clone());
        move |event: KeyboardEvent| match event.key().as_str() {
            "Escape" => {
                event.prevent_default();
                event.stop_propagation();
                on_close.emit(());
            }
            "Tab" => keep_inside(&dialog, &event),
            _ => event.stop_propagation(),
        }
    };
    let oncancel = {
        let on_close = props.on_close.clone();
        move |event: Event| {
            event.prevent_default();
            on_close.emit(());
        }
    };
    let close = {
        let on_close = props.on_close.clone();
        move |_| on_close.emit(())
    };
    let title_id = format!("{}-title", props.id);
    let head = props
        .head
        .clone()
        .unwrap_or_else(|| html! { <h2 id={title_id.clone()} class="dialog-title">{ &props.title }</h2> });
    html! {
        <dialog ref={dialog} id={props.id.clone()} class={classes!("dialog", props.wide.then_some("dialog-wide"))}
            aria-labelledby={title_id} {onkeydown} {oncancel}>
            <div class="dialog-head">
                { head }
                <button type="button" class="dialog-close" onclick={close} title={text::button::CLOSE} aria-label={text::button::CLOSE}>
                    { Icon::Close.draw() }
                </button>
            </div>
            <div class="dialog-body"><Ending />{ props.children.clone() }</div>
            <div class="dialog-foot">{ props.footer.clone() }</div>
        </dialog>
    }
}

/// Gives the focus back to where it was; once more a moment later, when a dialog over this one has gone too.
fn give_back(before: HtmlElement) {
    let _ = before.focus();
    spawn_local(async move {
        sleep(std::time::Duration::ZERO).await;
        if focused().is_none_or(|focused| focused.tag_name() == "BODY") {
            let _ = before.focus();
        }
    });
}

/// The first thing to do gets the focus, not the cross in the corner, unless something asks for it by `autofocus`.
fn focus_first(dialog: &HtmlDialogElement) {
    let asked = dialog.query_selector("[autofocus]").ok().flatten();
    let first = asked.or_else(|| {
        let within =
            |part: &str| FOCUSABLE.split(", ").map(|one| format!("{part} {one}")).collect::<Vec<_>>().join(", ");
        let find = |part| dialog.query_selector(&within(part)).ok().flatten();
        find(".dialog-body").or_else(|| find(".dialog-foot"))
    });
    if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
        let _ = first.focus();
    }
}

/// The element that has the focus.
fn focused() -> Option<HtmlElement> {
    web_sys::window()?.document()?.active_element()?.dyn_into().ok()
}

/// Tab behind the last element goes to the first, and the other way round.
fn keep_inside(dialog: &NodeRef, event: &KeyboardEvent) {
    let Some(dialog) = dialog.cast::<HtmlElement>() else { return };
    let Ok(found) = dialog.query_selector_all(FOCUSABLE) else { return };
    let elements = (0..found.length()).filter_map(|index| found.item(index)?.dyn_into::<HtmlElement>().ok());
    let reachable: Vec<HtmlElement> =
        elements.filter(|element| element.tab_index() >= 0 && element.offset_parent().is_some()).collect();
    let (Some(first), Some(last)) = (reachable.first(), reachable.last()) else { return };
    let now = focused();
    let target = match event.shift_key() {
        true if now.as_ref() == Some(first) || now.as_ref() == Some(&dialog) => last,
        false if now.as_ref() == Some(last) => first,
        _ => return,
    };
    event.prevent_default();
    let _ = target.focus();
}
