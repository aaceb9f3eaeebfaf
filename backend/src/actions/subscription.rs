//! Following parties in CPR: reading how one is followed, trying again, and what a change means to who is followed.

mod reconcile;
mod scope;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::{About, Actions, Context, Error, Told};
use crate::domain::change::Changed;
use crate::domain::delivery::Delivery;
use crate::domain::freshness;
use crate::domain::page::{Page, PageRequest};
use crate::domain::party::Party;
use crate::domain::subscription::{
    Circumstances, NotSubscribed, PastReason, ReasonView, State, Subscription, not_subscribed_because,
};
use crate::store::subscription::{Counts, Whose};
use crate::store::{self, Connection, Write};

/// The job that brings what CPR follows to what is wanted.
pub(super) const RECONCILE: &str = "reconcile-subscriptions";

/// How a party is followed, as a caller may see it.
pub struct SubscriptionView {
    /// The party; `None` when nobody has the number any more.
    pub party_id: Option<Uuid>,
    /// Whether it is to be followed.
    pub wanted: bool,
    /// Where it stands, since when, and what is in the way.
    pub subscription: Option<Subscription>,
    /// The reasons that hold today.
    pub reasons: Vec<ReasonView>,
    /// The reasons that hold or held, the latest first.
    pub history: Vec<PastReasonView>,
    /// Why it is not followed.
    pub because: Option<NotSubscribed>,
}

/// A reason that holds or held, as a caller may see it.
pub struct PastReasonView {
    /// The reason.
    pub reason: PastReason,
    /// The case, for somebody who may read cases.
    pub case_number: Option<String>,
    /// When it ended; `None` while it holds.
    pub to: Option<DateTime<Utc>>,
}

/// Whether what is wanted is what CPR has confirmed, and how fresh what it delivered is.
pub struct Summary {
    /// Persons, and where their subscriptions stand.
    pub counts: Counts,
    /// The delivery that was applied last.
    pub last_delivery: Option<Delivery>,
    /// When the next one is expected to be ready.
    pub next_delivery_expected: Option<DateTime<Utc>>,
    /// For how long one has been due and is not applied.
    pub lag_seconds: Option<i64>,
    /// When wanted and confirmed are compared next by schedule.
    pub next_run_at: Option<DateTime<Utc>>,
    /// Which production dates are missing, by task.
    pub gaps: Vec<(String, NaiveDate)>,
}

