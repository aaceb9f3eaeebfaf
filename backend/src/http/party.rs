//! Parties: list, search, read, create, edit, delete, history, reveal.

pub mod contract;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use openapi::page::{Page, PageQuery};
use openapi::party::{
    Party, PartyInput, PartyListQuery, PartySearch, PartyVersion, ResolveRequest, RevealRequest, RevealedAddress,
};
use openapi::problem::Problem;
use uuid::Uuid;

use super::body::{Body, Path, Query};
use super::caller::{Allowed, Demand, EditParties, ReadCases, ReadCprTab, ReadParties, WriteCases};
use super::problem::Failure;
use super::{Http, etag, input, paging};
use crate::actions;
use crate::domain::input::PartyKey;
use crate::domain::party::PartyCriteria;
use crate::domain::{self, search};

/// List parties
///
/// Every party, page by page, in the order in which they were created. To find parties, use `POST /parties/search`.
#[utoipa::path(
    tag = "Parter",
    operation_id = "list_parties",
    params(PartyListQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page of parties", body = Page<Party>),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A bad value in the query", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/parties")]
pub async fn list_parties(
    allowed: Allowed<ReadParties>,
    query: Query<PartyListQuery>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let page = paging::asked(query.0.limit, query.0.cursor)?;
    let kind = query.0.kind.map(contract::kind_from);
    let parties = house.actions.list_parties(&allowed.context(), kind, page).await?;
    Ok(HttpResponse::Ok().json(paging::answer(parties, contract::party)))
}

/// Search parties
///
/// All given criteria must match; without any, every party does. A `POST`, because personal numbers and names never stand in an
/// address; it changes nothing. By name in Danish order; a `query` with more hits than fit into a page gives the party that was
/// created last first.
#[utoipa::path(
    tag = "Parter",
    operation_id = "search_parties",
    request_body = PartySearch,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page of parties", body = Page<Party>),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A bad criterion", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/parties/search")]
pub async fn search_parties(
    allowed: Allowed<ReadParties>,
    house: web::Data<Http>,
    body: Body<PartySearch>,
) -> Result<HttpResponse, Failure> {
    let mut asked = body.value;
    let page = paging::asked(asked.limit, asked.cursor.take())?;
    if asked.case_number.is_some() && !ReadCases::allows(&allowed.caller, &house) {
        return Err(allowed.refuse(&house).await);
    }
    let named = criteria_names(&asked);
    let context = input::because(allowed.context(), None, asked.case_number.as_deref())?;
    let criteria = criteria(asked, context.case_number.clone())?;
    let parties = house.actions.search_parties(&context, criteria, named, page).await?;
    Ok(HttpResponse::Ok().json(paging::answer(parties, contract::party)))
}

/// The longest query, in characters and in words: nobody types more.
const MAX_QUERY: usize = 200;
const MAX_WORDS: usize = 20;

fn criteria(asked: PartySearch, case_number: Option<String>) -> Result<PartyCriteria, Failure> {
    use domain::input;
    if asked.ids.as_ref().is_some_and(|ids| ids.len() > 200) {
        return Err(Failure::field("/ids", "Højst 200 ad gangen."));
    }
    if asked.query.as_ref().is_some_and(|query| query.chars().count() > MAX_QUERY) {
        return Err(Failure::field("/query", format!("Højst {MAX_QUERY} tegn.")));
    }
    let tokens = asked.query.as_deref().map(search::query_tokens);
    if tokens.as_ref().is_some_and(|tokens| tokens.len() > MAX_WORDS) {
        return Err(Failure::field("/query", format!("Højst {MAX_WORDS} ord.")));
    }
    let checked = || -> Result<PartyCriteria, domain::input::Faults> {
        Ok(PartyCriteria {
            tokens,
            mask_protected: false,
            personal_number: input::personal_number("/personalNumber", asked.personal_number.as_deref())?,
            cvr_number: input::cvr_number("/cvrNumber", asked.cvr_number.as_deref())?,
            external_id: asked
                .external_id
                .map(|id| input::external_id("/externalId", contract::external_id_from(id)))
                .transpose()?,
            ids: asked.ids,
            case_number,
            kind: asked.kind.map(contract::kind_from),
            changed_since: asked.changed_since,
            filter: asked.filter.map(contract::filter_from),
        })
    };
    Ok(checked().map_err(actions::Error::from)?)
}

/// Which criteria a search has, for the log: names, never values.
fn criteria_names(asked: &PartySearch) -> String {
    let words = asked.query.as_deref().map(|query| format!("query ({} ord)", search::query_tokens(query).len()));
    let named = |is_given: bool, name: &str| is_given.then(|| name.to_owned());
    [
        words,
        named(asked.personal_number.is_some(), "personalNumber"),
        named(asked.cvr_number.is_some(), "cvrNumber"),
        named(asked.external_id.is_some(), "externalId"),
        named(asked.ids.is_some(), "ids"),
        named(asked.case_number.is_some(), "caseNumber"),
        named(asked.kind.is_some(), "kind"),
        named(asked.changed_since.is_some(), "changedSince"),
        named(asked.filter.is_some(), "filter"),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(", ")
}

/// Find or create a party
///
/// Finds the one party with a key, or creates it from `create`; atomic, so that two callers at once get the same party. Exactly
/// one key. Where it leads nowhere and there is no `create`, 404.
#[utoipa::path(
    tag = "Parter",
    operation_id = "resolve_party",
    request_body = ResolveRequest,
    security(("bearer" = ["Partsredaktør"]), ("bearer" = ["Sagsintegration"])),
    responses(
        (status = 200, description = "The party that was there", body = Party),
        (status = 201, description = "The new party", body = Party),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is none, and none is to be created", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Several companies have the key", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Wrong input", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/parties/resolve")]
pub async fn resolve_party(
    allowed: Allowed<WriteCases>,
    request: HttpRequest,
    house: web::Data<Http>,
    body: Body<ResolveRequest>,
) -> Result<HttpResponse, Failure> {
    let asked = body.value;
    let key = resolve_key(&asked)?;
    let create = asked.create.map(contract::raw_party);
    let (party, created) = house.actions.resolve_party(&allowed.context(), key, create).await?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    let mut answer = etag::answer(&request, status, party.version, &contract::party(party.clone()))?;
    if created {
        set_location(&mut answer, party.id);
    }
    Ok(answer)
}

fn resolve_key(asked: &ResolveRequest) -> Result<PartyKey, Failure> {
    use domain::input;
    let number =
        input::personal_number("/personalNumber", asked.personal_number.as_deref()).map_err(actions::Error::from)?;
    let cvr_number = input::cvr_number("/cvrNumber", asked.cvr_number.as_deref()).map_err(actions::Error::from)?;
    let external_id = asked
        .external_id
        .clone()
        .map(|id| input::external_id("/externalId", contract::external_id_from(id)))
        .transpose()
        .map_err(actions::Error::from)?;
    match (number, cvr_number, external_id) {
        (Some(number), None, None) => Ok(PartyKey::PersonalNumber(number)),
        (None, Some(cvr_number), None) => Ok(PartyKey::CvrNumber(cvr_number)),
        (None, None, Some(external_id)) => Ok(PartyKey::ExternalId(external_id)),
        _ => Err(Failure::field("", "Angiv præcis ét af personalNumber, cvrNumber og externalId.")),
    }
}

fn set_location(answer: &mut HttpResponse, id: Uuid) {
    if let Ok(value) = header::HeaderValue::from_str(&format!("/api/v1/parties/{id}")) {
        answer.headers_mut().insert(header::LOCATION, value);
    }
}

/// Create a party
///
/// CPR is not asked: what it says of the personal number is fetched with `…/cpr/fetch`. With a personal number the name may be
/// left out until then.
#[utoipa::path(
    tag = "Parter",
    operation_id = "create_party",
    request_body = PartyInput,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to send again for 24 hours")),
    security(("bearer" = ["Partsredaktør"])),
    responses(
        (status = 201, description = "The new party; `Location` and `ETag` are set", body = Party),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The personal number or external id is in use", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Wrong input", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/parties")]
pub async fn create_party(
    allowed: Allowed<EditParties>,
    request: HttpRequest,
    house: web::Data<Http>,
    body: Body<PartyInput>,
) -> Result<HttpResponse, Failure> {
    let context = input::repeatable(allowed.context(), &request, &body.bytes)?;
    let party = house.actions.create_party(&context, contract::raw_party(body.value)).await?;
    let mut answer = etag::answer(&request, StatusCode::CREATED, party.version, &contract::party(party.clone()))?;
    set_location(&mut answer, party.id);
    Ok(answer)
}

/// Read a party
///
/// The party with what CPR last said of it. `ETag` is what a change of the party has to name.
#[utoipa::path(
    tag = "Parter",
    operation_id = "get_party",
    params(
        ("id" = Uuid, Path, description = "The party"),
        ("If-None-Match" = Option<String>, Header, description = "An `ETag` that you have; 304 when it is the present one"),
    ),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The party; `ETag` is set", body = Party),
        (status = 304, description = "`If-None-Match` names the present one"),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such party", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/parties/{id}")]
