//! How products that are not ours are recognised: by the length of their start record, and by where the first person
//! record has its sex and birth date. Second-hand knowledge, from the programs of others.

use super::Product;

/// The start record of a register: `000`, task, date.
const REGISTER_START: usize = 17;
/// The start record of an address match.
const ADDRESS_MATCH_START: usize = 48;
/// No known form of 001 comes near this; those of the foreign products are far beyond it.
const WIDE_PERSON: usize = 360;

/// The product whose start record these bytes begin with, if it is a foreign one. `line` is the first line without
/// trailing blanks; of a file without line ends, all that has been read.
pub(super) fn by_start(line: &[u8]) -> Option<Product> {
    let is_start = |length: usize| {
        line.starts_with(b"000") && line.len() >= length && (line.len() == length || line[length..].starts_with(b"001"))
    };
    // Task and date, where a person extract has nothing but zeros and the task.
    let is_register = is_start(REGISTER_START) && line[..REGISTER_START].iter().all(u8::is_ascii_digit);
    if is_register {
        Some(Product::Register)
    } else if is_start(ADDRESS_MATCH_START) {
        Some(Product::AddressMatch)
    } else {
        None
    }
}

/// The foreign product that this first record 001 belongs to.
pub(super) fn by_person(line: &[u8]) -> Option<Product> {
    let at = |position: usize| line.get(position - 1).copied();
    let is_sex = |position| matches!(at(position), Some(b'M' | b'K'));
    let is_day =
        |position: usize| line.get(position - 1..position + 7).is_some_and(|day| day.iter().all(u8::is_ascii_digit));
    let is_date = |position: usize| (at(position + 4), at(position + 7)) == (Some(b'-'), Some(b'-'));
    if is_sex(22) && is_day(14) && !is_date(40) {
        Some(Product::PrivateExtract)
    } else if is_sex(67) && is_date(68) {
        Some(Product::RegistrationExtract)
    } else if line.trim_ascii_end().len() > WIDE_PERSON {
        Some(Product::Unknown)
    } else {
        None
    }
}
