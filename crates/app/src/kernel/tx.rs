//! One unit of change.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use carefolk_domain::Moment;
use carefolk_store::WriteTx;
use sea_orm::DatabaseTransaction;
use tokio::sync::Notify;

use super::error::Error;
use super::meters::Meters;

/// Wakes workers. A bell may be lost without harm: workers also look by themselves.
#[derive(Debug, Default)]
pub struct Bells {
    /// Something waits to be delivered.
    pub deliveries: Notify,
    /// Something waits to be processed.
    pub inbound: Notify,
    /// A job waits.
    pub jobs: Notify,
}

/// One unit of change. Dropped without [`Tx::commit`], it leaves no trace.
#[must_use = "a change that is not committed leaves no trace"]
pub struct Tx {
    inner: WriteTx,
    now: Moment,
    bells: Arc<Bells>,
    /// Where the whole is measured; a part is not.
    meters: Option<Arc<Meters>>,
    ring_deliveries: bool,
    ring_jobs: AtomicBool,
}

impl Tx {
    pub(crate) fn new(
        inner: WriteTx,
        now: Moment,
        bells: Arc<Bells>,
        meters: Option<Arc<Meters>>,
    ) -> Self {
        let ring_jobs = AtomicBool::new(false);
        Self { inner, now, bells, meters, ring_deliveries: false, ring_jobs }
    }

    /// The same moment for everything in this change.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// Where statements go.
    pub fn conn(&self) -> &DatabaseTransaction {
        self.inner.conn()
    }

    /// The store's own transaction, for its dialect functions.
    pub(crate) fn store(&self) -> &WriteTx {
        &self.inner
    }

    /// A part of this change that can fail alone; its `commit` merges it into this one.
    pub(crate) async fn part(&self) -> Result<Self, Error> {
        let inner = self.inner.savepoint().await?;
        Ok(Self::new(inner, self.now, Arc::clone(&self.bells), None))
    }

    /// Wakes the delivery workers once this is committed.
    pub fn ring_deliveries(&mut self) {
        self.ring_deliveries = true;
    }

    /// Wakes the worker of jobs once this is committed.
    pub(crate) fn ring_jobs(&self) {
        self.ring_jobs.store(true, Ordering::Relaxed);
    }

    /// Makes the change durable, then rings the bells.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] or [`Error::Store`]; then nothing has changed.
    pub async fn commit(self) -> Result<(), Error> {
        let begun = Instant::now();
        self.inner.commit().await?;
        if let Some(meters) = &self.meters {
            meters.committing.add(begun.elapsed());
        }
        if self.ring_deliveries {
            self.bells.deliveries.notify_one();
        }
        if self.ring_jobs.load(Ordering::Relaxed) {
            self.bells.jobs.notify_one();
        }
        Ok(())
    }
}
