//! The keys of the questions, typed.

use super::Place;
use super::layout::record;
use crate::{CprDate, PersonalNumber, Sex};

record! {
    /// The key of every look-up by number.
    pub struct LookupKey in Place::Key;
    /// The person.
    number: Option<PersonalNumber> = "PNR";
}

record! {
    /// What to search an address by (*adressesøgning*), the key of ADRSOG1. Either municipality or postal code, and
    /// either road code or road name, must be given.
    pub struct AddressCriteria in Place::Key;
    /// Municipality code, four digits.
    municipality: Option<String> = "KOMK";
    /// Postal code, four digits.
    postal_code: Option<String> = "POST";
    /// Road code, four digits.
    road_code: Option<String> = "VEJK";
    /// Road name.
    road_name: Option<String> = "VNVN";
    /// House number, three digits and perhaps a letter: `077A`. Excludes a range and a building number.
    house_number: Option<String> = "HNR";
    /// First house number of a range.
    house_number_from: Option<String> = "HNRF";
    /// Last house number of a range.
    house_number_to: Option<String> = "HNRT";
    /// `L` even or `U` odd house numbers.
    parity: Option<String> = "LIUL";
    /// Building number (Greenland).
    building: Option<String> = "BNR";
    /// Floor, two characters: `st`, `01`.
    floor: Option<String> = "ETAG";
    /// Side or door.
    door: Option<String> = "SIDO";
    /// A current name, whole name parts.
    name: Option<String> = "NVN";
    /// A further name part; needs `extra_names`.
    name_1: Option<String> = "NVN1";
    /// A further name part.
    name_2: Option<String> = "NVN2";
    /// A further name part.
    name_3: Option<String> = "NVN3";
    /// How the further name parts count: `SY1` is recommended for services.
    extra_names: Option<String> = "NDNR";
    /// Sex.
    sex: Option<Sex> = "KON";
    /// Also persons who formerly lived there.
    former_residents: bool = "HIST";
    /// Also the archive.
    archive: bool = "ARKV";
    /// Also corrected and annulled rows.
    corrected: bool = "AKX";
    /// Period: from.
    from: Option<CprDate> = "FDTO";
    /// Period: to.
    to: Option<CprDate> = "TDTO";
    /// No break rows.
    no_break_rows: bool = "NOBR";
}

record! {
    /// What to search a name by (*navnesøgning*), the key of NVNSOG2. Name and sex must be given.
    pub struct NameCriteria in Place::Key;
    /// A current name, whole name parts.
    name: Option<String> = "NVN";
    /// A further name part.
    name_1: Option<String> = "NVN1";
    /// A further name part.
    name_2: Option<String> = "NVN2";
    /// A further name part.
    name_3: Option<String> = "NVN3";
    /// Sex.
    sex: Option<Sex> = "KON";
    /// Youngest age.
    age_from: Option<u32> = "ALDF";
    /// Oldest age.
    age_to: Option<u32> = "ALDT";
    /// Search former names too.
    former_names: bool = "HNVS";
    /// Municipality code, four digits.
    municipality: Option<String> = "KOMK";
    /// Part of the country, four digits.
    region: Option<String> = "LDEL";
    /// Status: 01, 20, 30, 50, 70, 80 or 90.
    status: Option<String> = "STAF";
    /// Citizenship, CPR's country code.
    citizenship: Option<String> = "STB";
}

record! {
    /// Which page of a search. The default is the first page of CPR's own size (20) without the count.
    pub struct Page in Place::Key;
    /// How many rows at most; CPR cuts what is above 20.
    size: Option<u32> = "MAXA";
    /// Ask for the number of rows in all ([`super::Table::total`]).
    count: bool = "AIA";
    /// The key of the page, from the page before ([`super::Table::rest`]); the criteria must be the same.
    after: Option<String> = "REST";
}
