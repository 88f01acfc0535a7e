//! What two readers could read differently is never answered.

use axum::Router;
use axum::routing::{get, post};
use carefolk_httpkit::ServeOptions;

use crate::raw::Server;

async fn server() -> Server {
    let router = Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/echo", post(|body: String| async { body }));
    Server::start(router, ServeOptions::default()).await
}

#[tokio::test]
async fn smuggled_requests_are_never_answered() {
    let server = server().await;
    let inner = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    for head in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Content-Length: 0\r\nContent-Length: 0",
        "Content-Length: 0\r\nContent-Length: 5",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: xchunked",
        "A: b\r\n folded",
        "A: b\nC: d",
        "A: b\0",
    ] {
        let request = format!("POST /echo HTTP/1.1\r\nHost: a\r\n{head}\r\n\r\n0\r\n\r\n{inner}");
        let answer = server.say(&request).await;
        assert!(!answer.contains(" 200 "), "{head:?}: {answer}");
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{head:?}: {answer}");
    }
    assert!(server.is_alive().await);
}

#[tokio::test]
async fn honest_requests_follow_each_other_on_one_connection() {
    let server = server().await;
    let requests = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none\
        POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\
        2\r\ntw\r\n1\r\no\r\n0\r\nSignature: in a trailer\r\n\r\n\
        GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answer = server.say(requests).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 3, "{answer}");
    assert!(answer.ends_with("hello"));
}

#[tokio::test]
async fn a_head_that_is_too_large_is_431_or_cut() {
    let server = server().await;
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(70 * 1024));
    let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(200));
    for request in [long, many] {
        let answer = server.say(&request).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
    assert!(server.is_alive().await);
}
