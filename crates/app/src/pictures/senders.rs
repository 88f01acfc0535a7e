//! How often somebody tries to send a picture: also one that is refused costs us a child's work.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use carefolk_domain::{AccountId, Span};
use moka::sync::Cache;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::kernel::error::Error;

/// How many accounts are remembered.
const SENDERS_KEPT: u64 = 10_000;

/// How many pictures one account may try to send in an hour, and how many at once.
const AN_HOUR_MAX: u32 = 120;
const AN_HOUR: Duration = Duration::from_hours(1);
const AT_ONCE: usize = 2;

/// Who tried to send pictures lately.
pub(super) struct Senders(Cache<AccountId, Arc<Sender>>);

impl Default for Senders {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(SENDERS_KEPT).time_to_live(AN_HOUR).build())
    }
}

/// One of them.
pub(super) struct Sender {
    tries: AtomicU32,
    at_once: Semaphore,
}

impl Senders {
    /// What `account` tried in this hour.
    pub(super) fn of(&self, account: AccountId) -> Arc<Sender> {
        let fresh =
            || Arc::new(Sender { tries: AtomicU32::new(0), at_once: Semaphore::new(AT_ONCE) });
        self.0.get_with(account, fresh)
    }
}

impl Sender {
    /// A place for one more.
    ///
    /// # Errors
    ///
    /// [`Error::Throttled`] after too many, [`Error::Busy`] while others of theirs are looked at.
    pub(super) fn try_take(&self) -> Result<SemaphorePermit<'_>, Error> {
        if self.tries.fetch_add(1, Ordering::Relaxed) >= AN_HOUR_MAX {
            return Err(Error::Throttled { retry_after: Span::hours(1) });
        }
        self.at_once.try_acquire().map_err(|_full| Error::Busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_has_two_places_and_so_many_tries() {
        let senders = Senders::default();
        let sam = senders.of(AccountId(1));
        let (first, second) = (sam.try_take().unwrap(), sam.try_take().unwrap());
        assert!(matches!(senders.of(AccountId(1)).try_take(), Err(Error::Busy)));
        assert!(senders.of(AccountId(2)).try_take().is_ok());
        drop((first, second));
        for _ in 3..120 {
            drop(sam.try_take().unwrap());
        }
        assert!(matches!(sam.try_take(), Err(Error::Throttled { .. })));
    }
}
