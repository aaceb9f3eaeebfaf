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

/// What kind of use an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// A list or a search: its result count is hits, none of which was opened.
    Search,
    /// A record was opened.
    Read,
    /// A question to CPR.
    Lookup,
    /// Something new.
    Create,
    /// Something was changed, or set going.
    Change,
    /// Something was removed.
    Delete,
    /// A hidden address was shown.
    Reveal,
    /// Data left the house as a whole.
    Extract,
    /// The log was read.
    Log,
    /// The house did it by itself.
    Job,
}

impl Use {
    /// The kind of an operation, by its verb; what has none of ours is a job's.
    pub fn of(operation: &str) -> Use {
        const VERBS: [(&str, Use); 16] = [
            ("list_", Use::Search),
            ("search_", Use::Search),
            ("get_", Use::Read),
            ("look_up_", Use::Lookup),
            ("find_", Use::Lookup),
            ("preview_", Use::Lookup),
            ("fetch_", Use::Lookup),
            ("create_", Use::Create),
            ("resolve_", Use::Create),
            ("upload_", Use::Create),
            ("put_", Use::Change),
            ("update_", Use::Change),
            ("retry_", Use::Change),
            ("start_", Use::Change),
            ("delete_", Use::Delete),
            ("reveal_", Use::Reveal),
        ];
        if operation.contains("_subject_report") {
            Use::Extract
        } else if operation.contains("_audit_") && !operation.starts_with("close_") && !operation.starts_with("purge_")
        {
            Use::Log
        } else {
            VERBS.iter().find(|(verb, _)| operation.starts_with(verb)).map_or(Use::Job, |(_, of)| *of)
        }
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
    /// What the actor's token says of who it is: subject and name. Not kept; compared with whose the cases of the party are.
    /// Empty for what is nobody's, as a job.
    pub actor_names: Vec<String>,
    /// Whether the party was on a case that the actor was responsible for, as it was found when this was stored; `None` where
    /// no party was known or nobody asked.
    pub case_relation: Option<bool>,
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

/// A row of one of the log's chains, by which everything before it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The chain's number.
    pub chain: i64,
    /// The row's position in it, from 1; 0 before the first row.
    pub position: i64,
    /// Its hash.
    pub hash: [u8; 32],
    /// When it was written.
    pub at: DateTime<Utc>,
}

/// What is wrong with a row of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It, or the head of its chain, does not say what was written.
    Altered,
    /// It is not there.
    Removed,
    /// No server wrote it.
    Inserted,
    /// It stands elsewhere in the log than where it was written.
    Moved,
}

/// The first row that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The chain, where the row has one.
    pub chain: Option<i64>,
    /// Its position there; `None`: the head of the chain itself.
    pub position: Option<i64>,
    /// The entry, as it stands there.
    pub id: Option<Uuid>,
    /// When it was written, as it stands there or outside.
    pub at: Option<DateTime<Utc>>,
    /// What is wrong.
    pub fault: Fault,
}

impl Broken {
    /// The head of a chain.
    pub fn chain(number: i64, fault: Fault) -> Broken {
        Broken { chain: Some(number), position: None, id: None, at: None, fault }
    }

    /// A row of which nothing more is known.
    pub fn row(number: i64, position: i64, fault: Fault) -> Broken {
        Broken { position: Some(position), ..Broken::chain(number, fault) }
    }
}

/// Rows that were there before the log had chains. That nobody changed them since they got their places can be told, and
/// nothing of the time before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// How many.
    pub rows: i64,
    /// When they got their places.
    pub placed_at: DateTime<Utc>,
}

/// What reading the whole log has shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Rows that are what was written.
    pub checked: i64,
    /// Chains that were read to their heads.
    pub chains: i64,
    /// The first row that is not; `None`: there is none.
    pub first_broken: Option<Broken>,
    /// Rows from before there were chains.
    pub earlier: Option<Earlier>,
    /// How many rows were deleted by age.
    pub removed: i64,
    /// All of them were older than this.
    pub removed_until: Option<DateTime<Utc>>,
    /// How many places that were told outside were found again; `None`: none are kept where we can read them.
    pub anchors: Option<i64>,
    /// Lines among them that could not be read.
    pub unreadable_anchors: i64,
}
