//! The log, a citizen's report, spot checks.

use gloo_net::http::Method;
use openapi::alarm::AuditAlarms;
use openapi::audit::{AuditEntry, AuditSearch};
use openapi::page::Page;
use openapi::spot_check::{
    AuditSample, AuditSampleContent, AuditSampleEntry, AuditSampleNoteInput, AuditSampleRequest,
};
use openapi::subject_report::{SubjectReport, SubjectReportRequest};
use uuid::Uuid;

use super::{Api, ApiError};

/// `POST /audit/search`: a page of the log, newest first.
pub async fn search_audit_entries(api: &Api, search: &AuditSearch) -> Result<Page<AuditEntry>, ApiError> {
    api.call(Method::POST, "/audit/search").json(search)?.answer().await
}

/// `GET /audit/alarms`: the patterns of the last seven days.
pub async fn list_audit_alarms(api: &Api) -> Result<AuditAlarms, ApiError> {
    api.call(Method::GET, "/audit/alarms").answer().await
}

/// `POST /audit/subject-report`.
pub async fn make_subject_report(api: &Api, request: &SubjectReportRequest) -> Result<SubjectReport, ApiError> {
    api.call(Method::POST, "/audit/subject-report").json(request)?.answer().await
}

/// `GET /audit/samples`: the latest.
pub async fn list_audit_samples(api: &Api) -> Result<Page<AuditSample>, ApiError> {
    api.call(Method::GET, "/audit/samples").answer().await
}

/// `POST /audit/samples`.
pub async fn draw_audit_sample(api: &Api, request: &AuditSampleRequest) -> Result<AuditSampleContent, ApiError> {
    api.call(Method::POST, "/audit/samples").json(request)?.answer().await
}

/// `GET /audit/samples/{id}`.
pub async fn get_audit_sample(api: &Api, id: Uuid) -> Result<AuditSampleContent, ApiError> {
    api.call(Method::GET, &format!("/audit/samples/{id}")).answer().await
}

/// `POST /audit/samples/{id}/entries/{entryId}/notes`. The same `attempt` again notes nothing twice.
pub async fn note_audit_sample_entry(
    api: &Api,
    sample: Uuid,
    entry: Uuid,
    note: &AuditSampleNoteInput,
    attempt: Uuid,
) -> Result<AuditSampleEntry, ApiError> {
    let call = api.call(Method::POST, &format!("/audit/samples/{sample}/entries/{entry}/notes"));
    call.header("Idempotency-Key", &attempt.to_string()).json(note)?.answer().await
}
