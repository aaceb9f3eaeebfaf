//! What stands in the fields and what it means: plain functions, tested without a browser.

pub mod changes;
pub mod date;
pub mod editing;
pub mod field;
pub mod identity;
pub mod number;
pub mod party_form;
