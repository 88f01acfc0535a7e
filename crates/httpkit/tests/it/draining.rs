//! Stopping, and being busy.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use carefolk_httpkit::ServeOptions;
use carefolk_httpkit::serve::Drained;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::raw::Server;

const SLOW: &str = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";

/// A server whose `/slow` rings `begun` and then waits for `go`.
async fn slow_server(options: ServeOptions) -> (Server, Arc<Notify>, Arc<Notify>) {
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let bells = (Arc::clone(&begun), Arc::clone(&go));
    let slow = move || {
        let (begun, go) = bells.clone();
        async move {
            begun.notify_one();
            go.notified().await;
            "done"
        }
    };
    let router = Router::new().route("/slow", get(slow)).route("/", get(|| async { "hello" }));
    (Server::start(router, options).await, begun, go)
}

async fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_server_stops() {
    let (mut server, begun, go) = slow_server(ServeOptions::default()).await;
    let idle = server.connect().await;
    let mut stream = server.connect().await;
    stream.write_all(SLOW.as_bytes()).await.unwrap();
    begun.notified().await;
    server.stop.cancel();
    go.notify_one();
    assert!(rest(stream).await.ends_with("done"));
    // A connection that never said anything holds nobody up.
    assert_eq!(server.serving.join_next().await.unwrap().unwrap(), Drained::Clean);
    assert_eq!(rest(idle).await, "");
}

#[tokio::test]
async fn what_does_not_end_in_time_is_cut() {
    let options = ServeOptions { drain_within: Duration::ZERO, ..ServeOptions::default() };
    let (mut server, begun, _never) = slow_server(options).await;
    let mut stream = server.connect().await;
    stream.write_all(SLOW.as_bytes()).await.unwrap();
    begun.notified().await;
    server.stop.cancel();
    assert_eq!(server.serving.join_next().await.unwrap().unwrap(), Drained::Cut);
    assert_eq!(rest(stream).await, "");
}

#[tokio::test]
async fn more_connections_than_places_wait_and_are_served_in_their_turn() {
    let options = ServeOptions { connections_max: 1, ..ServeOptions::default() };
    let (server, begun, go) = slow_server(options).await;
    let mut first = server.connect().await;
    first
        .write_all(SLOW.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").as_bytes())
        .await
        .unwrap();
    begun.notified().await;
    let second = server.is_alive();
    go.notify_one();
    let (first, second) = tokio::join!(rest(first), second);
    assert!(first.ends_with("done"));
    assert!(second);
}
