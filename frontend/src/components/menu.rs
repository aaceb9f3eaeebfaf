//! The context menu.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;

/// An entry of the menu.
#[derive(Clone, PartialEq)]
pub struct MenuItem {
    pub label: AttrValue,
    pub on_choose: Callback<()>,
}

#[derive(Properties, PartialEq)]
pub struct MenuProps {
    pub label: AttrValue,
    pub items: Vec<MenuItem>,
    /// Where on the screen, in CSS pixels from the left and the top.
    pub at: (i32, i32),
    pub on_close: Callback<()>,
}

/// A menu at a place on the screen. Arrows move, Enter chooses, Escape closes; so does a click beside it.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let menu = use_node_ref();
    {
        let menu = menu.clone();
        use_effect_with(props.at, move |(left, top)| {
            if let Some(menu) = menu.cast::<HtmlElement>() {
                place(&menu, *left, *top);
                focus_item(&menu, 0);
            }
        });
    }
    let onkeydown = {
        let (menu, count, on_close) = (menu.clone(), props.items.len(), props.on_close.clone());
        move |event: KeyboardEvent| {
            event.stop_propagation();
            let Some(menu) = menu.cast::<HtmlElement>() else { return };
            let place = focused_item(&menu).unwrap_or(0);
            match event.key().as_str() {
                "ArrowDown" => focus_item(&menu, (place + 1) % count),
                "ArrowUp" => focus_item(&menu, (place + count - 1) % count),
                "Home" => focus_item(&menu, 0),
                "End" => focus_item(&menu, count - 1),
                "Escape" | "Tab" => on_close.emit(()),
                _ => return,
            }
            event.prevent_default();
        }
    };
    let close = props.on_close.reform(|_: MouseEvent| ());
    let close_beside = props.on_close.reform(|event: MouseEvent| event.prevent_default());
    html! {
        <div class="menu-cover" onclick={close} oncontextmenu={close_beside}>
            <div ref={menu} class="menu" role="menu" aria-label={props.label.clone()} {onkeydown}>
                for item in &props.items {
                    <button type="button" role="menuitem" tabindex="-1" onclick={item.on_choose.reform(|_| ())}>
                        { &item.label }
                    </button>
                }
            </div>
        </div>
    }
}

/// Puts the menu where it was asked for, but inside the window. Through the style object, because the content policy
/// allows no style attribute.
fn place(menu: &HtmlElement, left: i32, top: i32) {
    let Some(page) = menu.owner_document().and_then(|page| page.document_element()) else { return };
    let left = left.min(page.client_width() - menu.offset_width() - 4).max(4);
    let top = top.min(page.client_height() - menu.offset_height() - 4).max(4);
    // A browser that does not take the place shows the menu at the corner.
    let _ = menu.style().set_property("left", &format!("{left}px"));
    let _ = menu.style().set_property("top", &format!("{top}px"));
}

fn items(menu: &HtmlElement) -> Vec<HtmlElement> {
    let children = menu.children();
    (0..children.length()).filter_map(|index| children.item(index)?.dyn_into().ok()).collect()
}

fn focus_item(menu: &HtmlElement, index: usize) {
    if let Some(item) = items(menu).get(index) {
        let _ = item.focus();
    }
}

fn focused_item(menu: &HtmlElement) -> Option<usize> {
    let focused = menu.owner_document()?.active_element()?;
    items(menu).iter().position(|item| **item == focused)
}
