//! What other servers say about posts, honest and not.

use carefolk_app::inbound::Acceptance;
use carefolk_app::posts::{NewPost, PostRef};
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::{Address, Audience, Role, Span};
use carefolk_testkit::Kit;
use serde_json::{Value, json};

use crate::stranger::{ANN, ANN_INBOX, PUBLIC, act, follow, hand_in, note, say, settle_in};

/// A kit in which `fan` follows Ann.
async fn followed() -> (Kit, Caller) {
    let kit = Kit::new().await;
    let fan = kit.account("fan", Role::Member).await;
    settle_in(&kit, "v.example", "ann");
    let address = Address::parse("ann@v.example").unwrap();
    kit.app.follows().follow(&fan, "fan", &address).await.unwrap();
    kit.settle().await;
    let asked = kit.remote.sent().pop().unwrap().1;
    let asked: Value = serde_json::from_str(&asked).unwrap();
    say(&kit, &act(900, "Accept", asked)).await;
    (kit, fan)
}

async fn text(kit: &Kit, uri: &str) -> Option<String> {
    let by = PostRef::Uri(uri.to_owned());
    match kit.app.posts().find(&Caller::Visitor, &by).await {
        Ok(post) if post.deleted => Some("(deleted)".to_owned()),
        Ok(post) => Some(post.html.to_plain()),
        Err(Error::NotFound(_)) => None,
        Err(other) => panic!("{other}"),
    }
}

const NOTE: &str = "https://v.example/notes/1";

#[tokio::test]
async fn a_post_of_somebody_followed_is_stored_with_its_origin_and_shown_at_home() {
    let (kit, fan) = followed().await;
    say(&kit, &act(1, "Create", note(1, "<p>Hi</p><script>x</script>"))).await;
    let Caller::Member(member) = &fan else { panic!() };
    let home = kit.app.timelines().home(member, Page::first(5)).await.unwrap();
    assert_eq!(home.posts.len(), 1);
    assert_eq!(home.posts[0].html.as_str(), "<p>Hi</p>");
    assert_eq!(home.posts[0].origin.as_deref(), Some("v.example"));
    assert!(home.posts[0].page.starts_with("/@ann@v.example/"));
}

#[tokio::test]
async fn the_same_activity_has_one_effect_however_often_it_comes() {
    let (kit, fan) = followed().await;
    let create = act(1, "Create", note(1, "once"));
    assert_eq!(say(&kit, &create).await, Acceptance::Stored);
    for _ in 0..5 {
        assert_eq!(say(&kit, &create).await, Acceptance::Duplicate);
    }
    let other_id = act(2, "Create", note(1, "once more"));
    say(&kit, &other_id).await;
    let Caller::Member(member) = &fan else { panic!() };
    let home = kit.app.timelines().home(member, Page::first(5)).await.unwrap();
    assert_eq!(home.posts.len(), 1);
    assert_eq!(text(&kit, NOTE).await.as_deref(), Some("once"));
}

#[tokio::test]
async fn a_post_that_concerns_nobody_here_is_not_kept() {
    let kit = Kit::new().await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &act(1, "Create", note(1, "hello world"))).await;
    assert_eq!(text(&kit, NOTE).await, None);
}

#[tokio::test]
async fn a_reply_from_outside_joins_the_thread_and_tells_who_is_answered() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    settle_in(&kit, "v.example", "ann");
    let post = kit.post(&nurse, "nurse", "Any questions?").await;
    let mut reply = note(1, "<p>Yes</p>");
    reply["inReplyTo"] = json!(post.uri);
    say(&kit, &act(1, "Create", reply)).await;
    let thread = kit
        .app
        .posts()
        .thread(&Caller::Visitor, &PostRef::Id(post.id), Page::first(9))
        .await
        .unwrap();
    assert_eq!(thread.replies.len(), 1);
    assert_eq!(thread.replies[0].author.handle, "ann");
    assert_eq!(thread.post.replies, 1);
}

#[tokio::test]
async fn what_answers_a_post_that_was_guessed_is_not_kept() {
    let (kit, fan) = followed().await;
    let new = NewPost { audience: Audience::Followers, ..Kit::words("fan", "for followers") };
    let ours = kit.app.posts().publish(&fan, new).await.unwrap();
    let mut answer = note(1, "I have guessed it");
    answer["inReplyTo"] = json!(ours.uri);
    answer["cc"] = json!([ours.author.uri]);
    say(&kit, &act(1, "Create", answer.clone())).await;
    assert_eq!(text(&kit, answer["id"].as_str().unwrap()).await, None);
    // Who follows may answer.
    say(&kit, &follow(2, &ours.author.uri)).await;
    answer["id"] = json!("https://v.example/notes/2");
    say(&kit, &act(3, "Create", answer)).await;
    assert!(text(&kit, "https://v.example/notes/2").await.is_some());
}

