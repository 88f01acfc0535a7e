//! Fetching documents (S-063 to S-068, S-083, S-093, S-097).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use carefolk_app::ports::{PortError, Remote};
use carefolk_testkit::operator;

use crate::lab::{Lab, Peer, answer, document, redirect};

const INVALID_ID: PortError = PortError::Invalid("the document is not at its own id");

#[tokio::test]
async fn a_document_is_asked_for_in_the_name_of_the_instance_and_of_nobody_else() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| document(&format!("http://{}{}", seen.host(), seen.path))).await;
    let fetched = lab.remote.fetch(&peer.url("/n/1?a=b#part")).await.unwrap();
    assert_eq!(fetched.url, peer.url("/n/1?a=b"));
    let seen = peer.seen();
    assert_eq!(seen.len(), 1);
    assert!(lab.signed(&seen[0]).await);
    let agent = seen[0].header("user-agent").unwrap();
    assert_eq!(agent, "Carefolk/0.0.0-test (+http://care.localhost:1)");
    for name in ["cookie", "referer"] {
        assert_eq!(seen[0].header(name), None, "{name}");
    }
}

#[tokio::test]
async fn redirects_are_followed_three_times_and_judged_each_time() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| {
        let own = format!("http://{}{}", seen.host(), seen.path);
        match seen.path.as_str() {
            "/hops/3" => redirect(301, "/hops/2"),
            "/hops/2" => redirect(302, "/hops/1"),
            "/hops/1" => redirect(307, "/hops/0"),
            "/hops/4" => redirect(308, "/hops/3"),
            "/loop" => redirect(303, "/loop"),
            "/inside" => redirect(302, "http://10.0.0.5/x"),
            "/metadata" => redirect(302, "http://169.254.169.254/latest"),
            "/file" => redirect(302, "file:///etc/passwd"),
            "/home" => redirect(302, "http://care.localhost:1/ap/actor/x"),
            "/not-a-redirect" => {
                let mut response = document(&own);
                response.headers_mut().insert("location", "http://10.0.0.5/".parse().unwrap());
                response
            }
            "/304" => redirect(304, "/hops/0"),
            _ => document(&own),
        }
    })
    .await;
    let fetch = async |path: &str| lab.remote.fetch(&peer.url(path)).await.map(|f| f.url);
    assert_eq!(fetch("/hops/3").await, Ok(peer.url("/hops/0")));
    assert_eq!(fetch("/not-a-redirect").await, Ok(peer.url("/not-a-redirect")));
    let too_many = Err(PortError::Invalid("too many redirects"));
    assert_eq!(fetch("/hops/4").await, too_many);
    assert_eq!(fetch("/loop").await, too_many);
    for path in ["/inside", "/metadata", "/file", "/home"] {
        assert!(matches!(fetch(path).await, Err(PortError::Refused(_))), "{path}");
    }
    assert!(matches!(fetch("/304").await, Err(PortError::Invalid(_))));
}

#[tokio::test]
async fn a_redirect_to_another_server_may_only_lead_to_its_own_document() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| {
        let port = seen.host().split(':').nth(1).unwrap();
        match (seen.host().starts_with("peer."), seen.path.as_str()) {
            (true, path) => redirect(302, &format!("http://other.localhost:{port}{path}")),
            (false, "/lie") => document(&format!("http://peer.localhost:{port}/lie")),
            (false, path) => document(&format!("http://other.localhost:{port}{path}")),
        }
    })
    .await;
    let there = format!("http://{}/own", peer.other_host());
    assert_eq!(lab.remote.fetch(&peer.url("/own")).await.map(|f| f.url), Ok(there));
    assert_eq!(lab.remote.fetch(&peer.url("/lie")).await.map(|f| f.url), Err(INVALID_ID));
}

#[tokio::test]
async fn another_id_on_the_same_server_is_asked_for_once() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| {
        let id = match seen.path.as_str() {
            "/@vic" => "/users/vic",
            "/fickle/1" => "/fickle/2",
            "/fickle/2" => "/fickle/3",
            other => other,
        };
        document(&format!("http://{}{id}", seen.host()))
    })
    .await;
    let found = lab.remote.fetch(&peer.url("/@vic")).await.map(|f| f.url);
    assert_eq!(found, Ok(peer.url("/users/vic")));
    let refused = lab.remote.fetch(&peer.url("/fickle/1")).await.map(|f| f.url);
    assert_eq!(refused, Err(INVALID_ID));
    assert_eq!(peer.seen().len(), 4);
}

