//! The real binary, run as a person or a script runs it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a failure here is a failed test"
)]

mod cli;
mod demo;
mod errors;
mod logs;
mod metrics;
mod others;
mod pictures;
mod processes;
mod serve;
mod sink;
mod stopping;
mod supervised;
mod support;
mod wording;
