//! The audit log: who did what to whom, when, and why.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AuditOutcome {
    /// Done.
    Succeeded,
    /// The caller was not allowed to.
    Refused,
    /// It was tried and did not succeed; the problem's code stands beside it.
    Failed,
    /// It was begun and its end is not known (yet).
    Unknown,
}

/// What kind of use of the data an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AuditUse {
    /// A list or a search: the result count is hits, none of which was opened.
    Search,
    /// A record was opened.
    Read,
    /// A question to CPR.
    Lookup,
    /// Something new.
    Create,
    /// Something was changed, or set going.
    Change,
    /// Something was removed.
    Delete,
    /// A hidden address was shown.
    Reveal,
    /// Data left the house as a whole.
    Extract,
    /// The log was read.
    Log,
    /// The house did it by itself.
    Job,
}

/// Whom an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditSubject {
    /// The party, where one was concerned.
    pub party_id: Option<Uuid>,
    /// A keyed digest (HMAC-SHA-256, hexadecimal) of the personal number, where one was concerned.
    pub personal_number_digest: Option<String>,
    /// Which criteria a search had, never the value of a name or an address.
    pub criteria: Option<String>,
}

/// One operation on personal data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// The entry's key.
    pub id: Uuid,
    /// When it began.
    pub at: DateTime<Utc>,
    /// The token's subject.
    pub actor: String,
    /// The person for whom the actor, a system, did it, as the system named them in `X-On-Behalf-Of`.
    pub on_behalf_of: Option<String>,
    /// The name of the operation, as `operationId` in the specification.
    pub operation: String,
    /// What kind of use that is.
    pub kind: AuditUse,
    /// Whom it was about.
    pub subject: AuditSubject,
    /// The reason that the caller gave.
    pub reason: Option<String>,
    /// The case that it was for.
    pub case_number: Option<String>,
    /// Whether the party stood on a case whose `responsible` is the actor, as the register had it then; `null` where no
    /// party was known when it began, where the house itself acted, and in entries from before this was found.
    pub case_relation: Option<bool>,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// With `refused` and `failed`: the code of the problem.
    pub problem: Option<String>,
    /// How many records were handed out or changed.
    pub result_count: Option<i64>,
    /// The request id.
    pub trace_id: String,
}

/// Criteria of the audit log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "schema", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuditQuery {
    /// At or after this time.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub to: Option<DateTime<Utc>>,
    /// The token's subject.
    pub actor: Option<String>,
    /// The person for whom a system acted.
    pub on_behalf_of: Option<String>,
    /// The party.
    pub party_id: Option<Uuid>,
    /// The case.
    pub case_number: Option<String>,
    /// The name of the operation.
    pub operation: Option<String>,
    /// How it ended.
    #[cfg_attr(feature = "schema", param(inline))]
    pub outcome: Option<AuditOutcome>,
    /// Rows per page, 1–200, default 50.
    #[cfg_attr(feature = "schema", param(minimum = 1, maximum = 200))]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

/// Criteria of the audit log beside those that may stand in an address; all given ones must match.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuditSearch {
    /// At or after this time.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub to: Option<DateTime<Utc>>,
    /// The token's subject.
    pub actor: Option<String>,
    /// The person for whom a system acted.
    pub on_behalf_of: Option<String>,
    /// The party.
    pub party_id: Option<Uuid>,
    /// The person with this number, now or formerly: what was done under any number of that person's, and to the parties that
    /// have one.
    pub personal_number: Option<String>,
    /// The case.
    pub case_number: Option<String>,
    /// The name of the operation.
    pub operation: Option<String>,
    /// How it ended.
    pub outcome: Option<AuditOutcome>,
    /// Rows per page, 1–200, default 50.
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 200))]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}
