//! Alarms about suspicious patterns in the log.

use actix_web::{HttpResponse, get, web};
use openapi::alarm::{AuditAlarm, AuditAlarmQuery, AuditAlarms, AuditPattern};
use openapi::problem::Problem;

use super::Http;
use super::body::Query;
use super::caller::{Allowed, ReadAudit};
use super::problem::Failure;
use crate::domain::alarm::{Alarm, Pattern};

/// Patterns in the log
///
/// Look-ups that no case explains and that are many, at night, or aimed at one person, and callers who try what they may not.
/// Computed from the log when asked for. A pattern proves nothing: somebody should look.
#[utoipa::path(
    tag = "Log",
    operation_id = "list_audit_alarms",
    params(AuditAlarmQuery),
    security(("bearer" = ["Revisor"])),
    responses(
        (status = 200, description = "The patterns that were met", body = AuditAlarms),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A time that cannot be used", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/audit/alarms")]
pub async fn list_audit_alarms(
    allowed: Allowed<ReadAudit>,
    query: Query<AuditAlarmQuery>,
    house: web::Data<Http>,
) -> Result<HttpResponse, Failure> {
    let found = house.actions.list_audit_alarms(&allowed.context(), query.0.from, query.0.to).await?;
    Ok(HttpResponse::Ok().json(AuditAlarms {
        from: found.from,
        to: found.to,
        items: found.alarms.into_iter().map(contract).collect(),
    }))
}

fn contract(alarm: Alarm) -> AuditAlarm {
    AuditAlarm {
        pattern: match alarm.pattern {
            Pattern::ManyPersons => AuditPattern::ManyPersons,
            Pattern::SamePerson => AuditPattern::SamePerson,
            Pattern::ManyCallers => AuditPattern::ManyCallers,
            Pattern::AtNight => AuditPattern::AtNight,
            Pattern::Refused => AuditPattern::Refused,
        },
        actor: alarm.actor,
        party_id: alarm.party_id,
        from: alarm.from,
        to: alarm.to,
        count: alarm.count as u64,
    }
}
