//! How to reach CPR Direkte, and as whom.

use std::path::PathBuf;
use std::time::Duration;

use crate::client::PasswordSource;
use crate::direkte::{Caller, Password, Text};

/// CPR's host for production.
pub const PRODUCTION_HOST: &str = "direkte.cpr.dk";
/// CPR's port.
pub const PORT: u16 = 5000;

/// How to reach CPR Direkte, and as whom. The connection is encrypted from its first byte, to whatever host.
#[derive(Debug, Clone)]
pub struct DirekteConfig {
    /// Name or address; the certificate must be for it.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The transaction (*CPRTRANS*): `OFF4` for authorities.
    pub transaction: String,
    /// The customer number, four digits.
    pub customer_number: String,
    /// The user, at most eight characters.
    pub user: String,
    /// The password, exactly eight characters. In a file it is renewed: when CPR says that it has expired, and when the file
    /// is 60 days old.
    pub password: PasswordSource,
    /// A file of certificates (PEM) that are trusted besides those of the system.
    pub ca_file: Option<PathBuf>,
    /// The time for connecting, the handshake of TLS included.
    pub connect_timeout: Duration,
    /// The time for one message, from connecting to the last byte of the answer.
    pub timeout: Duration,
}

impl DirekteConfig {
    /// The usual time for connecting.
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
    /// The usual time for one message.
    pub const TIMEOUT: Duration = Duration::from_secs(30);
}

/// What is wrong with a [`DirekteConfig`]. Names no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The host is no name and no address.
    #[error("the host of CPR Direkte is no name of a host")]
    Host,
    /// The transaction has not four characters.
    #[error("the transaction of CPR Direkte has four characters")]
    Transaction,
    /// The customer number has not four digits.
    #[error("the customer number of CPR Direkte has four digits")]
    CustomerNumber,
    /// The user is missing or too long.
    #[error("the user of CPR Direkte has one to eight characters")]
    User,
    /// The password has not eight characters, or there is no name of a file.
    #[error("the password of CPR Direkte has exactly eight characters")]
    Password,
    /// No time.
    #[error("the time for a call to CPR Direkte is zero")]
    Timeout,
    /// The file of certificates cannot be read, or holds none.
    #[error("the file of certificates for CPR Direkte cannot be read or holds no certificate")]
    CaFile,
    /// The system has no certificates that could be trusted.
    #[error("TLS could not be set up")]
    Tls,
}

impl DirekteConfig {
    /// Who speaks.
    pub(super) fn caller(&self) -> Result<Caller, ConfigError> {
        let four = |text: &str| Text::<4>::new(text).filter(|_| text.len() == 4);
        Ok(Caller {
            transaction: four(&self.transaction).ok_or(ConfigError::Transaction)?,
            customer: four(&self.customer_number)
                .filter(|_| self.customer_number.bytes().all(|byte| byte.is_ascii_digit()))
                .ok_or(ConfigError::CustomerNumber)?,
            user: Text::new(&self.user).ok_or(ConfigError::User)?,
        })
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.password.check().map_err(|_| ConfigError::Password)?;
        if let PasswordSource::Fixed(secret) = &self.password {
            Password::new(secret.expose()).ok_or(ConfigError::Password)?;
        }
        if self.connect_timeout.is_zero() || self.timeout.is_zero() {
            return Err(ConfigError::Timeout);
        }
        Ok(())
    }
}
