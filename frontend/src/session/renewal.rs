//! Whoever works keeps their session, also when they only type: the token is renewed while there are signs of life. Whoever
//! has gone away does not; how long they may be away is the provider's to decide.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use js_sys::Date;
use yew::platform::spawn_local;
use yew::platform::time::sleep;
use yew::prelude::*;

use crate::api::Api;
use crate::listen::Listener;
use crate::load::Wanted;

/// How often is looked.
const EVERY: Duration = Duration::from_secs(5);

/// How long before the end people are told (WCAG 2.1, 2.2.1).
const WARNED_MS: f64 = 3.0 * 60_000.0;

/// Renews the token of this session when it is due and somebody has written or used keys or pointer since it was looked last.
/// Gives the end of the session when it is near and nothing will renew it.
#[hook]
pub fn use_renewal(api: &Api) -> Option<DateTime<Utc>> {
    let near_end = use_state_eq(|| None);
    let set = near_end.setter();
    use_effect_with(api.clone(), move |api| {
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
                if alive.replace(false) {
                    api.keep_alive().await;
                }
                set.set(near(api.ends(), Date::now()));
                sleep(EVERY).await;
            }
        });
        move || {
            wanted.drop_it();
            drop(listeners);
        }
    });
    *near_end
}

/// The end, when it is near.
fn near(ends: Option<f64>, now: f64) -> Option<DateTime<Utc>> {
    let ends = ends.filter(|ends| ends - now < WARNED_MS)?;
    DateTime::from_timestamp_millis(ends as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_told_three_minutes_before() {
        assert_eq!(near(None, 0.0), None);
        assert_eq!(near(Some(180_000.0), 0.0), None);
        assert_eq!(near(Some(180_000.0), 1.0), DateTime::from_timestamp(180, 0));
    }
}
