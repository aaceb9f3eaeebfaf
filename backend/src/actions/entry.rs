//! Audit entries around what is done: opened before, closed after, whatever happens.

use std::sync::atomic::Ordering;

use aws_lc_rs::hmac;
use cpr::PersonalNumber;
use uuid::Uuid;

use super::{Actions, Context, Error, hex};
use crate::domain::audit::{Ending, Intent, Outcome};
use crate::domain::page::Page;
use crate::store::audit::Row;
use crate::store::{self, Write};

/// Whom an operation is about, as far as it is known before it begins.
#[derive(Default)]
pub(super) struct About {
    pub party_id: Option<Uuid>,
    pub number: Option<PersonalNumber>,
    pub criteria: Option<String>,
}

impl About {
    pub fn party(id: Uuid) -> About {
        About { party_id: Some(id), ..About::default() }
    }

    pub fn number(number: PersonalNumber) -> About {
        About { number: Some(number), ..About::default() }
    }

    pub fn criteria(criteria: impl Into<String>) -> About {
        About { criteria: Some(criteria.into()), ..About::default() }
    }
}

/// What the outcome adds to an entry: whom it turned out to be about, and how many records were told or changed.
#[derive(Default)]
pub(super) struct Told {
    pub party_id: Option<Uuid>,
    pub number: Option<PersonalNumber>,
    pub count: i64,
}

impl Told {
    pub fn count(count: i64) -> Told {
        Told { count, ..Told::default() }
    }

    /// The rows of a page.
    pub fn page<T>(page: &Page<T>) -> Told {
        Told::count(i64::try_from(page.items.len()).unwrap_or(i64::MAX))
    }

    /// One party, with the number that it has or had.
    pub fn party(id: Uuid, number: Option<PersonalNumber>) -> Told {
        Told { party_id: Some(id), number, count: 1 }
    }
}

