#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod population;

mod desk;
mod direkte;
mod knobs;
mod life;
mod log;
mod memory;
mod night;
mod office;
mod server;
mod sftp;

pub use knobs::{
    Command, DirekteKnobs, DirekteTrouble, Knobs, LineEnds, NightKnobs, Profile, Trouble, TroubleOn, Writing,
};
pub use life::{LifeError, LifeEvent};
pub use log::LogEntry;
pub use night::{Flaw, NightCommand, NightError, Production, ProductionState};
pub use population::Population;
pub use server::{Clock, Direkte, GCTP_PATH, Night, Options, Sftp, Simulator};
