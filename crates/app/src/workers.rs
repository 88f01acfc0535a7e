//! The loops that work in the background, until they are told to stop.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::App;
use crate::kernel::LOOK_EVERY;

/// How often old rows are taken away.
const SWEEP_EVERY: Duration = Duration::from_mins(10);

/// How long a worker rests after the database failed it.
const REST: Duration = Duration::from_secs(2);

impl App {
    /// Starts the workers on `tracker`; they finish what they are at when `stop` is cancelled.
    pub fn start_workers(&self, tracker: &TaskTracker, stop: &CancellationToken) {
        let (app, token) = (self.clone(), stop.clone());
        tracker.spawn(async move { app.process_loop(&token).await });
        let (app, token) = (self.clone(), stop.clone());
        tracker.spawn(async move { app.sweep_loop(&token).await });
        if self.settings().federates() {
            let (app, token) = (self.clone(), stop.clone());
            tracker.spawn(async move { app.outbox().deliver_until(&token).await });
        }
    }

    async fn sweep_loop(&self, stop: &CancellationToken) {
        loop {
            // Never at the start: a restart has better things to do.
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(SWEEP_EVERY) => {}
            }
            if let Err(error) = self.sweep().await {
                tracing::error!(%error, "sweep");
            }
        }
    }

    async fn process_loop(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let rest = match self.inbound().process_due().await {
                Ok(0) => LOOK_EVERY,
                Ok(_) => continue,
                Err(error) => {
                    tracing::error!(%error, "inbound worker");
                    REST
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.0.bells.inbound.notified() => {}
                () = tokio::time::sleep(rest) => {}
            }
        }
    }
}
