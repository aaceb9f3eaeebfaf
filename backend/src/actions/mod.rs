//! What can be done: one function an operation, one transaction inside one audit entry.
//!
//! An operation that changes something or asks CPR opens its entry (*intent*) in a transaction of its own before it begins,
//! and closes it (*outcome*) in the transaction of the act, or in one of its own when the act did not succeed. No intent, no
//! act. A question to CPR lies between two transactions, never inside one. Reading our own store writes one row, committed
//! before the answer leaves.

pub mod audit;
pub mod case;
pub mod event;
pub mod find;
pub mod party;
pub mod person;
mod repeat;

use std::sync::Arc;

use aws_lc_rs::hmac;
use cpr::PersonalNumber;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::SharedClock;
use crate::config::RequireReason;
use crate::domain::audit::{Ending, Intent, Outcome};
use crate::domain::caller::Caller;
use crate::domain::input::{Faults, FieldFault};
use crate::domain::protection::{self, PartyView};
use crate::registry::{Keep, Registry, RegistryError, State};
use crate::store::audit::Row;
use crate::store::{self, Database, Write};

pub use repeat::Idempotency;

/// What an installation has decided.
#[derive(Clone)]
pub struct Policy {
    /// How protected persons are shown.
    pub protection: protection::Policy,
    /// When a look-up needs a reason.
    pub require_reason: RequireReason,
    /// Whether CPR lets us search by name and address.
    pub finds: bool,
    /// What is stored of a person.
    pub keep: Keep,
    /// The key of the digest of personal numbers; `None`: made once and kept in the database.
    pub digest_key: Option<Vec<u8>>,
}

/// The circumstances of an operation.
#[derive(Clone)]
pub struct Context {
    /// Who.
    pub caller: Caller,
    /// What, by the name of the operation.
    pub operation: &'static str,
    /// The request id.
    pub trace_id: String,
    /// Why, in the caller's words.
    pub reason: Option<String>,
    /// For which case.
    pub case_number: Option<String>,
    /// The caller may send the request again.
    pub idempotency: Option<Idempotency>,
}

/// Why an operation did not succeed. Nothing here holds a personal number, a name or an address.
#[derive(Clone, Serialize, Deserialize)]
pub enum Error {
    /// Nothing there.
    NotFound,
    /// The caller may not, for this Danish reason.
    Forbidden(String),
    /// The state of things forbids it, for this Danish reason.
    Conflict(String),
    /// Switched off or not configured, in Danish.
    NotAvailableHere(String),
    /// Somebody else was first; the party as it is now, where it still is.
    #[serde(skip)]
    Stale(Option<Box<PartyView>>),
    /// Wrong input.
    Invalid(Vec<FieldFault>),
    /// Not a personal number that CPR can be asked about, at this place of the request.
    PersonalNumberInvalid(String),
    /// Another party (this one) holds the number.
    PersonalNumberInUse(Option<Uuid>),
    /// Finding needs name, line 1 and postal code.
    NameAndAddressRequired,
    /// This installation wants a reason.
    ReasonRequired,
    /// The place in the feed lies before what is still kept, which begins here.
    CursorExpired {
        /// The first event that is still kept.
        oldest: Option<i64>,
    },
    /// The `Idempotency-Key` was used for another request.
    IdempotencyMismatch,
    /// CPR does not know the number.
    CprPersonNotFound,
    /// CPR has too many hits.
    CprTooManyHits,
    /// CPR wants more or better criteria.
    CprCriteriaInsufficient,
    /// CPR does not answer.
    CprUnavailable,
    /// CPR refuses us.
    CprRefused,
    /// The database is away, full or read-only.
    Unavailable,
    /// Our fault; for the log.
    Internal(String),
}

