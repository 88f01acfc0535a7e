//! What was refused, and why: counted in memory as it happens, written down now and then, and said in
//! the log once for each host and minute, so that a flood fills neither the disk nor the log (S-111).
//!
//! What was counted since it was last written may be lost: nothing depends on it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use carefolk_domain::authorise::Act;
use carefolk_domain::{Moment, Span, uri};
use carefolk_store::dialect;
use carefolk_store::entity::{peer, refusal};
use moka::sync::Cache;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Peers;
use crate::kernel::{caller::Caller, error::Error};

/// How many pairs of host and reason are counted between two writings.
const COUNTED_MAX: usize = 10_000;

/// How many hosts are remembered so that each is logged once a minute.
const LOGGED_MAX: u64 = 10_000;

/// How long a host is not logged again.
const LOGGED_FOR: Span = Span::minutes(1);

/// How many hosts are logged a minute, all together.
const LINES_A_MINUTE: u32 = 60;

/// How many texts of unknown types are kept of one site a day.
const KEPT_A_DAY: u32 = 20;

/// How long that is counted.
const KEPT_FOR: Duration = Duration::from_hours(24);

/// The longest name of a host (RFC 1035, 2.3.4).
const HOST_MAX_BYTES: usize = 253;

/// How many reasons of one host are shown.
const SHOWN_MAX: u64 = 50;

/// The host under which strangers are counted: whoever we never met can call itself anything.
const STRANGERS: &str = "";

/// How often one thing happened since it was last written down.
struct Counted {
    times: i64,
    first: Moment,
    last: Moment,
}

/// What was refused since it was last written down.
pub(crate) struct Tally {
    counts: Mutex<HashMap<(String, &'static str), Counted>>,
    logged: Cache<String, Moment>,
    lines: Mutex<(Moment, u32)>,
    kept: Cache<String, Arc<AtomicU32>>,
}

impl Tally {
    pub(crate) fn new() -> Self {
        let logged = Cache::new(LOGGED_MAX);
        let kept = Cache::builder().max_capacity(LOGGED_MAX).time_to_live(KEPT_FOR).build();
        Self { counts: Mutex::default(), logged, lines: Mutex::new((Moment(0), 0)), kept }
    }

    /// Whether there is room for a line in the log: strangers can call themselves anything.
    fn may_log(&self, host: &str, now: Moment) -> bool {
        let mut lines = held(&self.lines);
        if self.logged.get(host).is_some_and(|at| now >= at && now - at < LOGGED_FOR) {
            return false;
        }
        self.logged.insert(host.to_owned(), now);
        if now - lines.0 >= Span::minutes(1) {
            *lines = (now, 0);
        }
        lines.1 += 1;
        lines.1 <= LINES_A_MINUTE
    }

    fn take(&self) -> HashMap<(String, &'static str), Counted> {
        std::mem::take(&mut *held(&self.counts))
    }
}

/// What stands behind a lock, also after a panic of somebody who held it: numbers are never half
/// written, and counting must not end with one fault (S-110).
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why something of a host was refused, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalView {
    /// Why, in a few words.
    pub reason: String,
    /// How often.
    pub count: u64,
    /// When first.
    pub first: Moment,
    /// When last.
    pub last: Moment,
}

impl Peers<'_> {
    /// Counts that something of `host` was refused because of `reason`. `host` may be what a sender
    /// calls itself.
    pub fn refused(&self, host: &str, reason: &'static str) {
        self.0.meters().refused(reason);
        let tally = &self.0.0.refusals;
        let host = if host.len() <= HOST_MAX_BYTES { host } else { STRANGERS };
        if tally.may_log(host, self.0.now()) {
            tracing::info!(
                host,
                reason,
                "refused; further ones of this host within a minute are only counted"
            );
        }
        self.ignored(host, reason);
    }

