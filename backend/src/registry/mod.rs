//! What CPR says, in our words. The one room that knows CPR's services, codes and fields.
//!
//! * [`Registry`]: the questions that can be asked. Each call is one question about one person, or one search, for the
//!   caller to account for; it may take several messages. [`live::Live`] asks CPR Services
//! * [`Registry::look_up`] gives an [`Answer`]: the [`Person`] that a party shows and the [`Records`] to store.
//!   [`Answer::with_details`] takes what [`Registry::details`] found beside it: the sections of the CPR tab, and former numbers.
//!   A refusal of one section, or its failure, is in the records and fails nothing
//! * [`extract::read`] reads the same of the records of a change file or of CPR Direkte
//! * [`Records::to_text`] and [`Records::from_text`] with [`Records::layout`]: how they are stored. Filtered by [`Keep`]
//!   from the start: what this installation does not keep is not in them
//! * [`Records::details`]: the CPR tab, read from stored records
//! * [`delivery::Deliveries`]: where change files come from; [`delivery::inspect`]: whether one is what it should be
//! * [`Channel`]: following persons. [`channel::Direkte`] asks CPR Direkte
//! * [`metered::Metered`]: either of them with a watch
//! * [`RegistryError`]: why there is no answer, with CPR's number and never with content

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use cpr::PersonalNumber;

use crate::domain::find::{AddressQuestion, Candidate, NameQuestion};
use crate::domain::person::Person;

pub mod channel;
pub mod delivery;
pub mod extract;
pub mod keep;
pub mod live;
pub mod metered;
pub mod records;
mod translate;

pub use channel::{Channel, ChannelError, Direkte};
pub use keep::{Keep, Kind};
pub use live::Live;
pub use records::Records;

/// What can be asked of CPR.
#[async_trait]
pub trait Registry: Send + Sync {
    /// Who has this number? The number is checked not to be a replacement number before it is sent.
    ///
    /// # Errors
    /// [`RegistryError`]; a refusal of the person's full name alone is none, then the addressing name stands for it.
    async fn look_up(&self, number: PersonalNumber) -> Result<Answer, RegistryError>;

    /// What else CPR knows of this person: every section that this installation keeps.
    async fn details(&self, number: PersonalNumber) -> Records;

    /// Who of a name lives at an address?
    ///
    /// # Errors
    /// [`RegistryError`]. Nobody is an answer, not an error.
    async fn search_address(&self, question: &AddressQuestion) -> Result<Found, RegistryError>;

    /// Who has a name?
    ///
    /// # Errors
    /// As [`Self::search_address`].
    async fn search_name(&self, question: &NameQuestion) -> Result<Found, RegistryError>;

    /// Whether CPR can be asked, as far as is known without asking.
    async fn state(&self) -> State;

    /// When the password was changed, as its file tells; `None`: it is no file.
    async fn password_changed_at(&self) -> Option<DateTime<Utc>>;
}

/// What CPR said of a person.
#[derive(Clone, PartialEq)]
pub struct Answer {
    /// What a party shows of it.
    pub person: Person,
    /// All that is kept of it.
    pub records: Records,
}

impl Answer {
    /// The answer with the details of the same person.
    #[must_use]
    pub fn with_details(mut self, details: Records) -> Answer {
        self.person.former_numbers = details.former_numbers(self.person.personal_number);
        if self.person.last_address.is_none() {
            self.person.last_address = translate::last_address(&self.person, &details);
        }
        self.records.add(details);
        self
    }
}

/// What a search found.
#[derive(Clone, Default, PartialEq)]
pub struct Found {
    /// The persons listed, in CPR's order, without agreement yet.
    pub candidates: Vec<Candidate>,
    /// How many CPR has in all.
    pub hits: u32,
    /// CPR has more than are listed.
    pub more: bool,
    /// The municipality of the hits, CPR's code, when it is one and the same: narrows a search by name.
    pub municipality: Option<String>,
}

/// Why CPR gave no answer. Holds CPR's number where there is one, and nothing that was asked or answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// CPR does not know the number (172).
    #[error("the person is not in CPR")]
    NotFound,
    /// Not a number that CPR can know: a replacement number (never sent), or CPR's 52.
    #[error("not a personal number that CPR can know")]
    NumberInvalid,
    /// More hits than CPR, or a reader, is willing to list.
    #[error("too many hits")]
    TooManyHits,
    /// CPR wants more or other criteria.
    #[error("CPR cannot search by this (number {number:?})")]
    CriteriaInsufficient {
        /// CPR's number.
        number: Option<u32>,
    },
    /// CPR does not answer, or not in a way that can be read, or not at this time of day.
    #[error("CPR is unavailable (number {number:?})")]
    Unavailable {
        /// CPR's number.
        number: Option<u32>,
    },
    /// CPR refuses our user or the service; somebody must act.
    #[error("CPR refuses us (number {number:?})")]
    Refused {
        /// CPR's number.
        number: Option<u32>,
    },
}

/// Whether CPR can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing speaks against it.
    Ready,
    /// The last call did not reach CPR; it is tried again.
    Unreachable,
    /// CPR refuses our user; nothing is sent until the configuration changes.
    Refused,
    /// CPR gave us no access to looking up a person the last time (1035); it is asked again.
    NoAccess,
}
