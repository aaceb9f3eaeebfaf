//! The settings: one struct a section, read and checked once at the start.
//!
//! `config.default.toml` is compiled in and holds every key with its default, so what is not in it does not exist. A file and
//! then the environment override it (see the head of that file). Every message names the key and never a secret's value.

mod layers;
mod network;
mod private;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};

use openapi::privilege::Privilege;
use serde::Deserialize;
use url::Url;

pub use network::Network;
pub use private::check as check_private;

/// Why the settings cannot be used. The message is Danish, names the key and never shows a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("{key}: filen {path} kan ikke læses: {reason}")]
    Unreadable {
        /// The key that names the file, or `--config`.
        key: String,
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The file is no TOML.
    #[error("konfigurationsfilen er ikke gyldig TOML (linje {line}): {reason}")]
    NotToml {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A key that does not exist.
    #[error("ukendt nøgle: {0}")]
    UnknownKey(String),
    /// A value that cannot be used.
    #[error("{key}: {reason}")]
    Invalid {
        /// The key, with dots.
        key: String,
        /// What is wrong.
        reason: String,
    },
}

impl ConfigError {
    fn invalid(key: &str, reason: impl Into<String>) -> ConfigError {
        ConfigError::Invalid { key: key.to_owned(), reason: reason.into() }
    }
}

/// All settings.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// The program's log.
    pub log: Log,
    /// The web server.
    pub http: Http,
    /// The database.
    pub database: Database,
    /// Sign-in.
    pub auth: Auth,
    /// CPR.
    pub cpr: Cpr,
    /// Which parties are followed.
    pub subscription: Subscription,
    /// Name and address protection.
    pub protection: Protection,
    /// The dialog.
    pub dialog: Dialog,
    /// The audit log.
    pub audit: Audit,
    /// The feed of events.
    pub events: Events,
    /// How long register data are kept.
    pub retention: Retention,
    /// When jobs run.
    pub jobs: BTreeMap<String, Job>,
    /// The merged settings as text, for `partsregister config`; secrets are hidden.
    #[serde(skip)]
    printable: String,
}

/// The program's log.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Log {
    /// How lines are written.
    pub format: LogFormat,
    /// The least important level that is told.
    pub level: LogLevel,
}

/// How lines of the log are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "explained in config.default.toml")]
pub enum LogFormat {
    Auto,
    Text,
    Json,
}

/// How important a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the usual five")]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    /// As it is written in the settings.
    pub const fn name(self) -> &'static str {
        match self {
            LogLevel::Error => "error",
            LogLevel::Warn => "warn",
            LogLevel::Info => "info",
            LogLevel::Debug => "debug",
            LogLevel::Trace => "trace",
        }
    }
}

/// The web server.
#[derive(Debug, Clone, Deserialize)]
pub struct Http {
    /// Address and port.
    pub bind: String,
    /// As the browser sees us; empty: derived from `bind`.
    pub public_url: String,
    /// Requests, per caller and process.
    pub rate_limit: RateLimit,
    /// How long a stopping server goes on answering while it says that it is not ready.
    pub drain_seconds: u64,
    /// Questions to CPR, per caller and process.
    pub cpr_rate_limit: RateLimit,
    /// Tokens that are refused, per address and process.
    pub refused_token_limit: RateLimit,
    /// In which what a caller sends must have come.
    pub client_timeout_seconds: u64,
    /// From whom it is believed who the caller is.
    pub trusted_proxies: Vec<Network>,
    /// TLS without a proxy.
    pub tls: Tls,
}

/// TLS in the server itself; both files or none.
#[derive(Debug, Clone, Deserialize)]
pub struct Tls {
    /// The certificate with its chain, PEM; empty: no TLS.
    pub cert_file: PathBuf,
    /// Its private key, PEM.
    pub key_file: PathBuf,
}

