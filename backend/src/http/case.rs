//! Cases and who is party to them.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, delete, get, put, web};
use openapi::case::{
    Case, CaseInput, CaseListQuery, CaseParty, CasePartyInput, CaseRelationInput, CaseStatus, PartyCase,
};
use openapi::page::{Page, PageQuery};
use openapi::problem::Problem;
use uuid::Uuid;

use super::body::{Body, Path, Query};
use super::caller::{Allowed, ReadCaseParties, ReadCases, WriteCases};
use super::party::contract as party;
use super::problem::Failure;
use super::{Http, etag, input, paging};
use crate::actions::Context;
use crate::actions::case::{Expected, Related};
use crate::domain::input::{RawCase, RawCaseParty};
use crate::domain::protection::PartyView;
use crate::domain::{self};

/// The circumstances of an operation on one case, and the case's number as it is stored: the log finds it by the case.
/// What is escaped in a segment of a path: all but the unreserved characters of RFC 3986.
const RESERVED: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn about_case(context: Context, given: &str) -> Result<(Context, String), Failure> {
    let context = input::because(context, None, Some(given))?;
    let case_number = context.case_number.clone().ok_or_else(Failure::not_found)?;
    Ok((context, case_number))
}

/// List cases
///
/// By case number.
#[utoipa::path(
    tag = "Sager",
    operation_id = "list_cases",
    params(CaseListQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page of cases", body = Page<Case>),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A bad value in the query", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/cases")]
pub async fn list_cases(
    allowed: Allowed<ReadCases>,
    query: Query<CaseListQuery>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let page = paging::asked(query.0.limit, query.0.cursor)?;
    let criteria = domain::case::CaseCriteria {
        open: query.0.status.map(|status| status == CaseStatus::Open),
        updated_since: query.0.updated_since,
    };
    let cases = house.actions.list_cases(&allowed.context(), criteria, page).await?;
    Ok(HttpResponse::Ok().json(paging::answer(cases, contract)))
}

/// Read a case
///
/// The case, without its parties; they are a list of their own.
#[utoipa::path(
    tag = "Sager",
    operation_id = "get_case",
    params(
        ("caseNumber" = String, Path, description = "The case system's key"),
        ("If-None-Match" = Option<String>, Header, description = "An `ETag` that you have; 304 when it is the present one"),
    ),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The case; `ETag` is set", body = Case),
        (status = 304, description = "`If-None-Match` names the present one"),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such case", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/cases/{caseNumber}")]
pub async fn get_case(
    allowed: Allowed<ReadCases>,
    request: HttpRequest,
    case_number: Path<String>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let (context, case_number) = about_case(allowed.context(), &case_number.0)?;
    let found = house.actions.get_case(&context, &case_number).await?;
    etag::answer(&request, StatusCode::OK, found.version, &contract(found))
}

/// Write a case
///
/// Writes the case as the case system has it: what is left out is emptied, but for `parties`, which replaces everybody who is
/// party to it when it is there. What is already so changes nothing, so the case may be sent as often as one likes.
#[utoipa::path(
    tag = "Sager",
    operation_id = "put_case",
    params(
        ("caseNumber" = String, Path, description = "The case system's key"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version that was read"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: only if new"),
    ),
    request_body = CaseInput,
    security(("bearer" = ["Partsredaktør"]), ("bearer" = ["Sagsintegration"])),
    responses(
        (status = 200, description = "The case as it is now; `ETag` is set", body = Case),
        (status = 201, description = "The new case", body = Case),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "Somebody else was first", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Wrong input", body = Problem, content_type = "application/problem+json"),
    )
)]
#[put("/cases/{caseNumber}")]
pub async fn put_case(
    allowed: Allowed<WriteCases>,
    request: HttpRequest,
    case_number: Path<String>,
    house: web::Data<Http>,
    body: Body<CaseInput>,
) -> Result<HttpResponse, Failure> {
    let (context, case_number) = about_case(allowed.context(), &case_number.0)?;
    let expected = match etag::if_match(&request) {
        Some(version) => Expected::Version(version),
        None if request.headers().contains_key(header::IF_MATCH) => Expected::Something,
        None if etag::only_if_new(&request) => Expected::Nothing,
        None => Expected::Anything,
    };
    let (written, created) = house.actions.put_case(&context, &case_number, raw_case(body.value), expected).await?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    let mut answer = etag::answer(&request, status, written.version, &contract(written))?;
    if created {
        let segment = percent_encoding::utf8_percent_encode(&case_number, RESERVED);
        if let Ok(value) = header::HeaderValue::from_str(&format!("/api/v1/cases/{segment}")) {
            answer.headers_mut().insert(header::LOCATION, value);
        }
    }
    Ok(answer)
}

/// Delete a case
///
/// Its parties stay in the register.
#[utoipa::path(
    tag = "Sager",
    operation_id = "delete_case",
    params(("caseNumber" = String, Path, description = "The case system's key")),
    security(("bearer" = ["Partsredaktør"]), ("bearer" = ["Sagsintegration"])),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such case", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/cases/{caseNumber}")]
