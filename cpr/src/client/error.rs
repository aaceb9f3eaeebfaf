//! What can go wrong between us and CPR, and what a caller can do about it.

use std::time::Duration;

use crate::gctp::{FieldError, MessageError, Refusal, RefusalGroup, SignOnRefusal};

/// Why a question got no answer. Names nothing that was asked and nothing that was answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// CPR could not be reached, or did not answer as CPR does.
    #[error("CPR is unavailable: {0}")]
    Unavailable(#[from] Unavailable),
    /// The security system refused our user. Unless the reason passes by itself, nothing more is sent until the
    /// password file changes (or, with a fixed password, until the server is started with another one): the fifth wrong
    /// password locks the organisation's user.
    #[error("CPR refuses our user: {0}")]
    SignOn(SignOnRefusal),
    /// The service refused the question.
    #[error("CPR refuses the question: {0}")]
    Refused(#[from] Refusal),
    /// A replacement number was to be sent. CPR has none, so nothing was sent.
    #[error("a replacement number is never sent to CPR")]
    ReplacementNumber,
    /// The password file could not be used.
    #[error("the password file: {step}: {kind}")]
    PasswordFile {
        /// What was tried.
        step: &'static str,
        /// How it failed.
        kind: std::io::ErrorKind,
    },
}

/// Why CPR is unavailable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// No connection, or it broke.
    #[error("the connection failed")]
    Network,
    /// No complete answer within the time of a call.
    #[error("no complete answer in time")]
    Timeout,
    /// An HTTP status other than 200; CPR answers its own refusals with 200.
    #[error("HTTP status {0}")]
    Status(u16),
    /// The answer was longer than any message of CPR, and was not read to its end.
    #[error("the answer is too long")]
    TooLong,
    /// The answer was no message, or one about something else.
    #[error("the answer cannot be understood: {0}")]
    Garbled(#[from] Garbled),
    /// CPR reports a technical error of its own (receipt `System` or `Dump`, 999).
    #[error("CPR reports a technical error")]
    Technical,
    /// The last attempts failed; nothing was sent. It is tried again after this time, which is never above 30 s.
    #[error("not tried again yet, {0:?} to go")]
    Paused(Duration),
}

/// What is wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Garbled {
    /// The bytes are no message.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// A field has another form than its column expects.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The answer belongs to another question.
    #[error("expected {0}")]
    Mismatch(&'static str),
}

/// What a caller can do about a [`ClientError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Try again later.
    Unavailable,
    /// Somebody must act: user locked, password wrong or expired, address not approved, no such right.
    Refused,
    /// The user has no access to this one service (1035 and its like), now or at all.
    NoAccess,
    /// The person is not in CPR.
    NotFound,
    /// A value of the question is invalid.
    InvalidKey,
    /// The criteria are not enough to search by.
    InsufficientCriteria,
}

impl ClientError {
    /// What a caller can do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            // CPR lets public customers in from approved addresses only; who is not gets no GCTP answer.
            Self::Unavailable(Unavailable::Status(401 | 403)) => ErrorKind::Refused,
            Self::Unavailable(_) | Self::SignOn(SignOnRefusal::TokenUnknown | SignOnRefusal::ServerError) => {
                ErrorKind::Unavailable
            }
            Self::SignOn(_) | Self::PasswordFile { .. } => ErrorKind::Refused,
            Self::ReplacementNumber => ErrorKind::InvalidKey,
            Self::Refused(refusal) => match refusal.group() {
                RefusalGroup::NotFound => ErrorKind::NotFound,
                RefusalGroup::InvalidKey => ErrorKind::InvalidKey,
                RefusalGroup::InsufficientCriteria => ErrorKind::InsufficientCriteria,
                RefusalGroup::NoAccess | RefusalGroup::Closed => ErrorKind::NoAccess,
                RefusalGroup::Technical => ErrorKind::Unavailable,
                RefusalGroup::Unknown => ErrorKind::Refused,
            },
        }
    }

    /// CPR's number of the refusal, if it has one.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        match self {
            Self::SignOn(refusal) => refusal.number(),
            Self::Refused(refusal) => refusal.number(),
            Self::Unavailable(_) | Self::ReplacementNumber | Self::PasswordFile { .. } => None,
        }
    }

    /// Whether the same question can succeed later without anybody's doing.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.kind() == ErrorKind::Unavailable
            || matches!(self, Self::Refused(Refusal::ClosedNow | Refusal::ClosedOutsideHours))
    }
}

impl From<Garbled> for ClientError {
    fn from(garbled: Garbled) -> Self {
        Self::Unavailable(garbled.into())
    }
}

impl From<FieldError> for ClientError {
    fn from(error: FieldError) -> Self {
        Garbled::from(error).into()
    }
}
