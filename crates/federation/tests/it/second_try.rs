//! A fetch that is refused is tried once more in the other dialect, and what worked is remembered.

use carefolk_app::ports::{PortError, Receipt, Remote};

use crate::lab::{Lab, Peer, Seen, answer, document, redirect};

fn is_rfc9421(seen: &Seen) -> bool {
    seen.header("signature-input").is_some()
}

fn dialects(peer: &Peer) -> Vec<&'static str> {
    peer.seen().iter().map(|seen| if is_rfc9421(seen) { "rfc9421" } else { "cavage" }).collect()
}

/// The document that stands where it was asked for.
fn here(seen: &Seen) -> axum::response::Response {
    document(&format!("http://{}{}", seen.host(), seen.path))
}

#[tokio::test]
async fn who_refuses_one_dialect_is_asked_once_in_the_other_and_remembered() {
    for status in [400, 401] {
        let lab = Lab::new().await;
        let peer = Peer::start(move |seen| {
            if is_rfc9421(seen) { here(seen) } else { answer(status, "text/plain", "") }
        })
        .await;
        lab.remote.fetch(&peer.url("/n/1")).await.unwrap();
        assert_eq!(dialects(&peer), ["cavage", "rfc9421"], "{status}");
        assert!(lab.signed(&peer.seen()[1]).await);
        // The next fetch begins with it, and so does a delivery.
        lab.remote.fetch(&peer.url("/n/2")).await.unwrap();
        assert_eq!(dialects(&peer)[2..], ["rfc9421"], "{status}");
        let noted = lab.app.peers().signature_profile(&peer.host()).await.unwrap();
        assert_eq!(noted.as_deref(), Some("rfc9421"));
    }
}

#[tokio::test]
async fn what_was_remembered_can_be_wrong_one_day() {
    let lab = Lab::new().await;
    let peer =
        Peer::start(
            |seen| {
                if is_rfc9421(seen) { answer(401, "text/plain", "") } else { here(seen) }
            },
        )
        .await;
    lab.app.peers().note_signature_profile(&peer.host(), "rfc9421").await.unwrap();
    lab.remote.fetch(&peer.url("/n/1")).await.unwrap();
    lab.remote.fetch(&peer.url("/n/2")).await.unwrap();
    assert_eq!(dialects(&peer), ["rfc9421", "cavage", "cavage"]);
}

#[tokio::test]
async fn who_refuses_both_is_left_with_the_first_answer_and_nothing_is_remembered() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| {
        let status = if is_rfc9421(seen) { 500 } else { 401 };
        answer(status, "text/plain", "")
    })
    .await;
    let refused = lab.remote.fetch(&peer.url("/n/1")).await.map(|found| found.url);
    assert_eq!(refused, Err(PortError::Unavailable("status 401".to_owned())));
    assert_eq!(dialects(&peer), ["cavage", "rfc9421"]);
    assert_eq!(lab.app.peers().signature_profile(&peer.host()).await.unwrap(), None);
}

#[tokio::test]
async fn other_answers_are_no_reason_to_ask_again() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| {
        answer(seen.path.trim_start_matches('/').parse().unwrap(), "text/plain", "")
    })
    .await;
    for status in [403, 404, 410, 429, 500, 503] {
        assert!(lab.remote.fetch(&peer.url(&format!("/{status}"))).await.is_err());
    }
    assert_eq!(dialects(&peer), ["cavage"; 6]);
}

#[tokio::test]
async fn that_it_is_not_there_is_an_answer_once_the_signature_is_taken() {
    let lab = Lab::new().await;
    let peer =
        Peer::start(|seen| answer(if is_rfc9421(seen) { 410 } else { 401 }, "text/plain", ""))
            .await;
    let gone = lab.remote.fetch(&peer.url("/n/1")).await.map(|found| found.url);
    assert_eq!(gone, Err(PortError::Gone));
}

#[tokio::test]
async fn one_errand_has_one_second_try_and_it_stays_with_who_refused() {
    let lab = Lab::new().await;
    // The first host wants RFC 9421 and leads on to another one, which wants it as well.
    let peer = Peer::start(|seen| {
        let port = seen.host().split(':').nth(1).unwrap();
        match (is_rfc9421(seen), seen.host().starts_with("peer.")) {
            (false, _) => answer(401, "text/plain", ""),
            (true, true) => redirect(302, &format!("http://other.localhost:{port}{}", seen.path)),
            (true, false) => here(seen),
        }
    })
    .await;
    assert!(lab.remote.fetch(&peer.url("/n/1")).await.is_err());
    let asked = |peer: &Peer| {
        let seen = peer.seen();
        seen.iter().map(|seen| (seen.host().to_owned(), is_rfc9421(seen))).collect::<Vec<_>>()
    };
    let (first, other) = (peer.host(), peer.other_host());
    assert_eq!(
        asked(&peer),
        [(first.clone(), false), (first.clone(), true), (other.clone(), false)]
    );
    // The first is remembered now, so the try is left for the other one.
    lab.remote.fetch(&peer.url("/n/2")).await.unwrap();
    assert_eq!(asked(&peer)[3..], [(first, true), (other.clone(), false), (other, true)]);
}

#[tokio::test]
async fn what_a_fetch_taught_a_delivery_knows() {
    let lab = Lab::new().await;
    let peer = Peer::start(|seen| match (is_rfc9421(seen), seen.method.as_str()) {
        (false, _) => answer(401, "text/plain", ""),
        (true, "POST") => answer(202, "text/plain", ""),
        (true, _) => here(seen),
    })
    .await;
    lab.remote.fetch(&peer.url("/n/1")).await.unwrap();
    let profile = lab.app.peers().signature_profile(&peer.host()).await.unwrap();
    let receipt = lab.remote.deliver(&lab.parcel(&peer.url("/inbox"), profile.as_deref())).await;
    let profile = Some("rfc9421".to_owned());
    assert_eq!(receipt, Receipt::Accepted { status: 202, profile });
    assert_eq!(dialects(&peer), ["cavage", "rfc9421", "rfc9421"]);
}

#[tokio::test]
async fn what_needs_no_signature_is_not_asked_for_twice() {
    let lab = Lab::new().await;
    let peer = Peer::start(|_| answer(401, "text/plain", "")).await;
    assert!(lab.remote.software(&peer.host()).await.is_err());
    assert_eq!(peer.seen().len(), 1);
}
