//! Partsregister: a register of external parties, looked up in CPR.
pub mod actions;
pub mod app;
pub mod clock;
pub mod config;
pub mod domain;
pub mod http;
pub mod jobs;
pub mod registry;
pub mod store;
pub mod telemetry;
