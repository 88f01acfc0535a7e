//! Two communities that both demand signed fetches (S-079): each needs the other's key to answer
//! the other, and they meet all the same.

use std::time::Duration;

use carefolk_app::{Caller, Page};
use carefolk_domain::Address;

use crate::knock::send;
use crate::town::{Town, clock, settle};

/// Ten times what a meeting takes; a loop would never end.
const MEET_WITHIN: Duration = Duration::from_secs(20);

#[tokio::test]
async fn s_079_two_servers_that_both_demand_signatures_meet_without_a_loop() {
    let clock = clock();
    let alder = Town::demanding("alder", &clock).await;
    let birch = Town::demanding("birch", &clock).await;
    let nurse = alder.account("nurse").await;
    alder.provider("hazelbank", "nurse").await;
    let fan = birch.account("fan").await;
    let hazelbank = Address::parse(&format!("hazelbank@{}", alder.host)).unwrap();
    let meeting = async {
        birch.app.follows().follow(&fan, "fan", &hazelbank).await.unwrap();
        settle(&[&alder, &birch]).await;
        alder.post(&nurse, "hazelbank", "The café is open.").await;
        settle(&[&alder, &birch]).await;
    };
    tokio::time::timeout(MEET_WITHIN, meeting).await.unwrap();
    let Caller::Member(member) = &fan else { panic!("Fan has no account") };
    let page = birch.app.timelines().home(member, Page::first(5)).await.unwrap();
    assert_eq!(page.posts.len(), 1);
    // Each asked for the other's actor and for the key that had asked, and for nothing again.
    let fetched = |town: &Town| town.seen().iter().filter(|seen| seen.method == "GET").count();
    assert!(fetched(&alder) <= 4 && fetched(&birch) <= 3, "{:?}", (alder.seen(), birch.seen()));
}

#[tokio::test]
async fn who_does_not_sign_is_told_so_and_still_finds_the_instance() {
    let alder = Town::demanding("alder", &clock()).await;
    alder.account("nurse").await;
    let status = async |uri: &str| {
        let path = uri.strip_prefix(&alder.url).unwrap();
        let (host, accept) = (&alder.host, "application/activity+json");
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {host}\r\naccept: {accept}\r\nconnection: close\r\n\r\n"
        );
        let port = host.rsplit_once(':').unwrap().1.parse().unwrap();
        send(port, request.as_bytes()).await.status
    };
    let nurse = alder.app.actors().find_local("nurse").await.unwrap();
    assert_eq!(status(&nurse.uri).await, Some(401));
    assert_eq!(status(&nurse.url).await, Some(401), "asked for as a document");
    let instance = alder.app.actors().find_local("instance").await.unwrap();
    assert_eq!(status(&instance.uri).await, Some(200));
    assert_eq!(status(&instance.url).await, Some(200));
}
