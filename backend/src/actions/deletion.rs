//! The log of deletions: its copy beside the database, and what is done again after a restore.
//!
//! A restored database has everybody again who was deleted after the backup was made. The copy knows whom, by keyed digest:
//! they are deleted again before anybody is served, and nothing is purged until a person has looked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_lc_rs::hmac;
use cpr::PersonalNumber;
use uuid::Uuid;

use super::{About, Actions, Context, Error, Told, hex};
use crate::domain::edit;
use crate::domain::event::NewEvent;
use crate::domain::retention::{Deleted, Deletion, NewDeletion};
use crate::store::audit::Row;
use crate::store::deletion_file::{self, Content};
use crate::store::{self, Write};

/// Deletions that are done again in one transaction.
const BATCH: usize = 100;
/// Deletions that are read at a time.
const PAGE: u32 = 1_000;
/// Numbers whose digests are compared at a time.
const NUMBERS: u32 = 5_000;

/// The number of the last deletion that is in the copy.
#[derive(Default)]
pub(super) struct Copied(AtomicI64);

/// What was done again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Redone {
    /// Deletions that this database did not know of.
    pub deletions: u64,
    /// Persons of whom what CPR said was there again.
    pub registers: u64,
    /// Parties that were there again.
    pub parties: u64,
}

impl Actions {
    /// Brings the copy of the log up to date. What cannot be written now is written later.
    pub(super) async fn copy_deletions(&self) {
        let Some(path) = self.policy.retention.deletion_file.as_deref() else { return };
        if let Err(error) = self.try_copy_deletions(path).await {
            tracing::error!(code = error.code(), "the copy of the log of deletions could not be written");
        }
    }

    async fn try_copy_deletions(&self, path: &Path) -> Result<(), Error> {
        loop {
            let copied = self.copied.0.load(Ordering::Relaxed);
            let fresh = store::deletion::after(&self.database.read(), copied, PAGE).await?;
            let Some(last) = fresh.last().map(|last| last.seq) else { return Ok(()) };
            let (path, key) = (path.to_owned(), self.key_name());
            on_disk(move || deletion_file::extend(&path, &key, &fresh)).await?;
            self.copied.0.fetch_max(last, Ordering::Relaxed);
        }
    }

    /// What is too old to be in the log goes from its copy too.
    pub(super) async fn shorten_deletion_file(&self) {
        let Some(path) = self.policy.retention.deletion_file.clone() else { return };
        let shortened = async {
            let oldest = store::deletion::after(&self.database.read(), 0, 1).await?;
            let Some(first) = oldest.first().map(|oldest| oldest.seq) else { return Ok(()) };
            on_disk(move || deletion_file::drop_before(&path, first)).await
        };
        if let Err(error) = shortened.await {
            tracing::error!(code = error.code(), "the copy of the log of deletions could not be shortened");
        }
    }

    /// Meets the copy of the log that lies beside the database: what it has and the database does not know of was deleted before
    /// the database was restored, and is deleted again. To be called before anybody is served.
    ///
    /// # Errors
    /// [`Error::Conflict`] in Danish when the copy belongs to another database; the database's.
    pub async fn meet_deletion_file(&self) -> Result<Redone, Error> {
        let Some(path) = self.policy.retention.deletion_file.clone() else { return Ok(Redone::default()) };
        let read = path.clone();
        let redone = match on_disk(move || deletion_file::read(&read)).await? {
            Some(content) => self.redo_deletions(content).await?,
            None => Redone::default(),
        };
        if redone.deletions > 0 {
            // Some may have other numbers now: it is written anew from the table.
            on_disk(move || deletion_file::drop_before(&path, i64::MAX)).await?;
        }
        self.copy_deletions().await;
        Ok(redone)
    }

    /// Deletes again what was deleted after the backup was made from which this database was restored.
    ///
    /// # Errors
    /// As [`Actions::meet_deletion_file`].
    pub async fn redo_deletions(&self, content: Content) -> Result<Redone, Error> {
        if content.key != self.key_name() {
            let detail = "Sletteloggen er skrevet med en anden nøgle end denne databases (audit.key_file).";
            return Err(Error::Conflict(detail.to_owned()));
        }
        let fresh = self.unknown_here(content.deletions).await?;
        let mut redone = Redone { deletions: fresh.len() as u64, ..Redone::default() };
        if fresh.is_empty() {
            return Ok(redone);
        }
        let numbers = self.numbers_of(&fresh).await?;
        let context = Context::of_the_house("restore", "redo_deletion");
        for batch in fresh.chunks(BATCH) {
            let write = self.database.begin().await?;
            // Of two servers that start at once, one does it.
            store::lock(&write, "deletions").await?;
            let first = batch.first().map_or(0, |first| first.seq);
            let known = store::deletion::after(&write, first - 1, PAGE).await?;
            let batch: Vec<Deletion> = batch.iter().filter(|deletion| !known.contains(deletion)).cloned().collect();
            self.redo_batch(&context, &write, &batch, &numbers, &mut redone).await?;
            write.commit().await?;
        }
        tracing::warn!(
            deletions = redone.deletions,
            registers = redone.registers,
            parties = redone.parties,
            "the database was restored: what had been deleted since was deleted again"
        );
        self.news.notify_waiters();
        Ok(redone)
    }

    /// Notes that the database comes from a backup: the next purge waits for a person.
    ///
    /// # Errors
    /// The database's.
    pub async fn note_restore(&self, redone: Redone) -> Result<(), Error> {
        let context = Context::of_the_house("restore", "restore_database");
        self.act(&context, About::default(), async |write| {
            self.note_restored(write).await?;
            Ok(((), Told::count(i64::try_from(redone.registers + redone.parties).unwrap_or(i64::MAX))))
        })
        .await
    }

