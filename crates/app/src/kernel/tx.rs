//! One unit of change.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Instant;

use carefolk_domain::Moment;
use carefolk_store::WriteTx;
use sea_orm::DatabaseTransaction;
use tokio::sync::Notify;

use super::error::Error;
use super::meters::Meters;

/// A kind of work that workers can be woken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bell {
    /// Something waits to be delivered.
    Deliveries,
    /// Something waits to be processed.
    Inbound,
    /// A job waits.
    Jobs,
    /// Something said to many waits to be written out.
    FanOuts,
}

/// Every bell, its bit, and the letter that stands for it on its way to other processes.
const BELLS: [(Bell, u8, char); 4] = [
    (Bell::Deliveries, 1, 'd'),
    (Bell::Inbound, 2, 'i'),
    (Bell::Jobs, 4, 'j'),
    (Bell::FanOuts, 8, 'f'),
];

/// Wakes workers, here and in other processes. A bell may be lost without harm: workers also look
/// by themselves.
#[derive(Debug, Default)]
pub(crate) struct Bells {
    /// Something waits to be delivered.
    pub(crate) deliveries: Notify,
    /// Something waits to be processed.
    pub(crate) inbound: Notify,
    /// A job waits.
    pub(crate) jobs: Notify,
    /// Something said to many waits to be written out.
    pub(crate) fan_outs: Notify,
    /// Which bells are still to be rung in other processes.
    outward: AtomicU8,
    rung: Notify,
}

impl Bells {
    /// Wakes workers for `bell` here at once, and elsewhere soon.
    pub(crate) fn ring(&self, bell: Bell) {
        self.wake(bell);
        for (_, bit, _) in BELLS.iter().filter(|(of, ..)| *of == bell) {
            self.outward.fetch_or(*bit, Ordering::Relaxed);
        }
        self.rung.notify_one();
    }

    /// Wakes workers here for what another process rang.
    pub(crate) fn heard(&self, letters: &str) {
        for (bell, ..) in BELLS.iter().filter(|(.., letter)| letters.contains(*letter)) {
            self.wake(*bell);
        }
    }

    /// Waits until something is to be rung elsewhere, and takes it.
    pub(crate) async fn outward(&self) -> String {
        loop {
            let bits = self.outward.swap(0, Ordering::Relaxed);
            if bits != 0 {
                let rung = BELLS.iter().filter(|(_, bit, _)| bits & bit != 0);
                return rung.map(|(.., letter)| *letter).collect();
            }
            self.rung.notified().await;
        }
    }

    fn wake(&self, bell: Bell) {
        match bell {
            Bell::Deliveries => self.deliveries.notify_one(),
            Bell::Inbound => self.inbound.notify_one(),
            Bell::Jobs => self.jobs.notify_one(),
            Bell::FanOuts => self.fan_outs.notify_one(),
        }
    }
}

/// One unit of change. Dropped without [`Tx::commit`], it leaves no trace.
#[must_use = "a change that is not committed leaves no trace"]
pub struct Tx {
    inner: WriteTx,
    now: Moment,
    bells: Arc<Bells>,
    /// Where the whole is measured; a part is not.
    meters: Option<Arc<Meters>>,
    ring_deliveries: AtomicBool,
    ring_jobs: AtomicBool,
    ring_fan_outs: AtomicBool,
}

impl Tx {
    pub(crate) fn new(
        inner: WriteTx,
        now: Moment,
        bells: Arc<Bells>,
        meters: Option<Arc<Meters>>,
    ) -> Self {
        let [ring_deliveries, ring_jobs, ring_fan_outs] =
            std::array::from_fn(|_bell| AtomicBool::new(false));
        Self { inner, now, bells, meters, ring_deliveries, ring_jobs, ring_fan_outs }
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
    pub fn ring_deliveries(&self) {
        self.ring_deliveries.store(true, Ordering::Relaxed);
    }

    /// Wakes the worker of jobs once this is committed.
    pub(crate) fn ring_jobs(&self) {
        self.ring_jobs.store(true, Ordering::Relaxed);
    }

    /// Wakes who writes out what is said to many, once this is committed.
    pub(crate) fn ring_fan_outs(&self) {
        self.ring_fan_outs.store(true, Ordering::Relaxed);
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
        if self.ring_deliveries.load(Ordering::Relaxed) {
            self.bells.ring(Bell::Deliveries);
        }
        if self.ring_jobs.load(Ordering::Relaxed) {
            self.bells.ring(Bell::Jobs);
        }
        if self.ring_fan_outs.load(Ordering::Relaxed) {
            self.bells.ring(Bell::FanOuts);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn what_is_rung_here_is_rung_elsewhere_once_and_wakes_who_waits_there() {
        let (here, there) = (Bells::default(), Bells::default());
        here.ring(Bell::Jobs);
        here.ring(Bell::Deliveries);
        here.ring(Bell::Jobs);
        let letters = here.outward().await;
        assert_eq!(letters, "dj");
        let again = tokio::time::timeout(Duration::from_millis(50), here.outward()).await;
        assert!(again.is_err(), "nothing is left to be rung");
        there.heard(&letters);
        let both = async { tokio::join!(there.jobs.notified(), there.deliveries.notified()) };
        assert!(tokio::time::timeout(Duration::from_secs(5), both).await.is_ok());
        let quiet = tokio::time::timeout(Duration::from_millis(50), there.inbound.notified()).await;
        assert!(quiet.is_err());
        // What was heard is not rung once more.
        let back = tokio::time::timeout(Duration::from_millis(50), there.outward()).await;
        assert!(back.is_err());
    }
}
