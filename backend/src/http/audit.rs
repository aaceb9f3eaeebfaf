//! Reading the audit log.

pub mod verify;

use actix_web::{HttpResponse, get, post, web};
use openapi::audit::{AuditEntry, AuditOutcome, AuditQuery, AuditSearch, AuditSubject, AuditUse};
use openapi::page::Page;
use openapi::problem::Problem;

use super::body::{Body, Query};
use super::caller::{Allowed, ReadAudit};
use super::problem::Failure;
use super::{Http, paging, person};
use crate::domain::audit::{AuditCriteria, Entry, Outcome, Use};
use crate::{actions, domain};

/// Read the audit log
///
/// Newest first. Every operation on personal data stands there, refused ones too, and reading the log itself.
#[utoipa::path(
    tag = "Log",
    operation_id = "list_audit_entries",
    params(AuditQuery),
    security(("bearer" = ["Revisor"])),
    responses(
        (status = 200, description = "A page of the log", body = Page<AuditEntry>),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A bad value in the query", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/audit")]
pub async fn list_audit_entries(
    allowed: Allowed<ReadAudit>,
    query: Query<AuditQuery>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let page = paging::asked(query.0.limit, query.0.cursor)?;
    let criteria = AuditCriteria {
        from: query.0.from,
        to: query.0.to,
        actor: query.0.actor,
        on_behalf_of: query.0.on_behalf_of,
        party_id: query.0.party_id,
        case_number: query.0.case_number,
        operation: query.0.operation,
        outcome: query.0.outcome.map(outcome_from),
        ..AuditCriteria::default()
    };
    let entries = house.actions.list_audit_entries(&allowed.context(), criteria, page).await?;
    Ok(HttpResponse::Ok().json(paging::answer(entries, entry)))
}

/// Search the audit log
///
/// The same as reading it, and by personal number too, which never stands in an address. Newest first.
#[utoipa::path(
    tag = "Log",
    operation_id = "search_audit_entries",
    request_body = AuditSearch,
    security(("bearer" = ["Revisor"])),
    responses(
        (status = 200, description = "A page of the log", body = Page<AuditEntry>),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A bad criterion", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/audit/search")]
pub async fn search_audit_entries(
    allowed: Allowed<ReadAudit>,
    house: web::Data<Http>,
    body: Body<AuditSearch>,
) -> Result<HttpResponse, Failure> {
    let asked = body.value;
    let page = paging::asked(asked.limit, asked.cursor)?;
    let number = person::personal_number(asked.personal_number.as_deref())?;
    let criteria = AuditCriteria {
        from: asked.from,
        to: asked.to,
        actor: line("/actor", asked.actor)?,
        on_behalf_of: line("/onBehalfOf", asked.on_behalf_of)?,
        party_id: asked.party_id,
        case_number: line("/caseNumber", asked.case_number)?,
        operation: line("/operation", asked.operation)?,
        outcome: asked.outcome.map(outcome_from),
        ..AuditCriteria::default()
    };
    let entries = house.actions.search_audit_entries(&allowed.context(), criteria, number, page).await?;
    Ok(HttpResponse::Ok().json(paging::answer(entries, entry)))
}

/// A criterion that is a line of text, as what it is compared with was kept.
fn line(pointer: &str, given: Option<String>) -> Result<Option<String>, Failure> {
    const LONGEST: usize = 255;
    Ok(domain::input::line(pointer, given.as_deref(), LONGEST).map_err(actions::Error::from)?)
}

/// An entry as callers see it.
pub fn entry(entry: Entry) -> AuditEntry {
    let personal_number_digest = entry.number_digest().map(str::to_owned);
    let (intent, ending) = (entry.intent, entry.ending);
    let outcome = ending.as_ref().map_or(Outcome::Unknown, |ending| ending.outcome);
    AuditEntry {
        id: intent.id,
        at: intent.at,
        actor: intent.actor,
        on_behalf_of: intent.on_behalf_of,
        kind: kind(&intent.operation),
        operation: intent.operation,
        subject: AuditSubject {
            party_id: ending.as_ref().and_then(|ending| ending.party_id).or(intent.party_id),
            personal_number_digest,
            criteria: intent.criteria,
        },
        reason: intent.reason,
        case_number: intent.case_number,
        case_relation: intent.case_relation,
        outcome: outcome_to(outcome),
        problem: ending.as_ref().and_then(|ending| ending.problem.clone()),
        result_count: ending.and_then(|ending| ending.result_count),
        trace_id: intent.trace_id,
    }
}

/// How an operation ended.
pub const fn outcome_to(outcome: Outcome) -> AuditOutcome {
    match outcome {
        Outcome::Succeeded => AuditOutcome::Succeeded,
        Outcome::Refused => AuditOutcome::Refused,
        Outcome::Failed => AuditOutcome::Failed,
        Outcome::Unknown => AuditOutcome::Unknown,
    }
}

const fn outcome_from(outcome: AuditOutcome) -> Outcome {
    match outcome {
        AuditOutcome::Succeeded => Outcome::Succeeded,
        AuditOutcome::Refused => Outcome::Refused,
        AuditOutcome::Failed => Outcome::Failed,
        AuditOutcome::Unknown => Outcome::Unknown,
    }
}

fn kind(operation: &str) -> AuditUse {
    match Use::of(operation) {
        Use::Search => AuditUse::Search,
        Use::Read => AuditUse::Read,
        Use::Lookup => AuditUse::Lookup,
        Use::Create => AuditUse::Create,
        Use::Change => AuditUse::Change,
        Use::Delete => AuditUse::Delete,
        Use::Reveal => AuditUse::Reveal,
        Use::Extract => AuditUse::Extract,
        Use::Log => AuditUse::Log,
        Use::Job => AuditUse::Job,
    }
}
