#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod population;

mod desk;
mod knobs;
mod log;
mod office;
mod server;

pub use knobs::{Command, Knobs, Profile, Trouble, TroubleOn};
pub use log::LogEntry;
pub use population::Population;
pub use server::{Clock, GCTP_PATH, Options, Simulator};
