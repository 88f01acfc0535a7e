//! What this process counted since it started. Numbers only: no label holds what a person wrote.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::ports::Receipt;

/// The upper ends of the steps of every histogram, in milliseconds.
const STEPS_MS: [u64; 15] =
    [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000, 30_000, 300_000, 3_600_000];

/// How many reasons of refusals are told apart. All are texts of our own; more would be a mistake.
const REASONS_MAX: usize = 200;

/// The classes of results of a delivery, as they are called in the labels.
const RESULTS: [&str; 8] =
    ["accepted", "not_sent", "refused", "rejected", "not_found", "gone", "throttled", "failed"];

/// Where the key was found that somebody's signature was held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFrom {
    /// In memory.
    Memory,
    /// In the database.
    Store,
    /// At its owner's, who was asked.
    Owner,
}

impl KeyFrom {
    /// All of them, as they are called in the labels.
    const ALL: [(Self, &'static str); 3] =
        [(Self::Memory, "memory"), (Self::Store, "store"), (Self::Owner, "owner")];
}

/// How long something took, as counts of steps.
#[derive(Debug, Default)]
pub struct Histogram {
    steps: [AtomicU64; STEPS_MS.len()],
    count: AtomicU64,
    sum_us: AtomicU64,
}

/// A histogram at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps {
    /// The upper end of each step, and how many took at most so long.
    pub at_most: Vec<(Duration, u64)>,
    /// How many there were.
    pub count: u64,
    /// How long all of them took together.
    pub sum: Duration,
}

impl Histogram {
    /// Counts one that took so long.
    pub fn add(&self, took: Duration) {
        let millis = took.as_millis();
        let step = STEPS_MS.iter().zip(&self.steps).find(|(end, _)| millis <= u128::from(**end));
        if let Some((_, step)) = step {
            step.fetch_add(1, Ordering::Relaxed);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.sum_us.fetch_add(micros, Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// What was counted so far.
    pub fn steps(&self) -> Steps {
        let (mut at_most, mut below) = (Vec::with_capacity(STEPS_MS.len()), 0);
        for (end, step) in STEPS_MS.iter().zip(&self.steps) {
            below += step.load(Ordering::Relaxed);
            at_most.push((Duration::from_millis(*end), below));
        }
        // Read last, so that no step holds more than all.
        let count = self.count.load(Ordering::Relaxed).max(below);
        let sum = Duration::from_micros(self.sum_us.load(Ordering::Relaxed));
        Steps { at_most, count, sum }
    }
}

/// What is counted.
#[derive(Debug, Default)]
pub struct Meters {
    /// How long it took to find out who signed what came in.
    pub verifying: Histogram,
    /// How long it took to store it.
    pub storing: Histogram,
    /// How long it was here before its effects were.
    pub processing: Histogram,
    /// How long a change waited for its turn at the database.
    pub beginning: Histogram,
    /// How long a change took to become durable.
    pub committing: Histogram,
    keys: [AtomicU64; KeyFrom::ALL.len()],
    results: [AtomicU64; RESULTS.len()],
    refusals: Mutex<BTreeMap<&'static str, u64>>,
}

impl Meters {
    /// Counts one try at a delivery.
    pub(crate) fn delivered(&self, receipt: &Receipt) {
        let class = match receipt {
            Receipt::Accepted { .. } => "accepted",
            Receipt::NotSent { .. } => "not_sent",
            Receipt::Refused { .. } => "refused",
            Receipt::Rejected { .. } => "rejected",
            Receipt::NotFound => "not_found",
            Receipt::Gone => "gone",
            Receipt::Throttled { .. } => "throttled",
            Receipt::Failed { .. } => "failed",
        };
        if let Some((_, count)) =
            RESULTS.iter().zip(&self.results).find(|(name, _)| **name == class)
        {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts one thing that was refused.
    pub(crate) fn refused(&self, reason: &'static str) {
        let Ok(mut refusals) = self.refusals.lock() else { return };
        if refusals.len() < REASONS_MAX || refusals.contains_key(reason) {
            *refusals.entry(reason).or_default() += 1;
        }
    }

    /// Counts one key that was needed.
    pub fn key(&self, from: KeyFrom) {
        let all = KeyFrom::ALL.iter().zip(&self.keys);
        for (_, count) in all.filter(|((known, _), _)| *known == from) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How often a key was needed, by where it was found.
    pub fn keys(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self.keys.iter().map(|count| count.load(Ordering::Relaxed));
        KeyFrom::ALL.into_iter().map(|(_, name)| name).zip(counts)
    }

    /// How often a try at a delivery ended in each way.
    pub fn results(&self) -> impl Iterator<Item = (&'static str, u64)> {
        RESULTS.into_iter().zip(self.results.iter().map(|count| count.load(Ordering::Relaxed)))
    }

    /// How often something was refused, by reason.
    pub fn refusals(&self) -> BTreeMap<&'static str, u64> {
        self.refusals.lock().map(|refusals| refusals.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_counts_all_that_took_at_most_so_long() {
        let histogram = Histogram::default();
        for millis in [1, 3, 3, 40, 7_200_000] {
            histogram.add(Duration::from_millis(millis));
        }
        let steps = histogram.steps();
        let up_to = |millis| {
            let end = Duration::from_millis(millis);
            steps.at_most.iter().find(|(at, _)| *at == end).unwrap().1
        };
        assert_eq!([up_to(1), up_to(2), up_to(5), up_to(50), up_to(3_600_000)], [1, 1, 3, 4, 4]);
        assert_eq!((steps.count, steps.sum), (5, Duration::from_millis(7_200_047)));
    }

    #[test]
    fn each_result_and_each_reason_is_counted_by_itself() {
        let meters = Meters::default();
        meters.delivered(&Receipt::Gone);
        meters.delivered(&Receipt::Gone);
        meters.delivered(&Receipt::Accepted { status: 202, profile: None });
        meters.refused("no signature");
        let results: BTreeMap<_, _> = meters.results().collect();
        assert_eq!((results["gone"], results["accepted"], results["failed"]), (2, 1, 0));
        assert_eq!(meters.refusals(), BTreeMap::from([("no signature", 1)]));
    }
}
