//! The whole, from outside: two servers that talk over real HTTP, the inbox door, and every
//! document we send. On SQLite and on PostgreSQL (`TEST_DB=postgres`).

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "test code: a failure here is a failed test"
)]

mod declaring;
mod demanding;
mod door;
mod fuzz;
mod golden;
mod knock;
mod matrix;
mod pair;
mod pretty;
mod proving;
mod rotation;
mod town;
mod two_servers;
mod village;
