//! A case, its parties, opening and closing.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::party::{ExternalId, Party};

/// Open or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CaseStatus {
    /// *Åben*.
    Open,
    /// *Lukket, afsluttet*.
    Closed,
}

/// A case of the authority's (*sag*), known by its number in the case system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// The case system's own key, 1–64 characters, never shaped like a personal number.
    pub case_number: String,
    /// The case's title.
    pub title: Option<String>,
    /// Open or closed.
    pub status: CaseStatus,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Who is responsible for it in the case system.
    pub responsible: Option<String>,
    /// When it was first written here.
    pub created_at: DateTime<Utc>,
    /// When it was last changed here.
    pub updated_at: DateTime<Utc>,
    /// Rises with every change of the case or of who is party to it.
    pub version: i64,
}

/// The writable fields of a case. All of them are written: what is left out is emptied, except `parties`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CaseInput {
    /// May be left out; else it must be the one in the path.
    pub case_number: Option<String>,
    /// The case's title, at most 500 characters.
    pub title: Option<String>,
    /// Open or closed; required.
    pub status: Option<CaseStatus>,
    /// Required when closed, absent when open.
    pub closed_at: Option<DateTime<Utc>>,
    /// Who is responsible for it, at most 200 characters.
    pub responsible: Option<String>,
    /// When present, replaces all parties of the case, at most 500; when absent, leaves them.
    pub parties: Option<Vec<CasePartyInput>>,
}

/// Which party, and what it is to the case. Exactly one key is given, and the party must exist: `POST /parties/resolve` creates
/// one that does not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CasePartyInput {
    /// The party's id.
    pub party_id: Option<Uuid>,
    /// Or its personal number.
    pub personal_number: Option<String>,
    /// Or its key in another system.
    pub external_id: Option<ExternalId>,
    /// What the party is to the case, each 1–100 characters.
    pub roles: Option<Vec<String>>,
    /// Whether the party is to be followed in CPR because of this case, default `true`.
    pub subscribe: Option<bool>,
}

/// What a party is to a case.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CaseRelationInput {
    /// What the party is to the case, each 1–100 characters.
    pub roles: Option<Vec<String>>,
    /// Whether the party is to be followed in CPR because of this case, default `true`.
    pub subscribe: Option<bool>,
}

/// A party of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CaseParty {
    /// The party.
    pub party: Party,
    /// What it is to the case.
    pub roles: Vec<String>,
    /// Whether it is to be followed in CPR because of this case.
    pub subscribe: bool,
}

/// A case of a party.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PartyCase {
    /// The case.
    pub case: Case,
    /// What the party is to it.
    pub roles: Vec<String>,
    /// Whether the party is to be followed in CPR because of this case.
    pub subscribe: bool,
}

/// Criteria of the list of cases.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "schema", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CaseListQuery {
    /// Only open or only closed ones.
    pub status: Option<CaseStatus>,
    /// Changed here at or after this time.
    pub updated_since: Option<DateTime<Utc>>,
    /// Rows per page, 1–200, default 50.
    #[cfg_attr(feature = "schema", param(minimum = 1, maximum = 200))]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}
