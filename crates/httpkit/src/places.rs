//! Who may hold how many connections, and for how long without a word (S-098).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::client_ip::{AddressKey, ClientAddress};

/// How long a connection without a request is kept. HTTP/2 itself would keep it for as long as the
/// client answers pings.
pub(crate) const IDLE_MAX: Duration = Duration::from_mins(1);

/// How often that is looked at.
const LOOK_EACH: Duration = Duration::from_secs(10);

/// Places for connections.
pub(crate) struct Places {
    all: Arc<Semaphore>,
    each: Option<usize>,
    taken: Mutex<HashMap<AddressKey, usize>>,
}

/// A place, until it is dropped.
pub(crate) struct Place {
    places: Arc<Places>,
    key: AddressKey,
    _room: OwnedSemaphorePermit,
}

impl Places {
    /// `all` places, and `each` of them for one address.
    pub(crate) fn new(all: usize, each: Option<usize>) -> Arc<Self> {
        Arc::new(Self { all: Arc::new(Semaphore::new(all)), each, taken: Mutex::default() })
    }

    /// Waits for room for one more.
    pub(crate) async fn room(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.all).acquire_owned().await.ok()
    }

    /// The place of a connection from `peer`, unless it has too many.
    pub(crate) fn take(
        self: &Arc<Self>,
        peer: IpAddr,
        room: OwnedSemaphorePermit,
    ) -> Option<Place> {
        let key = ClientAddress(peer.to_canonical()).key();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(key).or_default();
        if self.each.is_some_and(|each| *count >= each) {
            return None;
        }
        *count += 1;
        Some(Place { places: Arc::clone(self), key, _room: room })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.key);
            }
        }
    }
}

/// How busy a connection is.
pub(crate) struct Activity {
    since: Instant,
    under_way: AtomicUsize,
    last_ms: AtomicU64,
}

/// A request under way, until it is dropped.
pub(crate) struct UnderWay(Arc<Activity>);

impl Activity {
    pub(crate) fn new() -> Arc<Self> {
        let (under_way, last_ms) = (AtomicUsize::new(0), AtomicU64::new(0));
        Arc::new(Self { since: Instant::now(), under_way, last_ms })
    }

    /// A request begins.
    pub(crate) fn begin(self: &Arc<Self>) -> UnderWay {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        UnderWay(Arc::clone(self))
    }

    /// Ends when there was no request for [`IDLE_MAX`].
    pub(crate) async fn idle(&self) {
        while !self.rests_at(Instant::now()) {
            tokio::time::sleep(LOOK_EACH).await;
        }
    }

    fn rests_at(&self, now: Instant) -> bool {
        let last = self.since + Duration::from_millis(self.last_ms.load(Ordering::Relaxed));
        let long = now.saturating_duration_since(last) >= IDLE_MAX;
        long && self.under_way.load(Ordering::Relaxed) == 0
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let now = u64::try_from(self.0.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.last_ms.store(now, Ordering::Relaxed);
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_address_does_not_take_every_place() {
        let places = Places::new(8, Some(2));
        let mut held = Vec::new();
        for _ in 0..3 {
            let room = places.room().await.unwrap();
            held.extend(places.take("192.0.2.1".parse().unwrap(), room));
        }
        assert_eq!(held.len(), 2);
        let room = places.room().await.unwrap();
        assert!(places.take("192.0.2.2".parse().unwrap(), room).is_some());
        held.clear();
        let room = places.room().await.unwrap();
        assert!(places.take("192.0.2.1".parse().unwrap(), room).is_some());
        assert!(places.taken.lock().unwrap().is_empty());
    }

    #[test]
    fn a_connection_rests_a_minute_after_its_last_request() {
        let activity = Activity::new();
        let later = Instant::now() + Duration::from_mins(5);
        let request = activity.begin();
        assert!(!activity.rests_at(later), "a slow answer is no idleness");
        drop(request);
        assert!(!activity.rests_at(Instant::now()));
        assert!(activity.rests_at(later));
    }
}
