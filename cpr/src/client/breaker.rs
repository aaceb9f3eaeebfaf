//! A pause after repeated failures to reach CPR, so that a hundred users do not each wait for the time-out of a call.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::error::Unavailable;

/// CPR is never kept away for longer than this.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The first failure pauses nothing (it may have been one bad packet), the second two seconds, then doubling.
#[derive(Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    closed_until: Option<Instant>,
}

impl Breaker {
    /// Whether a call may be made now.
    pub fn check(&self) -> Result<(), Unavailable> {
        let remaining = self.state(|state| state.closed_until?.checked_duration_since(Instant::now()));
        match remaining {
            Some(remaining) if !remaining.is_zero() => Err(Unavailable::Paused(remaining)),
            _ => Ok(()),
        }
    }

    /// Takes note of how a call ended. An answer of any content shows that CPR is there.
    pub fn record<T>(&self, outcome: &Result<T, Unavailable>) {
        self.state(|state| {
            if outcome.is_ok() {
                *state = State::default();
                return;
            }
            let pause = Duration::from_secs(1_u64.checked_shl(state.failures).unwrap_or(u64::MAX)).min(LONGEST_PAUSE);
            state.closed_until = (state.failures > 0).then(|| Instant::now() + pause);
            state.failures = state.failures.saturating_add(1);
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

    #[tokio::test(start_paused = true)]
    async fn the_pause_grows_to_30_seconds_and_no_further() {
        let breaker = Breaker::default();
        for expected in [0, 2, 4, 8, 16, 30, 30, 30] {
            breaker.record::<()>(&Err(Unavailable::Network));
            let pause = match breaker.check() {
                Ok(()) => 0,
                Err(Unavailable::Paused(pause)) => pause.as_secs(),
                Err(other) => panic!("{other}"),
            };
            assert_eq!(pause, expected);
            tokio::time::advance(Duration::from_secs(pause)).await;
            assert_eq!(breaker.check(), Ok(()));
        }
        breaker.record(&Ok(()));
        breaker.record::<()>(&Err(Unavailable::Timeout));
        assert_eq!(breaker.check(), Ok(()), "after a success the first failure pauses nothing");
    }
}
