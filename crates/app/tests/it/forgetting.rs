//! What was said: proven once, and removed when nobody needs it.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use carefolk_app::ports::Receipt;
use carefolk_app::posts::{EditPost, NewPost};
use carefolk_domain::{Audience, Role, Span};
use carefolk_store::entity::outbox_activity;
use carefolk_testkit::{Kit, operator};
use sea_orm::EntityTrait;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::delivering::{down, heard};
use crate::stranger::{SHARED_INBOX, act, follow, hand_in, note, say, settle_in};

async fn said(kit: &Kit) -> Vec<outbox_activity::Model> {
    let mut rows = outbox_activity::Entity::find().all(kit.app.db().read()).await.unwrap();
    rows.sort_by_key(|row| row.id);
    rows
}

async fn kinds(kit: &Kit) -> Vec<String> {
    said(kit).await.into_iter().map(|row| row.kind).collect()
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

#[tokio::test]
async fn what_nobody_needs_any_more_goes_and_what_can_be_read_stays() {
    let (kit, nurse) = heard().await;
    let post = kit.post(&nurse, "hazelbank", "one").await;
    let text = "two".to_owned();
    let edit = EditPost { post: post.id, text, warning: None, lang: None };
    kit.app.posts().edit(&nurse, edit).await.unwrap();
    let private = NewPost { audience: Audience::Followers, ..Kit::words("hazelbank", "for you") };
    kit.app.posts().publish(&nurse, private).await.unwrap();
    let gone = kit.post(&nurse, "hazelbank", "a mistake").await;
    kit.app.posts().delete(&nurse, gone.id).await.unwrap();
    kit.settle().await;
    // One that is never taken.
    kit.remote.answer(SHARED_INBOX, Receipt::Rejected { status: 422 });
    let private = NewPost { audience: Audience::Followers, ..Kit::words("hazelbank", "for you") };
    kit.app.posts().publish(&nurse, private).await.unwrap();
    kit.settle().await;
    let all = ["Accept", "Create", "Update", "Create", "Create", "Delete", "Create"];
    assert_eq!(kinds(&kit).await, all);
    kit.clock.advance(Span::days(29));
    kit.app.sweep().await.unwrap();
    kit.app.sweep().await.unwrap();
    assert_eq!(kinds(&kit).await, all, "for a month everything stays");
    kit.clock.advance(Span::days(2));
    kit.app.sweep().await.unwrap();
    kit.app.sweep().await.unwrap();
    let left: Vec<String> = said(&kit).await.into_iter().map(|row| row.body).collect();
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left[0].contains("one") && left[1].contains("for you"), "{left:?}");
    assert_eq!(kit.app.outbox().document(&slug(&kit, "one").await).await.unwrap().0, left[0]);
}

async fn slug(kit: &Kit, words: &str) -> String {
    said(kit).await.into_iter().find(|row| row.body.contains(words)).unwrap().slug
}

/// P6 for jobs: posts are looked for on a server that never answers, and on one that does.
#[tokio::test]
async fn a_server_that_never_answers_delays_no_job_of_another() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    settle_in(&kit, "v.example", "ann");
    settle_in(&kit, "w.example", "bob");
    let nurse = kit.app.actors().find_local("nurse").await.unwrap().uri;
    let reply = async |number: u32, parent: &str| {
        let mut reply = note(number, "hello");
        reply["inReplyTo"] = json!(parent);
        reply["tag"] = json!([{"type": "Mention", "href": nurse, "name": "@nurse"}]);
        hand_in(&kit, &act(number, "Create", reply)).await;
    };
    // So that Ann is known, and nothing she says has to wait for that.
    say(&kit, &act(99, "Create", note(99, "hello"))).await;
    for number in 1..=20 {
        let silent = format!("https://silent.example/notes/{number}");
        kit.remote.hang(&silent);
        reply(number, &silent).await;
    }
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    kit.app.start_workers(&tasks, &stop);
    let deadline = Instant::now() + Duration::from_secs(20);
    let soon = async |what: &str| {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    while kit.remote.hanging() < 8 {
        soon("nobody asks the silent server").await;
    }
    let parent = "https://w.example/notes/1";
    let mut beginning = note(1, "the beginning");
    beginning["id"] = json!(parent);
    beginning["attributedTo"] = json!("https://w.example/users/bob");
    kit.remote.put(parent, &beginning.to_string());
    reply(21, parent).await;
    let by = carefolk_app::posts::PostRef::Uri(parent.to_owned());
    while kit.app.posts().find(&carefolk_app::Caller::Visitor, &by).await.is_err() {
        soon("it waits for a server that never answers").await;
    }
    assert_eq!(kit.remote.hanging(), 8, "and no more than eight ask there");
    stop.cancel();
}
