use crate::codes::{AddressStanding, PersonStatus};
use crate::gctp::layout::record;
use crate::gctp::value::{AddressingName, Protected};
use crate::gctp::{Field, Place, inferred};
use crate::{CprDate, PersonalNumber, Sex};

record! {
    /// Basic data of a person (*stamoplysninger*), answer of STAM and of STAMP: the same 27 items, in the recorded
    /// order. From STAMP a protected person comes blanked: [`Stam::is_withheld`].
    pub struct Stam in Place::Presentation(inferred::STAM_GROUP);
    /// The number asked for.
    number: Option<PersonalNumber> = "PNR";
    /// Whether something about the person waits for approval in CPR (*Vent*).
    waiting: bool = "I_VENT_MRK";
    /// Addressing name, at most 34 characters; empty for an unnamed person.
    name: AddressingName = "ADRNVN";
    /// Sex.
    sex: Option<Sex> = "KOEN";
    /// Status.
    status: Option<PersonStatus> = "STATUS";
    /// Since when, for inactive statuses (20–90); empty for active ones.
    status_since: Option<CprDate> = "STARTDATOSTATUS";
    /// The current number, where this one is deleted or changed (50, 60).
    current_number: Option<PersonalNumber> = "PNRGAELD";
    /// Birth date; goes before what the number tells.
    birth_date: Option<CprDate> = "FOEDDATO", mark "FOEDDATOUSM";
    /// Name and address protection.
    protected: Protected = "BESKYT";
    /// c/o name, with its `c/o `.
    care_of: Option<String> = "CONVN";
    /// Floor: `st`, `kl`, `01` …
    floor: Option<String> = "ETAGE";
    /// House number, three digits and a letter: `077A`.
    house_number: Option<String> = "HUSNR";
    /// Side or door, right-aligned letters (`"  tv"`) or four digits.
    door: Option<String> = "SIDEDOER";
    /// Building number (Greenland).
    building: Option<String> = "BNR";
    /// Municipality: code and name.
    municipality: Field = "KOMKOD";
    /// Road: code and name.
    road: Field = "VEJKOD";
    /// Supplementary town.
    town: Option<String> = "BYNVN";
    /// Locality, institution.
    locality: Option<String> = "LOKALITET";
    /// Postal code and district.
    postal_code: Field = "POSTNR";
    /// Country of emigration, CPR's code and name.
    country: Field = "UDR_LANDEKOD";
    /// First line of the foreign address.
    foreign_line_1: Option<String> = "UDLANDSADR1";
    /// Second line.
    foreign_line_2: Option<String> = "UDLANDSADR2";
    /// Third line.
    foreign_line_3: Option<String> = "UDLANDSADR3";
    /// Fourth line.
    foreign_line_4: Option<String> = "UDLANDSADR4";
    /// Fifth line.
    foreign_line_5: Option<String> = "UDLANDSADR5";
    /// The address in one line, without the postal part: `Industrivænget 95, 1. mf`.
    standard_address: Option<String> = "STADR";
}

/// STAMP's answer has the form of [`Stam`].
pub type Stamp = Stam;

impl Stam {
    /// The filled lines of the foreign address, in order.
    #[must_use]
    pub fn foreign_lines(&self) -> Vec<&str> {
        [&self.foreign_line_1, &self.foreign_line_2, &self.foreign_line_3, &self.foreign_line_4, &self.foreign_line_5]
            .into_iter()
            .filter_map(|line| line.as_deref().map(str::trim))
            .collect()
    }

    /// Whether CPR blanked name and address because of the protection: what is missing is withheld, not empty.
    ///
    /// Told by what is in the answer and not by who asked: protected, and neither a name nor any address.
    #[must_use]
    pub fn is_withheld(&self) -> bool {
        self.protected.0 && self.name == AddressingName::default() && !self.has_any_address()
    }

    /// Whether any part of a Danish or foreign address was delivered.
    #[must_use]
    pub fn has_any_address(&self) -> bool {
        self.standard_address.is_some()
            || self.care_of.is_some()
            || self.road.value().is_some()
            || self.postal_code.value().is_some()
            || !self.foreign_lines().is_empty()
    }

    /// Which kind of address the status promises.
    #[must_use]
    pub fn address_standing(&self) -> Option<AddressStanding> {
        self.status.as_ref().and_then(PersonStatus::address_standing)
    }
}
