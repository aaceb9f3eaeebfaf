//! A crowd of invented parties in a database, and how long it takes to find somebody among them.
//!
//! ```text
//! cargo run --release -p backend --example crowd -- fill sqlite://target/crowd.db 1000000
//! cargo run --release -p backend --example crowd -- measure sqlite://target/crowd.db
//! ```
//!
//! The crowd is the same each time. Names are spread as in Denmark: the commonest surname is one in twenty-five. All
//! personal numbers are replacement numbers (day + 60), which nobody has.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use backend::domain::page::PageRequest;
use backend::domain::party::{Address, AddressKind, ChangeSource, Party, PartyCriteria, PartyFields, PartyKind};
use backend::domain::person::{Person, Register, RegisterSource, Status};
use backend::domain::search::query_tokens;
use backend::store::register::Kept;
use backend::store::{Database, party, register};
use chrono::{DateTime, NaiveDate, Utc};
use cpr::PersonalNumber;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use uuid::Uuid;

const FIRST_NAMES: &str = "Anne Peter Mette Michael Kirsten Lars Hanne Jens Helle Thomas Anna Henrik Maria Søren Susanne \
    Christian Lene Martin Marianne Jan Inge Morten Karen Niels Camilla Anders Louise Hans Charlotte Jørgen Emma Mads Ida \
    Rasmus Sofie Per Freja Jesper Laura Ole Julie Mikkel Pia Kim Birthe Frederik Åse Bent Gitte Ærinda Øjvind Zenia Ulrik \
    Ellen Villads Fatima Yusuf Wilma Xenia Quintus";
const SURNAMES: &str = "Jensen Nielsen Hansen Pedersen Andersen Christensen Larsen Sørensen Rasmussen Jørgensen Petersen \
    Madsen Kristensen Olsen Thomsen Christiansen Poulsen Johansen Møller Mortensen Knudsen Jakobsen Mikkelsen Frederiksen \
    Laursen Lund Holm Schmidt Eriksen Kristiansen Clausen Simonsen Svendsen Andreasen Iversen Østergaard Jeppesen \
    Mogensen Jespersen Nissen Lauridsen Frandsen Jepsen Winther Hermansen Ibsen Åkjær Ærtebjerg Bruun Dahl Friis Gregersen \
    Haugaard Kjær Lassen Munk Nygaard Overgaard Qvist Riis Skov Toft Ulriksen Vestergaard Wulff Yde Zacho";
const ROADS: &str = "Østergade Vestergade Skolevej Møllevej Kirkevej Engvej Skovvej Industrivej Birkevej Parkvej Nygade \
    Algade Bakkevej Strandvejen Boulevarden Lærkevej Havnegade Åboulevarden Rådhuspladsen Ringvejen";
const TOWNS: &str = "1101-København 2000-Frederiksberg 2800-Lyngby 3000-Helsingør 4000-Roskilde 4700-Næstved 5000-Odense \
    6000-Kolding 6400-Sønderborg 6700-Esbjerg 7100-Vejle 7400-Herning 8000-Aarhus 8600-Silkeborg 8900-Randers \
    9000-Aalborg 9400-Nørresundby 9800-Hjørring 3700-Rønne 4930-Maribo";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["fill", url, count] => fill(url, count.parse().context("how many?")?).await,
        ["measure", url] => measure(url).await,
        _ => bail!("fill URL COUNT | measure URL"),
    }
}

async fn fill(url: &str, count: u64) -> anyhow::Result<()> {
    let database = Database::connect(url, 4).await?;
    database.migrate().await?;
    let begun = Instant::now();
    for chunk in 0..count.div_ceil(500) {
        let write = database.begin().await?;
        for serial in chunk * 500..count.min((chunk + 1) * 500) {
            let party = somebody(serial)?;
            if let Some(register) = &party.register {
                let kept = Kept { register: register.clone(), layout: "gctp/1".into(), records: "{}".into() };
                register::put(&write, &kept).await?;
            }
            party::insert(&write, &party).await?;
        }
        write.commit().await?;
    }
    println!("{count} parties in {:.0?}", begun.elapsed());
    Ok(database.close().await?)
}

