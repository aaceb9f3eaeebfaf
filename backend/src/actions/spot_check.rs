//! Spot checks of the log (*stikprøver*): drawing a sample nobody can foresee or steer, and noting what was found out.

use std::collections::{BTreeMap, BinaryHeap};

use aws_lc_rs::hmac;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{About, Actions, Context, Error, Told, hex};
use crate::domain::audit::{AuditCriteria, Entry};
use crate::domain::page::{Page, PageRequest};
use crate::domain::spot_check::{Drawn, Finding, LookUp, Note, Progress, SpotCheck};
use crate::store::{self, Connection};

/// What is *recent* when nothing is said.
const RECENT: TimeDelta = TimeDelta::days(30);
/// How many rows of the log are looked at together.
const BATCH: u32 = 5_000;

/// From when to draw, and how many.
pub struct Draw {
    /// At or after; `None`: 30 days before `to`.
    pub from: Option<DateTime<Utc>>,
    /// Before; `None`: now.
    pub to: Option<DateTime<Utc>>,
    /// How many.
    pub size: u32,
}

/// A sample with what was drawn.
pub struct Sample {
    /// The sample.
    pub progress: Progress,
    /// What was drawn, in the order of the draw.
    pub drawn: Vec<Drawn>,
}

impl Actions {
    /// Draws a sample of look-ups without case relation.
    ///
    /// # Errors
    /// A time that ends before it begins.
    pub async fn draw_audit_sample(&self, context: &Context, draw: Draw) -> Result<Sample, Error> {
        let current = async |id: Uuid| self.sample(&self.database.read(), id).await;
        self.once_of(context, async || self.draw(context, draw).await, current, told).await
    }

    async fn draw(&self, context: &Context, draw: Draw) -> Result<Sample, Error> {
        let now = self.clock.now();
        let to = draw.to.unwrap_or(now);
        let from = draw.from.unwrap_or(to - RECENT);
        if from >= to {
            return Err(Error::field("/from", "Skal ligge før sluttidspunktet."));
        }
        let mut seed = [0; 32];
        aws_lc_rs::rand::fill(&mut seed).map_err(|_| Error::Internal("the system has no randomness".to_owned()))?;
        let opened = self.open(context, About::criteria("stikprøve")).await?;
        // The log may be long: nobody who writes waits while it is read.
        let lot = match self.look_through(Lot::new(&seed, draw.size as usize), from, to).await {
            Ok(lot) => lot,
            Err(error) => {
                self.give_up(&opened, &error).await;
                return Err(error);
            }
        };
        let spot_check = SpotCheck {
            id: Uuid::now_v7(),
            drawn_at: now,
            drawn_by: context.caller.subject.clone(),
            reason: context.reason.clone(),
            from,
            to,
            size: draw.size,
            seed: hex(&seed),
            eligible: lot.eligible,
            set_aside: lot.set_aside,
        };
        self.finish(context, &opened, async |write| {
            let id = spot_check.id;
            store::spot_check::insert(write, &spot_check, &lot.drawn()).await?;
            if let Some(idempotency) = &context.idempotency {
                idempotency.complete(write, &context.caller.subject, &Ok(id)).await?;
            }
            let sample = self.sample(write, id).await?;
            let told = told(&sample);
            Ok((sample, told))
        })
        .await
    }

    /// Puts every look-up of a time into the lot, or sets it aside.
    async fn look_through(&self, mut lot: Lot, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Lot, Error> {
        let read = self.database.read();
        let mut after = store::spot_check::place_before(&read, from).await?;
        loop {
            let batch = store::spot_check::look_ups(&read, from, to, after, BATCH).await?;
            let Some(last) = batch.last() else { return Ok(lot) };
            after = last.seq;
            batch.into_iter().for_each(|look_up| lot.take(look_up));
        }
    }

    /// The samples, newest first.
    ///
    /// # Errors
    /// As every read.
    pub async fn list_audit_samples(&self, context: &Context, page: PageRequest) -> Result<Page<Progress>, Error> {
        self.read(context, About::criteria("stikprøver"), Told::page, async || {
            Ok(store::spot_check::list(&self.database.read(), &page).await?)
        })
        .await
    }

    /// A sample with what was drawn.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get_audit_sample(&self, context: &Context, id: Uuid) -> Result<Sample, Error> {
        self.read(context, About::criteria(format!("stikprøve {id}")), told, async || {
            self.sample(&self.database.read(), id).await
        })
        .await
    }

    /// Notes what was found out about a look-up of a sample.
    ///
    /// # Errors
    /// [`Error::NotFound`], a conflict when the look-up is the caller's own, a note that is missing.
    pub async fn note_audit_sample_entry(
        &self,
        context: &Context,
        id: Uuid,
        entry_id: Uuid,
        finding: Finding,
        text: Option<String>,
    ) -> Result<Drawn, Error> {
        if finding != Finding::InOrder && text.is_none() {
            return Err(Error::field("/note", "Skriv, hvad der er fundet ud af."));
        }
        let current = async |_| self.drawn_one(&self.database.read(), id, entry_id).await;
        let told = |drawn: &Drawn| Told { party_id: party_of(drawn), ..Told::count(1) };
        let note = async || {
            self.act(context, About::criteria(format!("stikprøve {id}")), async |write| {
                let drawn = self.drawn_one(write, id, entry_id).await?;
                let caller = &context.caller.subject;
                if drawn.entry.is_some_and(|entry| entry.intent.who() == caller || entry.intent.actor == *caller) {
                    return Err(Error::Conflict("Ingen bedømmer sit eget opslag. Lad en anden gøre det.".to_owned()));
                }
                let note = Note { at: self.clock.now(), by: caller.clone(), finding, text };
                store::spot_check::note(write, id, entry_id, &note).await?;
                let drawn = self.drawn_one(write, id, entry_id).await?;
                let told = told(&drawn);
                // Where a party is told, `finish` keeps the outcome.
                if let (Some(idempotency), None) = (&context.idempotency, told.party_id) {
                    idempotency.complete(write, caller, &Ok(id)).await?;
                }
                Ok((drawn, told))
            })
            .await
        };
        self.once_of(context, note, current, told).await
    }

