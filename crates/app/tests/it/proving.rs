//! What was said is proven once (P4).

use std::collections::HashSet;

use carefolk_app::ports::Receipt;
use carefolk_app::posts::NewPost;
use carefolk_domain::{Audience, Span};
use carefolk_store::entity::outbox_activity;
use carefolk_testkit::{Kit, operator};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use crate::delivering::{down, heard};
use crate::stranger::{SHARED_INBOX, follow, say, settle_in};

async fn said(kit: &Kit) -> Vec<outbox_activity::Model> {
    let mut rows = outbox_activity::Entity::find().all(kit.app.db().read()).await.unwrap();
    rows.sort_by_key(|row| row.id);
    rows
}

#[tokio::test]
async fn what_was_said_is_proven_once_for_all_inboxes_and_tries() {
    let (kit, nurse) = heard().await;
    let hazelbank = kit.app.actors().find_local("hazelbank").await.unwrap();
    settle_in(&kit, "w.example", "bob");
    let mut asked = follow(1, &hazelbank.uri);
    asked["actor"] = json!("https://w.example/users/bob");
    asked["id"] = json!("https://w.example/follows/1");
    say(&kit, &asked).await;
    kit.remote.answer(SHARED_INBOX, down());
    let proofs = kit.remote.proofs();
    let before = kit.remote.sent().len();
    kit.post(&nurse, "hazelbank", "hello").await;
    for _ in 0..4 {
        kit.settle().await;
        kit.clock.advance(Span::hours(1));
    }
    let bodies: Vec<String> =
        kit.remote.sent().split_off(before).into_iter().map(|(_, body)| body).collect();
    assert!(bodies.len() >= 4, "two inboxes, and one again and again");
    assert!(bodies[0].contains("\"proof\""), "{}", bodies[0]);
    assert_eq!(bodies.iter().collect::<HashSet<_>>().len(), 1);
    assert_eq!(kit.remote.proofs(), proofs + 1);

    // New keys make a new proof of the same words, once.
    kit.app.actors().rotate_keys(&operator(), "hazelbank").await.unwrap();
    kit.remote.answer(SHARED_INBOX, Receipt::Accepted { status: 202, profile: None });
    kit.clock.advance(Span::hours(10));
    kit.settle().await;
    let create = |body: &&(String, String)| body.1.contains("\"type\":\"Create\"");
    let sent = kit.remote.sent();
    let last = &sent.iter().rev().find(create).unwrap().1;
    assert!(last.contains("ed25519-2") && !bodies[0].contains("ed25519-2"), "{last}");
    let words = |body: &str| body.split("\"proof\"").next().unwrap().to_owned();
    assert_eq!(words(last), words(&bodies[0]));
    assert_eq!(kit.remote.proofs(), proofs + 3, "the post again, and that there are new keys");
}

#[tokio::test]
async fn what_is_not_for_anybody_and_what_was_taken_back_keeps_no_proof() {
    let (kit, nurse) = heard().await;
    let private = NewPost { audience: Audience::Followers, ..Kit::words("hazelbank", "for you") };
    kit.app.posts().publish(&nurse, private).await.unwrap();
    let post = kit.post(&nurse, "hazelbank", "for anybody").await;
    kit.settle().await;
    let rows = said(&kit).await;
    let proven = |row: &outbox_activity::Model| row.proven_body.is_some();
    let of = |words: &str| rows.iter().find(|row| row.body.contains(words)).unwrap();
    assert!(!proven(of("for you")) && proven(of("for anybody")));
    kit.app.posts().delete(&nurse, post.id).await.unwrap();
    let rows = said(&kit).await;
    assert!(!format!("{rows:?}").contains("for anybody"));
}

/// It stands beside the words: nobody needs both for ever.
#[tokio::test]
async fn a_text_with_its_proof_is_kept_for_as_long_as_it_is_sent() {
    let (kit, nurse) = heard().await;
    kit.remote.answer(SHARED_INBOX, down());
    kit.post(&nurse, "hazelbank", "hello").await;
    kit.settle().await;
    let kept = async || {
        let proven = outbox_activity::Entity::find()
            .filter(outbox_activity::Column::ProvenBody.is_not_null());
        proven.count(kit.app.db().read()).await.unwrap()
    };
    kit.app.sweep().await.unwrap();
    assert_eq!(kept().await, 1, "it waits to be sent again");
    kit.remote.answer(SHARED_INBOX, Receipt::Accepted { status: 202, profile: None });
    kit.clock.advance(Span::hours(10));
    kit.settle().await;
    kit.app.sweep().await.unwrap();
    assert_eq!(kept().await, 0);
}
