//! Events that no element of a page gets: keys while nothing has the focus, and leaving the page.

use std::cell::RefCell;
use std::rc::Rc;
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

thread_local! {
    static STAYING: RefCell<Option<Staying>> = const { RefCell::new(None) };
}

/// Who keeps the page where it is: where that is, and what to do instead.
type Staying = (String, Rc<dyn Fn()>);

/// Keeps the page where it is, as long as it is kept, when the browser goes back or forth in its history.
pub struct Stay(());

impl Drop for Stay {
    fn drop(&mut self) {
        let_go();
    }
}

/// Keeps nothing from happening any more.
pub fn let_go() {
    STAYING.set(None);
}

/// Calls `asked` instead of letting the browser go back or forth.
pub fn stay_here(asked: impl Fn() + 'static) -> Option<Stay> {
    let here = web_sys::window()?.location().href().ok()?;
    STAYING.set(Some((here, Rc::new(asked))));
    Some(Stay(()))
}

/// To be called before there is a router: at a window, who listens first hears first, and what [`stay_here`] keeps from
/// happening the router must not hear of.
pub fn mind_the_way_back() {
    let listener = Listener::at_window("popstate", |event| {
        let Some((here, asked)) = STAYING.with_borrow(Clone::clone) else { return };
        event.stop_immediate_propagation();
        // The address has changed already.
        if let Some(history) = web_sys::window().and_then(|window| window.history().ok()) {
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&here));
        }
        asked();
    });
    // As long as the page.
    std::mem::forget(listener);
}

fn nobody_writes() -> bool {
    let Some(page) = web_sys::window().and_then(|window| window.document()) else { return false };
    let writes = |element: Element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT");
    let dialog = page.query_selector("dialog[open]").ok().flatten();
    dialog.is_none() && !page.active_element().is_some_and(writes)
}
