//! What CPR said of a person, one row per personal number.

use chrono::NaiveDate;
use cpr::PersonalNumber;

use super::sql::{self, get_json, get_name, values};
use super::{Connection, Error, Write};
use crate::domain::person::{Register, Status};

/// What CPR said, and the records that it said it with. The store does not look into them: `registry` writes and reads
/// them, by their layout.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// What a party shows of it.
    pub register: Register,
    /// The records' layout, `gctp/1`.
    pub layout: String,
    /// The records, JSON.
    pub records: String,
}

/// What is kept of the person with this number.
///
/// # Errors
/// As every read.
pub async fn get(on: &impl Connection, number: PersonalNumber) -> Result<Option<Kept>, Error> {
    let statement = "SELECT person, layout, records, source, register_date, updated_at FROM register_person \
        WHERE personal_number = $1";
    let Some(row) = sql::one(on, statement, values![sql::digits(number)]).await? else { return Ok(None) };
    Ok(Some(Kept {
        register: Register {
            person: get_json(&row, "person")?,
            source: get_name(&row, "source")?,
            register_date: sql::get::<NaiveDate>(&row, "register_date")?,
            updated_at: sql::get(&row, "updated_at")?,
        },
        layout: sql::get(&row, "layout")?,
        records: sql::get(&row, "records")?,
    }))
}

/// Stores what CPR said of `kept.register.person.personal_number`, over what it said before. When it changes whether the
/// person is protected, the party must be written too ([`party::update`](super::party::update)), after this: its search
/// words depend on it.
///
/// # Errors
/// As every write.
pub async fn put(write: &Write, kept: &Kept) -> Result<(), Error> {
    let person = &kept.register.person;
    let current_number =
        person.current_number.filter(|_| person.status.as_ref().is_some_and(Status::is_moved)).map(sql::digits);
    let statement = "INSERT INTO register_person (personal_number, current_number, protected, person, layout, records, \
        source, register_date, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
        ON CONFLICT (personal_number) DO UPDATE SET current_number = excluded.current_number, \
        protected = excluded.protected, person = excluded.person, layout = excluded.layout, \
        records = excluded.records, source = excluded.source, register_date = excluded.register_date, \
        updated_at = excluded.updated_at";
    let values = values![
        sql::digits(person.personal_number),
        current_number,
        person.protected,
        sql::json(person)?,
        kept.layout.as_str(),
        kept.records.as_str(),
        sql::name(&kept.register.source)?,
        kept.register.register_date,
        sql::micros(kept.register.updated_at),
    ];
    sql::execute(write, statement, values).await?;
    Ok(())
}

/// Removes what CPR said of this number, if it said anything.
///
/// # Errors
/// As every write.
pub async fn delete(write: &Write, number: PersonalNumber) -> Result<(), Error> {
    let statement = "DELETE FROM register_person WHERE personal_number = $1";
    sql::execute(write, statement, values![sql::digits(number)]).await?;
    Ok(())
}