impl Error {
    /// The code of the problem, as the audit log and the contract name it.
    pub fn code(&self) -> &'static str {
        match self {
            Error::NotFound => "not-found",
            Error::Forbidden(_) => "forbidden",
            Error::Conflict(_) => "conflict",
            Error::NotAvailableHere(_) => "not-available-here",
            Error::Stale(_) => "stale",
            Error::Invalid(_) => "invalid-input",
            Error::PersonalNumberInvalid(_) => "personal-number-invalid",
            Error::PersonalNumberInUse(_) => "personal-number-in-use",
            Error::NameAndAddressRequired => "name-and-address-required",
            Error::ReasonRequired => "reason-required",
            Error::CursorExpired { .. } => "cursor-expired",
            Error::IdempotencyMismatch => "idempotency-mismatch",
            Error::CprPersonNotFound => "cpr-person-not-found",
            Error::CprTooManyHits => "cpr-too-many-hits",
            Error::CprCriteriaInsufficient => "cpr-criteria-insufficient",
            Error::CprUnavailable => "cpr-unavailable",
            Error::CprRefused => "cpr-refused",
            Error::Unavailable => "unavailable",
            Error::Internal(_) => "internal",
        }
    }

    /// One wrong field.
    pub fn field(pointer: &str, detail: &str) -> Error {
        Error::Invalid(vec![FieldFault::new(pointer, detail)])
    }

    /// The outcome that the audit log shows.
    fn outcome(&self) -> Outcome {
        match self {
            Error::Forbidden(_) => Outcome::Refused,
            _ => Outcome::Failed,
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Error {
        use store::{Conflict, Error as Store};
        match error {
            Store::Conflict(Conflict::PersonalNumber) => Error::PersonalNumberInUse(None),
            Store::Conflict(Conflict::ExternalId) => {
                Error::Conflict("En anden part har allerede dette eksterne id.".to_owned())
            }
            Store::Conflict(Conflict::PartyOnCase) => {
                Error::Conflict("Parten står på en sag og kan derfor ikke slettes.".to_owned())
            }
            Store::Conflict(Conflict::CaseNumber | Conflict::Key) => {
                Error::Conflict("Den samme oplysning blev oprettet af en anden samtidig. Prøv igen.".to_owned())
            }
            Store::Stale => Error::Stale(None),
            Store::Missing => Error::NotFound,
            Store::Place => Error::field("/cursor", "Stedet i listen kan ikke bruges."),
            Store::Unavailable(cause) => {
                tracing::warn!(%cause, "the database is not available");
                Error::Unavailable
            }
            Store::Internal(cause) => Error::Internal(cause),
        }
    }
}

impl From<RegistryError> for Error {
    fn from(error: RegistryError) -> Error {
        match error {
            RegistryError::NotFound => Error::CprPersonNotFound,
            RegistryError::NumberInvalid => Error::PersonalNumberInvalid("/personalNumber".to_owned()),
            RegistryError::TooManyHits => Error::CprTooManyHits,
            RegistryError::CriteriaInsufficient { .. } => Error::CprCriteriaInsufficient,
            RegistryError::Unavailable { .. } => Error::CprUnavailable,
            RegistryError::Refused { .. } => Error::CprRefused,
        }
    }
}

impl From<Faults> for Error {
    fn from(faults: Faults) -> Error {
        match faults.0.as_slice() {
            [only] if only.personal_number_invalid => Error::PersonalNumberInvalid(only.pointer.clone()),
            _ => Error::Invalid(faults.0),
        }
    }
}

/// Everything that can be done, and what it is done with.
pub struct Actions {
    database: Database,
    recorder: store::audit::Recorder,
    registry: Option<Arc<dyn Registry>>,
    policy: Policy,
    clock: SharedClock,
    digest_key: hmac::Key,
    news: tokio::sync::Notify,
}

/// Whether this process can serve; texts are Danish, `None` is good.
pub struct Readiness {
    /// What is wrong with the database.
    pub database_fault: Option<String>,
    /// What is wrong with CPR.
    pub cpr_fault: Option<String>,
}

/// Whom an operation is about.
#[derive(Default)]
struct About {
    party_id: Option<Uuid>,
    number: Option<PersonalNumber>,
    criteria: Option<String>,
}

impl About {
    fn party(id: Uuid) -> About {
        About { party_id: Some(id), ..About::default() }
    }

    fn number(number: PersonalNumber) -> About {
        About { number: Some(number), ..About::default() }
    }

    fn criteria(criteria: impl Into<String>) -> About {
        About { criteria: Some(criteria.into()), ..About::default() }
    }
}

/// What the outcome of an act adds to its entry.
struct Summary {
    party_id: Option<Uuid>,
    count: i64,
}

impl Actions {
    /// The actions of this house.
    ///
    /// # Errors
    /// When the key of the digests cannot be read from or kept in the database.
    pub async fn new(
        database: Database,
        registry: Option<Arc<dyn Registry>>,
        policy: Policy,
        clock: SharedClock,
    ) -> Result<Actions, store::Error> {
        let key = match &policy.digest_key {
            Some(key) => key.clone(),
            None => {
                let mut fresh = [0; 32];
                aws_lc_rs::rand::fill(&mut fresh)
                    .map_err(|_| store::Error::Internal("the system has no randomness".to_owned()))?;
                store::secret::get_or_keep(&database, "audit-digest-key", &hex(&fresh)).await?.into_bytes()
            }
        };
        // Whoever records waits for the commit, so when the last request has been answered nothing is left in the recorder.
        let (recorder, _) = store::audit::Recorder::start(database.clone());
        Ok(Actions {
            recorder,
            database,
            registry,
            policy,
            clock,
            digest_key: hmac::Key::new(hmac::HMAC_SHA256, &key),
            news: tokio::sync::Notify::new(),
        })
    }

    /// Whether this process can serve.
    pub async fn readiness(&self) -> Readiness {
        let database_fault = self.database.ping().await.is_err().then(|| "Databasen svarer ikke.".to_owned());
        let cpr_fault = match &self.registry {
            None => None,
            Some(registry) => match registry.state().await {
                State::Ready => None,
                State::Unreachable => Some("CPR svarer ikke.".to_owned()),
                State::Refused => Some("CPR afviser myndighedens bruger. Se driftsvejledningen.".to_owned()),
            },
        };
        Readiness { database_fault, cpr_fault }
    }

    /// Notes an attempt that was refused at the door.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub async fn note_refusal(&self, context: &Context) -> Result<(), Error> {
        let intent = self.intent(context, About::default());
        let ending = Ending {
            at: intent.at,
            outcome: Outcome::Refused,
            problem: Some("forbidden".to_owned()),
            party_id: None,
            number_digest: None,
            result_count: None,
        };
        Ok(self.recorder.record(Row::Entry(intent, ending)).await?)
    }

    /// Housekeeping, to be called at an interval.
    pub async fn tidy(&self) {
        let now = self.clock.now();
        let swept = async {
            self.database.checkpoint().await?;
            let write = self.database.begin().await?;
            store::preview::purge(&write, now).await?;
            store::idempotency::purge(&write, now).await?;
            write.commit().await
        };
        if let Err(error) = swept.await {
            tracing::warn!(%error, "housekeeping did not succeed");
        }
    }

    /// Closes the database.
    pub async fn close(&self) {
        if let Err(error) = self.database.close().await {
            tracing::warn!(%error, "the database did not close cleanly");
        }
    }

    /// The keyed digest of a personal number: the log can be searched for a person without holding numbers.
    fn digest(&self, number: PersonalNumber) -> String {
        let tag = hmac::sign(&self.digest_key, number.digits().as_str().as_bytes());
        hex(tag.as_ref())
    }

    fn intent(&self, context: &Context, about: About) -> Intent {
        Intent {
            id: Uuid::now_v7(),
            at: self.clock.now(),
            actor: context.caller.subject.clone(),
            operation: context.operation.to_owned(),
            party_id: about.party_id,
            number_digest: about.number.map(|number| self.digest(number)),
            criteria: about.criteria,
            reason: context.reason.clone(),
            case_number: context.case_number.clone(),
            trace_id: context.trace_id.clone(),
        }
    }

    /// Reads our own store inside one audit row.
    async fn read<T>(
        &self,
        context: &Context,
        about: About,
        count: impl FnOnce(&T) -> i64,
        work: impl AsyncFnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        let intent = self.intent(context, about);
        let result = work().await;
        if matches!(result, Err(Error::Unavailable | Error::Internal(_))) {
            return result;
        }
        let ending = match &result {
            Ok(value) => Ending {
                at: self.clock.now(),
                outcome: Outcome::Succeeded,
                problem: None,
                party_id: None,
                number_digest: None,
                result_count: Some(count(value)),
            },
            Err(error) => self.failed(error),
        };
        self.recorder.record(Row::Entry(intent, ending)).await?;
        result
    }

    /// Opens an entry: from here on the act is known, whatever happens.
    async fn open(&self, context: &Context, about: About) -> Result<Intent, Error> {
        let intent = self.intent(context, about);
        self.recorder.record(Row::Intent(intent.clone())).await?;
        Ok(intent)
    }

    /// Does the act of an open entry in one transaction with its outcome; closes the entry when it does not succeed.
    async fn finish<T>(
        &self,
        context: &Context,
        opened: &Intent,
        work: impl AsyncFnOnce(&Write) -> Result<(T, Summary), Error>,
    ) -> Result<T, Error> {
        let result = self.try_finish(context, opened, work).await;
        if let Err(error) = &result {
            self.give_up(opened, error).await;
        }
        result
    }

    /// As [`Actions::finish`], but leaves the entry open when the act does not succeed: the caller tries again.
    async fn try_finish<T>(
        &self,
        context: &Context,
        opened: &Intent,
        work: impl AsyncFnOnce(&Write) -> Result<(T, Summary), Error>,
    ) -> Result<T, Error> {
        let write = self.database.begin().await?;
        let (value, summary) = work(&write).await?;
        if let (Some(idempotency), Some(party_id)) = (&context.idempotency, summary.party_id) {
            idempotency.complete(&write, &context.caller.subject, &Ok(party_id)).await?;
        }
        let ending = Ending {
            at: self.clock.now(),
            outcome: Outcome::Succeeded,
            problem: None,
            party_id: summary.party_id,
            number_digest: None,
            result_count: Some(summary.count),
        };
        store::audit::append(&write, &Row::Outcome(opened.id, ending)).await?;
        write.commit().await?;
        self.news.notify_waiters();
        Ok(value)
    }

    /// Closes an entry whose act was a question to CPR that stores nothing.
    async fn close_asked<T>(
        &self,
        opened: &Intent,
        result: Result<T, Error>,
        count: impl FnOnce(&T) -> i64,
    ) -> Result<T, Error> {
        match result {
            Ok(value) => {
                let ending = Ending {
                    at: self.clock.now(),
                    outcome: Outcome::Succeeded,
                    problem: None,
                    party_id: None,
                    number_digest: None,
                    result_count: Some(count(&value)),
                };
                self.recorder.record(Row::Outcome(opened.id, ending)).await?;
                Ok(value)
            }
            Err(error) => {
                self.give_up(opened, &error).await;
                Err(error)
            }
        }
    }

    /// Closes an entry whose act did not succeed. When even that fails the entry stays open, and shows as `unknown`.
    async fn give_up(&self, opened: &Intent, error: &Error) {
        if let Err(fault) = self.recorder.record(Row::Outcome(opened.id, self.failed(error))).await {
            tracing::warn!(%fault, trace_id = %opened.trace_id, "an audit entry could not be closed");
        }
    }

    fn failed(&self, error: &Error) -> Ending {
        Ending {
            at: self.clock.now(),
            outcome: error.outcome(),
            problem: Some(error.code().to_owned()),
            party_id: None,
            number_digest: None,
            result_count: None,
        }
    }

    /// An operation that changes something without asking CPR: open, act, close.
    async fn act<T>(
        &self,
        context: &Context,
        about: About,
        work: impl AsyncFnOnce(&Write) -> Result<(T, Summary), Error>,
    ) -> Result<T, Error> {
        let opened = self.open(context, about).await?;
        self.finish(context, &opened, work).await
    }

    /// CPR, where it is configured.
    fn cpr(&self) -> Result<&dyn Registry, Error> {
        self.registry
            .as_deref()
            .ok_or_else(|| Error::NotAvailableHere("Opslag i CPR er ikke sat op i denne installation.".to_owned()))
    }

    /// Whether the caller has said why, where this installation wants to know.
    fn check_reason(&self, context: &Context) -> Result<(), Error> {
        let required = match self.policy.require_reason {
            RequireReason::Never => false,
            RequireReason::WithoutCase => context.case_number.is_none(),
            RequireReason::Always => true,
        };
        if required && context.reason.is_none() { Err(Error::ReasonRequired) } else { Ok(()) }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
