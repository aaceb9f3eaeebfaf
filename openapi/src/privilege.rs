//! The only list of privileges in the house.

use serde::{Deserialize, Serialize};

/// What a token's privilege claim can grant (*privilegium*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Privilege {
    /// Look up, find and preview in CPR, apply CPR data to a party that already has the number, read the CPR tab, reveal.
    #[serde(rename = "Opdater fra CPR")]
    UpdateFromCpr,
    /// Create, edit and delete parties, write cases and their parties, read the CPR tab, reveal.
    #[serde(rename = "Partsredaktør")]
    PartyEditor,
    /// For case systems: write cases and their parties, resolve parties.
    #[serde(rename = "Sagsintegration")]
    CaseIntegration,
    /// Read and search the audit log.
    #[serde(rename = "Revisor")]
    Auditor,
}

impl Privilege {
    /// Every privilege, in the order of the contract.
    pub const ALL: [Privilege; 4] =
        [Privilege::UpdateFromCpr, Privilege::PartyEditor, Privilege::CaseIntegration, Privilege::Auditor];

    /// The value of the claim, as the identity provider writes it.
    pub const fn claim(self) -> &'static str {
        match self {
            Privilege::UpdateFromCpr => "Opdater fra CPR",
            Privilege::PartyEditor => "Partsredaktør",
            Privilege::CaseIntegration => "Sagsintegration",
            Privilege::Auditor => "Revisor",
        }
    }

    /// The privilege with this claim value; `None` for a value that names no privilege.
    pub fn from_claim(claim: &str) -> Option<Privilege> {
        Privilege::ALL.into_iter().find(|privilege| privilege.claim() == claim)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_claim_value_and_the_json_form_are_the_same_word() {
        for privilege in Privilege::ALL {
            assert_eq!(serde_json::to_value(privilege).unwrap(), privilege.claim());
            assert_eq!(Privilege::from_claim(privilege.claim()), Some(privilege));
        }
        assert_eq!(Privilege::from_claim("partsredaktør"), None);
    }
}
