//! What CPR said of a person, one row per personal number.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use cpr::PersonalNumber;
use sea_orm::QueryResult;

use super::sql::{self, get_json, get_name, values};
use super::{Connection, Error, Write};
use crate::domain::person::{Register, RegisterSource, Status};
use crate::domain::subscription::danish_date;

/// What CPR said, and the records that it said it with.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// What a party shows of it.
    pub register: Register,
    /// The records.
    pub records: KeptRecords,
}

/// CPR's records as they are kept. The store does not look into them: `registry` writes and reads them, by their layout.
#[derive(Clone, PartialEq)]
pub struct KeptRecords {
    /// The layout, `gctp/1` or `extract/1`.
    pub layout: String,
    /// The records.
    pub text: String,
    /// Through which door they came. Not always that of the register: records that tell nothing new of what a party shows
    /// leave the register as it is.
    pub source: RegisterSource,
    /// The date whose state of CPR they are.
    pub date: NaiveDate,
}

impl std::fmt::Debug for KeptRecords {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "KeptRecords({}, **)", self.layout)
    }
}

/// What is kept of the person with this number.
///
/// # Errors
/// As every read.
pub async fn get(on: &impl Connection, number: PersonalNumber) -> Result<Option<Kept>, Error> {
    let statement = "SELECT person, layout, records, source, register_date, updated_at, records_source, records_date \
        FROM register_person WHERE personal_number = $1";
    let Some(row) = sql::one(on, statement, values![sql::digits(number)]).await? else { return Ok(None) };
    Ok(Some(Kept {
        register: Register {
            person: get_json(&row, "person")?,
            source: get_name(&row, "source")?,
            register_date: sql::get::<NaiveDate>(&row, "register_date")?,
            updated_at: sql::get(&row, "updated_at")?,
        },
        records: records(&row)?,
    }))
}

/// The records that are kept of the persons with these numbers.
///
/// # Errors
/// As every read.
pub async fn records_of(
    on: &impl Connection,
    numbers: &[PersonalNumber],
) -> Result<BTreeMap<PersonalNumber, KeptRecords>, Error> {
    let statement = format!(
        "SELECT personal_number, layout, records, source, register_date, records_source, records_date \
        FROM register_person WHERE {}",
        sql::text_in(on, "personal_number", 1)
    );
    let digits: Vec<String> = numbers.iter().copied().map(sql::digits).collect();
    let mut found = BTreeMap::new();
    for row in &sql::all(on, &statement, values![sql::json(&digits)?]).await? {
        if let Some(number) = sql::get_number(row, "personal_number")? {
            found.insert(number, records(row)?);
        }
    }
    Ok(found)
}

/// The numbers of whom anything is kept, in their order, at most `limit` after a number.
///
/// # Errors
/// As every read.
pub async fn numbers(
    on: &impl Connection,
    after: Option<PersonalNumber>,
    limit: u32,
) -> Result<Vec<PersonalNumber>, Error> {
    let statement = "SELECT personal_number FROM register_person WHERE personal_number > $1 \
        ORDER BY personal_number LIMIT $2";
    let after = after.map(sql::digits).unwrap_or_default();
    let rows = sql::all(on, statement, values![after, i64::from(limit)]).await?;
    rows.iter().filter_map(|row| sql::get_number(row, "personal_number").transpose()).collect()
}

fn records(row: &QueryResult) -> Result<KeptRecords, Error> {
    let source = sql::get::<Option<String>>(row, "records_source")?;
    let date = sql::get::<Option<NaiveDate>>(row, "records_date")?;
    Ok(KeptRecords {
        layout: sql::get(row, "layout")?,
        text: sql::get(row, "records")?,
        source: get_name(row, if source.is_some() { "records_source" } else { "source" })?,
        date: date.map_or_else(|| sql::get(row, "register_date"), Ok)?,
    })
}

/// Stores what CPR said of `kept.register.person.personal_number`, over what it said before. When it changes whether the
/// person is protected, the party must be written too ([`party::update`](super::party::update)), after this: its search
/// words depend on it.
///
/// # Errors
/// As every write.
pub async fn put(write: &Write, kept: &Kept) -> Result<(), Error> {
    put_many(write, std::slice::from_ref(kept)).await
}

/// Stores what CPR said of several persons, each number once; as [`put`]. A look-up is noted as a need of that day, a
/// delivery is not.
///
/// # Errors
/// As every write.
pub async fn put_many(write: &Write, kept: &[Kept]) -> Result<(), Error> {
    let statement = |rows: &str| {
        format!(
            "INSERT INTO register_person (personal_number, current_number, protected, person, layout, records, source, \
            register_date, updated_at, records_source, records_date, needed_on) VALUES {rows} \
            ON CONFLICT (personal_number) DO UPDATE SET current_number = excluded.current_number, \
            protected = excluded.protected, person = excluded.person, layout = excluded.layout, \
            records = excluded.records, source = excluded.source, register_date = excluded.register_date, \
            updated_at = excluded.updated_at, records_source = excluded.records_source, \
            records_date = excluded.records_date, needed_on = CASE WHEN excluded.source = 'lookup' \
            THEN excluded.needed_on ELSE register_person.needed_on END"
        )
    };
    let row = |kept: &Kept| {
        let person = &kept.register.person;
        let current_number =
            person.current_number.filter(|_| person.status.as_ref().is_some_and(Status::is_moved)).map(sql::digits);
        Ok(values![
            sql::digits(person.personal_number),
            current_number,
            person.protected,
            sql::json(person)?,
            kept.records.layout.as_str(),
            kept.records.text.as_str(),
            sql::name(&kept.register.source)?,
            kept.register.register_date,
            sql::micros(kept.register.updated_at),
            sql::name(&kept.records.source)?,
            kept.records.date,
            danish_date(kept.register.updated_at),
        ])
    };
    sql::for_rows(write, kept.iter().map(row), statement).await?;
    Ok(())
}

/// Stores records that tell nothing new of what a party shows: the register stays as it is.
///
/// # Errors
/// As every write.
pub async fn put_records(write: &Write, records: &[(PersonalNumber, KeptRecords)]) -> Result<(), Error> {
    let statement = |rows: &str| {
        format!(
            "WITH news (number, layout, records, source, date) AS (VALUES {rows}) UPDATE register_person \
            SET layout = news.layout, records = news.records, records_source = news.source, records_date = news.date \
            FROM news WHERE register_person.personal_number = news.number"
        )
    };
    let row =
        |(number, kept): &(PersonalNumber, KeptRecords)| {
            Ok(values![
                sql::digits(*number),
                kept.layout.as_str(),
                kept.text.as_str(),
                sql::name(&kept.source)?,
                kept.date,
            ])
        };
    sql::for_rows(write, records.iter().map(row), statement).await?;
    Ok(())
}

/// Removes what CPR said of this number, if it said anything.
///
/// # Errors
/// As every write.
pub async fn delete(write: &Write, number: PersonalNumber) -> Result<(), Error> {
    delete_many(write, &[number]).await
}

/// Removes what CPR said of these numbers.
///
/// # Errors
/// As every write.
pub async fn delete_many(write: &Write, numbers: &[PersonalNumber]) -> Result<(), Error> {
    if numbers.is_empty() {
        return Ok(());
    }
    let statement = format!("DELETE FROM register_person WHERE {}", sql::text_in(write, "personal_number", 1));
    let digits: Vec<String> = numbers.iter().copied().map(sql::digits).collect();
    sql::execute(write, &statement, values![sql::json(&digits)?]).await?;
    Ok(())
}
