//! The pages: they load, arrange and act.

pub mod callback;
pub mod contacts;
pub mod party;
pub mod sign_in;
pub mod subscriptions;
