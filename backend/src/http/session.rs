//! Who am I, and what may I.

use actix_web::{HttpResponse, get, web};
use openapi::problem::Problem;
use openapi::session::{CallerKind, Session};

use super::Http;
use super::caller::{Allowed, Anybody, Demand, ReadCases, ReadParties};
use super::problem::Failure;
use crate::domain::caller;

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
pub async fn get_session(allowed: Allowed<Anybody>, house: web::Data<Http>) -> Result<HttpResponse, Failure> {
    let caller = allowed.context().caller;
    Ok(HttpResponse::Ok().json(Session {
        may_read_parties: ReadParties::allows(&caller, &house),
        may_read_cases: ReadCases::allows(&caller, &house),
        subject: caller.subject,
        name: caller.name,
        kind: match caller.kind {
            caller::CallerKind::Person => CallerKind::Person,
            caller::CallerKind::System => CallerKind::System,
        },
        on_behalf_of: caller.on_behalf_of,
        privileges: caller.privileges.into_iter().collect(),
    }))
}