impl Actions {
    /// How a party is followed.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get_party_subscription(&self, context: &Context, party_id: Uuid) -> Result<SubscriptionView, Error> {
        let told = |(_, party): &(SubscriptionView, Party)| Told::party(party_id, party.fields.personal_number);
        let (view, _) = self
            .read(context, About::party(party_id), told, async || {
                let read = self.database.read();
                let party = store::party::get(&read, party_id).await?.ok_or(Error::NotFound)?;
                let view = self.subscription_view(context, &read, &party).await?;
                Ok((view, party))
            })
            .await?;
        Ok(view)
    }

    /// What waits for its next attempt is due now.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::NotAvailableHere`] without a channel, a conflict when nothing waits.
    pub async fn retry_party_subscription(&self, context: &Context, party_id: Uuid) -> Result<SubscriptionView, Error> {
        let again = async |id: Uuid| {
            let read = self.database.read();
            let party = store::party::get(&read, id).await?.ok_or(Error::NotFound)?;
            self.subscription_view(context, &read, &party).await
        };
        let told = |_: &SubscriptionView| Told::party(party_id, None);
        self.once_of(context, async || self.retry(context, party_id).await, again, told).await
    }

    async fn retry(&self, context: &Context, party_id: Uuid) -> Result<SubscriptionView, Error> {
        self.act(context, About::party(party_id), async |write| {
            let party = store::party::get(write, party_id).await?.ok_or(Error::NotFound)?;
            if self.channel.is_none() {
                return Err(Error::NotAvailableHere("CPR Direkte er ikke sat op i denne installation.".to_owned()));
            }
            let view = self.subscription_view(context, write, &party).await?;
            let state = view.subscription.as_ref().map_or(State::None, |it| it.state);
            let refused = match (view.wanted, state) {
                (true, State::Failed) => {
                    Some("CPR kender ikke CPR-nummeret. Der prøves igen, når parten har fået et andet.")
                }
                (true, State::Active) | (false, State::Ended) => {
                    Some("Abonnementet er, som det skal være. Der er intet at prøve igen.")
                }
                (false, State::None) => Some("Parten skal ikke følges. Der er intet at prøve igen."),
                _ => None,
            };
            if let Some(detail) = refused {
                return Err(Error::Conflict(detail.to_owned()));
            }
            if let Some(it) = &view.subscription {
                store::subscription::make_due(write, it.number, self.clock.now()).await?;
            }
            self.wake_after(write, RECONCILE).await?;
            let view = self.subscription_view(context, write, &party).await?;
            Ok((view, Told::party(party_id, party.fields.personal_number)))
        })
        .await
    }

    /// Every subscription, or those in one state.
    ///
    /// # Errors
    /// As every read.
    pub async fn list_subscriptions(
        &self,
        context: &Context,
        state: Option<State>,
        page: PageRequest,
    ) -> Result<Page<SubscriptionView>, Error> {
        let about = About::criteria(state.map_or("alle", State::name));
        self.read(context, about, Told::page, async || {
            let read = self.database.read();
            let page = match state {
                Some(State::None) => store::subscription::list_untouched(&read, self.today(), &page).await?,
                state => store::subscription::list(&read, state, &page).await?,
            };
            self.subscription_views(context, &read, page).await
        })
        .await
    }

    /// Whether what is wanted is what CPR has confirmed.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_subscription_summary(&self, context: &Context) -> Result<Summary, Error> {
        self.read(context, About::default(), |_| Told::count(1), async || self.summary().await).await
    }

    /// The same, for whoever tells nobody about anybody.
    pub(super) async fn summary(&self) -> Result<Summary, Error> {
        let read = self.database.read();
        let course = store::delivery::course(&read, self.policy.task_number.as_deref()).await?;
        let last = course.map(|course| course.chain.last);
        Ok(Summary {
            counts: store::subscription::count(&read, self.today()).await?,
            last_delivery: store::delivery::last_applied(&read).await?,
            next_delivery_expected: last.map(|last| freshness::ready_at(freshness::working_day_after(last))),
            lag_seconds: last.map(|last| freshness::lag_seconds(last, self.clock.now())),
            next_run_at: self.next_run_at(RECONCILE),
            gaps: store::delivery::gaps(&read).await?,
        })
    }

    async fn subscription_view(
        &self,
        context: &Context,
        on: &impl Connection,
        party: &Party,
    ) -> Result<SubscriptionView, Error> {
        self.subscription_of(on, party, self.reads_cases(context)).await
    }

    /// How a party is followed, for somebody who may read cases or may not.
    pub(super) async fn subscription_of(
        &self,
        on: &impl Connection,
        party: &Party,
        reads_cases: bool,
    ) -> Result<SubscriptionView, Error> {
        let id = party.id;
        let subscription = match store::subscription::numbers_of(on, &[id]).await?.get(&id) {
            Some(number) => store::subscription::get(on, *number).await?,
            None => None,
        };
        let mut facts = self.facts(on, &[id], reads_cases).await?;
        let parties = BTreeMap::from([(id, party)]);
        Ok(facts.view(self, Some(id), subscription, &parties))
    }

    async fn subscription_views(
        &self,
        context: &Context,
        on: &impl Connection,
        page: Page<Subscription>,
    ) -> Result<Page<SubscriptionView>, Error> {
        let ids: Vec<Uuid> = page.items.iter().map(|it| it.party_id).collect();
        let parties = store::party::get_many(on, &ids).await?;
        let parties: BTreeMap<Uuid, &Party> = parties.iter().map(|party| (party.id, party)).collect();
        let numbers = store::subscription::numbers_of(on, &ids).await?;
        let mut facts = self.facts(on, &ids, self.reads_cases(context)).await?;
        Ok(page.map(|it| {
            // The party may be gone, or have another number by now.
            let party_id = Some(it.party_id).filter(|id| numbers.get(id) == Some(&it.number));
            facts.view(self, party_id, Some(it), &parties)
        }))
    }

    async fn facts(&self, on: &impl Connection, ids: &[Uuid], reads_cases: bool) -> Result<Facts, Error> {
        let today = self.today();
        let followings = store::subscription::followings(on, ids, today).await?;
        let reasons = followings.into_iter().map(|(id, following)| {
            (id, following.reasons.into_iter().map(|reason| ReasonView::of(reason, reads_cases)).collect())
        });
        Ok(Facts {
            reasons: reasons.collect(),
            history: store::subscription::history(on, ids).await?,
            opted_out: store::subscription::opted_out(on, ids, today).await?,
            reads_cases,
            now: self.clock.now(),
        })
    }

    /// Whether the caller may read cases.
    pub(super) fn reads_cases(&self, context: &Context) -> bool {
        context.caller.meets(self.policy.case_reading)
    }

    /// Cases, or who is on them, have changed: the record of reasons follows, and CPR is asked at once, not at night. To be
    /// called late in the transaction.
    pub(super) async fn follow_anew(&self, write: &Write, whose: Whose<'_>) -> Result<(), Error> {
        store::subscription::note_reasons(write, whose, self.clock.now()).await?;
        self.wake_after(write, RECONCILE).await
    }

    /// A party has changed: whether that means something to who is to be followed. Then the record of reasons follows; CPR is
    /// to be asked after the events of the transaction.
    pub(super) async fn follow_number(
        &self,
        write: &Write,
        before: Option<&Party>,
        changed: &Changed,
        at: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let party = &changed.party;
        store::subscription::moved(write, &changed.moved, at).await?;
        let (old, new) = (before.and_then(|before| before.fields.personal_number), party.fields.personal_number);
        if old == new {
            return Ok(!changed.moved.is_empty());
        }
        if let Some(new) = new {
            store::subscription::adopt(write, new, party.id).await?;
        }
        // A new party is on no case.
        if before.is_none() {
            return Ok(false);
        }
        if let Some(old) = old {
            if !party.former_numbers.contains(&old) {
                store::subscription::end_reasons(write, party.id, at).await?;
            }
            store::subscription::forget_ended(write, old).await?;
        }
        store::subscription::note_reasons(write, Whose::Party(party.id), at).await?;
        Ok(true)
    }
}

