//! How many requests a caller may make, per process (`http.rate_limit`).

use std::num::NonZeroU32;

use actix_web::http::header;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use openapi::problem::ProblemCode;

use super::problem::Failure;
use crate::config;

/// Counts requests by caller.
pub struct Limits {
    requests: DefaultKeyedRateLimiter<String>,
    /// Who was turned away in the last minute.
    turned_away: DefaultKeyedRateLimiter<String>,
}

impl Limits {
    /// Limits as configured.
    pub fn new(settings: config::RateLimit) -> Limits {
        let positive = |number: u32| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(positive(settings.per_second)).allow_burst(positive(settings.burst));
        let once_a_minute = Quota::per_minute(NonZeroU32::MIN);
        Limits { requests: RateLimiter::keyed(quota), turned_away: RateLimiter::keyed(once_a_minute) }
    }

    /// Counts one request.
    ///
    /// # Errors
    /// 429 with `Retry-After` when it is one too many.
    pub fn check(&self, caller: &str) -> Result<(), Failure> {
        self.requests.check_key(&caller.to_owned()).map_err(|until| {
            let seconds = until.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
            Failure::new(
                ProblemCode::TooManyRequests,
                format!("For mange forespørgsler. Prøv igen om {seconds} sekunder."),
            )
            .header(header::RETRY_AFTER, &seconds.to_string())
        })
    }

    /// Whether a caller who is turned away was not in the last minute: then it is noted. Whoever knocks without end must not
    /// fill the log.
    pub fn is_news(&self, caller: &str, code: ProblemCode) -> bool {
        self.turned_away.check_key(&format!("{} {caller}", code.code())).is_ok()
    }

    /// Forgets callers who have been quiet, so that the table does not grow for ever.
    pub fn forget_the_quiet(&self) {
        self.requests.retain_recent();
        self.turned_away.retain_recent();
    }
}
