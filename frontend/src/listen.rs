//! Events that no element of a page gets: keys while nothing has the focus, and leaving the page.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{BeforeUnloadEvent, Element, Event, EventTarget, KeyboardEvent};

/// Listens as long as it is kept.
pub struct Listener {
    target: EventTarget,
    name: &'static str,
    closure: Closure<dyn Fn(Event)>,
}

impl Listener {
    /// Calls `hear` with every event of this name at the window.
    pub fn at_window(name: &'static str, hear: impl Fn(Event) + 'static) -> Option<Listener> {
        let target: EventTarget = web_sys::window()?.into();
        let closure = Closure::<dyn Fn(Event)>::new(hear);
        target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref()).ok()?;
        Some(Listener { target, name, closure })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // A window that has forgotten the listener does not call it either.
        let _ = self.target.remove_event_listener_with_callback(self.name, self.closure.as_ref().unchecked_ref());
    }
}

/// Calls `pressed` when this character is typed while nobody writes and no dialog is open.
pub fn on_shortcut(character: &'static str, pressed: impl Fn() + 'static) -> Option<Listener> {
    Listener::at_window("keydown", move |event| {
        let Ok(event) = event.dyn_into::<KeyboardEvent>() else { return };
        if event.key() == character && !event.ctrl_key() && !event.alt_key() && !event.meta_key() && nobody_writes() {
            event.prevent_default();
            pressed();
        }
    })
}

/// Makes the browser ask before the page is left.
pub fn ask_before_leaving() -> Option<Listener> {
    Listener::at_window("beforeunload", |event| {
        event.prevent_default();
        if let Ok(event) = event.dyn_into::<BeforeUnloadEvent>() {
            event.set_return_value("1");
        }
    })
}

fn nobody_writes() -> bool {
    let Some(page) = web_sys::window().and_then(|window| window.document()) else { return false };
    let writes = |element: Element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT");
    let dialog = page.query_selector("dialog[open]").ok().flatten();
    dialog.is_none() && !page.active_element().is_some_and(writes)
}
