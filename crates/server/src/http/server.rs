//! One community, listening: from settings to the last answer.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use carefolk_app::{App, Duty};
use carefolk_httpkit::ServeOptions;
use carefolk_httpkit::serve::Drained;
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::router;
use crate::files::{self, Lock, Sharing};
use crate::metrics::Metrics;
use crate::settings::{self, Role, Roles, Settings};
use crate::wiring::{self, Built, Lease, schema};
use crate::world::SystemClock;

/// How long requests under way may take after we were told to stop.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// How long everything under way may take then; with what follows it is less than 30 s (P9, R-049).
const FINISH_WITHIN: Duration = Duration::from_secs(25);

/// How long it may take after that to give back what is leased, and to close the database.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);

/// How many connections one address may hold, where addresses tell clients apart: an office behind
/// one address needs some dozens.
const CONNECTIONS_OF_ONE: usize = 256;

/// How many connections the system keeps for us until we take them, if it is set to keep so many.
/// Where there is no room, a client believes that it is connected, and waits for seconds (S-098).
const NEWCOMERS_MAX: u32 = 4096;

/// One community, ready to answer.
pub(crate) struct Server {
    app: App,
    listener: TcpListener,
    listen: SocketAddr,
    router: Router,
    lease: Lease,
    connections_of_one: Option<usize>,
    metrics: Option<Metrics>,
    duties: Vec<Duty>,
    _lock: Lock,
}

impl Server {
    /// Takes folder and port, brings the database up to date, and builds everything. Cheap things
    /// that often fail come first, so that a wrong start changes nothing.
    pub(crate) async fn start(settings: &Settings) -> anyhow::Result<Self> {
        files::make_folder(&settings.storage)?;
        let lock = files::lock(&settings.storage, sharing(settings)?)?;
        let listener = listen_on(settings.http.listen)?;
        let listen = listener.local_addr().context("the port has no address")?;
        let numbers = match settings.metrics {
            Some(address) => Some(Metrics::listen(address).await?),
            None => None,
        };
        let (db, key) = wiring::open_or_make(settings).await?;
        let turn = schema::turn(&db).await?;
        let taken = schema::up(&db, &turn).await?;
        if !taken.is_empty() {
            tracing::debug!(steps = taken.len(), "brought the database up to date");
        }
        let local = settings::local_url(listen);
        let built = Box::pin(wiring::application(settings, db, key, local)).await?;
        let Built { app, remote, lease } = built;
        wiring::prepare(&app, settings).await?;
        wiring::check_key(&app, key, settings).await?;
        drop(turn);
        let router = router::router(settings, &app, &remote, listen);
        let direct = settings.http.trusted_proxies == 0 && !app.settings().lab;
        let connections_of_one = direct.then_some(CONNECTIONS_OF_ONE);
        let metrics = match numbers {
            Some(listener) => Some(Metrics::on(listener, app.clone(), settings.storage.clone())?),
            None => None,
        };
        let duties = duties(&settings.process.roles);
        Ok(Self {
            app,
            listener,
            listen,
            router,
            lease,
            connections_of_one,
            metrics,
            duties,
            _lock: lock,
        })
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
        let Self { app, listener, router, lease, connections_of_one, metrics, duties, .. } = self;
        let tasks = TaskTracker::new();
        app.start_duties(&duties, &tasks, &stop);
        if let Some(metrics) = metrics {
            tasks.spawn(metrics.run(stop.clone()));
        }
        tasks.close();
        let drain_within = ANSWER_WITHIN;
        let options = ServeOptions { drain_within, connections_of_one, ..ServeOptions::default() };
        let serving =
            carefolk_httpkit::serve(listener, router, options, stop.clone().cancelled_owned());
        let mut serving = std::pin::pin!(serving);
        let work = async {
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
            tasks.wait().await;
            lost
        };
        let time_is_up = async {
            stop.cancelled().await;
            tokio::time::sleep(FINISH_WITHIN).await;
        };
        let lost = tokio::select! {
            lost = work => lost,
            () = time_is_up => {
                tracing::warn!("work in the background was cut off; it goes on at the next start");
                None
            }
        };
        close(&app, &lease).await;
        lost.map_or(Ok(()), Err)
    }
}

/// Lets go of what others may have now. What does not answer is left: leases end by themselves.
async fn close(app: &App, lease: &Lease) {
    if tokio::time::timeout(CLOSE_WITHIN, lease.give_back()).await.is_err() {
        tracing::debug!("the lease for making ids ends by itself");
    }
    match tokio::time::timeout(CLOSE_WITHIN, app.db().close()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the database did not close cleanly"),
        Err(_elapsed) => tracing::warn!("the database did not close in time"),
    }
}

/// Who may use the folder beside this server.
fn sharing(settings: &Settings) -> anyhow::Result<Sharing> {
    let roles = &settings.process.roles;
    if !settings.database.url.starts_with("sqlite:") {
        return Ok(Sharing::Together);
    }
    if !roles.are_all() {
        bail!(
            "process.roles is {}, but on SQLite one process does everything; leave it out, or use \
             PostgreSQL",
            roles.names()
        );
    }
    Ok(Sharing::Alone)
}

/// What a process with these roles does in the background.
fn duties(roles: &Roles) -> Vec<Duty> {
    let all = [
        (Role::Inbox, Duty::Inbound),
        (Role::Delivery, Duty::Deliveries),
        (Role::Jobs, Duty::Jobs),
    ];
    all.into_iter().filter(|(role, _)| roles.has(*role)).map(|(_, duty)| duty).collect()
}

fn tell(drained: Drained) {
    match drained {
        Drained::Clean => tracing::info!("every request was answered"),
        Drained::Cut => tracing::warn!("some requests took too long and were cut off"),
    }
}

fn listen_on(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let bound = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(NEWCOMERS_MAX)
    };
    match bound() {
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
