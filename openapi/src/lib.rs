//! What Partsregister promises to the outside: the types of its REST API.
//!
//! The crate compiles for the browser and knows no database and no web framework, so the server, the single-page
//! application and the tests mean the same thing by the same name. Feature `schema` adds the OpenAPI schemas and is for
//! the server only.
//!
//! Conventions (contract, section 4): camelCase JSON; ids are UUIDs; `null` means "not known", and in requests `null` and
//! absent mean the same; personal numbers are ten digits without hyphen in answers and are accepted with hyphen or
//! blanks; times are RFC 3339 UTC, dates `YYYY-MM-DD`. Requests refuse unknown fields, answers may gain fields.
#![warn(missing_docs)]

pub mod alarm;
pub mod audit;
pub mod case;
pub mod cpr_tab;
pub mod delivery;
pub mod event;
pub mod find;
pub mod health;
pub mod job;
pub mod page;
pub mod party;
pub mod person;
pub mod privilege;
pub mod problem;
pub mod session;
pub mod settings;
pub mod spot_check;
pub mod subject_report;
pub mod subscription;
pub mod verification;