pub async fn get_party(
    allowed: Allowed<ReadParties>,
    request: HttpRequest,
    id: Path<Uuid>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let party = house.actions.get_party(&allowed.context(), id.0).await?;
    etag::answer(&request, StatusCode::OK, party.version, &contract::party(party))
}

/// Edit a party
///
/// Takes all writable fields: what is left out is emptied, but for `kind`, `active` (then `true`) and a masked `address`. Where
/// CPR has spoken, a name or address other than CPR's is kept from now on, and CPR's own value releases it again. Another
/// personal number, or none, removes what CPR said of the old one.
#[utoipa::path(
    tag = "Parter",
    operation_id = "update_party",
    params(
        ("id" = Uuid, Path, description = "The party"),
        ("If-Match" = String, Header, description = "The `ETag` of the version that was read"),
    ),
    request_body = PartyInput,
    security(("bearer" = ["Partsredaktør"])),
    responses(
        (status = 200, description = "The party as it is now; `ETag` is set", body = Party),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such party", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The personal number or external id is in use", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "Somebody else was first; `ETag` is the present one", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Wrong input", body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing", body = Problem, content_type = "application/problem+json"),
    )
)]
#[put("/parties/{id}")]
pub async fn update_party(
    allowed: Allowed<EditParties>,
    request: HttpRequest,
    id: Path<Uuid>,
    house: web::Data<Http>,
    body: Body<PartyInput>,
) -> Result<HttpResponse, Failure> {
    let version = etag::required_if_match(&request)?;
    let party = house.actions.update_party(&allowed.context(), id.0, version, contract::raw_party(body.value)).await?;
    etag::answer(&request, StatusCode::OK, party.version, &contract::party(party))
}

