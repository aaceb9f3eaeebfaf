//! A pause after repeated failures to reach CPR, so that a hundred users do not each wait for the time-out of a call.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::error::Unavailable;

/// CPR is never kept away for longer than this.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The first failure pauses nothing (it may have been one bad packet), the second two seconds, then doubling. Calls that
/// fail side by side are one failure.
#[derive(Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    last_failure: Option<Instant>,
    closed_until: Option<Instant>,
}

/// The leave to make a call; remembers when it was given.
#[must_use]
pub(super) struct Leave(Instant);

impl Breaker {
    /// Whether a call may be made now.
    pub fn enter(&self) -> Result<Leave, Unavailable> {
        let now = Instant::now();
        match self.state(|state| state.closed_until?.checked_duration_since(now)) {
            Some(remaining) if !remaining.is_zero() => Err(Unavailable::Paused(remaining)),
            _ => Ok(Leave(now)),
        }
    }

    /// Takes note of how a call ended.
    pub fn record(&self, Leave(began): Leave, failed: bool) {
        let now = Instant::now();
        self.state(|state| {
            if !failed {
                *state = State::default();
            } else if state.last_failure.is_none_or(|last| began >= last) {
                let pause = Duration::from_secs(1_u64.checked_shl(state.failures).unwrap_or(u64::MAX));
                state.closed_until = (state.failures > 0).then(|| now + pause.min(LONGEST_PAUSE));
                state.failures = state.failures.saturating_add(1);
                state.last_failure = Some(now);
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

    fn pause(breaker: &Breaker) -> u64 {
        match breaker.enter() {
            Ok(_) => 0,
            Err(Unavailable::Paused(pause)) => pause.as_secs(),
            Err(other) => panic!("{other}"),
        }
    }

    fn fail(breaker: &Breaker) {
        breaker.record(breaker.enter().unwrap(), true);
    }

    #[tokio::test(start_paused = true)]
    async fn the_pause_grows_to_30_seconds_and_no_further() {
        let breaker = Breaker::default();
        for expected in [0, 2, 4, 8, 16, 30, 30, 30] {
            fail(&breaker);
            assert_eq!(pause(&breaker), expected);
            tokio::time::advance(Duration::from_secs(expected)).await;
            assert_eq!(pause(&breaker), 0);
        }
        breaker.record(breaker.enter().unwrap(), false);
        fail(&breaker);
        assert_eq!(pause(&breaker), 0, "after a success the first failure pauses nothing");
    }

    #[tokio::test(start_paused = true)]
    async fn calls_that_fail_side_by_side_are_one_failure() {
        let breaker = Breaker::default();
        let leaves: Vec<Leave> = (0..20).map(|_| breaker.enter().unwrap()).collect();
        tokio::time::advance(Duration::from_secs(10)).await;
        for leave in leaves {
            breaker.record(leave, true);
        }
        assert_eq!(pause(&breaker), 0);
        assert!(breaker.is_failing());
    }
}
