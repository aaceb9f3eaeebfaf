//! Builds the house once from its settings: database, clock, registry, doors. The program and the tests call the same function.

pub mod backup;
pub mod chores;
mod demo;
pub mod import;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::middleware::{Compress, from_fn};
use actix_web::{App as ActixApp, HttpServer, dev::ServerHandle, web};
use anyhow::Context as _;
use cpr::client::delivery::{HostKey, SftpSettings, Source};
use cpr::client::{GctpClient, PasswordSource, Profile, Settings};
use cpr::direkte::{DirekteClient, DirekteConfig};
use cpr::gctp::Secret;
use utoipa_actix_web::AppExt;

use crate::actions::deletion::Redone;
use crate::actions::job::Watch;
use crate::actions::{Actions, Policy, Retention};
use crate::clock::SharedClock;
use crate::config;
use crate::config::Config;
use crate::domain::protection::{self, Display};
use crate::domain::subscription::{FollowPolicy, Scope};
use crate::http::{self, Http};
use crate::jobs::{self, Dispatcher};
use crate::registry::delivery::Deliveries;
use crate::registry::{Channel, Direkte, Keep, Kind, Live, Registry};
use crate::store::Database;
use tls::Certificate;

/// How long a stopping server lets requests finish.
const DRAIN_SECONDS: u64 = 8;
/// For signing in at the SFTP server, and for each of its answers.
const SFTP_TIMEOUT: Duration = Duration::from_secs(30);
const TIDY_EVERY: Duration = Duration::from_secs(60);

/// A running house.
pub struct App {
    address: SocketAddr,
    house: web::Data<Http>,
    drain: Duration,
    handle: ServerHandle,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    tidying: tokio::task::JoinHandle<()>,
    /// Looks whether the certificate is a new one.
    watching: Option<tokio::task::JoinHandle<()>>,
    dispatcher: Dispatcher,
    actions: Arc<Actions>,
    demo: Option<demo::Demo>,
}

impl App {
    /// Starts a house that is no demo.
    ///
    /// # Errors
    /// When the database cannot be opened or migrated, or the address is taken.
    pub async fn start(config: Config, clock: SharedClock) -> anyhow::Result<App> {
        App::build(config, clock, None).await
    }

    /// Starts the demo: with its own CPR simulator, its own sign-in, and parties and cases to look at.
    ///
    /// # Errors
    /// As [`App::start`], and when the simulator cannot be started.
    pub async fn start_demo(clock: SharedClock) -> anyhow::Result<App> {
        let demo = demo::Demo::start(clock.clone())?;
        let config = Config::load_demo(&demo.settings())?;
        App::build(config, clock, Some(demo)).await
    }

    async fn build(config: Config, clock: SharedClock, demo: Option<demo::Demo>) -> anyhow::Result<App> {
        let actions = furnish(&config, clock.clone()).await?;
        if demo.is_some() {
            demo::seed(&actions, &clock).await.context("demoens parter kan ikke oprettes")?;
        }
        let house = web::Data::new(Http::new(actions.clone(), &config, demo.is_some(), clock)?);
        let tidied = house.clone();
        let tidy_actions = actions.clone();
        let tidying = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(TIDY_EVERY);
            loop {
                ticks.tick().await;
                tidied.tidy();
                tidy_actions.tidy().await;
            }
        });
        let certificate = Certificate::load(&config.http.tls)?;
        let served = house.clone();
        let server = HttpServer::new(move || {
            ActixApp::new()
                .into_utoipa_app()
                .map(|app| app.app_data(served.clone()))
                .configure(http::routes)
                .into_app()
                .configure(http::rest)
                .wrap(Compress::default())
                .wrap(from_fn(http::wrap))
        })
        .shutdown_timeout(DRAIN_SECONDS)
        .client_request_timeout(Duration::from_secs(config.http.client_timeout_seconds))
        .disable_signals();
        let server = match &certificate {
            None => server.bind(config.bind_address()?),
            Some(certificate) => server.bind_rustls_0_23(config.bind_address()?, certificate.server_config()?),
        }
        .with_context(|| format!("kan ikke lytte på {} (http.bind)", config.http.bind))?;
        let address = *server.addrs().first().context("no address")?;
        let dispatcher = Dispatcher::start(actions.clone(), Watch::new(), jobs::JOBS).await?;
        let server = server.run();
        let handle = server.handle();
        let drain = Duration::from_secs(config.http.drain_seconds);
        let watching = certificate.as_ref().map(Certificate::watch);
        let server = tokio::spawn(server);
        Ok(App { address, house, drain, handle, server, tidying, watching, dispatcher, actions, demo })
    }

    /// Where the house listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as an address for browsers, without slash at the end.
    pub fn url(&self) -> String {
        let scheme = if self.watching.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The page of the demo's CPR simulator, on which people move and files are delivered; `None` outside the demo.
    pub fn simulator_url(&self) -> Option<String> {
        self.demo.as_ref().map(demo::Demo::simulator_url)
    }

    /// Says that it is not ready and goes on for `http.drain_seconds`, so that others are asked; then lets the requests at
    /// hand finish and the jobs hand over, closes the database, and returns.
    ///
    /// # Errors
    /// When the server ended with an error.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.house.begin_to_stop();
        tokio::time::sleep(self.drain).await;
        tokio::join!(self.handle.stop(true), self.dispatcher.stop());
        self.tidying.abort();
        if let Some(watching) = self.watching {
            watching.abort();
        }
        let ended = self.server.await?;
        self.actions.close().await;
        Ok(ended?)
    }
}

