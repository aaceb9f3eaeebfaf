//! Why an operation gave no answer.

use openapi::problem::{FieldError, Problem, ProblemCode};
use uuid::Uuid;

use crate::text;

/// Why an operation gave no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum ApiError {
    /// The server says no, and why.
    Problem(Box<Problem>),
    /// The server cannot be reached.
    Offline,
    /// The server's answer is not one of the contract's.
    Unreadable,
}

impl ApiError {
    /// What kind of failure it is, in a few words.
    pub fn title(&self) -> String {
        match self {
            ApiError::Problem(problem) => problem.title.clone(),
            ApiError::Offline => text::error::OFFLINE_TITLE.to_owned(),
            ApiError::Unreadable => text::error::UNREADABLE_TITLE.to_owned(),
        }
    }

    /// What went wrong this time.
    pub fn detail(&self) -> String {
        match self {
            ApiError::Problem(problem) => problem.detail.clone(),
            ApiError::Offline => text::error::OFFLINE.to_owned(),
            ApiError::Unreadable => text::error::UNREADABLE.to_owned(),
        }
    }

    /// Whether the same request can succeed later without anybody changing anything.
    pub fn retryable(&self) -> bool {
        match self {
            ApiError::Problem(problem) => problem.retryable,
            ApiError::Offline => true,
            ApiError::Unreadable => false,
        }
    }

    /// The problem's stable name.
    pub fn code(&self) -> Option<ProblemCode> {
        match self {
            ApiError::Problem(problem) => Some(problem.code),
            ApiError::Offline | ApiError::Unreadable => None,
        }
    }

    /// Which fields of the request are wrong.
    pub fn field_errors(&self) -> &[FieldError] {
        match self {
            ApiError::Problem(problem) => &problem.errors,
            ApiError::Offline | ApiError::Unreadable => &[],
        }
    }

    /// The party that holds the number, when that is the problem.
    pub fn held_by(&self) -> Option<Uuid> {
        match self {
            ApiError::Problem(problem) => problem.party_id,
            ApiError::Offline | ApiError::Unreadable => None,
        }
    }

    /// What to tell those who can look into the log.
    pub fn trace_id(&self) -> Option<&str> {
        match self {
            ApiError::Problem(problem) => Some(&problem.trace_id),
            ApiError::Offline | ApiError::Unreadable => None,
        }
    }
}