    /// Those that are not in this database's own log.
    async fn unknown_here(&self, deletions: Vec<Deletion>) -> Result<Vec<Deletion>, Error> {
        let Some(first) = deletions.first().map(|first| first.seq) else { return Ok(Vec::new()) };
        let mut known: BTreeMap<i64, Deletion> = BTreeMap::new();
        let mut after = first - 1;
        loop {
            let page = store::deletion::after(&self.database.read(), after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            known.extend(page.into_iter().map(|deletion| (deletion.seq, deletion)));
        }
        // What was too old for this log had its effect before the backup was made.
        let oldest = known.keys().next().copied();
        let latest = store::deletion::latest(&self.database.read()).await?;
        let is_unknown = |deletion: &Deletion| match known.get(&deletion.seq) {
            Some(own) => own != deletion,
            None => deletion.seq > latest || oldest.is_some_and(|oldest| deletion.seq > oldest),
        };
        Ok(deletions.into_iter().filter(is_unknown).collect())
    }

    /// The numbers that are here of the persons whom these deletions are about, by digest.
    async fn numbers_of(&self, deletions: &[Deletion]) -> Result<BTreeMap<String, PersonalNumber>, Error> {
        let wanted: BTreeSet<&str> =
            deletions.iter().filter_map(|deletion| deletion.number_digest.as_deref()).collect();
        let (mut found, mut after) = (BTreeMap::new(), None);
        loop {
            let page = store::register::numbers(&self.database.read(), after, NUMBERS).await?;
            for number in &page {
                let digest = self.digest(*number);
                if wanted.contains(digest.as_str()) {
                    found.insert(digest, *number);
                }
            }
            after = page.last().copied();
            if page.len() < NUMBERS as usize {
                return Ok(found);
            }
        }
    }

    async fn redo_batch(
        &self,
        context: &Context,
        write: &Write,
        batch: &[Deletion],
        numbers: &BTreeMap<String, PersonalNumber>,
        redone: &mut Redone,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let (mut events, mut rows): (Vec<NewEvent>, Vec<Row>) = (Vec::new(), Vec::new());
        for deletion in batch {
            let number = deletion.number_digest.as_ref().and_then(|digest| numbers.get(digest)).copied();
            let (told, number) = match deletion.what {
                Deleted::Register => (self.redo_register(context, write, number).await?, number),
                Deleted::Party => self.redo_party(write, deletion.party_id).await?,
            };
            let Some(told) = told else { continue };
            match deletion.what {
                Deleted::Register => redone.registers += 1,
                Deleted::Party => redone.parties += 1,
            }
            events.extend(told);
            let about = About { party_id: deletion.party_id, number, criteria: None };
            rows.push(Row::Entry(self.intent(context, about), self.succeeded(&Told::count(1))));
        }
        self.note_restored(write).await?;
        self.take_over_deletions(write, batch).await?;
        store::event::append(write, &events, now).await?;
        store::audit::append_all(write, &rows).await?;
        Ok(())
    }

    async fn redo_register(
        &self,
        context: &Context,
        write: &Write,
        number: Option<PersonalNumber>,
    ) -> Result<Option<Vec<NewEvent>>, Error> {
        let Some(number) = number else { return Ok(None) };
        let party = store::party::by_personal_number(write, number).await?;
        if store::register::get(write, number).await?.is_none() {
            return Ok(None);
        }
        let events = self.forget_parties(context, write, party.as_slice()).await?;
        store::register::delete(write, number).await?;
        Ok(Some(events))
    }

    async fn redo_party(
        &self,
        write: &Write,
        id: Option<Uuid>,
    ) -> Result<(Option<Vec<NewEvent>>, Option<PersonalNumber>), Error> {
        let party = match id {
            Some(id) => store::party::get(write, id).await?,
            None => None,
        };
        let Some(party) = party else { return Ok((None, None)) };
        // It had been taken off its cases before it was deleted.
        store::case::unrelate_everywhere(write, party.id).await?;
        store::party::delete(write, party.id, party.version).await?;
        let number = party.fields.personal_number;
        if let Some(number) = number {
            store::register::delete(write, number).await?;
            store::subscription::forget_ended(write, number).await?;
        }
        Ok((Some(vec![edit::delete(&party)]), number))
    }

    /// The deletions are this database's own from now on: under their own numbers where those are free.
    async fn take_over_deletions(&self, write: &Write, batch: &[Deletion]) -> Result<(), Error> {
        let latest = store::deletion::latest(write).await?;
        let (later, other): (Vec<Deletion>, Vec<Deletion>) =
            batch.iter().cloned().partition(|deletion| deletion.seq > latest);
        store::deletion::take_over(write, &later).await?;
        let renumber = |deletion: Deletion| NewDeletion {
            what: deletion.what,
            why: deletion.why,
            number_digest: deletion.number_digest,
            party_id: deletion.party_id,
        };
        let other: Vec<NewDeletion> = other.into_iter().map(renumber).collect();
        Ok(store::deletion::append(write, &other, self.clock.now()).await?)
    }

    /// Names the key of the digests without telling it.
    fn key_name(&self) -> String {
        let mut name = hex(hmac::sign(&self.digest_key, b"log of deletions").as_ref());
        name.truncate(16);
        name
    }
}

async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, store::Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|_| Error::Internal("a thread ended".to_owned()))??)
}
