//! Sending (R-015, R-019, R-021).

use std::sync::Arc;

use carefolk_app::ports::{Parcel, Receipt, Remote};
use carefolk_domain::Span;

use crate::lab::{Lab, Peer, Seen, answer, redirect};

fn is_rfc9421(seen: &Seen) -> bool {
    seen.header("signature-input").is_some()
}

fn accepted(profile: &str) -> Receipt {
    Receipt::Accepted { status: 202, profile: Some(profile.to_owned()) }
}

#[tokio::test]
async fn an_activity_is_posted_once_with_its_exact_bytes_signed() {
    let lab = Lab::new().await;
    let peer = Peer::start(|_| answer(202, "text/plain", "")).await;
    let receipt = lab.remote.deliver(&lab.parcel(&peer.url("/inbox?x=y"), None)).await;
    assert_eq!(receipt, accepted("cavage"));
    let seen = peer.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].method, "POST");
    assert_eq!(&*seen[0].body, br#"{"type":"Create"}"#);
    assert_eq!(seen[0].header("content-type"), Some("application/activity+json"));
    assert!(seen[0].header("digest").is_some() && seen[0].header("content-digest").is_some());
    assert!(!is_rfc9421(&seen[0]));
    assert!(lab.signed(&seen[0]).await);
}

#[tokio::test]
async fn who_refuses_one_dialect_is_asked_once_in_the_other() {
    let lab = Lab::new().await;
    for status in [400, 401] {
        let peer = Peer::start(move |seen| {
            answer(if is_rfc9421(seen) { 202 } else { status }, "text/plain", "")
        })
        .await;
        let receipt = lab.remote.deliver(&lab.parcel(&peer.url("/inbox"), None)).await;
        assert_eq!(receipt, accepted("rfc9421"), "{status}");
        assert_eq!(peer.seen().len(), 2);
        assert!(lab.signed(&peer.seen()[1]).await);
        // Remembered, it is used first.
        let parcel = lab.parcel(&peer.url("/inbox"), Some("rfc9421"));
        assert_eq!(lab.remote.deliver(&parcel).await, accepted("rfc9421"));
        assert_eq!(peer.seen().len(), 3);
    }
}

#[tokio::test]
async fn who_refuses_both_is_left_with_its_first_answer() {
    let lab = Lab::new().await;
    let peer =
        Peer::start(|seen| answer(if is_rfc9421(seen) { 500 } else { 401 }, "text/plain", ""))
            .await;
    let receipt = lab.remote.deliver(&lab.parcel(&peer.url("/inbox"), None)).await;
    assert_eq!(receipt, Receipt::Refused { status: 401 });
    assert_eq!(peer.seen().len(), 2);
}

#[tokio::test]
async fn what_is_proven_has_the_same_bytes_on_each_try() {
    let lab = Lab::new().await;
    let peer =
        Peer::start(|seen| answer(if is_rfc9421(seen) { 202 } else { 401 }, "text/plain", ""))
            .await;
    let instance = lab.key.key_uri.split('#').next().unwrap();
    let proof = lab.app.actors().proof_key(instance, lab.now()).await.unwrap();
    let method = proof.key.key_uri.clone();
    for _ in 0..2 {
        let parcel = lab.parcel(&peer.url("/inbox"), None);
        let proven = lab.remote.prove(Arc::clone(&parcel.body), &proof).await.unwrap();
        let parcel = Parcel { body: Arc::from(proven), ..parcel };
        assert_eq!(lab.remote.deliver(&parcel).await, accepted("rfc9421"));
    }
    let seen = peer.seen();
    assert_eq!(seen.len(), 4);
    for request in &seen {
        assert!(lab.signed(request).await, "the signature of the request covers the proof");
        assert_eq!(request.body, seen[0].body);
    }
    let body = String::from_utf8(seen[0].body.to_vec()).unwrap();
    let proof = carefolk_signatures::read_proofs(&body, 1).unwrap().pop().unwrap();
    assert_eq!(proof.method(), method);
    let actor = lab.app.actors().document_by_handle("instance").await.unwrap();
    let multikey = &actor.assertion_method[0];
    assert_eq!(multikey.id, method);
    let key = carefolk_signatures::PublicKey::from_multibase(&multikey.public_key_multibase);
    assert_eq!(proof.verify(&key.unwrap()), Ok(()));
}

#[tokio::test]
async fn every_answer_has_its_meaning() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| {
        let status: u16 = seen.path.trim_start_matches('/').parse().unwrap();
        let mut response = match status {
            301 | 307 | 308 => redirect(status, "/202"),
            status => answer(status, "text/plain", ""),
        };
        response.headers_mut().insert("retry-after", "7".parse().unwrap());
        response
    })
    .await;
    let wait = Some(Span::seconds(7));
    let failed = |status| Receipt::Failed { status: Some(status), why: format!("status {status}") };
    for (status, meaning) in [
        (403, Receipt::Refused { status: 403 }),
        (404, Receipt::NotFound),
        (410, Receipt::Gone),
        (413, Receipt::Rejected { status: 413 }),
        (422, Receipt::Rejected { status: 422 }),
        (429, Receipt::Throttled { status: 429, retry_after: wait }),
        (503, Receipt::Throttled { status: 503, retry_after: wait }),
        (500, failed(500)),
        (301, failed(301)),
        (307, failed(307)),
        (308, failed(308)),
    ] {
        let parcel = lab.parcel(&peer.url(&format!("/{status}")), None);
        assert_eq!(lab.remote.deliver(&parcel).await, meaning, "{status}");
    }
    assert!(peer.seen().iter().all(|seen| seen.path != "/202"), "a redirect was followed");
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    let lab = Lab::new().await;
    let peer = Peer::start(|_| {
        let chunk = || Ok::<_, std::convert::Infallible>(vec![b'x'; 16 * 1024]);
        let endless = futures_util::stream::repeat_with(chunk);
        let body = axum::body::Body::from_stream(endless);
        let mut response = answer(202, "text/plain", body);
        // Packing it would never end either.
        response.headers_mut().insert("content-encoding", "identity".parse().unwrap());
        response
    })
    .await;
    let receipt = lab.remote.deliver(&lab.parcel(&peer.url("/inbox"), None)).await;
    assert_eq!(receipt, accepted("cavage"));
}

#[tokio::test]
async fn nothing_is_sent_where_we_do_not_go() {
    let lab = Lab::new().await;
    for inbox in [
        "http://10.0.0.5/inbox",
        "http://care.localhost:1/inbox",
        "ftp://peer.localhost/inbox",
        "http://x@peer.localhost/inbox",
        "peer.localhost/inbox",
    ] {
        let receipt = lab.remote.deliver(&lab.parcel(inbox, None)).await;
        assert!(matches!(receipt, Receipt::Failed { status: None, .. }), "{inbox}: {receipt:?}");
    }
}
