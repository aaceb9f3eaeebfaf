//! Places in a list. A list is always read on from its last row (keyset), never by counting rows, so it stays fast and
//! rows that come and go do not move the others.

use super::Error;
use crate::domain::page::{Page, PageRequest};

/// One row more than the page has: it tells whether there is another page.
pub fn fetch(page: &PageRequest) -> i64 {
    i64::from(page.limit) + 1
}

/// The page made of the rows that were fetched with [`fetch`].
pub fn page<T>(mut rows: Vec<T>, request: &PageRequest, place: impl Fn(&T) -> String) -> Page<T> {
    let limit = request.limit as usize;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = if more { rows.last().map(place) } else { None };
    Page { items: rows, next }
}

/// The place as a number.
///
/// # Errors
/// [`Error::Place`] when the place is not one that this list gave.
pub fn number(page: &PageRequest) -> Result<Option<i64>, Error> {
    page.after.as_ref().map(|place| place.parse().map_err(|_| Error::Place)).transpose()
}
