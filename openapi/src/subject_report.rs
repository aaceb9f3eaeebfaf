//! A citizen's own report (*indsigtsrapport*, GDPR article 15): what is held of one person, from where, why the person is
//! followed, and who has seen or changed what, when and for what.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::audit::AuditOutcome;
use crate::case::Case;
use crate::cpr_tab::CprTab;
use crate::party::{ChangeSource, FieldChange, Party};
use crate::subscription::Subscription;

/// Whose report, and how much of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubjectReportRequest {
    /// The person's number, present or former; with or without hyphen. Required.
    pub personal_number: Option<String>,
    /// Why the report is made, at most 500 characters. Where protected addresses are masked, the person's own are in the report
    /// only with a reason.
    pub reason: Option<String>,
    /// `true`: name the staff who did what, and who is responsible for the cases. Default `false`. Needs a `reason`: staff are
    /// withheld unless it is decided that the person needs to know them.
    pub include_staff: Option<bool>,
}

/// Everything that the register can tell one person about that person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SubjectReport {
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// The number that was asked about, ten digits.
    pub personal_number: String,
    /// The person's other numbers, present and former, under which was looked as well.
    pub other_personal_numbers: Vec<String>,
    /// Whether staff are named.
    pub staff_included: bool,
    /// What is held, one entry a party with one of the numbers. Empty: nothing is held. Several: the reader must make sure that
    /// they are one person.
    pub parties: Vec<SubjectParty>,
    /// Parties that the log names together with one of the numbers and that do not have it now: deleted ones, and those on
    /// which the number stood by mistake.
    pub other_party_ids: Vec<Uuid>,
    /// The log reaches back to this time; what was done before is deleted. `null`: the log is empty.
    pub log_from: Option<DateTime<Utc>>,
    /// What was done, newest first, at most 10,000 entries.
    pub entries: Vec<SubjectEntry>,
    /// There are older entries than the ones told.
    pub more_entries: bool,
}

/// What is held of the person on one party.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SubjectParty {
    /// The values in force; where they are CPR's, and what else CPR says, stands in `cpr`.
    pub party: Party,
    /// What CPR has told beyond that, as far as it is kept. Protected addresses of other people are never in it, whatever the
    /// installation shows its staff, and neither is a guardian's name and address.
    pub details: CprTab,
    /// The cases that the person is party to. `responsible` is withheld like other staff.
    pub cases: Vec<SubjectCase>,
    /// Whether and why CPR follows the person for the authority, now and before.
    pub subscription: Subscription,
    /// What was changed, newest first.
    pub changes: Vec<SubjectChange>,
    /// The party had somebody else's number before: changes up to then are about somebody else and are not told.
    pub earlier_changes_withheld: bool,
}

/// A case of the person's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SubjectCase {
    /// The case.
    pub case: Case,
    /// What the person is to it.
    pub roles: Vec<String>,
    /// Whether CPR is to follow the person because of it.
    pub subscribe: bool,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SubjectActor {
    /// Tells one from another within this report: 1 is who comes first.
    pub number: u32,
    /// The house itself did it, by a job.
    pub automatic: bool,
    /// The person for whom a system acted, else the token's subject; `null` when staff are withheld.
    pub name: Option<String>,
}

/// A change of what is held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SubjectChange {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: SubjectActor,
    /// Through which door.
    pub source: ChangeSource,
    /// Which fields.
    pub fields: Vec<FieldChange>,
}

/// An entry of the log about the person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SubjectEntry {
    /// The entry's key in the log.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: SubjectActor,
    /// What: the name of the operation in the specification.
    pub operation: String,
    /// Why, in the words of who did it.
    pub reason: Option<String>,
    /// For which case.
    pub case_number: Option<String>,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// With `refused` and `failed`: the code of the problem.
    pub problem: Option<String>,
}
