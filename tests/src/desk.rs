//! A house without doors: what happens between a change file and the database, without web, jobs and CPR.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, ensure};
use backend::actions::job::Run;
use backend::actions::{Actions, Error, Policy, Retention};
use backend::clock::{Clock, SettableClock};
use backend::config::RequireReason;
use backend::domain::delivery::{Counts, Delivery, Envelope, Link, State};
use backend::domain::edit;
use backend::domain::party::{Party, PartyFields, PartyKind};
use backend::domain::protection::{self, Display};
use backend::domain::subscription::{FollowPolicy, Scope};
use backend::registry::Keep;
use backend::registry::delivery::Deliveries;
use backend::store::delivery::{PART, PartWriter};
use backend::store::{self, Database};
use chrono::NaiveDate;
use cpr::PersonalNumber;
use cpr::client::delivery::Source;
use cpr::extract::{RecordBuilder, Style, WriteError, Writer};
use uuid::Uuid;

/// The database and what can be done with it.
pub struct Desk {
    /// The database.
    pub database: Database,
    /// What can be done.
    pub actions: Actions,
    /// The clock, which tests move.
    pub clock: Arc<SettableClock>,
}

impl Desk {
    /// Opens a database, makes its schema, and stands in the morning of 24 November 2026.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub async fn open(url: &str) -> anyhow::Result<Desk> {
        let database = Database::connect(url, 4).await?;
        database.migrate().await?;
        let policy = Policy {
            follow: FollowPolicy { scope: Scope::OpenAndRecentlyClosed, recently_closed_days: 90 },
            all_cases_reason: None,
            case_reading: None,
            protection: protection::Policy { display: Display::Warn, message: String::new() },
            require_reason: RequireReason::Never,
            finds: false,
            keep: Keep::all(),
            task_number: None,
            upload: false,
            schedules: BTreeMap::new(),
            digest_key: None,
            anchor_file: None,
            retention: Retention { register_days: 30, audit_days: 180, event_days: 400, deletion_file: None },
        };
        let clock = Arc::new(SettableClock::at("2026-11-24T05:00:00Z".parse()?));
        let deliveries = Deliveries::new(Source::Folder("nowhere".into()));
        let actions = Actions::new(database.clone(), None, None, deliveries, policy, clock.clone()).await?;
        Ok(Desk { database, actions, clock })
    }

    /// New parties with these numbers, typed by hand; their ids follow from their places.
    ///
    /// # Errors
    /// The database's.
    pub async fn seed(&self, numbers: &[PersonalNumber]) -> anyhow::Result<Vec<Party>> {
        let mut parties = Vec::with_capacity(numbers.len());
        for chunk in numbers.chunks(1000) {
            let write = self.database.begin().await?;
            for number in chunk {
                let id = Uuid::from_u128(parties.len() as u128 + 1);
                let party = edit::create(fields(*number), id, self.clock.now()).party;
                store::party::insert(&write, &party).await?;
                parties.push(party);
            }
            write.commit().await?;
        }
        Ok(parties)
    }

    /// Takes a change file in; its turn has come.
    ///
    /// # Errors
    /// The database's.
    pub async fn take_in(&self, file: &File) -> anyhow::Result<Delivery> {
        let content_hash = format!("{:064x}", Uuid::now_v7().as_u128());
        let parts = PartWriter::new(&self.database, &content_hash);
        let pieces: Vec<&[u8]> = file.bytes.chunks(PART).collect();
        for (number, piece) in (0..).zip(&pieces) {
            parts.put(number, piece.to_vec(), self.clock.now()).await?;
        }
        let delivery = Delivery {
            id: Uuid::now_v7(),
            content_hash: content_hash.clone(),
            file_name: None,
            size: i64::try_from(file.bytes.len())?,
            envelope: Some(Envelope {
                task_number: "999901".to_owned(),
                link: Link { production_date: file.produced, previous: file.produced.pred_opt(), is_status: false },
                persons: 0,
            }),
            state: State::Received,
            reason: None,
            bridge: None,
            may_be_bridged: false,
            progress: 0,
            counts: Counts::default(),
            received_at: self.clock.now(),
            applied_at: None,
        };
        let write = self.database.begin().await?;
        ensure!(parts.are_there(&write, i64::try_from(pieces.len())?).await?, "a piece is missing");
        store::delivery::insert(&write, &delivery).await?;
        store::delivery::begin(&write, delivery.id).await?;
        write.commit().await?;
        self.delivery(delivery.id).await
    }

    /// A delivery as it is now.
    ///
    /// # Errors
    /// When there is none.
    pub async fn delivery(&self, id: Uuid) -> anyhow::Result<Delivery> {
        store::delivery::get_one(&self.database.read(), id).await?.context("there is no such delivery")
    }

    /// Applies what is left of a delivery.
    ///
    /// # Errors
    /// As the action.
    pub async fn apply(&self, id: Uuid) -> anyhow::Result<Counts> {
        let delivery = self.delivery(id).await?;
        let run = Run::without_row("apply-deliveries", self.clock.now());
        let told = |error: Error| anyhow::anyhow!("{}", error.code());
        self.actions.apply_delivery(&run, &delivery).await.map_err(told)
    }
}

