//! The real binary, run as a person or a script runs it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code: a failure here is a failed test"
)]

mod cli;
mod demo;
mod errors;
mod metrics;
mod serve;
mod support;
