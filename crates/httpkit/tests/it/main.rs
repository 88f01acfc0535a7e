//! The accept loop, asked over raw sockets: framing, limits, panics, draining (S-025, S-098,
//! S-110).

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code: a failure here is a failed test"
)]

mod draining;
mod framing;
mod http2;
mod panics;
mod raw;
