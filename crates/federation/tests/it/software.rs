//! What other servers run (S-072).

use axum::response::Response;
use carefolk_app::ports::{PortError, Remote, Software};

use crate::lab::{Lab, Peer, Seen, answer};

const REL: &str = "http://nodeinfo.diaspora.software/ns/schema/2.0";

/// An index that leads to `href`, and a document at `/nodeinfo/2.0`.
fn node(seen: &Seen, href: &str) -> Response {
    if seen.path == "/.well-known/nodeinfo" {
        let index = format!(r#"{{"links":[{{"rel":"{REL}","href":"{href}"}}]}}"#);
        return answer(200, "application/json", index);
    }
    let document = r#"{"version":"2.0","software":{"name":"Mastodon","version":"4.7.0"}}"#;
    answer(200, "application/json; charset=utf-8", document.to_owned())
}

#[tokio::test]
async fn a_server_says_what_it_runs() {
    let lab = Lab::new().await;
    let peer =
        Peer::start(|seen| node(seen, &format!("http://{}/nodeinfo/2.0", seen.host()))).await;
    let found = lab.remote.software(&peer.host()).await.unwrap();
    let wanted = Software { name: "mastodon".to_owned(), version: Some("4.7.0".to_owned()) };
    assert_eq!(found, wanted);
    assert!(peer.seen().iter().all(|seen| seen.header("signature").is_none()));
}

#[tokio::test]
async fn what_it_runs_is_not_read_anywhere_else() {
    let lab = Lab::new().await;
    for href in [
        "http://other.localhost:{port}/nodeinfo/2.0",
        "http://127.0.0.1:{port}/nodeinfo/2.0",
        "http://169.254.169.254/latest",
        "data:application/json,{}",
        "file:///etc/passwd",
        "",
    ] {
        let href = href.to_owned();
        let peer = Peer::start(move |seen| {
            let port = seen.host().split(':').nth(1).unwrap().to_owned();
            node(seen, &href.replace("{port}", &port))
        })
        .await;
        let found = lab.remote.software(&peer.host()).await;
        assert!(matches!(found, Err(PortError::Invalid(_) | PortError::Refused(_))), "{found:?}");
        assert_eq!(peer.seen().len(), 1);
    }
}

#[tokio::test]
async fn what_is_no_host_is_not_asked() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| {
        let rest = Seen { path: "/.well-known/nodeinfo".to_owned(), ..seen.clone() };
        let seen = if seen.path.contains("2.0") { seen } else { &rest };
        node(seen, &format!("http://{}/nodeinfo/2.0", seen.host()))
    })
    .await;
    let host = peer.host();
    assert!(lab.remote.software(&host).await.is_ok());
    let before = peer.seen().len();
    for odd in [format!("{host}/x"), format!("{host}?x"), format!("a@{host}"), String::new()] {
        assert!(lab.remote.software(&odd).await.is_err(), "{odd}");
    }
    assert_eq!(peer.seen().len(), before);
}
