//! Applying a change file: its persons in order of first appearance, a batch in a transaction, so that a process that is
//! killed at any instruction leaves whole batches, and the next one goes on behind them.
//!
//! What a batch brings and how far the file is with it are committed together, the second by compare-and-set: of two
//! processes that apply the same file, one stops. What follows of a person does not depend on the batch that it is in.

mod batch;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeZone as _;
use chrono_tz::Europe::Copenhagen;

use super::job::Run;
use super::subscription::RECONCILE;
use super::{Actions, Error};
use crate::domain::delivery::{Counts, Delivery};
use crate::registry::extract::{ChangeFile, FileFault, InFile};
use crate::store;
use batch::{Batch, Outcome};

/// The most persons of a batch.
const MOST: usize = 500;
/// The fewest, however slow the disk.
const FEWEST: usize = 20;
/// So long a batch should keep others waiting, on SQLite every reader too, whose row in the log is to be written. The next
/// batch is as large as this one says can be done in that time.
const PATIENCE: Duration = Duration::from_millis(40);
/// So often a batch is tried that came into the way of another writer.
const ATTEMPTS: usize = 5;

impl Actions {
    /// Applies what is left of a delivery whose turn it is, and marks it as applied. What became of its persons in all.
    ///
    /// # Errors
    /// [`Error::Interrupted`] when the run has to end, or another process goes on with the delivery; the database's. What is
    /// committed stays, and the next call goes on from there.
    pub async fn apply_delivery(&self, run: &Run, delivery: &Delivery) -> Result<Counts, Error> {
        let envelope = delivery.envelope.as_ref();
        let produced =
            envelope.ok_or_else(|| Error::Internal("a delivery without envelope".to_owned()))?.link.production_date;
        let bytes = store::delivery::open_bytes(&self.database.read(), &delivery.content_hash).await?;
        let keep = self.policy.keep.clone();
        let mut file = in_background(move || ChangeFile::open(bytes, keep)).await?;
        let total = file.persons();
        let mut done = usize::try_from(delivery.progress).unwrap_or(usize::MAX).min(total);
        let mut counts = delivery.counts;
        let by: Arc<str> = run.context("apply_delivery").caller.subject.into();
        let mut size = MOST;
        let mut next = ahead(file, done, size, total);
        while done < total {
            run.progress(done as u64, Some(total as u64)).await?;
            let (ahead_file, persons) = next.await.map_err(|_| broken())??;
            file = ahead_file;
            let end = done + persons.len();
            // The next persons are read while these are stored.
            next = ahead(file, end, size, total);
            let batch = Batch { delivery: delivery.id, produced, by: Arc::clone(&by) };
            let (done_with, took) = self.apply_batch(&batch, &persons).await?;
            counts += done_with;
            size = next_size(persons.len(), took);
            done = end;
        }
        file = next.await.map_err(|_| broken())??.0;
        self.finish_delivery(delivery, &file, done).await?;
        run.progress(total as u64, Some(total as u64)).await?;
        Ok(counts)
    }

    /// A batch; smaller ones when somebody in it cannot be stored, who is set aside then.
    async fn apply_batch(&self, batch: &Batch, persons: &[InFile]) -> Result<(Counts, Duration), Error> {
        let mut attempt = 1;
        let fault = loop {
            match self.try_batch(batch, persons, None).await {
                Ok(done) => return Ok(done),
                // Somebody created or changed what the batch is about, or waited for it crosswise.
                Err(error) if attempt < ATTEMPTS && is_crossed(&error) => attempt += 1,
                Err(error @ (Error::Unavailable | Error::Interrupted)) => return Err(error),
                Err(error) => break error,
            }
        };
        tracing::warn!(code = fault.code(), persons = persons.len(), "a batch of a delivery could not be stored");
        match persons {
            [] => Err(fault),
            [_] => self.try_batch(batch, persons, Some(&fault)).await,
            _ => {
                let (first, second) = persons.split_at(persons.len() / 2);
                let (mut counts, took) = Box::pin(self.apply_batch(batch, first)).await?;
                let (of_second, longer) = Box::pin(self.apply_batch(batch, second)).await?;
                counts += of_second;
                Ok((counts, took + longer))
            }
        }
    }

