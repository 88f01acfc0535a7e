//! The application's behaviour, on SQLite and on PostgreSQL (`TEST_DB=postgres`).

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    reason = "test code: a failure here is a failed test"
)]

mod accounts;
mod auditing;
mod climbing;
mod completing;
mod conversations;
mod delivering;
mod following;
mod instance;
mod naming;
mod overtaking;
mod peers;
mod posting;
mod reacting;
mod receiving;
mod seeing;
mod stranger;
mod synchronizing;
