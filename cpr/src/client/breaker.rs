//! A pause after repeated failures to reach CPR, so that a hundred users do not each wait for the time-out of a call.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::error::Unavailable;

/// CPR is never kept away for longer than this.
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The first failure pauses nothing (it may have been one bad packet), the second two seconds, then doubling. Calls that
/// fail side by side are one failure.
#[derive(Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    /// How many failures were ever counted.
    counted: u64,
    closed_until: Option<DateTime<Utc>>,
}

/// The leave to make a call; remembers how many failures had been counted when it was given.
#[must_use]
pub(crate) struct Leave(u64);

impl Breaker {
    /// Whether a call may be made now.
    pub fn enter(&self, now: DateTime<Utc>) -> Result<Leave, Unavailable> {
        self.state(|state| {
            let remaining = state.closed_until.and_then(|until| (until - now).to_std().ok());
            // A clock that was set back must not keep CPR away for longer.
            match remaining.filter(|remaining| !remaining.is_zero() && *remaining <= LONGEST_PAUSE) {
                Some(remaining) => Err(Unavailable::Paused(remaining)),
                None => Ok(Leave(state.counted)),
            }
        })
    }

    /// Takes note of how a call ended.
    pub fn record(&self, Leave(counted): Leave, failed: bool, now: DateTime<Utc>) {
        self.state(|state| {
            if !failed {
                (state.failures, state.closed_until) = (0, None);
            } else if state.counted == counted {
                let pause = Duration::from_secs(1_u64.checked_shl(state.failures).unwrap_or(u64::MAX));
                state.closed_until = (state.failures > 0).then(|| now + pause.min(LONGEST_PAUSE));
                state.failures = state.failures.saturating_add(1);
                state.counted += 1;
            }
        });
    }

    /// Whether the last call failed to reach CPR.
    pub fn is_failing(&self) -> bool {
        self.state(|state| state.failures > 0)
    }

    fn state<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn pause(breaker: &Breaker, now: u64) -> u64 {
        match breaker.enter(at(now)) {
            Ok(_) => 0,
            Err(Unavailable::Paused(pause)) => pause.as_secs(),
            Err(other) => panic!("{other}"),
        }
    }

    fn fail(breaker: &Breaker, now: u64) {
        breaker.record(breaker.enter(at(now)).unwrap(), true, at(now));
    }

    #[test]
    fn the_pause_grows_to_30_seconds_and_no_further() {
        let breaker = Breaker::default();
        let mut now = 0;
        for expected in [0, 2, 4, 8, 16, 30, 30, 30] {
            fail(&breaker, now);
            assert_eq!(pause(&breaker, now), expected);
            now += expected;
            assert_eq!(pause(&breaker, now), 0);
        }
        breaker.record(breaker.enter(at(now)).unwrap(), false, at(now));
        fail(&breaker, now);
        assert_eq!(pause(&breaker, now), 0, "after a success the first failure pauses nothing");
    }

    #[test]
    fn calls_that_fail_side_by_side_are_one_failure() {
        let breaker = Breaker::default();
        let leaves: Vec<Leave> = (0..20).map(|_| breaker.enter(at(0)).unwrap()).collect();
        for leave in leaves {
            breaker.record(leave, true, at(10));
        }
        assert_eq!(pause(&breaker, 10), 0);
        assert!(breaker.is_failing());
    }

    #[test]
    fn a_clock_that_is_set_back_ends_the_pause() {
        let breaker = Breaker::default();
        fail(&breaker, 3600);
        fail(&breaker, 3600);
        assert_eq!(pause(&breaker, 3600), 2);
        assert_eq!(pause(&breaker, 0), 0);
    }
}
