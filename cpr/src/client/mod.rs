//! The client of CPR Services. Every operation is exactly one question to CPR (besides signing on, and one repeat when
//! CPR has forgotten the token), so that a caller can account for each.
//!
//! ```no_run
//! # async fn example(clock: cpr::client::Clock) -> Result<(), Box<dyn std::error::Error>> {
//! use cpr::client::{GctpClient, PRODUCTION_URL, PasswordSource, Profile, Settings};
//!
//! let client = GctpClient::new(
//!     Settings {
//!         url: PRODUCTION_URL.to_owned(),
//!         user: "W…".to_owned(),
//!         password: PasswordSource::File("/run/secrets/cpr-password".into()),
//!         timeout: std::time::Duration::from_secs(10),
//!     },
//!     clock,
//! )?;
//! let number = cpr::PersonalNumber::parse("070761-4285")?;
//! let found = client.lookup(number, Profile::Authority).await?;
//! let name = found.value.name.full();
//! # Ok(())
//! # }
//! ```

pub(crate) mod breaker;
pub mod delivery;
mod error;
pub(crate) mod password;
mod session;
mod transport;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

pub use error::{ClientError, ErrorKind, Garbled, Unavailable};
pub use password::PasswordSource;

use crate::PersonalNumber;
use crate::gctp::{
    AddressCriteria, Adresse3, Adresse4, AdrsogRow, AnswerBody, Beskyt3, Civil3, FamilieRow, LookupKey, NameCriteria,
    Navne3, NvnsogRow, Page, Record, Request, ServiceAnswer, SignOnRefusal, Stam, TidlpnrRow, service,
};
use session::Session;
use transport::Transport;

/// CPR's address for production.
pub const PRODUCTION_URL: &str = "https://gctp.cpr.dk/cpr-online-gctp/gctp";

/// What time it is. The crate itself never asks the system.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// How to reach CPR, and as whom.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where CPR answers; `http://` for loopback addresses only. Proxies of the environment are not followed.
    pub url: String,
    /// The user id that CPR gave (*personkode*).
    pub user: String,
    /// Its password.
    pub password: PasswordSource,
    /// The time for one call, from connecting to the last byte of the answer.
    pub timeout: Duration,
}

/// What is wrong with [`Settings`]. Names no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The address is no address of the web, or carries a user.
    #[error("the address of CPR is no https address")]
    Url,
    /// The address is not encrypted and not on this machine.
    #[error("the address of CPR is http; that is for loopback addresses only")]
    InsecureUrl,
    /// No user id.
    #[error("the user of CPR is missing")]
    User,
    /// No password, or no name of a file.
    #[error("the password of CPR is missing")]
    Password,
    /// No time for a call.
    #[error("the time for a call to CPR is zero")]
    Timeout,
    /// The system's trust anchors could not be used.
    #[error("TLS could not be set up")]
    Tls,
}

/// Which basic data a look-up asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// `STAM`: protected persons come in full, with the mark.
    Authority,
    /// `STAMP`: protected persons come blanked.
    Private,
}

impl Profile {
    /// The service of the profile.
    #[must_use]
    pub fn service(self) -> &'static str {
        match self {
            Self::Authority => service::STAM,
            Self::Private => service::STAMP,
        }
    }
}

/// An answer, read, beside what CPR said in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered<T> {
    /// What was read.
    pub value: T,
    /// What CPR said; to be stored, and read again with [`ServiceAnswer::record`] or [`ServiceAnswer::rows`].
    pub answer: ServiceAnswer,
}

/// One page of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<R> {
    /// The hits of this page, in CPR's order.
    pub hits: Vec<R>,
    /// How many there are in all, where [`Page::count`] asked for it.
    pub total: Option<u32>,
    /// The key of the next page, for [`Page::after`]; `None` on the last one.
    pub rest: Option<String>,
    /// What CPR said.
    pub answer: ServiceAnswer,
}

/// How the client stands with CPR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// The state of the session.
    pub state: State,
    /// How old the password is, as its file tells; CPR lets it live for 90 days.
    pub password_age: Option<TimeDelta>,
}

/// The state of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not signed on; the next question does it.
    SignedOff,
    /// Signed on.
    SignedOn,
    /// The last call did not reach CPR.
    Unreachable,
    /// CPR refuses our user; nothing is sent until the password changes.
    Refused(SignOnRefusal),
}

/// A client of CPR Services. Cheap to clone; all clones share one session.
#[derive(Clone)]
pub struct GctpClient {
    session: Arc<Session>,
}

