//! Two communities that declare what they can do (FEP-844e): who read that begins with it.

use carefolk_domain::Address;

use crate::town::{Seen, Town, clock, settle};

fn is_rfc9421(seen: &Seen) -> bool {
    seen.headers.contains_key("signature-input")
}

#[tokio::test]
async fn who_read_that_a_server_takes_rfc_9421_sends_that_first() {
    let clock = clock();
    let alder = Town::watched("alder", &clock).await;
    let birch = Town::watched("birch", &clock).await;
    alder.account("nurse").await;
    alder.provider("hazelbank", "nurse").await;
    let fan = birch.account("fan").await;
    let hazelbank = Address::parse(&format!("hazelbank@{}", alder.host)).unwrap();
    birch.app.follows().follow(&fan, "fan", &hazelbank).await.unwrap();
    settle(&[&alder, &birch]).await;
    let signed = |town: &Town, method: &str| {
        let seen = town.seen().into_iter();
        let signed = seen.filter(|seen| seen.headers.contains_key("signature"));
        signed
            .filter(|seen| seen.method == method)
            .map(|seen| is_rfc9421(&seen))
            .collect::<Vec<_>>()
    };
    // Hazelbank was read by a stranger, in the dialect that all know; it declares the other one.
    assert_eq!(signed(&alder, "GET"), [false]);
    assert_eq!(signed(&alder, "POST"), [true]);
    // Fan was read to check the Follow; so the Accept is signed in what Birch declares.
    assert_eq!(signed(&birch, "POST"), [true]);
}
