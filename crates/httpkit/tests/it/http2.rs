//! HTTP/2 frames that cost their sender nothing (S-099).

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use carefolk_httpkit::ServeOptions;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::raw::Server;

/// Longer than this takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const CONTINUATION: u8 = 9;

/// `GET http://a/` in HPACK (RFC 7541, appendix A).
const HEAD: &[u8] = &[0x82, 0x86, 0x84, 0x41, 1, b'a'];

/// A frame without flags, on the first stream but for settings.
fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let [.., a, b, c] = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let stream = u8::from(kind != SETTINGS);
    [&[a, b, c, kind, 0, 0, 0, 0, stream], payload].concat()
}

#[tokio::test]
async fn a_head_that_does_not_end_ends_its_connection() {
    let router = Router::new().route("/", get(|| async { "hello" }));
    let server = Server::start(router, ServeOptions::default()).await;
    let (mut read, mut write) = server.connect().await.into_split();
    let begin = [PREFACE, &frame(SETTINGS, b""), &frame(HEADERS, HEAD)].concat();
    let piece = frame(CONTINUATION, b"").repeat(100);
    let flood = async {
        write.write_all(&begin).await.unwrap();
        while write.write_all(&piece).await.is_ok() {}
    };
    let mut answer = Vec::new();
    let until_it_ends = async {
        tokio::select! {
            () = flood => {}
            _ = read.read_to_end(&mut answer) => {}
        }
    };
    tokio::time::timeout(PATIENCE, until_it_ends).await.unwrap();
    assert!(server.is_alive().await);
}
