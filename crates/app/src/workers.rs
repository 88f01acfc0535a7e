//! The loops that work in the background, until they are told to stop.

use std::sync::Arc;
use std::time::{Duration, Instant};

use carefolk_store::DbKind;
use carefolk_store::dialect::{self, Listener};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::App;
use crate::inbound::Lanes;
use crate::kernel::LOOK_EVERY;
use crate::kernel::error::Error;
use crate::kernel::guard::kept_up;

/// How often old rows are taken away.
const SWEEP_EVERY: Duration = Duration::from_mins(10);

/// How long a worker rests after the database failed it.
const REST: Duration = Duration::from_secs(2);

/// While more arrives, the worker that applies rests this many times as long as it worked: what is
/// stored can wait, and who knocks at the door cannot.
const GIVE_WAY_FACTOR: u32 = 3;

/// The longest such rest: what arrived is applied in the end, however much follows it.
const GIVE_WAY_MAX: Duration = Duration::from_millis(200);

/// How often what was refused is written down.
const WRITE_REFUSALS_EVERY: Duration = Duration::from_secs(5);

/// How long bells are gathered before they are rung in other processes.
const RING_EVERY: Duration = Duration::from_millis(20);

/// A part of the work in the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// Applying what came in.
    Inbound,
    /// Sending to other servers.
    Deliveries,
    /// Jobs, and taking away what is old.
    Jobs,
}

impl Duty {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Inbound, Self::Deliveries, Self::Jobs];
}

impl App {
    /// Starts all workers on `tracker`; they finish what they are at when `stop` is cancelled.
    pub fn start_workers(&self, tracker: &TaskTracker, stop: &CancellationToken) {
        self.start_duties(&Duty::ALL, tracker, stop);
    }

    /// Starts the workers for `duties` alone; other processes have the others.
    pub fn start_duties(&self, duties: &[Duty], tracker: &TaskTracker, stop: &CancellationToken) {
        if duties.contains(&Duty::Inbound) {
            let (app, token, tasks) = (self.clone(), stop.clone(), tracker.clone());
            tracker.spawn(async move {
                kept_up(&token, || app.process_loop(&token, &tasks)).await;
            });
        }
        if duties.contains(&Duty::Jobs) {
            let (app, token) = (self.clone(), stop.clone());
            tracker.spawn(async move { kept_up(&token, || app.sweep_loop(&token)).await });
            let (app, token) = (self.clone(), stop.clone());
            tracker.spawn(async move {
                let jobs = app.jobs();
                kept_up(&token, || jobs.run_until(&token)).await;
            });
        }
        if duties.contains(&Duty::Deliveries) && self.settings().federates() {
            let (app, token) = (self.clone(), stop.clone());
            tracker.spawn(async move {
                let outbox = app.outbox();
                kept_up(&token, || outbox.deliver_until(&token)).await;
            });
            let (app, token) = (self.clone(), stop.clone());
            tracker.spawn(async move {
                let outbox = app.outbox();
                kept_up(&token, || outbox.fan_out_until(&token)).await;
            });
        }
        let (app, token) = (self.clone(), stop.clone());
        tracker.spawn(async move { app.refusals_loop(&token).await });
        if self.db().kind() == DbKind::Postgres {
            let (app, token) = (self.clone(), stop.clone());
            tracker.spawn(async move { app.ring_loop(&token).await });
            let (app, token) = (self.clone(), stop.clone());
            tracker.spawn(async move { app.hear_loop(&token).await });
        }
    }

    /// Rings in other processes what was rung here.
    async fn ring_loop(&self, stop: &CancellationToken) {
        loop {
            let letters = tokio::select! {
                () = stop.cancelled() => return,
                letters = self.0.bells.outward() => letters,
            };
            // Workers there look by themselves, too: this only saves them half a second.
            if let Err(error) = dialect::ring(self.db(), &letters).await {
                tracing::debug!(%error, "a bell was not rung");
            }
            tokio::time::sleep(RING_EVERY).await;
        }
    }

    /// Wakes workers here for what other processes rang.
    async fn hear_loop(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => {}
                ended = self.hear() => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "bells are not heard for a while");
                    }
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }

    async fn hear(&self) -> Result<(), Error> {
        let Some(mut listener) = Listener::open(self.db()).await? else { return Ok(()) };
        loop {
            let letters = listener.hear().await?;
            self.0.bells.heard(&letters);
        }
    }

    /// Writes down what was refused, the last time at the end.
    async fn refusals_loop(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(WRITE_REFUSALS_EVERY) => {}
            }
            if let Err(error) = self.peers().write_refusals().await {
                tracing::error!(%error, "refusals");
            }
        }
    }

    async fn sweep_loop(&self, stop: &CancellationToken) {
        loop {
            // Never at the start: a restart has better things to do.
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(SWEEP_EVERY) => {}
            }
            let swept = tokio::select! {
                () = stop.cancelled() => return,
                swept = self.sweep_all() => swept,
            };
            if let Err(error) = swept {
                tracing::error!(%error, "sweep");
            }
        }
    }

    /// Leaves the database to the door for a while, if somebody waits there.
    async fn give_way(&self, worked: Duration) {
        if self.0.arrivals.waiting() > 0 {
            tokio::time::sleep((worked * GIVE_WAY_FACTOR).min(GIVE_WAY_MAX)).await;
        }
    }

    async fn process_loop(&self, stop: &CancellationToken, tasks: &TaskTracker) {
        let lanes = Arc::new(Lanes::default());
        while !stop.is_cancelled() {
            let begun = Instant::now();
            let rest = match self.inbound().process_in_lanes(&lanes, tasks).await {
                Ok(0) => LOOK_EVERY,
                Ok(_) => {
                    self.give_way(begun.elapsed()).await;
                    continue;
                }
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
