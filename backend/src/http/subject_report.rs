//! A citizen's own report (*indsigtsrapport*).

use actix_web::{HttpResponse, post, web};
use openapi::problem::Problem;
use openapi::subject_report::{
    SubjectActor, SubjectCase, SubjectChange, SubjectEntry, SubjectParty, SubjectReport, SubjectReportRequest,
};

use super::body::Body;
use super::caller::{Allowed, ReadAudit};
use super::party::contract as party;
use super::problem::Failure;
use super::{Http, audit, case, input, person, subscription};
use crate::actions::subject_report as house;
use crate::domain::audit::{Entry, Outcome};
use crate::domain::subject_report::Actor;

/// Make a citizen's report
///
/// What is held of the person with this number and from where, why CPR follows the person, and what was done: every entry of
/// the log about the person, under former numbers too. Staff are withheld: each has a number instead of a name, unless
/// `includeStaff` is `true`, which needs a `reason`. Protected addresses of other people are never in it. Making the report is
/// an entry of the log itself. A search that found the person among others is not told: the log keeps its criteria, not its
/// hits.
#[utoipa::path(
    tag = "Log",
    operation_id = "make_subject_report",
    request_body = SubjectReportRequest,
    security(("bearer" = ["Revisor"])),
    responses(
        (status = 200, description = "The report; empty when nothing is held", body = SubjectReport),
        (status = 401, description = "No valid token", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The privilege is missing", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "No personal number, or staff without a reason", body = Problem, content_type = "application/problem+json"),
    )
)]
#[post("/audit/subject-report")]
pub async fn make_subject_report(
    allowed: Allowed<ReadAudit>,
    http: web::Data<Http>,
    body: Body<SubjectReportRequest>,
) -> Result<HttpResponse, Failure> {
    let asked = body.value;
    let context = input::because(allowed.context(), asked.reason.as_deref(), None)?;
    let number = person::personal_number(asked.personal_number.as_deref())?
        .ok_or_else(|| Failure::field("/personalNumber", "Udfyld CPR-nummeret."))?;
    let with_staff = asked.include_staff.unwrap_or(false);
    let report = http.actions.make_subject_report(&context, number, with_staff).await?;
    Ok(HttpResponse::Ok().json(contract(report)))
}

fn contract(report: house::SubjectReport) -> SubjectReport {
    SubjectReport {
        made_at: report.made_at,
        personal_number: party::digits(report.number),
        other_personal_numbers: report.other_numbers.into_iter().map(party::digits).collect(),
        staff_included: report.with_staff,
        parties: report.parties.into_iter().map(held).collect(),
        other_party_ids: report.other_party_ids,
        log_from: report.log_from,
        entries: report.entries.into_iter().map(|(entry, by)| told(entry, by)).collect(),
        more_entries: report.more_entries,
    }
}

fn held(held: house::SubjectParty) -> SubjectParty {
    SubjectParty {
        party: party::party(held.view),
        details: person::contract::tab(held.details),
        cases: held
            .cases
            .into_iter()
            .map(|related| SubjectCase {
                case: case::contract(related.what),
                roles: related.relation.roles,
                subscribe: related.relation.subscribe,
            })
            .collect(),
        subscription: subscription::contract(held.subscription),
        changes: held
            .changes
            .into_iter()
            .map(|(view, by)| SubjectChange {
                at: view.version.at,
                by: actor(by),
                source: party::change_source(view.version.source),
                fields: view.changes.into_iter().map(party::field_change).collect(),
            })
            .collect(),
        earlier_changes_withheld: held.earlier_changes_withheld,
    }
}

fn told(entry: Entry, by: Actor) -> SubjectEntry {
    let outcome = entry.ending.as_ref().map_or(Outcome::Unknown, |ending| ending.outcome);
    SubjectEntry {
        id: entry.intent.id,
        at: entry.intent.at,
        by: actor(by),
        operation: entry.intent.operation,
        reason: entry.intent.reason,
        case_number: entry.intent.case_number,
        outcome: audit::outcome_to(outcome),
        problem: entry.ending.and_then(|ending| ending.problem),
    }
}

fn actor(actor: Actor) -> SubjectActor {
    SubjectActor { number: actor.number, automatic: actor.is_automatic, name: actor.name }
}
