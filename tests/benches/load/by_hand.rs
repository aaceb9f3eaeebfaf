//! The rows that a move of everybody writes, by hand: party, register, history, search words, event; 500 persons a
//! transaction. Nothing is read but what the rows are to be, nothing is decided.

use anyhow::Context;
use chrono::{DateTime, Utc};
use sea_orm::sqlx::{self, AssertSqlSafe, Row};
use uuid::Uuid;

const BATCH: usize = 500;
/// Rows of values a statement on SQLite, as in the house.
const ROWS: usize = 32;

const TOKENS: &str = "1 101 9000 aalborg industrivænget jens mortensen tv";
const LINE: &str = "Industrivænget 101, 1. tv";
const CHANGES: &str = r#"[{"field":"address","old":{"line1":"Industrivænget 301, 1. tv","line2":null,"postalCode":"9000","city":"Aalborg","countryCode":"DK"},"new":{"line1":"Industrivænget 101, 1. tv","line2":null,"postalCode":"9000","city":"Aalborg","countryCode":"DK"}}]"#;
const KNOWN: &str = "SELECT p.id, p.seq, p.version, r.personal_number, r.person, r.records FROM party p \
    JOIN register_person r ON r.personal_number = p.personal_number WHERE r.layout = 'extract/1' ORDER BY p.seq";
const COUNT: &str = "UPDATE counter SET value = value + $1 WHERE name = 'event' RETURNING value";

/// A party whose person moves.
struct Known {
    id: Uuid,
    seq: i64,
    version: i64,
    number: String,
    person: String,
    records: String,
}

macro_rules! known {
    ($pool:expr) => {{
        let known = |row: &_| -> Result<Known, sqlx::Error> {
            Ok(Known {
                id: get(row, "id")?,
                seq: get(row, "seq")?,
                version: get(row, "version")?,
                number: get(row, "personal_number")?,
                person: get(row, "person")?,
                records: get(row, "records")?,
            })
        };
        sqlx::query(KNOWN).fetch_all($pool).await?.iter().map(known).collect::<Result<Vec<Known>, _>>()?
    }};
}

fn get<'r, R: Row, T: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>>(
    row: &'r R,
    column: &'static str,
) -> Result<T, sqlx::Error>
where
    &'static str: sqlx::ColumnIndex<R>,
{
    row.try_get(column)
}

