//! Taking in a file: what it is, its bytes into the database, its row last. Whatever ends on the way leaves nothing that
//! counts, and the same file can be taken in again.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

use aws_lc_rs::digest;
use uuid::Uuid;

use super::super::{About, Actions, Context, Error, Told, hex};
use super::APPLY;
use crate::domain::audit::Intent;
use crate::domain::delivery::{Counts, Delivery, DeliveryProblem, Envelope, Reason, State};
use crate::registry::delivery::{Inspected, inspect};
use crate::store::delivery::{PART, PartWriter};
use crate::store::{self, Write};

/// How often the bytes are written anew when they were swept away meanwhile.
const TRIES: u32 = 3;

/// A file of ours, read to its end: what it is, its size and its hash.
pub(super) struct Examined {
    file: File,
    size: i64,
    content_hash: String,
    inspected: Inspected,
}

impl Examined {
    /// Reads the file from its beginning to its end.
    pub async fn of(mut file: File) -> Result<Examined, Error> {
        on_disk(move || {
            file.seek(SeekFrom::Start(0))?;
            let mut hash = digest::Context::new(&digest::SHA256);
            let mut piece = vec![0; PART];
            let mut size = 0_i64;
            loop {
                match file.read(&mut piece)? {
                    0 => break,
                    length => {
                        hash.update(&piece[..length]);
                        size += length as i64;
                    }
                }
            }
            let (file, inspected) = inspect(file)?;
            Ok(Examined { file, size, content_hash: hex(hash.finish().as_ref()), inspected })
        })
        .await
    }

    pub fn content_hash(&self) -> &str {
        &self.content_hash
    }

    /// It cannot be used as it is: it is something else, or not whole yet.
    pub fn is_unsound(&self) -> bool {
        matches!(self.inspected, Inspected::Refused(..))
    }
}

/// Where a file comes from.
pub(super) struct Origin {
    /// Its name there.
    pub file_name: Option<String>,
    /// No others come with it.
    pub is_alone: bool,
}

/// What is stored of a file.
struct Taken {
    delivery: Delivery,
    /// How many pieces its bytes are.
    pieces: i64,
    /// Why it is refused.
    problem: Option<DeliveryProblem>,
    /// No others come with it.
    is_alone: bool,
}

impl Actions {
    /// Takes in a file: a sound one with its bytes, a refused one with why. The same content again gives what is known of it.
    pub(super) async fn take_in(&self, context: &Context, from: Origin, examined: Examined) -> Result<Delivery, Error> {
        let about = About::criteria(format!("indhold {}", &examined.content_hash[..16]));
        let opened = self.open(context, about).await?;
        let taken = self.try_take_in(context, &opened, from, examined).await;
        if let Err(error) = &taken {
            self.give_up(&opened, error).await;
        }
        taken
    }

    async fn try_take_in(
        &self,
        context: &Context,
        opened: &Intent,
        from: Origin,
        examined: Examined,
    ) -> Result<Delivery, Error> {
        let Examined { mut file, size, content_hash, inspected } = examined;
        let (envelope, fault) = match inspected {
            Inspected::Sound(envelope) => {
                let fault = self.other_task(&envelope);
                (Some(envelope), fault)
            }
            Inspected::Refused(reason, problem) => (None, Some((reason, problem))),
        };
        let (reason, problem) = fault.unzip();
        let delivery = Delivery {
            id: Uuid::now_v7(),
            content_hash,
            file_name: from.file_name,
            size,
            envelope,
            state: if reason.is_some() { State::Refused } else { State::Received },
            reason,
            bridge: None,
            may_be_bridged: false,
            progress: 0,
            counts: Counts::default(),
            received_at: self.clock.now(),
            applied_at: None,
        };
        let known = store::delivery::by_content(&self.database.read(), &delivery.content_hash).await?;
        let needs_bytes = delivery.state == State::Received && known.is_none_or(|known| known.state == State::Refused);
        let mut taken = Taken { delivery, pieces: 0, problem, is_alone: from.is_alone };
        for _ in 0..TRIES {
            if needs_bytes {
                (file, taken.pieces) = self.store_bytes(&taken.delivery.content_hash, file).await?;
            }
            match self.try_finish(context, opened, async |write| self.store_taken(context, write, &taken).await).await {
                Err(Error::Stale(_)) => {}
                finished => return finished,
            }
        }
        Err(Error::Unavailable)
    }

