//! The doors to CPR, with a watch: each question is timed, counted by how it came out, and told to the log with the id of the
//! request or run that asked. What was asked and answered stays out of both.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use cpr::PersonalNumber;
use prometheus::{HistogramOpts, HistogramVec};

use super::{Answer, Channel, ChannelError, Found, Records, Registry, RegistryError, State};
use crate::domain::find::{AddressQuestion, NameQuestion};
use crate::domain::subscription::Retry;

/// CPR Services, as log and measures name it.
pub const SERVICES: &str = "cpr-services";
/// CPR Direkte.
pub const DIREKTE: &str = "cpr-direkte";

/// Up to so many seconds a question is counted into each class.
const SECONDS: [f64; 9] = [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

/// The count of questions to CPR.
///
/// # Errors
/// When a name is none for Prometheus.
pub fn calls() -> Result<HistogramVec, prometheus::Error> {
    let options = HistogramOpts::new("cpr_question_duration_seconds", "Questions to CPR, by how they came out.");
    HistogramVec::new(options.buckets(SECONDS.to_vec()), &["door", "question", "outcome"])
}

/// A door with a watch.
pub struct Metered<T: ?Sized> {
    door: Arc<T>,
    name: &'static str,
    calls: HistogramVec,
}

impl Metered<dyn Registry> {
    /// CPR Services.
    pub fn services(door: Arc<dyn Registry>, calls: HistogramVec) -> Metered<dyn Registry> {
        Metered { door, name: SERVICES, calls }
    }
}

impl Metered<dyn Channel> {
    /// CPR Direkte.
    pub fn direkte(door: Arc<dyn Channel>, calls: HistogramVec) -> Metered<dyn Channel> {
        Metered { door, name: DIREKTE, calls }
    }
}

impl<T: ?Sized> Metered<T> {
    async fn time<V, E: Outcome>(
        &self,
        question: &'static str,
        asking: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        let began = Instant::now();
        let answer = asking.await;
        let took = began.elapsed();
        let outcome = answer.as_ref().err().map_or("answered", Outcome::name);
        self.calls.with_label_values(&[self.name, question, outcome]).observe(took.as_secs_f64());
        let (door, ms) = (self.name, took.as_millis() as u64);
        match answer.as_ref().err().filter(|fault| fault.is_trouble()) {
            Some(fault) => tracing::warn!(door, question, outcome, ms, receipt = fault.receipt(), "asked CPR"),
            None => tracing::debug!(door, question, outcome, ms, "asked CPR"),
        }
        answer
    }
}

/// How a question came out that was not answered.
trait Outcome {
    fn name(&self) -> &'static str;
    /// CPR's number for it.
    fn receipt(&self) -> Option<String>;
    /// It lies with CPR or with our access to it, not with what was asked.
    fn is_trouble(&self) -> bool {
        matches!(self.name(), "unavailable" | "refused")
    }
}

impl Outcome for RegistryError {
    fn name(&self) -> &'static str {
        match self {
            RegistryError::NotFound => "not-found",
            RegistryError::NumberInvalid => "number-invalid",
            RegistryError::TooManyHits => "too-many-hits",
            RegistryError::CriteriaInsufficient { .. } => "criteria-insufficient",
            RegistryError::Unavailable { .. } => "unavailable",
            RegistryError::Refused { .. } => "refused",
        }
    }

    fn receipt(&self) -> Option<String> {
        match self {
            RegistryError::Unavailable { number } | RegistryError::Refused { number } => {
                number.map(|number| number.to_string())
            }
            _ => None,
        }
    }
}

impl Outcome for ChannelError {
    fn name(&self) -> &'static str {
        match self.retry {
            Retry::Later => "unavailable",
            Retry::WhenNumberChanges => "not-found",
            Retry::WhenConfigurationChanges => "refused",
        }
    }

    fn receipt(&self) -> Option<String> {
        Some(self.code.clone())
    }
}

/// Sections that CPR refuses are in the records; asking for all of them never fails.
impl Outcome for Infallible {
    fn name(&self) -> &'static str {
        match *self {}
    }

    fn receipt(&self) -> Option<String> {
        match *self {}
    }
}

#[async_trait]
impl Registry for Metered<dyn Registry> {
    async fn look_up(&self, number: PersonalNumber) -> Result<Answer, RegistryError> {
        self.time("look-up", self.door.look_up(number)).await
    }

    async fn details(&self, number: PersonalNumber) -> Records {
        let asking = async { Ok::<Records, Infallible>(self.door.details(number).await) };
        match self.time("details", asking).await {
            Ok(records) => records,
            Err(never) => match never {},
        }
    }

    async fn search_address(&self, question: &AddressQuestion) -> Result<Found, RegistryError> {
        self.time("search-address", self.door.search_address(question)).await
    }

    async fn search_name(&self, question: &NameQuestion) -> Result<Found, RegistryError> {
        self.time("search-name", self.door.search_name(question)).await
    }

    async fn state(&self) -> State {
        self.door.state().await
    }

    async fn password_changed_at(&self) -> Option<DateTime<Utc>> {
        self.door.password_changed_at().await
    }
}

#[async_trait]
impl Channel for Metered<dyn Channel> {
    async fn subscribe(&self, number: PersonalNumber) -> Result<Option<Answer>, ChannelError> {
        self.time("subscribe", self.door.subscribe(number)).await
    }

    async fn details(&self, number: PersonalNumber) -> Result<Option<Records>, ChannelError> {
        self.time("details", self.door.details(number)).await
    }

    async fn unsubscribe(&self, number: PersonalNumber) -> Result<(), ChannelError> {
        self.time("unsubscribe", self.door.unsubscribe(number)).await
    }

    fn state(&self) -> State {
        self.door.state()
    }

    async fn password_changed_at(&self) -> Option<DateTime<Utc>> {
        self.door.password_changed_at().await
    }
}
