//! The loops that work in the background, until they are told to stop.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::App;

/// How often a worker looks although no bell rang: work that a command line beside the server
/// left is found within this.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How long a worker rests after the database failed it.
const REST: Duration = Duration::from_secs(2);

/// How many delivery loops run side by side, so that one slow batch does not hold up the next.
const DELIVERY_LOOPS: usize = 4;

impl App {
    /// Starts the workers on `tracker`; they finish what they are at when `stop` is cancelled.
    pub fn start_workers(&self, tracker: &TaskTracker, stop: &CancellationToken) {
        let (app, token) = (self.clone(), stop.clone());
        tracker.spawn(async move { app.process_loop(&token).await });
        for _ in 0..DELIVERY_LOOPS {
            let (app, token) = (self.clone(), stop.clone());
            tracker.spawn(async move { app.deliver_loop(&token).await });
        }
    }

    async fn process_loop(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            match self.inbound().process_due().await {
                Ok(0) => self.wait(stop, &self.0.bells.inbound, LOOK_EVERY).await,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(%error, "inbound worker");
                    self.wait(stop, &self.0.bells.inbound, REST).await;
                }
            }
        }
    }

    async fn deliver_loop(&self, stop: &CancellationToken) {
        if !self.settings().federates() {
            return;
        }
        while !stop.is_cancelled() {
            match self.outbox().deliver_due().await {
                Ok(0) => self.wait(stop, &self.0.bells.deliveries, LOOK_EVERY).await,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(%error, "delivery worker");
                    self.wait(stop, &self.0.bells.deliveries, REST).await;
                }
            }
        }
    }

    async fn wait(&self, stop: &CancellationToken, bell: &tokio::sync::Notify, at_most: Duration) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = bell.notified() => {}
            () = tokio::time::sleep(at_most) => {}
        }
    }
}
