//! CPR Direkte and the night, by the real client and the real reader: what one writes the other reads.

mod direkte;
mod files;
mod page;
mod random;
mod sftp;

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use cpr::client::{Clock, PasswordSource};
use cpr::direkte::{DirekteClient, DirekteConfig};
use cpr::extract::{PersonRecords, Scan, scan};
use cpr::gctp::Secret;
use cpr::{CprDate, PersonalNumber};
use cpr_simulator::{Options, Production, Simulator};

/// A simulator whose clock stands at Monday, 15 January 2024, 10:15 in Denmark, until it is moved.
struct Line {
    simulator: Simulator,
    seconds: Arc<AtomicI64>,
}

fn clock(seconds: &Arc<AtomicI64>) -> Clock {
    let (start, passed): (DateTime<Utc>, _) = ("2024-01-15T09:15:00Z".parse().unwrap(), Arc::clone(seconds));
    Arc::new(move || start + TimeDelta::seconds(passed.load(Ordering::SeqCst)))
}

impl Line {
    fn open() -> Self {
        let seconds = Arc::new(AtomicI64::new(0));
        let clock = clock(&seconds);
        Self { simulator: Simulator::start(Options::new(move || clock())).unwrap(), seconds }
    }

    fn clock(&self) -> Clock {
        clock(&self.seconds)
    }

    fn let_pass(&self, time: TimeDelta) {
        self.seconds.fetch_add(time.num_seconds(), Ordering::SeqCst);
    }

    fn config(&self) -> DirekteConfig {
        let direkte = self.simulator.direkte();
        DirekteConfig {
            host: direkte.host(),
            port: direkte.port(),
            transaction: "OFF4".to_owned(),
            customer_number: direkte.customer_number(),
            user: direkte.user(),
            password: PasswordSource::Fixed(Secret::new(direkte.password())),
            ca_file: Some(direkte.ca_file().to_owned()),
            connect_timeout: DirekteConfig::CONNECT_TIMEOUT,
            timeout: DirekteConfig::TIMEOUT,
        }
    }

    fn client(&self) -> DirekteClient {
        DirekteClient::new(self.config(), self.clock()).unwrap()
    }

    fn follow(&self, digits: &[&str]) {
        let line = |digits: &&str| format!("06999900OP{digits}\n");
        self.simulator.night().take_input(&digits.iter().map(line).collect::<String>());
    }

    fn unfollow(&self, digits: &str) {
        self.simulator.night().take_input(&format!("06999900SL{digits}\n"));
    }

    fn deliver(&self) -> Delivered {
        Delivered::read(&self.simulator.night().deliver().unwrap())
    }

    fn in_folder(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.simulator.night().folder()).unwrap();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    }
}

/// A file, read.
struct Delivered {
    scan: Scan,
    persons: Vec<PersonRecords>,
}

impl Delivered {
    fn read(production: &Production) -> Self {
        Self::of(&production.bytes)
    }

    fn of(bytes: &[u8]) -> Self {
        let scan = scan(&mut &bytes[..]).unwrap();
        let mut persons = Vec::new();
        for ordinal in 0..scan.index.len() {
            let mut person = PersonRecords::default();
            scan.index.read_person(ordinal, &mut Cursor::new(bytes), &mut person).unwrap();
            assert_eq!(person.fault(), None);
            persons.push(person);
        }
        Self { scan, persons }
    }

    fn numbers(&self) -> Vec<String> {
        let digits = |person: &PersonRecords| person.personal_number().unwrap().digits().as_str().to_owned();
        self.persons.iter().map(digits).collect()
    }

    fn person(&self, digits: &str) -> &PersonRecords {
        self.persons.iter().find(|person| person.personal_number() == Some(number(digits))).unwrap()
    }

    /// Why the person came: event codes, with what the person is to the one it happened to.
    fn events(&self, digits: &str) -> BTreeSet<String> {
        let event = |event: cpr::extract::Record<'_>| {
            format!("{} {}", event.text("HAENDELSE"), event.text("AFLEDTMRK")).trim_end().to_owned()
        };
        self.person(digits).records("099").map(event).collect()
    }
}

fn events(codes: &[&str]) -> BTreeSet<String> {
    codes.iter().map(|code| (*code).to_owned()).collect()
}

fn number(digits: &str) -> PersonalNumber {
    PersonalNumber::parse(digits).unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn field(person: &PersonRecords, code: &str, field: &str) -> String {
    person.one(code).map(|record| record.text(field).into_owned()).unwrap_or_default()
}

fn day(person: &PersonRecords, code: &str, field: &str) -> Option<CprDate> {
    person.one(code).and_then(|record| record.date(field))
}
