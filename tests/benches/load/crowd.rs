//! A crowd of invented parties to measure with.
//!
//! It is the same each time. Names are spread as in Denmark: the commonest surname is one in twenty-five. All personal
//! numbers are replacement numbers (day + 60), which nobody has.

use std::time::Duration;

use anyhow::Context;
use backend::domain::party::{Address, AddressKind, ChangeSource, Party, PartyFields, PartyKind};
use backend::domain::person::{Person, Register, RegisterSource, Status};
use backend::domain::search::query_tokens;
use backend::store::register::{Kept, KeptRecords};
use backend::store::{Database, party, register};
use chrono::{DateTime, NaiveDate, Utc};
use cpr::PersonalNumber;
use futures_util::{StreamExt, TryStreamExt};
use uuid::Uuid;

/// So many parties share a transaction while the crowd comes in.
const CHUNK: u64 = 500;

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

/// Brings the schema up to date and lets the crowd in.
pub async fn fill(url: &str, count: u64) -> anyhow::Result<()> {
    let database = Database::connect(url, 4).await?;
    database.migrate().await?;
    let chunks = futures_util::stream::iter((0..count).step_by(CHUNK as usize));
    // PostgreSQL takes several at once; on SQLite they wait for each other.
    let chunks = chunks.map(|first| insert(&database, first..count.min(first + CHUNK))).buffer_unordered(4);
    chunks.try_collect::<Vec<()>>().await?;
    Ok(database.close().await?)
}

async fn insert(database: &Database, serials: std::ops::Range<u64>) -> anyhow::Result<()> {
    let write = database.begin().await?;
    for serial in serials {
        let party = somebody(serial)?;
        if let Some(register) = &party.register {
            let records = KeptRecords {
                layout: "gctp/1".into(),
                text: "{}".into(),
                source: register.source,
                date: register.register_date,
            };
            let kept = Kept { register: register.clone(), records };
            register::put(&write, &kept).await?;
        }
        party::insert(&write, &party).await?;
    }
    Ok(write.commit().await?)
}

/// What people type: the first three to six letters of one word of somebody's name or address, or of two.
pub fn queries(crowd: u64, count: usize) -> anyhow::Result<Vec<String>> {
    let mut queries: Vec<String> = COMMONPLACE.map(str::to_owned).to_vec();
    let mut dice = Dice(7);
    while queries.len() < count {
        let party = somebody(dice.below(crowd))?;
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
    Ok(queries)
}

/// Queries that many parties meet, few, and none.
const COMMONPLACE: [&str; 10] =
    ["jen", "han", "jensen", "jens hansen", "mette jensen kolding", "vej 101", "boul", "example", "zac", "xyz"];

/// The same `serial` is always the same party.
pub fn somebody(serial: u64) -> anyhow::Result<Party> {
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
