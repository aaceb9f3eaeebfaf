//! GCTP, the message format of CPR Services: an XML block in ISO-8859-1, posted over HTTPS. Source of all facts here:
//! CPR's *Håndbog til CPR services* with its annexes, and the wiki of CPR's service desk.
//!
//! No input or output: bytes to values and back. The client asks and reads with it, the simulator reads and answers
//! with it, the field tables ([`Layout`]) are shared by both directions.
//!
//! * [`Request`]: sign-on, change of password, or a question to a service
//! * [`Answer`]: a receipt of the security system, or a [`ServiceAnswer`] with its [`Receipt`]
//! * [`ServiceAnswer`]: what CPR said, generic; has a stable JSON form and can be read again at any time as a
//!   [`Record`]: [`Stam`], [`Navne3`], [`FamilieRow`] …

mod answer;
mod criteria;
mod field;
mod inferred;
mod layout;
mod message;
mod receipt;
mod records;
mod reply;
mod request;
mod value;
mod xml;

pub use crate::latin1::{decode as decode_latin1, encode as encode_latin1};
pub use answer::{Row, ServiceAnswer, Table};
pub use criteria::{AddressCriteria, LookupKey, NameCriteria, Page};
pub use field::{Field, Fields};
pub use layout::{Column, FieldError, Layout, Place, Record, layout_of};
pub use message::{MAX_MESSAGE_BYTES, MessageError, Version};
pub use receipt::{Receipt, ReceiptKind, Refusal, RefusalGroup, SignOnRefusal};
pub use records::{
    Adresse3, Adresse4, AdrsogRow, Beskyt3, Civil3, FamilieRow, Navne3, NvnsogRow, Protection, Stam, Stamp, TidlpnrRow,
};
pub use reply::{Answer, AnswerBody, Style};
pub use request::{Request, RequestBody, Secret};
pub use value::{AddressKind, AddressingName, NumberOrBirthDate, Protected};

/// The service ids that this crate asks for.
pub mod service {
    /// Basic data of a person, for authorities: protected persons come in full, with the mark.
    pub const STAM: &str = "STAM";
    /// Basic data of a person, for private parties: protected persons come blanked.
    pub const STAMP: &str = "STAMP";
    /// Current name.
    pub const NAVNE3: &str = "NAVNE3";
    /// Current address.
    pub const ADRESSE3: &str = "ADRESSE3";
    /// Contact address.
    pub const ADRESSE4: &str = "ADRESSE4";
    /// Current protections.
    pub const BESKYT3: &str = "BESKYT3";
    /// Family: parents, children, spouse.
    pub const FAMILIE: &str = "FAMILIE";
    /// Current civil status. The id is missing in CPR's list of 2011 and known from client code only.
    pub const CIVIL3: &str = "CIVIL3";
    /// Former personal numbers.
    pub const TIDLPNR: &str = "TIDLPNR";
    /// Search by address.
    pub const ADRSOG1: &str = "ADRSOG1";
    /// Search by name, extended.
    pub const NVNSOG2: &str = "NVNSOG2";
}

#[cfg(test)]
mod tests;
