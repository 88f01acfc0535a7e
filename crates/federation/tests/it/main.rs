//! The federation face from outside: fetching, WebFinger and sending against servers on loopback,
//! and the inbox door with signed requests.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test code: a failure here is a failed test"
)]

mod cost;
mod deliver;
mod door;
mod downloads;
mod fetch;
mod fetched_proofs;
mod finger;
mod gate;
mod lab;
mod proofs;
mod readers;
mod refusals;
mod routes;
mod second_try;
mod software;
mod synchronizing;
