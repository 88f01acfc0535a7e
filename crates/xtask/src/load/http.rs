//! One kept-alive HTTP/1.1 connection to a port on loopback: there is no way to name another host.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// No answer of the program under test is larger than this.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// One answer may take this long.
const ANSWER_TIME: Duration = Duration::from_secs(30);

pub(crate) type Request = http::Request<Full<Bytes>>;

/// A connection; its driving task ends with it.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    _driver: JoinSet<()>,
}

impl Connection {
    pub(crate) async fn open(port: u16) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        let mut driver = JoinSet::new();
        driver.spawn(async move {
            let _closed = connection.await;
        });
        Ok(Self { sender, _driver: driver })
    }

    /// Sends `request` and reads the whole answer.
    pub(crate) async fn send(&mut self, request: Request) -> anyhow::Result<(u16, Bytes)> {
        let exchange = async {
            self.sender.ready().await?;
            let answer = self.sender.send_request(request).await?;
            let status = answer.status().as_u16();
            match Limited::new(answer.into_body(), MAX_ANSWER).collect().await {
                Ok(body) => Ok((status, body.to_bytes())),
                Err(error) => bail!("reading an answer: {error}"),
            }
        };
        tokio::time::timeout(ANSWER_TIME, exchange).await.context("no answer in time")?
    }

    /// Asks for a page as a browser would.
    pub(crate) async fn get(&mut self, host: &str, path: &str) -> anyhow::Result<(u16, Bytes)> {
        let request = http::Request::get(path)
            .header("host", host)
            .header("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
            .body(Full::default())?;
        self.send(request).await
    }
}
