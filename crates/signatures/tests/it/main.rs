//! The rules of the door, seen from outside: what is let in, and what is not.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod captured;
mod dialects;
mod keys;
mod panics;
mod refusals;
mod refusals_rfc9421;
mod request;
mod sending;