impl Actions {
    /// Notes an attempt that was refused at the door, about the party that it named.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub async fn note_refusal(&self, context: &Context, party_id: Option<Uuid>) -> Result<(), Error> {
        self.note(context, About { party_id, ..About::default() }, Outcome::Refused, "forbidden").await
    }

    /// Notes that somebody was turned away at the door for this problem, whatever was asked.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub async fn note_turned_away(&self, context: &Context, problem: &str) -> Result<(), Error> {
        self.note(context, About::default(), Outcome::Refused, problem).await
    }

    /// Notes an attempt that came through the door and failed before anything was done: its input could not be used.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub async fn note_attempt(&self, context: &Context, party_id: Option<Uuid>, problem: &str) -> Result<(), Error> {
        if context.noted.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.note(context, About { party_id, ..About::default() }, Outcome::Failed, problem).await
    }

    async fn note(&self, context: &Context, about: About, outcome: Outcome, problem: &str) -> Result<(), Error> {
        let intent = self.intent(context, about);
        let ending = Ending {
            at: intent.at,
            outcome,
            problem: Some(problem.to_owned()),
            party_id: None,
            number_digest: None,
            result_count: None,
        };
        Ok(self.recorder.record(Row::Entry(intent, ending)).await?)
    }

    /// The keyed digest of a personal number: the log can be searched for a person without holding numbers.
    pub(super) fn digest(&self, number: PersonalNumber) -> String {
        hex(hmac::sign(&self.digest_key, number.digits().as_str().as_bytes()).as_ref())
    }

    pub(super) fn intent(&self, context: &Context, about: About) -> Intent {
        context.noted.store(true, Ordering::Relaxed);
        Intent {
            id: Uuid::now_v7(),
            at: self.clock.now(),
            actor: context.caller.subject.clone(),
            on_behalf_of: context.caller.on_behalf_of.clone(),
            operation: context.operation.to_owned(),
            party_id: about.party_id,
            number_digest: about.number.map(|number| self.digest(number)),
            criteria: about.criteria,
            reason: context.reason.clone(),
            case_number: context.case_number.clone(),
            trace_id: context.trace_id.clone(),
            actor_names: context.caller.names(),
            case_relation: None,
        }
    }

    pub(super) fn succeeded(&self, told: &Told) -> Ending {
        Ending {
            at: self.clock.now(),
            outcome: Outcome::Succeeded,
            problem: None,
            party_id: told.party_id,
            number_digest: told.number.map(|number| self.digest(number)),
            result_count: Some(told.count),
        }
    }

    pub(super) fn unsuccessful(&self, error: &Error) -> Ending {
        Ending {
            at: self.clock.now(),
            outcome: error.outcome(),
            problem: Some(error.code().to_owned()),
            party_id: None,
            number_digest: None,
            result_count: None,
        }
    }

    /// Reads our own store inside one audit row, committed before the answer leaves.
    pub(super) async fn read<T>(
        &self,
        context: &Context,
        about: About,
        told: impl FnOnce(&T) -> Told,
        work: impl AsyncFnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        let intent = self.intent(context, about);
        let result = work().await;
        let ending = match &result {
            Ok(value) => self.succeeded(&told(value)),
            // The log would not take it either.
            Err(Error::Unavailable) => return result,
            Err(error) => self.unsuccessful(error),
        };
        self.recorder.record(Row::Entry(intent, ending)).await?;
        result
    }

    /// Notes that a repeated request was answered with this problem.
    pub(super) async fn note_again(&self, context: &Context, about: About, error: &Error) -> Result<(), Error> {
        let intent = self.intent(context, about);
        Ok(self.recorder.record(Row::Entry(intent, self.unsuccessful(error))).await?)
    }

    /// Opens an entry: from here on the act is known, whatever happens.
    pub(super) async fn open(&self, context: &Context, about: About) -> Result<Intent, Error> {
        let intent = self.intent(context, about);
        self.recorder.record(Row::Intent(intent.clone())).await?;
        Ok(intent)
    }

    /// An operation that changes something without asking CPR: open, act, close.
    pub(super) async fn act<T>(
        &self,
        context: &Context,
        about: About,
        work: impl AsyncFnOnce(&Write) -> Result<(T, Told), Error>,
    ) -> Result<T, Error> {
        let opened = self.open(context, about).await?;
        self.finish(context, &opened, work).await
    }

    /// Does the act of an open entry in one transaction with its outcome; closes the entry when it does not succeed.
    pub(super) async fn finish<T>(
        &self,
        context: &Context,
        opened: &Intent,
        work: impl AsyncFnOnce(&Write) -> Result<(T, Told), Error>,
    ) -> Result<T, Error> {
        let result = self.try_finish(context, opened, work).await;
        if let Err(error) = &result {
            self.give_up(opened, error).await;
        }
        result
    }

    /// As [`Actions::finish`], but leaves the entry open when the act does not succeed.
    pub(super) async fn try_finish<T>(
        &self,
        context: &Context,
        opened: &Intent,
        work: impl AsyncFnOnce(&Write) -> Result<(T, Told), Error>,
    ) -> Result<T, Error> {
        let write = self.database.begin().await?;
        let (value, told) = work(&write).await?;
        if let (Some(idempotency), Some(party_id)) = (&context.idempotency, told.party_id) {
            idempotency.complete(&write, &context.caller.subject, &Ok(party_id)).await?;
        }
        store::audit::append(&write, &Row::Outcome(opened.id, self.succeeded(&told))).await?;
        write.commit().await?;
        self.news.notify_waiters();
        self.calls.deliver();
        Ok(value)
    }

    /// Closes an entry whose act was a question to CPR that stores nothing.
    pub(super) async fn close_asked<T>(
        &self,
        opened: &Intent,
        result: Result<T, Error>,
        told: impl FnOnce(&T) -> Told,
    ) -> Result<T, Error> {
        match result {
            Ok(value) => {
                self.recorder.record(Row::Outcome(opened.id, self.succeeded(&told(&value)))).await?;
                Ok(value)
            }
            Err(error) => {
                self.give_up(opened, &error).await;
                Err(error)
            }
        }
    }

    /// Closes an entry whose act did not succeed. When even that fails the entry stays open, and shows as `unknown`.
    pub(super) async fn give_up(&self, opened: &Intent, error: &Error) {
        if let Err(fault) = self.recorder.record(Row::Outcome(opened.id, self.unsuccessful(error))).await {
            tracing::warn!(%fault, trace_id = %opened.trace_id, "an audit entry could not be closed");
        }
    }
}
