//! The client against an office at the wire.

mod failures;
mod office;
mod passwords;
mod questions;
mod session;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use cpr::client::{
    ClientError, Clock, ErrorKind, Garbled, GctpClient, PasswordSource, Profile, Settings, State, Unavailable,
};
use cpr::gctp::{
    AddressCriteria, FamilieRow, NameCriteria, Page, Receipt, Record, Refusal, Secret, ServiceAnswer, SignOnRefusal,
    Stam, Table,
};
use cpr::{PersonalNumber, Sex};
use office::{Mischief, Office, Seen, respond, security};

/// Long enough for a machine that is busy with other things.
const TIMEOUT: Duration = Duration::from_secs(10);

fn jens() -> PersonalNumber {
    PersonalNumber::parse("0707614285").unwrap()
}

fn at_ten() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2024, 1, 15, 10, 15, 0).unwrap()
}

/// A clock that stands at a quarter past ten and can be moved by minutes.
fn clock() -> (Clock, Arc<AtomicI64>) {
    let minutes = Arc::new(AtomicI64::new(0));
    let moved = Arc::clone(&minutes);
    (Arc::new(move || at_ten() + TimeDelta::minutes(moved.load(Ordering::SeqCst))), minutes)
}

fn client(office: &Office, password: PasswordSource) -> GctpClient {
    let settings = Settings { url: office.url.clone(), user: "WAB12345".to_owned(), password, timeout: TIMEOUT };
    GctpClient::new(settings, clock().0).unwrap()
}

fn fixed() -> PasswordSource {
    PasswordSource::Fixed(Secret::new("Gammel1!"))
}

async fn lookup(client: &GctpClient) -> Result<(), ClientError> {
    client.lookup(jens(), Profile::Authority).await.map(|found| assert_eq!(found.value.number, Some(jens())))
}

fn sign_on(password: &str) -> Seen {
    Seen::SignOn(password.to_owned())
}

fn question() -> Seen {
    Seen::Question("STAM".to_owned())
}

fn refused(number: u32) -> Result<(), ClientError> {
    Err(ClientError::SignOn(SignOnRefusal::of(Some(number))))
}

/// A folder with a password file.
struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl File {
    fn with(password: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cpr-password");
        std::fs::write(&path, password).unwrap();
        Self { _folder: folder, path }
    }

    fn source(&self) -> PasswordSource {
        PasswordSource::File(self.path.clone())
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.path).unwrap()
    }

    /// Makes the file look as if it was written so many days before [`at_ten`].
    fn age(&self, days: i64) {
        let file = std::fs::File::options().write(true).open(&self.path).unwrap();
        file.set_modified((at_ten() - TimeDelta::days(days)).into()).unwrap();
    }

    fn next(&self) -> Option<String> {
        std::fs::read_to_string(self.path.with_extension("next")).ok()
    }

    fn set_next(&self, password: &str) {
        std::fs::write(self.path.with_extension("next"), password).unwrap();
    }
}
