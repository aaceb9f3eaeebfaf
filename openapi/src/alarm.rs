//! Patterns in the log that somebody should look at (*alarmer*).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// From when.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "schema", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuditAlarmQuery {
    /// At or after this time; default: seven days before `to`, at most 31.
    pub from: Option<DateTime<Utc>>,
    /// Before this time; default: now.
    pub to: Option<DateTime<Utc>>,
}

/// The patterns that were met in a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditAlarms {
    /// Entries at or after this time.
    pub from: DateTime<Utc>,
    /// Entries before this time.
    pub to: DateTime<Utc>,
    /// The latest first.
    pub items: Vec<AuditAlarm>,
}

/// What an alarm is about. Look-ups with a case are left out everywhere, and so is what jobs do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AuditPattern {
    /// One caller looked up 50 or more different persons within an hour; `count` is the persons.
    ManyPersons,
    /// One caller looked one person up five times or more, on three days or more; `count` is the look-ups.
    SamePerson,
    /// Five or more callers looked one person up within a day; `count` is the callers.
    ManyCallers,
    /// One caller made three look-ups or more in one night, from 22 to 6 in Denmark; `count` is the look-ups.
    AtNight,
    /// One caller was refused ten times or more within an hour, at whatever; `count` is the attempts.
    Refused,
}

/// A pattern that was met. It proves nothing: somebody should look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditAlarm {
    /// Which.
    pub pattern: AuditPattern,
    /// The person for whom a system acted, else the token's subject; `null` when it is many.
    pub actor: Option<String>,
    /// The party, where it is about one person and the log knows the party.
    pub party_id: Option<Uuid>,
    /// The first entry.
    pub from: DateTime<Utc>,
    /// The last one.
    pub to: DateTime<Utc>,
    /// How many.
    pub count: u64,
}
