//! Samples written by hand from CPR's documents (`corpus/gctp`), round trips, and arbitrary bytes. The samples check
//! what the shared table of fields cannot: a name that is wrong in it would be wrong in both directions.

mod messages;
mod records;
mod round_trip;

use chrono::NaiveDate;

use super::*;
use crate::codes::{AddressStanding, CivilStatus, FamilyRelation, PersonStatus, ProtectionKind, country};
use crate::{CprDate, PersonalNumber, Sex};

macro_rules! sample {
    ($name:literal) => {
        include_bytes!(concat!("../../../corpus/gctp/", $name)).as_slice()
    };
}
use sample;

fn number(digits: &str) -> PersonalNumber {
    PersonalNumber::parse(digits).unwrap()
}

fn service(bytes: &[u8]) -> (ServiceAnswer, Option<Receipt>) {
    match Answer::parse(bytes).unwrap().body {
        AnswerBody::Service { answer, receipt } => (answer, receipt),
        AnswerBody::Security(receipt) => panic!("{receipt:?}"),
    }
}

fn security(bytes: &[u8]) -> Result<(), SignOnRefusal> {
    match Answer::parse(bytes).unwrap().body {
        AnswerBody::Security(receipt) => receipt.sign_on(),
        AnswerBody::Service { .. } => panic!("a service answered"),
    }
}

fn refusal(bytes: &[u8]) -> Option<Refusal> {
    service(bytes).1.and_then(|receipt| receipt.refusal())
}
