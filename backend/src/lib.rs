//! Partsregister: a register of external parties, looked up in CPR.
pub mod clock;
pub mod config;
pub mod domain;
pub mod registry;
pub mod store;