/// A change file.
pub struct File {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its day.
    pub produced: NaiveDate,
}

impl File {
    /// The file of a day in November 2026 with these records.
    ///
    /// # Errors
    /// A record that cannot be written.
    pub fn of(day: u32, records: &[RecordBuilder]) -> Result<File, WriteError> {
        let produced = NaiveDate::from_ymd_opt(2026, 11, day).unwrap_or_default();
        let mut writer = Writer::new(Vec::new(), Style { padded: false, ..Style::default() });
        writer.start("999901", produced, produced.pred_opt())?;
        for record in records {
            writer.record(record)?;
        }
        Ok(File { bytes: writer.finish()?, produced })
    }
}

/// Numbers that belong to nobody: their date is a real one on which only numbers that pass modulus 11 were given, and they
/// fail it.
pub fn nobodys_numbers() -> impl Iterator<Item = PersonalNumber> {
    let days = (1..=28).flat_map(|day| (2..=12).map(move |month| (day, month)));
    let dates = days.flat_map(|(day, month)| (40..60).map(move |year| format!("{day:02}{month:02}{year:02}")));
    let texts = dates.flat_map(|date| (1000..3999).map(move |serial| format!("{date}{serial:04}")));
    texts.filter_map(|text| PersonalNumber::parse(&text).ok()).filter(|number| !number.passes_modulus_11())
}

/// All records that are usual of a person who lives in a house of a road in Aalborg.
pub fn resident(number: PersonalNumber, name: &str, house: u32) -> Vec<RecordBuilder> {
    let record = |code: &str| RecordBuilder::new(code, number.digits().as_str());
    let (first, last) = name.split_once(' ').unwrap_or((name, ""));
    let addressing = format!("{last},{first}");
    let at = |record: RecordBuilder| {
        let house = format!("{house:03}");
        record.set("KOMKOD", "0851").set("VEJKOD", "8512").set("HUSNR", &house).set("ETAGE", "01").set("SIDEDOER", "tv")
    };
    vec![
        record("001").set("STATUS", "01").set("KOEN", "M").set("FOED_DT", "1950-02-01"),
        at(record("002")).set("TILFLYDTO", "202001010000").set("TILFLYKOMDTO", "201001010000"),
        at(record("003"))
            .set("ADRNVN", &addressing)
            .set("STANDARDADR", &format!("Industrivænget {house}, 1. tv"))
            .set("POSTNR", "9000")
            .set("POSTDISTTXT", "Aalborg")
            .set("VEJADRNVN", "Industrivænget"),
        record("008")
            .set("FORNVN", first)
            .set("EFTERNVN", last)
            .set("NVNHAENSTART", "195002010000")
            .set("ADRNVN", &addressing),
        record("010").set("LANDEKOD", "5100").set("HAENSTART-STATSBORGERSKAB", "195002010000"),
        record("012").set("CIVST", "U"),
        record("015").set("MOR_DT", "1950-02-01").set("PNRMOR", "0000000000").set("MORNVN", "Jensen,Anna"),
        record("023").set("KOMKOD", "0851").set("VEJKOD", "4321").set("HUSNR", "012").set("FRAFLYDTO", "202001010000"),
        record("099").set("TIMESTAMPU", "202611230000").set("HAENDELSE", "A01"),
    ]
}

/// A number that was changed (60) or deleted (50) for another.
pub fn changed_number(old: PersonalNumber, new: PersonalNumber, status: &str) -> Vec<RecordBuilder> {
    let core = RecordBuilder::new("001", old.digits().as_str()).set("PNRGAELD", new.digits().as_str());
    vec![core.set("STATUS", status).set("STATUSHAENSTART", "202611230000").set("KOEN", "M")]
}

/// The record of a former number, which stands with the current one.
pub fn former_number(current: PersonalNumber, former: PersonalNumber) -> RecordBuilder {
    RecordBuilder::new("022", current.digits().as_str()).set("PNR", former.digits().as_str())
}

fn fields(number: PersonalNumber) -> PartyFields {
    PartyFields {
        kind: PartyKind::Person,
        name: "Tastet Navn".to_owned(),
        email: None,
        phone: None,
        mobile: None,
        address: None,
        personal_number: Some(number),
        cvr_number: None,
        p_number: None,
        external_ids: Vec::new(),
        owns_email_domain: false,
        active: true,
    }
}
