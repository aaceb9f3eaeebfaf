//! What is true: values and decisions. Nothing here waits, reads a clock or knows a database, the web or CPR's protocols.

pub mod audit;
pub mod caller;
pub mod case;
pub mod event;
pub mod page;
pub mod party;
pub mod person;
