//! How fast a change file is applied, beside a bulk upsert of the same rows that somebody wrote by hand: party, register,
//! history, search words, event; 500 persons a transaction, on the same database and disk. Says what it measured in the
//! words of `report.md`.
//!
//! `apply [PERSONS] [POSTGRES_URL]`: an empty database there, else SQLite in a temporary folder.

use std::time::Instant;

use backend::clock::Clock as _;
use chrono::{DateTime, Utc};
use cpr::extract::RecordBuilder;
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, Statement, TransactionTrait, Value};
use tests::desk::{Desk, File, nobodys_numbers, resident};
use uuid::Uuid;

const BATCH: usize = 500;
const ROWS: usize = 50;

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let persons = words.first().map_or(Ok(20_000), |word| word.parse())?;
    tests::database::runtime().block_on(measure(persons, words.get(1).map(String::as_str)))
}

async fn measure(persons: usize, url: Option<&str>) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = format!("sqlite://{}", folder.path().join("partsregister.db").display());
    let url = url.unwrap_or(&file);
    let desk = Desk::open(url).await?;
    let numbers: Vec<_> = nobodys_numbers().take(persons).collect();
    desk.seed(&numbers).await?;
    let night = |day: u32, name: &str, house: usize| -> anyhow::Result<File> {
        let of = |(place, number): (usize, &cpr::PersonalNumber)| {
            resident(*number, name, u32::try_from((place + house) % 900 + 1).unwrap_or(1))
        };
        let records: Vec<RecordBuilder> = numbers.iter().enumerate().flat_map(of).collect();
        Ok(File::of(day, &records)?)
    };
    for (what, file) in [
        ("first delivery: name, address, status", night(10, "Jens Mortensen", 0)?),
        ("all have moved", night(11, "Jens Mortensen", 300)?),
        ("all have another name", night(12, "Karl Mortensen", 300)?),
        ("nothing is new", night(13, "Karl Mortensen", 300)?),
    ] {
        let delivery = desk.take_in(&file).await?;
        drop(file);
        let began = Instant::now();
        let counts = desk.apply(delivery.id).await?;
        say(what, persons, began, &format!("{} changed", counts.changed));
    }
    desk.actions.close().await;

    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let connection = sea_orm::Database::connect(options).await?;
    let began = Instant::now();
    by_hand(&connection, persons, desk.clock.now()).await?;
    say("by hand: the rows of a move", persons, began, "no reading, no deciding");
    println!("| peak memory of this program | {} MiB | |", peak_memory()? >> 10);
    Ok(())
}

fn say(what: &str, persons: usize, began: Instant, also: &str) {
    let seconds = began.elapsed().as_secs_f64();
    println!("| {what} | {:.0} persons/s | {also} |", persons as f64 / seconds);
}

