//! Lists are read page by page.

/// Which page: at most `limit` rows after the place that `after` names. The place is the store's own and means nothing to
/// anybody else.
#[derive(Debug, Clone, PartialEq)]
pub struct PageRequest {
    /// 1–200.
    pub limit: u32,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// One page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows, in a stable order.
    pub items: Vec<T>,
    /// The place after the last row, when there is more.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The same page with its rows turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(turn).collect(), next: self.next }
    }
}
