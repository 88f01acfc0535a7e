//! Requests that two readers could read differently (S-025). Everything else about them is good.

use super::Door;
use crate::knock::{USUAL, send};
use crate::town::settle;

/// Replaces the first `from` in the head of a request.
fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(text.contains(from), "{from:?} is not in {text}");
    text.replacen(from, to, 1).into_bytes()
}

/// The same request with its body in one chunk, and these trailers.
fn chunked(bytes: &[u8], trailers: &str) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let lines = head.split("\r\n").filter(|line| !line.starts_with("content-length"));
    let head = lines.collect::<Vec<_>>().join("\r\n");
    let (size, end) = (body.len(), format!("0\r\n{trailers}\r\n"));
    format!("{head}\r\ntransfer-encoding: chunked\r\n\r\n{size:x}\r\n{body}\r\n{end}").into_bytes()
}

/// Sends it: the answer is one of these statuses or a closed connection, and nothing changes.
async fn refuse(door: &Door, what: &str, bytes: &[u8], statuses: &[u16]) {
    let before = door.rows().await;
    let answer = send(door.port(), bytes).await;
    let good = answer.status.is_none_or(|status| statuses.contains(&status));
    assert!(good, "S-025, {what}: {}", answer.text);
    settle(&[&door.town]).await;
    assert_eq!(door.rows().await, before, "S-025, {what}");
    door.assert_alive("S-025").await;
}

#[tokio::test]
async fn s_025_odd_framing_is_refused() {
    let door = Door::new().await;
    let knock = || door.vics(&door.dislike(&door.vic)).bytes();
    let length = |bytes: &[u8]| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        text.lines().find(|line| line.starts_with("content-length")).unwrap().to_owned()
    };
    let bytes = knock();
    let line = length(&bytes);
    let both = format!("{line}\r\ntransfer-encoding: chunked");
    for (what, from, to) in [
        ("a length and a transfer encoding", line.as_str(), both.as_str()),
        (
            "the other way round",
            "connection: close",
            "transfer-encoding: chunked\r\nconnection: close",
        ),
        ("two lengths", &line, &format!("{line}\r\ncontent-length: 5")),
        ("the same length twice", &line, &format!("{line}\r\n{line}")),
        ("two lengths in one line", &line, &format!("{line}, 5")),
        ("a signed length", &line, &line.replace(": ", ": +")),
        ("a folded line", "user-agent: test/1.0", "user-agent: test/1.0\r\n more"),
        ("a bare line feed", "user-agent: test/1.0\r\n", "user-agent: test/1.0\n"),
        ("a zero byte", "test/1.0", "test\0/1.0"),
        ("a bare carriage return", "test/1.0", "test/1.0\rx: y"),
        ("a space before the colon", "user-agent:", "user-agent :"),
        ("an unknown transfer encoding", &line, "transfer-encoding: gzip, chunked"),
        ("an encoding twice", &line, "transfer-encoding: chunked\r\ntransfer-encoding: chunked"),
    ] {
        refuse(&door, what, &replaced(&bytes, from, to), &[400, 431, 501]).await;
    }
    let bare: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != b'\r').collect();
    refuse(&door, "bare line feeds", &bare, &[400]).await;
}

#[tokio::test]
async fn s_025_endless_heads_are_refused() {
    let door = Door::new().await;
    let many = (0..200)
        .fold(door.vics(&door.dislike(&door.vic)), |knock, n| knock.and(&format!("x-{n}"), "y"));
    refuse(&door, "200 headers", &many.bytes(), &[400, 431]).await;
    let long = door.vics(&door.dislike(&door.vic)).and("x-long", &"y".repeat(64 * 1024));
    refuse(&door, "a header of 64 KiB", &long.bytes(), &[400, 431]).await;
}

#[tokio::test]
async fn s_025_a_signature_in_a_trailer_is_none_and_chunks_are_fine() {
    let door = Door::new().await;
    let knock = door.vics(&door.dislike(&door.vic));
    let signature = knock.header("signature").to_owned();
    assert!(signature.contains(USUAL));
    let unsigned = knock.clone().without("signature");
    let trailer = chunked(&unsigned.bytes(), &format!("signature: {signature}\r\n"));
    refuse(&door, "signature in a trailer", &trailer, &[400, 401]).await;
    let digest = knock.header("digest").to_owned();
    let trailer =
        chunked(&knock.clone().without("digest").bytes(), &format!("digest: {digest}\r\n"));
    refuse(&door, "digest in a trailer", &trailer, &[400, 401]).await;
    let answer = send(door.port(), &chunked(&knock.bytes(), "")).await;
    assert_eq!(answer.status, Some(202), "S-025, an honest chunk: {}", answer.text);
}
