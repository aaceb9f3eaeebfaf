//! How many requests a caller may make, per process (`http.rate_limit`).

use std::num::NonZeroU32;

use actix_web::http::header;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use openapi::problem::ProblemCode;

use super::problem::Failure;
use crate::config;

/// Counts requests by caller.
pub struct Limits(DefaultKeyedRateLimiter<String>);

impl Limits {
    /// Limits as configured.
    pub fn new(settings: config::RateLimit) -> Limits {
        let positive = |number: u32| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(positive(settings.per_second)).allow_burst(positive(settings.burst));
        Limits(RateLimiter::keyed(quota))
    }

    /// Counts one request.
    ///
    /// # Errors
    /// 429 with `Retry-After` when it is one too many.
    pub fn check(&self, caller: &str) -> Result<(), Failure> {
        self.0.check_key(&caller.to_owned()).map_err(|until| {
            let seconds = until.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
            Failure::new(
                ProblemCode::TooManyRequests,
                format!("For mange forespørgsler. Prøv igen om {seconds} sekunder."),
            )
            .header(header::RETRY_AFTER, &seconds.to_string())
        })
    }

    /// Forgets callers who have been quiet, so that the table does not grow for ever.
    pub fn forget_the_quiet(&self) {
        self.0.retain_recent();
    }
}
