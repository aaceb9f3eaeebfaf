//! The only place that asks what time it is.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, SubsecRound, Utc};

/// Tells the time. Times are whole microseconds: what both databases keep, so that an answer says the same before and after
/// it was stored.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
}

/// A clock that can be handed around.
pub type SharedClock = Arc<dyn Clock>;

/// The computer's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// A clock that stands until it is moved, for tests.
pub struct SettableClock(Mutex<DateTime<Utc>>);

impl SettableClock {
    /// A clock that stands at `time`.
    pub fn at(time: DateTime<Utc>) -> SettableClock {
        SettableClock(Mutex::new(time.trunc_subsecs(6)))
    }

    /// Moves the clock to `time`, forward or back.
    pub fn set(&self, time: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = time.trunc_subsecs(6);
    }

    /// Moves the clock by `duration`.
    pub fn advance(&self, duration: chrono::Duration) {
        let mut time = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *time += duration;
    }
}

impl Clock for SettableClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
