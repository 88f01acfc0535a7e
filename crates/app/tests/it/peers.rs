//! Decisions about peers.

use carefolk_app::posts::PostRef;
use carefolk_app::{Caller, Error, FederationMode};
use carefolk_domain::{Address, Denial, Role, Standing};
use carefolk_store::entity::delivery::DeliveryState;
use carefolk_testkit::{Kit, KitOptions, operator};

use crate::stranger::{SHARED_INBOX, act, follow, note, say, settle_in};

#[tokio::test]
async fn nothing_comes_from_or_goes_to_a_suspended_peer() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &hazelbank.uri)).await;
    let answer = carefolk_app::ports::Receipt::Failed { status: None, why: "down".to_owned() };
    kit.remote.answer(SHARED_INBOX, answer);
    kit.post(&nurse, "hazelbank", "waiting").await;
    kit.settle().await;

    kit.app.peers().suspend(&operator(), "v.example").await.unwrap();
    assert_eq!(kit.app.outbox().count(DeliveryState::Waiting).await.unwrap(), 0);
    let before = kit.remote.sent().len();
    kit.post(&nurse, "hazelbank", "not for them").await;
    say(&kit, &act(1, "Create", note(1, "hello @hazelbank"))).await;
    kit.clock.advance(carefolk_domain::Span::hours(9));
    kit.settle().await;
    assert_eq!(kit.remote.sent().len(), before);
    let address = Address::parse("ann@v.example").unwrap();
    let refused = kit.app.follows().follow(&nurse, "nurse", &address).await;
    assert!(matches!(refused, Err(Error::Denied(Denial::Peer))), "{refused:?}");
}

#[tokio::test]
async fn a_decision_holds_for_the_hosts_below_and_the_nearest_one_wins() {
    let kit = Kit::new().await;
    let peers = kit.app.peers();
    peers.suspend(&operator(), "b.example").await.unwrap();
    peers.allow(&operator(), "good.b.example").await.unwrap();
    assert_eq!(peers.standing("x.b.example").await.unwrap(), Standing::Suspended);
    assert_eq!(peers.standing("B.EXAMPLE.").await.unwrap(), Standing::Suspended);
    assert_eq!(peers.standing("good.b.example").await.unwrap(), Standing::Allowed);
    assert_eq!(peers.standing("notb.example").await.unwrap(), Standing::Unknown);
}

/// The list is compared with what stands in ids, where a host is in ASCII (S-073).
#[tokio::test]
async fn a_host_is_the_same_in_all_its_spellings() {
    for spelling in ["раураl.example", "XN--L-7SBA6DBR.example", " раураl.EXAMPLE. "] {
        let kit = Kit::new().await;
        let peers = kit.app.peers();
        peers.suspend(&operator(), spelling).await.unwrap();
        for host in ["xn--l-7sba6dbr.example", "x.xn--l-7sba6dbr.example"] {
            assert_eq!(peers.standing(host).await.unwrap(), Standing::Suspended, "{spelling}");
        }
    }
    let kit = Kit::new().await;
    for bad in ["", "https://b.example", "b.example/x", "a@b.example", "b.example?x", "b example"] {
        let refused = kit.app.peers().suspend(&operator(), bad).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{bad}: {refused:?}");
    }
}

#[tokio::test]
async fn an_allowlist_lets_in_who_is_named() {
    let mode = FederationMode::Allowlist;
    let kit = Kit::with(KitOptions { mode, ..KitOptions::default() }).await;
    let peers = kit.app.peers();
    assert!(!peers.is_open_to("v.example").await.unwrap());
    peers.allow(&operator(), "v.example").await.unwrap();
    assert!(peers.is_open_to("v.example").await.unwrap());
}

#[tokio::test]
async fn only_who_runs_the_instance_decides() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let refused = kit.app.peers().suspend(&nurse, "v.example").await;
    assert!(matches!(refused, Err(Error::Denied(Denial::Role))), "{refused:?}");
}

#[tokio::test]
async fn posts_of_a_limited_peer_are_seen_by_who_follows_them_only() {
    let kit = Kit::new().await;
    let fan = kit.account("fan", Role::Member).await;
    let guest = kit.account("guest", Role::Member).await;
    settle_in(&kit, "v.example", "ann");
    let address = Address::parse("ann@v.example").unwrap();
    kit.app.follows().follow(&fan, "fan", &address).await.unwrap();
    kit.settle().await;
    let asked = kit.remote.sent_to(crate::stranger::ANN_INBOX).remove(0);
    say(&kit, &act(1, "Accept", asked)).await;
    say(&kit, &act(2, "Create", note(1, "hello"))).await;
    let by = PostRef::Uri("https://v.example/notes/1".to_owned());
    assert!(kit.app.posts().find(&guest, &by).await.is_ok());

    kit.app.peers().limit(&operator(), "v.example").await.unwrap();
    assert!(kit.app.posts().find(&Caller::Visitor, &by).await.is_err());
    assert!(kit.app.posts().find(&guest, &by).await.is_err());
    assert!(kit.app.posts().find(&fan, &by).await.is_ok());
}

#[tokio::test]
async fn a_server_that_only_spoke_to_us_is_listed_with_when() {
    let kit = Kit::new().await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &act(1, "Create", note(1, "hello"))).await;
    let peers = kit.app.peers().list(&operator()).await.unwrap();
    assert_eq!(peers.len(), 1);
    assert_eq!(peers[0].last_heard, Some(carefolk_testkit::BEGINNING));
}

/// S-058: what was decided about a domain hides what we hold of the servers below it.
#[tokio::test]
async fn posts_of_servers_below_a_suspended_one_are_hidden() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let post = kit.post(&nurse, "nurse", "Any questions?").await;
    settle_in(&kit, "x.v.example", "ann");
    let ann = "https://x.v.example/users/ann";
    let mut reply = note(1, "hello");
    reply["id"] = serde_json::json!("https://x.v.example/notes/1");
    reply["attributedTo"] = serde_json::json!(ann);
    reply["inReplyTo"] = serde_json::json!(post.uri);
    let named = kit.app.actors().find_local("nurse").await.unwrap().uri;
    reply["tag"] = serde_json::json!([{"type": "Mention", "href": named, "name": "@nurse"}]);
    let mut create = act(1, "Create", reply);
    create["id"] = serde_json::json!("https://x.v.example/acts/1");
    create["actor"] = serde_json::json!(ann);
    say(&kit, &create).await;
    let by = PostRef::Uri("https://x.v.example/notes/1".to_owned());
    let seen = async |viewer: &Caller| kit.app.posts().find(viewer, &by).await.is_ok();
    assert!(seen(&Caller::Visitor).await);

    kit.app.peers().limit(&operator(), "v.example").await.unwrap();
    assert!(!seen(&Caller::Visitor).await);
    assert!(seen(&nurse).await, "it names them");
    kit.app.peers().suspend(&operator(), "v.example").await.unwrap();
    assert!(!seen(&nurse).await);
    kit.app.peers().allow(&operator(), "x.v.example").await.unwrap();
    assert!(seen(&Caller::Visitor).await);
}
