//! The chain of a task's deliveries: each names the production date of the one before it, so that a lost one is noticed.
//!
//! Whatever its turn, a delivery is judged by the dates inside it, never by its name or when it came.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{Reason, State};

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The date whose changes it holds.
    pub production_date: NaiveDate,
    /// The production date of the delivery before it, where it names one.
    pub previous: Option<NaiveDate>,
    /// It tells how persons are and not what changed: no event records. Such deliveries name themselves as the one before.
    pub is_status: bool,
}

/// How far a task has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// CPR's task.
    pub task_number: String,
    /// The production date of the newest delivery that was applied.
    pub last: NaiveDate,
    /// Since this production date none has been missing.
    pub unbroken_since: NaiveDate,
}

/// What is to be done with a delivery now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The task's first: applied; what it names as the one before cannot be checked.
    First,
    /// Follows the last one: applied.
    Next,
    /// Tells how persons are, and stands outside the chain of changes: applied.
    Status,
    /// An operator let it go: applied.
    Bridged,
    /// This very content was taken in before: skipped.
    AlreadyIngested,
    /// Other content for a date that was applied: waits.
    SameDate,
    /// Older than what was applied: refused.
    Older,
    /// Follows a delivery that was not applied: waits.
    Gap,
    /// Follows an older one than the last, or does not say: waits.
    Fork,
}

impl Verdict {
    /// Whether it is applied.
    pub const fn is_applied(self) -> bool {
        matches!(self, Verdict::First | Verdict::Next | Verdict::Status | Verdict::Bridged)
    }

    /// Why it is not.
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Verdict::SameDate => Some(Reason::SameDate),
            Verdict::Older => Some(Reason::Older),
            Verdict::Gap => Some(Reason::Gap),
            Verdict::Fork => Some(Reason::Fork),
            Verdict::First | Verdict::Next | Verdict::Status | Verdict::Bridged | Verdict::AlreadyIngested => None,
        }
    }
}

/// What was done before a delivery is judged.
#[derive(Debug, Clone, Copy, Default)]
pub struct Applied {
    /// This very content was taken in before.
    pub this_content: bool,
    /// Another content of the same production date was applied.
    pub this_date: bool,
    /// An operator lets this one go.
    pub bridged: bool,
}

/// The rule of the chain (CPR's start record, OPGAVENR, PRODDTO and PRODDTOFORRIG).
pub fn judge(chain: Option<&Chain>, link: &Link, before: Applied) -> Verdict {
    if before.this_content {
        return Verdict::AlreadyIngested;
    }
    let Some(chain) = chain else { return Verdict::First };
    let verdict = if before.this_date || link.production_date == chain.last {
        Verdict::SameDate
    } else if link.production_date < chain.last {
        Verdict::Older
    } else if link.previous == Some(chain.last) {
        Verdict::Next
    } else if link.is_status && link.previous == Some(link.production_date) {
        Verdict::Status
    } else if link.previous.is_some_and(|previous| previous > chain.last) {
        Verdict::Gap
    } else {
        Verdict::Fork
    };
    // An operator never makes older data win over newer.
    let may_bridge = verdict.reason().is_some_and(Reason::waits);
    if before.bridged && may_bridge { Verdict::Bridged } else { verdict }
}

impl Chain {
    /// The chain of the task when this delivery is applied too, and whether nothing is missing between.
    pub fn after(chain: Option<&Chain>, task_number: &str, link: &Link) -> Chain {
        let task_number = task_number.to_owned();
        match chain {
            None => {
                let unbroken_since = link.previous.unwrap_or(link.production_date);
                Chain { task_number, last: link.production_date, unbroken_since }
            }
            Some(chain) => Chain {
                task_number,
                last: link.production_date.max(chain.last),
                unbroken_since: if leaves_nothing_out(chain, link) {
                    chain.unbroken_since
                } else {
                    link.previous.unwrap_or(link.production_date)
                },
            },
        }
    }

    /// Whether a delivery is known to bring all that happened since the last one.
    pub fn is_unbroken_by(chain: Option<&Chain>, link: &Link) -> bool {
        chain.is_some_and(|chain| leaves_nothing_out(chain, link))
    }
}

