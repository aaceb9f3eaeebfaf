use crate::codes::{FamilyRelation, PersonStatus, ProtectionKind};
use crate::gctp::layout::record;
use crate::gctp::value::{AddressingName, NumberOrBirthDate};
use crate::gctp::{Place, inferred};

record! {
    /// One relative (*familieoplysninger*), a row of FAMILIE. The field names come from a replica of the service and
    /// fit CPR's list of nine items one by one.
    pub struct FamilieRow in Place::Rows(inferred::FAMILY_TABLE);
    /// How the relative is related to the person asked for.
    relation: Option<FamilyRelation> = "FAMMRK";
    /// The relative's number, or birth date.
    number_or_birth_date: Option<NumberOrBirthDate> = "PNR_FOEDDATO";
    /// Addressing name.
    name: AddressingName = "ADRNVN";
    /// The relative's own address in one line.
    standard_address: Option<String> = "STADR";
    /// Postal code.
    postal_code: Option<String> = "CPST_POSTNR";
    /// Postal district.
    postal_district: Option<String> = "CPSN_POSTDISTTXT";
    /// The relative's status.
    status: Option<PersonStatus> = "CNVN_STATUS";
    /// The relative's own protection: it decides what of the relative may be shown.
    protection: Option<ProtectionKind> = "CBSK_TYP";
    /// Whether this relative has custody, or for a child: whether the person asked for has it.
    custody: bool = "FORAELDREMYNMRK";
}

impl FamilieRow {
    /// Whether the relative's name and address must be treated as protected: by the mark of that kind, or by one that
    /// nobody knows.
    #[must_use]
    pub fn is_protected(&self) -> bool {
        matches!(self.protection, Some(ProtectionKind::NameAndAddress | ProtectionKind::Unknown(_)))
    }
}