impl Tls {
    /// Whether the server speaks TLS itself.
    pub fn is_on(&self) -> bool {
        !self.cert_file.as_os_str().is_empty()
    }
}

/// How many requests a caller may make.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct RateLimit {
    /// In the long run.
    pub per_second: u32,
    /// At once.
    pub burst: u32,
}

/// The database.
#[derive(Debug, Clone, Deserialize)]
pub struct Database {
    /// `sqlite://…` or `postgres://…`.
    pub url: Secret,
    /// How many connections at most.
    pub max_connections: u32,
    /// Whether `serve` brings the schema up to date.
    pub migrate: bool,
}

/// Sign-in.
#[derive(Debug, Clone, Deserialize)]
pub struct Auth {
    /// The provider's issuer identifier.
    pub issuer: String,
    /// The audience of its access tokens.
    pub audience: String,
    /// Where its keys are; empty: from discovery.
    pub jwks_url: String,
    /// The public client of the browser application.
    pub client_id: String,
    /// What the browser application asks for.
    pub scope: String,
    /// The claim that holds the privileges.
    pub privilege_claim: String,
    /// Provider's value → privilege.
    pub privilege_map: BTreeMap<String, Privilege>,
    /// What reading parties and events needs.
    #[serde(deserialize_with = "optional_privilege")]
    pub read_requires: Option<Privilege>,
    /// What reading cases needs.
    #[serde(deserialize_with = "optional_privilege")]
    pub case_read_requires: Option<Privilege>,
    /// Whether systems have to name the person for whom they act.
    pub client_requires_end_user: bool,
}

/// CPR.
#[derive(Debug, Clone, Deserialize)]
pub struct Cpr {
    /// What is stored of a person.
    pub keep: Vec<Keep>,
    /// CPR Services.
    pub gctp: Gctp,
    /// CPR Direkte.
    pub direkte: Direkte,
    /// Change files.
    pub delivery: Delivery,
}

/// A kind of data that may be stored of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are the setting's values, explained in config.default.toml")]
pub enum Keep {
    Names,
    Address,
    Status,
    CivilStatus,
    Family,
    Custody,
    Guardianship,
    Citizenship,
    Protection,
    FormerNumbers,
    History,
}

/// CPR Services (GCTP).
#[derive(Debug, Clone, Deserialize)]
pub struct Gctp {
    /// Where CPR is.
    pub url: String,
    /// The organisation's user there; empty: look-up is switched off.
    pub user: String,
    /// Its password.
    pub password: Secret,
    /// The file that holds the password and into which a renewed one is written; empty: never renewed.
    pub password_file: PathBuf,
    /// As whom CPR knows us.
    pub profile: Profile,
    /// Per call.
    pub timeout_seconds: u64,
}

/// As whom CPR knows us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Protected persons come in full, with the mark.
    Authority,
    /// Protected persons come blanked.
    Private,
}

/// CPR Direkte.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "explained in config.default.toml")]
pub struct Direkte {
    pub host: String,
    pub port: u16,
    pub transaction: String,
    pub customer_number: String,
    pub user: String,
    pub password: Secret,
    pub password_file: PathBuf,
    pub ca_file: PathBuf,
}

/// Change files.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "explained in config.default.toml")]
pub struct Delivery {
    pub source: DeliverySource,
    pub folder: PathBuf,
    pub task_number: String,
    pub upload: bool,
    pub sftp: Sftp,
}

/// Where change files come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "explained in config.default.toml")]
pub enum DeliverySource {
    Folder,
    Sftp,
}

/// The SFTP server with the change files.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "explained in config.default.toml")]
pub struct Sftp {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub key_file: PathBuf,
    pub host_key: String,
    pub out_dir: String,
}

/// Which parties are followed.
#[derive(Debug, Clone, Deserialize)]
pub struct Subscription {
    /// Of which cases.
    pub scope: SubscriptionScope,
    /// Why all cases, when it is all cases.
    pub all_cases_reason: String,
    /// How many days after its closing a case is "recently closed".
    pub recently_closed_days: u32,
}