/// The date whose state of CPR a delivery is.
pub fn produced(delivery: &Delivery) -> Option<NaiveDate> {
    delivery.envelope.as_ref().map(|envelope| envelope.link.production_date)
}

/// What belongs to the subscriptions of some parties.
struct Facts {
    reasons: BTreeMap<Uuid, Vec<ReasonView>>,
    history: BTreeMap<Uuid, Vec<PastReason>>,
    opted_out: std::collections::BTreeSet<Uuid>,
    reads_cases: bool,
    now: DateTime<Utc>,
}

impl Facts {
    fn view(
        &mut self,
        actions: &Actions,
        party_id: Option<Uuid>,
        subscription: Option<Subscription>,
        parties: &BTreeMap<Uuid, &Party>,
    ) -> SubscriptionView {
        let of_party = |id: Uuid| (self.reasons.remove(&id), self.history.remove(&id));
        let (reasons, history) = party_id.map(of_party).unwrap_or_default();
        let reasons = reasons.unwrap_or_default();
        let (now, reads_cases) = (self.now, self.reads_cases);
        let past = |reason: PastReason| PastReasonView {
            case_number: Some(reason.case_number.clone()).filter(|_| reads_cases),
            to: reason.to(now),
            reason,
        };
        let wanted = !reasons.is_empty();
        let because = party_id.and_then(|id| parties.get(&id)).and_then(|party| {
            not_subscribed_because(&Circumstances {
                kind: party.fields.kind,
                number: party.fields.personal_number,
                wanted,
                opted_out: self.opted_out.contains(&party.id),
                state: subscription.as_ref().map_or(State::None, |it| it.state),
                channel: actions.channel.is_some(),
            })
        });
        SubscriptionView {
            party_id,
            wanted,
            subscription,
            reasons,
            history: history.unwrap_or_default().into_iter().map(past).collect(),
            because,
        }
    }
}
