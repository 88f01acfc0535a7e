//! Group commit: what comes in floods is written by one task, many items to one transaction.
//!
//! A durable commit costs a write to the disk, however much is in it. So whoever has an item hands
//! it over and waits; the task takes what is waiting, writes it with one closure in one
//! transaction, commits, and only then answers.

use std::future::Future;
use std::pin::Pin;

use sea_orm::DbErr;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::db::Db;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// How many items go into one transaction at most: past this, statements get long and gain little.
pub const GROUP_MAX: usize = 256;

/// How many items may wait before callers are told [`StoreError::Busy`]: a quarter of a second.
pub const GROUP_QUEUE: usize = 4_096;

/// What the closure of a [`GroupWriter`] returns: the answers, in the order of the items.
pub type GroupFuture<'a, R> = Pin<Box<dyn Future<Output = Result<Vec<R>, StoreError>> + Send + 'a>>;

/// Hands items to the task that writes them. Cheap to clone; the task ends with the last clone.
#[derive(Debug)]
pub struct GroupWriter<T, R> {
    door: mpsc::Sender<Waiting<T, R>>,
}

impl<T, R> Clone for GroupWriter<T, R> {
    fn clone(&self) -> Self {
        Self { door: self.door.clone() }
    }
}

#[derive(Debug)]
struct Waiting<T, R> {
    item: T,
    answer: oneshot::Sender<Result<R, StoreError>>,
}

impl<T: Send + 'static, R: Send + 'static> GroupWriter<T, R> {
    /// Starts the task. `write` gets the transaction and at most [`GROUP_MAX`] items, oldest
    /// first, and gives one answer for each; it does not commit.
    ///
    /// The handle ends when every clone of the writer is gone and all that was waiting is
    /// written: whoever stops the server drops the writers and waits for it.
    pub fn spawn<W>(db: Db, write: W) -> (Self, JoinHandle<()>)
    where
        W: for<'a> Fn(&'a WriteTx, Vec<T>) -> GroupFuture<'a, R> + Send + Sync + 'static,
    {
        let (door, queue) = mpsc::channel(GROUP_QUEUE);
        #[expect(
            clippy::disallowed_methods,
            reason = "the handle goes to the caller, who waits for it at shutdown"
        )]
        let task = tokio::spawn(serve(db, queue, write));
        (Self { door }, task)
    }

    /// How many items wait for their turn.
    pub fn waiting(&self) -> usize {
        self.door.max_capacity() - self.door.capacity()
    }

    /// Writes `item` and returns its answer once it is durable.
    ///
    /// # Errors
    ///
    /// [`StoreError::Busy`] at once when [`GROUP_QUEUE`] items wait; the error of the whole
    /// transaction when that failed, and then nothing of it was written;
    /// [`StoreError::Unavailable`] when the task has ended.
    pub async fn write(&self, item: T) -> Result<R, StoreError> {
        let (answer, told) = oneshot::channel();
        self.door.try_send(Waiting { item, answer }).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => ended(),
        })?;
        match told.await {
            Ok(result) => result,
            Err(_dropped) => Err(ended()),
        }
    }
}

fn ended() -> StoreError {
    StoreError::Unavailable(DbErr::Custom("the group writer has ended".to_owned()))
}

async fn serve<T, R, W>(db: Db, mut queue: mpsc::Receiver<Waiting<T, R>>, write: W)
where
    T: Send + 'static,
    R: Send + 'static,
    W: for<'a> Fn(&'a WriteTx, Vec<T>) -> GroupFuture<'a, R> + Send + Sync + 'static,
{
    let mut taken = Vec::with_capacity(GROUP_MAX);
    while queue.recv_many(&mut taken, GROUP_MAX).await > 0 {
        let (items, askers): (Vec<T>, Vec<_>) =
            taken.drain(..).map(|waiting| (waiting.item, waiting.answer)).unzip();
        match write_group(&db, items, askers.len(), &write).await {
            Ok(answers) => {
                for (asker, answer) in askers.into_iter().zip(answers) {
                    // Who went away meanwhile needs no answer; the item is written all the same.
                    drop(asker.send(Ok(answer)));
                }
            }
            Err(error) => {
                tracing::warn!(%error, items = askers.len(), "a group commit failed");
                for asker in askers {
                    drop(asker.send(Err(error.clone())));
                }
            }
        }
    }
}

async fn write_group<T, R, W>(
    db: &Db,
    items: Vec<T>,
    count: usize,
    write: &W,
) -> Result<Vec<R>, StoreError>
where
    W: for<'a> Fn(&'a WriteTx, Vec<T>) -> GroupFuture<'a, R>,
{
    let tx = db.begin().await?;
    let answers = write(&tx, items).await?;
    if answers.len() != count {
        return Err(StoreError::bug(format!("{count} items got {} answers", answers.len())));
    }
    tx.commit().await?;
    Ok(answers)
}
