//! Following persons in CPR (*abonnement*): which case is a reason and until when, and where a subscription stands.
//!
//! A party is followed while at least one reason holds, and for no other cause (CPR Act § 31: the need is what allows it).
//! The rule is [`follow`], and there is no second one: the store keeps what it says with each case and compares dates.

mod step;

use chrono::{DateTime, Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Europe::Copenhagen;
use cpr::PersonalNumber;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::CaseStatus;
use super::party::PartyKind;

pub use step::{Step, next_attempt, next_step};

/// The `until` of what has no end in sight: an open case, or any case when all are followed.
pub const WITHOUT_END: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap();

/// Parties of which cases are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Open ones, and those closed recently.
    OpenAndRecentlyClosed,
    /// Any case.
    AllCases,
}

/// What an installation has decided about following.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowPolicy {
    /// Of which cases.
    pub scope: Scope,
    /// How many days after its closing a case is "recently closed".
    pub recently_closed_days: u32,
}

impl Scope {
    /// The name in the settings and in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Scope::OpenAndRecentlyClosed => "open-and-recently-closed",
            Scope::AllCases => "all-cases",
        }
    }
}

impl FollowPolicy {
    /// Names the decision: what was computed under another one has to be computed anew. The number in front rises when
    /// [`follow`] itself changes.
    pub fn fingerprint(&self) -> String {
        format!("1 {} {}", self.scope.name(), self.recently_closed_days)
    }
}

/// Why a party is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonKind {
    /// The case is open.
    OpenCase,
    /// The case was closed a short time ago.
    RecentlyClosedCase,
    /// The case is closed, and the parties of all cases are followed.
    AllCases,
}

/// What a case is to the following of its parties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Follow {
    /// As what.
    pub kind: ReasonKind,
    /// The last Danish calendar day on which it is a reason; may be long past.
    pub until: NaiveDate,
}

/// The one rule: why, and until when, a case lets its parties be followed.
///
/// "Recently closed" ends with the calendar day `recently_closed_days` after the day of closing, both as Danish clocks
/// show them.
pub fn follow(status: CaseStatus, policy: &FollowPolicy) -> Follow {
    match (status, policy.scope) {
        (CaseStatus::Open, _) => Follow { kind: ReasonKind::OpenCase, until: WITHOUT_END },
        (CaseStatus::Closed(_), Scope::AllCases) => Follow { kind: ReasonKind::AllCases, until: WITHOUT_END },
        (CaseStatus::Closed(at), Scope::OpenAndRecentlyClosed) => {
            let until = danish_date(at).checked_add_days(Days::new(policy.recently_closed_days.into()));
            let until = until.map_or(WITHOUT_END, |until| until.min(WITHOUT_END));
            Follow { kind: ReasonKind::RecentlyClosedCase, until }
        }
    }
}

/// The date in Denmark.
pub fn danish_date(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&Copenhagen).date_naive()
}

/// The moment at which a Danish calendar day is over.
pub fn end_of_day(day: NaiveDate) -> DateTime<Utc> {
    let next = day.succ_opt().unwrap_or(NaiveDate::MAX).and_time(chrono::NaiveTime::MIN);
    // Danish clocks change between two and three at night, so midnight is there, and once.
    Copenhagen.from_local_datetime(&next).earliest().map_or_else(|| next.and_utc(), |midnight| midnight.to_utc())
}

/// A reason that holds today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What kind.
    pub kind: ReasonKind,
    /// Which case.
    pub case_number: String,
    /// The last day on which it holds; [`WITHOUT_END`] as long as no end is known.
    pub until: NaiveDate,
}

/// A reason as a caller may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonView {
    /// What kind.
    pub kind: ReasonKind,
    /// Which case; `None` for somebody who may not read cases.
    pub case_number: Option<String>,
    /// The last day on which it holds; `None` as long as no end is known.
    pub until: Option<NaiveDate>,
}

impl ReasonView {
    /// The reason, without its case for somebody who may not read cases.
    pub fn of(reason: Reason, reads_cases: bool) -> ReasonView {
        ReasonView {
            kind: reason.kind,
            case_number: Some(reason.case_number).filter(|_| reads_cases),
            until: Some(reason.until).filter(|until| *until < WITHOUT_END),
        }
    }
}

