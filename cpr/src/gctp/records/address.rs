use crate::CprDate;
use crate::gctp::layout::record;
use crate::gctp::value::AddressKind;
use crate::gctp::{Field, Place};

record! {
    /// Current address (*nuværende adresse*), answer of ADRESSE3: in Denmark, abroad, or disappeared, as `kind` tells.
    /// The number asked for is not in it.
    pub struct Adresse3 in Place::Loose;
    /// Whether there are earlier addresses.
    has_earlier: bool = "TIDLADRMRK";
    /// Whether there is a contact address.
    has_contact_address: bool = "KONTAKTADRMRK";
    /// Whether the person has lived in another municipality.
    has_earlier_municipality: bool = "TIDLKOMMRK";
    /// Whether there is a supplementary address.
    has_supplementary_address: bool = "SUPADRMRK";
    /// What the row is about.
    kind: Option<AddressKind> = "ADRKOD";
    /// When the row was last updated, 20 digits.
    updated: Option<String> = "TIMSTP";
    /// When the row was created, 20 digits.
    created: Option<String> = "SYSTEM_TS";
    /// When the move, emigration or disappearance was registered, 20 digits.
    registered: Option<String> = "ADRTS";
    /// The registering authority, code and name.
    authority: Field = "MYNKOD";
    /// Road, code and name.
    road: Field = "VEJKOD";
    /// House number, three digits and a letter: `077A`.
    house_number: Option<String> = "HUSNR";
    /// Floor.
    floor: Option<String> = "ETAGE";
    /// Side or door.
    door: Option<String> = "SIDEDOER";
    /// Building number (Greenland).
    building: Option<String> = "BNR";
    /// Moved to the municipality.
    moved_to_municipality: Option<CprDate> = "TILFLYKOMDATO", mark "TILFLYKOMDATOUSM";
    /// c/o name, with its `c/o `.
    care_of: Option<String> = "CONVN";
    /// When the c/o name was registered, 20 digits.
    care_of_registered: Option<String> = "CONVNTS";
    /// Supplementary town.
    town: Option<String> = "BYNVN";
    /// Locality, institution.
    locality: Option<String> = "LOKALITET";
    /// Postal code and district.
    postal_code: Field = "POSTNR";
    /// Moved in, emigrated, disappeared.
    start: Option<CprDate> = "STARTDATO", mark "STARTDATOUSM";
    /// Municipality, code and name.
    municipality: Field = "KOMKOD";
    /// Country, CPR's code and name. Written without the underscore that STAM has.
    country: Field = "UDRLANDEKOD";
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
    /// When the foreign address was registered, 20 digits.
    foreign_registered: Option<String> = "UDLANDADR_TS";
    /// The authority that registered it.
    foreign_authority: Field = "UDLANDADR_MYNKOD";
    /// Whether there is an order to move (*flyttepåbud*).
    has_order_to_move: bool = "FLYTPAMRK";
}

record! {
    /// Contact address (*kontaktadresse*), answer of ADRESSE4: only for persons who are not resident. Nothing
    /// registered gives an empty answer.
    pub struct Adresse4 in Place::Loose;
    /// First line.
    line_1: Option<String> = "CATX_ADR1";
    /// Second line.
    line_2: Option<String> = "CATX_ADR2";
    /// Third line.
    line_3: Option<String> = "CATX_ADR3";
    /// Fourth line.
    line_4: Option<String> = "CATX_ADR4";
    /// Fifth line.
    line_5: Option<String> = "CATX_ADR5";
    /// From when it is valid.
    start: Option<CprDate> = "CATX_STARTDATO";
    /// When it will be deleted.
    deletion: Option<CprDate> = "CATX_SLETDATO";
    /// The registering authority.
    authority: Field = "CATX_STARTMYNKOD";
}

impl Adresse4 {
    /// The filled lines, in order.
    #[must_use]
    pub fn lines(&self) -> Vec<&str> {
        [&self.line_1, &self.line_2, &self.line_3, &self.line_4, &self.line_5]
            .into_iter()
            .filter_map(|line| line.as_deref().map(str::trim))
            .collect()
    }
}
