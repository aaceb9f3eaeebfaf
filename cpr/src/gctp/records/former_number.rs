use crate::codes::PersonStatus;
use crate::gctp::layout::record;
use crate::gctp::{Field, Place, inferred};
use crate::{CprDate, PersonalNumber};

record! {
    /// A number that the person had before (*tidligere personnummer*), a row of TIDLPNR. All names are inferred.
    pub struct TidlpnrRow in Place::Rows(inferred::FORMER_NUMBERS_TABLE);
    /// The former number.
    number: Option<PersonalNumber> = inferred::FORMER_NUMBER;
    /// Its status: 50 deleted, 60 changed.
    status: Option<PersonStatus> = inferred::FORMER_NUMBER_STATUS;
    /// From when it was the person's.
    start: Option<CprDate> = inferred::FORMER_NUMBER_START, mark inferred::FORMER_NUMBER_START_MARK;
    /// Until when.
    end: Option<CprDate> = inferred::FORMER_NUMBER_END, mark inferred::FORMER_NUMBER_END_MARK;
    /// Whether the birth date is uncertain.
    birth_date_uncertain: bool = inferred::FORMER_NUMBER_BIRTH_MARK;
    /// The authority that registered the current number.
    authority: Field = inferred::FORMER_NUMBER_AUTHORITY;
    /// When the row was last updated, 20 digits.
    updated: Option<String> = inferred::FORMER_NUMBER_UPDATED;
}
