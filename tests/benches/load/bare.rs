//! What somebody would write by hand who needs these two answers only: an actix server without sign-in, limits, request
//! ids, compression and logging, that runs the same SQL through sqlx and keeps the same audit row. Its answers are the
//! house's answers; the benchmark compares them before it measures.
//!
//! * `GET /grouped/{id}`: the row of the log shares a commit with those of other callers, as in the house;
//! * `GET /alone/{id}`: each row has a commit of its own;
//! * `POST /search`, a page of hits for `{"query": "…"}`, with a grouped row;
//! * `POST /create`, a new party `{"name": "…", "address": {"line1": "…", "postalCode": "…"}}`: a grouped row of the log,
//!   then party, search words, version, event and the log's second row in one transaction.

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::Context;
use backend::clock::{Clock, SystemClock};
use backend::domain::person::{Person, Sex};
use backend::domain::search::{query_tokens, sort_key, words};
use chrono::{DateTime, NaiveDate, Utc};
use openapi::page::Page;
use openapi::party as wire;
use sea_orm::sqlx::{self, Row};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// At most so many rows of the log share a commit, as in the house.
const BATCH: usize = 256;
const CONNECTIONS: u32 = 16;
const PAGE: usize = 50;

/// Serves this database until it is killed; prints its address.
pub async fn serve(url: &str) -> anyhow::Result<()> {
    if url.starts_with("sqlite:") { on_sqlite::serve(url).await } else { on_postgres::serve(url).await }
}

/// One row of the log.
struct Entry {
    id: Uuid,
    phase: &'static str,
    at: DateTime<Utc>,
    operation: &'static str,
    party_id: Option<Uuid>,
    criteria: Option<&'static str>,
    trace_id: String,
    count: i64,
}

impl Entry {
    fn begin(operation: &'static str, party_id: Option<Uuid>, criteria: Option<&'static str>) -> Entry {
        Entry {
            id: Uuid::now_v7(),
            phase: "entry",
            at: SystemClock.now(),
            operation,
            party_id,
            criteria,
            trace_id: Uuid::new_v4().to_string(),
            count: 1,
        }
    }
}

type Waiting = (Entry, oneshot::Sender<bool>);

/// Hands a row to the task that commits, and waits for the commit.
async fn record(queue: &mpsc::Sender<Waiting>, entry: Entry) -> anyhow::Result<()> {
    let (done, answer) = oneshot::channel();
    queue.send((entry, done)).await.ok().context("the log is closed")?;
    anyhow::ensure!(answer.await?, "the log does not take it");
    Ok(())
}

#[derive(Deserialize)]
struct Search {
    query: String,
}

