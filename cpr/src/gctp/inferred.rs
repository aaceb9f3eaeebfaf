//! Names that no document of CPR's shows us. The *items* are CPR's (the handbook's list of services names them); the
//! *field names* here are inferred from the register table's prefix, from sister services, or from client code. They
//! all stand in this file, so that a first real answer can correct them in one place. A wrong name loses only its own
//! field: reading is by name, and the whole answer is kept in its generic form.

/// STAM's presentation group. Documented for STAMP and for update services; STAM has the same items.
pub const STAM_GROUP: &str = "STAMPNR";

/// FAMILIE: the table. The name in a replica of the service; its nine field names fit CPR's nine items.
pub const FAMILY_TABLE: &str = "FAMILIE";

/// TIDLPNR: the table, by the pattern of FAMILIE, and its fields, by the register table `CPRS` (person).
pub const FORMER_NUMBERS_TABLE: &str = "TIDLPNR";
/// The former number (*Hændelse katalog pnr personnummer*).
pub const FORMER_NUMBER: &str = "PNR";
/// Whether the birth date is uncertain.
pub const FORMER_NUMBER_BIRTH_MARK: &str = "CPRS_FOEDDATOUSM";
/// The authority that registered the current number.
pub const FORMER_NUMBER_AUTHORITY: &str = "CPRS_MYNKOD";
/// When the row was last updated.
pub const FORMER_NUMBER_UPDATED: &str = "CPRS_TIMSTP";
/// From when the number was the person's.
pub const FORMER_NUMBER_START: &str = "CPRS_STARTDATO";
/// Its uncertainty mark.
pub const FORMER_NUMBER_START_MARK: &str = "CPRS_STARTDATOUSM";
/// Until when.
pub const FORMER_NUMBER_END: &str = "CPRS_SLUTDATO";
/// Its uncertainty mark.
pub const FORMER_NUMBER_END_MARK: &str = "CPRS_SLUTDATOUSM";
/// The status of the former number.
pub const FORMER_NUMBER_STATUS: &str = "CNVN_STATUS";

/// BESKYT3: the kind of each of the four protections, by `CBSK_TYP` of sister services with the suffix that the
/// handbook shows on the other fields, and the mark for former ones, by NAVNE3's.
pub const PROTECTION_KIND: [&str; 4] = ["CBSK_TYP1", "CBSK_TYP2", "CBSK_TYP3", "CBSK_TYP4"];
/// Whether there were protections before.
pub const PROTECTION_HISTORY: &str = "HISTORIKMRK";

/// CIVIL3: the spouse, by the items of CPR's record 012 with the prefix of the table.
pub const SPOUSE_NUMBER: &str = "CCIV_AEGTEPNR";
/// The spouse's birth date, where there is no number.
pub const SPOUSE_BIRTH_DATE: &str = "CCIV_AEGTEFOED_DATO";
/// Its uncertainty mark.
pub const SPOUSE_BIRTH_DATE_MARK: &str = "CCIV_AEGTEFOED_DATOUSM";
/// The spouse's name, where there is no number.
pub const SPOUSE_NAME: &str = "CCIV_AEGTENVN";
/// The mark on that name.
pub const SPOUSE_NAME_MARK: &str = "CCIV_AEGTENVNMRK";
/// Reference that ties a separation to the marriage.
pub const SEPARATION_REFERENCE: &str = "CCIV_SEP_HENVIS";
/// Whether there were other civil statuses before.
pub const CIVIL_STATUS_HISTORY: &str = "HISTORIKMRK";

/// NAVNE3: the marks on first names and surname, by the one on the middle name.
pub const FIRST_NAMES_MARK: &str = "CNVN_FORNVNMRK";
/// The mark on the surname.
pub const SURNAME_MARK: &str = "CNVN_EFTERNVNMRK";
