//! What requests have in common: reasons, case numbers, repeatable requests.

use actix_web::{HttpRequest, web};

use super::problem::Failure;
use crate::actions::{self, Context, Idempotency};
use crate::domain::input;

/// The longest reason.
pub const MAX_REASON: usize = 500;

/// Puts why and for which case into the circumstances of an operation.
///
/// # Errors
/// 422 at `/reason` or `/caseNumber`.
pub fn because(mut context: Context, reason: Option<&str>, case_number: Option<&str>) -> Result<Context, Failure> {
    context.reason = input::line("/reason", reason, MAX_REASON).map_err(actions::Error::from)?;
    context.case_number = case_number
        .filter(|number| !number.trim().is_empty())
        .map(|number| input::case_number("/caseNumber", number))
        .transpose()
        .map_err(actions::Error::from)?;
    Ok(context)
}

/// Makes the operation repeatable when the request carries an `Idempotency-Key`. The same key with another operation, path
/// or body is another request.
///
/// # Errors
/// 422 for a key that is empty, too long, not plain text, or has the form of a personal number.
pub fn repeatable(mut context: Context, request: &HttpRequest, body: &web::Bytes) -> Result<Context, Failure> {
    let Some(value) = request.headers().get("Idempotency-Key") else { return Ok(context) };
    let key = value
        .to_str()
        .ok()
        .filter(|key| (1..=200).contains(&key.len()) && !input::looks_like_personal_number(key))
        .ok_or_else(|| Failure::field("", "Idempotency-Key skal være 1 til 200 almindelige tegn."))?;
    let mut digest = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for part in [context.operation.as_bytes(), request.path().as_bytes(), body] {
        digest.update(&(part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    let body_digest = digest.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    context.idempotency = Some(Idempotency { key: key.to_owned(), body_digest });
    Ok(context)
}
