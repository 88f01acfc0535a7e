//! How often somebody may ask (S-105, S-141).

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use carefolk_domain::Span;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota};
use moka::sync::Cache;

use crate::client_ip::{AddressKey, ClientAddress};
use crate::problem::Problem;

/// How many keys are remembered; some 200 bytes each. The least used go first.
const KEYS_MAX: u64 = 50_000;

/// How often something may happen: `burst` at once, then `per_second` for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// How many at once after a rest.
    pub burst: u32,
    /// How many a second in the long run.
    pub per_second: u32,
}

/// A rate limit with one bucket per key, and a bound on the keys that strangers can make up.
#[derive(Clone)]
pub struct RateLimit<K: Hash + Eq + Send + Sync + 'static> {
    buckets: Cache<K, Arc<DefaultDirectRateLimiter>>,
    quota: Quota,
    clock: DefaultClock,
}

impl<K: Hash + Eq + Send + Sync + 'static> std::fmt::Debug for RateLimit<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RateLimit").field("quota", &self.quota).finish_non_exhaustive()
    }
}

impl<K: Hash + Eq + Send + Sync + 'static> RateLimit<K> {
    /// A limit that allows `allowance` to each key.
    pub fn new(allowance: Allowance) -> Self {
        let per_second = NonZeroU32::new(allowance.per_second).unwrap_or(NonZeroU32::MIN);
        let burst = NonZeroU32::new(allowance.burst).unwrap_or(NonZeroU32::MIN);
        Self::with_quota(Quota::per_second(per_second).allow_burst(burst), KEYS_MAX)
    }

    /// A limit that allows one each `period` to each key, and `burst` at once after a rest.
    pub fn one_each(period: Duration, burst: u32) -> Self {
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(period).unwrap_or(Quota::per_second(NonZeroU32::MIN));
        Self::with_quota(quota.allow_burst(burst), KEYS_MAX)
    }

    fn with_quota(quota: Quota, keys_max: u64) -> Self {
        // A bucket that was left alone until it is full again says nothing, and may go.
        let full = quota.burst_size_replenished_in() + Duration::from_secs(1);
        let buckets = Cache::builder().max_capacity(keys_max).time_to_idle(full).build();
        Self { buckets, quota, clock: DefaultClock::default() }
    }

    /// Counts one for `key`.
    ///
    /// # Errors
    ///
    /// How long to wait, when that was one too many.
    pub fn check(&self, key: K) -> Result<(), Span> {
        let bucket =
            self.buckets.get_with(key, || Arc::new(DefaultDirectRateLimiter::direct(self.quota)));
        bucket.check().map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            Span(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX).max(1))
        })
    }
}

/// Refuses a client address that asks too often, with 429. For `from_fn_with_state`, inside
/// [`crate::client_ip::client_address`].
pub async fn by_address(
    State(limit): State<RateLimit<AddressKey>>,
    request: Request,
    next: Next,
) -> Response {
    let key = request.extensions().get::<ClientAddress>().map(|address| address.key());
    match key.map_or(Ok(()), |key| limit.check(key)) {
        Ok(()) => next.run(request).await,
        Err(wait) => Problem::throttled(wait).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_used_up_leaves_the_others_alone() {
        let limit = RateLimit::one_each(Duration::from_hours(1), 2);
        assert_eq!(limit.check("a"), Ok(()));
        assert_eq!(limit.check("a"), Ok(()));
        let wait = limit.check("a").unwrap_err();
        assert!(wait > Span::minutes(59) && wait <= Span::minutes(60), "{wait:?}");
        assert_eq!(limit.check("b"), Ok(()));
    }

    #[test]
    fn keys_made_up_by_strangers_are_bounded() {
        let limit = RateLimit::with_quota(Quota::per_second(NonZeroU32::MIN), 100);
        for key in 0..1_000 {
            assert!(limit.check(key).is_ok());
        }
        limit.buckets.run_pending_tasks();
        assert!(limit.buckets.entry_count() <= 100);
    }
}
