//! Spot checks of the log (*stikprøver*).

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use openapi::page::{Page, PageQuery};
use openapi::problem::Problem;
use openapi::spot_check::{
    AuditFinding, AuditSample, AuditSampleContent, AuditSampleEntry, AuditSampleNote, AuditSampleNoteInput,
    AuditSampleRequest, DEFAULT_SIZE, MAX_SIZE,
};
use uuid::Uuid;

use super::body::{Body, Path, Query};
use super::caller::{Allowed, ReadAudit};
use super::problem::Failure;
use super::{Http, audit, input, paging};
use crate::actions;
use crate::actions::spot_check::{Draw, Sample};
use crate::domain;
use crate::domain::spot_check::{Drawn, Finding, Note, Progress};

/// The longest note.
const MAX_NOTE: usize = 1_000;

/// List samples
///
/// Newest first.
#[utoipa::path(
    tag = "Log",
    operation_id = "list_audit_samples",
    params(PageQuery),
    security(("bearer" = ["Revisor"])),
    responses(
        (status = 200, description = "A page of samples", body = Page<AuditSample>),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A bad value in the query", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/audit/samples")]
pub async fn list_audit_samples(
    allowed: Allowed<ReadAudit>,
    query: Query<PageQuery>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let page = paging::asked(query.0.limit, query.0.cursor)?;
    let samples = house.actions.list_audit_samples(&allowed.context(), page).await?;
    Ok(HttpResponse::Ok().json(paging::answer(samples, sample)))
}

/// Draw a sample
///
/// A random sample of recent look-ups of persons that no case explains: entries with a case are set aside and counted. Refused
/// and failed attempts, and what jobs do, are not drawn. The seed is made by the server and told with the sample, so nobody can
/// foresee or steer a draw, and anybody can repeat it.
#[utoipa::path(
    tag = "Log",
    operation_id = "draw_audit_sample",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to send again for 24 hours")),
    request_body = AuditSampleRequest,
    security(("bearer" = ["Revisor"])),
    responses(
        (status = 201, description = "The sample; `Location` is set", body = AuditSampleContent),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A size or a time that cannot be used", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/audit/samples")]
pub async fn draw_audit_sample(
    allowed: Allowed<ReadAudit>,
    request: HttpRequest,
    house: web::Data<Http>,
    body: Body<AuditSampleRequest>,
) -> Result<HttpResponse, Failure> {
    let asked = body.value;
    let context = input::because(allowed.context(), asked.reason.as_deref(), None)?;
    let context = input::repeatable(context, &request, &body.bytes)?;
    let size = match asked.size.unwrap_or(DEFAULT_SIZE) {
        size @ 1..=MAX_SIZE => size,
        _ => return Err(Failure::field("/size", format!("Skal være 1 til {MAX_SIZE}."))),
    };
    let draw = Draw { from: asked.from, to: asked.to, size };
    let drawn = house.actions.draw_audit_sample(&context, draw).await?;
    let place = format!("/api/v1/audit/samples/{}", drawn.progress.spot_check.id);
    Ok(HttpResponse::Created().insert_header((header::LOCATION, place)).json(content(drawn)))
}

/// Read a sample
///
/// With what was drawn, and what was noted about each look-up.
#[utoipa::path(
    tag = "Log",
    operation_id = "get_audit_sample",
    params(("id" = Uuid, Path, description = "The sample")),
    security(("bearer" = ["Revisor"])),
    responses(
        (status = 200, description = "The sample", body = AuditSampleContent),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such sample", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/audit/samples/{id}")]
pub async fn get_audit_sample(
    allowed: Allowed<ReadAudit>,
    id: Path<Uuid>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let sample = house.actions.get_audit_sample(&allowed.context(), id.0).await?;
    Ok(HttpResponse::Ok().json(content(sample)))
}

/// Note what was found out
///
/// Adds a note about a look-up of the sample; earlier ones stay, and the last one is what holds. Nobody judges a look-up of
/// their own.
#[utoipa::path(
    tag = "Log",
    operation_id = "note_audit_sample_entry",
    params(
        ("id" = Uuid, Path, description = "The sample"),
        ("entryId" = Uuid, Path, description = "The entry of the log"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request safe to send again for 24 hours"),
    ),
    request_body = AuditSampleNoteInput,
    security(("bearer" = ["Revisor"])),
    responses(
        (status = 200, description = "The look-up with all its notes", body = AuditSampleEntry),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such sample, or no such entry in it", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The look-up is the caller's own", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "No finding, or a note is missing or too long", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/audit/samples/{id}/entries/{entryId}/notes")]
pub async fn note_audit_sample_entry(
    allowed: Allowed<ReadAudit>,
    request: HttpRequest,
    path: Path<(Uuid, Uuid)>,
    house: web::Data<Http>,
    body: Body<AuditSampleNoteInput>,
) -> Result<HttpResponse, Failure> {
    let context = input::repeatable(allowed.context(), &request, &body.bytes)?;
    let finding = match body.value.finding {
        Some(AuditFinding::InOrder) => Finding::InOrder,
        Some(AuditFinding::UnderInquiry) => Finding::UnderInquiry,
        Some(AuditFinding::NotInOrder) => Finding::NotInOrder,
        None => return Err(Failure::field("/finding", "Skal udfyldes.")),
    };
    let text = domain::input::line("/note", body.value.note.as_deref(), MAX_NOTE).map_err(actions::Error::from)?;
    let (id, entry_id) = path.0;
    let noted = house.actions.note_audit_sample_entry(&context, id, entry_id, finding, text).await?;
    Ok(HttpResponse::Ok().json(drawn(noted)))
}

fn content(it: Sample) -> AuditSampleContent {
    AuditSampleContent { sample: sample(it.progress), entries: it.drawn.into_iter().map(drawn).collect() }
}

fn sample(it: Progress) -> AuditSample {
    let Progress { spot_check, drawn, noted } = it;
    AuditSample {
        id: spot_check.id,
        drawn_at: spot_check.drawn_at,
        drawn_by: spot_check.drawn_by,
        reason: spot_check.reason,
        from: spot_check.from,
        to: spot_check.to,
        size: spot_check.size,
        seed: spot_check.seed,
        eligible: spot_check.eligible,
        set_aside: spot_check.set_aside,
        drawn,
        noted,
    }
}

fn drawn(it: Drawn) -> AuditSampleEntry {
    AuditSampleEntry {
        id: it.entry_id,
        entry: it.entry.map(audit::entry),
        notes: it.notes.into_iter().map(note).collect(),
    }
}

fn note(note: Note) -> AuditSampleNote {
    AuditSampleNote {
        at: note.at,
        by: note.by,
        finding: match note.finding {
            Finding::InOrder => AuditFinding::InOrder,
            Finding::UnderInquiry => AuditFinding::UnderInquiry,
            Finding::NotInOrder => AuditFinding::NotInOrder,
        },
        note: note.text,
    }
}
