//! Servers that are slow, and what asks others meanwhile (P6).

use std::time::{Duration, Instant};

use carefolk_app::Duty;
use carefolk_domain::{Role, Span};
use carefolk_store::entity::inbound_activity;
use carefolk_testkit::Kit;
use sea_orm::EntityTrait;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::stranger::{act, follow, hand_in, note, say, settle_in};

/// it is not begun by a second worker while the first still waits for a server.
#[tokio::test]
async fn what_waits_for_a_server_for_long_is_begun_once() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    let nurse = kit.app.actors().find_local("nurse").await.unwrap().uri;
    kit.remote.hang("https://v.example/users/ann");
    hand_in(&kit, &follow(1, &nurse)).await;
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    for _ in 0..2 {
        kit.app.start_duties(&[Duty::Inbound], &tasks, &stop);
    }
    let deadline = Instant::now() + Duration::from_secs(20);
    while kit.remote.hanging() == 0 {
        assert!(Instant::now() < deadline, "nobody asks for its actor");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let held_until = async || {
        let row = inbound_activity::Entity::find().one(kit.app.db().read()).await.unwrap();
        row.unwrap().locked_until
    };
    for _ in 0..4 {
        let before = held_until().await;
        kit.clock.advance(Span::seconds(40));
        while held_until().await <= before {
            assert!(Instant::now() < deadline, "it is let go");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(kit.remote.hanging(), 1, "it was begun twice");
    }
    stop.cancel();
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