#[tokio::test]
async fn only_activitystreams_is_a_document_however_its_type_is_spelled() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| {
        let id = format!("http://{}{}", seen.host(), seen.path);
        let body = format!(r#"{{"id":"{id}","type":"Note"}}"#);
        match seen.path.as_str() {
            "/good/1" => answer(200, "application/activity+json;charset=UTF-8", body),
            "/good/2" => answer(
                200,
                "application/ld+json;profile=\"https://www.w3.org/ns/activitystreams\"; charset=utf-8",
                body,
            ),
            "/bad/1" => answer(200, "text/plain", body),
            "/bad/2" => answer(200, "application/json", body),
            "/bad/3" => answer(200, "image/png", body),
            "/bad/4" => answer(200, "application/ld+json", body),
            "/bad/5" => answer(200, "application/activity+json", "not json"),
            "/bad/6" => answer(200, "application/activity+json", r#"{"type":"Note"}"#),
            _ => answer(200, "application/octet-stream", body),
        }
    })
    .await;
    for path in ["/good/1", "/good/2"] {
        assert!(lab.remote.fetch(&peer.url(path)).await.is_ok(), "{path}");
    }
    for path in ["/bad/1", "/bad/2", "/bad/3", "/bad/4", "/bad/5", "/bad/6", "/bad/7"] {
        let refused = lab.remote.fetch(&peer.url(path)).await;
        assert!(matches!(refused, Err(PortError::Invalid(_))), "{path}: {refused:?}");
    }
}

#[tokio::test]
async fn a_status_counts_more_than_the_document_under_it() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| {
        let status = seen.path.trim_start_matches('/').parse().unwrap();
        let id = format!("http://{}{}", seen.host(), seen.path);
        answer(status, "application/activity+json", format!(r#"{{"id":"{id}"}}"#))
    })
    .await;
    let fetch = async |path: &str| lab.remote.fetch(&peer.url(path)).await.map(|f| f.url);
    assert_eq!(fetch("/404").await, Err(PortError::NotFound));
    assert_eq!(fetch("/410").await, Err(PortError::Gone));
    assert!(matches!(fetch("/400").await, Err(PortError::Invalid(_))));
    for path in ["/401", "/429", "/500", "/503"] {
        assert!(matches!(fetch(path).await, Err(PortError::Unavailable(_))), "{path}");
    }
}

#[tokio::test]
async fn a_document_is_read_up_to_one_mebibyte_unpacked() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| {
        let id = format!("http://{}{}", seen.host(), seen.path);
        let size: usize = seen.path.trim_start_matches('/').parse().unwrap();
        let head = format!(r#"{{"id":"{id}","x":""#);
        let filling = "0".repeat(size - head.len() - 2);
        answer(200, "application/activity+json", format!(r#"{head}{filling}"}}"#))
    })
    .await;
    let fits = lab.remote.fetch(&peer.url("/1048576")).await.unwrap();
    assert_eq!(fits.body.len(), 1 << 20);
    // Zeros are sent packed a thousandfold, so it is what comes out that is counted.
    assert_eq!(peer.seen()[0].header("accept-encoding"), Some("gzip,br"));
    for path in ["/1048577", "/30000000"] {
        let refused = lab.remote.fetch(&peer.url(path)).await.map(|f| f.url);
        assert_eq!(refused, Err(PortError::Invalid("the document is too large")), "{path}");
    }
}

#[tokio::test]
async fn who_wants_the_same_document_at_once_shares_one_request() {
    let lab = Lab::new().await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let peer = Peer::start(move |seen| {
        count.fetch_add(1, Ordering::SeqCst);
        document(&format!("http://{}{}", seen.host(), seen.path))
    })
    .await;
    let url = peer.url("/popular");
    let fetches = (0..20).map(|_| lab.remote.fetch(&url));
    let fetched = futures_util::future::join_all(fetches).await;
    assert!(fetched.iter().all(Result::is_ok));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    // Who comes later gets what stands there later.
    lab.remote.fetch(&url).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_is_not_there_is_not_asked_for_again_at_once() {
    let lab = Lab::new().await;
    let peer = Peer::start(|_| answer(404, "text/plain", "")).await;
    for _ in 0..5 {
        let found = lab.remote.fetch(&peer.url("/gone")).await.map(|f| f.url);
        assert_eq!(found, Err(PortError::NotFound));
    }
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn a_suspended_peer_is_sent_nothing_not_even_by_a_redirect() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| {
        let port = seen.host().split(':').nth(1).unwrap();
        redirect(302, &format!("http://other.localhost:{port}/x"))
    })
    .await;
    lab.app.peers().suspend(&operator(), &peer.other_host()).await.unwrap();
    let direct = lab.remote.fetch(&format!("http://{}/x", peer.other_host())).await;
    assert!(matches!(direct, Err(PortError::Refused(_))));
    let led = lab.remote.fetch(&peer.url("/x")).await;
    assert!(matches!(led, Err(PortError::Refused(_))));
    assert!(peer.seen().iter().all(|seen| seen.host() == peer.host()));
    let receipt =
        lab.remote.deliver(&lab.parcel(&format!("http://{}/inbox", peer.other_host()), None)).await;
    assert!(matches!(receipt, carefolk_app::ports::Receipt::Failed { status: None, .. }));
    assert_eq!(peer.seen().len(), 1);
}
