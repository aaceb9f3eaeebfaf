//! CPR's extracts for authorities: the change extract (*ændringsudtræk*, U12170-P) that comes each night, and the status
//! extract (*statusudtræk*, U12160-P). CPR Direkte answers with the same records. Source of all facts here, where
//! nothing else is said: CPR's udtræksbeskrivelse of these products; what is concluded from files and the programs of
//! others stands in `inferred.rs` and `foreign.rs`.
//!
//! A file is records of fixed layout in ISO-8859-1, with or without line ends, between a start and an end record. All
//! records of a person carry the person's number, but may stand anywhere in the file. So it is read in two passes:
//!
//! * [`scan()`]: the file passes by once. Is it whole, counted right, the right product? Where are each person's
//!   records?
//! * [`Index::read_person`]: the records of one person, as [`PersonRecords`], field by field as [`Record`]
//!
//! A fault of the file is a [`Refusal`] and touches nobody; a fault of a person ([`PersonRecords::fault`]) touches that
//! person alone. Record types that the table does not know are kept as they came, dates that are none are no fault.
//!
//! [`Writer`] and [`RecordBuilder`] write what the reader reads, from the same table of fields ([`layout`](layout())).

mod builder;
mod foreign;
mod index;
mod inferred;
mod layout;
mod person;
mod record;
mod refusal;
mod scan;
mod split;
mod table;
mod window;
mod writer;

pub use builder::{FieldFault, RecordBuilder};
pub use index::Index;
pub use layout::{Field, Kind, Layout};
pub use person::{MAX_PERSON_BYTES, NotLatin1, PersonFault, PersonRecords};
pub use record::{Correction, Record, Reference};
pub use refusal::{Fault, Place, Product, Refusal, ScanError};
pub use scan::{Envelope, LineEnd, Receipt, Rejected, Scan, scan};
pub use table::{layout, layouts};
pub use window::MAX_LINE;
pub use writer::{Style, WriteError, Writer};

#[cfg(test)]
mod tests;
