//! The accept loop (T14: the one in axum has no timer, so its time-outs are inert).

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::connection::Guarded;
use crate::deadline::DeadlineBody;
use crate::places::{Activity, Place, Places};

/// How long a head may take, and how long a kept-alive connection may be silent.
const HEAD_WITHIN: Duration = Duration::from_secs(30);

/// The largest head; more is answered with 431.
const HEAD_MAX_BYTES: usize = 64 * 1024;

/// The most fields of one head; more is answered with 431.
const HEAD_MAX_FIELDS: usize = 100;

/// The most requests at once on one HTTP/2 connection.
const STREAMS_MAX: u32 = 64;

/// How many requests of one HTTP/2 connection may be taken back before they were looked at: the next
/// one ends it (S-099).
const RESETS_MAX: usize = 20;

/// How often an HTTP/2 connection is asked whether it is still there, and how long it may take.
const PING_EACH: Duration = Duration::from_secs(20);
const PONG_WITHIN: Duration = Duration::from_secs(10);

/// How long to pause when the system has no file descriptor left for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How the accept loop behaves.
#[derive(Clone, Copy, Debug)]
pub struct ServeOptions {
    /// The most connections at once; further ones wait in the kernel's queue. Each costs a file
    /// descriptor and, while it is used, some 100 KiB.
    pub connections_max: usize,
    /// The most connections of one address, unless a proxy of ours makes all clients look like one.
    pub connections_of_one: Option<usize>,
    /// How long requests under way may take after `shutdown`.
    pub drain_within: Duration,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            connections_max: 4_096,
            connections_of_one: None,
            drain_within: Duration::from_secs(30),
        }
    }
}

/// How serving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drained {
    /// Every request was answered.
    Clean,
    /// The time was up, and what was left was cut.
    Cut,
}

/// Serves `router` on `listener` until `shutdown` is ready, then drains.
///
/// Each request carries its peer as [`ConnectInfo`]. A panic of a handler ends its request only.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: ServeOptions,
    shutdown: impl Future<Output = ()>,
) -> Drained {
    let host = Arc::new(Host {
        builder: builder(),
        router: router.layer(crate::panics::layer()),
        kill: CancellationToken::new(),
    });
    let places = Places::new(options.connections_max, options.connections_of_one);
    let tasks = TaskTracker::new();
    let graceful = GracefulShutdown::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        let connection = Arc::clone(&host).converse(stream, peer, graceful.watcher(), place);
        tasks.spawn(connection);
    }
    drop(listener);
    tasks.close();
    let drained = tokio::time::timeout(options.drain_within, graceful.shutdown()).await;
    host.kill.cancel();
    tasks.wait().await;
    if drained.is_ok() { Drained::Clean } else { Drained::Cut }
}

/// The next connection, when there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Places>,
) -> Option<(TcpStream, SocketAddr, Place)> {
    let room = places.room().await?;
    match listener.accept().await {
        // Whoever has too many gets no answer: there is nothing to be said that would help.
        Ok((stream, peer)) => places.take(peer.ip(), room).map(|place| (stream, peer, place)),
        Err(error) => {
            // Out of descriptors, or the client was gone already: neither may spin.
            tracing::warn!(%error, "could not accept a connection");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD_MAX_BYTES)
        .max_headers(HEAD_MAX_FIELDS);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_pending_accept_reset_streams(RESETS_MAX)
        .max_header_list_size(u32::try_from(HEAD_MAX_BYTES).unwrap_or(u32::MAX))
        .keep_alive_interval(PING_EACH)
        .keep_alive_timeout(PONG_WITHIN);
    builder
}

/// What every connection needs.
struct Host {
    builder: Builder<TokioExecutor>,
    router: Router,
    kill: CancellationToken,
}

impl Host {
    async fn converse(
        self: Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        watcher: Watcher,
        place: Place,
    ) {
        // Answers are small, and written whole: waiting to fill a packet only delays them.
        stream.set_nodelay(true).ok();
        let router = &self.router;
        let activity = Activity::new();
        let service = hyper::service::service_fn(|request: http::Request<Incoming>| {
            let (router, under_way) = (router.clone(), activity.begin());
            async move {
                let mut request = request.map(DeadlineBody::new);
                request.extensions_mut().insert(ConnectInfo(peer));
                let answer: Result<_, Infallible> = router.oneshot(request).await;
                drop(under_way);
                answer
            }
        });
        let connection = self.builder.serve_connection(TokioIo::new(Guarded::new(stream)), service);
        tokio::select! {
            ended = watcher.watch(connection) => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended badly");
                }
            }
            () = activity.idle() => tracing::debug!("closed an idle connection"),
            () = self.kill.cancelled() => {}
        }
        drop(place);
    }
}
