//! The job `reconcile-subscriptions`: who is to be followed, beside whom CPR has confirmed; the difference is asked of CPR.
//!
//! Each question has an audit entry of its own and lies between two transactions: the first writes that CPR is being asked,
//! the second what it said. A process that dies in between leaves somebody who is being asked for, and the next run asks
//! again, which is no harm at CPR.

use chrono::{DateTime, Utc};
use cpr::PersonalNumber;
use futures_util::{StreamExt, stream};

use crate::actions::job::Run;
use crate::actions::{About, Actions, Context, Error, Told};
use crate::domain::apply::{self, Delivered};
use crate::domain::audit::Intent;
use crate::domain::event::{EventType, NewEvent};
use crate::domain::job::Report;
use crate::domain::order::Moment;
use crate::domain::party::Party;
use crate::domain::person::Status;
use crate::domain::subscription::{Retry, State, Step, Subscription, next_step};
use crate::registry::{Answer, Channel, ChannelError, State as ChannelState};
use crate::store::audit::Row;
use crate::store::subscription::{Gap, Place};
use crate::store::{self, Write};

/// How many questions are under way at a time.
const AT_ONCE: usize = 4;
/// How many persons are read at a time.
const PAGE: u32 = 200;

/// What became of a step.
enum Taken {
    /// CPR follows.
    Subscribed,
    /// CPR no longer follows.
    Ended,
    /// CPR will not follow this person.
    Failed,
    /// CPR is asked again later.
    Waiting,
    /// CPR would not do it for anybody.
    Stopped(Error),
}

impl Actions {
    /// Asks CPR to follow whom it does not follow yet, and to stop following whom nobody needs any more. Leads to the same
    /// state however often it runs.
    ///
    /// # Errors
    /// [`Error::CprUnavailable`] and [`Error::CprRefused`] when CPR cannot be asked at all, [`Error::Interrupted`], the
    /// database's. What is done stays.
    pub async fn reconcile_subscriptions(&self, run: &Run) -> Result<Report, Error> {
        let mut report = Report::default();
        if let Some(channel) = &self.channel {
            self.close_gap(run, channel.as_ref(), &mut report).await?;
        }
        let counts = store::subscription::count(&self.database.read(), self.today()).await?;
        report.add("wanted", counts.wanted);
        report.add("confirmed", counts.confirmed);
        Ok(report)
    }

    async fn close_gap(&self, run: &Run, channel: &dyn Channel, report: &mut Report) -> Result<(), Error> {
        let (today, by_hand) = (self.today(), run.requested_by_hand());
        let (mut place, mut done) = (Place::START, 0);
        while place != Place::End {
            let (gaps, next) = store::subscription::gap(&self.database.read(), today, place, PAGE).await?;
            place = next;
            let now = self.clock.now();
            let mut due: Vec<(Subscription, Step)> = Vec::with_capacity(gaps.len());
            for Gap { wanted, subscription, successor_confirmed } in gaps {
                match next_step(wanted, &subscription, successor_confirmed, now, by_hand) {
                    Some(step) => due.push((subscription, step)),
                    None => report.add("waiting", 1),
                }
            }
            let mut work =
                stream::iter(due).map(|(it, step)| self.take(run, channel, it, step)).buffer_unordered(AT_ONCE);
            while let Some(taken) = work.next().await {
                match taken? {
                    Taken::Subscribed => report.add("subscribed", 1),
                    Taken::Ended => report.add("ended", 1),
                    Taken::Failed => report.add("failed", 1),
                    Taken::Waiting => report.add("waiting", 1),
                    Taken::Stopped(error) => return Err(error),
                }
                done += 1;
                run.progress(done, None).await?;
            }
        }
        Ok(())
    }

