//! The real binary, run as a person or a script runs it.

mod cli;
mod errors;
mod serve;
mod support;
