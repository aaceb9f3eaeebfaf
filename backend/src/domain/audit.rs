//! The audit log (*loggen*): who did what to whom, when and why.
//!
//! An operation that changes something or asks CPR is two rows, *intent* before and *outcome* after; reading our own store,
//! and a refusal, is one row.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Succeeded,
    /// The caller was not allowed to.
    Refused,
    /// It was tried and did not succeed.
    Failed,
    /// It was begun and its end is not known (yet).
    Unknown,
}

impl Outcome {
    /// The name in the database and in the contract.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Succeeded => "succeeded",
            Outcome::Refused => "refused",
            Outcome::Failed => "failed",
            Outcome::Unknown => "unknown",
        }
    }

    /// The outcome with this name.
    pub fn from_name(name: &str) -> Option<Outcome> {
        [Outcome::Succeeded, Outcome::Refused, Outcome::Failed, Outcome::Unknown].into_iter().find(|o| o.name() == name)
    }
}

/// What an operation is about: everything that is known when it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Intent {
    /// The entry's key.
    pub id: Uuid,
    /// When it began.
    pub at: DateTime<Utc>,
    /// The token's subject.
    pub actor: String,
    /// The person for whom the actor, a system, did it.
    pub on_behalf_of: Option<String>,
    /// The name of the operation.
    pub operation: String,
    /// The party, where one is concerned.
    pub party_id: Option<Uuid>,
    /// Keyed digest of the personal number, where one is concerned.
    pub number_digest: Option<String>,
    /// Which criteria a search has, never the value of a name or an address.
    pub criteria: Option<String>,
    /// The reason that the caller gave.
    pub reason: Option<String>,
    /// The case that it is for.
    pub case_number: Option<String>,
    /// The request id.
    pub trace_id: String,
}

impl Intent {
    /// Who is behind it: the person for whom a system acted, else the actor.
    pub fn who(&self) -> &str {
        self.on_behalf_of.as_deref().unwrap_or(&self.actor)
    }
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ending {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// How.
    pub outcome: Outcome,
    /// With `Refused` and `Failed`: the code of the problem.
    pub problem: Option<String>,
    /// The party, where it is known only now (a party that was created or found).
    pub party_id: Option<Uuid>,
    /// Keyed digest of a personal number, where it is known only now (the number that a party lost).
    pub number_digest: Option<String>,
    /// How many records were handed out or changed.
    pub result_count: Option<i64>,
}

/// An entry of the log: an intent and, where it is known, its ending.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What it is about.
    pub intent: Intent,
    /// How it ended.
    pub ending: Option<Ending>,
}

impl Entry {
    /// Keyed digest of the personal number that it is about.
    pub fn number_digest(&self) -> Option<&str> {
        let ending = || self.ending.as_ref()?.number_digest.as_deref();
        self.intent.number_digest.as_deref().or_else(ending)
    }
}

/// A person, as the log knows one: entries under one of the digests, and entries without any about one of the parties. An entry
/// about one of the parties under another digest is about somebody else, whose number the party had.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Subject {
    /// Keyed digests of the person's numbers, present and former.
    pub digests: Vec<String>,
    /// The parties that have one of the numbers.
    pub party_ids: Vec<Uuid>,
}

/// Criteria of the log; all given ones must match.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AuditCriteria {
    /// At or after this time.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub to: Option<DateTime<Utc>>,
    /// The token's subject.
    pub actor: Option<String>,
    /// The person for whom a system acted.
    pub on_behalf_of: Option<String>,
    /// The party.
    pub party_id: Option<Uuid>,
    /// Keyed digest of a personal number.
    pub number_digest: Option<String>,
    /// A person.
    pub subject: Option<Subject>,
    /// These entries.
    pub ids: Option<Vec<Uuid>>,
    /// The case.
    pub case_number: Option<String>,
    /// The name of the operation.
    pub operation: Option<String>,
    /// How it ended; `Unknown` matches entries without ending.
    pub outcome: Option<Outcome>,
}
