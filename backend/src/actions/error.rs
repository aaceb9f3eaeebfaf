//! Why an operation did not succeed, in the house's own words; `http::problem` says it to callers.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::audit::Outcome;
use crate::domain::case::Case;
use crate::domain::input::{Faults, FieldFault};
use crate::domain::protection::PartyView;
use crate::domain::retention::Hold;
use crate::registry::RegistryError;
use crate::registry::delivery::SourceFault;
use crate::store;

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
    /// Somebody else was first; what is there now, where it still is.
    #[serde(skip)]
    Stale(Option<Current>),
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
    /// A change file that was sent in is not one that can be used, for this Danish reason.
    DeliveryRefused(String),
    /// Change files cannot be fetched from where they come.
    #[serde(skip)]
    DeliverySource(SourceFault),
    /// A purge deletes nothing until a person has looked.
    #[serde(skip)]
    PurgeHeld(Hold),
    /// The database is away, full or read-only.
    Unavailable,
    /// A run of a job has to end: its process stops, or another one has taken the job over.
    Interrupted,
    /// Our fault; for the log.
    Internal(String),
}

/// What somebody else wrote first.
#[derive(Clone)]
pub enum Current {
    /// The party as it is now.
    Party(Box<PartyView>),
    /// The case as it is now.
    Case(Box<Case>),
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
            Error::DeliveryRefused(_) => "delivery-refused",
            Error::DeliverySource(fault) => fault.code(),
            Error::PurgeHeld(hold) => hold.code(),
            Error::Unavailable => "unavailable",
            Error::Interrupted => "interrupted",
            Error::Internal(_) => "internal",
        }
    }

    /// Whether the same can succeed later without anybody changing anything.
    pub fn is_retryable(&self) -> bool {
        match self {
            Error::DeliverySource(fault) => fault.is_passing(),
            Error::Unavailable | Error::Interrupted | Error::CprUnavailable | Error::Stale(_) => true,
            _ => false,
        }
    }

    /// One wrong field.
    pub fn field(pointer: &str, detail: &str) -> Error {
        Error::Invalid(vec![FieldFault::new(pointer, detail)])
    }

    /// The outcome that the audit log shows.
    pub(super) fn outcome(&self) -> Outcome {
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

impl From<SourceFault> for Error {
    fn from(fault: SourceFault) -> Error {
        Error::DeliverySource(fault)
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
