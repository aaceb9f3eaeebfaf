//! *Find CPR-nummer*.

use actix_web::{HttpResponse, post, web};
use openapi::find::{Agreement, Agrees, Candidate, FindAnswer, FindRequest, FindStep, SearchedStep, Widen};
use openapi::problem::Problem;
use uuid::Uuid;

use super::body::{Body, Path};
use super::caller::{Allowed, AskCpr};
use super::party::contract;
use super::problem::Failure;
use super::{Http, input};
use crate::actions::find::{Find, Found};
use crate::domain::find as domain;

/// *Find CPR-nummer* for a party
///
/// From name and address to candidates. Fields of the request stand for the party's own, so that unsaved values can be
/// searched for. Asks with the full address first, then without door and floor; `widen: "name"` goes on to a search by name
/// wherever the person lives. Nothing is picked, and no score is given.
#[utoipa::path(
    tag = "CPR",
    operation_id = "find_party_personal_number",
    params(("id" = Uuid, Path, description = "The party")),
    request_body = FindRequest,
    security(("bearer" = ["Opdater fra CPR"])),
    responses(
        (status = 200, description = "The candidates; none is an answer too", body = FindAnswer),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such party", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "CPR is not configured here, or does not let us search", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Name, address or reason is missing, too many hits, or too little to search by", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "CPR does not answer, or refuses us", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/parties/{id}/cpr/find")]
pub async fn find_party_personal_number(
    allowed: Allowed<AskCpr>,
    id: Path<Uuid>,
    house: web::Data<Http>,
    body: Body<FindRequest>,
) -> Result<HttpResponse, Failure> {
    let asked = body.value;
    let context = input::because(allowed.context(), asked.reason.as_deref(), asked.case_number.as_deref())?;
    let found = house.actions.find_party_personal_number(&context, id.0, find(asked)).await?;
    Ok(HttpResponse::Ok().json(answer(found)))
}

/// *Find CPR-nummer* without a party
///
/// For integrations: the same from name and address alone.
#[utoipa::path(
    tag = "CPR",
    operation_id = "find_person",
    request_body = FindRequest,
    security(("bearer" = ["Opdater fra CPR"])),
    responses(
        (status = 200, description = "The candidates; none is an answer too", body = FindAnswer),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "CPR is not configured here, or does not let us search", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Name, address or reason is missing, too many hits, or too little to search by", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "CPR does not answer, or refuses us", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/cpr/find")]
pub async fn find_person(
    allowed: Allowed<AskCpr>,
    house: web::Data<Http>,
    body: Body<FindRequest>,
) -> Result<HttpResponse, Failure> {
    let asked = body.value;
    let context = input::because(allowed.context(), asked.reason.as_deref(), asked.case_number.as_deref())?;
    let found = house.actions.find_person(&context, find(asked)).await?;
    Ok(HttpResponse::Ok().json(answer(found)))
}

fn find(asked: FindRequest) -> Find {
    Find {
        name: asked.name,
        address: asked.address.map(contract::raw_address),
        sex: asked.sex.map(contract::sex_from),
        birth_date: asked.birth_date,
        include_former_names: asked.include_former_names.unwrap_or(false),
        widen: match asked.widen.unwrap_or_default() {
            Widen::None => domain::Widen::None,
            Widen::Address => domain::Widen::Address,
            Widen::Name => domain::Widen::Name,
        },
    }
}

fn answer(found: Found) -> FindAnswer {
    let step = |(step, hits)| SearchedStep {
        step: match step {
            domain::Step::FullAddress => FindStep::FullAddress,
            domain::Step::WithoutDoor => FindStep::WithoutDoor,
            domain::Step::WithoutFloor => FindStep::WithoutFloor,
            domain::Step::Name => FindStep::Name,
        },
        hits,
    };
    FindAnswer {
        candidates: found.candidates.into_iter().map(candidate).collect(),
        more: found.more,
        searched: found.searched.into_iter().map(step).collect(),
        next_step: found.wider.map(|widen| match widen {
            domain::Widen::None => Widen::None,
            domain::Widen::Address => Widen::Address,
            domain::Widen::Name => Widen::Name,
        }),
    }
}

fn candidate(candidate: domain::Candidate) -> Candidate {
    Candidate {
        personal_number: contract::digits(candidate.personal_number),
        name: candidate.name,
        address: candidate.address.map(contract::address),
        address_masked: candidate.address_masked,
        birth_date: candidate.birth_date,
        status: candidate.status.as_ref().map(contract::status),
        status_text: candidate.status.as_ref().map(|status| status.text().to_owned()),
        protected: candidate.protected,
        agreement: Agreement {
            name: agrees(candidate.agreement.name),
            street: agrees(candidate.agreement.street),
            house_number: agrees(candidate.agreement.house_number),
            floor: agrees(candidate.agreement.floor),
            door: agrees(candidate.agreement.door),
            postal_code: agrees(candidate.agreement.postal_code),
        },
    }
}

fn agrees(agrees: domain::Agrees) -> Agrees {
    match agrees {
        domain::Agrees::Same => Agrees::Same,
        domain::Agrees::Different => Agrees::Different,
        domain::Agrees::Unknown => Agrees::Unknown,
    }
}
