//! Who am I, and what may I.

use actix_web::{HttpResponse, get};
use openapi::problem::Problem;
use openapi::session::Session;

use super::caller::{Allowed, Anybody};
use super::problem::Failure;

/// The caller, as the token says
///
/// Shows subject, name and privileges of the token that the request carries.
#[utoipa::path(
    tag = "Session",
    operation_id = "get_session",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The caller", body = Session),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/session")]
pub async fn get_session(allowed: Allowed<Anybody>) -> Result<HttpResponse, Failure> {
    let caller = allowed.caller;
    Ok(HttpResponse::Ok().json(Session {
        subject: caller.subject,
        name: caller.name,
        privileges: caller.privileges.into_iter().collect(),
    }))
}