/// A new party, as far as the benchmark goes.
#[derive(Deserialize)]
struct NewParty {
    name: String,
    address: NewAddress,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewAddress {
    line1: String,
    postal_code: String,
}

/// What the house renders of CPR's word; the crowd keeps no values of its own and has no number that was moved.
fn party_of(party: wire::Party, person: Option<&str>, cpr: Option<Word>) -> anyhow::Result<wire::Party> {
    let (Some(person), Some(word)) = (person, cpr) else { return Ok(party) };
    let person: Person = serde_json::from_str(person)?;
    Ok(wire::Party {
        protection: wire::Protection {
            name_and_address: Some(person.protected),
            message: person.protected.then(|| "Denne part har adressebeskyttelse".to_owned()),
            as_of: Some(word.register_date),
        },
        cpr: Some(wire::PartyCpr {
            status: person.status.as_ref().map(|status| status.code().to_owned()),
            status_text: person.status.as_ref().map(|status| status.text().to_owned()),
            status_since: person.status_since,
            birth_date: person.birth_date,
            sex: person.sex.map(|sex| match sex {
                Sex::Female => wire::Sex::Female,
                Sex::Male => wire::Sex::Male,
            }),
            former_personal_numbers: word.former_numbers,
            current_number_held_by: word.holder,
            source: named(word.source)?,
            register_date: word.register_date,
            current_as_of: None,
            next_expected: None,
            updated_at: word.updated_at,
            kept: Vec::new(),
            last_address: None,
        }),
        ..party
    })
}

/// The columns beside CPR's word.
struct Word {
    source: String,
    register_date: NaiveDate,
    updated_at: DateTime<Utc>,
    former_numbers: Vec<String>,
    holder: Option<Uuid>,
}

/// A party that was just made.
fn created(id: Uuid, new: &NewParty, at: DateTime<Utc>) -> wire::Party {
    wire::Party {
        id,
        kind: wire::PartyKind::Person,
        name: new.name.clone(),
        email: None,
        phone: None,
        mobile: None,
        address: Some(wire::Address {
            line1: Some(new.address.line1.clone()),
            line2: None,
            postal_code: Some(new.address.postal_code.clone()),
            city: None,
            country_code: None,
        }),
        address_kind: wire::AddressKind::Local,
        address_masked: false,
        personal_number: None,
        cvr_number: None,
        p_number: None,
        external_ids: Vec::new(),
        owns_email_domain: false,
        active: true,
        protection: wire::Protection { name_and_address: None, message: None, as_of: None },
        subscription: None,
        cpr: None,
        version: 1,
        created_at: at,
        updated_at: at,
    }
}

fn named<T: DeserializeOwned>(name: String) -> anyhow::Result<T> {
    Ok(serde_json::from_value(name.into())?)
}

/// A list that the database made; PostgreSQL makes NULL of an empty one.
fn list<T: DeserializeOwned>(json: Option<String>) -> anyhow::Result<Vec<T>> {
    json.map_or_else(|| Ok(Vec::new()), |json| Ok(serde_json::from_str(&json)?))
}

macro_rules! select {
    ($group:literal, $list:literal, $rest:expr) => {
        concat!(
            "SELECT p.*, r.person, r.source, r.register_date, r.updated_at AS register_updated_at, holder.id AS holder, \
            (SELECT CAST(", $group, "(", $list, "(k.system, k.external_id)) AS text) \
            FROM party_external_id k WHERE k.party_id = p.id) AS external_ids, \
            (SELECT CAST(", $group, "(n.personal_number) AS text) \
            FROM party_former_number n WHERE n.party_id = p.id) AS former_numbers FROM party p \
            LEFT JOIN register_person r ON r.personal_number = p.personal_number \
            LEFT JOIN party holder ON holder.personal_number = r.current_number AND holder.id <> p.id ",
            $rest
        )
    };
}

const INSERT: &str = "INSERT INTO audit (entry_id, phase, at, actor, operation, party_id, criteria, trace_id, ended_at, \
    outcome, result_count, chain, position, hash) \
    VALUES ($1, $9, $2, 'bench', $3, $4, $5, $6, $7, 'succeeded', $8, 0, $10, '')";
const CREATE: &str = "INSERT INTO party (id, kind, name, sort_name, address_line1, postal_code, address_kind, \
    owns_email_domain, active, keeps_name, keeps_address, changed_by, version, created_at, updated_at) \
    VALUES ($1, 'person', $2, $3, $4, $5, 'local', false, true, false, false, 'user', 1, $6, $6) RETURNING seq";
const VERSION: &str = "INSERT INTO party_history (party_id, version, at, changed_by, source, changes) \
    VALUES ($1, 1, $2, 'bench', 'user', $3)";
const COUNT: &str = "UPDATE counter SET value = value + 1 WHERE name = 'event' RETURNING value";
const EVENT: &str = "INSERT INTO event (seq, id, type, party_id, changed_fields, occurred_at) \
    VALUES ($1, $2, 'party.created', $3, '[]', $4)";

/// The server on one kind of database: sqlx has types of its own for each.
macro_rules! server {
    ($kind:ident, $pool:ty, $row:ty, $get:expr, $search:expr, $words:literal, $join:literal, $quote:literal, $open:expr) => {
        pub mod $kind {
            use super::*;

            const GET: &str = $get;
            const SEARCH: &str = $search;
            const WORDS: &str = $words;

            struct State {
                reading: $pool,
                writing: $pool,
                queue: mpsc::Sender<Waiting>,
            }

            pub async fn serve(url: &str) -> anyhow::Result<()> {
                let (reading, writing) = open(url).await?;
                let (queue, waiting) = mpsc::channel(4 * BATCH);
                tokio::spawn(keep(writing.clone(), waiting));
                let state = web::Data::new(State { reading, writing, queue });
                let server = HttpServer::new(move || {
                    App::new()
                        .app_data(state.clone())
                        .route("/grouped/{id}", web::get().to(grouped))
                        .route("/alone/{id}", web::get().to(alone))
                        .route("/search", web::post().to(search))
                        .route("/create", web::post().to(create))
                })
                .bind("127.0.0.1:0")?;
                println!("listening on http://{}", server.addrs()[0]);
                Ok(server.run().await?)
            }

            async fn grouped(id: web::Path<Uuid>, state: web::Data<State>) -> Result<HttpResponse, Failed> {
                let entry = Entry::begin("get_party", Some(*id), None);
                let party = one(&state.reading, *id).await?;
                record(&state.queue, entry).await?;
                Ok(HttpResponse::Ok().json(party))
            }

            async fn alone(id: web::Path<Uuid>, state: web::Data<State>) -> Result<HttpResponse, Failed> {
                let entry = Entry::begin("get_party", Some(*id), None);
                let party = one(&state.reading, *id).await?;
                let mut write = state.writing.begin().await?;
                insert_entry(&mut write, &entry).await?;
                write.commit().await?;
                Ok(HttpResponse::Ok().json(party))
            }

            async fn search(asked: web::Json<Search>, state: web::Data<State>) -> Result<HttpResponse, Failed> {
                let mut entry = Entry::begin("search_parties", None, Some("query"));
                let rows = hits(&state.reading, &asked.query).await?;
                let next = (rows.len() > PAGE).then(|| rows[PAGE - 1].try_get::<i64, _>("seq"));
                let next = next.transpose()?.map(|seq| seq.to_string());
                let items = rows.iter().take(PAGE).map(party).collect::<anyhow::Result<Vec<_>>>()?;
                entry.count = items.len() as i64;
                record(&state.queue, entry).await?;
                Ok(HttpResponse::Ok().json(Page { items, next }))
            }

            async fn create(new: web::Json<NewParty>, state: web::Data<State>) -> Result<HttpResponse, Failed> {
                let (id, at) = (Uuid::now_v7(), SystemClock.now());
                let intent = Entry { phase: "intent", ..Entry::begin("create_party", None, None) };
                let outcome = Entry { id: intent.id, phase: "outcome", ..Entry::begin("create_party", Some(id), None) };
                record(&state.queue, intent).await?;
                let NewAddress { line1, postal_code } = &new.address;
                let mut write = state.writing.begin().await?;
                let insert = sqlx::query(CREATE).bind(id).bind(&new.name).bind(sort_key(&new.name));
                let insert = insert.bind(line1).bind(postal_code).bind(at);
                let seq: i64 = insert.fetch_one(&mut *write).await?.try_get("seq")?;
                let tokens = words(&format!("{} {line1} {postal_code}", new.name)).join(" ");
                sqlx::query(WORDS).bind(seq).bind(tokens).execute(&mut *write).await?;
                let changes = json!([
                    { "field": "name", "old": null, "new": new.name },
                    { "field": "address", "old": null, "new": { "line1": line1, "postalCode": postal_code } },
                ]);
                sqlx::query(VERSION).bind(id).bind(at).bind(changes.to_string()).execute(&mut *write).await?;
                let event: i64 = sqlx::query(COUNT).fetch_one(&mut *write).await?.try_get("value")?;
                let told = sqlx::query(EVENT).bind(event).bind(Uuid::new_v4()).bind(id).bind(at);
                told.execute(&mut *write).await?;
                insert_entry(&mut write, &outcome).await?;
                write.commit().await?;
                Ok(HttpResponse::Created().json(created(id, &new, at)))
            }

            async fn one(pool: &$pool, id: Uuid) -> anyhow::Result<wire::Party> {
                party(&sqlx::query(GET).bind(id).fetch_one(pool).await?)
            }

            /// The rows of the search, and one more than the page has.
            pub async fn hits(pool: &$pool, query: &str) -> anyhow::Result<Vec<$row>> {
                let words: Vec<String> =
                    query_tokens(query).iter().map(|token| $quote.replace("word", token)).collect();
                Ok(sqlx::query(SEARCH).bind(words.join($join)).bind(PAGE as i64 + 1).fetch_all(pool).await?)
            }

            /// The pool that reads, and the one that writes.
            pub async fn open(url: &str) -> anyhow::Result<($pool, $pool)> {
                let open: fn(String) -> _ = $open;
                open(url.to_owned()).await
            }

            async fn keep(pool: $pool, mut waiting: mpsc::Receiver<Waiting>) {
                let mut batch = Vec::with_capacity(BATCH);
                while waiting.recv_many(&mut batch, BATCH).await > 0 {
                    let kept = commit(&pool, &batch).await.is_ok();
                    for (_, done) in batch.drain(..) {
                        // Whoever asked may have gone away.
                        let _ = done.send(kept);
                    }
                }
            }

            async fn commit(pool: &$pool, batch: &[Waiting]) -> anyhow::Result<()> {
                let mut write = pool.begin().await?;
                for (entry, _) in batch {
                    insert_entry(&mut write, entry).await?;
                }
                Ok(write.commit().await?)
            }

            async fn insert_entry(
                write: &mut sqlx::Transaction<'_, <$row as Row>::Database>,
                entry: &Entry,
            ) -> anyhow::Result<()> {
                let insert = sqlx::query(INSERT).bind(entry.id).bind(entry.at).bind(entry.operation);
                let insert = insert.bind(entry.party_id).bind(entry.criteria).bind(&entry.trace_id);
                let insert = insert.bind(SystemClock.now()).bind(entry.count).bind(entry.phase);
                // Its rows are in no chain; a place must be filled, and nobody has it twice.
                insert.bind((Uuid::new_v4().as_u128() >> 65) as i64).execute(&mut **write).await?;
                Ok(())
            }

            fn party(row: &$row) -> anyhow::Result<wire::Party> {
                let address = wire::Address {
                    line1: row.try_get("address_line1")?,
                    line2: row.try_get("address_line2")?,
                    postal_code: row.try_get("postal_code")?,
                    city: row.try_get("city")?,
                    country_code: row.try_get("country_code")?,
                };
                let external_ids = list::<(String, String)>(row.try_get("external_ids")?)?;
                let party = wire::Party {
                    id: row.try_get("id")?,
                    kind: named(row.try_get("kind")?)?,
                    name: row.try_get("name")?,
                    email: row.try_get("email")?,
                    phone: row.try_get("phone")?,
                    mobile: row.try_get("mobile")?,
                    address: (address.line1.is_some() || address.city.is_some()).then_some(address),
                    address_kind: named(row.try_get("address_kind")?)?,
                    address_masked: false,
                    personal_number: row.try_get("personal_number")?,
                    cvr_number: row.try_get("cvr_number")?,
                    p_number: row.try_get("p_number")?,
                    external_ids: external_ids
                        .into_iter()
                        .map(|(system, id)| wire::ExternalId { system, id })
                        .collect(),
                    owns_email_domain: row.try_get("owns_email_domain")?,
                    active: row.try_get("active")?,
                    protection: wire::Protection { name_and_address: None, message: None, as_of: None },
                    subscription: None,
                    cpr: None,
                    version: row.try_get("version")?,
                    created_at: row.try_get("created_at")?,
                    updated_at: row.try_get("updated_at")?,
                };
                let person: Option<&str> = row.try_get("person")?;
                let word = match person {
                    None => None,
                    Some(_) => Some(Word {
                        source: row.try_get("source")?,
                        register_date: row.try_get("register_date")?,
                        updated_at: row.try_get("register_updated_at")?,
                        former_numbers: list(row.try_get("former_numbers")?)?,
                        holder: row.try_get("holder")?,
                    }),
                };
                party_of(party, person, word)
            }
        }
    };
}

server!(
    on_sqlite,
    sqlx::SqlitePool,
    sqlx::sqlite::SqliteRow,
    select!("json_group_array", "json_array", "WHERE p.id = $1"),
    select!(
        "json_group_array",
        "json_array",
        "WHERE p.seq IN (SELECT rowid FROM party_search WHERE party_search MATCH $1 ORDER BY rowid DESC LIMIT $2) \
        ORDER BY p.seq DESC"
    ),
    "INSERT INTO party_search (rowid, shown) VALUES ($1, $2)",
    " ",
    "\"word\"*",
    |url| async move {
        use std::str::FromStr;
        let options =
            sqlx::sqlite::SqliteConnectOptions::from_str(&url)?.busy_timeout(std::time::Duration::from_secs(10));
        let writer = options
            .clone()
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
            .synchronous(sqlx::sqlite::SqliteSynchronous::Full);
        let writing = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect_with(writer).await?;
        let reading = sqlx::sqlite::SqlitePoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false);
        anyhow::Ok((reading.connect_with(options.read_only(true)).await?, writing))
    }
);