/// A reason that holds or held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastReason {
    /// What kind.
    pub kind: ReasonKind,
    /// Which case.
    pub case_number: String,
    /// Since when.
    pub from: DateTime<Utc>,
    /// The last day on which it holds or was to hold.
    pub until: NaiveDate,
    /// When something ended it before that day was over.
    pub ended_at: Option<DateTime<Utc>>,
}

impl PastReason {
    /// When it ended; `None` while it holds.
    pub fn to(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.ended_at.or_else(|| (self.until < danish_date(now)).then(|| end_of_day(self.until)))
    }
}

/// Where a subscription stands with CPR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// CPR was never asked.
    None,
    /// CPR is being asked to follow.
    Requested,
    /// CPR follows.
    Active,
    /// CPR is being asked to stop.
    Ending,
    /// CPR has stopped.
    Ended,
    /// CPR refused for good.
    Failed,
}

impl State {
    /// Every state.
    pub const ALL: [State; 6] =
        [State::None, State::Requested, State::Active, State::Ending, State::Ended, State::Failed];

    /// The name in the database and in the contract.
    pub const fn name(self) -> &'static str {
        match self {
            State::None => "none",
            State::Requested => "requested",
            State::Active => "active",
            State::Ending => "ending",
            State::Ended => "ended",
            State::Failed => "failed",
        }
    }
}

/// What it takes for CPR to do what it refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retry {
    /// Time.
    Later,
    /// Another personal number.
    WhenNumberChanges,
    /// Other credentials, or another setting.
    WhenConfigurationChanges,
}

/// CPR did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// CPR's number, two digits, or `unreachable`.
    pub code: String,
    /// When it said so last.
    pub at: DateTime<Utc>,
    /// How often it was asked in vain.
    pub attempts: u32,
    /// When it is asked again; `None`: not by itself.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

/// How a number became one that nobody has any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MovedAs {
    /// CPR changed it (60), and has moved our subscription to the new one by itself.
    Changed,
    /// CPR deleted it because the person had two (50), and has not.
    Deleted,
}

/// A person's number that CPR gave up for another one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// The one that is nobody's any more.
    pub from: PersonalNumber,
    /// The person's number now.
    pub to: PersonalNumber,
    /// In which way.
    pub moved_as: MovedAs,
}

impl std::fmt::Debug for Moved {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Moved({:?})", self.moved_as)
    }
}

/// A subscription: one a personal number, however many parties and cases are the reason. A number without one has never been
/// asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Whom.
    pub number: PersonalNumber,
    /// The party for whose sake CPR was asked last; it may be gone.
    pub party_id: Uuid,
    /// Where it stands.
    pub state: State,
    /// When CPR was first asked to follow, this time round.
    pub requested_at: Option<DateTime<Utc>>,
    /// When CPR confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When CPR was first asked to stop.
    pub end_requested_at: Option<DateTime<Utc>>,
    /// When CPR confirmed that.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why CPR did not do what it was asked last.
    pub failure: Option<Failure>,
    /// The number that CPR gave the person instead.
    pub moved_to: Option<PersonalNumber>,
}

impl Subscription {
    /// CPR was never asked about this number.
    pub fn none(number: PersonalNumber, party_id: Uuid) -> Subscription {
        Subscription {
            number,
            party_id,
            state: State::None,
            requested_at: None,
            confirmed_at: None,
            end_requested_at: None,
            ended_at: None,
            failure: None,
            moved_to: None,
        }
    }

    /// Asked to follow; keeps since when, when it is asked again.
    #[must_use]
    pub fn request(&self, party_id: Uuid, at: DateTime<Utc>) -> Subscription {
        let again = self.state == State::Requested;
        Subscription {
            party_id,
            state: State::Requested,
            requested_at: self.requested_at.filter(|_| again).or(Some(at)),
            failure: self.failure.clone().filter(|_| again),
            ..Subscription::none(self.number, party_id)
        }
    }

    /// CPR follows.
    #[must_use]
    pub fn confirm(&self, at: DateTime<Utc>) -> Subscription {
        Subscription {
            state: State::Active,
            requested_at: self.requested_at.or(Some(at)),
            confirmed_at: self.confirmed_at.filter(|_| self.state == State::Active).or(Some(at)),
            end_requested_at: None,
            ended_at: None,
            failure: None,
            ..self.clone()
        }
    }

