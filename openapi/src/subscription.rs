//! Following parties in CPR (*abonnement*): why, since when, until when, and what is in the way.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where a subscription stands with CPR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SubscriptionState {
    /// CPR was never asked to follow this person, or need not be any more and never was.
    None,
    /// CPR is being asked; not confirmed yet.
    Requested,
    /// CPR has confirmed: changes are delivered.
    Active,
    /// CPR is being asked to stop; not confirmed yet.
    Ending,
    /// CPR has confirmed that it stopped.
    Ended,
    /// CPR refused, and asking again would not help.
    Failed,
}

/// Why a party is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ReasonKind {
    /// The party is on an open case.
    OpenCase,
    /// The party is on a case that was closed at most `recentlyClosedDays` ago.
    RecentlyClosedCase,
    /// The party is on a closed case, and this installation follows the parties of all cases (see `allCasesReason`).
    AllCases,
}

/// A reason that holds now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionReason {
    /// What kind.
    pub kind: ReasonKind,
    /// Which case; `null` for callers who may not read cases.
    pub case_number: Option<String>,
    /// The last day on which it holds, in Danish time; `null`: no end is known.
    pub until: Option<NaiveDate>,
}

/// A reason that holds or held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PastReason {
    /// What kind.
    pub kind: ReasonKind,
    /// Which case; `null` for callers who may not read cases.
    pub case_number: Option<String>,
    /// Since when.
    pub from: DateTime<Utc>,
    /// Until when; `null` while it holds.
    pub to: Option<DateTime<Utc>>,
}

/// Why a party is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NotSubscribedBecause {
    /// The party has no personal number.
    NoPersonalNumber,
    /// The party has a replacement number (day + 60), which CPR does not know.
    ReplacementNumber,
    /// A company is not in CPR.
    Company,
    /// The party is on no case that would be a reason.
    NoCase,
    /// The party is on such cases, but on none of them is it to be followed (`subscribe: false`).
    OptedOut,
    /// CPR does not know the number.
    UnknownToCpr,
    /// CPR Direkte is not configured here.
    ChannelOff,
}

/// Why CPR did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionError {
    /// CPR's number, two digits, or `unreachable`.
    pub code: String,
    /// When it said so last.
    pub at: DateTime<Utc>,
    /// How often it was asked in vain.
    pub attempts: u32,
    /// When it is asked again; `null`: not before the number or the configuration changes.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

/// How a party is followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// The party; `null` when the party whose number was followed is gone and the end is not confirmed yet.
    pub party_id: Option<Uuid>,
    /// Whether it is to be followed: at least one reason holds.
    pub wanted: bool,
    /// Where it stands with CPR.
    pub state: SubscriptionState,
    /// The reasons that hold now.
    pub reasons: Vec<SubscriptionReason>,
    /// The reasons that hold or held, the latest first.
    pub reason_history: Vec<PastReason>,
    /// Why it is not followed; `null` when it is, or is about to be.
    pub not_subscribed_because: Option<NotSubscribedBecause>,
    /// When CPR was first asked to follow, this time round.
    pub requested_at: Option<DateTime<Utc>>,
    /// When CPR confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When CPR was first asked to stop.
    pub end_requested_at: Option<DateTime<Utc>>,
    /// When CPR confirmed the end.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why CPR did not do what it was asked last; `null` when it did.
    pub last_error: Option<SubscriptionError>,
}

/// What a party shows of its subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PartySubscription {
    /// Where it stands with CPR.
    pub state: SubscriptionState,
    /// Whether the party is to be followed: at least one reason holds.
    pub wanted: bool,
    /// The reasons that hold now.
    pub reasons: Vec<SubscriptionReason>,
}

/// Which subscriptions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "schema", into_params(parameter_in = Query))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubscriptionListQuery {
    /// Only those that stand there; `none`: parties that are to be followed and of whom CPR was not asked yet. Without it,
    /// everything that CPR was ever asked.
    pub state: Option<SubscriptionState>,
    /// Rows per page, 1–200, default 50.
    #[cfg_attr(feature = "schema", param(minimum = 1, maximum = 200))]
    pub limit: Option<u32>,
    /// The `next` of the page before, with the same `state`.
    pub cursor: Option<String>,
}

/// Whether what is wanted is what CPR has confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionSummary {
    /// How many persons are to be followed.
    pub wanted: u64,
    /// How many of them CPR has confirmed.
    pub confirmed: u64,
    /// How many subscriptions stand where; `none`: wanted, and CPR was not asked yet.
    pub by_state: BTreeMap<SubscriptionState, u64>,
    /// The delivery that was applied last; `null` when none ever was.
    pub last_delivery: Option<LastDelivery>,
    /// When the next one is expected to be ready at CPR; in the past when it is late. `null` when none was ever applied.
    pub next_delivery_expected: Option<DateTime<Utc>>,
    /// For how many seconds a delivery has been due and is not applied; 0 while none is due, `null` when none was ever applied.
    pub lag_seconds: Option<i64>,
    /// When wanted and confirmed are compared next by schedule; a change of a case does not wait for it.
    pub next_run_at: Option<DateTime<Utc>>,
    /// Which production dates are missing, so that what came after them waits.
    pub gaps: Vec<DeliveryGap>,
}

/// The delivery that was applied last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LastDelivery {
    /// Its key, for `GET /deliveries/{id}`.
    pub id: Uuid,
    /// The date whose state of CPR it is.
    pub production_date: Option<NaiveDate>,
    /// When it was applied.
    pub applied_at: Option<DateTime<Utc>>,
}

/// A delivery that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeliveryGap {
    /// CPR's task.
    pub task_number: String,
    /// The production date that did not come.
    pub missing_date: NaiveDate,
}
