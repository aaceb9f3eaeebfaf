//! Whether the audit log is what was written.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is wrong with a row of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AuditFault {
    /// It, or the head of its chain, does not say what was written.
    Altered,
    /// It is not there.
    Removed,
    /// No server wrote it.
    Inserted,
    /// It stands elsewhere in the log than where it was written.
    Moved,
}

/// The first row that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditBreak {
    /// The chain (one a server process); `null`: the row is in none.
    pub chain: Option<i64>,
    /// Its position in the chain, from 1; `null`: the head of the chain itself.
    pub position: Option<i64>,
    /// The entry's key, as it stands there.
    pub id: Option<Uuid>,
    /// When it was written, as it stands there or in an anchor.
    pub at: Option<DateTime<Utc>>,
    /// What is wrong.
    pub fault: AuditFault,
}

/// Rows that were there before the log had chains. That nobody has changed them since they got their places can be told, and
/// nothing of the time before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditEarlier {
    /// How many rows.
    pub rows: i64,
    /// When they got their places.
    pub placed_at: DateTime<Utc>,
}

/// Rows that were deleted by age (`audit.retention_days`). A theft that is made to look like this shows as `firstBroken`
/// unless the thief has the servers' key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditRemoved {
    /// How many rows.
    pub rows: i64,
    /// All of them were older than this.
    pub until: DateTime<Utc>,
}

/// What was told outside the database, in the file that this server knows (`audit.anchor_file`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditAnchors {
    /// Places that the log was compared with.
    pub checked: i64,
    /// Lines of the file that could not be read.
    pub unreadable: i64,
}

/// What reading the whole log has shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditVerification {
    /// Whether every row is what was written, and none is missing.
    pub valid: bool,
    /// Rows that are what was written. Reading ends at the first that is not.
    pub checked: i64,
    /// The first row that is not.
    pub first_broken: Option<AuditBreak>,
    /// Chains that were read to their heads; one a server process.
    pub chains: i64,
    /// Rows from before there were chains.
    pub earlier: Option<AuditEarlier>,
    /// Rows that were deleted by age.
    pub removed: Option<AuditRemoved>,
    /// What was told outside; `null`: this server has no such file, and the log was compared with its heads alone.
    pub anchors: Option<AuditAnchors>,
}