impl GctpClient {
    /// A client. Nothing is sent before the first question.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn new(settings: Settings, clock: Clock) -> Result<Self, SettingsError> {
        let Settings { url, user, password, timeout } = settings;
        if user.trim().is_empty() {
            return Err(SettingsError::User);
        }
        password.check()?;
        let transport = Transport::new(&url, timeout)?;
        Ok(Self { session: Arc::new(Session::new(transport, user, password, clock)) })
    }

    /// Basic data of a person. The answer is checked to be about that person.
    ///
    /// # Errors
    /// [`ClientError`]; 172 is [`ErrorKind::NotFound`].
    pub async fn lookup(&self, number: PersonalNumber, profile: Profile) -> Result<Answered<Stam>, ClientError> {
        let found = self.about::<Stam>(profile.service(), number).await?;
        if found.value.number != Some(number) {
            return Err(Garbled::Mismatch("the person that was asked for").into());
        }
        Ok(found)
    }

    /// Current name (NAVNE3).
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn name(&self, number: PersonalNumber) -> Result<Answered<Navne3>, ClientError> {
        self.about(service::NAVNE3, number).await
    }

    /// Current address (ADRESSE3).
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn address(&self, number: PersonalNumber) -> Result<Answered<Adresse3>, ClientError> {
        self.about(service::ADRESSE3, number).await
    }

    /// Contact address (ADRESSE4); empty if there is none.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn contact_address(&self, number: PersonalNumber) -> Result<Answered<Adresse4>, ClientError> {
        self.about(service::ADRESSE4, number).await
    }

    /// Current protections (BESKYT3).
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn protections(&self, number: PersonalNumber) -> Result<Answered<Beskyt3>, ClientError> {
        self.about(service::BESKYT3, number).await
    }

    /// Current civil status (CIVIL3).
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn civil_status(&self, number: PersonalNumber) -> Result<Answered<Civil3>, ClientError> {
        self.about(service::CIVIL3, number).await
    }

    /// Parents, children, spouse (FAMILIE), each with the relative's own protection.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn family(&self, number: PersonalNumber) -> Result<Answered<Vec<FamilieRow>>, ClientError> {
        self.rows_about(service::FAMILIE, number).await
    }

    /// Former personal numbers (TIDLPNR).
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn former_numbers(&self, number: PersonalNumber) -> Result<Answered<Vec<TidlpnrRow>>, ClientError> {
        self.rows_about(service::TIDLPNR, number).await
    }

    /// One page of the persons at an address (ADRSOG1).
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn search_address(
        &self,
        criteria: &AddressCriteria,
        page: &Page,
    ) -> Result<Found<AdrsogRow>, ClientError> {
        self.search(service::ADRSOG1, criteria, page).await
    }

    /// One page of the persons of a name (NVNSOG2).
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn search_name(&self, criteria: &NameCriteria, page: &Page) -> Result<Found<NvnsogRow>, ClientError> {
        self.search(service::NVNSOG2, criteria, page).await
    }

    /// How the client stands with CPR. Sends nothing.
    pub async fn health(&self) -> Health {
        self.session.health().await
    }

    /// When the password was changed, as its file tells; `None` if it is no file. It is renewed when somebody signs on with
    /// one that is 60 days old.
    pub async fn password_changed_at(&self) -> Option<DateTime<Utc>> {
        self.session.password_changed_at().await
    }

    async fn about<R: Record>(&self, service: &str, number: PersonalNumber) -> Result<Answered<R>, ClientError> {
        let answer = self.ask(service, Request::question(service, &key(number)?)).await?;
        Ok(Answered { value: answer.record()?, answer })
    }

    async fn rows_about<R: Record>(
        &self,
        service: &str,
        number: PersonalNumber,
    ) -> Result<Answered<Vec<R>>, ClientError> {
        let answer = self.ask(service, Request::question(service, &key(number)?)).await?;
        Ok(Answered { value: answer.rows()?, answer })
    }

    async fn search<R: Record>(
        &self,
        service: &str,
        criteria: &impl Record,
        page: &Page,
    ) -> Result<Found<R>, ClientError> {
        let answer = self.ask(service, Request::question(service, criteria).and(page)).await?;
        let table = answer.table_of::<R>();
        let (total, rest) = (table.and_then(|table| table.total), table.and_then(|table| table.rest.clone()));
        Ok(Found { hits: answer.rows()?, total, rest, answer })
    }

    /// One question; repeated once if CPR does not know the token any more.
    async fn ask(&self, service: &str, request: Request) -> Result<ServiceAnswer, ClientError> {
        let mut token = self.session.token(None).await?;
        let mut body = self.session.call(&request, &token).await?;
        if let AnswerBody::Security(receipt) = &body
            && receipt.sign_on() == Err(SignOnRefusal::TokenUnknown)
        {
            token = self.session.token(Some(&token)).await?;
            body = self.session.call(&request, &token).await?;
        }
        match body {
            AnswerBody::Security(receipt) => {
                receipt.sign_on().map_err(ClientError::SignOn)?;
                Err(Garbled::Mismatch("the answer of a service").into())
            }
            AnswerBody::Service { answer, receipt } => {
                if let Some(refusal) = receipt.as_ref().and_then(crate::gctp::Receipt::refusal) {
                    return Err(refusal.into());
                }
                if answer.service != service {
                    return Err(Garbled::Mismatch("the service that was asked").into());
                }
                if receipt.is_none() && answer.is_empty() {
                    return Err(Garbled::Mismatch("data or a receipt").into());
                }
                Ok(answer)
            }
        }
    }
}

impl fmt::Debug for GctpClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("GctpClient")
    }
}

fn key(number: PersonalNumber) -> Result<LookupKey, ClientError> {
    if number.is_replacement() { Err(ClientError::ReplacementNumber) } else { Ok(LookupKey { number: Some(number) }) }
}