/// The same `serial` is always the same party.
fn somebody(serial: u64) -> anyhow::Result<Party> {
    let mut dice = Dice(serial);
    let company = dice.below(20) == 0;
    let surname = dice.common(SURNAMES);
    let name = if company {
        format!("{surname} {} A/S", dice.common("Byg Handel Transport VVS Revision Auto Catering Rådgivning"))
    } else if dice.below(3) == 0 {
        format!("{} {} {surname}", dice.common(FIRST_NAMES), dice.common(SURNAMES))
    } else {
        format!("{} {surname}", dice.common(FIRST_NAMES))
    };
    let (postal_code, city) = dice.common(TOWNS).split_once('-').context("a town")?;
    let line1 = format!("{} {}, {}. tv", dice.common(ROADS), 1 + dice.below(200), 1 + dice.below(5));
    let address = Address {
        line1: Some(line1),
        line2: None,
        postal_code: Some(postal_code.to_owned()),
        city: Some(city.to_owned()),
        country_code: Some("DK".to_owned()),
    };
    let number = if company { None } else { Some(number(serial)?) };
    let now = DateTime::<Utc>::UNIX_EPOCH + Duration::from_secs(serial);
    let email = (dice.below(2) == 0).then(|| format!("post{serial}@{}.example", surname.to_lowercase()));
    let register = number.filter(|_| dice.below(2) == 0).map(|personal_number| Register {
        person: Person {
            personal_number,
            current_number: None,
            former_numbers: Vec::new(),
            status: Some(Status::Resident),
            status_since: None,
            name: Some(name.clone()),
            address: Some(address.clone()),
            address_kind: AddressKind::Danish,
            last_address: None,
            protected: dice.below(50) == 0,
            withheld: false,
            birth_date: None,
            sex: None,
        },
        source: RegisterSource::Lookup,
        register_date: NaiveDate::default(),
        updated_at: now,
    });
    Ok(Party {
        id: Uuid::from_u64_pair(dice.next(), serial),
        fields: PartyFields {
            kind: if company { PartyKind::Company } else { PartyKind::Person },
            name,
            email,
            phone: None,
            mobile: None,
            address: Some(address),
            personal_number: number,
            cvr_number: company.then(|| format!("{:08}", 10_000_000 + serial)),
            p_number: None,
            external_ids: Vec::new(),
            owns_email_domain: false,
            active: true,
        },
        address_kind: if register.is_some() { AddressKind::Danish } else { AddressKind::Local },
        keeps_name: false,
        keeps_address: false,
        former_numbers: Vec::new(),
        register,
        current_number_held_by: None,
        changed_by: ChangeSource::User,
        version: 1,
        created_at: now,
        updated_at: now,
    })
}

fn number(serial: u64) -> anyhow::Result<PersonalNumber> {
    let (date, last) = (serial / 10_000, serial % 10_000);
    let (day, month, year) = (61 + date % 28, 1 + date / 28 % 12, date / 336 % 100);
    PersonalNumber::parse(&format!("{day:02}{month:02}{year:02}{last:04}")).context("a replacement number")
}

