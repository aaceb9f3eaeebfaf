//! The jobs `purge` and `purge-preview`: what nobody needs any more goes for good.
//!
//! A purge first counts, then asks [`domain::retention::hold`](crate::domain::retention::hold) whether the numbers can be right,
//! then deletes, a small batch a transaction: register, party, history, previews, the log of deletions, events, and an entry in
//! the audit log for each person. Within the transaction the need is looked at again, under the party's lock.

use chrono::{DateTime, Days, NaiveDate, Utc};
use cpr::PersonalNumber;
use uuid::Uuid;

use super::job::Run;
use super::{About, Actions, Context, Error, Told};
use crate::domain::event::NewEvent;
use crate::domain::job::Report;
use crate::domain::party::{ChangeSource, Party, PartyVersion};
use crate::domain::retention::{self, Deleted, Hold, NewDeletion, Survey, Why};
use crate::store::audit::Row;
use crate::store::party::Change;
use crate::store::retention::{Aged, Candidate};
use crate::store::{self, Write};

/// Persons that go in one transaction.
const BATCH: usize = 100;
/// Persons that are looked at, and rows of other kinds that go, at once.
const PAGE: u32 = 1_000;

/// The names under which it is remembered how many cases there were, and that a database was restored.
const CASES: &str = "purge-cases";
const RESTORED: &str = "restored-at";

impl Actions {
    /// Deletes what CPR said of persons whom nobody needs, and whatever else has had its time.
    ///
    /// # Errors
    /// [`Error::PurgeHeld`] when nobody asked for the run and a person has to look first: then only what goes by its age alone
    /// is gone. [`Error::Interrupted`], the database's. What is done stays.
    pub async fn purge(&self, run: &Run) -> Result<Report, Error> {
        // The day that was counted for is the day that is deleted for, also when a run goes on past midnight.
        let today = self.today();
        let mut report = Report::default();
        self.note_first_days(run).await?;
        for aged in Aged::ALL {
            report.add(aged.name(), self.remove_aged(run, aged).await?);
        }
        let (survey, looked_at) = self.survey(run, today).await?;
        let before = self.remembered_cases().await?;
        let by_hand = run.requested_by_hand();
        if let Some(hold) = self.hold(&survey, before).await?.filter(|_| !by_hand) {
            tracing::warn!(code = hold.code(), due = survey.due, "the purge waits until somebody starts it by hand");
            return Err(Error::PurgeHeld(hold));
        }
        let forgotten = self.forget_due(run, today, looked_at).await?;
        report.add("persons", forgotten);
        report.add("needed", looked_at.saturating_sub(forgotten));
        self.remember(&survey, before, by_hand).await?;
        if forgotten > 0 {
            self.rub_out(run).await?;
        }
        self.copy_deletions().await;
        self.shorten_deletion_file().await;
        Ok(report)
    }

    /// Counts what [`Actions::purge`] would delete now, and deletes nothing. `held` is 1 when it would wait for a person.
    ///
    /// # Errors
    /// [`Error::Interrupted`], the database's.
    pub async fn purge_preview(&self, run: &Run) -> Result<Report, Error> {
        let today = self.today();
        let mut report = Report::default();
        self.note_first_days(run).await?;
        for aged in Aged::ALL {
            let before = self.aged_before(aged);
            report.add(aged.name(), store::retention::count_aged(&self.database.read(), aged, before).await?);
        }
        let (survey, looked_at) = self.survey(run, today).await?;
        let held = self.hold(&survey, self.remembered_cases().await?).await?;
        report.add("persons", survey.due);
        report.add("needed", looked_at - survey.due);
        report.add("held", u64::from(held.is_some()));
        Ok(report)
    }

    /// Notes that the database was restored: what happened to cases since is not known here.
    pub(super) async fn note_restored(&self, write: &Write) -> Result<(), Error> {
        Ok(store::remembered::put(write, RESTORED, &self.clock.now().to_rfc3339()).await?)
    }