/// The database, CPR and the actions on them: the house without its doors.
async fn furnish(config: &Config, clock: SharedClock) -> anyhow::Result<Arc<Actions>> {
    Ok(furnish_anew(config, clock).await?.0)
}

/// The same, and what had to be deleted again because the database was restored.
async fn furnish_anew(config: &Config, clock: SharedClock) -> anyhow::Result<(Arc<Actions>, Redone)> {
    let database = Database::connect(config.database.url.reveal(), config.database.max_connections)
        .await
        .context("databasen kan ikke åbnes (database.url)")?;
    if config.database.migrate {
        database.migrate().await.context("databasens skema kan ikke opdateres")?;
    }
    let registry = config.can_look_up().then(|| registry(config, clock.clone())).transpose()?;
    let channel = config.can_subscribe().then(|| channel(config, clock.clone())).transpose()?;
    let deliveries = deliveries(config)?;
    make_default_folder(config);
    let actions = Actions::new(database, registry, channel, deliveries, policy(config)?, clock).await?;
    // A database that was restored has people again who had been deleted: they go before anybody is served.
    let redone =
        actions.meet_deletion_file().await.map_err(backup::told).context("sletteloggen ved siden af databasen")?;
    Ok((Arc::new(actions), redone))
}

/// CPR, as configured.
fn registry(config: &Config, clock: SharedClock) -> anyhow::Result<Arc<dyn Registry>> {
    let gctp = &config.cpr.gctp;
    let password = if gctp.password_file.as_os_str().is_empty() {
        PasswordSource::Fixed(Secret::new(gctp.password.reveal()))
    } else {
        PasswordSource::File(gctp.password_file.clone())
    };
    let settings = Settings {
        url: gctp.url.clone(),
        user: gctp.user.clone(),
        password,
        timeout: Duration::from_secs(gctp.timeout_seconds),
    };
    let client = GctpClient::new(settings, Arc::new(move || clock.now()))
        .context("forbindelsen til CPR kan ikke sættes op (cpr.gctp)")?;
    let profile = match gctp.profile {
        config::Profile::Authority => Profile::Authority,
        config::Profile::Private => Profile::Private,
    };
    Ok(Arc::new(Live::new(client, profile, keep(config))))
}

/// Makes the folder for change files when it is the one that nobody has chosen. Where that cannot be, the job that looks into it
/// says so.
fn make_default_folder(config: &Config) {
    if config.has_default_folder()
        && let Err(error) = std::fs::create_dir_all(&config.cpr.delivery.folder)
    {
        tracing::warn!(fault = %error.kind(), "cpr.delivery.folder: the default folder cannot be made");
    }
}

/// Where change files come from, as configured.
fn deliveries(config: &Config) -> anyhow::Result<Deliveries> {
    let delivery = &config.cpr.delivery;
    Ok(Deliveries::new(match delivery.source {
        config::DeliverySource::Folder => Source::Folder(delivery.folder.clone()),
        config::DeliverySource::Sftp => Source::Sftp(SftpSettings {
            host: delivery.sftp.host.clone(),
            port: delivery.sftp.port,
            user: delivery.sftp.user.clone(),
            key_file: delivery.sftp.key_file.clone(),
            host_key: HostKey::parse(&delivery.sftp.host_key).context(
                "cpr.delivery.sftp.host_key: skal være serverens nøgle (ssh-ed25519 AAAA…) eller dens aftryk (SHA256:…)",
            )?,
            folder: delivery.sftp.out_dir.clone(),
            timeout: SFTP_TIMEOUT,
        }),
    }))
}

