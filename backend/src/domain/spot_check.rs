//! Spot checks of the log (*stikprøver*): from time to time somebody looks at a few recent look-ups that no case explains.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::audit::Entry;

/// The operations that show one person's data to whoever asks for that person: what can be drawn. Lists and searches show
/// many at once and have criteria instead of a person; what an opened party shows beside itself would count the same look-up
/// twice.
pub const LOOK_UPS: [&str; 9] = [
    "look_up_person",
    "find_person",
    "find_party_personal_number",
    "preview_party_cpr",
    "fetch_party_cpr",
    "get_party",
    "get_party_cpr",
    "get_party_history",
    "reveal_party_address",
];

/// A look-up that could be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookUp {
    /// Its place in the log.
    pub seq: i64,
    /// The entry.
    pub entry_id: Uuid,
    /// A case explains it: it is set aside.
    pub is_related: bool,
}

/// A sample that was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct SpotCheck {
    /// The key.
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
    /// The key of the draw, hexadecimal.
    pub seed: String,
    /// Look-ups without case relation.
    pub eligible: u64,
    /// Look-ups with one.
    pub set_aside: u64,
}

/// A sample, and how far it has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The sample.
    pub spot_check: SpotCheck,
    /// How many look-ups it has.
    pub drawn: u64,
    /// About how many of them something is noted.
    pub noted: u64,
}

/// A look-up of a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The key of the entry.
    pub entry_id: Uuid,
    /// The entry, as long as the log has it.
    pub entry: Option<Entry>,
    /// What was noted, oldest first.
    pub notes: Vec<Note>,
}

/// What was found out about a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// It had a work-related purpose.
    InOrder,
    /// Somebody has been asked.
    UnderInquiry,
    /// It had none.
    NotInOrder,
}

/// A note about a look-up.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// What was found out.
    pub finding: Finding,
    /// In words.
    pub text: Option<String>,
}