#[tokio::test]
async fn nobody_speaks_for_somebody_else() {
    let (kit, _fan) = followed().await;
    let eve = settle_in(&kit, "e.example", "eve");
    let by_eve = |number: u32, kind: &str, object: Value| {
        json!({"type": kind, "actor": eve, "object": object, "to": [PUBLIC],
            "id": format!("https://e.example/acts/{number}")})
    };
    say(&kit, &act(1, "Create", note(1, "mine"))).await;
    // S-032: somebody else's object inside one's own activity.
    say(&kit, &by_eve(1, "Create", note(2, "FAKE"))).await;
    assert_eq!(text(&kit, "https://v.example/notes/2").await, None);
    // S-036: changing somebody else's post.
    let mut changed = note(1, "FAKE");
    changed["updated"] = json!("2026-12-01T08:59:59Z");
    say(&kit, &by_eve(2, "Update", changed.clone())).await;
    changed["attributedTo"] = json!(eve);
    say(&kit, &by_eve(3, "Update", changed)).await;
    // S-041: deleting it.
    say(&kit, &by_eve(4, "Delete", json!(NOTE))).await;
    say(&kit, &by_eve(5, "Delete", json!({"id": NOTE, "type": "Tombstone"}))).await;
    // S-031: an activity whose id lives elsewhere.
    let mut borrowed = by_eve(6, "Delete", json!(NOTE));
    borrowed["id"] = json!("https://v.example/acts/77");
    say(&kit, &borrowed).await;
    assert_eq!(text(&kit, NOTE).await.as_deref(), Some("mine"));
}

#[tokio::test]
async fn only_one_clear_author_is_accepted() {
    let (kit, _fan) = followed().await;
    let zoo = [
        json!("https://care.example/ap/actor/x"),
        json!(1),
        json!("1"),
        json!("acct:ann@v.example"),
        json!([ANN, "https://e.example/users/eve"]),
        Value::Null,
    ];
    for (n, attributed) in zoo.into_iter().enumerate() {
        let n = 100 + u32::try_from(n).unwrap();
        let mut strange = note(n, "whose?");
        strange["attributedTo"] = attributed.clone();
        say(&kit, &act(n, "Create", strange)).await;
        let uri = format!("https://v.example/notes/{n}");
        assert_eq!(text(&kit, &uri).await, None, "{attributed}");
    }
}

#[tokio::test]
async fn an_edit_from_outside_is_applied_unless_a_later_one_came_first() {
    let (kit, _fan) = followed().await;
    say(&kit, &act(1, "Create", note(1, "first"))).await;
    let edit = |number: u32, text: &str, at: &str| {
        let mut changed = note(1, text);
        changed["updated"] = json!(at);
        act(number, "Update", changed)
    };
    say(&kit, &edit(2, "third", "2026-12-01T08:59:58Z")).await;
    say(&kit, &edit(3, "second, late", "2026-12-01T08:59:55Z")).await;
    assert_eq!(text(&kit, NOTE).await.as_deref(), Some("third"));
}

#[tokio::test]
async fn changes_without_end_leave_as_many_texts_as_are_shown() {
    let (kit, _fan) = followed().await;
    say(&kit, &act(1, "Create", note(1, "first"))).await;
    let texts = || async {
        let rows = carefolk_testkit::rows(kit.app.db()).await;
        rows["revision"].iter().filter(|row| row.contains("text") || row.contains("first")).count()
    };
    // The same words are no change.
    for number in 2..6 {
        kit.clock.advance(Span::seconds(1));
        say(&kit, &act(number, "Update", note(1, "first"))).await;
    }
    assert_eq!(texts().await, 1);
    for number in 10..130 {
        kit.clock.advance(Span::seconds(1));
        say(&kit, &act(number, "Update", note(1, &format!("text {number}")))).await;
    }
    assert_eq!(texts().await, 100);
    assert_eq!(text(&kit, NOTE).await.as_deref(), Some("text 129"));
}