    async fn take(&self, run: &Run, channel: &dyn Channel, it: Subscription, step: Step) -> Result<Taken, Error> {
        let operation = match step {
            Step::Subscribe => "subscribe_person",
            Step::Unsubscribe => "unsubscribe_person",
            Step::Close => "close_subscription",
        };
        let asking = Asking { actions: self, run, channel, context: run.context(operation) };
        let about = About { number: Some(it.number), ..About::party(it.party_id) };
        let opened = self.open(&asking.context, about).await?;
        let taken = match step {
            Step::Subscribe => asking.subscribe(&opened, it).await,
            Step::Unsubscribe => asking.unsubscribe(&opened, it).await,
            Step::Close => asking.end(&opened, it).await,
        };
        if let Err(error) = &taken {
            self.give_up(&opened, error).await;
        }
        taken
    }
}

/// A question to CPR about one person.
struct Asking<'a> {
    actions: &'a Actions,
    run: &'a Run,
    channel: &'a dyn Channel,
    context: Context,
}

impl Asking<'_> {
    async fn subscribe(&self, opened: &Intent, it: Subscription) -> Result<Taken, Error> {
        let wanted_by = it.party_id;
        let it = self
            .write(async |write, now| {
                let before = current(write, it).await?;
                let asked = before.request(wanted_by, now);
                store::subscription::put(write, &asked).await?;
                if before.state != State::Requested {
                    tell(write, EventType::SubscriptionRequested, &asked, now).await?;
                }
                Ok(asked)
            })
            .await?;
        let answer = match self.channel.subscribe(it.number).await {
            Ok(answer) => answer,
            Err(error) => return self.fail(opened, it, error).await,
        };
        let confirmed = match answer {
            None => self.confirm(opened, &it, None).await,
            Some(answer) => match self.confirm(opened, &it, Some(answer)).await {
                Err(error) if !matches!(error, Error::Unavailable | Error::Interrupted) => {
                    // CPR follows, whatever is wrong with what it told.
                    tracing::warn!(code = error.code(), "what CPR told with a confirmation could not be applied");
                    self.confirm(opened, &it, None).await
                }
                confirmed => confirmed,
            },
        };
        confirmed.map(|()| Taken::Subscribed)
    }

    async fn unsubscribe(&self, opened: &Intent, it: Subscription) -> Result<Taken, Error> {
        let it = self
            .write(async |write, now| {
                let asked = current(write, it).await?.request_end(now);
                store::subscription::put(write, &asked).await?;
                Ok(asked)
            })
            .await?;
        match self.channel.unsubscribe(it.number).await {
            Ok(()) => self.end(opened, it).await,
            // Whom CPR does not know it does not follow.
            Err(error) if error.retry == Retry::WhenNumberChanges => self.end(opened, it).await,
            Err(error) => self.fail(opened, it, error).await,
        }
    }

    /// CPR has confirmed, and told of the person or has not.
    async fn confirm(&self, opened: &Intent, it: &Subscription, answer: Option<Answer>) -> Result<(), Error> {
        let actions = self.actions;
        actions
            .try_finish(&self.context, opened, async |write| {
                let party = store::party::followed_by(write, it.number).await?;
                let now = actions.clock.now();
                let it = current(write, it.clone()).await?.confirm(now);
                store::subscription::put(write, &it).await?;
                if let (Some(party), Some(answer)) = (&party, answer) {
                    self.apply(write, party, it.number, answer).await?;
                }
                tell(write, EventType::SubscriptionActive, &it, now).await?;
                self.run.hold(write).await?;
                Ok(((), Told::count(1)))
            })
            .await
    }

    /// What CPR told with the confirmation is a look-up.
    async fn apply(&self, write: &Write, party: &Party, number: PersonalNumber, answer: Answer) -> Result<(), Error> {
        let register = self.actions.register(answer.person);
        let known = party.register.as_ref();
        let same_person = known.filter(|known| known.person.personal_number == number);
        if same_person.is_some_and(|known| !Moment::from(&register).replaces(&known.into())) {
            return Ok(());
        }
        // A party whose number CPR moved comes along to the one that was asked for.
        let moved_from: Vec<_> = party.fields.personal_number.into_iter().filter(|own| *own != number).collect();
        let was_double = known.is_some_and(|known| known.person.status == Some(Status::Deleted));
        let deleted = if was_double { moved_from.clone() } else { Vec::new() };
        let current = register.person.current_number;
        let current = current.filter(|_| register.person.status.as_ref().is_some_and(Status::is_moved));
        let holder = match current {
            Some(current) => store::party::by_personal_number(write, current).await?,
            None => None,
        };
        let current_number_held_by = holder.map(|holder| holder.id).filter(|holder| *holder != party.id);
        let delivered = Delivered { register, moved_from, deleted, current_number_held_by };
        let changed = apply::apply(party, delivered, None);
        self.actions.store_change(&self.context, write, Some(party), changed, Some(answer.records)).await?;
        Ok(())
    }

    /// CPR no longer follows, or never did.
    async fn end(&self, opened: &Intent, it: Subscription) -> Result<Taken, Error> {
        let actions = self.actions;
        actions
            .try_finish(&self.context, opened, async |write| {
                let now = actions.clock.now();
                let it = current(write, it).await?.end(now);
                store::subscription::put(write, &it).await?;
                store::subscription::forget_ended(write, it.number).await?;
                // Of a person who is followed by another number from now on nothing has ended.
                if it.moved_to.is_none() {
                    tell(write, EventType::SubscriptionEnded, &it, now).await?;
                }
                self.run.hold(write).await?;
                Ok((Taken::Ended, Told::count(1)))
            })
            .await
    }

    /// CPR did not do it.
    async fn fail(&self, opened: &Intent, it: Subscription, error: ChannelError) -> Result<Taken, Error> {
        let problem = match error.retry {
            Retry::Later => Error::CprUnavailable,
            Retry::WhenNumberChanges => Error::CprPersonNotFound,
            Retry::WhenConfigurationChanges => Error::CprRefused,
        };
        self.write(async |write, now| {
            let before = current(write, it).await?;
            let failed = before.fail(&error.code, error.retry, now);
            store::subscription::put(write, &failed).await?;
            if failed.state == State::Failed && before.state != State::Failed {
                tell(write, EventType::SubscriptionFailed, &failed, now).await?;
            }
            self.run.hold(write).await?;
            store::audit::append(write, &Row::Outcome(opened.id, self.actions.unsuccessful(&problem))).await?;
            Ok(())
        })
        .await?;
        Ok(match (error.retry, self.channel.state()) {
            (Retry::WhenNumberChanges, _) => Taken::Failed,
            (Retry::WhenConfigurationChanges, _) | (_, ChannelState::Refused | ChannelState::NoAccess) => {
                Taken::Stopped(Error::CprRefused)
            }
            (Retry::Later, ChannelState::Unreachable) => Taken::Stopped(Error::CprUnavailable),
            (Retry::Later, ChannelState::Ready) => Taken::Waiting,
        })
    }

    async fn write<T>(&self, work: impl AsyncFnOnce(&Write, DateTime<Utc>) -> Result<T, Error>) -> Result<T, Error> {
        let write = self.actions.database.begin().await?;
        let value = work(&write, self.actions.clock.now()).await?;
        write.commit().await?;
        self.actions.news.notify_waiters();
        Ok(value)
    }
}

/// The subscription as it stands now, locked.
async fn current(write: &Write, it: Subscription) -> Result<Subscription, Error> {
    Ok(store::subscription::get(write, it.number).await?.unwrap_or(it))
}

async fn tell(write: &Write, type_: EventType, it: &Subscription, at: DateTime<Utc>) -> Result<(), Error> {
    let event = NewEvent { type_, party_id: it.party_id, changed_fields: vec!["subscription".to_owned()] };
    store::event::append(write, &[event], at).await?;
    Ok(())
}
