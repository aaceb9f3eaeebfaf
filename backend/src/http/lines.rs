//! Lines of a file: one resource input each, as the API takes it.

use openapi::case::CaseInput;
use openapi::party::PartyInput;
use openapi::problem::{Problem, ProblemCode};

use super::body::from_json;
use super::problem::Failure;
use super::{case, party};
use crate::actions;
use crate::domain::input::{RawCase, RawParty};

/// A party.
///
/// # Errors
/// What the API would answer.
pub fn party(line: &[u8]) -> Result<RawParty, Box<Problem>> {
    from_json::<PartyInput>(line).map(party::contract::raw_party).map_err(|failure| failure.problem().into())
}

/// A case with its number.
///
/// # Errors
/// What the API would answer.
pub fn case(line: &[u8]) -> Result<RawCase, Box<Problem>> {
    from_json::<CaseInput>(line).map(case::raw_case).map_err(|failure| failure.problem().into())
}

/// What the API would answer.
pub fn problem(error: actions::Error) -> Problem {
    Failure::from(error).problem()
}

/// A line that is longer than the API would take.
pub fn too_long() -> Box<Problem> {
    Failure::new(ProblemCode::PayloadTooLarge, "En linje må højst fylde 1 MiB.").problem().into()
}
