//! Whose turn it is to ask another server for a picture: one that is slow must not hold up the others (P6).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// How many pictures are fetched at once.
const AT_ONCE: usize = 8;

/// How many of them of one server.
const PER_HOST: usize = 2;

/// How many may wait for their turn.
const WAITING_MAX: usize = 256;

/// How long one waits.
const WITHIN: Duration = Duration::from_secs(20);

/// The turns. A server is in the map while somebody waits for it, so that there are at most
/// [`WAITING_MAX`].
#[derive(Debug)]
pub(super) struct Turns {
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
    all: Semaphore,
    places: Semaphore,
    within: Duration,
}

impl Default for Turns {
    fn default() -> Self {
        let places = Semaphore::new(WAITING_MAX);
        Self { hosts: Mutex::default(), all: Semaphore::new(AT_ONCE), places, within: WITHIN }
    }
}

/// A turn, until it is let go.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    host: String,
    held: Option<(OwnedSemaphorePermit, SemaphorePermit<'a>)>,
    _place: SemaphorePermit<'a>,
}

impl Turns {
    /// The turn to ask `host`; none if too many wait, or it does not come in time.
    pub(super) async fn take(&self, host: &str) -> Option<Turn<'_>> {
        let place = self.places.try_acquire().ok()?;
        let of_host = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = || Arc::new(Semaphore::new(PER_HOST));
            Arc::clone(hosts.entry(host.to_owned()).or_insert_with(fresh))
        };
        let mut turn = Turn { turns: self, host: host.to_owned(), held: None, _place: place };
        let both = async {
            let of_host = of_host.acquire_owned().await.ok()?;
            Some((of_host, self.all.acquire().await.ok()?))
        };
        turn.held = Some(tokio::time::timeout(self.within, both).await.ok()??);
        Some(turn)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.held = None;
        let mut hosts = self.turns.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody else holds it or waits for it.
        if hosts.get(&self.host).is_some_and(|of_host| Arc::strong_count(of_host) == 1) {
            hosts.remove(&self.host);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_server_has_two_turns_and_is_forgotten_after() {
        let turns = Turns { within: Duration::from_millis(20), ..Turns::default() };
        let first = turns.take("slow.example").await.unwrap();
        let second = turns.take("slow.example").await.unwrap();
        assert!(turns.take("slow.example").await.is_none(), "it waits in vain");
        assert!(turns.take("quick.example").await.is_some());
        drop(first);
        assert!(turns.take("slow.example").await.is_some());
        drop(second);
        assert!(turns.hosts.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn all_servers_together_have_eight() {
        let turns = Turns { within: Duration::from_millis(20), ..Turns::default() };
        let mut held = Vec::new();
        for host in 0..8 {
            held.push(turns.take(&format!("{host}.example")).await.unwrap());
        }
        assert!(turns.take("ninth.example").await.is_none());
        held.pop();
        assert!(turns.take("ninth.example").await.is_some());
    }
}
