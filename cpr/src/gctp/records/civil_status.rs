use crate::codes::CivilStatus;
use crate::gctp::layout::record;
use crate::gctp::{Field, Place, inferred};
use crate::{CprDate, PersonalNumber};

record! {
    /// Current civil status (*civilstand*), answer of CIVIL3. The spouse is the current one for married and registered
    /// partners, the former one for divorced and dissolved, the deceased one for widowed; the names of the spouse's
    /// fields are inferred.
    pub struct Civil3 in Place::Loose;
    /// Civil status.
    status: Option<CivilStatus> = "CCIV_CIVST";
    /// Since when.
    start: Option<CprDate> = "CCIV_STARTDATO", mark "CCIV_STARTDATOUSM";
    /// The authority as text.
    authority_text: Option<String> = "CCIV_MYNTXT";
    /// The authority that registered that text.
    authority: Field = "CCIV_MYNTXTMYNKOD";
    /// The spouse's number.
    spouse_number: Option<PersonalNumber> = inferred::SPOUSE_NUMBER;
    /// The spouse's birth date, where there is no Danish number.
    spouse_birth_date: Option<CprDate> = inferred::SPOUSE_BIRTH_DATE, mark inferred::SPOUSE_BIRTH_DATE_MARK;
    /// The spouse's name, surname first, where there is no Danish number.
    spouse_name: Option<String> = inferred::SPOUSE_NAME;
    /// Mark on that name.
    spouse_name_mark: Option<String> = inferred::SPOUSE_NAME_MARK;
    /// Ties a separation to this marriage.
    separation_reference: Option<String> = inferred::SEPARATION_REFERENCE;
    /// Whether there were other civil statuses before.
    has_former: bool = inferred::CIVIL_STATUS_HISTORY;
}
