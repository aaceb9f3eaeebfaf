//! Spot checks of the log (*stikprøver*): a random sample of recent look-ups without case relation, and what was found out
//! about each.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::audit::AuditEntry;

/// How many look-ups are drawn when nothing is said.
pub const DEFAULT_SIZE: u32 = 20;
/// The most look-ups that one sample has.
pub const MAX_SIZE: u32 = 200;

/// From when to draw, and how many.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuditSampleRequest {
    /// At or after this time; default: 30 days before `to`.
    pub from: Option<DateTime<Utc>>,
    /// Before this time; default: now.
    pub to: Option<DateTime<Utc>>,
    /// How many, 1–200, default 20.
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 200))]
    pub size: Option<u32>,
    /// Why, at most 500 characters.
    pub reason: Option<String>,
}

/// A sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditSample {
    /// Its key.
    pub id: Uuid,
    /// When it was drawn.
    pub drawn_at: DateTime<Utc>,
    /// By whom.
    pub drawn_by: String,
    /// Why.
    pub reason: Option<String>,
    /// Look-ups at or after this time.
    pub from: DateTime<Utc>,
    /// Look-ups before this time.
    pub to: DateTime<Utc>,
    /// How many were asked for.
    pub size: u32,
    /// Hexadecimal. The look-ups with the smallest HMAC-SHA-256 under this key, of the 16 bytes of the entry's id, are the
    /// sample: anybody can draw it again.
    pub seed: String,
    /// How many look-ups without case relation there were in that time.
    pub eligible: u64,
    /// How many were set aside because they have one.
    pub set_aside: u64,
    /// How many were drawn.
    pub drawn: u64,
    /// About how many of them something is noted.
    pub noted: u64,
}

/// A sample with what was drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditSampleContent {
    /// The sample.
    pub sample: AuditSample,
    /// What was drawn, in the order of the draw.
    pub entries: Vec<AuditSampleEntry>,
}

/// A look-up of a sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditSampleEntry {
    /// The entry's key in the log.
    pub id: Uuid,
    /// The entry; `null` once the log has deleted it.
    pub entry: Option<AuditEntry>,
    /// What was noted, oldest first; the last one is what holds.
    pub notes: Vec<AuditSampleNote>,
}

/// What was found out about a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AuditFinding {
    /// It had a work-related purpose.
    InOrder,
    /// Somebody has been asked.
    UnderInquiry,
    /// It had none.
    NotInOrder,
}

/// What is to be noted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuditSampleNoteInput {
    /// Required.
    pub finding: Option<AuditFinding>,
    /// At most 1,000 characters; required unless the look-up was in order.
    pub note: Option<String>,
}

/// A note; it is never changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditSampleNote {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// What was found out.
    pub finding: AuditFinding,
    /// In words.
    pub note: Option<String>,
}