/// Parties of which cases are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubscriptionScope {
    /// Open ones, and those closed at most `recently_closed_days` ago.
    OpenAndRecentlyClosed,
    /// Any case.
    AllCases,
}

/// Name and address protection.
#[derive(Debug, Clone, Deserialize)]
pub struct Protection {
    /// The red text.
    pub message: String,
    /// Whether a protected address is shown.
    pub display: ProtectionDisplay,
}

/// What happens to a protected address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProtectionDisplay {
    /// Shown under the warning.
    Warn,
    /// Hidden until it is revealed with a reason.
    Mask,
}

/// The tabs of the dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DialogTab {
    /// *Generelt*.
    General,
    /// *Identifikation*.
    Identification,
    /// *Andet*.
    Other,
    /// *CPR*.
    Cpr,
}

/// The dialog.
#[derive(Debug, Clone, Deserialize)]
pub struct Dialog {
    /// Which element stands on which tab.
    pub placement: Placement,
}

/// Which element of the dialog stands on which tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Placement {
    /// The button *Hent fra CPR*.
    pub fetch_from_cpr: DialogTab,
    /// The button *Find CPR-nummer*.
    pub find_personal_number: DialogTab,
    /// The stamp *Opdateret*.
    pub updated_at: DialogTab,
    /// The red message beside the address.
    pub protection_message: DialogTab,
}

/// The audit log.
#[derive(Debug, Clone, Deserialize)]
pub struct Audit {
    /// How long entries are kept.
    pub retention_days: u32,
    /// The key of the digest of personal numbers and of the log's chains.
    pub key_file: PathBuf,
    /// Where the places of the log are told, beside the program's own log.
    pub anchor_file: PathBuf,
    /// When a look-up needs a reason.
    pub require_reason: RequireReason,
}

/// When a look-up needs a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequireReason {
    /// Never.
    Never,
    /// When no case is named.
    WithoutCase,
    /// Always.
    Always,
}

/// The feed of events.
#[derive(Debug, Clone, Deserialize)]
pub struct Events {
    /// How long events are kept.
    pub retention_days: u32,
}

/// How long register data are kept.
#[derive(Debug, Clone, Deserialize)]
pub struct Retention {
    /// After the last reason ended.
    pub register_days: u32,
    /// The copy of the log of deletions.
    pub deletion_file: PathBuf,
}

/// When a job runs.
#[derive(Debug, Clone, Deserialize)]
pub struct Job {
    /// Cron with seconds, in Europe/Copenhagen.
    pub schedule: String,
}

/// A text that is never printed.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Not set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(if self.0.is_empty() { "Secret(not set)" } else { "Secret(**)" })
    }
}

/// Where change files are looked for unless something else is said.
const DEFAULT_FOLDER: &str = "data/deliveries";

impl Config {
    /// The settings of this process: the defaults, `file` (else `partsregister.toml` where there is one), the environment.
    ///
    /// # Errors
    /// A message that names the key.
    pub fn load(file: Option<&Path>) -> Result<Config, ConfigError> {
        let text = match file {
            Some(path) => Some(layers::read_file("--config", path)?),
            None => match std::fs::read_to_string("partsregister.toml") {
                Ok(text) => Some(text),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
                Err(error) => {
                    return Err(ConfigError::Unreadable {
                        key: "partsregister.toml".into(),
                        path: "partsregister.toml".into(),
                        reason: error.to_string(),
                    });
                }
            },
        };
        let config = Config::build(&[text.as_deref().unwrap_or_default()], std::env::vars())?;
        config.require_sign_in()?;
        Ok(config)
    }

