//! What the program tells about its work: on standard error, without personal text.

mod lines;

use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::anyhow;
use tracing::Level;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use self::lines::{Bounded, OneLine};
use crate::settings::{Log, LogFormat};

/// Our own crates; their `info` is about what they do for people.
const OURS: [&str; 8] = [
    "carefolk",
    "carefolk_app",
    "carefolk_federation",
    "carefolk_httpkit",
    "carefolk_server",
    "carefolk_signatures",
    "carefolk_store",
    "carefolk_web",
];

static PANICS: AtomicU64 = AtomicU64::new(0);

/// How many panics there were in this process.
pub(crate) fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

/// Counts panics and tells where they happened: as a line of the log like any other, without their
/// words, which may hold what somebody wrote (S-183).
fn watch_panics() {
    std::panic::set_hook(Box::new(|panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "the program has a fault: it panicked");
    }));
}

/// Starts telling, for a server.
pub(crate) fn start(log: &Log) -> anyhow::Result<()> {
    start_at(log, log.level)
}

/// Starts telling, for a command that answers by itself: only what goes wrong, unless more than
/// usual was asked for.
pub(crate) fn start_quietly(log: &Log) -> anyhow::Result<()> {
    start_at(log, if log.level == Level::INFO { Level::WARN } else { log.level })
}

fn start_at(log: &Log, level: Level) -> anyhow::Result<()> {
    // Other people's crates are heard from their warnings on: their info is about connections.
    let others = level.min(Level::WARN);
    let ours = OURS.map(|name| format!("{name}={level}")).join(",");
    let filter = format!("{others},{ours}");
    let colours = std::io::stderr().is_terminal();
    let told = fmt::layer()
        .with_ansi(colours)
        .with_writer(move || OneLine { to: std::io::stderr(), colours });
    let told = match log.format {
        LogFormat::Text => told.with_target(false).compact().boxed(),
        LogFormat::Json => told.json().flatten_event(true).boxed(),
    };
    watch_panics();
    let started = tracing_subscriber::registry()
        .with(EnvFilter::try_new(filter)?)
        .with(Bounded::default())
        .with(told)
        .try_init();
    started.map_err(|error| anyhow!("could not start the log: {error}"))
}
