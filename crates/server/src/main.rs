//! The one binary: settings, wiring, the router of all faces, and the command line.
//!
//! Invariant: no rule lives here. Every command ends in one call of the application, so that the
//! command line, the pages and other servers are held to the same rules.

mod cli;
mod demo;
mod files;
mod http;
mod metrics;
mod output;
mod settings;
mod supervisor;
mod telemetry;
mod wiring;
mod words;
mod world;

use std::num::NonZero;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use carefolk_adapters::pictures;
use clap::Parser;

/// Long-lived servers keep less unused memory with it than with the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|word| word == pictures::WORD) {
        return pictures::run_as_child();
    }
    // Before anything opens a connection. A second installation fails, and there is no second.
    let _already = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let cli = cli::Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// How long threads that cannot be stopped may take at the end.
const THREADS_END_WITHIN: Duration = Duration::from_millis(500);

/// How many threads do what would hold up everybody else: for each core two that sign, as many as sign at
/// once, and some for passwords and new keys. The runtime makes a new one whenever none is idle at that very
/// moment; there were fifty, and each keeps memory of its own.
const SLOW_THREADS_PER_CORE: usize = 2;
const MORE_SLOW_THREADS: usize = 4;

/// Runs the command on a runtime with one thread for each core.
fn run(cli: cli::Cli) -> anyhow::Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(SLOW_THREADS_PER_CORE * cores + MORE_SLOW_THREADS)
        .build()
        .context("could not start the runtime")?;
    let done = runtime.block_on(Box::pin(cli::run(cli)));
    // A name that is being looked up, or a password that is being checked, holds up no end.
    runtime.shutdown_timeout(THREADS_END_WITHIN);
    done
}
