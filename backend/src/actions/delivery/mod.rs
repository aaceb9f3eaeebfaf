//! CPR's change files as people see them: which came, what became of them, sending one in, trying one again. How they are
//! fetched is in [`receive`], whose turn it is in [`turn`].

mod intake;
mod receive;
mod turn;

use std::fs::File;

use uuid::Uuid;

use super::{About, Actions, Context, Error, Told};
use crate::domain::delivery::{Bridge, Delivery, DeliveryProblem, State};
use crate::domain::page::{Page, PageRequest};
use crate::store::{self, Write};
use intake::Origin;

/// The jobs, by name.
const RECEIVE: &str = "receive-deliveries";
const APPLY: &str = "apply-deliveries";

impl Actions {
    /// The deliveries, what came last first.
    ///
    /// # Errors
    /// As every read.
    pub async fn list_deliveries(
        &self,
        context: &Context,
        state: Option<State>,
        page: PageRequest,
    ) -> Result<Page<Delivery>, Error> {
        self.read(context, About::criteria("alle"), Told::page, async || {
            Ok(store::delivery::list(&self.database.read(), state, &page).await?)
        })
        .await
    }

    /// One delivery.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get_delivery(&self, context: &Context, id: Uuid) -> Result<Delivery, Error> {
        self.read(context, about(id), |_| Told::count(1), async || self.delivery(id).await).await
    }

    /// What is wrong with a delivery or with persons in it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn list_delivery_problems(
        &self,
        context: &Context,
        id: Uuid,
        page: PageRequest,
    ) -> Result<Page<DeliveryProblem>, Error> {
        self.read(context, about(id), Told::page, async || {
            self.delivery(id).await?;
            Ok(store::delivery::problems(&self.database.read(), id, &page).await?)
        })
        .await
    }

    /// Whether change files may be sent in.
    ///
    /// # Errors
    /// [`Error::NotAvailableHere`].
    pub fn check_upload(&self) -> Result<(), Error> {
        if self.policy.upload {
            return Ok(());
        }
        Err(Error::NotAvailableHere("Det er ikke slået til her, at leverancer sendes ind.".to_owned()))
    }

    /// Takes in a change file that somebody sent: `file` holds its bytes. The same content again is the same delivery.
    ///
    /// # Errors
    /// [`Error::DeliveryRefused`], [`Error::NotAvailableHere`].
    pub async fn upload_delivery(
        &self,
        context: &Context,
        file_name: Option<String>,
        file: File,
    ) -> Result<Delivery, Error> {
        self.check_upload()?;
        let examined = intake::Examined::of(file).await?;
        let mut context = context.clone();
        if let Some(idempotency) = &mut context.idempotency {
            idempotency.body_digest.push_str(examined.content_hash());
        }
        let work = async || {
            let delivery = self.take_in(&context, Origin { file_name, is_alone: true }, examined).await?;
            if delivery.is_refused_for_itself() { Err(self.refusal_of(&delivery).await?) } else { Ok(delivery) }
        };
        self.once_of(&context, work, async |id| self.delivery(id).await, |_| Told::count(1)).await
    }

    /// Tries a delivery again: one that waits is looked at anew, or let go although something is missing; one that was refused is
    /// fetched again from where it came.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Conflict`] when that makes no sense.
    pub async fn retry_delivery(&self, context: &Context, id: Uuid, bridge: Option<String>) -> Result<Delivery, Error> {
        let work = async || {
            self.act(context, about(id), async |write| {
                if let Some(envelope) = &self.delivery(id).await?.envelope {
                    // Before any row is: whoever moves the chain does it in this order too.
                    store::delivery::lock(write, &envelope.task_number).await?;
                }
                let delivery = store::delivery::get_one(write, id).await?.ok_or(Error::NotFound)?;
                match bridge {
                    Some(reason) => self.bridge(context, write, &delivery, reason).await?,
                    None => self.try_again(write, &delivery).await?,
                }
                if let Some(idempotency) = &context.idempotency {
                    idempotency.complete(write, &context.caller.subject, &Ok(id)).await?;
                }
                let delivery = store::delivery::get_one(write, id).await?.ok_or(Error::NotFound)?;
                Ok((delivery, Told::count(1)))
            })
            .await
        };
        self.once_of(context, work, async |id| self.delivery(id).await, |_| Told::count(1)).await
    }

    async fn bridge(&self, context: &Context, write: &Write, delivery: &Delivery, reason: String) -> Result<(), Error> {
        if let Some(envelope) = &delivery.envelope {
            self.judge_deliveries(write, &envelope.task_number).await?;
        }
        let delivery = store::delivery::get_one(write, delivery.id).await?.ok_or(Error::NotFound)?;
        let (Some(task_number), State::Waiting) = (delivery.envelope.map(|it| it.task_number), delivery.state) else {
            return Err(Error::Conflict("Kun en leverance, der venter, kan springe noget over.".to_owned()));
        };
        // What is older would be refused for good: it has to go first.
        if !delivery.may_be_bridged {
            let detail = "En ældre leverance af samme opgave er ikke indlæst endnu. Begynd med den.";
            return Err(Error::Conflict(detail.to_owned()));
        }
        let bridge = Bridge { reason, by: context.caller.subject.clone(), at: self.clock.now() };
        store::delivery::bridge(write, delivery.id, &bridge).await?;
        self.judge_deliveries(write, &task_number).await?;
        self.wake_after(write, APPLY).await
    }

    async fn try_again(&self, write: &Write, delivery: &Delivery) -> Result<(), Error> {
        match (delivery.state, &delivery.envelope, &delivery.file_name) {
            (State::Received | State::Waiting | State::Applying, Some(envelope), _) => {
                self.judge_deliveries(write, &envelope.task_number).await?;
                self.wake_after(write, APPLY).await
            }
            (State::Refused, _, Some(name)) => {
                store::delivery::forget_seen(write, name).await?;
                self.wake_after(write, RECEIVE).await
            }
            (State::Refused, ..) => Err(Error::Conflict("Indholdet er ikke gemt. Send filen ind igen.".to_owned())),
            _ => Err(Error::Conflict("Leverancen er indlæst.".to_owned())),
        }
    }

    async fn delivery(&self, id: Uuid) -> Result<Delivery, Error> {
        store::delivery::get_one(&self.database.read(), id).await?.ok_or(Error::NotFound)
    }

    /// Why a delivery was refused, in its own words.
    async fn refusal_of(&self, delivery: &Delivery) -> Result<Error, Error> {
        let first = PageRequest { limit: 1, after: None };
        let problems = store::delivery::problems(&self.database.read(), delivery.id, &first).await?;
        let text = match problems.items.first() {
            Some(problem) => match &problem.place {
                Some(place) => format!("{} ({place})", problem.text),
                None => problem.text.clone(),
            },
            None => delivery.reason.map(|reason| reason.text().to_owned()).unwrap_or_default(),
        };
        Ok(Error::DeliveryRefused(text))
    }
}

fn about(id: Uuid) -> About {
    About::criteria(format!("leverance {id}"))
}