    /// The demo: the defaults, `demo` on top of them, then the environment; no file is read.
    ///
    /// # Errors
    /// A message that names the key; also when the address is not loopback.
    pub fn load_demo(demo: &str) -> Result<Config, ConfigError> {
        let config = Config::build(&[demo], std::env::vars())?;
        if !config.bind_address()?.ip().is_loopback() {
            return Err(ConfigError::invalid("http.bind", "demoen må kun lytte på en loopback-adresse"));
        }
        Ok(config)
    }

    /// The defaults with `text` on top of them, without the environment.
    ///
    /// # Errors
    /// A message that names the key.
    pub fn from_toml_str(text: &str) -> Result<Config, ConfigError> {
        let config = Config::build(&[text], std::iter::empty())?;
        config.require_sign_in()?;
        Ok(config)
    }

    fn build(texts: &[&str], environment: impl Iterator<Item = (String, String)>) -> Result<Config, ConfigError> {
        let merged = layers::merge(texts, environment)?;
        let printable = layers::printable(&merged);
        let mut config: Config = serde_path_to_error::deserialize(toml::Value::Table(merged)).map_err(|error| {
            let reason = error.inner().message().trim().to_owned();
            ConfigError::Invalid { key: error.path().to_string(), reason }
        })?;
        config.printable = printable;
        config.check()?;
        Ok(config)
    }

    /// The effective settings as TOML, with secrets hidden.
    pub fn printable(&self) -> &str {
        &self.printable
    }

    /// The address to listen on.
    ///
    /// # Errors
    /// When `http.bind` is no address.
    pub fn bind_address(&self) -> Result<SocketAddr, ConfigError> {
        self.http
            .bind
            .to_socket_addrs()
            .ok()
            .and_then(|mut addresses| addresses.next())
            .ok_or_else(|| ConfigError::invalid("http.bind", "skal være adresse:port, fx 127.0.0.1:8080"))
    }

    /// CPR can be asked.
    pub fn can_look_up(&self) -> bool {
        !self.cpr.gctp.user.is_empty()
    }

    /// CPR can be asked to follow.
    pub fn can_subscribe(&self) -> bool {
        !self.cpr.direkte.user.is_empty()
    }

    /// The folder for change files is the one that nobody has chosen, so nobody has made it either.
    pub fn has_default_folder(&self) -> bool {
        self.cpr.delivery.source == DeliverySource::Folder && self.cpr.delivery.folder == Path::new(DEFAULT_FOLDER)
    }