    /// A batch in one transaction, and how long that was. With a `fault` nothing is done but to set its persons aside.
    async fn try_batch(
        &self,
        batch: &Batch,
        persons: &[InFile],
        fault: Option<&Error>,
    ) -> Result<(Counts, Duration), Error> {
        let Some((first, last)) = persons.first().zip(persons.last()) else { return Ok(Default::default()) };
        let now = self.clock.now();
        let write = self.database.begin().await?;
        let began = Instant::now();
        let outcome = match fault {
            None => batch.apply(&write, persons, now).await?,
            Some(_) => Outcome::set_aside(persons),
        };
        store::delivery::add_problems(&write, batch.delivery, &outcome.problems).await?;
        let (from, to) = (first.ordinal as i64, last.ordinal as i64 + 1);
        if !store::delivery::advance(&write, batch.delivery, from, to, &outcome.counts).await? {
            return Err(Error::Interrupted);
        }
        store::event::append(&write, &outcome.events, now).await?;
        if outcome.renumbered {
            self.wake_after(&write, RECONCILE).await?;
        }
        write.commit().await?;
        let took = began.elapsed();
        if !outcome.events.is_empty() {
            self.news.notify_waiters();
        }
        self.calls.deliver();
        Ok((outcome.counts, took))
    }

    /// What the file says about our subscriptions, and that it is applied: the next one may come.
    async fn finish_delivery(&self, delivery: &Delivery, file: &ChangeFile, done: usize) -> Result<(), Error> {
        let now = self.clock.now();
        let write = self.database.begin().await?;
        let mut events = Vec::new();
        for (number, at) in &file.ended {
            let at = at.and_then(|at| Copenhagen.from_local_datetime(&at).earliest());
            let at = at.map_or(now, |at| at.to_utc());
            events.extend(store::subscription::confirm_end(&write, *number, at).await?);
        }
        for (number, code) in &file.rejected {
            events.extend(store::subscription::note_rejected(&write, *number, code, now).await?);
        }
        match store::delivery::finish(&write, delivery, done as i64, now).await {
            Err(store::Error::Stale) => return Err(Error::Interrupted),
            finished => finished?,
        }
        store::event::append(&write, &events, now).await?;
        write.commit().await?;
        self.news.notify_waiters();
        Ok(())
    }
}

/// How many persons the next batch has, when this one took so long.
fn next_size(persons: usize, took: Duration) -> usize {
    let fitting = persons as f64 * PATIENCE.as_secs_f64() / took.as_secs_f64().max(f64::EPSILON);
    // One slow batch says little of the next one.
    (fitting as usize).clamp(persons / 2, persons * 2).clamp(FEWEST, MOST)
}

/// The file again, and the persons that are read meanwhile.
type Ahead = tokio::task::JoinHandle<Result<(ChangeFile, Vec<InFile>), Error>>;

fn ahead(mut file: ChangeFile, from: usize, size: usize, total: usize) -> Ahead {
    tokio::task::spawn_blocking(move || {
        let persons = file.read(from..(from + size).min(total)).map_err(file_fault)?;
        Ok((file, persons))
    })
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileFault> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|_| broken())?.map_err(file_fault)
}

fn file_fault(fault: FileFault) -> Error {
    match fault {
        FileFault::Unreadable(kind) => {
            tracing::warn!(%kind, "our copy of a delivery cannot be read");
            Error::Unavailable
        }
        FileFault::Another => Error::Internal(fault.to_string()),
    }
}

fn broken() -> Error {
    Error::Internal("a thread ended".to_owned())
}

/// Whether trying again at once can help: what was read does not hold any more.
fn is_crossed(error: &Error) -> bool {
    matches!(error, Error::Stale(_) | Error::PersonalNumberInUse(_) | Error::Conflict(_) | Error::Unavailable)
}
