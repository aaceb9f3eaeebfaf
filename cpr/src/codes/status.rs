use super::codes;

codes! {
    /// A person's status in CPR (*personstatus*). The texts are our short Danish wording of CPR's definitions.
    pub enum PersonStatus {
        /// Active, resident in Denmark.
        ResidentInDenmark = "01", "Bopæl i Danmark";
        /// Active in Denmark on a special road code (9900–9999): no fixed abode and the like.
        NoFixedAbodeInDenmark = "03", "Uden fast bopæl i Danmark";
        /// Active, resident in Greenland.
        ResidentInGreenland = "05", "Bopæl i Grønland";
        /// Active in Greenland on a special road code.
        NoFixedAbodeInGreenland = "07", "Uden fast bopæl i Grønland";
        /// Without residence; the number was given for administrative reasons (tax, ATP, church acts).
        Administrative = "20", "Uden bopæl, administrativt personnummer";
        /// The number was annulled: it should not have been given.
        Annulled = "30", "Annulleret personnummer";
        /// The number was deleted because the person had two.
        Deleted = "50", "Slettet personnummer";
        /// The number was changed, because birth date or legal sex was corrected.
        Changed = "60", "Ændret personnummer";
        /// Disappeared: does not react to the authorities.
        Disappeared = "70", "Forsvundet";
        /// Emigrated.
        Emigrated = "80", "Udrejst";
        /// Dead, also when dead as emigrated or disappeared.
        Dead = "90", "Død";
    }
}

/// What CPR has of an address for a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressStanding {
    /// A current address in Denmark.
    Danish,
    /// A current address in Greenland.
    Greenlandic,
    /// A special road code and no address to visit.
    NoFixedAbode,
    /// Foreign address lines, as reported at emigration.
    Foreign,
    /// No current address.
    None,
}

impl PersonStatus {
    /// Whether the person is active in the register: resident in Denmark or Greenland, with or without fixed abode.
    #[must_use]
    pub fn is_active(&self) -> bool {
        matches!(
            self,
            Self::ResidentInDenmark
                | Self::NoFixedAbodeInDenmark
                | Self::ResidentInGreenland
                | Self::NoFixedAbodeInGreenland
        )
    }

    /// Whether another number took this one's place (50, 60), so that the answer carries the current number.
    #[must_use]
    pub fn is_superseded(&self) -> bool {
        matches!(self, Self::Deleted | Self::Changed)
    }

    /// Which kind of address CPR has for a person of this status; `None` for an unknown status.
    #[must_use]
    pub fn address_standing(&self) -> Option<AddressStanding> {
        Some(match self {
            Self::ResidentInDenmark => AddressStanding::Danish,
            Self::ResidentInGreenland => AddressStanding::Greenlandic,
            Self::NoFixedAbodeInDenmark | Self::NoFixedAbodeInGreenland => AddressStanding::NoFixedAbode,
            Self::Emigrated => AddressStanding::Foreign,
            Self::Administrative | Self::Annulled | Self::Deleted | Self::Changed | Self::Disappeared | Self::Dead => {
                AddressStanding::None
            }
            Self::Unknown(_) => return None,
        })
    }
}
