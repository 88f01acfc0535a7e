//! Delivering: claim a batch, send each, write down what came of it.

use std::time::{Duration, Instant};

use carefolk_domain::Span;
use carefolk_store::dialect::{self, DeliveryClaim};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::Outbox;
use super::parcels::Try;
use super::settle::Tried;
use crate::kernel::LOOK_EVERY;
use crate::kernel::error::{Error, chain};
use crate::kernel::guard::guarded;
use crate::kernel::ports::Receipt;

/// How many deliveries may be in flight at once, whatever their hosts.
const IN_FLIGHT: usize = 512;

/// How many are claimed at once.
const BATCH: usize = 256;

/// How long the worker waits at least before it claims less than a batch: a claim looks at every
/// host, and one for each result would cost more than the sending.
const CLAIM_EVERY: Duration = Duration::from_millis(100);

/// The same by what the last claim took: with ten thousand hosts a claim takes a tenth of a second. At most
/// a fifth of the time goes to claims of less than a batch, and nobody waits longer than [`CLAIM_WAIT_MAX`].
const REST_FOR_CLAIM: u32 = 4;
const CLAIM_WAIT_MAX: Duration = Duration::from_millis(500);

/// How many may be in flight to one host (P5).
const WINDOW_PER_HOST: u32 = 8;

/// How long a worker may take for a delivery before another may take it over: longer than
/// two tries at it, 20 s each.
const LEASE: Span = Span::minutes(1);

/// How long results are gathered before they are written together.
const GATHER: Duration = Duration::from_millis(15);

/// How many results are written together at most.
const GATHER_MAX: usize = 256;

/// For how long results are tried to be written, and how long after each other: with the twenty seconds
/// that a delivery takes it is over about when the lease is.
const SETTLE_WITHIN: Duration = Duration::from_secs(30);
const SETTLE_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// How many lots of results that the database refuses are tried again at once.
const LATE_MAX: usize = 16;

