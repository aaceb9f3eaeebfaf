//! How often callers may come, per process (decisions 0011 and 0025).

use std::num::NonZeroU32;

use actix_web::http::header;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use openapi::problem::ProblemCode;

use super::problem::Failure;
use crate::config;

/// What is limited.
pub struct Limits {
    /// Requests, by caller (`http.rate_limit`).
    pub requests: Limit,
    /// Questions to CPR, by caller (`http.cpr_rate_limit`).
    pub cpr: Limit,
    /// Tokens that were refused, by address (`http.refused_token_limit`).
    pub refused_tokens: Limit,
    /// Who was turned away in the last minute.
    turned_away: Limit,
}

/// Counts something by whoever does it.
pub struct Limit(DefaultKeyedRateLimiter<String>);

impl Limits {
    /// Limits as configured.
    pub fn new(settings: &config::Http) -> Limits {
        Limits {
            requests: Limit::new(settings.rate_limit),
            cpr: Limit::new(settings.cpr_rate_limit),
            refused_tokens: Limit::new(settings.refused_token_limit),
            turned_away: Limit(RateLimiter::keyed(Quota::per_minute(NonZeroU32::MIN))),
        }
    }

    /// Whether a caller who is turned away was not in the last minute: then it is noted. Whoever knocks without end must not
    /// fill the log.
    pub fn is_news(&self, caller: &str, code: ProblemCode) -> bool {
        self.turned_away.0.check_key(&format!("{} {caller}", code.code())).is_ok()
    }

    /// Forgets who has been quiet, so that the tables do not grow for ever.
    pub fn forget_the_quiet(&self) {
        for limit in [&self.requests, &self.cpr, &self.refused_tokens, &self.turned_away] {
            limit.0.retain_recent();
        }
    }
}

impl Limit {
    fn new(settings: config::RateLimit) -> Limit {
        let positive = |number: u32| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(positive(settings.per_second)).allow_burst(positive(settings.burst));
        Limit(RateLimiter::keyed(quota))
    }

    /// Counts once.
    ///
    /// # Errors
    /// 429 with `Retry-After` when it is once too often.
    pub fn check(&self, who: &str) -> Result<(), Failure> {
        self.0.check_key(&who.to_owned()).map_err(|until| {
            let seconds = until.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
            Failure::new(
                ProblemCode::TooManyRequests,
                format!("For mange forespørgsler. Prøv igen om {seconds} sekunder."),
            )
            .header(header::RETRY_AFTER, &seconds.to_string())
        })
    }
}
