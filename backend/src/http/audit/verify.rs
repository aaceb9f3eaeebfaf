//! Whether the audit log is what was written.

use actix_web::{HttpResponse, get, web};
use openapi::problem::Problem;
use openapi::verification::{AuditAnchors, AuditBreak, AuditEarlier, AuditFault, AuditRemoved, AuditVerification};

use crate::domain::audit::{Fault, Verification};
use crate::http::Http;
use crate::http::caller::{Allowed, ReadAudit};
use crate::http::problem::Failure;

/// Verify the audit log
///
/// Reads every row and finds one that was altered, removed (the last one too), inserted or exchanged. Takes seconds for each
/// million rows. Answers 200 whether the log holds or not.
#[utoipa::path(
    tag = "Log",
    operation_id = "verify_audit_log",
    security(("bearer" = ["Revisor"])),
    responses(
        (status = 200, description = "What reading the log has shown", body = AuditVerification),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/audit/verify")]
pub async fn verify_audit_log(allowed: Allowed<ReadAudit>, house: web::Data<Http>) -> Result<HttpResponse, Failure> {
    let verification = house.actions.verify_audit_log(&allowed.context()).await?;
    Ok(HttpResponse::Ok().json(contract(verification)))
}

fn contract(verification: Verification) -> AuditVerification {
    let Verification { checked, chains, first_broken, earlier, removed, removed_until, anchors, unreadable_anchors } =
        verification;
    AuditVerification {
        valid: first_broken.is_none(),
        checked,
        first_broken: first_broken.map(|broken| AuditBreak {
            chain: broken.chain,
            position: broken.position,
            id: broken.id,
            at: broken.at,
            fault: match broken.fault {
                Fault::Altered => AuditFault::Altered,
                Fault::Removed => AuditFault::Removed,
                Fault::Inserted => AuditFault::Inserted,
                Fault::Moved => AuditFault::Moved,
            },
        }),
        chains,
        earlier: earlier.map(|earlier| AuditEarlier { rows: earlier.rows, placed_at: earlier.placed_at }),
        removed: removed_until.map(|until| AuditRemoved { rows: removed, until }),
        anchors: anchors.map(|checked| AuditAnchors { checked, unreadable: unreadable_anchors }),
    }
}