    async fn sample(&self, on: &impl Connection, id: Uuid) -> Result<Sample, Error> {
        let progress = store::spot_check::get_one(on, id).await?.ok_or(Error::NotFound)?;
        let entries = store::spot_check::entries(on, id, None).await?;
        Ok(Sample { progress, drawn: with_entries(on, entries).await? })
    }

    async fn drawn_one(&self, on: &impl Connection, id: Uuid, entry_id: Uuid) -> Result<Drawn, Error> {
        let entries = store::spot_check::entries(on, id, Some(entry_id)).await?;
        with_entries(on, entries).await?.pop().ok_or(Error::NotFound)
    }
}

fn told(sample: &Sample) -> Told {
    Told::count(i64::try_from(sample.drawn.len()).unwrap_or(i64::MAX))
}

fn party_of(drawn: &Drawn) -> Option<Uuid> {
    let entry = drawn.entry.as_ref()?;
    entry.ending.as_ref().and_then(|ending| ending.party_id).or(entry.intent.party_id)
}

async fn with_entries(on: &impl Connection, found: Vec<(Uuid, Vec<Note>)>) -> Result<Vec<Drawn>, store::Error> {
    let ids: Vec<Uuid> = found.iter().map(|(id, _)| *id).collect();
    let page = PageRequest { limit: u32::try_from(ids.len()).unwrap_or(u32::MAX).max(1), after: None };
    let criteria = AuditCriteria { ids: Some(ids), ..AuditCriteria::default() };
    let entries = store::audit::list(on, &criteria, &page).await?.items;
    let mut entries: BTreeMap<Uuid, Entry> = entries.into_iter().map(|entry| (entry.intent.id, entry)).collect();
    let drawn = |(entry_id, notes)| Drawn { entry_id, entry: entries.remove(&entry_id), notes };
    Ok(found.into_iter().map(drawn).collect())
}

/// A draw under way: of all that is put in, those with the smallest keyed digests stay. Who has the seed can draw again and
/// finds the same.
struct Lot {
    key: hmac::Key,
    size: usize,
    eligible: u64,
    set_aside: u64,
    /// The largest digest on top.
    smallest: BinaryHeap<([u8; 32], Uuid)>,
}

impl Lot {
    fn new(seed: &[u8], size: usize) -> Lot {
        let key = hmac::Key::new(hmac::HMAC_SHA256, seed);
        Lot { key, size, eligible: 0, set_aside: 0, smallest: BinaryHeap::with_capacity(size + 1) }
    }

    fn take(&mut self, look_up: LookUp) {
        if look_up.is_related {
            self.set_aside += 1;
        } else {
            self.eligible += 1;
            self.put(look_up.entry_id);
        }
    }

    fn put(&mut self, entry_id: Uuid) {
        let mut digest = [0; 32];
        digest.copy_from_slice(hmac::sign(&self.key, entry_id.as_bytes()).as_ref());
        self.smallest.push((digest, entry_id));
        if self.smallest.len() > self.size {
            self.smallest.pop();
        }
    }

    fn drawn(self) -> Vec<Uuid> {
        self.smallest.into_sorted_vec().into_iter().map(|(_, entry_id)| entry_id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(seed: &[u8], size: usize) -> Vec<Uuid> {
        let mut lot = Lot::new(seed, size);
        (0..1_000).for_each(|entry| lot.put(Uuid::from_u128(entry)));
        lot.drawn()
    }

    #[test]
    fn the_same_seed_draws_the_same_and_another_seed_others() {
        assert_eq!(draw(b"one", 20), draw(b"one", 20));
        assert_ne!(draw(b"one", 20), draw(b"two", 20));
        assert_eq!(draw(b"one", 20).len(), 20);
    }

    #[test]
    fn a_larger_sample_begins_with_the_smaller_one_and_everything_can_be_drawn() {
        assert_eq!(draw(b"one", 40)[..20], draw(b"one", 20));
        assert_eq!(draw(b"one", 5_000).len(), 1_000);
    }

    #[test]
    fn every_look_up_has_the_same_chance() {
        let mut hits = [0_u32; 10];
        for seed in 0..200_u32 {
            for entry in draw(&seed.to_be_bytes(), 50) {
                hits[(entry.as_u128() / 100) as usize] += 1;
            }
        }
        // 1,000 a tenth on average; the seeds are fixed, so this never wavers.
        assert!(hits.iter().all(|hits| (900..1_100).contains(hits)), "{hits:?}");
    }
}
