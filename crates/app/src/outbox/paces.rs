//! How soon other servers answer, as far as was seen lately.
//!
//! A delivery that hangs holds one of its host's few places until it is given up. Where everything else is
//! taken in moments that need not be twenty seconds: a host that hangs three times in ten would fall behind
//! further and further.

use std::time::{Duration, Instant};

use carefolk_domain::PeerId;
use moka::sync::Cache;

/// How many hosts are remembered, and how long after they last took something.
const HOSTS_KEPT: u64 = 10_000;
const KEPT_FOR: Duration = Duration::from_mins(10);

/// How long a host is waited for of which nothing is known.
const LONGEST: Duration = Duration::from_secs(20);

/// How long one is waited for that answers at once, at the first try.
const SHORTEST: Duration = Duration::from_secs(2);

/// How many times as long as it needed lately a host may need now.
const PATIENCE: u32 = 5;

/// The paces of all hosts.
pub(crate) struct Paces(Cache<PeerId, Pace>);

#[derive(Clone, Copy, Debug)]
struct Pace {
    /// How long it needed at most lately; what is long ago counts less with each answer.
    needed: Duration,
    /// When it last took something.
    took_at: Instant,
}

impl Paces {
    pub(crate) fn new() -> Self {
        Self(Cache::builder().max_capacity(HOSTS_KEPT).time_to_live(KEPT_FOR).build())
    }

    /// How long an answer is waited for, at try number `attempt` (the first is 1). From the third on each waits
    /// twice as long as the one before: a host may have become slow, and what it took is not to be sent it for
    /// ever.
    pub(super) fn within(&self, peer: PeerId, attempt: u32) -> Duration {
        let Some(pace) = self.0.get(&peer) else { return LONGEST };
        let first = (pace.needed * PATIENCE).max(SHORTEST);
        let doubled = 1_u32.checked_shl(attempt.saturating_sub(2)).unwrap_or(u32::MAX);
        first.saturating_mul(doubled).min(LONGEST)
    }

    /// Notes that a host took something `after` this time.
    pub(super) fn took(&self, peer: PeerId, after: Duration) {
        let before = self.0.get(&peer).map_or(Duration::ZERO, |pace| pace.needed);
        let needed = after.max(before.saturating_sub(before / 8));
        self.0.insert(peer, Pace { needed, took_at: Instant::now() });
    }

    /// Whether a host took something since then.
    pub(super) fn took_since(&self, peer: PeerId, then: Instant) -> bool {
        self.0.get(&peer).is_some_and(|pace| pace.took_at >= then)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: PeerId = PeerId(1);
    const SLOW: PeerId = PeerId(2);

    #[test]
    fn who_answers_at_once_is_waited_for_shortly_and_longer_from_the_third_try_on() {
        let paces = Paces::new();
        assert_eq!(paces.within(QUICK, 1), LONGEST, "nothing is known of it");
        paces.took(QUICK, Duration::from_millis(50));
        let seconds: Vec<u64> = (1..7).map(|n| paces.within(QUICK, n).as_secs()).collect();
        assert_eq!(seconds, [2, 2, 4, 8, 16, 20]);
        assert_eq!(paces.within(QUICK, 200), LONGEST);
    }

    #[test]
    fn who_needs_long_is_given_it_until_it_is_quick_for_a_while() {
        let paces = Paces::new();
        paces.took(SLOW, Duration::from_secs(5));
        paces.took(SLOW, Duration::from_millis(10));
        assert_eq!(paces.within(SLOW, 1), LONGEST);
        for _ in 0..40 {
            paces.took(SLOW, Duration::from_millis(10));
        }
        assert_eq!(paces.within(SLOW, 1), SHORTEST);
    }

    #[test]
    fn what_a_host_took_before_is_not_since() {
        let paces = Paces::new();
        let then = Instant::now();
        assert!(!paces.took_since(QUICK, then));
        paces.took(QUICK, Duration::ZERO);
        assert!(paces.took_since(QUICK, then));
        assert!(!paces.took_since(QUICK, then + Duration::from_mins(1)));
    }
}
