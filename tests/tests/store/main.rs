//! The store, seen from the floor above: every function on SQLite and on PostgreSQL.

mod audit;
mod cases;
mod chain;
mod deliveries;
mod events;
mod failures;
mod keys;
mod locks;
mod parties;
mod search;
mod subscription;

use backend::domain::page::PageRequest;
use backend::domain::party::{Address, AddressKind, ChangeSource, Party, PartyFields, PartyKind};
use backend::domain::person::{Person, Register, RegisterSource, Status};
use backend::store::register::{Kept, KeptRecords};
use backend::store::{Database, party, register};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use cpr::PersonalNumber;
use tests::database::TestDatabase;
use uuid::Uuid;

/// The test's database with its schema, opened as the server opens it.
async fn open(database: &TestDatabase) -> Database {
    let database = Database::connect(&database.url().unwrap(), 4).await.unwrap();
    database.migrate().await.unwrap();
    backend::store::audit::begin(&database, b"the key of the log", noon()).await.unwrap();
    database
}

/// A moment with more digits than the databases keep.
fn noon() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-23T12:00:00.123456789Z").unwrap().to_utc()
}

/// The moment as it is kept.
fn kept_noon() -> DateTime<Utc> {
    noon() - Duration::nanoseconds(789)
}

/// A replacement number (day + 60): nobody has it.
fn number(serial: u32) -> PersonalNumber {
    PersonalNumber::parse(&format!("610190{serial:04}")).unwrap()
}

fn named(name: &str) -> Party {
    Party {
        id: Uuid::new_v4(),
        fields: PartyFields {
            kind: PartyKind::Person,
            name: name.to_owned(),
            email: None,
            phone: None,
            mobile: None,
            address: None,
            personal_number: None,
            cvr_number: None,
            p_number: None,
            external_ids: Vec::new(),
            owns_email_domain: false,
            active: true,
        },
        address_kind: AddressKind::None,
        keeps_name: false,
        keeps_address: false,
        former_numbers: Vec::new(),
        register: None,
        current_number_held_by: None,
        changed_by: ChangeSource::User,
        version: 1,
        created_at: kept_noon(),
        updated_at: kept_noon(),
    }
}

fn numbered(name: &str, number: PersonalNumber) -> Party {
    let mut party = named(name);
    party.fields.personal_number = Some(number);
    party
}

fn at(mut party: Party, line1: &str, postal_code: &str, city: &str) -> Party {
    party.address_kind = AddressKind::Local;
    party.fields.address = Some(Address {
        line1: Some(line1.to_owned()),
        line2: None,
        postal_code: Some(postal_code.to_owned()),
        city: Some(city.to_owned()),
        country_code: Some("DK".to_owned()),
    });
    party
}

/// What CPR says of a party with a personal number.
fn registered(party: &Party, status: Status, current_number: Option<PersonalNumber>, protected: bool) -> Register {
    Register {
        person: Person {
            personal_number: party.fields.personal_number.unwrap(),
            current_number,
            former_numbers: Vec::new(),
            status: Some(status),
            status_since: None,
            name: Some(party.fields.name.clone()),
            address: party.fields.address.clone(),
            address_kind: AddressKind::Danish,
            last_address: None,
            protected,
            withheld: false,
            birth_date: NaiveDate::from_ymd_opt(1990, 1, 1),
            sex: None,
        },
        source: RegisterSource::Lookup,
        register_date: NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(),
        updated_at: kept_noon(),
    }
}

fn kept(register: Register) -> Kept {
    let records = KeptRecords {
        layout: "gctp/1".to_owned(),
        text: r#"{"STAM":[]}"#.to_owned(),
        source: register.source,
        date: register.register_date,
    };
    Kept { register, records }
}

/// Stores new parties, with what CPR says of them.
async fn store(database: &Database, parties: &[Party]) {
    let write = database.begin().await.unwrap();
    for party in parties {
        if let Some(register) = &party.register {
            register::put(&write, &kept(register.clone())).await.unwrap();
        }
        party::insert(&write, party).await.unwrap();
    }
    write.commit().await.unwrap();
}

fn first(limit: u32) -> PageRequest {
    PageRequest { limit, after: None }
}
