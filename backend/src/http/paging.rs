//! Pages: `limit` and `cursor` in, `items` and `next` out.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openapi::page::{DEFAULT_LIMIT, MAX_LIMIT, MIN_LIMIT, Page};

use super::problem::Failure;
use crate::domain;

/// The page that was asked for. Cursors are the store's places, wrapped so that nobody is tempted to make one.
///
/// # Errors
/// 422 at `/limit` or `/cursor`.
pub fn asked(limit: Option<u32>, cursor: Option<String>) -> Result<domain::page::PageRequest, Failure> {
    let after = cursor
        .map(|cursor| {
            let place = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let place = place.filter(|place| !place.contains(char::is_control));
            place.ok_or_else(|| Failure::field("/cursor", "Stedet i listen kan ikke bruges."))
        })
        .transpose()?;
    Ok(domain::page::PageRequest { limit: self::limit(limit)?, after })
}

/// How many rows were asked for.
///
/// # Errors
/// 422 at `/limit`.
pub fn limit(limit: Option<u32>) -> Result<u32, Failure> {
    match limit.unwrap_or(DEFAULT_LIMIT) {
        limit @ MIN_LIMIT..=MAX_LIMIT => Ok(limit),
        _ => Err(Failure::field("/limit", format!("Skal være {MIN_LIMIT} til {MAX_LIMIT}."))),
    }
}

/// A page as it is answered.
pub fn answer<T, U>(page: domain::page::Page<T>, turn: impl FnMut(T) -> U) -> Page<U> {
    Page {
        items: page.items.into_iter().map(turn).collect(),
        next: page.next.map(|place| URL_SAFE_NO_PAD.encode(place)),
    }
}
