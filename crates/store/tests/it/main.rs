//! The store against a real database: SQLite, or PostgreSQL with `TEST_DB=postgres`.
//!
//! With `TEST_DB=postgres`, `CAREFOLK_TEST_POSTGRES` is the address of a server on which databases
//! may be made: `postgres://postgres@localhost:5432/postgres`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what helps tests is a test: it fails where it stands"
)]

mod bell;
mod built;
mod counters;
mod database;
mod deliveries;
mod endings;
mod given;
mod group;
mod home;
mod inbound;
mod jobs;
mod migrations;
mod mint;
mod open;
mod peers;
mod reactions;
mod sign_ins;
mod workers;
