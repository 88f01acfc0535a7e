//! How much one peer may say in how much time.

use carefolk_httpkit::{AddressKey, Allowance, Problem, RateLimit};

use super::refusal::too_often;

/// The rate limits of the door.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Verified activities per peer.
    pub per_host: Allowance,
    /// Requests per client address, verified or not. One address may be the proxy of many peers.
    pub per_address: Allowance,
}

impl Default for Limits {
    /// A large, busy server sends some tens a second at its worst hour; a restart of it sends a
    /// few thousand at once.
    fn default() -> Self {
        Self {
            per_host: Allowance { burst: 2_000, per_second: 100 },
            per_address: Allowance { burst: 4_000, per_second: 200 },
        }
    }
}

impl Limits {
    /// The part of one process, where `doors` share what comes in: each counts for itself.
    #[must_use]
    pub fn shared_by(self, doors: u32) -> Self {
        let part = |whole: Allowance| Allowance {
            burst: (whole.burst / doors.max(1)).max(1),
            per_second: (whole.per_second / doors.max(1)).max(1),
        };
        Self { per_host: part(self.per_host), per_address: part(self.per_address) }
    }

    /// As good as none, for laboratories in which one machine plays many servers.
    pub fn laboratory() -> Self {
        let plenty = Allowance { burst: 1_000_000, per_second: 1_000_000 };
        Self { per_host: plenty, per_address: plenty }
    }
}

/// The buckets of [`Limits`].
pub(crate) struct DoorLimits {
    per_host: RateLimit<String>,
    per_address: RateLimit<AddressKey>,
}

impl DoorLimits {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            per_host: RateLimit::new(limits.per_host),
            per_address: RateLimit::new(limits.per_address),
        }
    }

    /// Counts a request before anything is known of it.
    pub(crate) fn check_address(&self, address: Option<AddressKey>) -> Result<(), Problem> {
        let much = |wait| too_often(wait, "too much from one address");
        address.map_or(Ok(()), |key| self.per_address.check(key).map_err(much))
    }

    /// Counts what a peer verifiably said: nobody else can use up its allowance (S-105).
    pub(crate) fn check_host(&self, host: &str) -> Result<(), Problem> {
        let much = |wait| too_often(wait, "too much from one server");
        self.per_host.check(host.to_owned()).map_err(much)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_doors_together_allow_no_more_than_one_and_each_allows_something() {
        let whole = Limits::default();
        let part = whole.shared_by(4);
        assert_eq!((part.per_host.burst * 4, part.per_host.per_second * 4), (2_000, 100));
        assert_eq!((part.per_address.burst * 4, part.per_address.per_second * 4), (4_000, 200));
        let least = whole.shared_by(1_000_000);
        assert_eq!((least.per_host.burst, least.per_address.per_second), (1, 1));
    }
}
