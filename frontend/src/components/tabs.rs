//! Tabs by the ARIA pattern: one of them is in the tab order, the arrows move between them.

use web_sys::KeyboardEvent;
use yew::prelude::*;

use crate::route::Tab;
use crate::text;

#[derive(Properties, PartialEq)]
pub struct TabsProps {
    pub selected: Tab,
    pub on_select: Callback<Tab>,
    /// Tabs with a field that is wrong.
    #[prop_or_default]
    pub wrong: Vec<Tab>,
    /// The panel of the selected tab.
    pub children: Html,
}

/// The tabs of the properties dialog, and the panel of the selected one.
#[component]
pub fn Tabs(props: &TabsProps) -> Html {
    let selected = props.selected;
    let onkeydown = {
        let on_select = props.on_select.clone();
        move |event: KeyboardEvent| {
            let place = selected as usize;
            let count = Tab::ALL.len();
            let next = match event.key().as_str() {
                "ArrowRight" => (place + 1) % count,
                "ArrowLeft" => (place + count - 1) % count,
                "Home" => 0,
                "End" => count - 1,
                _ => return,
            };
            event.prevent_default();
            on_select.emit(Tab::ALL[next]);
            focus(&tab_id(Tab::ALL[next]));
        }
    };
    html! {
        <div class="tab-container">
            <div class="tab-list" role="tablist" aria-label={text::list::PROPERTIES} {onkeydown}>
                for tab in Tab::ALL {
                    <button type="button" class="tab-button" role="tab" id={tab_id(tab)} aria-controls="party-panel"
                        aria-selected={(tab == selected).to_string()} tabindex={if tab == selected { "0" } else { "-1" }}
                        onclick={props.on_select.reform(move |_| tab)}>
                        <span>{ label(tab) }</span>
                        if props.wrong.contains(&tab) {
                            <span class="tab-wrong" aria-hidden="true">{ "!" }</span>
                        }
                    </button>
                }
            </div>
            <div class="tab-panel" role="tabpanel" id="party-panel" aria-labelledby={tab_id(selected)}>
                { props.children.clone() }
            </div>
        </div>
    }
}

const fn label(tab: Tab) -> &'static str {
    match tab {
        Tab::Generelt => text::dialog::GENERAL,
        Tab::Identifikation => text::dialog::IDENTIFICATION,
        Tab::Andet => text::dialog::OTHER,
        Tab::Cpr => text::dialog::CPR,
    }
}

fn tab_id(tab: Tab) -> String {
    format!("party-tab-{}", tab as usize)
}

/// Moves the focus to an element of the page.
pub fn focus(id: &str) {
    use wasm_bindgen::JsCast;
    let element = web_sys::window().and_then(|window| window.document()).and_then(|page| page.get_element_by_id(id));
    if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        // An element that cannot take the focus leaves it where it is.
        let _ = element.focus();
    }
}