server!(
    on_postgres,
    sqlx::PgPool,
    sqlx::postgres::PgRow,
    select!("json_agg", "json_build_array", "WHERE p.id = $1"),
    select!(
        "json_agg",
        "json_build_array",
        // The words that are measured are shorter than eight letters, so all of each is in the index.
        "WHERE p.seq IN (WITH word AS (SELECT CAST($1 AS tsquery) AS whole, CAST(replace($1, ':*', '') AS tsquery) AS start), \
        latest AS MATERIALIZED (SELECT seq FROM (SELECT * FROM party_search ORDER BY seq DESC LIMIT 16384) l \
            WHERE shown @@ (SELECT whole FROM word) OR hidden @@ (SELECT whole FROM word) ORDER BY seq DESC LIMIT $2), \
        indexed AS MATERIALIZED (SELECT seq FROM party_search WHERE (SELECT count(*) FROM latest) < $2 \
            AND (party_prefixes(shown) @@ (SELECT start FROM word) OR party_prefixes(hidden) @@ (SELECT start FROM word))) \
        SELECT seq FROM latest UNION SELECT seq FROM indexed ORDER BY seq DESC LIMIT $2) ORDER BY p.seq DESC"
    ),
    "INSERT INTO party_search (seq, shown) VALUES ($1, array_to_tsvector(string_to_array($2, ' ')))",
    " & ",
    "'word':*",
    |url| async move {
        let pool = sqlx::postgres::PgPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false);
        let pool = pool.connect(&url).await?;
        anyhow::Ok((pool.clone(), pool))
    }
);

/// Anything that goes wrong: the benchmark stops at it.
#[derive(Debug)]
struct Failed(anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for Failed {
    fn from(error: E) -> Failed {
        Failed(error.into())
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:#}", self.0)
    }
}

impl actix_web::ResponseError for Failed {}
