//! What a knock at the inbox costs us, and who pays for it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use carefolk_domain::Role;
use carefolk_federation::Limits;
use carefolk_testkit::{KitOptions, operator};

use crate::gate::{Gate, Post, VIC, like, vics_like};

#[tokio::test]
async fn the_inbox_of_somebody_who_closed_their_account_is_closed_at_once() {
    let gate = Gate::new().await;
    gate.put_vic();
    gate.kit.account("nurse", Role::Member).await;
    let uri = gate.kit.app.actors().find_local("nurse").await.unwrap().uri;
    let path = format!("{}/inbox", uri.strip_prefix("https://care.example").unwrap());
    let body = vics_like();
    let knock = || Post { path: &path, ..gate.post(&body) }.signed();
    assert_eq!(gate.knock(knock()).await.0, 202);
    gate.kit.app.profiles().close(&operator(), "nurse").await.unwrap();
    assert_eq!(gate.knock(knock()).await.0, 404);
}

#[tokio::test]
async fn what_a_known_actor_says_is_one_statement_whatever_comes_with_it() {
    let options = KitOptions::default();
    let statements = Arc::clone(&options.statements);
    let gate = Gate::with(options, Limits::default()).await;
    gate.put_vic();
    let uri = gate.kit.app.actors().find_local("instance").await.unwrap().uri;
    let own = format!("{}/inbox", uri.strip_prefix("https://care.example").unwrap());
    let digest = "0".repeat(64);
    let announced =
        format!(r#"collectionId="{VIC}/followers", url="{VIC}/sync", digest="{digest}""#);
    for (number, path) in ["/inbox", own.as_str(), "/inbox", own.as_str()].into_iter().enumerate() {
        let body = like(&format!("{VIC}/likes/{number}"), VIC);
        let mut request = Post { path, ..gate.post(&body) }.signed();
        request.headers_mut().insert("collection-synchronization", announced.parse().unwrap());
        let before = statements.load(Ordering::SeqCst);
        assert_eq!(gate.ask(request).await.status().as_u16(), 202);
        let took = statements.load(Ordering::SeqCst) - before;
        // The first time it is asked for its key, and whether that inbox is there.
        assert!(took == 1 || number < 2, "{path}: {took} statements");
    }
}

#[tokio::test]
async fn all_names_below_a_domain_share_what_is_fetched_for_their_keys() {
    // So many that no machine is slow enough for the allowance to be filled up again meanwhile.
    const TRIES: usize = 2_000;
    let gate = Gate::new().await;
    let mut put_off = 0;
    for number in 0..TRIES {
        let eve = format!("https://x{number}.e.example/users/eve");
        let key_id = format!("{eve}#main-key");
        let body = like(&format!("{eve}/likes/1"), &eve);
        let knock = Post { key_id: &key_id, ..gate.post(&body) };
        // Nobody is there; what counts is that it was looked for.
        match gate.ask(knock.signed()).await.status().as_u16() {
            503 => put_off += 1,
            status => assert_eq!(status, 401),
        }
    }
    assert!(put_off > 0, "{} were fetched", gate.fetches());
    assert_eq!(gate.fetches(), TRIES - put_off);
    // Nobody else has to wait because of it.
    gate.put_vic();
    assert_eq!(gate.knock(gate.post(&vics_like()).signed()).await.0, 202);
}
