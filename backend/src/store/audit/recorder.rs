//! Many callers' rows in one commit.

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::{Row, append_all};
use crate::store::{Database, Error};

/// At most so many rows share a commit.
const BATCH: usize = 256;

/// Rows that wait while a commit is under way; who comes later waits to be let in.
const WAITING: usize = 4 * BATCH;

/// Appends rows that belong to no transaction of their own, several callers' rows in one commit. Cheap to clone; ends when
/// the last clone is gone and everything that was handed in is stored.
///
/// A caller must not hold a [`Write`](crate::store::Write) while it waits: on SQLite there is only one.
#[derive(Debug, Clone)]
pub struct Recorder {
    queue: mpsc::Sender<Waiting>,
}

struct Waiting {
    row: Row,
    done: oneshot::Sender<Result<(), Error>>,
}

impl Recorder {
    /// Starts the task that stores; the handle ends after the last [`Recorder`].
    pub fn start(database: Database) -> (Recorder, JoinHandle<()>) {
        let (queue, waiting) = mpsc::channel(WAITING);
        (Recorder { queue }, tokio::spawn(store(database, waiting)))
    }

    /// Returns when the row is committed.
    ///
    /// # Errors
    /// As every write: then the row is not stored, and what it speaks of must not happen or be told. A row that cannot be
    /// stored fails alone.
    pub async fn record(&self, row: Row) -> Result<(), Error> {
        let (done, answer) = oneshot::channel();
        let stopped = || Error::Unavailable("the log is closed".to_owned());
        self.queue.send(Waiting { row, done }).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

async fn store(database: Database, mut waiting: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let (rows, callers): (Vec<Row>, Vec<_>) = batch.drain(..).map(|waiting| (waiting.row, waiting.done)).unzip();
        let stored = commit(&database, &rows).await;
        // One caller's bad row must not take the others along.
        let alone = rows.len() > 1 && !matches!(stored, Ok(()) | Err(Error::Unavailable(_)));
        for (row, caller) in rows.iter().zip(callers) {
            let answer = if alone { commit(&database, std::slice::from_ref(row)).await } else { stored.clone() };
            // Who does not wait any more has gone away; the row stands all the same.
            let _ = caller.send(answer);
        }
    }
}

async fn commit(database: &Database, rows: &[Row]) -> Result<(), Error> {
    let write = database.begin().await?;
    append_all(&write, rows).await?;
    write.commit().await
}
