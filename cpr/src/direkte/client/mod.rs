//! The client of CPR Direkte. Every operation is exactly one call to CPR (besides logging on, and one repeat when the
//! token has expired), so that a caller can account for each. Creating and ending a subscription are idempotent at CPR
//! as far as is known, so an operation whose answer was lost can be repeated.

mod error;
mod session;
mod settings;
mod wire;

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use error::DirekteError;
pub use session::State;
pub use settings::{ConfigError, DirekteConfig, PORT, PRODUCTION_HOST};

use super::{Answer, Call, Data, Malformed, Refusal, Subscription};
use crate::PersonalNumber;
use crate::client::Clock;
use session::Session;
use wire::Wire;

/// A client of CPR Direkte. Cheap to clone; all clones share one session.
#[derive(Clone)]
pub struct DirekteClient {
    session: Arc<Session>,
}

/// What came with the confirmation of a subscription. The subscription is there in every case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subscribed {
    /// The person's records.
    WithRecords(Answer),
    /// Nothing.
    WithoutRecords,
    /// Records that cannot be read.
    WithUnreadable(Malformed),
}

impl DirekteClient {
    /// A client. Nothing is sent before the first call. `clock` tells the age of the password.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn new(config: DirekteConfig, clock: Clock) -> Result<Self, ConfigError> {
        config.check()?;
        let caller = config.caller()?;
        let wire = Wire::new(&config)?;
        Ok(Self { session: Arc::new(Session::new(wire, caller, config.password, clock)) })
    }

    /// Subscribes to a person, and asks for the records.
    ///
    /// # Errors
    /// [`DirekteError`]; 05 if CPR does not know the number.
    pub async fn subscribe(&self, number: PersonalNumber) -> Result<Subscribed, DirekteError> {
        let bytes = self.ask(number, Subscription::Create, Data::Records).await?;
        if bytes.is_empty() {
            return Ok(Subscribed::WithoutRecords);
        }
        Ok(Answer::check(bytes, number).map_or_else(Subscribed::WithUnreadable, Subscribed::WithRecords))
    }

    /// Subscribes to a person without asking for data.
    ///
    /// # Errors
    /// [`DirekteError`]; 05 if CPR does not know the number.
    pub async fn subscribe_only(&self, number: PersonalNumber) -> Result<(), DirekteError> {
        self.ask(number, Subscription::Create, Data::Nothing).await.map(drop)
    }

    /// Ends the subscription to a person.
    ///
    /// # Errors
    /// [`DirekteError`]; 05 if CPR does not know the number.
    pub async fn unsubscribe(&self, number: PersonalNumber) -> Result<(), DirekteError> {
        self.ask(number, Subscription::End, Data::Nothing).await.map(drop)
    }

    /// Asks for a person's records, and leaves the subscription as it is.
    ///
    /// # Errors
    /// [`DirekteError`]; 05 if CPR does not know the number.
    pub async fn read(&self, number: PersonalNumber) -> Result<Answer, DirekteError> {
        let bytes = self.ask(number, Subscription::Leave, Data::Records).await?;
        if bytes.is_empty() {
            return Err(Malformed::NoRecords.into());
        }
        Ok(Answer::check(bytes, number)?)
    }

    /// How the client stands with CPR. Sends nothing.
    #[must_use]
    pub fn state(&self) -> State {
        self.session.state()
    }

    /// When the password was changed, as its file tells; `None` if it is no file. It is renewed when somebody logs on with one
    /// that is 60 days old.
    pub async fn password_changed_at(&self) -> Option<DateTime<Utc>> {
        self.session.password_changed_at().await
    }

    /// One call; repeated once if the token has expired.
    async fn ask(
        &self,
        number: PersonalNumber,
        subscription: Subscription,
        data: Data,
    ) -> Result<Vec<u8>, DirekteError> {
        if number.is_replacement() {
            return Err(DirekteError::ReplacementNumber);
        }
        let call = |token| Call::about(number, self.session.caller(), token, subscription, data).to_bytes();
        let held = self.session.token(None).await?;
        match self.session.call(&call(held.token)).await {
            Err(DirekteError::Refused(Refusal::TokenExpired)) => {
                let held = self.session.token(Some(&held)).await?;
                self.session.call(&call(held.token)).await
            }
            outcome => outcome,
        }
    }
}

impl fmt::Debug for DirekteClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DirekteClient")
    }
}