    fn require_sign_in(&self) -> Result<(), ConfigError> {
        for (key, value) in [("auth.issuer", &self.auth.issuer), ("auth.audience", &self.auth.audience)] {
            if value.is_empty() {
                return Err(ConfigError::invalid(key, "skal udfyldes (uden for demoen)"));
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.bind_address()?;
        for (key, url) in [
            ("http.public_url", &self.http.public_url),
            ("auth.issuer", &self.auth.issuer),
            ("auth.jwks_url", &self.auth.jwks_url),
            ("cpr.gctp.url", &self.cpr.gctp.url),
        ] {
            check_url(key, url)?;
        }
        // The browser application lives at the root of its host.
        if Url::parse(&self.http.public_url).is_ok_and(|url| url.path() != "/" || url.query().is_some()) {
            return Err(ConfigError::invalid("http.public_url", "skal være uden sti (https://vært)"));
        }
        let positive = [
            ("http.rate_limit.per_second", self.http.rate_limit.per_second),
            ("http.rate_limit.burst", self.http.rate_limit.burst),
            ("http.cpr_rate_limit.per_second", self.http.cpr_rate_limit.per_second),
            ("http.cpr_rate_limit.burst", self.http.cpr_rate_limit.burst),
            ("http.refused_token_limit.per_second", self.http.refused_token_limit.per_second),
            ("http.refused_token_limit.burst", self.http.refused_token_limit.burst),
            ("database.max_connections", self.database.max_connections),
            ("audit.retention_days", self.audit.retention_days),
            ("events.retention_days", self.events.retention_days),
        ];
        for (key, value) in positive {
            if value == 0 {
                return Err(ConfigError::invalid(key, "skal være mindst 1"));
            }
        }
        let url = self.database.url.reveal();
        if !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(ConfigError::invalid("database.url", "skal begynde med sqlite:// eller postgres://"));
        }
        if self.http.drain_seconds > 300 {
            return Err(ConfigError::invalid("http.drain_seconds", "skal være højst 300"));
        }
        if self.auth.privilege_claim.is_empty() {
            return Err(ConfigError::invalid("auth.privilege_claim", "skal udfyldes"));
        }
        if !(1..=120).contains(&self.cpr.gctp.timeout_seconds) {
            return Err(ConfigError::invalid("cpr.gctp.timeout_seconds", "skal være 1 til 120"));
        }
        if !self.cpr.gctp.user.is_empty() && self.cpr.gctp.password.is_empty() {
            return Err(ConfigError::invalid("cpr.gctp.password", "skal udfyldes, når cpr.gctp.user er det"));
        }
        if !self.cpr.direkte.user.is_empty() && self.cpr.direkte.password.is_empty() {
            return Err(ConfigError::invalid("cpr.direkte.password", "skal udfyldes, når cpr.direkte.user er det"));
        }
        if !self.cpr.direkte.user.is_empty() && self.cpr.direkte.customer_number.is_empty() {
            return Err(ConfigError::invalid(
                "cpr.direkte.customer_number",
                "skal udfyldes, når cpr.direkte.user er det",
            ));
        }
        let customer = &self.cpr.direkte.customer_number;
        if !customer.is_empty() && (customer.len() > 4 || !customer.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(ConfigError::invalid("cpr.direkte.customer_number", "skal være højst 4 cifre"));
        }
        let task = &self.cpr.delivery.task_number;
        if !task.is_empty() && (task.len() != 6 || !task.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(ConfigError::invalid("cpr.delivery.task_number", "skal være 6 cifre"));
        }
        if self.cpr.delivery.source == DeliverySource::Sftp {
            let sftp = &self.cpr.delivery.sftp;
            let has_key = !sftp.key_file.as_os_str().is_empty();
            for (key, is_there) in [
                ("host", !sftp.host.is_empty()),
                ("user", !sftp.user.is_empty()),
                ("key_file", has_key),
                ("host_key", !sftp.host_key.is_empty()),
            ] {
                if !is_there {
                    return Err(ConfigError::invalid(
                        &format!("cpr.delivery.sftp.{key}"),
                        "skal udfyldes, når cpr.delivery.source er sftp",
                    ));
                }
            }
        }
        if self.subscription.scope == SubscriptionScope::AllCases
            && self.subscription.all_cases_reason.trim().is_empty()
        {
            return Err(ConfigError::invalid(
                "subscription.all_cases_reason",
                "skal udfyldes, når subscription.scope er all-cases",
            ));
        }
        if self.protection.message.trim().is_empty() {
            return Err(ConfigError::invalid("protection.message", "skal udfyldes"));
        }
        if !(1..=600).contains(&self.http.client_timeout_seconds) {
            return Err(ConfigError::invalid("http.client_timeout_seconds", "skal være 1 til 600"));
        }
        let tls = &self.http.tls;
        if tls.is_on() == tls.key_file.as_os_str().is_empty() {
            let missing = if tls.is_on() { "http.tls.key_file" } else { "http.tls.cert_file" };
            return Err(ConfigError::invalid(missing, "http.tls.cert_file og http.tls.key_file hører sammen"));
        }
        let keys = [
            ("audit.key_file", &self.audit.key_file),
            ("http.tls.key_file", &self.http.tls.key_file),
            ("cpr.delivery.sftp.key_file", &self.cpr.delivery.sftp.key_file),
        ];
        for (key, file) in keys {
            private::check(key, file)?;
        }
        let anchor_file = &self.audit.anchor_file;
        if anchor_file.parent().is_some_and(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
            return Err(ConfigError::invalid("audit.anchor_file", "mappen findes ikke"));
        }
        for (name, job) in &self.jobs {
            if let Err(error) = croner::parser::CronParser::builder()
                .seconds(croner::parser::Seconds::Required)
                .build()
                .parse(&job.schedule)
            {
                return Err(ConfigError::invalid(
                    &format!("jobs.{name}.schedule"),
                    format!("ikke et gyldigt cron-udtryk med sekunder: {error}"),
                ));
            }
        }
        Ok(())
    }
}

/// An address of the outside world: https, or http on loopback.
fn check_url(key: &str, text: &str) -> Result<(), ConfigError> {
    if text.is_empty() {
        return Ok(());
    }
    let url = Url::parse(text).map_err(|_| ConfigError::invalid(key, "er ikke en gyldig adresse (URL)"))?;
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => IpAddr::from(ip).is_loopback(),
        Some(url::Host::Ipv6(ip)) => IpAddr::from(ip).is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(()),
        "http" if loopback => Ok(()),
        "http" => Err(ConfigError::invalid(key, "http:// må kun bruges til loopback-adresser; brug https://")),
        _ => Err(ConfigError::invalid(key, "skal begynde med https://")),
    }
}

