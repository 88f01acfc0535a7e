//! What a supervisor such as systemd is told: that the server is ready, that it stops, and that it is alive.
//!
//! The protocol is that of `sd_notify(3)`; where nobody asks for it, nothing is told.

use std::convert::Infallible;

use sd_notify::NotifyState;

/// Says that requests are taken.
pub(crate) fn ready() {
    tell(NotifyState::Ready);
}

/// Says that the end has begun.
pub(crate) fn stopping() {
    tell(NotifyState::Stopping);
}

/// Says again and again that the server is alive, twice in the time after which the supervisor takes it
/// for dead. It says so as long as work is done at all: while the database is away, or files are
/// scarce, another start would mend nothing.
pub(crate) async fn alive() -> Infallible {
    let Some(patience) = sd_notify::watchdog_enabled().filter(|patience| !patience.is_zero())
    else {
        return std::future::pending().await;
    };
    let mut tick = tokio::time::interval(patience / 2);
    loop {
        tick.tick().await;
        tell(NotifyState::Watchdog);
    }
}

fn tell(what: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[what]) {
        tracing::warn!(%error, "the supervisor could not be told");
    }
}