async fn measure(url: &str) -> anyhow::Result<()> {
    let database = Database::connect(url, 4).await?;
    let by_hand = sea_orm::Database::connect(url).await?;
    let mut queries: Vec<String> = [
        "jen",
        "han",
        "jensen",
        "jens hansen",
        "mette jensen kolding",
        "vej 101",
        "boul",
        "example",
        "tv",
        "zac",
        "xyz",
    ]
    .map(str::to_owned)
    .to_vec();
    let commonplace = queries.len();
    // What people type: the first letters of one or two words of somebody's.
    let mut dice = Dice(7);
    for _ in 0..1000 {
        let party = somebody(dice.below(1_000_000))?;
        let address = party.fields.address.as_ref().and_then(|address| address.line1.as_deref()).unwrap_or_default();
        let words = query_tokens(&format!("{} {address}", party.fields.name));
        let long: Vec<&String> = words.iter().filter(|word| word.chars().count() >= 3).collect();
        let mut pick = |at: usize| -> String {
            let letters = 3 + dice.below(4) as usize;
            long[at % long.len()].chars().take(letters).collect()
        };
        let (one, two) = (pick(0), pick(1));
        queries.push(if queries.len().is_multiple_of(2) { one } else { format!("{one} {two}") });
    }
    // Once without the watch, for the database's caches.
    for query in &queries {
        search(&database, query).await?;
    }
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    for (at, query) in queries.iter().enumerate() {
        let begun = Instant::now();
        let hits = search(&database, query).await?;
        let us = begun.elapsed();
        let begun = Instant::now();
        hand_written(&by_hand, query).await?;
        let them = begun.elapsed();
        if at < commonplace {
            println!("{query:24} {hits:3} hits  {us:9.2?}  by hand {them:9.2?}");
        }
        ours.push((us, query));
        theirs.push((them, query));
    }
    for (who, times) in [("store", &mut ours), ("by hand", &mut theirs)] {
        times.sort();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100].0;
        let (slowest, query) = times[times.len() - 1];
        println!("{who:8} p50 {:.2?}  p99 {:.2?}  slowest {slowest:.2?} ({query})", at(50), at(99));
    }
    Ok(())
}

async fn search(database: &Database, query: &str) -> anyhow::Result<usize> {
    let criteria = PartyCriteria { tokens: Some(query_tokens(query)), ..PartyCriteria::default() };
    let page = PageRequest { limit: 50, after: None };
    Ok(party::search(&database.read(), &criteria, &page).await?.items.len())
}

/// What somebody would write who needs this one answer only: one page, its rows turned into nothing. The limit is a
/// value for the reason that `store::party::search` tells.
async fn hand_written(connection: &DatabaseConnection, query: &str) -> anyhow::Result<usize> {
    let backend = connection.get_database_backend();
    let tokens = query_tokens(query);
    let (statement, words) = if backend == sea_orm::DbBackend::Sqlite {
        let statement = "SELECT p.*, r.person FROM (SELECT rowid FROM party_search WHERE party_search MATCH $1 \
            ORDER BY rowid DESC LIMIT $2) s JOIN party p ON p.seq = s.rowid \
            LEFT JOIN register_person r ON r.personal_number = p.personal_number ORDER BY p.seq DESC";
        (statement, tokens.iter().map(|token| format!("\"{token}\"*")).collect::<Vec<_>>().join(" "))
    } else {
        let statement = "SELECT p.*, r.person FROM (SELECT seq FROM party_search WHERE shown @@ CAST($1 AS tsquery) \
            OR hidden @@ CAST($1 AS tsquery) ORDER BY seq DESC LIMIT $2) s JOIN party p USING (seq) \
            LEFT JOIN register_person r ON r.personal_number = p.personal_number ORDER BY p.seq DESC";
        (statement, tokens.iter().map(|token| format!("'{token}':*")).collect::<Vec<_>>().join(" & "))
    };
    Ok(connection
        .query_all_raw(Statement::from_sql_and_values(backend, statement, [words.into(), 51_i64.into()]))
        .await?
        .len())
}

/// Numbers that look random and are the same each time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// One of the words, the first ones more often than the last ones.
    fn common<'a>(&mut self, words: &'a str) -> &'a str {
        let words: Vec<&str> = words.split_whitespace().collect();
        let (one, two) = (self.below(words.len() as u64), self.below(words.len() as u64));
        words[(one * (two + 1) / words.len() as u64) as usize]
    }
}
