//! Activities that come in another order than they were said, and words that are not theirs.

use std::time::{Duration, Instant};

use carefolk_app::posts::PostRef;
use carefolk_app::{Caller, Page};
use carefolk_domain::Role;
use carefolk_testkit::Kit;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::stranger::{act, follow, hand_in, note, say, settle_in};

/// A kit with somebody whom Ann answers or names.
async fn with_nurse() -> (Kit, Caller, String) {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    settle_in(&kit, "v.example", "ann");
    let post = kit.post(&nurse, "nurse", "Any questions?").await;
    (kit, nurse, post.uri)
}

async fn text(kit: &Kit, uri: &str) -> Option<String> {
    let by = PostRef::Uri(uri.to_owned());
    let found = kit.app.posts().find(&Caller::Visitor, &by).await.ok()?;
    Some(found.html.to_plain())
}

#[tokio::test]
async fn an_undo_before_its_follow_leaves_nobody_following() {
    let (kit, nurse, _post) = with_nurse().await;
    let handle = "nurse";
    let actor = kit.app.actors().find_local(handle).await.unwrap().uri;
    let asked = follow(1, &actor);
    say(&kit, &act(2, "Undo", asked.clone())).await;
    say(&kit, &asked).await;
    let Caller::Member(_) = &nurse else { panic!() };
    let followers = kit.app.follows().followers(&nurse, handle, Page::first(9)).await.unwrap();
    assert_eq!(followers.len(), 0);
    // Whoever follows once more means it.
    say(&kit, &follow(2, &actor)).await;
    let followers = kit.app.follows().followers(&nurse, handle, Page::first(9)).await.unwrap();
    assert_eq!(followers.len(), 1);
}

#[tokio::test]
async fn a_follow_by_a_stranger_and_its_undo_at_once_leave_nobody_following() {
    let (kit, nurse, _post) = with_nurse().await;
    let actor = kit.app.actors().find_local("nurse").await.unwrap().uri;
    let asked = follow(1, &actor);
    hand_in(&kit, &asked).await;
    hand_in(&kit, &act(2, "Undo", asked)).await;
    kit.settle().await;
    let followers = kit.app.follows().followers(&nurse, "nurse", Page::first(9)).await.unwrap();
    assert_eq!(followers.len(), 0);
}

#[tokio::test]
async fn an_edit_before_its_post_is_the_text_that_stays() {
    let (kit, _nurse, post) = with_nurse().await;
    let uri = "https://v.example/notes/1";
    let mut first = note(1, "first");
    first["inReplyTo"] = json!(post);
    let mut second = note(1, "second");
    second["inReplyTo"] = json!(post);
    second["updated"] = json!("2026-12-01T08:59:55Z");
    say(&kit, &act(2, "Update", second)).await;
    assert_eq!(text(&kit, uri).await.as_deref(), Some("second"));
    say(&kit, &act(1, "Create", first)).await;
    assert_eq!(text(&kit, uri).await.as_deref(), Some("second"));
}

#[tokio::test]
async fn an_edit_of_a_post_that_concerns_nobody_is_not_kept() {
    let (kit, _nurse, _post) = with_nurse().await;
    say(&kit, &act(2, "Update", note(1, "hello world"))).await;
    assert_eq!(text(&kit, "https://v.example/notes/1").await, None);
}

/// S-041: somebody else of the same server says that a post is gone, before it came.
#[tokio::test]
async fn a_neighbour_cannot_bury_a_post_before_it_comes() {
    let (kit, _nurse, post) = with_nurse().await;
    let mal = settle_in(&kit, "v.example", "mal");
    let mut delete = act(7, "Delete", json!("https://v.example/notes/1"));
    delete["actor"] = json!(mal);
    say(&kit, &delete).await;
    let mut reply = note(1, "still here");
    reply["inReplyTo"] = json!(post);
    say(&kit, &act(1, "Create", reply.clone())).await;
    assert_eq!(text(&kit, "https://v.example/notes/1").await.as_deref(), Some("still here"));
    // Its author can.
    say(&kit, &act(8, "Delete", json!("https://v.example/notes/2"))).await;
    reply["id"] = json!("https://v.example/notes/2");
    say(&kit, &act(9, "Create", reply)).await;
    assert_eq!(text(&kit, "https://v.example/notes/2").await, None);
}

/// S-037: a change lets nobody in who was not addressed at first.
#[tokio::test]
async fn a_change_adds_no_reader_to_a_private_post() {
    let (kit, nurse, _post) = with_nurse().await;
    let guest = kit.account("guest", Role::Member).await;
    let uri_of = async |name: &str| kit.app.actors().find_local(name).await.unwrap().uri;
    let (to_nurse, to_guest) = (uri_of("nurse").await, uri_of("guest").await);
    let mut private = note(1, "only for you");
    private["to"] = json!([to_nurse]);
    private["cc"] = json!([]);
    let mut create = act(1, "Create", private.clone());
    create["to"] = json!([to_nurse]);
    say(&kit, &create).await;
    private["to"] = json!([to_nurse, to_guest]);
    private["updated"] = json!("2026-12-01T08:59:55Z");
    say(&kit, &act(2, "Update", private)).await;

    let by = PostRef::Uri("https://v.example/notes/1".to_owned());
    assert!(kit.app.posts().find(&nurse, &by).await.is_ok());
    assert!(kit.app.posts().find(&guest, &by).await.is_err());
}

#[tokio::test]
async fn answers_that_come_from_the_end_are_joined_when_what_they_answer_comes() {
    let (kit, nurse, post) = with_nurse().await;
    let nurse_uri = kit.app.actors().find_local("nurse").await.unwrap().uri;
    for n in (1..=5_u32).rev() {
        let mut reply = note(n, &format!("reply {n}"));
        let parent =
            if n == 1 { post.clone() } else { format!("https://v.example/notes/{}", n - 1) };
        reply["inReplyTo"] = json!(parent);
        reply["tag"] = json!([{"type": "Mention", "href": nurse_uri, "name": "@nurse"}]);
        say(&kit, &act(n, "Create", reply)).await;
    }
    let by = PostRef::Uri(post);
    let thread = kit.app.posts().thread(&nurse, &by, Page::first(20)).await.unwrap();
    assert_eq!(thread.replies.len(), 5);
}

/// P6: the first post of a stranger needs its server, and that one is silent.
#[tokio::test]
async fn a_server_that_does_not_answer_delays_only_its_own() {
    let (kit, _nurse, post) = with_nurse().await;
    let mut known = note(1, "from a known server");
    known["inReplyTo"] = json!(post);
    say(&kit, &act(1, "Create", known)).await;
    for n in 2..12_u32 {
        let eve = format!("https://silent.example/users/eve{n}");
        kit.remote.hang(&eve);
        let mut silent = note(n, "x");
        silent["inReplyTo"] = json!(post);
        silent["id"] = json!(format!("https://silent.example/notes/{n}"));
        silent["attributedTo"] = json!(eve);
        let mut create = act(n, "Create", silent);
        create["id"] = json!(format!("https://silent.example/acts/{n}"));
        create["actor"] = json!(eve);
        hand_in(&kit, &create).await;
    }
    let mut second = note(3, "and another");
    second["inReplyTo"] = json!(post);
    hand_in(&kit, &act(3, "Create", second)).await;

    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    kit.app.start_workers(&tasks, &stop);
    let deadline = Instant::now() + Duration::from_secs(20);
    while text(&kit, "https://v.example/notes/3").await.is_none() {
        assert!(Instant::now() < deadline, "it waits for a silent server");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.cancel();
}