/// A fork begins earlier than the last delivery and so brings all since; a status tells of those in it alone.
fn leaves_nothing_out(chain: &Chain, link: &Link) -> bool {
    link.production_date <= chain.last || link.previous.is_some_and(|previous| previous <= chain.last)
}

/// A delivery that has not been applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The key.
    pub id: Uuid,
    /// Where it stands.
    pub link: Link,
    /// `Received`, `Waiting` or `Applying`.
    pub state: State,
    /// Why it waits.
    pub reason: Option<Reason>,
    /// An operator lets it go.
    pub bridged: bool,
    /// A delivery of the same production date was applied.
    pub is_date_applied: bool,
}

/// What a delivery's state should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The delivery.
    pub id: Uuid,
    /// `Received` (its turn comes), `Waiting`, `Refused`, or `Applying` as it is.
    pub state: State,
    /// Why it waits or is refused.
    pub reason: Option<Reason>,
}

/// How the pending deliveries of one task stand, and which is to be applied now. They come in the order in which they were
/// taken in; they are judged by production date, each after those before it.
pub fn plan(chain: Option<&Chain>, pending: &[Pending]) -> (Option<Uuid>, Vec<Standing>) {
    let mut ordered: Vec<&Pending> = pending.iter().collect();
    // What was begun is ended first; the sort keeps the order of arrival within a date.
    ordered.sort_by_key(|delivery| (delivery.state != State::Applying, delivery.link.production_date));
    let mut chain = chain.cloned();
    let mut next = None;
    let mut standings = Vec::new();
    let mut foreseen = Vec::new();
    let mut standing_by: Vec<NaiveDate> = Vec::new();
    for delivery in ordered {
        let link = &delivery.link;
        let before = Applied {
            this_content: false,
            this_date: delivery.is_date_applied || foreseen.contains(&link.production_date),
            bridged: delivery.bridged,
        };
        let verdict = judge(chain.as_ref(), link, before);
        let (state, reason) = match (verdict, delivery.state) {
            (_, State::Applying) => (State::Applying, None),
            (verdict, _) if verdict.is_applied() => (State::Received, None),
            (Verdict::Gap, _) if link.previous.is_some_and(|previous| standing_by.contains(&previous)) => {
                (State::Waiting, Some(Reason::Behind))
            }
            (verdict, _) => match verdict.reason() {
                Some(reason) if reason.waits() => (State::Waiting, Some(reason)),
                reason => (State::Refused, reason),
            },
        };
        match state {
            State::Received | State::Applying => {
                next = next.or(Some(delivery.id));
                // The number of the task does not matter for what follows.
                chain = Some(Chain::after(chain.as_ref(), "", link));
                foreseen.push(link.production_date);
            }
            State::Waiting => standing_by.push(link.production_date),
            State::Applied | State::Refused => {}
        }
        standings.push(Standing { id: delivery.id, state, reason });
    }
    (next, standings)
}

/// A place where the chain of a task was broken and an operator went on, or where it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Break {
    /// The production date of the last delivery before it; `None` at the beginning.
    pub last_before: Option<NaiveDate>,
    /// Deliveries up to and with this production date are missing.
    pub missing_until: NaiveDate,
}

impl Break {
    /// The break that a delivery made which was applied after the one of `followed`; `None` where nothing is known to be
    /// missing. (The first delivery of a task names one before it; who was confirmed on that very day counts as covered.)
    pub fn of(followed: Option<NaiveDate>, link: &Link) -> Option<Break> {
        match followed {
            Some(last) => {
                let missing_until = link.previous.unwrap_or(link.production_date);
                (missing_until > last).then_some(Break { last_before: Some(last), missing_until })
            }
            None => {
                let missing_until = link.previous.filter(|previous| *previous < link.production_date)?.pred_opt()?;
                Some(Break { last_before: None, missing_until })
            }
        }
    }
}

/// How far a task has come and where it was broken: what freshness is computed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// The chain.
    pub chain: Chain,
    /// Its breaks, oldest first.
    pub breaks: Vec<Break>,
}

#[cfg(test)]
mod tests;
