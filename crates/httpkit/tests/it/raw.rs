//! A server on loopback and clients that write what they like.

use axum::Router;
use carefolk_httpkit::serve::Drained;
use carefolk_httpkit::{ServeOptions, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// A server on loopback.
pub(crate) struct Server {
    pub(crate) port: u16,
    pub(crate) stop: CancellationToken,
    pub(crate) serving: JoinSet<Drained>,
}

impl Server {
    pub(crate) async fn start(router: Router, options: ServeOptions) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, router, options, stopped));
        Self { port, stop, serving }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).await.unwrap()
    }

    /// Writes `request` on a new connection and reads until the server closes it.
    pub(crate) async fn say(&self, request: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // A connection may also be reset, when we wrote more than was read.
        stream.read_to_end(&mut answer).await.ok();
        String::from_utf8(answer).unwrap()
    }

    /// An ordinary request, which must be answered whatever others do.
    pub(crate) async fn is_alive(&self) -> bool {
        let answer = self.say("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        answer.starts_with("HTTP/1.1 200")
    }
}
