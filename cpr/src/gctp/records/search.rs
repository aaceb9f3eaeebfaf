use crate::codes::PersonStatus;
use crate::gctp::layout::record;
use crate::gctp::value::{AddressingName, Protected};
use crate::gctp::{Field, Place};
use crate::{CprDate, PersonalNumber, Sex};

record! {
    /// A hit of the address search (*adressesøgning*), a row of ADRSOG1, in the recorded order. It has no standard
    /// address: the parts stand here, the road and postal names are in a look-up of the person.
    pub struct AdrsogRow in Place::Rows("ADRSOEG");
    /// Road, code and perhaps name.
    road: Field = "VEJKOD";
    /// Municipality, code and name.
    municipality: Field = "KOMKOD";
    /// House number, three digits and a letter: `077A`.
    house_number: Option<String> = "HUSNR";
    /// Floor.
    floor: Option<String> = "ETAGE";
    /// Side or door, right-aligned letters (`"  tv"`) or four digits.
    door: Option<String> = "SIDEDOER";
    /// Building number (Greenland).
    building: Option<String> = "BNR";
    /// The person's number.
    number: Option<PersonalNumber> = "PNR";
    /// Addressing name; empty for an unnamed person.
    name: AddressingName = "CNVN_ADRNVN";
    /// Birth date. In the specification, not in the recording of 2014.
    birth_date: Option<CprDate> = "CPRS_FOEDDATO", mark "CPRS_FOEDDATOUSM";
    /// Name and address protection.
    protected: Protected = "ADRBESKYT";
    /// Moved in.
    start: Option<CprDate> = "STARTDATO";
    /// Moved out; only on former residents, who are asked for with `HIST`.
    end: Option<CprDate> = "SLUTDATO";
    /// Status.
    status: Option<PersonStatus> = "CNVN_STATUS";
    /// Correction mark: `K` corrected, `A` annulled, `Æ` technical.
    correction: Option<String> = "AKM";
    /// Which table the row comes from: `1` current, `2` archive.
    origin: Option<String> = "TABMRK";
}

record! {
    /// A hit of the extended name search (*navnesøgning*), a row of NVNSOG2.
    pub struct NvnsogRow in Place::Rows("NAVNSOEG");
    /// The person's number.
    number: Option<PersonalNumber> = "PNR";
    /// Addressing name.
    name: AddressingName = "CNVN_ADRNVN";
    /// Status; with texts on inactive ones.
    status: Option<PersonStatus> = "CNVN_STATUS";
    /// The authority that registered the birth, as text.
    birth_authority: Option<String> = "FOEDMYNTXT";
    /// Sex; blank on rows of former names.
    sex: Option<Sex> = "CNVN_KOEN";
    /// Name and address protection.
    protected: Protected = "ADRBESKYT";
    /// The address in one line, without the postal part.
    standard_address: Option<String> = "STADR";
    /// Postal code and district.
    postal_code: Field = "POSTNR";
}