pub async fn delete_case(
    allowed: Allowed<WriteCases>,
    case_number: Path<String>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let (context, case_number) = about_case(allowed.context(), &case_number.0)?;
    house.actions.delete_case(&context, &case_number).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who is party to a case
///
/// Every party of the case with its roles, and whether it is to be followed because of the case.
#[utoipa::path(
    tag = "Sager",
    operation_id = "list_case_parties",
    params(("caseNumber" = String, Path, description = "The case system's key"), PageQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page of the case's parties", body = Page<CaseParty>),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such case", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/cases/{caseNumber}/parties")]
pub async fn list_case_parties(
    allowed: Allowed<ReadCaseParties>,
    case_number: Path<String>,
    query: Query<PageQuery>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let page = paging::asked(query.0.limit, query.0.cursor)?;
    let (context, case_number) = about_case(allowed.context(), &case_number.0)?;
    let parties = house.actions.list_case_parties(&context, &case_number, page).await?;
    Ok(HttpResponse::Ok().json(paging::answer(parties, case_party)))
}

/// Put a party on a case
///
/// Or change what it is to the case.
#[utoipa::path(
    tag = "Sager",
    operation_id = "put_case_party",
    params(
        ("caseNumber" = String, Path, description = "The case system's key"),
        ("partyId" = Uuid, Path, description = "The party"),
    ),
    request_body = CaseRelationInput,
    security(("bearer" = ["Partsredaktør"]), ("bearer" = ["Sagsintegration"])),
    responses(
        (status = 200, description = "What the party is to the case now", body = CaseParty),
        (status = 201, description = "The party is new on the case", body = CaseParty),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such case or party", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Wrong input", body = Problem, content_type = "application/problem+json"),
    )
)]
#[put("/cases/{caseNumber}/parties/{partyId}")]
pub async fn put_case_party(
    allowed: Allowed<WriteCases>,
    path: Path<(String, Uuid)>,
    house: web::Data<Http>,
    body: Body<CaseRelationInput>,
) -> Result<HttpResponse, Failure> {
    let (case_number, party_id) = path.0;
    let (context, case_number) = about_case(allowed.context(), &case_number)?;
    let roles = body.value.roles.unwrap_or_default();
    let subscribe = body.value.subscribe.unwrap_or(true);
    let (related, created) = house.actions.put_case_party(&context, &case_number, party_id, roles, subscribe).await?;
    let mut answer = if created { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.json(case_party(related)))
}

/// Take a party off a case
///
/// The party stays; it is no longer party to this case.
#[utoipa::path(
    tag = "Sager",
    operation_id = "delete_case_party",
    params(
        ("caseNumber" = String, Path, description = "The case system's key"),
        ("partyId" = Uuid, Path, description = "The party"),
    ),
    security(("bearer" = ["Partsredaktør"]), ("bearer" = ["Sagsintegration"])),
    responses(
        (status = 204, description = "It is off the case"),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such case, or the party is not on it", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/cases/{caseNumber}/parties/{partyId}")]
pub async fn delete_case_party(
    allowed: Allowed<WriteCases>,
    path: Path<(String, Uuid)>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let (case_number, party_id) = path.0;
    let (context, case_number) = about_case(allowed.context(), &case_number)?;
    house.actions.delete_case_party(&context, &case_number, party_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The cases of a party
///
/// Every case that the party is party to, with its roles there.
#[utoipa::path(
    tag = "Sager",
    operation_id = "list_party_cases",
    params(("id" = Uuid, Path, description = "The party"), PageQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page of the party's cases", body = Page<PartyCase>),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such party", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/parties/{id}/cases")]
pub async fn list_party_cases(
    allowed: Allowed<ReadCases>,
    id: Path<Uuid>,
    query: Query<PageQuery>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let page = paging::asked(query.0.limit, query.0.cursor)?;
    let cases = house.actions.list_party_cases(&allowed.context(), id.0, page).await?;
    let row = |related: Related<domain::case::Case>| PartyCase {
        case: contract(related.what),
        roles: related.relation.roles,
        subscribe: related.relation.subscribe,
    };
    Ok(HttpResponse::Ok().json(paging::answer(cases, row)))
}

/// A case as callers see it.
pub fn contract(case: domain::case::Case) -> Case {
    let (status, closed_at) = match case.status {
        domain::case::CaseStatus::Open => (CaseStatus::Open, None),
        domain::case::CaseStatus::Closed(at) => (CaseStatus::Closed, Some(at)),
    };
    Case {
        case_number: case.case_number,
        title: case.title,
        status,
        closed_at,
        responsible: case.responsible,
        created_at: case.created_at,
        updated_at: case.updated_at,
        version: case.version,
    }
}

fn case_party(related: Related<PartyView>) -> CaseParty {
    CaseParty {
        party: party::party(related.what),
        roles: related.relation.roles,
        subscribe: related.relation.subscribe,
    }
}

pub fn raw_case(input: CaseInput) -> RawCase {
    let party = |input: CasePartyInput| RawCaseParty {
        party_id: input.party_id,
        personal_number: input.personal_number,
        external_id: input.external_id.map(party::external_id_from),
        roles: input.roles,
        subscribe: input.subscribe,
    };
    RawCase {
        case_number: input.case_number,
        title: input.title,
        open: input.status.map(|status| status == CaseStatus::Open),
        closed_at: input.closed_at,
        responsible: input.responsible,
        parties: input.parties.map(|parties| parties.into_iter().map(party).collect()),
    }
}
