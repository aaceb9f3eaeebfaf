//! Events that no element of a page gets: keys while nothing has the focus, and leaving the page.

use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
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
        // First of all listeners, those of the router too.
        let add = EventTarget::add_event_listener_with_callback_and_bool;
        add(&target, name, closure.as_ref().unchecked_ref(), true).ok()?;
        Some(Listener { target, name, closure })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // A window that has forgotten the listener does not call it either.
        let remove = EventTarget::remove_event_listener_with_callback_and_bool;
        let _ = remove(&self.target, self.name, self.closure.as_ref().unchecked_ref(), true);
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

/// Keeps the page where it is when the browser goes back or forth in its history, and calls `asked` instead, as long as
/// `stays`.
pub fn stay_here(stays: impl Fn() -> bool + 'static, asked: impl Fn() + 'static) -> Option<Listener> {
    let here = web_sys::window()?.location().href().ok()?;
    Listener::at_window("popstate", move |event| {
        if !stays() {
            return;
        }
        // The address has changed already; the router must not hear of it.
        event.stop_immediate_propagation();
        let history = web_sys::window().and_then(|window| window.history().ok());
        if let Some(history) = history {
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&here));
        }
        asked();
    })
}

fn nobody_writes() -> bool {
    let Some(page) = web_sys::window().and_then(|window| window.document()) else { return false };
    let writes = |element: Element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT");
    let dialog = page.query_selector("dialog[open]").ok().flatten();
    dialog.is_none() && !page.active_element().is_some_and(writes)
}
