//! A panic ends its own request.

use axum::Router;
use axum::routing::get;
use carefolk_httpkit::{ServeOptions, panics};

use crate::raw::Server;

async fn fall() -> &'static str {
    panic!("somebody's secret")
}

#[tokio::test]
async fn a_panicking_handler_is_a_500_without_its_words_and_the_next_request_is_fine() {
    let router = Router::new().route("/", get(|| async { "hello" })).route("/fall", get(fall));
    let server = Server::start(router, ServeOptions::default()).await;
    let before = panics::caught();
    let answer = server.say("GET /fall HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
    assert!(!answer.contains("secret"));
    assert_eq!(panics::caught(), before + 1);
    assert!(server.is_alive().await);
}
