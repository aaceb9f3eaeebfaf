//! What to do next with a subscription: a comparison of what is wanted with what CPR has confirmed, which leads to the same
//! state however often it is made.

use chrono::{DateTime, Duration, Utc};

use super::{State, Subscription};

/// The longest time between two attempts.
const LONGEST_WAIT: Duration = Duration::hours(6);

/// What to do next with a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Ask CPR to follow. Asking twice is no harm.
    Subscribe,
    /// Ask CPR to stop.
    Unsubscribe,
    /// Nothing to ask: CPR never followed. What is written here comes to its end.
    Close,
}

/// The step that leads from what CPR has confirmed to what is wanted; `None`: there is none, or not yet.
///
/// `successor_confirmed`: CPR has confirmed the number that it gave the person instead (where there is one). `by_hand`:
/// somebody asks for it, so whatever waits for its time is due now.
pub fn next_step(
    wanted: bool,
    subscription: &Subscription,
    successor_confirmed: bool,
    now: DateTime<Utc>,
    by_hand: bool,
) -> Option<Step> {
    let due = match &subscription.failure {
        None => true,
        // Refused until the configuration changes: whoever knows the configuration decides whether to ask at all.
        Some(failure) => by_hand || failure.next_attempt_at.is_none_or(|at| at <= now),
    };
    match (wanted, subscription.state) {
        (true, State::None | State::Ended | State::Ending) => Some(Step::Subscribe),
        (true, State::Requested) => due.then_some(Step::Subscribe),
        (true, State::Active | State::Failed) | (false, State::None | State::Ended) => None,
        (false, State::Failed) => Some(Step::Close),
        // Of a double number the other one comes first: nobody is lost in between.
        (false, _) if subscription.moved_to.is_some() && !successor_confirmed => None,
        (false, State::Active) => Some(Step::Unsubscribe),
        // Whether the question reached CPR is not known, so it is told to stop.
        (false, State::Requested) => Some(Step::Unsubscribe),
        (false, State::Ending) => due.then_some(Step::Unsubscribe),
    }
}

/// When to ask again after so many attempts in vain: a minute later, two, four … up to six hours.
pub fn next_attempt(attempts: u32, at: DateTime<Utc>) -> DateTime<Utc> {
    let minutes = 1_i32.checked_shl(attempts.saturating_sub(1).min(16)).unwrap_or(i32::MAX);
    at + LONGEST_WAIT.min(Duration::minutes(minutes.into()))
}
