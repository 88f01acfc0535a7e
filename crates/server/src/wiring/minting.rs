//! The right to mint ids: a leased number that no other process has.

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use carefolk_app::ports::{Chance, Clock};
use carefolk_domain::{Moment, Span};
use carefolk_store::{Db, Mint, StoreError, Worker, dialect};

/// How long a lease lasts. A process that was killed blocks one of 64 numbers for this long.
const LEASE_FOR: Span = Span::minutes(2);

/// How often a server prolongs it: several tries before it ends.
const RENEW_EVERY: Duration = Duration::from_secs(20);

/// How often, and how many times, who finds no free number looks again: long enough for the leases of
/// processes that were killed to end (R-050b).
const LOOK_AGAIN_EVERY: Duration = Duration::from_secs(1);
const LOOKS: u32 = 125;

/// The right to mint ids, until it is given back.
#[derive(Debug)]
pub(crate) struct Lease {
    db: Db,
    worker: Worker,
    holder: String,
}

/// Takes a free number, and makes a mint that starts above every id in the database.
pub(super) async fn lease(
    db: &Db,
    chance: &dyn Chance,
    clock: &dyn Clock,
) -> anyhow::Result<(Mint, Lease)> {
    let mut bytes = [0_u8; 8];
    chance.fill(&mut bytes);
    let holder = format!("{} {:016x}", std::process::id(), u64::from_le_bytes(bytes));
    for look in 0..LOOKS {
        let leased = take(db, &holder, clock.now()).await;
        let (worker, floor) = leased.context("could not begin to write to the database")?;
        if let Some(worker) = worker {
            return Ok((Mint::new(worker, floor), Lease { db: db.clone(), worker, holder }));
        }
        if look == 0 {
            tracing::warn!("64 processes were started here lately: waiting for a place");
        }
        tokio::time::sleep(LOOK_AGAIN_EVERY).await;
    }
    bail!("64 Carefolk processes are using this database already; stop some of them")
}

/// The number, if there is a free one, and an id that it must begin above.
async fn take(db: &Db, holder: &str, now: Moment) -> Result<(Option<Worker>, i64), StoreError> {
    let tx = db.begin().await?;
    let worker = dialect::lease_worker(&tx, holder, now, now + LEASE_FOR).await?;
    tx.commit().await?;
    // Asked after the commit: whoever had this number before minted below this.
    let floor = dialect::highest_id(db.read()).await?;
    Ok((worker, floor))
}

impl Lease {
    /// Prolongs the lease for as long as it is polled; ends only when the lease is lost.
    pub(crate) async fn keep(&self, clock: &dyn Clock) -> anyhow::Error {
        loop {
            tokio::time::sleep(RENEW_EVERY).await;
            let until = clock.now() + LEASE_FOR;
            let renewed = async {
                let tx = self.db.begin().await?;
                let kept = dialect::renew_worker(&tx, self.worker, &self.holder, until).await?;
                tx.commit().await?;
                Ok::<_, StoreError>(kept)
            };
            match renewed.await {
                Ok(true) => {}
                Ok(false) => return anyhow!("another process took our place for making ids"),
                Err(error) => tracing::warn!(%error, "could not prolong the lease for making ids"),
            }
        }
    }

    /// Gives the number back, so that the next process can have it at once.
    pub(crate) async fn give_back(&self) {
        let given = async {
            let tx = self.db.begin().await?;
            dialect::release_worker(&tx, self.worker, &self.holder).await?;
            tx.commit().await
        };
        if let Err(error) = given.await {
            tracing::debug!(%error, "the lease for making ids ends by itself");
        }
    }
}
