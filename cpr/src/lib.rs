#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

#[cfg(feature = "client")]
pub mod client;
pub mod codes;
mod date;
pub mod direkte;
pub mod extract;
pub mod gctp;
pub mod latin1;
mod personal_number;

pub use date::{CprDate, Precision};
pub use personal_number::{Digits, PersonalNumber, PersonalNumberError, Sex};
