//! CPR's change files: what came, what became of it, and what is missing.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What has become of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryState {
    /// Taken in and sound; it is applied when its turn comes.
    Received,
    /// Sound, but it does not follow what was applied last: `reason` tells what it waits for.
    Waiting,
    /// Being applied; `persons` tells how far.
    Applying,
    /// Applied.
    Applied,
    /// Refused; nothing of it was kept but this row and its problems.
    Refused,
}

/// Why a delivery waits or was refused, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryReason {
    /// Waits: the delivery that it follows has not come (`missingSince`).
    Gap,
    /// Waits: the delivery that it follows is here, and waits too.
    Behind,
    /// Waits: a delivery of the same production date, with other content, was applied.
    SameDate,
    /// Waits: it follows an older delivery than the one that was applied last, or does not say which one it follows.
    Fork,
    /// Refused: newer data have been applied, and are never overwritten by older.
    Older,
    /// Refused: it belongs to another task than this installation's.
    WrongTask,
    /// Refused: another product of CPR's than the change file U12170-P (or the status file U12160-P).
    ForeignProduct,
    /// Refused: it does not begin with a start record, has none, or has more than one.
    BadStart,
    /// Refused: it does not end with an end record, so it is cut or not yet complete.
    Incomplete,
    /// Refused: there is something after the end record, or the end record stands in the middle.
    BadEnd,
    /// Refused: it does not hold as many records as its end record says.
    WrongCount,
    /// Refused: a record cannot be read.
    Unreadable,
}

/// A change file of CPR's (*leverance, ændringsudtræk*).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// The key. A delivery is known by its content: the same file again is the same delivery.
    pub id: Uuid,
    /// The file's name where it came from; `null` for an upload without one.
    pub file_name: Option<String>,
    /// Bytes.
    pub size: i64,
    /// CPR's task (OPGAVENR), 6 digits; `null` where the file does not tell it.
    pub task_number: Option<String>,
    /// The date whose changes it holds (PRODDTO).
    pub production_date: Option<NaiveDate>,
    /// The production date of the delivery before it (PRODDTOFORRIG).
    pub previous_production_date: Option<NaiveDate>,
    /// What has become of it.
    pub state: DeliveryState,
    /// Why it waits or was refused, in Danish.
    pub reason: Option<String>,
    /// The same, for programs.
    pub reason_code: Option<DeliveryReason>,
    /// With `gap` and `behind`: the production date that it follows.
    pub missing_since: Option<NaiveDate>,
    /// Whether an operator can let it go (`POST /deliveries/{id}/retry` with `bridge`): it waits, and no older one of the task
    /// has to go first.
    pub can_be_bridged: bool,
    /// Who let it go although something is missing before it, and why.
    pub bridge: Option<DeliveryBridge>,
    /// Persons in the file; `null` where it could not be read to its end.
    pub persons_in_file: Option<i64>,
    /// Persons that have been handled: `changed + unchanged + failed`.
    pub persons: i64,
    /// Persons of whom something changed here.
    pub changed: i64,
    /// Persons of whom nothing changed here, the `unexpected` ones among them.
    pub unchanged: i64,
    /// Persons that were set aside; `GET /deliveries/{id}/problems` tells why.
    pub failed: i64,
    /// Persons whom no party here has: counted, never stored.
    pub unexpected: i64,
    /// When it was taken in.
    pub received_at: DateTime<Utc>,
    /// When the last of it was applied.
    pub applied_at: Option<DateTime<Utc>>,
}

/// An operator's decision to go on although something is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeliveryBridge {
    /// Why.
    pub reason: String,
    /// Who: the token's subject.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What is wrong with a delivery, or with one person in it. Never says what stands in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeliveryProblem {
    /// A stable name for it.
    pub kind: String,
    /// Where in the file, in Danish: record, byte or person by their places.
    pub place: Option<String>,
    /// What is wrong, in Danish.
    pub text: String,
    /// The party, where the person has one here.
    pub party_id: Option<Uuid>,
}

/// Criteria of the list of deliveries.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "schema", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeliveryListQuery {
    /// Only these.
    #[cfg_attr(feature = "schema", param(inline))]
    pub state: Option<DeliveryState>,
    /// Rows per page, 1–200, default 50.
    #[cfg_attr(feature = "schema", param(minimum = 1, maximum = 200))]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

/// What an upload says beside its bytes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "schema", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeliveryUploadQuery {
    /// The file's name, 1–200 characters, never shaped like a personal number. It is shown and means nothing else: what the file
    /// is stands in it.
    pub file_name: Option<String>,
}

/// What is to be tried again, and whether the chain is to be bridged.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeliveryRetry {
    /// Lets a waiting delivery go although something is missing before it.
    pub bridge: Option<BridgeInput>,
}

/// Why the chain is bridged.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BridgeInput {
    /// Why, 1–500 characters; stands in the audit log and on the delivery.
    pub reason: Option<String>,
}

/// A production date that nothing has come for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeliveryGap {
    /// The task.
    pub task_number: String,
    /// The production date of the delivery that is missing.
    pub missing_date: NaiveDate,
}
