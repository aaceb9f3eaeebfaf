//! CPR Services, asked over the network.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use cpr::PersonalNumber;
use cpr::client::{Answered, ClientError, ErrorKind, Found as OnePage, GctpClient, Profile};
use cpr::gctp::{Page, service};
use tokio::join;

use super::{Answer, Found, Keep, Records, Registry, RegistryError, State, translate};
use crate::domain::find::{AddressQuestion, NameQuestion};

/// How many hits are listed; more are counted only. Nobody reads on, and every page is a message to CPR.
const LISTED: usize = 100;
/// From how many hits on a list helps nobody.
const TOO_MANY: u32 = 200;

/// CPR Services.
#[derive(Debug, Clone)]
pub struct Live {
    client: GctpClient,
    profile: Profile,
    keep: Keep,
    /// Whether the last look-up was refused for want of access.
    no_access: Arc<AtomicBool>,
}

impl Live {
    /// The services that this client reaches.
    pub fn new(client: GctpClient, profile: Profile, keep: Keep) -> Live {
        Live { client, profile, keep, no_access: Arc::default() }
    }

    /// What one service behind the CPR tab said: an answer, a refusal, or nothing that could be read.
    fn note<T>(&self, records: &mut Records, service: &'static str, said: Option<Result<Answered<T>, ClientError>>) {
        match said {
            Some(Ok(answered)) => records.say(answered.answer, &self.keep),
            Some(Err(error)) if is_no_access(&error) => records.refuse(service),
            Some(Err(error)) => tracing::warn!(service, %error, "a section of the CPR tab was not delivered"),
            None => {}
        }
    }
}

#[async_trait]
impl Registry for Live {
    async fn look_up(&self, number: PersonalNumber) -> Result<Answer, RegistryError> {
        // The basic data have the addressing name only, which CPR shortens to 34 characters.
        let (stam, name) = join!(self.client.lookup(number, self.profile), self.client.name(number));
        self.no_access.store(stam.as_ref().is_err_and(is_no_access), Ordering::Relaxed);
        let stam = stam.map_err(look_up_error)?;
        let mut records = Records::default();
        let name = match name {
            Ok(name) => {
                records.say(name.answer, &self.keep);
                Some(name.value)
            }
            Err(error) if is_no_access(&error) => {
                records.refuse(service::NAVNE3);
                None
            }
            // A shortened name in place of the full one would look like a change of name.
            Err(error) => return Err(look_up_error(error)),
        };
        let person = translate::person(number, &stam.value, name.as_ref());
        records.say(stam.answer, &self.keep);
        Ok(Answer { person, records })
    }

    async fn details(&self, number: PersonalNumber) -> Records {
        let client = &self.client;
        let (address, contact_address, protections, family, civil_status, former_numbers) = join!(
            wanted(self.keep.wants(service::ADRESSE3), client.address(number)),
            wanted(self.keep.wants(service::ADRESSE4), client.contact_address(number)),
            wanted(self.keep.wants(service::BESKYT3), client.protections(number)),
            wanted(self.keep.wants(service::FAMILIE), client.family(number)),
            wanted(self.keep.wants(service::CIVIL3), client.civil_status(number)),
            wanted(self.keep.wants(service::TIDLPNR), client.former_numbers(number)),
        );
        let mut records = Records::default();
        self.note(&mut records, service::ADRESSE3, address);
        self.note(&mut records, service::ADRESSE4, contact_address);
        self.note(&mut records, service::BESKYT3, protections);
        self.note(&mut records, service::FAMILIE, family);
        self.note(&mut records, service::CIVIL3, civil_status);
        self.note(&mut records, service::TIDLPNR, former_numbers);
        records
    }

    async fn search_address(&self, question: &AddressQuestion) -> Result<Found, RegistryError> {
        let criteria = translate::address_criteria(question);
        let mut pages = Pages::default();
        while let Some(page) = pages.next() {
            pages.add(self.client.search_address(&criteria, &page).await)?;
        }
        Ok(Found {
            candidates: translate::address_hits(&pages.rows, question),
            municipality: translate::municipality(&pages.rows),
            hits: pages.hits(),
            more: pages.after.is_some(),
        })
    }

