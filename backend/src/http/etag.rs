//! Entity tags of single resources: `"<version>.<digest of the rendered answer>"`.
//!
//! `If-None-Match` compares the whole tag, `If-Match` the version only: whoever edits may do so as long as nobody wrote, even
//! when something that is only shown (a stamp, the wording of a message) has changed.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use openapi::problem::ProblemCode;
use serde::Serialize;

use super::problem::Failure;
use crate::actions;

/// The entity tag of a value, and the value as JSON.
///
/// # Errors
/// When the value cannot be written as JSON.
pub fn tag(version: i64, value: &impl Serialize) -> Result<(String, Vec<u8>), Failure> {
    let body = serde_json::to_vec(value).map_err(|error| actions::Error::Internal(error.to_string()))?;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &body);
    let hex: String = digest.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((format!("\"{version}.{hex}\""), body))
}

/// The answer with its entity tag; 304 when the caller has it already.
///
/// # Errors
/// When the value cannot be written as JSON.
pub fn answer(
    request: &HttpRequest,
    status: StatusCode,
    version: i64,
    value: &impl Serialize,
) -> Result<HttpResponse, Failure> {
    let (etag, body) = tag(version, value)?;
    let is_read = request.method().is_safe();
    let known = request
        .headers()
        .get_all(header::IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim() == "*" || tag.trim().trim_start_matches("W/") == etag);
    if is_read && known {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, etag)).finish());
    }
    Ok(HttpResponse::build(status).insert_header((header::ETAG, etag)).content_type("application/json").body(body))
}

/// What no version is: the first is 1.
const NO_VERSION: i64 = 0;

/// The version that `If-Match` names; `None` without the header or with `*`. A tag that is none of ours names no version, so
/// that whoever sends it learns the current one.
pub fn if_match(request: &HttpRequest) -> Option<i64> {
    let text = request.headers().get(header::IF_MATCH)?.to_str().unwrap_or_default().trim();
    if text == "*" {
        return None;
    }
    let version = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .and_then(|text| text.split('.').next())
        .and_then(|version| version.parse().ok());
    Some(version.unwrap_or(NO_VERSION))
}

/// The version that `If-Match` must name here.
///
/// # Errors
/// 428 without the header.
pub fn required_if_match(request: &HttpRequest) -> Result<Option<i64>, Failure> {
    if !request.headers().contains_key(header::IF_MATCH) {
        return Err(Failure::new(
            ProblemCode::PreconditionRequired,
            "Angiv i If-Match hvilken version du ændrer: ETag fra det seneste svar.",
        ));
    }
    Ok(if_match(request))
}

/// `If-None-Match: *`: only if there is nothing yet.
pub fn only_if_new(request: &HttpRequest) -> bool {
    request
        .headers()
        .get(header::IF_NONE_MATCH)
        .is_some_and(|value| value.to_str().is_ok_and(|text| text.trim() == "*"))
}
