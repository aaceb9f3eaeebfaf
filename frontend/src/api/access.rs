//! The token that every request carries, renewed before it expires where the provider lets us (RFC 6749, 6). Providers
//! give access tokens for as little as five minutes; nobody should lose what they are typing to that.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Date, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::ApiError;
use super::sign_in::{Tokens, refresh};

/// A minute before the end, or halfway through a shorter life.
const MARGIN_MS: f64 = 60_000.0;

/// A token for this server, and how to get the next one.
#[derive(Clone, PartialEq)]
pub struct Access {
    token: Rc<str>,
    renewal: Option<Renewal>,
    /// When the token ends, where that is known; in milliseconds since 1970 by the browser's clock.
    ends: Option<f64>,
}

/// What the provider wants for the next token.
#[derive(Clone, PartialEq)]
struct Renewal {
    token_endpoint: Rc<str>,
    client_id: Rc<str>,
    refresh_token: Rc<str>,
    /// In milliseconds since 1970 by the browser's clock.
    due: f64,
}

impl Access {
    /// A token that nobody renews.
    pub fn fixed(token: &str) -> Access {
        Access { token: token.into(), renewal: None, ends: None }
    }

    /// What a provider gave just now.
    pub fn granted(tokens: &Tokens, token_endpoint: &str, client_id: &str) -> Access {
        let renewal = tokens.refresh_token.as_deref().zip(tokens.expires_in).map(|(refresh_token, lifetime)| Renewal {
            token_endpoint: token_endpoint.into(),
            client_id: client_id.into(),
            refresh_token: refresh_token.into(),
            due: due(Date::now(), lifetime),
        });
        let ends = tokens.expires_in.map(|lifetime| Date::now() + lifetime * 1000.0);
        Access { token: tokens.access_token.as_str().into(), renewal, ends }
    }
}

/// Holds the newest token for all requests.
pub(super) struct Holder {
    access: RefCell<Access>,
    /// The renewal under way: a refresh token is good for one use only, so everybody waits for the same.
    renewing: RefCell<Option<Promise>>,
}

impl Holder {
    pub(super) fn new(access: Access) -> Rc<Holder> {
        Rc::new(Holder { access: RefCell::new(access), renewing: RefCell::new(None) })
    }

    /// The token to send now. Whether it is still good shows in the answer.
    pub(super) async fn token(self: &Rc<Self>) -> Rc<str> {
        let is_due = self.access.borrow().renewal.as_ref().is_some_and(|renewal| renewal.due <= Date::now());
        if is_due {
            let renewing = self.renewing.borrow_mut().get_or_insert_with(|| self.start_to_renew()).clone();
            // It never fails; a token that could not be renewed is sent as it is.
            let _ = JsFuture::from(renewing).await;
        }
        self.access.borrow().token.clone()
    }

    /// When the session ends, where nothing will renew it.
    pub(super) fn ends(&self) -> Option<f64> {
        let access = self.access.borrow();
        access.ends.filter(|_| access.renewal.is_none())
    }

    fn start_to_renew(self: &Rc<Self>) -> Promise {
        let holder = Rc::clone(self);
        future_to_promise(async move {
            holder.renew().await;
            holder.renewing.take();
            Ok(JsValue::UNDEFINED)
        })
    }

    async fn renew(&self) {
        let Some(renewal) = self.access.borrow().renewal.clone() else { return };
        let tokens = refresh(&renewal.token_endpoint, &renewal.client_id, &renewal.refresh_token).await;
        match tokens {
            Ok(mut tokens) => {
                // A provider that does not exchange refresh tokens leaves ours in force.
                tokens.refresh_token.get_or_insert_with(|| renewal.refresh_token.to_string());
                self.access.replace(Access::granted(&tokens, &renewal.token_endpoint, &renewal.client_id));
            }
            // The next request tries again.
            Err(ApiError::Offline) => {}
            Err(ApiError::Problem(_) | ApiError::Unreadable) => self.access.borrow_mut().renewal = None,
        }
    }
}

/// When a token that lives for so many seconds from `now` has to be renewed.
fn due(now: f64, lifetime: f64) -> f64 {
    let lifetime = lifetime * 1000.0;
    now + lifetime - MARGIN_MS.min(lifetime / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_renewed_a_minute_before_its_end_or_halfway_through_a_short_life() {
        assert_eq!(due(1_000.0, 300.0), 241_000.0);
        assert_eq!(due(1_000.0, 10.0), 6_000.0);
    }
}
