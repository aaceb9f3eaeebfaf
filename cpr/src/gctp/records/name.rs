use crate::codes::PersonStatus;
use crate::gctp::layout::record;
use crate::gctp::value::AddressingName;
use crate::gctp::{Field, Place, inferred};
use crate::{CprDate, Sex};

record! {
    /// Current name (*nuværende navn*), answer of NAVNE3. Marks on names: `+` shortened, `*` with characters that CPR
    /// cannot write, `=` insufficiently documented.
    pub struct Navne3 in Place::Loose;
    /// Addressing name, at most 34 characters.
    name: AddressingName = "CNVN_ADRNVN";
    /// When the addressing name was registered, 20 digits.
    name_registered: Option<String> = "CNVN_ADRNVNTIMSTP";
    /// First names, at most 50 characters.
    first_names: Option<String> = "CNVN_FORNVN";
    /// Mark on the first names.
    first_names_mark: Option<String> = inferred::FIRST_NAMES_MARK;
    /// Middle name, at most 40 characters.
    middle_name: Option<String> = "CNVN_MELNVN";
    /// Mark on the middle name.
    middle_name_mark: Option<String> = "CNVN_MELNVNMRK";
    /// Surname, at most 40 characters.
    surname: Option<String> = "CNVN_EFTERNVN";
    /// Mark on the surname.
    surname_mark: Option<String> = inferred::SURNAME_MARK;
    /// Sex.
    sex: Option<Sex> = "CNVN_KOEN";
    /// Status.
    status: Option<PersonStatus> = "CNVN_STATUS";
    /// Start of the status.
    status_since: Option<CprDate> = "CNVN_STATUSSTARTDATO", mark "CNVN_STATUSDATOUSM";
    /// From when the name is valid; may be incomplete.
    start: Option<CprDate> = "CNVN_STARTDATO", mark "CNVN_STARTDATOUSM";
    /// The authority behind the name, code and name.
    authority: Field = "CNVN_STARTMYNKOD";
    /// The authority as text.
    authority_text: Option<String> = "CNVN_MYNTXT";
    /// When that text was registered, 20 digits.
    authority_text_registered: Option<String> = "CNVN_MYNTXTTIMSTP";
    /// Whether there are former names.
    has_former: bool = "HISTORIKMRK";
}

impl Navne3 {
    /// First names, middle name and surname, unshortened; the addressing name where CPR gave nothing else. `None` for
    /// an unnamed person.
    #[must_use]
    pub fn full(&self) -> Option<String> {
        let parts = [&self.first_names, &self.middle_name, &self.surname];
        let parts: Vec<&str> = parts.into_iter().filter_map(|part| part.as_deref().map(str::trim)).collect();
        if parts.is_empty() { self.name.full() } else { Some(parts.join(" ")) }
    }
}
