//! An application in a box: a fresh migrated database in milliseconds, a clock that stands still,
//! chance that repeats itself, keys that are always the same, and other servers that are not there.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "test code: a failure here is a failed test"
)]

mod crowd;
mod database;
mod kit;
mod pictures;
mod rows;
mod world;

pub use crowd::crowd;
pub use database::{TestDb, empty_postgres, fresh, meddle};
pub use kit::{Kit, KitOptions, PASSWORD, operator};
pub use pictures::{HereAndNow, MemoryFiles, PIXEL, shared_key};
pub use rows::{Rows, rows};
pub use world::{FakeRemote, FixedKeys, MockClock, SeededChance};

/// The moment at which every kit begins: 1 December 2026, 9 o'clock UTC.
pub const BEGINNING: carefolk_domain::Moment = carefolk_domain::Moment(1_796_115_600_000);