/// CPR Direkte, as configured.
fn channel(config: &Config, clock: SharedClock) -> anyhow::Result<Arc<dyn Channel>> {
    let direkte = &config.cpr.direkte;
    let password = if direkte.password_file.as_os_str().is_empty() {
        PasswordSource::Fixed(Secret::new(direkte.password.reveal()))
    } else {
        PasswordSource::File(direkte.password_file.clone())
    };
    let settings = DirekteConfig {
        host: direkte.host.clone(),
        port: direkte.port,
        transaction: direkte.transaction.clone(),
        customer_number: format!("{:0>4}", direkte.customer_number),
        user: direkte.user.clone(),
        password,
        ca_file: Some(direkte.ca_file.clone()).filter(|file| !file.as_os_str().is_empty()),
        connect_timeout: DirekteConfig::CONNECT_TIMEOUT,
        timeout: DirekteConfig::TIMEOUT,
    };
    let client = DirekteClient::new(settings, Arc::new(move || clock.now()))
        .context("forbindelsen til CPR Direkte kan ikke sættes op (cpr.direkte)")?;
    Ok(Arc::new(Direkte::new(client, keep(config))))
}

/// What is stored of a person.
fn keep(config: &Config) -> Keep {
    let kind = |keep: &config::Keep| match keep {
        config::Keep::Names => Kind::Names,
        config::Keep::Address => Kind::Address,
        config::Keep::Status => Kind::Status,
        config::Keep::CivilStatus => Kind::CivilStatus,
        config::Keep::Family => Kind::Family,
        config::Keep::Custody => Kind::Custody,
        config::Keep::Guardianship => Kind::Guardianship,
        config::Keep::Citizenship => Kind::Citizenship,
        config::Keep::Protection => Kind::Protection,
        config::Keep::FormerNumbers => Kind::FormerNumbers,
        config::Keep::History => Kind::History,
    };
    config.cpr.keep.iter().map(kind).collect()
}

fn follow_policy(config: &Config) -> FollowPolicy {
    FollowPolicy {
        scope: match config.subscription.scope {
            config::SubscriptionScope::OpenAndRecentlyClosed => Scope::OpenAndRecentlyClosed,
            config::SubscriptionScope::AllCases => Scope::AllCases,
        },
        recently_closed_days: config.subscription.recently_closed_days,
    }
}

fn policy(config: &Config) -> anyhow::Result<Policy> {
    let key_file = &config.audit.key_file;
    let digest_key = if key_file.as_os_str().is_empty() {
        None
    } else {
        let key = std::fs::read(key_file).context("audit.key_file kan ikke læses")?;
        anyhow::ensure!(key.len() >= 32, "audit.key_file: nøglen skal være mindst 32 byte");
        Some(key)
    };
    Ok(Policy {
        protection: protection::Policy {
            display: match config.protection.display {
                config::ProtectionDisplay::Warn => Display::Warn,
                config::ProtectionDisplay::Mask => Display::Mask,
            },
            message: config.protection.message.clone(),
        },
        keep: keep(config),
        follow: follow_policy(config),
        all_cases_reason: Some(config.subscription.all_cases_reason.trim().to_owned()).filter(|text| !text.is_empty()),
        case_reading: config.auth.case_read_requires,
        require_reason: config.audit.require_reason,
        finds: config.cpr.gctp.profile == config::Profile::Authority,
        task_number: Some(config.cpr.delivery.task_number.clone()).filter(|number| !number.is_empty()),
        upload: config.cpr.delivery.upload,
        schedules: jobs::schedules(config)?,
        digest_key,
        anchor_file: Some(config.audit.anchor_file.clone()).filter(|file| !file.as_os_str().is_empty()),
        retention: Retention {
            register_days: config.retention.register_days,
            audit_days: config.audit.retention_days,
            event_days: config.events.retention_days,
            deletion_file: backup::deletion_file(config),
        },
    })
}