    /// Where the task is configured, files of others are not for us.
    fn other_task(&self, envelope: &Envelope) -> Option<(Reason, DeliveryProblem)> {
        let ours = self.policy.task_number.as_ref().filter(|ours| **ours != envelope.task_number)?;
        let problem = DeliveryProblem {
            kind: "wrong-task".to_owned(),
            place: Some("post 1".to_owned()),
            text: format!("Filen hører til opgave {}, og her er opgave {ours} sat op.", envelope.task_number),
            party_id: None,
        };
        Some((Reason::WrongTask, problem))
    }

    /// The pieces of a file into the database; how many.
    async fn store_bytes(&self, content_hash: &str, mut file: File) -> Result<(File, i64), Error> {
        let parts = PartWriter::new(&self.database, content_hash);
        file = on_disk(move || file.seek(SeekFrom::Start(0)).map(|_| file)).await?;
        let mut number = 0;
        loop {
            let piece;
            (file, piece) = on_disk(move || {
                let mut piece = Vec::with_capacity(PART);
                (&file).take(PART as u64).read_to_end(&mut piece)?;
                Ok((file, piece))
            })
            .await?;
            if piece.is_empty() {
                return Ok((file, number));
            }
            parts.put(number, piece, self.clock.now()).await?;
            number += 1;
        }
    }

    /// The row of what was taken in, last of all; what stands in the database then.
    async fn store_taken(&self, context: &Context, write: &Write, taken: &Taken) -> Result<(Delivery, Told), Error> {
        let delivery = &taken.delivery;
        let is_sound = delivery.state == State::Received;
        if let Some(envelope) = delivery.envelope.as_ref().filter(|_| is_sound) {
            // Before any row is: whoever moves the chain does it in this order too.
            store::delivery::lock(write, &envelope.task_number).await?;
        }
        let known = store::delivery::by_content(write, &delivery.content_hash).await?;
        let is_new = match &known {
            None => true,
            Some(known) => known.state == State::Refused && is_sound,
        };
        if is_new && is_sound {
            let parts = PartWriter::new(&self.database, &delivery.content_hash);
            if !parts.are_there(write, taken.pieces).await? {
                return Err(Error::Stale(None));
            }
        }
        if is_new {
            match &known {
                None => store::delivery::insert(write, delivery).await?,
                Some(known) => {
                    let again = Delivery { id: known.id, ..delivery.clone() };
                    store::delivery::take_again(write, &again).await?;
                }
            }
            store::delivery::add_problems(write, delivery.id, taken.problem.as_slice()).await?;
        }
        if let Some(envelope) = delivery.envelope.as_ref().filter(|_| is_sound) {
            self.judge_deliveries(write, &envelope.task_number).await?;
        }
        let stands = store::delivery::by_content(write, &delivery.content_hash).await?.ok_or(Error::NotFound)?;
        if let Some(idempotency) = context.idempotency.as_ref().filter(|_| !stands.is_refused_for_itself()) {
            idempotency.complete(write, &context.caller.subject, &Ok(stands.id)).await?;
        }
        // Files that are fetched together are applied by their dates, so nobody begins before all are there.
        if is_sound && taken.is_alone {
            self.wake_after(write, APPLY).await?;
        }
        Ok((stands, Told::count(1)))
    }
}

/// Does what waits for a disk where it holds nobody up. A disk that is full or broken is no fault of the file's.
pub(super) async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| Error::Internal("a thread ended".to_owned()))?;
    done.map_err(|error| {
        tracing::warn!(fault = %error.kind(), "a temporary file fails");
        Error::Unavailable
    })
}
