//! The numbers of the work, for a monitoring program on the same machine (P15).
//!
//! Invariants: the listener is on a loopback address; no label holds what a person wrote, nor whom
//! they are; whoever asks often costs no more than one look each few seconds.

mod page;
mod text;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use carefolk_app::App;
use carefolk_httpkit::{HostCheck, ServeOptions, host};
use http::header::CONTENT_TYPE;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use page::Facts;

/// Prometheus' own name for its format.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What was looked up is told again for so long.
const LOOK_EACH: Duration = Duration::from_secs(5);

/// How long the database may take; after that it counts as down.
const LOOK_WITHIN: Duration = Duration::from_secs(5);

/// Connections at once: monitoring programs use one.
const CONNECTIONS_MAX: usize = 16;

/// How long a request under way may take at the end.
const DRAIN_WITHIN: Duration = Duration::from_secs(1);

/// Where numbers are told.
pub(crate) struct Metrics {
    listener: TcpListener,
    router: Router,
}

struct Source {
    app: App,
    storage: PathBuf,
    looked: Mutex<Option<(Instant, Facts)>>,
}

impl Metrics {
    /// Takes the port `listen`.
    pub(crate) async fn listen(listen: SocketAddr) -> anyhow::Result<TcpListener> {
        TcpListener::bind(listen)
            .await
            .with_context(|| format!("could not listen on {listen} (metrics.listen)"))
    }

    /// Tells of `app` on `listener`.
    pub(crate) fn on(listener: TcpListener, app: App, storage: PathBuf) -> anyhow::Result<Self> {
        let address = listener.local_addr().context("the port for metrics has no address")?;
        let port = address.port();
        // A page somewhere else must not make a browser on this machine read them for it.
        let names = [
            address.to_string(),
            format!("127.0.0.1:{port}"),
            format!("[::1]:{port}"),
            format!("localhost:{port}"),
        ];
        let check = HostCheck::new(names, &format!("http://{address}"));
        let source = Arc::new(Source { app, storage, looked: Mutex::new(None) });
        let router = Router::new()
            .route("/metrics", get(tell))
            .with_state(source)
            .layer(middleware::from_fn_with_state(check, host::check_host));
        Ok(Self { listener, router })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.listener.local_addr().ok()
    }

    /// Answers until `stop`.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let options = ServeOptions {
            connections_max: CONNECTIONS_MAX,
            connections_of_one: None,
            drain_within: DRAIN_WITHIN,
        };
        carefolk_httpkit::serve(self.listener, self.router, options, stop.cancelled_owned()).await;
    }
}

async fn tell(State(source): State<Arc<Source>>) -> Response {
    let mut looked = source.looked.lock().await;
    let facts = match looked.take() {
        Some((at, facts)) if at.elapsed() < LOOK_EACH => (at, facts),
        _ => (Instant::now(), source.look().await),
    };
    let page = page::page(&source.app, &facts.1);
    *looked = Some(facts);
    ([(CONTENT_TYPE, TEXT_FORMAT)], page).into_response()
}

impl Source {
    async fn look(&self) -> Facts {
        let figures = match tokio::time::timeout(LOOK_WITHIN, self.app.figures()).await {
            Ok(Ok(figures)) => Some(figures),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the numbers of the queues could not be read");
                None
            }
            Err(_elapsed) => None,
        };
        Facts { figures, disk_free: disk_free(&self.storage) }
    }
}

/// Bytes that are left for us where `path` is, if the system says.
pub(crate) fn disk_free(path: &Path) -> Option<u64> {
    let facts = rustix::fs::statvfs(path).ok()?;
    facts.f_bavail.checked_mul(facts.f_frsize)
}