    /// Removes what CPR said from these parties, and everything that shows it; what to tell the feed. The parties are locked.
    pub(super) async fn forget_parties(
        &self,
        context: &Context,
        write: &Write,
        parties: &[Party],
    ) -> Result<Vec<NewEvent>, Error> {
        let at = self.clock.now();
        let ids: Vec<Uuid> = parties.iter().map(|party| party.id).collect();
        let numbers: Vec<PersonalNumber> = parties.iter().filter_map(|party| party.fields.personal_number).collect();
        let mut histories = store::party::histories(write, &ids).await?;
        let (mut changed, mut versions, mut rewritten, mut events) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for party in parties {
            let history = histories.remove(&party.id).unwrap_or_default();
            let forgotten = retention::forget(party, &history, at);
            rewritten.extend(forgotten.history);
            if !forgotten.changed.is_new_version() {
                continue;
            }
            events.extend(forgotten.changed.events);
            versions.push(PartyVersion {
                party_id: party.id,
                version: forgotten.changed.party.version,
                at,
                by: context.caller.subject.clone(),
                source: ChangeSource::Retention,
                changes: forgotten.changed.changes,
            });
            changed.push((party, forgotten.changed.party));
        }
        store::register::delete_many(write, &numbers).await?;
        let changes: Vec<Change<'_>> = changed.iter().map(|(before, after)| Change { before, after }).collect();
        store::party::update_many(write, &changes).await?;
        store::party::rewrite_versions(write, &rewritten).await?;
        store::party::insert_versions(write, &versions).await?;
        store::retention::remove_shadows(write, &ids, &numbers).await?;
        Ok(events)
    }

    /// What an earlier version of this program kept has no day yet on which it was needed.
    async fn note_first_days(&self, run: &Run) -> Result<(), Error> {
        loop {
            run.go_on()?;
            let write = self.database.begin().await?;
            let noted = store::retention::note_first_day(&write, PAGE).await?;
            run.hold(&write).await?;
            write.commit().await?;
            if noted < PAGE as usize {
                return Ok(());
            }
        }
    }

    async fn remove_aged(&self, run: &Run, aged: Aged) -> Result<u64, Error> {
        let before = self.aged_before(aged);
        let mut removed = 0;
        loop {
            run.go_on()?;
            let write = self.database.begin().await?;
            let some = store::retention::remove_aged(&write, aged, before, PAGE).await?;
            run.hold(&write).await?;
            write.commit().await?;
            removed += some;
            if some == 0 {
                return Ok(removed);
            }
        }
    }

    /// What is older than this goes.
    fn aged_before(&self, aged: Aged) -> DateTime<Utc> {
        let now = self.clock.now();
        match aged {
            Aged::Previews | Aged::IdempotencyKeys => now,
            Aged::Events | Aged::DeliveryProblems | Aged::Deletions => now
                .checked_sub_days(Days::new(self.policy.retention.event_days.into()))
                .unwrap_or(DateTime::<Utc>::MIN_UTC),
        }
    }

    /// Counts whose data may go, and how many persons were looked at for that.
    async fn survey(&self, run: &Run, today: NaiveDate) -> Result<(Survey, u64), Error> {
        let (persons, cases) = store::retention::totals(&self.database.read()).await?;
        let (mut due, mut looked_at, mut after) = (0, 0, None);
        loop {
            run.progress(0, None).await?;
            let page = self.candidates(today, after).await?;
            due += page.iter().filter(|candidate| self.is_due(candidate, today)).count() as u64;
            looked_at += page.len() as u64;
            after = page.last().map(|last| (last.facts.noted_on, last.number));
            if page.len() < PAGE as usize {
                return Ok((Survey { due, persons, cases }, looked_at));
            }
        }
    }

    async fn forget_due(&self, run: &Run, today: NaiveDate, total: u64) -> Result<u64, Error> {
        let (mut forgotten, mut done, mut after) = (0, 0, None);
        loop {
            let page = self.candidates(today, after).await?;
            for batch in page.chunks(BATCH) {
                run.progress(done, Some(total.max(done))).await?;
                forgotten += self.forget_batch(run, batch, today).await?;
                done += batch.len() as u64;
            }
            after = page.last().map(|last| (last.facts.noted_on, last.number));
            if page.len() < PAGE as usize {
                return Ok(forgotten);
            }
        }
    }

