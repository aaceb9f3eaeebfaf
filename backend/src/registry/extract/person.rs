//! What a party shows of a person.

use std::borrow::Cow;

use cpr::PersonalNumber;
use cpr::codes::ProtectionKind;
use cpr::extract::{PersonRecords, Record, Reference};

use super::{Fault, code, field};
use crate::domain::party::AddressKind;
use crate::domain::person::{Person, Sex, Status};
use crate::registry::translate::address::Delivered;
use crate::registry::translate::value::{day, natural_order, text};

/// The person that the records are about.
pub(super) fn person(records: &PersonRecords) -> Result<Person, Fault> {
    if let Some(fault) = records.fault() {
        return Err(fault.into());
    }
    let core = records.one("001").ok_or(Fault::NoPerson)?;
    let number = core.personal_number().filter(|number| !number.is_replacement()).ok_or(Fault::NoNumber)?;
    let status = Status::from(code(&core, "STATUS").ok_or(Fault::NoStatus)?);
    let delivered = address(records);
    let (address, address_kind) = delivered.of(Some(&status));
    let name = name(records);
    let protected = is_protected(records);
    let lives_somewhere = !status.has_no_address() && !status.is_moved() && status != Status::Annulled;
    // The task did not choose the address, or the product blanks the protected: read as "no address" it would take the
    // address from the party.
    let withheld = lives_somewhere
        && (records.one("003").is_none() && records.one("005").is_none()
            || protected && name.is_none() && address.is_none());
    Ok(Person {
        personal_number: number,
        current_number: current_number(&core).filter(|current| *current != number),
        former_numbers: former_numbers(records, number),
        status_since: day(core.date("STATUSHAENSTART")),
        withheld,
        last_address: status.has_no_address().then(|| delivered.any().0).flatten(),
        birth_date: day(core.date("FOED_DT")).or_else(|| number.birth_date()),
        sex: Some(sex(&core).unwrap_or_else(|| Sex::of(number))),
        status: Some(status),
        name,
        address: address.filter(|_| !withheld),
        address_kind: if withheld { AddressKind::None } else { address_kind },
        protected,
    })
}

/// The address of clear text (003), the coded one (002) for what the first lacks, and the one abroad (005).
pub(super) fn address(records: &PersonRecords) -> Delivered<'_> {
    let (clear, coded, abroad) = (records.one("003"), records.one("002"), records.one("005"));
    let either = |name: &str| {
        let read = |record: &Option<Record<'_>>| record.as_ref().and_then(|record| field(record, name));
        read(&clear).or_else(|| read(&coded)).map(Cow::Owned)
    };
    let either_code = |name: &str| {
        let read = |record: &Option<Record<'_>>| record.as_ref().and_then(|record| code(record, name));
        read(&clear).or_else(|| read(&coded)).map(Cow::Owned)
    };
    let clear_text = |name: &str| clear.as_ref().and_then(|record| field(record, name)).map(Cow::Owned);
    let foreign_line = |name: &str| abroad.as_ref().and_then(|record| field(record, name)).map(Cow::Owned);
    let road = coded.as_ref().and_then(|record| field(record, "VEJNVN")).map(Cow::Owned);
    Delivered {
        standard: clear_text("STANDARDADR"),
        has_road: either_code("VEJKOD").is_some(),
        road: road.or_else(|| clear_text("VEJADRNVN")),
        house_number: either("HUSNR"),
        floor: either("ETAGE"),
        door: either("SIDEDOER"),
        building: either("BNR"),
        care_of: either("CONVN"),
        locality: clear_text("LOKALITET"),
        town: clear_text("BYNVN"),
        postal_code: clear.as_ref().and_then(|record| code(record, "POSTNR")).map(Cow::Owned),
        postal_district: clear_text("POSTDISTTXT"),
        municipality: either_code("KOMKOD"),
        country: abroad.as_ref().and_then(|record| code(record, "UDR_LANDEKOD")).map(Cow::Owned),
        foreign_lines: ["UDLANDADR1", "UDLANDADR2", "UDLANDADR3", "UDLANDADR4", "UDLANDADR5"].map(foreign_line),
    }
}

/// Name and address protection is a record of its type as long as it lasts. Its deletion date ends nothing.
fn is_protected(records: &PersonRecords) -> bool {
    let kind = |record: Record<'_>| ProtectionKind::of(record.text("BESKYTTYPE").trim());
    records.records("004").any(|record| kind(record) == ProtectionKind::NameAndAddress)
}

/// The full name; the addressing name, which may be shortened, where CPR gives nothing else.
fn name(records: &PersonRecords) -> Option<String> {
    let names = records.one("008");
    let parts = |record: &Record<'_>| {
        let parts: Vec<String> =
            ["FORNVN", "MELNVN", "EFTERNVN"].iter().filter_map(|name| field(record, name)).collect();
        text(parts.join(" "))
    };
    let addressing = |record: &Record<'_>| field(record, "ADRNVN").and_then(|name| text(natural_order(&name)));
    let clear = records.one("003");
    let full = names.as_ref().and_then(parts);
    full.or_else(|| names.as_ref().and_then(addressing)).or_else(|| clear.as_ref().and_then(addressing))
}

fn current_number(core: &Record<'_>) -> Option<PersonalNumber> {
    match core.reference("PNRGAELD") {
        Reference::Number(number) => Some(number),
        Reference::Nobody | Reference::WithoutNumber | Reference::Unreadable => None,
    }
}

/// The numbers that the person had before, sorted.
pub(in crate::registry) fn former_numbers(records: &PersonRecords, number: PersonalNumber) -> Vec<PersonalNumber> {
    let former = |record: Record<'_>| match record.reference("PNR") {
        Reference::Number(former) if former != number => Some(former),
        _ => None,
    };
    let mut numbers: Vec<_> = records.records("022").filter_map(former).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn sex(core: &Record<'_>) -> Option<Sex> {
    match &*core.text("KOEN") {
        "M" | "m" => Some(Sex::Male),
        "K" | "k" => Some(Sex::Female),
        _ => None,
    }
}
