//! The queue: nothing lost, nothing out of order, dead peers wait alone.

use carefolk_app::outbox::Failed;
use carefolk_app::ports::Receipt;
use carefolk_app::posts::EditPost;
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::{Role, Span};
use carefolk_store::entity::delivery::DeliveryState;
use carefolk_testkit::{Kit, operator};

use crate::stranger::{SHARED_INBOX, act, follow, note, say, settle_in};

/// A kit with a provider that Ann follows.
pub(crate) async fn heard() -> (Kit, Caller) {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &hazelbank.uri)).await;
    (kit, nurse)
}

pub(crate) fn down() -> Receipt {
    Receipt::Failed { status: None, why: "connection refused".to_owned() }
}

#[tokio::test]
async fn what_a_dead_peer_missed_comes_in_order_when_it_is_back() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &hazelbank.uri)).await;

    kit.remote.answer(SHARED_INBOX, down());
    let post = kit.post(&nurse, "hazelbank", "one").await;
    let edit = EditPost {
        post: post.id,
        text: "two".to_owned(),
        warning: None,
        lang: None,
        pictures: None,
    };
    kit.app.posts().edit(&nurse, edit).await.unwrap();
    let edit = EditPost {
        post: post.id,
        text: "three".to_owned(),
        warning: None,
        lang: None,
        pictures: None,
    };
    kit.app.posts().edit(&nurse, edit).await.unwrap();
    kit.settle().await;
    assert_eq!(kit.app.outbox().count(DeliveryState::Waiting).await.unwrap(), 3);

    kit.remote.answer(SHARED_INBOX, Receipt::Accepted { status: 202, profile: None });
    let before = kit.remote.sent_to(SHARED_INBOX).len();
    kit.clock.advance(Span::seconds(13));
    kit.settle().await;
    kit.clock.advance(Span::minutes(2));
    kit.settle().await;
    let kinds: Vec<_> = kit.remote.sent_to(SHARED_INBOX)[before..]
        .iter()
        .map(|activity| activity["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds, ["Create", "Update", "Update"]);
    assert_eq!(kit.app.outbox().count(DeliveryState::Waiting).await.unwrap(), 0);
}

#[tokio::test]
async fn what_was_deleted_before_it_was_sent_is_not_sent_and_that_it_is_gone_is() {
    let (kit, nurse) = heard().await;
    kit.remote.answer(SHARED_INBOX, down());
    let post = kit.post(&nurse, "hazelbank", "a mistake").await;
    kit.settle().await;
    kit.app.posts().delete(&nurse, post.id).await.unwrap();
    assert_eq!(kit.app.outbox().count(DeliveryState::Waiting).await.unwrap(), 1);
    kit.remote.answer(SHARED_INBOX, Receipt::Accepted { status: 202, profile: None });
    let before = kit.remote.sent_to(SHARED_INBOX).len();
    kit.clock.advance(Span::seconds(13));
    kit.settle().await;
    let sent = kit.remote.sent_to(SHARED_INBOX).split_off(before);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["type"], "Delete");
}

#[tokio::test]
async fn every_try_sends_the_same_bytes() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &hazelbank.uri)).await;
    kit.remote.answer(SHARED_INBOX, down());
    kit.post(&nurse, "hazelbank", "hello").await;
    for _ in 0..4 {
        kit.settle().await;
        kit.clock.advance(Span::hours(1));
    }
    let bodies: Vec<_> =
        kit.remote.sent().into_iter().filter(|(to, _)| to == SHARED_INBOX).collect();
    assert!(bodies.len() >= 3, "{}", bodies.len());
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn a_dead_peer_is_left_alone_until_it_speaks() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &hazelbank.uri)).await;
    kit.remote.answer(SHARED_INBOX, down());
    for n in 0..5 {
        kit.post(&nurse, "hazelbank", &format!("post {n}")).await;
        kit.settle().await;
    }
    let tries = kit.remote.sent_to(SHARED_INBOX).len();
    assert_eq!(tries, 1, "one probe, whatever waits");

    kit.remote.answer(SHARED_INBOX, Receipt::Accepted { status: 202, profile: None });
    // Any word from the peer wakes it (P7): even one that concerns nobody.
    say(&kit, &act(5, "Create", note(5, "hello"))).await;
    kit.clock.advance(Span::seconds(15));
    kit.settle().await;
    assert_eq!(kit.app.outbox().count(DeliveryState::Waiting).await.unwrap(), 0);
}

#[tokio::test]
async fn what_a_peer_rejects_is_a_dead_letter_that_an_admin_can_see() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &hazelbank.uri)).await;
    kit.remote.answer(SHARED_INBOX, Receipt::Rejected { status: 422 });
    kit.post(&nurse, "hazelbank", "too odd").await;
    kit.settle().await;
    let outbox = kit.app.outbox();
    let dead = outbox.list(&operator(), DeliveryState::Dead, Page::first(9)).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!((dead[0].host.as_str(), dead[0].status), ("v.example", Some(422)));
    kit.remote.answer(SHARED_INBOX, Receipt::Accepted { status: 202, profile: None });
    kit.post(&nurse, "hazelbank", "fine").await;
    kit.settle().await;
    assert_eq!(outbox.count(DeliveryState::Waiting).await.unwrap(), 0);
}

#[tokio::test]
async fn old_rows_go_and_what_still_matters_stays() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &hazelbank.uri)).await;
    kit.remote.answer(SHARED_INBOX, Receipt::Rejected { status: 422 });
    kit.post(&nurse, "hazelbank", "a dead letter").await;
    kit.settle().await;
    let done = async || kit.app.outbox().count(DeliveryState::Done).await.unwrap();
    let dead = async || kit.app.outbox().count(DeliveryState::Dead).await.unwrap();
    kit.clock.advance(Span::days(6));
    assert_eq!(kit.app.sweep().await.unwrap(), 0);
    assert_eq!((done().await, dead().await), (1, 1));
    kit.clock.advance(Span::days(25));
    assert!(kit.app.sweep().await.unwrap() >= 3, "an arrival, a delivery, a session");
    assert_eq!((done().await, dead().await), (0, 1));
    kit.clock.advance(Span::days(60));
    kit.app.sweep().await.unwrap();
    assert_eq!(dead().await, 0, "an admin had ninety days");
}

#[tokio::test]
async fn what_was_given_up_can_be_tried_again_or_forgotten() {
    let (kit, nurse) = heard().await;
    kit.remote.answer(SHARED_INBOX, Receipt::Rejected { status: 422 });
    kit.post(&nurse, "hazelbank", "one").await;
    kit.post(&nurse, "hazelbank", "two").await;
    kit.settle().await;
    let outbox = kit.app.outbox();
    let dead = outbox.list(&operator(), DeliveryState::Dead, Page::first(9)).await.unwrap();
    assert_eq!(dead.len(), 2);
    let before = kit.remote.sent().len();
    kit.remote.answer(SHARED_INBOX, Receipt::Accepted { status: 202, profile: None });
    assert_eq!(outbox.retry(&operator(), &Failed::One(dead[0].id)).await.unwrap(), 1);
    kit.settle().await;
    assert_eq!(kit.remote.sent().len(), before + 1);
    let all = Failed::To("v.example".to_owned());
    assert_eq!(outbox.discard(&operator(), &all).await.unwrap(), 1);
    assert_eq!(outbox.count(DeliveryState::Dead).await.unwrap(), 0);
    assert!(matches!(outbox.retry(&operator(), &all).await, Err(Error::NotFound(_))));
    assert!(matches!(outbox.retry(&nurse, &all).await, Err(Error::Denied(_))));
}