    /// Whether a text of `host` that we do not understand is kept: a few a day of each site, for
    /// somebody to learn from.
    pub(crate) fn keeps_unknown(&self, host: &str) -> bool {
        let site = uri::site(&format!("https://{host}/")).unwrap_or_default();
        let kept = self.0.0.refusals.kept.get_with(site, Arc::default);
        kept.fetch_add(1, Ordering::Relaxed) < KEPT_A_DAY
    }

    /// Counts that nothing was done about something of `host` because of `reason`.
    pub(crate) fn ignored(&self, host: &str, reason: &'static str) {
        let (tally, now) = (&self.0.0.refusals, self.0.now());
        let mut counts = held(&tally.counts);
        let full = counts.len() >= COUNTED_MAX;
        let host = if full { STRANGERS.to_owned() } else { host.to_owned() };
        let count =
            counts.entry((host, reason)).or_insert(Counted { times: 0, first: now, last: now });
        count.times += 1;
        count.last = now;
    }

    /// Writes down what was counted; hosts that we never met together.
    ///
    /// # Errors
    ///
    /// [`Error::Store`]; then it is lost.
    pub async fn write_refusals(&self) -> Result<(), Error> {
        let counts = self.0.0.refusals.take();
        if counts.is_empty() {
            return Ok(());
        }
        let mut hosts: Vec<&String> = counts.keys().map(|(host, _)| host).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let mut met: Vec<String> = Vec::new();
        for hosts in hosts.chunks(1_000) {
            let known = peer::Entity::find()
                .select_only()
                .column(peer::Column::Host)
                .filter(peer::Column::Host.is_in(hosts.iter().copied()));
            met.extend(known.into_tuple::<String>().all(self.0.read()).await?);
        }
        let mut rows: HashMap<(String, &'static str), refusal::Model> = HashMap::new();
        for ((host, reason), counted) in counts {
            let host = if met.contains(&host) { host } else { STRANGERS.to_owned() };
            let row = rows.entry((host.clone(), reason)).or_insert(refusal::Model {
                host,
                reason: reason.to_owned(),
                count: 0,
                first_at: counted.first,
                last_at: counted.last,
            });
            row.count += counted.times;
            row.first_at = row.first_at.min(counted.first);
            row.last_at = row.last_at.max(counted.last);
        }
        let mut rows: Vec<refusal::Model> = rows.into_values().collect();
        // In one order, so that two processes do not wait for each other.
        rows.sort_unstable_by(|a, b| (&a.host, &a.reason).cmp(&(&b.host, &b.reason)));
        let tx = self.0.begin().await?;
        dialect::add_refusals(tx.store(), &rows).await?;
        tx.commit().await
    }

    /// Why things of `host` were refused, the last first; `None` for those of hosts we never met.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the caller runs the instance.
    pub async fn refusals(
        &self,
        caller: &Caller,
        host: Option<&str>,
    ) -> Result<Vec<RefusalView>, Error> {
        caller.may(Act::RunInstance)?;
        let rows = refusal::Entity::find()
            .filter(refusal::Column::Host.eq(host.unwrap_or(STRANGERS).to_ascii_lowercase()))
            .order_by_desc(refusal::Column::LastAt)
            .order_by_asc(refusal::Column::Reason)
            .limit(SHOWN_MAX)
            .all(self.0.read())
            .await?;
        let view = |row: refusal::Model| RefusalView {
            reason: row.reason,
            count: u64::try_from(row.count).unwrap_or(0),
            first: row.first_at,
            last: row.last_at,
        };
        Ok(rows.into_iter().map(view).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S-110: a panic of somebody who counts ends no counting.
    #[test]
    fn a_panic_leaves_nothing_locked() {
        let lock = Arc::new(Mutex::new(1));
        let held_by = Arc::clone(&lock);
        let fallen = std::thread::spawn(move || {
            let _held = held(&held_by);
            panic!("while it is held");
        });
        assert!(fallen.join().is_err() && lock.is_poisoned());
        *held(&lock) += 1;
        assert_eq!(*held(&lock), 2);
    }
}