impl Outbox<'_> {
    /// Writes out what is to be said, claims what is due now, sends it all and writes down what came of it;
    /// returns how many were sent.
    ///
    /// # Errors
    ///
    /// [`Error::Store`]: what was claimed is tried again when its lease ends.
    pub async fn deliver_due(&self) -> Result<usize, Error> {
        while self.fan_out_some().await? {}
        let tries = self.claim(BATCH).await?;
        let count = tries.len();
        let mut flying: FuturesUnordered<_> = tries.into_iter().map(|t| self.send(t)).collect();
        let mut done = Vec::with_capacity(count);
        while let Some(tried) = flying.next().await {
            done.push(tried);
        }
        self.settle(&done).await?;
        Ok(count)
    }

    /// Delivers until told to stop. Results are written as they come, so that a host that hangs
    /// holds up nothing but its own deliveries (P6); what is in flight at the end is awaited.
    ///
    /// Each delivery is a task of its own: one that waited here unpolled, with a connection to the
    /// database in its hands, would hold up the very claim that this loop waits for.
    pub(crate) async fn deliver_until(&self, stop: &CancellationToken) {
        let mut flying: JoinSet<Tried> = JoinSet::new();
        let mut late: JoinSet<()> = JoinSet::new();
        let mut look = true;
        let mut rests_until = Instant::now();
        while !stop.is_cancelled() || !flying.is_empty() {
            let room = IN_FLIGHT - flying.len();
            let rested = Instant::now() >= rests_until;
            if look && room > 0 && (room >= BATCH || rested) && !stop.is_cancelled() {
                let begun = Instant::now();
                let wanted = room.min(BATCH);
                let tries = self.claim(wanted).await.unwrap_or_else(|error| {
                    tracing::error!(%error, "deliveries could not be claimed");
                    Vec::new()
                });
                let rest = (begun.elapsed() * REST_FOR_CLAIM).min(CLAIM_WAIT_MAX);
                rests_until = begun + rest.max(CLAIM_EVERY);
                look = tries.len() == wanted;
                for attempt in tries {
                    let app = self.0.clone();
                    flying.spawn(async move { Outbox(&app).send(attempt).await });
                }
            }
            let next_look = if look { CLAIM_EVERY } else { LOOK_EVERY };
            tokio::select! {
                Some(tried) = flying.join_next() => {
                    // A delivery that broke off is tried again when its lease ends.
                    let mut done: Vec<Tried> = tried.into_iter().collect();
                    gather(&mut flying, &mut done).await;
                    let left = self.write_down(done).await;
                    if !left.is_empty() && late.len() < LATE_MAX {
                        let app = self.0.clone();
                        late.spawn(async move { Outbox(&app).write_down_late(left).await });
                    }
                    look = true;
                }
                Some(_) = late.join_next() => {}
                () = self.0.0.bells.deliveries.notified() => look = true,
                () = tokio::time::sleep(next_look) => look = true,
                () = stop.cancelled(), if !stop.is_cancelled() => {}
            }
        }
        late.join_all().await;
    }

    /// Writes down what came back, and tries again while the database fails; gives back what the
    /// database refuses. What is not written down in the end is sent once more when its lease ends.
    async fn write_down(&self, done: Vec<Tried>) -> Vec<Tried> {
        let until = Instant::now() + SETTLE_WITHIN;
        while let Err(error) = self.settle(&done).await {
            tracing::error!(%error, "results of deliveries could not be written");
            if !error.passes() {
                return self.write_down_apart(done).await;
            }
            if Instant::now() >= until {
                break;
            }
            tokio::time::sleep(SETTLE_AGAIN_AFTER).await;
        }
        Vec::new()
    }

    /// One that cannot be written down takes no other with it (P11); gives those back.
    async fn write_down_apart(&self, done: Vec<Tried>) -> Vec<Tried> {
        let mut left = Vec::new();
        let mut is_there = true;
        for tried in done {
            if is_there {
                let Err(error) = self.settle(std::slice::from_ref(&tried)).await else { continue };
                tracing::error!(delivery = %tried.0.id, %error, "its result could not be written");
                is_there = !error.passes();
            }
            left.push(tried);
        }
        left
    }

    /// Nothing waits for what the database refused: it is tried beside the others.
    async fn write_down_late(&self, mut left: Vec<Tried>) {
        let until = Instant::now() + SETTLE_WITHIN;
        while !left.is_empty() && Instant::now() < until {
            tokio::time::sleep(SETTLE_AGAIN_AFTER).await;
            left = self.write_down_apart(left).await;
        }
    }

    async fn claim(&self, limit: usize) -> Result<Vec<Try>, Error> {
        let now = self.0.now();
        let claim = DeliveryClaim {
            now,
            lease_until: now + LEASE,
            holder: &self.0.0.holder,
            window_per_host: WINDOW_PER_HOST,
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
        };
        let chosen = dialect::choose_deliveries(self.0.read(), &claim).await?;
        if chosen.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let tx = self.0.begin().await?;
        let rows = dialect::claim_deliveries(tx.store(), &claim, chosen.as_deref()).await?;
        tx.commit().await?;
        self.tries(rows, now).await
    }

    /// One that panics is a fault of ours, and is put off as such.
    async fn send(&self, mut attempt: Try) -> Tried {
        let (begun, peer) = (Instant::now(), attempt.row.peer_id);
        let send = async {
            Ok(match &attempt.parcel {
                Ok(parcel) => self.0.remote().deliver(parcel).await,
                Err(why) => Receipt::NotSent { why: why.clone() },
            })
        };
        let receipt = guarded(send).await;
        let receipt = receipt.unwrap_or_else(|error| Receipt::NotSent { why: chain(&error) });
        let paces = &self.0.0.paces;
        attempt.host.took_meanwhile = paces.took_since(peer, begun);
        if matches!(receipt, Receipt::Accepted { .. }) {
            paces.took(peer, begun.elapsed());
        }
        (attempt.row, receipt, attempt.host)
    }
}

/// Waits a moment for more results, so that one transaction writes many.
async fn gather(flying: &mut JoinSet<Tried>, done: &mut Vec<Tried>) {
    let moment = tokio::time::sleep(GATHER);
    tokio::pin!(moment);
    while done.len() < GATHER_MAX && !flying.is_empty() {
        tokio::select! {
            Some(tried) = flying.join_next() => done.extend(tried),
            () = &mut moment => return,
        }
    }
}
