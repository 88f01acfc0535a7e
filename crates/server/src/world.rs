//! The real clock and the real chance. Everything else is handed them.

use carefolk_app::kernel::ports::{Chance, Clock};
use carefolk_domain::Moment;
use rand::TryRng;
use rand::rngs::SysRng;

/// The system's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else asks")]
    fn now(&self) -> Moment {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Moment(since.ok().and_then(|span| i64::try_from(span.as_millis()).ok()).unwrap_or(0))
    }
}

/// The system's own randomness.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemChance;

impl Chance for SystemChance {
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = SysRng.try_fill_bytes(bytes) {
            // Without chance there are no tokens and no keys: nothing can be done safely.
            tracing::error!(%error, "the system has no randomness");
            std::process::abort();
        }
    }
}