fn optional_privilege<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Privilege>, D::Error> {
    let claim = String::deserialize(from)?;
    if claim.is_empty() {
        return Ok(None);
    }
    Privilege::from_claim(&claim).map(Some).ok_or_else(|| serde::de::Error::custom("er ikke et privilegium"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGN_IN: &str = "[auth]\nissuer = 'https://login.example'\naudience = 'partsregister'\n";

    fn with(text: &str) -> Result<Config, ConfigError> {
        Config::from_toml_str(&format!("{SIGN_IN}{text}"))
    }

    fn with_environment(name: &str, value: &str) -> Result<Config, ConfigError> {
        Config::build(&[SIGN_IN], [(name.to_owned(), value.to_owned())].into_iter())
    }

    #[test]
    fn the_default_file_is_valid_and_wants_an_issuer() {
        assert!(with("").unwrap().has_default_folder());
        assert!(!with("[cpr.delivery]\nfolder = '/srv/deliveries'").unwrap().has_default_folder());
        let error = Config::from_toml_str("").unwrap_err();
        assert_eq!(error.to_string(), "auth.issuer: skal udfyldes (uden for demoen)");
    }

    #[test]
    fn an_unknown_key_stops_the_start_and_is_named() {
        assert_eq!(with("[cpr.gctp]\nusr = 'x'").unwrap_err(), ConfigError::UnknownKey("cpr.gctp.usr".into()));
        assert_eq!(with("[nonsense]\na = 1").unwrap_err(), ConfigError::UnknownKey("nonsense".into()));
        assert_eq!(
            with("[dialog.placement]\nelsewhere = 'cpr'").unwrap_err(),
            ConfigError::UnknownKey("dialog.placement.elsewhere".into())
        );
        assert_eq!(
            with_environment("PARTSREGISTER_HTTP__BINT", "x").unwrap_err(),
            ConfigError::UnknownKey("PARTSREGISTER_HTTP__BINT".into())
        );
    }

    #[test]
    fn a_wrong_value_is_named() {
        let wrong = [
            ("[http]\nbind = 'nowhere'", "http.bind"),
            ("[http]\npublic_url = 'https://parter.example/register'", "http.public_url"),
            ("[database]\nurl = 'mysql://x'", "database.url"),
            ("[database]\nmax_connections = 'many'", "database.max_connections"),
            ("[cpr.gctp]\nurl = 'http://cpr.example/'", "cpr.gctp.url"),
            ("[cpr.gctp]\nprofile = 'king'", "cpr.gctp.profile"),
            ("[cpr]\nkeep = ['church']", "cpr.keep[0]"),
            ("[subscription]\nscope = 'all-cases'", "subscription.all_cases_reason"),
            ("[protection]\ndisplay = 'hide'", "protection.display"),
            ("[cpr.direkte]\nuser = 'abc'", "cpr.direkte.password"),
            ("[cpr.direkte]\nuser = 'abc'\npassword = 'Ab1!Ab1!'", "cpr.direkte.customer_number"),
            ("[cpr.direkte]\ncustomer_number = '12345'", "cpr.direkte.customer_number"),
            ("[dialog.placement]\nupdatedAt = 'attic'", "dialog.placement.updatedAt"),
            ("[jobs.purge]\nschedule = 'at night'", "jobs.purge.schedule"),
            ("[jobs.purge]\nschedule = '30 3 * * *'", "jobs.purge.schedule"),
            ("[cpr.delivery]\ntask_number = '12'", "cpr.delivery.task_number"),
            ("[audit]\nrequire_reason = 'often'", "audit.require_reason"),
            ("[log]\nformat = 'xml'", "log.format"),
            ("[log]\nlevel = 'loud'", "log.level"),
            ("[http]\ndrain_seconds = 900", "http.drain_seconds"),
            ("[audit]\nkey_file = '/nowhere'", "audit.key_file"),
            ("[http]\ntrusted_proxies = ['10.0.0.0/33']", "http.trusted_proxies[0]"),
            ("[http]\ntrusted_proxies = ['proxy.example']", "http.trusted_proxies[0]"),
            ("[http]\ncpr_rate_limit = { per_second = 0, burst = 1 }", "http.cpr_rate_limit.per_second"),
            ("[http]\nclient_timeout_seconds = 0", "http.client_timeout_seconds"),
            ("[http.tls]\ncert_file = '/etc/a.pem'", "http.tls.key_file"),
            ("[http.tls]\nkey_file = '/etc/a.pem'", "http.tls.cert_file"),
        ];
        for (text, key) in wrong {
            let message = with(text).unwrap_err().to_string();
            assert!(message.starts_with(&format!("{key}:")), "{text}: {message}");
        }
    }

    #[test]
    fn the_environment_overrides_by_name_at_every_depth() {
        let config = with_environment("PARTSREGISTER_CPR__GCTP__URL", "http://127.0.0.1:9/gctp").unwrap();
        assert_eq!(config.cpr.gctp.url, "http://127.0.0.1:9/gctp");
        assert_eq!(with_environment("PARTSREGISTER_HTTP__RATE_LIMIT__BURST", "7").unwrap().http.rate_limit.burst, 7);
        assert!(with_environment("PARTSREGISTER_CPR__DELIVERY__UPLOAD", "true").unwrap().cpr.delivery.upload);
        let config = with_environment("PARTSREGISTER_DIALOG__PLACEMENT__UPDATEDAT", "cpr").unwrap();
        assert_eq!(config.dialog.placement.updated_at, DialogTab::Cpr);
        let config = with_environment("PARTSREGISTER_JOBS__RECONCILE_SUBSCRIPTIONS__SCHEDULE", "0 0 * * * *").unwrap();
        assert_eq!(config.jobs["reconcile-subscriptions"].schedule, "0 0 * * * *");
        let config = with_environment("PARTSREGISTER_CPR__KEEP", r#"["names"]"#).unwrap();
        assert_eq!(config.cpr.keep, [Keep::Names]);
    }

    #[test]
    fn a_secret_can_come_from_a_file_and_is_never_printed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        std::fs::write(&file, " hemmelig-1A!\n").unwrap();
        only_mine(&file, 0o600);
        let config = with(&format!("[cpr.gctp]\nuser = 'W1'\npassword_file = '{}'", file.display())).unwrap();
        assert_eq!(config.cpr.gctp.password.reveal(), "hemmelig-1A!");
        assert!(!format!("{config:?}").contains("hemmelig"));
        assert!(!config.printable().contains("hemmelig"));

        let both = with(&format!("[cpr.gctp]\npassword = 'a'\npassword_file = '{}'", file.display())).unwrap_err();
        assert!(both.to_string().starts_with("cpr.gctp.password_file:"), "{both}");
        let missing = with("[cpr.gctp]\npassword_file = '/nowhere'").unwrap_err();
        assert!(missing.to_string().starts_with("cpr.gctp.password_file:"), "{missing}");
    }

    fn only_mine(file: &Path, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_secret_that_everybody_on_the_machine_can_read_stops_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, "0123456789abcdef0123456789abcdef").unwrap();
        let path = file.display();
        let settings = [
            (format!("[cpr.gctp]\nuser = 'W1'\npassword_file = '{path}'"), "cpr.gctp.password_file"),
            (format!("[audit]\nkey_file = '{path}'"), "audit.key_file"),
            (format!("[http.tls]\ncert_file = '/etc/a.pem'\nkey_file = '{path}'"), "http.tls.key_file"),
        ];
        for (text, key) in settings {
            for open in [0o604, 0o602, 0o644] {
                only_mine(&file, open);
                let message = with(&text).unwrap_err().to_string();
                assert!(message.starts_with(&format!("{key}:")) && message.contains("chmod"), "{message}");
                assert!(!message.contains("0123456789"), "{message}");
            }
            // A group is somebody whom the operator has chosen.
            for closed in [0o600, 0o400, 0o640] {
                only_mine(&file, closed);
                with(&text).unwrap();
            }
        }
    }

    #[test]
    fn no_secret_is_printed_whichever_way_it_came() {
        const HIDDEN: &str = "hemmelig-1A!";
        let text = format!(
            "[database]\nurl = 'postgres://register:{HIDDEN}@db.example/register'\n\
             [cpr.gctp]\nuser = 'W1'\npassword = '{HIDDEN}'\n\
             [cpr.direkte]\nuser = 'D1'\ncustomer_number = '1'\npassword = '{HIDDEN}'\n"
        );
        let config = with(&text).unwrap();
        for printed in [config.printable().to_owned(), format!("{config:?}"), format!("{config:#?}")] {
            assert!(!printed.contains("hemmelig") && !printed.contains("1A!"), "{printed}");
        }
        assert!(config.printable().contains("***"), "it shows that there is one");
        // Every key that sounds like a secret is one: a new key cannot be forgotten.
        let sounds = |name: &str| ["password", "secret", "token"].contains(&name);
        let mut tables = vec![("".to_owned(), layers::defaults().unwrap())];
        while let Some((at, table)) = tables.pop() {
            for (name, value) in table {
                let key = format!("{at}{name}");
                assert!(!sounds(&name) || layers::SECRETS.contains(&key.as_str()), "{key} would be printed");
                if let toml::Value::Table(inner) = value {
                    tables.push((format!("{key}."), inner));
                }
            }
        }
    }

    #[test]
    fn a_wrong_value_of_a_secret_is_not_repeated() {
        for text in [
            "[cpr.gctp]\npassword = ['hemmelig']",
            "[database]\nurl = 'mysql://register:hemmelig@db'",
            "[cpr.direkte]\nuser = 'x'\npassword = 'hemmelig'",
            "[cpr.gctp]\npassword = 'hemmelig\npassword_file = ''",
        ] {
            let message = with(text).unwrap_err().to_string();
            assert!(!message.contains("hemmelig"), "{message}");
        }
    }

    #[test]
    fn values_of_the_privilege_map_must_name_privileges() {
        let config = with_environment("PARTSREGISTER_AUTH__PRIVILEGE_MAP", "{ 'a-1' = 'Revisor' }").unwrap();
        assert_eq!(config.auth.privilege_map["a-1"], Privilege::Auditor);
        assert!(with_environment("PARTSREGISTER_AUTH__PRIVILEGE_MAP", "{ 'a-1' = 'Konge' }").is_err());
    }
}
