//! Following persons: what CPR can be asked to deliver changes of, and to stop delivering.

use std::io::Cursor;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use cpr::PersonalNumber;
use cpr::direkte::client::State as ClientState;
use cpr::direkte::{Answer as Delivered, DirekteClient, DirekteError, RefusalKind, Subscribed};
use cpr::extract::{PersonRecords, scan};

use super::{Answer, Keep, Records, State, extract};
use crate::domain::subscription::Retry;

/// The door through which CPR is asked to follow persons. CPR Direkte is one; CPR documents others too thinly to build on.
#[async_trait]
pub trait Channel: Send + Sync {
    /// Follow this person from now on; gives what CPR says of the person, where the confirmation came with it. Asking for
    /// somebody who is followed already is no error.
    ///
    /// # Errors
    /// [`ChannelError`].
    async fn subscribe(&self, number: PersonalNumber) -> Result<Option<Answer>, ChannelError>;

    /// All that CPR knows of this person, without following. Somebody who is followed stays so.
    ///
    /// # Errors
    /// [`ChannelError`]; records that cannot be read are as good as none.
    async fn details(&self, number: PersonalNumber) -> Result<Option<Records>, ChannelError>;

    /// Stop following this person.
    ///
    /// # Errors
    /// [`ChannelError`].
    async fn unsubscribe(&self, number: PersonalNumber) -> Result<(), ChannelError>;

    /// Whether CPR can be asked, as far as is known without asking.
    fn state(&self) -> State;

    /// When the password was changed, as its file tells; `None`: it is no file.
    async fn password_changed_at(&self) -> Option<DateTime<Utc>>;
}

/// Why CPR did not do it. Holds nothing that was asked or answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the channel refused ({code})")]
pub struct ChannelError {
    /// CPR's number, two digits, or `unreachable`.
    pub code: String,
    /// What it takes.
    pub retry: Retry,
}

/// CPR Direkte.
pub struct Direkte {
    client: DirekteClient,
    keep: Keep,
}

impl Direkte {
    /// The channel that this client reaches.
    pub fn new(client: DirekteClient, keep: Keep) -> Direkte {
        Direkte { client, keep }
    }

    /// The person in an answer; what cannot be read is told to the log, without content.
    fn read(&self, answer: &Delivered) -> Option<Answer> {
        let mut bytes = Cursor::new(&answer.lines);
        let scan = match scan(&mut bytes) {
            Ok(scan) => scan,
            Err(fault) => {
                tracing::warn!(%fault, "the records of CPR Direkte are none");
                return None;
            }
        };
        let mut records = PersonRecords::default();
        if let Err(fault) = scan.index.read_person(0, &mut bytes, &mut records) {
            tracing::warn!(kind = %fault.kind(), "the records of CPR Direkte have no person");
            return None;
        }
        let read = extract::read(&records, &self.keep);
        read.inspect_err(|fault| tracing::warn!(code = fault.code(), "the records of CPR Direkte are no person")).ok()
    }
}

#[async_trait]
impl Channel for Direkte {
    async fn subscribe(&self, number: PersonalNumber) -> Result<Option<Answer>, ChannelError> {
        match self.client.subscribe(number).await? {
            Subscribed::WithRecords(answer) => Ok(self.read(&answer)),
            Subscribed::WithoutRecords => Ok(None),
            Subscribed::WithUnreadable(fault) => {
                tracing::warn!(%fault, "the records beside a confirmation cannot be read");
                Ok(None)
            }
        }
    }

    async fn details(&self, number: PersonalNumber) -> Result<Option<Records>, ChannelError> {
        let answer = self.client.read(number).await?;
        Ok(self.read(&answer).map(|answer| answer.records))
    }

    async fn unsubscribe(&self, number: PersonalNumber) -> Result<(), ChannelError> {
        Ok(self.client.unsubscribe(number).await?)
    }

    fn state(&self) -> State {
        match self.client.state() {
            ClientState::LoggedOff | ClientState::LoggedOn => State::Ready,
            ClientState::Unreachable => State::Unreachable,
            ClientState::Refused(_) => State::Refused,
        }
    }

    async fn password_changed_at(&self) -> Option<DateTime<Utc>> {
        self.client.password_changed_at().await
    }
}

impl From<DirekteError> for ChannelError {
    fn from(error: DirekteError) -> ChannelError {
        ChannelError {
            code: error.number().unwrap_or_else(|| "unreachable".to_owned()),
            retry: match error.kind() {
                RefusalKind::Later => Retry::Later,
                RefusalKind::Number => Retry::WhenNumberChanges,
                RefusalKind::Configuration => Retry::WhenConfigurationChanges,
            },
        }
    }
}
