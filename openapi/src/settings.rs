//! What the browser needs to know of this installation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Wording, placement and what is switched on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// The red text.
    pub protection_message: String,
    /// Whether a protected address is shown under the warning or hidden until revealed.
    pub protection_display: ProtectionDisplay,
    /// Whose parties are followed in CPR.
    pub subscription_scope: SubscriptionScope,
    /// Why all cases are followed, when they are.
    pub all_cases_reason: Option<String>,
    /// How many days after its closing a case is "recently closed".
    pub recently_closed_days: u32,
    /// Which element stands on which tab of the dialog.
    pub dialog_placement: BTreeMap<DialogElement, DialogTab>,
    /// What this installation can do.
    pub capabilities: Capabilities,
    /// When a look-up needs a reason.
    pub require_reason: RequireReason,
}

/// What happens to a protected address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ProtectionDisplay {
    /// Shown under the warning.
    Warn,
    /// Hidden until it is revealed with a reason.
    Mask,
}

/// Whose parties are followed in CPR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SubscriptionScope {
    /// Parties of open and recently closed cases.
    OpenAndRecentlyClosed,
    /// Parties of any case.
    AllCases,
}

/// When a look-up needs a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RequireReason {
    /// Never.
    Never,
    /// When no case is named.
    WithoutCase,
    /// Always.
    Always,
}

/// The elements of the dialog that can be placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum DialogElement {
    /// The button *Hent fra CPR*.
    FetchFromCpr,
    /// The button *Find CPR-nummer*.
    FindPersonalNumber,
    /// The stamp *Opdateret*.
    UpdatedAt,
    /// The red message beside the address.
    ProtectionMessage,
}

/// The tabs of the dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum DialogTab {
    /// *Generelt*.
    General,
    /// *Identifikation*.
    Identification,
    /// *Andet*.
    Other,
    /// *CPR*.
    Cpr,
}

/// What this installation can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Capabilities {
    /// Look up a person by number.
    pub lookup: bool,
    /// Find a personal number by name and address.
    pub find: bool,
    /// Children, civil status and the other details of the CPR tab.
    pub family: bool,
    /// Follow parties in CPR.
    pub subscription: bool,
    /// Take in change files through the API.
    pub upload: bool,
}