    /// Asked to stop; keeps since when, when it is asked again.
    #[must_use]
    pub fn request_end(&self, at: DateTime<Utc>) -> Subscription {
        let again = self.state == State::Ending;
        Subscription {
            state: State::Ending,
            end_requested_at: self.end_requested_at.filter(|_| again).or(Some(at)),
            failure: self.failure.clone().filter(|_| again),
            ..self.clone()
        }
    }

    /// CPR no longer follows.
    #[must_use]
    pub fn end(&self, at: DateTime<Utc>) -> Subscription {
        Subscription { state: State::Ended, ended_at: Some(at), failure: None, ..self.clone() }
    }

    /// CPR did not do it. Whoever asks to stop following somebody whom CPR does not know has what he wants: see
    /// [`Subscription::end`].
    #[must_use]
    pub fn fail(&self, code: &str, retry: Retry, at: DateTime<Utc>) -> Subscription {
        let attempts = self.failure.as_ref().map_or(0, |failure| failure.attempts).saturating_add(1);
        let for_good = retry == Retry::WhenNumberChanges;
        let next_attempt_at = (retry == Retry::Later).then(|| next_attempt(attempts, at));
        Subscription {
            state: if for_good { State::Failed } else { self.state },
            failure: Some(Failure { code: code.to_owned(), at, attempts, next_attempt_at }),
            ..self.clone()
        }
    }

    /// CPR gave the person another number. Of a changed one (60) CPR has moved our subscription by itself: here it is
    /// over, without a word to CPR. A deleted one (50) is ended when CPR has confirmed the other.
    #[must_use]
    pub fn moved(&self, moved: Moved, at: DateTime<Utc>) -> Subscription {
        let moved_to = Some(moved.to);
        match moved.moved_as {
            MovedAs::Changed if self.state != State::Ended => Subscription { moved_to, ..self.end(at) },
            _ => Subscription { moved_to, ..self.clone() },
        }
    }
}

/// How a party is followed, as far as every answer about the party tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Following {
    /// Where its subscription stands.
    pub state: State,
    /// Since when CPR follows, while it does.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The reasons that hold today, by case number.
    pub reasons: Vec<Reason>,
}

impl Following {
    /// Whether it is to be followed.
    pub fn is_wanted(&self) -> bool {
        !self.reasons.is_empty()
    }
}

/// Why a party is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSubscribed {
    /// No personal number.
    NoPersonalNumber,
    /// A replacement number.
    ReplacementNumber,
    /// A company.
    Company,
    /// On no case that would be a reason.
    NoCase,
    /// On such cases, but not to be followed because of any of them.
    OptedOut,
    /// CPR does not know the number.
    UnknownToCpr,
    /// CPR cannot be asked here.
    ChannelOff,
}

/// What [`not_subscribed_because`] goes by.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    /// Person or company.
    pub kind: PartyKind,
    /// The party's number.
    pub number: Option<PersonalNumber>,
    /// At least one reason holds.
    pub wanted: bool,
    /// The party is on a case that would be a reason, were it to be followed because of it.
    pub opted_out: bool,
    /// Where its subscription stands.
    pub state: State,
    /// CPR can be asked here.
    pub channel: bool,
}

/// Why a party is not followed, or is not to be any more; `None` when it is, or is about to be.
pub fn not_subscribed_because(it: &Circumstances) -> Option<NotSubscribed> {
    match it.number {
        _ if it.kind == PartyKind::Company => Some(NotSubscribed::Company),
        None => Some(NotSubscribed::NoPersonalNumber),
        Some(number) if number.is_replacement() => Some(NotSubscribed::ReplacementNumber),
        Some(_) if !it.wanted && it.opted_out => Some(NotSubscribed::OptedOut),
        Some(_) if !it.wanted => Some(NotSubscribed::NoCase),
        Some(_) if it.state == State::Active => None,
        Some(_) if it.state == State::Failed => Some(NotSubscribed::UnknownToCpr),
        Some(_) if !it.channel => Some(NotSubscribed::ChannelOff),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests;
