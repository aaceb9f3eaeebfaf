//! Asking CPR about one person: look-up, preview, fetch, and the CPR tab.

pub mod contract;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use openapi::cpr_tab::CprTab;
use openapi::party::Party;
use openapi::person::{FetchRequest, LookupAnswer, LookupRequest, Preview, PreviewRequest};
use openapi::problem::Problem;
use uuid::Uuid;

use super::body::{Body, Path};
use super::caller::{Allowed, AskCpr, ReadCprTab};
use super::problem::Failure;
use super::{Http, etag, input, party};
use crate::actions;
use crate::actions::person::Fetch;
use crate::domain;

/// The CPR tab of a party
///
/// What CPR knows of the person, section by section. A section that was not asked for, or that CPR refuses, says so. 200
/// with nothing fetched where CPR was never asked.
#[utoipa::path(
    tag = "CPR",
    operation_id = "get_party_cpr",
    params(("id" = Uuid, Path, description = "The party")),
    security(("bearer" = ["Opdater fra CPR"]), ("bearer" = ["Partsredaktør"])),
    responses(
        (status = 200, description = "The sections", body = CprTab),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such party", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/parties/{id}/cpr")]
pub async fn get_party_cpr(
    allowed: Allowed<ReadCprTab>,
    id: Path<Uuid>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let details = house.actions.get_party_cpr(&allowed.context(), id.0).await?;
    Ok(HttpResponse::Ok().json(contract::tab(details)))
}

/// What a fetch from CPR would change
///
/// Asks CPR and saves nothing. Pass `previewId` to `…/cpr/fetch` to apply exactly this answer.
#[utoipa::path(
    tag = "CPR",
    operation_id = "preview_party_cpr",
    params(("id" = Uuid, Path, description = "The party")),
    request_body = PreviewRequest,
    security(("bearer" = ["Opdater fra CPR"])),
    responses(
        (status = 200, description = "CPR's answer beside the party", body = Preview),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such party", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "CPR is not configured here", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "No number, a number that CPR cannot know or does not know, or a reason is missing", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "CPR does not answer, or refuses us", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/parties/{id}/cpr/preview")]
pub async fn preview_party_cpr(
    allowed: Allowed<AskCpr>,
    id: Path<Uuid>,
    house: web::Data<Http>,
    body: Body<PreviewRequest>,
) -> Result<HttpResponse, Failure> {
    let asked = body.value;
    let context = input::because(allowed.context(), asked.reason.as_deref(), asked.case_number.as_deref())?;
    let number = personal_number(asked.personal_number.as_deref())?;
    let preview = house.actions.preview_party_cpr(&context, id.0, number).await?;
    Ok(HttpResponse::Ok().json(contract::preview(preview)))
}

/// *Hent fra CPR*
///
/// Brings CPR's data to the party: asks CPR, or applies the answer of a preview. When CPR has given the person another number,
/// the party moves to it, unless another party holds it (`cpr.currentNumberHeldBy`). Giving the party the number of somebody
/// else takes both *Opdater fra CPR* and *Partsredaktør*. An answer that says nothing new moves `cpr.updatedAt` alone.
#[utoipa::path(
    tag = "CPR",
    operation_id = "fetch_party_cpr",
    params(
        ("id" = Uuid, Path, description = "The party"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to send again for 24 hours"),
    ),
    request_body = FetchRequest,
    security(("bearer" = ["Opdater fra CPR"])),
    responses(
        (status = 200, description = "The party as it is now; `ETag` is set", body = Party),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such party", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Another party has the number, or CPR is not configured here", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "The party has changed since it was read or previewed", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "No number, a number that CPR cannot know or does not know, or a reason is missing", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "CPR does not answer, or refuses us", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/parties/{id}/cpr/fetch")]
pub async fn fetch_party_cpr(
    allowed: Allowed<AskCpr>,
    request: HttpRequest,
    id: Path<Uuid>,
    house: web::Data<Http>,
    body: Body<FetchRequest>,
) -> Result<HttpResponse, Failure> {
    let asked = body.value;
    let context = input::because(allowed.context(), asked.reason.as_deref(), asked.case_number.as_deref())?;
    let context = input::repeatable(context, &request, &body.bytes)?;
    let fetch = Fetch {
        number: personal_number(asked.personal_number.as_deref())?,
        preview_id: asked.preview_id,
        keep: asked.keep.map(|fields| fields.into_iter().map(party::contract::keepable_from).collect()),
    };
    let version = etag::if_match(&request);
    let party = house.actions.fetch_party_cpr(&context, id.0, fetch, version).await?;
    etag::answer(&request, StatusCode::OK, party.version, &party::contract::party(party))
}

/// Look a person up in CPR
///
/// For integrations: the same as a fetch, without a party; nothing is stored but the audit entry.
#[utoipa::path(
    tag = "CPR",
    operation_id = "look_up_person",
    request_body = LookupRequest,
    security(("bearer" = ["Opdater fra CPR"])),
    responses(
        (status = 200, description = "The person", body = LookupAnswer),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "CPR is not configured here", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "No number, a number that CPR cannot know or does not know, or a reason is missing", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "CPR does not answer, or refuses us", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/cpr/lookup")]
pub async fn look_up_person(
    allowed: Allowed<AskCpr>,
    house: web::Data<Http>,
    body: Body<LookupRequest>,
) -> Result<HttpResponse, Failure> {
    let asked = body.value;
    let context = input::because(allowed.context(), asked.reason.as_deref(), asked.case_number.as_deref())?;
    let number = personal_number(asked.personal_number.as_deref())?
        .ok_or_else(|| Failure::field("/personalNumber", "Udfyld CPR-nummeret."))?;
    let person = house.actions.look_up_person(&context, number).await?;
    Ok(HttpResponse::Ok().json(LookupAnswer { person: contract::person(person) }))
}

/// A personal number in a request, where one is given.
pub fn personal_number(given: Option<&str>) -> Result<Option<cpr::PersonalNumber>, Failure> {
    Ok(domain::input::personal_number("/personalNumber", given).map_err(actions::Error::from)?)
}
