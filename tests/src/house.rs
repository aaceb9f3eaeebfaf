//! One running house, and how a test gets it.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use backend::app::App;
use backend::clock::{SettableClock, SharedClock};
use backend::config::Config;
use chrono::{DateTime, Utc};
use cpr_simulator::{Options, Simulator};
use futures_util::FutureExt;
use tempfile::TempDir;
use toml::{Table, Value};

use crate::client::Caller;
use crate::database::{Kind, TestDatabase, runtime};
use crate::issuer::{AUDIENCE, CLIENT_ID, Issuer, Person};

/// The moment at which every house is opened: 10.00 in Copenhagen on a Monday in winter.
const OPENED: &str = "2026-11-23T09:00:00Z";

/// A running house with all that it speaks to. Closed by [`run`].
pub struct House {
    app: App,
    config: Config,
    clock: Arc<SettableClock>,
    issuer: Issuer,
    cpr: Simulator,
    database: TestDatabase,
    /// Where CPR's change files would be, unless the settings say otherwise.
    _deliveries: TempDir,
}

/// Runs a test in a house of its own, and closes the house whether the test passes or panics.
///
/// # Panics
/// When the test does, and when the house does not open or close.
pub fn run(kind: Kind, settings: &str, test: impl AsyncFnOnce(&House)) {
    run_with(kind, settings, |_| Ok(Table::new()), test);
}

/// The same with CPR Direkte and CPR's change files: the house follows people.
///
/// # Panics
/// As [`run`].
pub fn run_following(kind: Kind, settings: &str, test: impl AsyncFnOnce(&House)) {
    run_with(kind, settings, following, test);
}

/// `more` makes settings that depend on the simulator.
fn run_with(kind: Kind, settings: &str, more: fn(&Simulator) -> anyhow::Result<Table>, test: impl AsyncFnOnce(&House)) {
    runtime().block_on(async {
        let house = House::open(kind, settings, more)
            .await
            .unwrap_or_else(|error| panic!("the house does not open: {error:?}"));
        let outcome = AssertUnwindSafe(test(&house)).catch_unwind().await;
        let closed = house.close().await;
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
        closed.unwrap_or_else(|error| panic!("the house does not close: {error:?}"));
    });
}

impl House {
    async fn open(kind: Kind, settings: &str, more: fn(&Simulator) -> anyhow::Result<Table>) -> anyhow::Result<House> {
        let opened: DateTime<Utc> = OPENED.parse()?;
        let clock = Arc::new(SettableClock::at(opened));
        let issuer = Issuer::start(Arc::clone(&clock) as SharedClock)?;
        let time: SharedClock = Arc::clone(&clock) as SharedClock;
        let cpr = Simulator::start(Options::new(move || time.now())).context("the CPR simulator")?;
        let database = TestDatabase::migrated(kind).await?;

        let deliveries = tempfile::tempdir()?;
        let mut settings: Table = settings.parse().context("the settings of the test")?;
        lay_below(&mut settings, more(&cpr)?);
        lay_below(&mut settings, usual_settings(&issuer, &cpr, &database, &deliveries)?);
        let config = Config::from_toml_str(&settings.to_string())?;
        let app = App::start(config.clone(), Arc::clone(&clock) as SharedClock).await?;
        Ok(House { app, config, clock, issuer, cpr, database, _deliveries: deliveries })
    }

    async fn close(self) -> anyhow::Result<()> {
        self.app.stop().await?;
        self.database.remove().await
    }

