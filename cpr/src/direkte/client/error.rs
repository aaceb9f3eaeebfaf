//! What can go wrong between us and CPR Direkte, and what a caller can do about it.

use std::time::Duration;

use crate::direkte::{Malformed, Refusal, RefusalKind};

/// Why a call has no answer. Names nothing that was asked and nothing that was answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DirekteError {
    /// No connection, no trust in who answered, or it broke.
    #[error("CPR Direkte cannot be reached: {0}")]
    Unreachable(&'static str),
    /// No complete answer in time.
    #[error("CPR Direkte gave no complete answer in time")]
    Timeout,
    /// The last attempts failed; nothing was sent. It is tried again after this time, which is never above 30 s.
    #[error("CPR Direkte is not tried again yet, {0:?} to go")]
    Paused(Duration),
    /// The answer is none of CPR Direkte.
    #[error("the answer of CPR Direkte cannot be read: {0}")]
    Malformed(#[from] Malformed),
    /// CPR refused, with one of its numbers.
    #[error("CPR Direkte refuses: {0}")]
    Refused(#[from] Refusal),
    /// A replacement number was to be sent. CPR has none, so nothing was sent.
    #[error("a replacement number is never sent to CPR")]
    ReplacementNumber,
    /// The file of the password could not be read or written.
    #[error("the password file cannot be used: {0}")]
    PasswordFile(std::io::ErrorKind),
    /// The password in the file cannot be one of CPR Direkte; nothing was sent.
    #[error("a password of CPR Direkte has exactly eight characters")]
    PasswordForm,
}

impl DirekteError {
    /// CPR's number of the refusal in two digits, if it is one.
    #[must_use]
    pub fn number(&self) -> Option<String> {
        match self {
            Self::Refused(refusal) => Some(format!("{:02}", refusal.number())),
            _ => None,
        }
    }

    /// What a caller can do about it.
    #[must_use]
    pub fn kind(&self) -> RefusalKind {
        match self {
            Self::Unreachable(_) | Self::Timeout | Self::Paused(_) | Self::Malformed(_) => RefusalKind::Later,
            Self::Refused(refusal) => refusal.kind(),
            Self::ReplacementNumber => RefusalKind::Number,
            Self::PasswordFile(_) | Self::PasswordForm => RefusalKind::Configuration,
        }
    }
}
