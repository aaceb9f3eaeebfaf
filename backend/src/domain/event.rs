//! What happened to a party, for those who follow the feed (*hændelse*).

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventType {
    /// A party was created.
    PartyCreated,
    /// A party got a new version; one event a version.
    PartyUpdated,
    /// A party was deleted.
    PartyDeleted,
    /// Protection began or ended.
    PartyProtectionChanged,
    /// CPR says that the person is dead.
    PartyDeceased,
    /// CPR's person status changed.
    PartyStatusChanged,
    /// The party has another personal number.
    PartyPersonalNumberChanged,
    /// CPR says that two parties are the same person.
    PartyDuplicateFound,
    /// CPR is asked to follow the party.
    SubscriptionRequested,
    /// CPR follows the party.
    SubscriptionActive,
    /// CPR no longer follows the party.
    SubscriptionEnded,
    /// CPR will not follow the party.
    SubscriptionFailed,
}

impl EventType {
    /// Every type.
    pub const ALL: [EventType; 12] = [
        EventType::PartyCreated,
        EventType::PartyUpdated,
        EventType::PartyDeleted,
        EventType::PartyProtectionChanged,
        EventType::PartyDeceased,
        EventType::PartyStatusChanged,
        EventType::PartyPersonalNumberChanged,
        EventType::PartyDuplicateFound,
        EventType::SubscriptionRequested,
        EventType::SubscriptionActive,
        EventType::SubscriptionEnded,
        EventType::SubscriptionFailed,
    ];

    /// The name in the feed.
    pub const fn name(self) -> &'static str {
        match self {
            EventType::PartyCreated => "party.created",
            EventType::PartyUpdated => "party.updated",
            EventType::PartyDeleted => "party.deleted",
            EventType::PartyProtectionChanged => "party.protection-changed",
            EventType::PartyDeceased => "party.deceased",
            EventType::PartyStatusChanged => "party.status-changed",
            EventType::PartyPersonalNumberChanged => "party.personal-number-changed",
            EventType::PartyDuplicateFound => "party.duplicate-found",
            EventType::SubscriptionRequested => "subscription.requested",
            EventType::SubscriptionActive => "subscription.active",
            EventType::SubscriptionEnded => "subscription.ended",
            EventType::SubscriptionFailed => "subscription.failed",
        }
    }

    /// The type with this name.
    pub fn from_name(name: &str) -> Option<EventType> {
        EventType::ALL.into_iter().find(|type_| type_.name() == name)
    }
}

/// An event that is about to be stored; its number is given when it is.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// What happened.
    pub type_: EventType,
    /// To which party.
    pub party_id: Uuid,
    /// The names of the contract's fields that changed, never their values.
    pub changed_fields: Vec<String>,
}

/// A stored event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Place in the feed: rises by one, without gaps.
    pub seq: i64,
    /// The event's own key.
    pub id: Uuid,
    /// What happened, to whom.
    pub event: NewEvent,
    /// When it was stored.
    pub occurred_at: DateTime<Utc>,
}

/// A piece of the feed.
#[derive(Debug, Clone, PartialEq)]
pub struct EventPage {
    /// The events, in order.
    pub items: Vec<Event>,
    /// The last number that was ever given; 0 when none was.
    pub latest: i64,
    /// The first number that is still kept.
    pub oldest: Option<i64>,
}
