//! What no document of CPR's shows us: seen in files of others, taken from the code of others, or concluded. All of it
//! stands here, so that a first real file can correct it in one place. How foreign products are recognised is of the
//! same sort and stands in `foreign.rs`.

/// 001: length with the key constant behind it, concluded from a program that cuts 15 characters off every 001 of a
/// status extract of 2018.
pub const LONG_PERSON: usize = 121;
/// 001: the key constant (*nøglekonstant*) that was given with the order.
pub const PERSON_KEY_CONSTANT: &str = "NGLKONST";

/// 002: length with road name and address id behind it; quoted from CPR's description by the program of another.
pub const LONG_ADDRESS: usize = 382;

/// 014: the child's number. CPR calls both numbers of the record `PNR`.
pub const CHILD_NUMBER: &str = "PNR-BARN";

/// 021: only the length (63) is documented; the parts are concluded from one record, their names from other records.
pub const MOVE_ORDER_START: &str = "START_DT-FLYTTEPÅBUD";
/// What the order says.
pub const MOVE_ORDER_REMARK: &str = "BEMAERK-FLYTTEPÅBUD";
/// CPR's own deletion date.
pub const MOVE_ORDER_DELETION: &str = "SLET_DT-FLYTTEPÅBUD";

/// 050: only the length (29) is documented; the parts are those of the same record in another product, the names are
/// ours, after 004.
pub const CREDIT_WARNING_KIND: &str = "BESKYTTYPE";
/// From when; may lie in the future.
pub const CREDIT_WARNING_START: &str = "HAENSTART";
