//! Work on arrivals: what needs no other server in one stream, what does in lanes beside it.
//!
//! Invariant: a server that does not answer delays what needs it, and nothing else (P6).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use carefolk_domain::{InboundId, Moment, Span};
use carefolk_store::dialect;
use tokio_util::task::TaskTracker;

use super::Inbound;
use super::process::LEASE;
use crate::App;
use crate::kernel::error::Error;

/// How many activities may wait for other servers at once.
const LANES: usize = 64;

/// How many of them may come from one server: a handful of slow documents must not take all lanes.
const LANES_PER_HOST: usize = 4;

/// How often it is said of what waits that it is still in work: another worker would begin it as well.
const RENEW_EVERY: Span = Span::seconds(20);

/// Who waits for other servers now.
#[derive(Debug, Default)]
pub(crate) struct Lanes(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    /// The hosts of what is in work.
    by: HashMap<InboundId, String>,
    renewed_at: Option<Moment>,
}

/// A place in a lane, until it is dropped.
#[derive(Debug)]
struct Place {
    lanes: Arc<Lanes>,
    id: InboundId,
}

impl Lanes {
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for this activity from `host`, if there is one.
    fn enter(self: &Arc<Self>, id: InboundId, host: &str) -> Option<Place> {
        let mut taken = self.taken();
        let of_host = taken.by.values().filter(|other| *other == host).count();
        if taken.by.len() >= LANES || of_host >= LANES_PER_HOST || taken.by.contains_key(&id) {
            return None;
        }
        taken.by.insert(id, host.to_owned());
        Some(Place { lanes: Arc::clone(self), id })
    }

    /// What has to be renewed at `now`.
    fn to_renew(&self, now: Moment) -> Vec<InboundId> {
        let mut taken = self.taken();
        if taken.renewed_at.is_some_and(|at| now >= at && now - at < RENEW_EVERY) {
            return Vec::new();
        }
        taken.renewed_at = Some(now);
        taken.by.keys().copied().collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.lanes.taken().by.remove(&self.id);
    }
}

impl Inbound<'_> {
    /// Claims what waits, applies what can be applied at once, and leaves the rest to tasks of
    /// their own; returns how many were looked at.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] if nothing could be claimed.
    pub(crate) async fn process_in_lanes(
        &self,
        lanes: &Arc<Lanes>,
        tasks: &TaskTracker,
    ) -> Result<usize, Error> {
        self.renew(lanes).await?;
        let (count, far) = self.process_near().await?;
        let mut put_off = Vec::new();
        for heard in far {
            let Some(place) = lanes.enter(heard.row.id, &heard.row.host) else {
                put_off.push(heard);
                continue;
            };
            let app: App = self.0.clone();
            tasks.spawn(async move {
                if let Err(error) = app.inbound().plan_and_apply(vec![heard]).await {
                    tracing::error!(%error, "inbound worker");
                }
                drop(place);
            });
        }
        if !put_off.is_empty() {
            self.put_off(put_off).await?;
        }
        Ok(count)
    }

    async fn renew(&self, lanes: &Lanes) -> Result<(), Error> {
        let ids = lanes.to_renew(self.0.now());
        if ids.is_empty() {
            return Ok(());
        }
        let tx = self.0.begin().await?;
        dialect::renew_inbound(tx.store(), &ids, tx.now() + LEASE).await?;
        tx.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_takes_four_lanes_and_all_together_sixty_four() {
        let lanes = Arc::new(Lanes::default());
        let mut ids = (0..).map(InboundId);
        let mut enter = |host: &str| lanes.enter(ids.next().unwrap(), host);
        let mut places: Vec<_> = (0..9).filter_map(|_| enter("slow.example")).collect();
        assert_eq!(places.len(), LANES_PER_HOST);
        for host in 0..LANES {
            places.extend(enter(&format!("h{host}.example")));
        }
        assert_eq!(places.len(), LANES);
        assert!(enter("late.example").is_none());
        drop(places);
        assert!(enter("late.example").is_some());
    }
}
