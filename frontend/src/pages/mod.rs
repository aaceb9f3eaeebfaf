//! The pages: they load, arrange and act.

pub mod accessibility;
pub mod callback;
pub mod contacts;
pub mod log;
pub mod no_access;
pub mod party;
pub mod sign_in;
pub mod subscriptions;
