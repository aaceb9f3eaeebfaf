//! The records of the services that this crate reads and writes, each declared once.

mod address;
mod civil_status;
mod family;
mod former_number;
mod name;
mod protection;
mod search;
mod stam;

pub use address::{Adresse3, Adresse4};
pub use civil_status::Civil3;
pub use family::FamilieRow;
pub use former_number::TidlpnrRow;
pub use name::Navne3;
pub use protection::{Beskyt3, Protection};
pub use search::{AdrsogRow, NvnsogRow};
pub use stam::{Stam, Stamp};