    async fn forget_batch(&self, run: &Run, batch: &[Candidate], today: NaiveDate) -> Result<u64, Error> {
        let context = run.context("forget_person");
        let numbers: Vec<PersonalNumber> = batch.iter().map(|candidate| candidate.number).collect();
        let write = self.database.begin().await?;
        let parties = store::party::by_personal_numbers(&write, &numbers).await?;
        // Nobody can come to a case, or be looked up, until we are done.
        let seen = store::retention::facts_of(&write, &numbers, today).await?;
        let (due, kept): (Vec<Candidate>, Vec<Candidate>) =
            seen.into_iter().partition(|candidate| self.is_due(candidate, today));
        let needed: Vec<(PersonalNumber, NaiveDate)> = kept
            .iter()
            .map(|candidate| (candidate.number, retention::last_needed_on(&candidate.facts, today)))
            .collect();
        store::retention::note_needed(&write, &needed).await?;
        let due: Vec<PersonalNumber> = due.iter().map(|candidate| candidate.number).collect();
        let is_due = |party: &Party| party.fields.personal_number.is_some_and(|number| due.contains(&number));
        let parties: Vec<Party> = parties.into_iter().filter(is_due).collect();
        let events = self.forget_parties(&context, &write, &parties).await?;
        // Of numbers that no party has there is nothing but the row.
        store::register::delete_many(&write, &due).await?;

        let now = self.clock.now();
        let (mut deletions, mut rows) = (Vec::new(), Vec::new());
        for number in &due {
            let party = parties.iter().find(|party| party.fields.personal_number == Some(*number));
            let about = About { party_id: party.map(|party| party.id), number: Some(*number), criteria: None };
            let intent = self.intent(&context, about);
            deletions.push(NewDeletion {
                what: Deleted::Register,
                why: Why::Expired,
                number_digest: intent.number_digest.clone(),
                party_id: intent.party_id,
            });
            rows.push(Row::Entry(intent, self.succeeded(&Told::count(1))));
        }
        store::deletion::append(&write, &deletions, now).await?;
        store::event::append(&write, &events, now).await?;
        run.hold(&write).await?;
        store::audit::append_all(&write, &rows).await?;
        write.commit().await?;
        self.news.notify_waiters();
        Ok(due.len() as u64)
    }

    async fn candidates(
        &self,
        today: NaiveDate,
        after: Option<store::retention::Place>,
    ) -> Result<Vec<Candidate>, Error> {
        let before = retention::looked_at_before(self.policy.retention.register_days, today);
        Ok(store::retention::candidates(&self.database.read(), before, today, after, PAGE).await?)
    }

    fn is_due(&self, candidate: &Candidate, today: NaiveDate) -> bool {
        let days = self.policy.retention.register_days;
        retention::may_go_from(&candidate.facts, days, today).is_some_and(|from| from <= today)
    }

    async fn hold(&self, survey: &Survey, cases_before: Option<u64>) -> Result<Option<Hold>, Error> {
        let restored = store::remembered::get(&self.database.read(), RESTORED).await?.is_some();
        Ok(retention::hold(survey, cases_before, restored))
    }

    async fn remembered_cases(&self) -> Result<Option<u64>, Error> {
        let cases = store::remembered::get(&self.database.read(), CASES).await?;
        Ok(cases.and_then(|cases| cases.parse().ok()))
    }

    async fn remember(&self, survey: &Survey, before: Option<u64>, by_hand: bool) -> Result<(), Error> {
        let write = self.database.begin().await?;
        if let Some(cases) = retention::cases_to_remember(survey, before, by_hand) {
            store::remembered::put(&write, CASES, &cases.to_string()).await?;
        }
        if by_hand {
            store::remembered::forget(&write, RESTORED).await?;
        }
        Ok(write.commit().await?)
    }

    /// Rubs out the words that parties were found by, and empties the write-ahead log.
    async fn rub_out(&self, run: &Run) -> Result<(), Error> {
        let mut first = true;
        loop {
            run.go_on()?;
            let write = self.database.begin().await?;
            let more = store::party::rub_out_words(&write, first).await?;
            write.commit().await?;
            first = false;
            if !more {
                break;
            }
        }
        Ok(self.database.checkpoint().await?)
    }
}
