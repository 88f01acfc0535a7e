//! One community, listening: from settings to the last answer.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use carefolk_app::App;
use carefolk_httpkit::ServeOptions;
use carefolk_httpkit::serve::Drained;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::router;
use crate::files::{self, Lock};
use crate::metrics::Metrics;
use crate::settings::{self, Settings};
use crate::wiring::{self, Built, Lease, schema};
use crate::world::SystemClock;

/// How long requests and deliveries under way may take after we were told to stop.
const DRAIN_WITHIN: Duration = Duration::from_secs(30);

/// How many connections one address may hold, where addresses tell clients apart: an office behind
/// one address needs some dozens.
const CONNECTIONS_OF_ONE: usize = 256;

/// One community, ready to answer.
pub(crate) struct Server {
    app: App,
    listener: TcpListener,
    listen: SocketAddr,
    router: Router,
    lease: Lease,
    connections_of_one: Option<usize>,
    metrics: Option<Metrics>,
    _lock: Lock,
}

impl Server {
    /// Takes folder and port, brings the database up to date, and builds everything. Cheap things
    /// that often fail come first, so that a wrong start changes nothing.
    pub(crate) async fn start(settings: &Settings) -> anyhow::Result<Self> {
        files::make_folder(&settings.storage)?;
        let lock = files::lock(&settings.storage)?;
        let listener = listen_on(settings.http.listen).await?;
        let listen = listener.local_addr().context("the port has no address")?;
        let numbers = match settings.metrics {
            Some(address) => Some(Metrics::listen(address).await?),
            None => None,
        };
        let (db, key) = wiring::open_or_make(settings).await?;
        let taken = schema::up(&db).await?;
        if !taken.is_empty() {
            tracing::debug!(steps = taken.len(), "brought the database up to date");
        }
        let local = settings::local_url(listen);
        let built = Box::pin(wiring::application(settings, db, key, local)).await?;
        let Built { app, remote, lease } = built;
        wiring::prepare(&app, settings).await?;
        let router = router::router(settings, &app, &remote, listen);
        let direct = settings.http.trusted_proxies == 0 && !app.settings().lab;
        let connections_of_one = direct.then_some(CONNECTIONS_OF_ONE);
        let metrics = match numbers {
            Some(listener) => Some(Metrics::on(listener, app.clone(), settings.storage.clone())?),
            None => None,
        };
        Ok(Self { app, listener, listen, router, lease, connections_of_one, metrics, _lock: lock })
    }

    /// The application behind it.
    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    /// Where it listens.
    pub(crate) fn listen(&self) -> SocketAddr {
        self.listen
    }

    /// Where it tells its numbers.
    pub(crate) fn metrics(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().and_then(Metrics::address)
    }

    /// Serves and works until `stop`, then finishes what is under way.
    pub(crate) async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let Self { app, listener, router, lease, connections_of_one, metrics, .. } = self;
        let defaults = ServeOptions::default();
        let tasks = TaskTracker::new();
        app.start_workers(&tasks, &stop);
        if let Some(metrics) = metrics {
            tasks.spawn(metrics.run(stop.clone()));
        }
        tasks.close();
        let options = ServeOptions { drain_within: DRAIN_WITHIN, connections_of_one, ..defaults };
        let serving =
            carefolk_httpkit::serve(listener, router, options, stop.clone().cancelled_owned());
        let mut serving = std::pin::pin!(serving);
        let lost = tokio::select! {
            drained = &mut serving => {
                tell(drained);
                None
            }
            error = lease.keep(&SystemClock) => Some(error),
        };
        if lost.is_some() {
            stop.cancel();
            tell(serving.await);
        }
        if tokio::time::timeout(DRAIN_WITHIN, tasks.wait()).await.is_err() {
            tracing::warn!("work in the background was cut off; it goes on at the next start");
        }
        lease.give_back().await;
        if let Err(error) = app.db().close().await {
            tracing::warn!(%error, "the database did not close cleanly");
        }
        lost.map_or(Ok(()), Err)
    }
}

fn tell(drained: Drained) {
    match drained {
        Drained::Clean => tracing::info!("every request was answered"),
        Drained::Cut => tracing::warn!("some requests took too long and were cut off"),
    }
}

async fn listen_on(address: SocketAddr) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!(
                "{address} (http.listen) is used by another program; stop it or choose another port"
            )
        }
        Err(error) => {
            Err(error).with_context(|| format!("could not listen on {address} (http.listen)"))
        }
    }
}