    /// Stops the application and starts it again on the same database, with the same settings.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        let again = App::start(self.config.clone(), Arc::clone(&self.clock) as SharedClock).await?;
        std::mem::replace(&mut self.app, again).stop().await
    }

    /// A caller without a token.
    pub fn anonymous(&self) -> Caller {
        self.caller(None)
    }

    /// A caller with these privileges (claim values), always the same person for the same privileges.
    pub fn with(&self, privileges: &[&str]) -> Caller {
        self.as_person(&Person::new(&format!("med {}", privileges.join(" og ")), privileges))
    }

    /// This person as a caller.
    pub fn as_person(&self, person: &Person) -> Caller {
        self.bearing(&self.issuer.token(person))
    }

    /// A caller with any token.
    pub fn bearing(&self, token: &str) -> Caller {
        self.caller(Some(token.to_owned()))
    }

    fn caller(&self, token: Option<String>) -> Caller {
        Caller::new(&self.url(), token).unwrap_or_else(|error| panic!("no HTTP client: {error}"))
    }

    /// Where the house is, without slash at the end.
    pub fn url(&self) -> String {
        self.app.url()
    }

    /// The time in the house, at CPR and at the identity provider.
    pub fn now(&self) -> DateTime<Utc> {
        use backend::clock::Clock;
        self.clock.now()
    }

    /// Lets time pass. Tokens that were made before may have expired then.
    pub fn let_pass(&self, time: Duration) {
        self.clock.advance(chrono::Duration::from_std(time).unwrap_or_default());
    }

    /// Moves the clock to `time`, for tests with others who have clocks of their own.
    pub fn set_time(&self, time: DateTime<Utc>) {
        self.clock.set(time);
    }

    /// CPR's office.
    pub fn cpr(&self) -> &Simulator {
        &self.cpr
    }

    /// The identity provider.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The folder that the house takes change files from.
    pub fn deliveries(&self) -> &Path {
        &self.config.cpr.delivery.folder
    }

    /// The settings, for tests that open the same house by another door.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The database, for tests that look behind the house.
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }
}

fn usual_settings(
    issuer: &Issuer,
    cpr: &Simulator,
    database: &TestDatabase,
    deliveries: &TempDir,
) -> anyhow::Result<Table> {
    let section = |entries: &[(&str, String)]| -> Value {
        entries.iter().map(|(key, value)| ((*key).to_owned(), Value::from(value.clone()))).collect::<Table>().into()
    };
    let gctp = section(&[("url", cpr.url()), ("user", cpr.user()), ("password", cpr.password())]);
    let delivery = section(&[("folder", deliveries.path().display().to_string())]);
    Ok(Table::from_iter([
        ("http".to_owned(), section(&[("bind", "127.0.0.1:0".to_owned())])),
        ("database".to_owned(), section(&[("url", database.url()?)])),
        (
            "auth".to_owned(),
            section(&[
                ("issuer", issuer.url().to_owned()),
                ("audience", AUDIENCE.to_owned()),
                ("client_id", CLIENT_ID.to_owned()),
            ]),
        ),
        ("cpr".to_owned(), Table::from_iter([("gctp".to_owned(), gctp), ("delivery".to_owned(), delivery)]).into()),
    ]))
}

/// The simulator's CPR Direkte, and the folder where its night puts files.
fn following(cpr: &Simulator) -> anyhow::Result<Table> {
    let (direkte, night) = (cpr.direkte(), cpr.night());
    let quoted = |text: &str| Value::from(text).to_string();
    let settings = format!(
        "[cpr.direkte]\nhost = {}\nport = {}\nca_file = {}\ncustomer_number = {}\nuser = {}\npassword = {}\n\
         [cpr.delivery]\nfolder = {}\ntask_number = {}\nupload = true\n",
        quoted(&direkte.host()),
        direkte.port(),
        quoted(&direkte.ca_file().display().to_string()),
        quoted(&direkte.customer_number()),
        quoted(&direkte.user()),
        quoted(&direkte.password()),
        quoted(&night.folder().display().to_string()),
        quoted(&night.task_number()),
    );
    Ok(settings.parse()?)
}

/// Adds what `settings` do not say themselves.
fn lay_below(settings: &mut Table, usual: Table) {
    for (key, value) in usual {
        match (settings.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(usual)) => lay_below(inner, usual),
            (Some(_), _) => {}
            (None, value) => drop(settings.insert(key, value)),
        }
    }
}
