//! A case of the authority's (*sag*) and who is party to it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::subscription::Follow;

/// Open or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseStatus {
    /// *Åben*.
    Open,
    /// *Lukket, afsluttet*, at this time.
    Closed(DateTime<Utc>),
}

/// A case, known by its number in the case system.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The case system's own key, 1–64 characters, never shaped like a personal number.
    pub case_number: String,
    /// The case's title.
    pub title: Option<String>,
    /// Open, or closed when.
    pub status: CaseStatus,
    /// Who is responsible for it in the case system.
    pub responsible: Option<String>,
    /// When it was first written here.
    pub created_at: DateTime<Utc>,
    /// When it was last changed here.
    pub updated_at: DateTime<Utc>,
    /// Rises with every change of the case or of who is party to it.
    pub version: i64,
    /// As what, and until when, it lets its parties be followed; `None`: not computed yet, then they are not.
    pub follow: Option<Follow>,
}

/// What a party is to a case (*sagspart*).
#[derive(Debug, Clone, PartialEq)]
pub struct CaseRelation {
    /// The case.
    pub case_number: String,
    /// The party.
    pub party_id: Uuid,
    /// What the party is to the case (*partsrolle*).
    pub roles: Vec<String>,
    /// Whether the party is to be followed in CPR because of this case.
    pub subscribe: bool,
}

/// Criteria of the list of cases.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CaseCriteria {
    /// Only open (`true`) or only closed (`false`) ones.
    pub open: Option<bool>,
    /// Changed here at or after this time.
    pub updated_since: Option<DateTime<Utc>>,
}