#[tokio::test]
async fn an_edit_cannot_show_a_post_to_more_people() {
    let (kit, fan) = followed().await;
    let mut private = note(1, "for followers");
    private["to"] = json!([format!("{ANN}/followers")]);
    private["cc"] = json!([]);
    say(&kit, &act(1, "Create", private.clone())).await;
    assert_eq!(text(&kit, NOTE).await, None);
    let mut wider = note(1, "for all");
    wider["updated"] = json!("2026-12-01T08:59:59Z");
    say(&kit, &act(2, "Update", wider)).await;
    assert_eq!(text(&kit, NOTE).await, None);
    let by = PostRef::Uri(NOTE.to_owned());
    let seen = kit.app.posts().find(&fan, &by).await.unwrap();
    assert_eq!(seen.html.to_plain(), "for followers");
}

#[tokio::test]
async fn what_was_deleted_stays_deleted_whatever_comes_late() {
    let (kit, _fan) = followed().await;
    // The Delete overtakes the Create (S-042).
    say(&kit, &act(1, "Delete", json!({"id": NOTE, "type": "Tombstone"}))).await;
    say(&kit, &act(2, "Create", note(1, "late"))).await;
    assert_eq!(text(&kit, NOTE).await, None);
    // And the usual order.
    let second = "https://v.example/notes/2";
    say(&kit, &act(3, "Create", note(2, "soon gone"))).await;
    say(&kit, &act(4, "Delete", json!(second))).await;
    say(&kit, &act(5, "Create", note(2, "back?"))).await;
    assert_eq!(text(&kit, second).await.as_deref(), Some("(deleted)"));
}

#[tokio::test]
async fn replies_join_their_post_in_whatever_order_they_come() {
    let (kit, _fan) = followed().await;
    let mut reply = note(2, "reply");
    reply["inReplyTo"] = json!(NOTE);
    say(&kit, &act(1, "Create", reply)).await;
    say(&kit, &act(2, "Create", note(1, "first"))).await;
    let by = PostRef::Uri(NOTE.to_owned());
    let thread = kit.app.posts().thread(&Caller::Visitor, &by, Page::first(9)).await.unwrap();
    assert_eq!(thread.replies.len(), 1);
    assert_eq!(thread.post.replies, 1);
}

#[tokio::test]
async fn a_post_from_the_future_is_a_post_of_now() {
    let (kit, _fan) = followed().await;
    let mut future = note(1, "hello");
    future["published"] = json!("2036-01-01T00:00:00Z");
    say(&kit, &act(1, "Create", future)).await;
    let by = PostRef::Uri(NOTE.to_owned());
    let post = kit.app.posts().find(&Caller::Visitor, &by).await.unwrap();
    assert_eq!(post.published, carefolk_testkit::BEGINNING);
}

#[tokio::test]
async fn posts_that_are_all_stamped_alike_are_all_kept() {
    const POSTS: u32 = 800;
    let (kit, _) = followed().await;
    for number in 1..=POSTS {
        let mut stamped = note(number, "One of many");
        stamped["published"] = json!("2026-11-01T12:00:00Z");
        hand_in(&kit, &act(number + 10, "Create", stamped)).await;
    }
    kit.settle().await;
    for number in 1..=POSTS {
        let uri = format!("https://v.example/notes/{number}");
        assert!(text(&kit, &uri).await.is_some(), "{uri} was lost");
    }
}

#[tokio::test]
async fn what_comes_together_is_seen_in_its_order() {
    let kit = Kit::new().await;
    let fan = kit.account("fan", Role::Member).await;
    settle_in(&kit, "v.example", "ann");
    let address = Address::parse("ann@v.example").unwrap();
    kit.app.follows().follow(&fan, "fan", &address).await.unwrap();
    kit.settle().await;
    let asked = kit.remote.sent_to(ANN_INBOX).remove(0);
    // The post matters only because of the answer before it.
    hand_in(&kit, &act(1, "Accept", asked)).await;
    hand_in(&kit, &act(2, "Create", note(1, "First"))).await;
    let eve = settle_in(&kit, "e.example", "eve");
    let reply = json!({"id": "https://e.example/acts/1", "type": "Create", "actor": eve,
        "to": [PUBLIC], "object": {"id": "https://e.example/notes/1", "type": "Note",
        "attributedTo": eve, "content": "Nobody here knows Eve", "to": [PUBLIC]}});
    hand_in(&kit, &reply).await;
    kit.settle().await;
    assert!(text(&kit, "https://v.example/notes/1").await.is_some());
    assert!(text(&kit, "https://e.example/notes/1").await.is_none());
}
