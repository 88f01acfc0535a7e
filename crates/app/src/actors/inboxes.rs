//! Which addresses of local actors take deliveries, without asking the database for each of them.

use std::time::Duration;

use moka::sync::Cache;

/// How long an inbox that another process closed may still take deliveries: they have no effect.
const KEPT_FOR: Duration = Duration::from_mins(1);

/// Of how many it is remembered, some 100 bytes each. Only those that are there count, so that
/// strangers who try addresses push out nobody's (S-104).
const KEPT: u64 = 10_000;

/// Inboxes that were open a moment ago.
pub(crate) struct OpenInboxes(Cache<String, ()>);

impl OpenInboxes {
    pub(crate) fn new() -> Self {
        Self(Cache::builder().max_capacity(KEPT).time_to_live(KEPT_FOR).build())
    }

    pub(super) fn holds(&self, slug: &str) -> bool {
        self.0.get(slug).is_some()
    }

    pub(super) fn keep(&self, slug: &str) {
        self.0.insert(slug.to_owned(), ());
    }

    /// Called when an actor is closed.
    pub(crate) fn forget(&self) {
        self.0.invalidate_all();
    }
}