/// With the house's settings; rows of values, which are SQLite's fastest way.
pub async fn on_sqlite(url: &str, now: DateTime<Utc>) -> anyhow::Result<()> {
    let pool = crate::bare::on_sqlite::open(url).await?.1;
    for batch in known!(&pool).chunks(BATCH) {
        let mut write = pool.begin().await?;
        for rows in batch.chunks(ROWS) {
            let statement = format!(
                "INSERT INTO register_person (personal_number, protected, person, layout, records, source, \
                register_date, updated_at) VALUES {} ON CONFLICT (personal_number) DO UPDATE SET \
                person = excluded.person, records = excluded.records, updated_at = excluded.updated_at",
                places(rows.len(), 8)
            );
            let mut query = sqlx::query(AssertSqlSafe(statement));
            for it in rows {
                query = query.bind(&it.number).bind(false).bind(&it.person).bind("extract/1").bind(&it.records);
                query = query.bind("subscription").bind(now.date_naive()).bind(now);
            }
            query.execute(&mut *write).await?;

            let statement = format!(
                "WITH news (party, line1, city, version, at) AS (VALUES {}) UPDATE party SET \
                address_line1 = news.line1, city = news.city, version = news.version, updated_at = news.at, \
                changed_by = 'subscription' FROM news WHERE party.id = news.party",
                places(rows.len(), 5)
            );
            let mut query = sqlx::query(AssertSqlSafe(statement));
            for it in rows {
                query = query.bind(it.id).bind(LINE).bind("Aalborg").bind(it.version + 1).bind(now);
            }
            query.execute(&mut *write).await?;

            let statement = format!(
                "INSERT INTO party_history (party_id, version, at, changed_by, source, changes) VALUES {}",
                places(rows.len(), 6)
            );
            let mut query = sqlx::query(AssertSqlSafe(statement));
            for it in rows {
                query = query.bind(it.id).bind(it.version + 1).bind(now).bind("job:apply-deliveries");
                query = query.bind("subscription").bind(CHANGES);
            }
            query.execute(&mut *write).await?;

            let statement = format!("DELETE FROM party_search WHERE rowid IN ({})", places(1, rows.len()));
            let delete = sqlx::query(AssertSqlSafe(statement));
            rows.iter().fold(delete, |query, it| query.bind(it.seq)).execute(&mut *write).await?;
            let statement = format!("INSERT INTO party_search (rowid, shown) VALUES {}", places(rows.len(), 2));
            let insert = sqlx::query(AssertSqlSafe(statement));
            rows.iter().fold(insert, |query, it| query.bind(it.seq).bind(TOKENS)).execute(&mut *write).await?;
        }
        let last: i64 = sqlx::query(COUNT).bind(batch.len() as i64).fetch_one(&mut *write).await?.try_get(0)?;
        let mut seq = last - batch.len() as i64;
        for rows in batch.chunks(ROWS) {
            let statement = format!(
                "INSERT INTO event (seq, id, type, party_id, changed_fields, occurred_at) VALUES {}",
                places(rows.len(), 6)
            );
            let mut query = sqlx::query(AssertSqlSafe(statement));
            for it in rows {
                seq += 1;
                query = query.bind(seq).bind(Uuid::new_v4()).bind("party.updated").bind(it.id);
                query = query.bind(r#"["address"]"#).bind(now);
            }
            query.execute(&mut *write).await?;
        }
        write.commit().await?;
    }
    pool.close().await;
    Ok(())
}

/// Arrays, one statement a table.
pub async fn on_postgres(url: &str, now: DateTime<Utc>) -> anyhow::Result<()> {
    let pool = crate::bare::on_postgres::open(url).await?.1;
    for batch in known!(&pool).chunks(BATCH) {
        let ids: Vec<Uuid> = batch.iter().map(|it| it.id).collect();
        let seqs: Vec<i64> = batch.iter().map(|it| it.seq).collect();
        let versions: Vec<i64> = batch.iter().map(|it| it.version + 1).collect();
        let texts = |part: fn(&Known) -> &String| batch.iter().map(part).map(String::as_str).collect::<Vec<&str>>();
        let mut write = pool.begin().await?;
        let upsert = "INSERT INTO register_person (personal_number, protected, person, layout, records, source, \
            register_date, updated_at) SELECT number, false, person, 'extract/1', records, 'subscription', $4, $5 \
            FROM unnest($1::text[], $2::text[], $3::text[]) AS n (number, person, records) \
            ON CONFLICT (personal_number) DO UPDATE SET person = excluded.person, records = excluded.records, \
            updated_at = excluded.updated_at";
        sqlx::query(upsert)
            .bind(texts(|it| &it.number))
            .bind(texts(|it| &it.person))
            .bind(texts(|it| &it.records))
            .bind(now.date_naive())
            .bind(now)
            .execute(&mut *write)
            .await?;
        let update = "UPDATE party SET address_line1 = $3, city = 'Aalborg', version = n.version, updated_at = $4, \
            changed_by = 'subscription' FROM unnest($1::uuid[], $2::bigint[]) AS n (party, version) \
            WHERE party.id = n.party";
        sqlx::query(update).bind(&ids).bind(&versions).bind(LINE).bind(now).execute(&mut *write).await?;
        let history = "INSERT INTO party_history (party_id, version, at, changed_by, source, changes) \
            SELECT party, version, $3, 'job:apply-deliveries', 'subscription', $4 \
            FROM unnest($1::uuid[], $2::bigint[]) AS n (party, version)";
        sqlx::query(history).bind(&ids).bind(&versions).bind(now).bind(CHANGES).execute(&mut *write).await?;
        sqlx::query("DELETE FROM party_search WHERE seq = ANY ($1)").bind(&seqs).execute(&mut *write).await?;
        let words = "INSERT INTO party_search (seq, shown) SELECT seq, array_to_tsvector(string_to_array($2, ' ')) \
            FROM unnest($1::bigint[]) AS n (seq)";
        sqlx::query(words).bind(&seqs).bind(TOKENS).execute(&mut *write).await?;
        let last: i64 = sqlx::query(COUNT).bind(batch.len() as i64).fetch_one(&mut *write).await?.try_get(0)?;
        let numbers: Vec<i64> = (last - batch.len() as i64 + 1..=last).collect();
        let keys: Vec<Uuid> = batch.iter().map(|_| Uuid::new_v4()).collect();
        let events = "INSERT INTO event (seq, id, type, party_id, changed_fields, occurred_at) \
            SELECT seq, id, 'party.updated', party, '[\"address\"]', $4 \
            FROM unnest($1::bigint[], $2::uuid[], $3::uuid[]) AS n (seq, id, party)";
        sqlx::query(events).bind(&numbers).bind(&keys).bind(&ids).bind(now).execute(&mut *write).await?;
        write.commit().await.context("a batch by hand")?;
    }
    pool.close().await;
    Ok(())
}

/// `($1, $2), ($3, $4)`.
fn places(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let places: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}
