//! The feed of events: what changed, never to what.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What happened. One event concerns exactly one party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum EventType {
    /// A party was created.
    #[serde(rename = "party.created")]
    PartyCreated,
    /// A party got a new version; one event a version.
    #[serde(rename = "party.updated")]
    PartyUpdated,
    /// A party was deleted.
    #[serde(rename = "party.deleted")]
    PartyDeleted,
    /// Protection began or ended.
    #[serde(rename = "party.protection-changed")]
    PartyProtectionChanged,
    /// CPR says that the person is dead.
    #[serde(rename = "party.deceased")]
    PartyDeceased,
    /// CPR's person status changed.
    #[serde(rename = "party.status-changed")]
    PartyStatusChanged,
    /// The party has another personal number.
    #[serde(rename = "party.personal-number-changed")]
    PartyPersonalNumberChanged,
    /// CPR says that two parties are the same person.
    #[serde(rename = "party.duplicate-found")]
    PartyDuplicateFound,
    /// CPR is asked to follow the party.
    #[serde(rename = "subscription.requested")]
    SubscriptionRequested,
    /// CPR follows the party.
    #[serde(rename = "subscription.active")]
    SubscriptionActive,
    /// CPR no longer follows the party.
    #[serde(rename = "subscription.ended")]
    SubscriptionEnded,
    /// CPR will not follow the party.
    #[serde(rename = "subscription.failed")]
    SubscriptionFailed,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Place in the feed: rises by one, without gaps.
    pub seq: i64,
    /// The event's own key.
    pub id: Uuid,
    /// What happened.
    #[serde(rename = "type")]
    pub type_: EventType,
    /// To which party.
    pub party_id: Uuid,
    /// When it was stored here.
    pub occurred_at: DateTime<Utc>,
    /// The names of the fields of `Party` that changed, never their values: read the party to see them. Empty when it was deleted.
    pub changed_fields: Vec<String>,
}

/// Where to read on, and how.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "schema", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventQuery {
    /// Events with a greater `seq`; default 0, the beginning. Before what is kept it is `cursor-expired`.
    #[cfg_attr(feature = "schema", param(minimum = 0))]
    pub after: Option<i64>,
    /// At most so many, 1–200, default 50.
    #[cfg_attr(feature = "schema", param(minimum = 1, maximum = 200))]
    pub limit: Option<u32>,
    /// Only this type.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "schema", param(rename = "type", inline))]
    pub type_: Option<EventType>,
    /// Seconds to wait for the next event when there is none, 0–30, default 0.
    #[cfg_attr(feature = "schema", param(minimum = 0, maximum = 30))]
    pub wait: Option<u32>,
}

/// A piece of the feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EventPage {
    /// The events, in order.
    pub items: Vec<Event>,
    /// The last `seq` that exists; 0 when none was ever made.
    pub latest: i64,
    /// The first `seq` that is still kept; `null` when there is none.
    pub oldest: Option<i64>,
}