/// Delete a party
///
/// Removes the party and what came from CPR with it. A party on a case cannot be deleted.
#[utoipa::path(
    tag = "Parter",
    operation_id = "delete_party",
    params(
        ("id" = Uuid, Path, description = "The party"),
        ("If-Match" = String, Header, description = "The `ETag` of the version that was read"),
    ),
    security(("bearer" = ["Partsredaktør"])),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such party", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The party is on a case", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "Somebody else was first; `ETag` is the present one", body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing", body = Problem, content_type = "application/problem+json"),
    )
)]
#[delete("/parties/{id}")]
pub async fn delete_party(
    allowed: Allowed<EditParties>,
    request: HttpRequest,
    id: Path<Uuid>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let version = etag::required_if_match(&request)?;
    house.actions.delete_party(&allowed.context(), id.0, version).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A party's history
///
/// What changed, when, by whom and through which door, newest first.
#[utoipa::path(
    tag = "Parter",
    operation_id = "get_party_history",
    params(("id" = Uuid, Path, description = "The party"), PageQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page of versions", body = Page<PartyVersion>),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such party", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/parties/{id}/history")]
pub async fn get_party_history(
    allowed: Allowed<ReadParties>,
    id: Path<Uuid>,
    query: Query<PageQuery>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let page = paging::asked(query.0.limit, query.0.cursor)?;
    let versions = house.actions.get_party_history(&allowed.context(), id.0, page).await?;
    Ok(HttpResponse::Ok().json(paging::answer(versions, contract::version)))
}

/// Show a hidden address
///
/// With the display policy `mask` a protected party's address is hidden everywhere; here it is shown once, for a reason that
/// stands in the log. Later reads hide it as before.
#[utoipa::path(
    tag = "Parter",
    operation_id = "reveal_party_address",
    params(("id" = Uuid, Path, description = "The party")),
    request_body = RevealRequest,
    security(("bearer" = ["Opdater fra CPR"]), ("bearer" = ["Partsredaktør"])),
    responses(
        (status = 200, description = "The address", body = RevealedAddress),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such party", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The reason is missing", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/parties/{id}/address/reveal")]
pub async fn reveal_party_address(
    allowed: Allowed<ReadCprTab>,
    id: Path<Uuid>,
    house: web::Data<Http>,
    body: Body<RevealRequest>,
) -> Result<HttpResponse, Failure> {
    let context = input::because(allowed.context(), body.value.reason.as_deref(), None)?;
    let address = house.actions.reveal_party_address(&context, id.0).await?;
    Ok(HttpResponse::Ok().json(RevealedAddress { address: address.map(contract::address) }))
}