    async fn search_name(&self, question: &NameQuestion) -> Result<Found, RegistryError> {
        let criteria = translate::name_criteria(question);
        let mut pages = Pages::default();
        while let Some(page) = pages.next() {
            pages.add(self.client.search_name(&criteria, &page).await)?;
        }
        Ok(Found {
            candidates: translate::name_hits(&pages.rows),
            municipality: None,
            hits: pages.hits(),
            more: pages.after.is_some(),
        })
    }

    async fn state(&self) -> State {
        match self.client.health().await.state {
            cpr::client::State::SignedOff | cpr::client::State::SignedOn => {
                if self.no_access.load(Ordering::Relaxed) {
                    State::NoAccess
                } else {
                    State::Ready
                }
            }
            cpr::client::State::Unreachable => State::Unreachable,
            cpr::client::State::Refused(_) => State::Refused,
        }
    }

    async fn password_changed_at(&self) -> Option<DateTime<Utc>> {
        self.client.password_changed_at().await
    }
}

/// A question that is asked only if its answer is stored.
async fn wanted<T>(wanted: bool, question: impl Future<Output = T>) -> Option<T> {
    if wanted { Some(question.await) } else { None }
}

/// The pages of a search, up to [`LISTED`] hits.
struct Pages<R> {
    rows: Vec<R>,
    total: Option<u32>,
    /// The key of the next page, when there is one.
    after: Option<String>,
    done: bool,
}

impl<R> Default for Pages<R> {
    fn default() -> Pages<R> {
        Pages { rows: Vec::new(), total: None, after: None, done: false }
    }
}

impl<R> Pages<R> {
    /// The page to ask for, if any.
    fn next(&self) -> Option<Page> {
        (!self.done).then(|| Page { size: None, count: true, after: self.after.clone() })
    }

    fn add(&mut self, page: Result<OnePage<R>, ClientError>) -> Result<(), RegistryError> {
        let page = match page {
            Ok(page) => page,
            // Nobody is an answer, however CPR says it.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                (self.after, self.done) = (None, true);
                return Ok(());
            }
            Err(error) => return Err(search_error(error)),
        };
        self.total = self.total.or(page.total);
        if self.total.is_some_and(|total| total > TOO_MANY) {
            return Err(RegistryError::TooManyHits);
        }
        self.after = page.rest;
        self.done = self.after.is_none() || page.hits.is_empty();
        self.rows.extend(page.hits);
        self.done |= self.rows.len() >= LISTED;
        Ok(())
    }

    /// How many hits there are in all, as far as CPR said.
    fn hits(&self) -> u32 {
        let listed = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        self.total.unwrap_or(listed).max(listed)
    }
}

/// This one service is closed to us (1035 and its like); not: closed at this time of day.
fn is_no_access(error: &ClientError) -> bool {
    error.kind() == ErrorKind::NoAccess && !error.is_retryable()
}

fn look_up_error(error: ClientError) -> RegistryError {
    match error.kind() {
        ErrorKind::NotFound => RegistryError::NotFound,
        ErrorKind::InvalidKey => RegistryError::NumberInvalid,
        _ => common_error(&error),
    }
}

fn search_error(error: ClientError) -> RegistryError {
    match error.kind() {
        ErrorKind::InvalidKey => RegistryError::CriteriaInsufficient { number: error.number() },
        _ => common_error(&error),
    }
}

fn common_error(error: &ClientError) -> RegistryError {
    let number = error.number();
    match error.kind() {
        _ if error.is_retryable() => RegistryError::Unavailable { number },
        ErrorKind::InsufficientCriteria => RegistryError::CriteriaInsufficient { number },
        ErrorKind::Unavailable => RegistryError::Unavailable { number },
        _ => RegistryError::Refused { number },
    }
}
