//! CPR's words to ours, and our questions to CPR's.

pub(super) mod address;
mod person;
mod search;
mod sections;
pub(super) mod value;

pub(super) use person::{former_numbers, last_address, person};
pub(super) use search::{address_criteria, address_hits, municipality, name_criteria, name_hits};
pub(super) use sections::details;
