//! Whoever works keeps their session, also when they only type: the token is renewed while there are signs of life. Whoever
//! has gone away does not; how long they may be away is the provider's to decide.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use yew::platform::spawn_local;
use yew::platform::time::sleep;
use yew::prelude::*;

use crate::api::Api;
use crate::listen::Listener;
use crate::load::Wanted;

/// How often is looked.
const EVERY: Duration = Duration::from_secs(5);

/// Renews the token of this session when it is due and somebody has written or used keys or pointer since it was looked last.
#[hook]
pub fn use_renewal(api: &Api) {
    use_effect_with(api.clone(), |api| {
        let alive = Rc::new(Cell::new(false));
        let hears = |name| {
            let alive = Rc::clone(&alive);
            Listener::at_window(name, move |_| alive.set(true))
        };
        // Dialogs keep their keys for themselves; what is written is heard all the same.
        let listeners = [hears("keydown"), hears("input"), hears("pointerdown")];
        let wanted = Wanted::new();
        let (api, still) = (api.clone(), wanted.clone());
        spawn_local(async move {
            while still.is_wanted() {
                sleep(EVERY).await;
                if still.is_wanted() && alive.replace(false) {
                    api.keep_alive().await;
                }
            }
        });
        move || {
            wanted.drop_it();
            drop(listeners);
        }
    });
}
