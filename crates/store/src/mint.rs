//! Where ids come from: 48 bits of milliseconds, 6 of worker, 10 of sequence.

use std::sync::atomic::{AtomicI64, Ordering};

use carefolk_domain::Moment;
use carefolk_domain::ids::{ID_LOW_BITS, ID_SEQUENCE_BITS, ID_WORKERS};

/// The bits of an id that tell one minting process from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Worker(u16);

impl Worker {
    /// Worker number `slot`, or `None` if it does not fit the bits.
    pub const fn new(slot: u16) -> Option<Self> {
        if slot < ID_WORKERS { Some(Self(slot)) } else { None }
    }

    /// Its number.
    pub const fn slot(self) -> u16 {
        self.0
    }
}

/// Makes ids that grow with time, whatever the clock does.
///
/// Ids of one mint never repeat and never go down, also when the clock is set back. When a
/// millisecond runs out of sequence, the next one is borrowed.
#[derive(Debug)]
pub struct Mint {
    worker: i64,
    /// The last id without its worker bits: milliseconds, then sequence.
    last: AtomicI64,
}

impl Mint {
    /// A mint of `worker` whose ids are all greater than `floor`, the highest id in the database.
    pub fn new(worker: Worker, floor: i64) -> Self {
        let last = AtomicI64::new(used_by(floor));
        Self { worker: i64::from(worker.0) << ID_SEQUENCE_BITS, last }
    }

    /// Lets all further ids be greater than `floor`, which another process may have minted by a clock
    /// that is ahead.
    pub fn raise(&self, floor: i64) {
        self.last.fetch_max(used_by(floor), Ordering::Relaxed);
    }

    /// The next id, for something that happens at `now`.
    pub fn next(&self, now: Moment) -> i64 {
        let earliest = now.0.clamp(0, MILLIS_MAX) << ID_SEQUENCE_BITS;
        let step = |last: i64| (last + 1).max(earliest);
        let mut last = self.last.load(Ordering::Relaxed);
        let ticks = loop {
            let next = step(last);
            match self.last.compare_exchange_weak(last, next, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => break next,
                Err(seen) => last = seen,
            }
        };
        let millis = ticks >> ID_SEQUENCE_BITS;
        (millis << ID_LOW_BITS) | self.worker | (ticks & SEQUENCE_MASK)
    }
}

/// The last id of the millisecond of `floor`, without worker bits: who minted in it is not known, so all of it
/// counts as used.
fn used_by(floor: i64) -> i64 {
    (floor.max(0) >> ID_LOW_BITS << ID_SEQUENCE_BITS) | SEQUENCE_MASK
}

const SEQUENCE_MASK: i64 = (1 << ID_SEQUENCE_BITS) - 1;

/// The last millisecond whose ids are positive: in the year 6429.
const MILLIS_MAX: i64 = (1 << 47) - 1;
