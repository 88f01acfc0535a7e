//! Fetching documents, each once at a time.

use std::time::Duration;

use carefolk_app::ports::{Fetched, PortError};
use moka::Expiry;
use moka::future::Cache;
use url::Url;

use crate::document::Documents;

/// How many failures are remembered (S-104).
const FAILURES_KEPT: u64 = 10_000;

/// How long it is remembered that something is not there, or is not a document.
const LASTING_FAILURE: Duration = Duration::from_mins(1);

/// How long it is remembered that a server did not answer.
const PASSING_FAILURE: Duration = Duration::from_secs(10);

/// A success is shared by those who wait for it and is then forgotten.
const SUCCESS: Duration = Duration::from_millis(100);

type Outcome = Result<Fetched, PortError>;

/// Fetches documents. Those who want the same one at the same time share one request, and a
/// failure is not asked for again at once.
pub(crate) struct Fetcher {
    documents: Documents,
    flights: Cache<Url, Outcome>,
}

impl Fetcher {
    pub(crate) fn new(documents: Documents) -> Self {
        let flights =
            Cache::builder().max_capacity(FAILURES_KEPT).expire_after(OutcomeExpiry).build();
        Self { documents, flights }
    }

    /// The document at `url`.
    pub(crate) async fn fetch(&self, url: Url) -> Outcome {
        let flight = Box::pin(async { self.documents.get(&url).await });
        let outcome = self.flights.get_with_by_ref(&url, flight).await;
        if outcome.is_ok() {
            // Who asks later asks for what stands there later.
            self.flights.invalidate(&url).await;
        }
        outcome
    }
}

struct OutcomeExpiry;

impl Expiry<Url, Outcome> for OutcomeExpiry {
    fn expire_after_create(
        &self,
        _: &Url,
        outcome: &Outcome,
        _: std::time::Instant,
    ) -> Option<Duration> {
        Some(match outcome {
            Ok(_) => SUCCESS,
            Err(PortError::Unavailable(_)) => PASSING_FAILURE,
            Err(_) => LASTING_FAILURE,
        })
    }
}
