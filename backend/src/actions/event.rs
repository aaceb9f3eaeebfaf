//! The feed of events.

use std::time::Duration;

use super::{About, Actions, Context, Error, Told};
use crate::domain::event::{EventPage, EventType};
use crate::store;

/// Another server's events are noticed this often by somebody who waits.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

impl Actions {
    /// At most `limit` events after `after`; when there is none, waits up to `wait` for one.
    ///
    /// # Errors
    /// [`Error::CursorExpired`] when events after `after` are no longer kept.
    pub async fn list_events(
        &self,
        context: &Context,
        after: i64,
        limit: u32,
        type_: Option<EventType>,
        wait: Duration,
    ) -> Result<EventPage, Error> {
        let about = About::criteria(format!("after={after}"));
        self.read(
            context,
            about,
            |page: &EventPage| Told::count(page.items.len() as i64),
            async || {
                let until = tokio::time::Instant::now() + wait;
                loop {
                    let news = self.news.notified();
                    let page = store::event::list(&self.database.read(), after, limit, type_).await?;
                    // Everything up to `latest` may be gone; then the next number is the first that is kept.
                    let first_kept = page.oldest.unwrap_or(page.latest + 1);
                    if after.saturating_add(1) < first_kept {
                        return Err(Error::CursorExpired { oldest: page.oldest });
                    }
                    let now = tokio::time::Instant::now();
                    if !page.items.is_empty() || now >= until {
                        return Ok(page);
                    }
                    let _ = tokio::time::timeout(LOOK_AGAIN.min(until - now), news).await;
                }
            },
        )
        .await
    }
}