/// The rows that a move writes, with values that are there already.
async fn by_hand(connection: &DatabaseConnection, persons: usize, now: DateTime<Utc>) -> anyhow::Result<()> {
    let backend = connection.get_database_backend();
    let sqlite = backend == sea_orm::DbBackend::Sqlite;
    let ids = "SELECT p.id, p.seq, p.version, r.personal_number, r.person, r.records FROM party p \
        JOIN register_person r ON r.personal_number = p.personal_number ORDER BY p.seq";
    let rows = connection.query_all_raw(Statement::from_string(backend, ids)).await?;
    let mut known = Vec::with_capacity(persons);
    for row in rows {
        known.push((
            row.try_get::<Uuid>("", "id")?,
            row.try_get::<i64>("", "seq")?,
            row.try_get::<i64>("", "version")?,
            row.try_get::<String>("", "personal_number")?,
            row.try_get::<String>("", "person")?,
            row.try_get::<String>("", "records")?,
        ));
    }

    let tokens = "1 101 9000 aalborg industrivænget jens mortensen tv";
    let changes = r#"[{"field":"address","old":{"line1":"Industrivænget 301, 1. tv","line2":null,"postalCode":"9000","city":"Aalborg","countryCode":"DK"},"new":{"line1":"Industrivænget 101, 1. tv","line2":null,"postalCode":"9000","city":"Aalborg","countryCode":"DK"}}]"#;
    for batch in known.chunks(BATCH) {
        let write = connection.begin().await?;
        let run = async |text: &dyn Fn(&str) -> String, values: &dyn Fn(usize) -> Vec<Value>| -> anyhow::Result<()> {
            let mut place = 0;
            while place < batch.len() {
                let count = ROWS.min(batch.len() - place);
                let rows: Vec<Vec<Value>> = (place..place + count).map(values).collect();
                let columns = rows[0].len();
                let row = |row: usize| {
                    let places: Vec<_> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
                    format!("({})", places.join(", "))
                };
                let places = (0..count).map(row).collect::<Vec<_>>().join(", ");
                let values: Vec<Value> = rows.into_iter().flatten().collect();
                write.execute_raw(Statement::from_sql_and_values(backend, text(&places), values)).await?;
                place += count;
            }
            Ok(())
        };
        run(
            &|rows| {
                format!(
                    "INSERT INTO register_person (personal_number, protected, person, layout, records, source, \
                    register_date, updated_at) VALUES {rows} ON CONFLICT (personal_number) DO UPDATE SET \
                    person = excluded.person, records = excluded.records, updated_at = excluded.updated_at"
                )
            },
            &|place| {
                let (.., number, person, records) = &batch[place];
                vec![
                    number.clone().into(),
                    false.into(),
                    person.clone().into(),
                    "extract/1".into(),
                    records.clone().into(),
                    "subscription".into(),
                    now.date_naive().into(),
                    now.into(),
                ]
            },
        )
        .await?;
        run(
            &|rows| {
                format!(
                    "WITH news (party, line1, city, version, at) AS (VALUES {rows}) UPDATE party SET \
                    address_line1 = news.line1, city = news.city, version = news.version, updated_at = news.at, \
                    changed_by = 'subscription' FROM news WHERE party.id = news.party"
                )
            },
            &|place| {
                let (id, _, version, ..) = &batch[place];
                vec![
                    (*id).into(),
                    "Industrivænget 101, 1. tv".into(),
                    "Aalborg".into(),
                    (*version + 1).into(),
                    now.into(),
                ]
            },
        )
        .await?;
        run(
            &|rows| {
                format!("INSERT INTO party_history (party_id, version, at, changed_by, source, changes) VALUES {rows}")
            },
            &|place| {
                let (id, _, version, ..) = &batch[place];
                let by = "job:apply-deliveries";
                vec![(*id).into(), (*version + 1).into(), now.into(), by.into(), "subscription".into(), changes.into()]
            },
        )
        .await?;
        let seqs: Vec<String> = batch.iter().map(|(_, seq, ..)| seq.to_string()).collect();
        let place = if sqlite { "rowid" } else { "seq" };
        write.execute_unprepared(&format!("DELETE FROM party_search WHERE {place} IN ({})", seqs.join(", "))).await?;
        run(
            &|rows| {
                if sqlite {
                    format!("INSERT INTO party_search (rowid, shown) VALUES {rows}")
                } else {
                    format!(
                        "INSERT INTO party_search (seq, shown) SELECT n.seq, array_to_tsvector(string_to_array(n.shown, ' ')) \
                        FROM (VALUES {rows}) AS n (seq, shown)"
                    )
                }
            },
            &|place| vec![batch[place].1.into(), tokens.into()],
        )
        .await?;
        let counted =
            format!("UPDATE counter SET value = value + {} WHERE name = 'event' RETURNING value", batch.len());
        let row = write.query_one_raw(Statement::from_string(backend, counted)).await?;
        let last: i64 = row.map_or(Ok(0), |row| row.try_get("", "value"))?;
        let first = last - i64::try_from(batch.len())? + 1;
        run(
            &|rows| format!("INSERT INTO event (seq, id, type, party_id, changed_fields, occurred_at) VALUES {rows}"),
            &|place| {
                let seq = first + i64::try_from(place).unwrap_or(0);
                let fields = r#"["address"]"#;
                vec![
                    seq.into(),
                    Uuid::new_v4().into(),
                    "party.updated".into(),
                    batch[place].0.into(),
                    fields.into(),
                    now.into(),
                ]
            },
        )
        .await?;
        write.commit().await?;
    }
    Ok(())
}

/// The most memory that this program had, in KiB.
fn peak_memory() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}
