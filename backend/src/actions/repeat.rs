//! Requests that may be sent again (`Idempotency-Key`): the same key and body act once, however often they come.
//!
//! The key is claimed before the act; the outcome is stored in the transaction of the act, so that a crash leaves either both
//! or neither. A claim whose process died is free again when its lease is over.

use std::time::Duration;

use uuid::Uuid;

use super::{About, Actions, Context, Error, Told};
use crate::domain::protection::PartyView;
use crate::store::idempotency::{self, Claim, Request};
use crate::store::{self, Write};

const KEPT_FOR: chrono::Duration = chrono::Duration::hours(24);
const LEASE: chrono::Duration = chrono::Duration::seconds(60);
/// How long the second of two simultaneous requests waits for the first.
const PATIENCE: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// How a caller makes a request repeatable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// The caller's key.
    pub key: String,
    /// A digest of operation, path and body.
    pub body_digest: String,
}

impl Idempotency {
    fn request(&self, actor: &str) -> Request {
        Request { actor: actor.to_owned(), key: self.key.clone(), body_digest: self.body_digest.clone() }
    }

    /// Stores the outcome, in the transaction of the act.
    pub(super) async fn complete(
        &self,
        write: &Write,
        actor: &str,
        outcome: &Result<Uuid, Error>,
    ) -> Result<(), store::Error> {
        let outcome = serde_json::to_value(outcome)
            .map_err(|_| store::Error::Internal("an outcome has no JSON form".to_owned()))?;
        idempotency::complete(write, &self.request(actor), &outcome).await
    }
}

impl Actions {
    /// Acts once for the key of the context; without a key, acts. `work` answers the party that it wrote, and stores the
    /// outcome through [`Actions::try_finish`]; a repeated request gets the party as it is now, and is noted too.
    pub(super) async fn once(
        &self,
        context: &Context,
        work: impl AsyncFnOnce() -> Result<PartyView, Error>,
    ) -> Result<PartyView, Error> {
        let told = |party: &PartyView| Told::party(party.id, party.personal_number);
        self.once_of(context, work, async |id| self.current(context, id).await, told).await
    }

    /// As [`Actions::once`], of anything that has an id: `current` reads it as it is now.
    pub(super) async fn once_of<T>(
        &self,
        context: &Context,
        work: impl AsyncFnOnce() -> Result<T, Error>,
        current: impl AsyncFnOnce(Uuid) -> Result<T, Error>,
        told: impl FnOnce(&T) -> Told,
    ) -> Result<T, Error> {
        let Some(idempotency) = &context.idempotency else { return work().await };
        let actor = &context.caller.subject;
        for _ in 0..PATIENCE {
            let known: Result<Uuid, Error> = match self.claim(&idempotency.request(actor)).await? {
                Claim::First => {
                    let result = work().await;
                    if let Err(error) = &result {
                        self.settle(actor, idempotency, error).await;
                    }
                    return result;
                }
                Claim::UnderWay => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Claim::Mismatch => Err(Error::IdempotencyMismatch),
                Claim::Done(outcome) => serde_json::from_value(outcome)
                    .map_err(|_| Error::Internal("a stored outcome cannot be read".to_owned()))?,
            };
            let again = About::criteria("gentaget forespørgsel");
            return match known {
                Ok(id) => self.read(context, again, told, async || current(id).await).await,
                Err(error) => {
                    self.note_again(context, again, &error).await?;
                    Err(error)
                }
            };
        }
        Err(Error::Conflict("Den samme forespørgsel er stadig i gang. Prøv igen om lidt.".to_owned()))
    }

    async fn claim(&self, request: &Request) -> Result<Claim, Error> {
        let now = self.clock.now();
        let write = self.database.begin().await?;
        let claim = idempotency::claim(&write, request, now, now + LEASE, now + KEPT_FOR).await?;
        write.commit().await?;
        Ok(claim)
    }

    /// Keeps a refusal for the next time; frees the key when trying again can help.
    async fn settle(&self, actor: &str, idempotency: &Idempotency, error: &Error) {
        let passing = matches!(
            error,
            Error::Unavailable
                | Error::Interrupted
                | Error::Internal(_)
                | Error::CprUnavailable
                | Error::CprRefused
                | Error::Stale(_)
        );
        let settled = async {
            let write = self.database.begin().await?;
            if passing {
                idempotency::release(&write, &idempotency.request(actor)).await?;
            } else {
                idempotency.complete(&write, actor, &Err(error.clone())).await?;
            }
            write.commit().await
        };
        if let Err(fault) = settled.await {
            tracing::warn!(%fault, "an idempotency key waits for its lease to end");
        }
    }
}
