//! Polls of other servers.

use carefolk_app::posts::PostRef;
use carefolk_app::{Caller, Error};
use carefolk_domain::Address;
use carefolk_store::entity::{poll_option, post};
use carefolk_testkit::Kit;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::polling::{scene, stand, vote_by};
use crate::stranger::{ANN, ANN_INBOX, PUBLIC, act, say, settle_in};

/// A poll by Ann.
fn theirs(options: &[(&str, u64)]) -> Value {
    let option = |(name, votes): &(&str, u64)| {
        json!({"type": "Note", "name": name,
            "replies": {"type": "Collection", "totalItems": votes}})
    };
    json!({"id": "https://v.example/notes/7", "type": "Question", "attributedTo": ANN,
        "content": "<p>Tea or coffee?</p>", "published": "2026-12-01T08:59:50Z", "to": [PUBLIC],
        "cc": [format!("{ANN}/followers")], "endTime": "2026-12-03T08:59:50Z", "votersCount": 3,
        "oneOf": options.iter().map(option).collect::<Vec<_>>()})
}

/// A kit whose nurse follows Ann, who asks something.
async fn asked(question: Value) -> (Kit, Caller) {
    let (kit, nurse) = scene().await;
    let address = Address::parse("ann@v.example").unwrap();
    kit.app.follows().follow(&nurse, "nurse", &address).await.unwrap();
    kit.settle().await;
    let follow: Value = serde_json::from_str(&kit.remote.sent().pop().unwrap().1).unwrap();
    say(&kit, &act(900, "Accept", follow)).await;
    say(&kit, &act(901, "Create", question)).await;
    (kit, nurse)
}

const TEA: &str = "https://v.example/notes/7";

#[tokio::test]
async fn a_poll_from_elsewhere_is_shown_and_voted_in_at_its_author_alone() {
    let (kit, nurse) = asked(theirs(&[("Tea", 1), ("Coffee", 2)])).await;
    assert_eq!(stand(&kit, TEA).await, (vec![1, 2], Some(3)));
    let by = PostRef::Uri(TEA.to_owned());
    let before = kit.remote.sent().len();
    kit.app.posts().vote(&nurse, "nurse", &by, &[1]).await.unwrap();
    kit.settle().await;
    assert_eq!(stand(&kit, TEA).await, (vec![1, 3], Some(4)));
    let sent = kit.remote.sent().split_off(before);
    let [(inbox, body)] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(inbox, ANN_INBOX);
    let sent: Value = serde_json::from_str(body).unwrap();
    let vote = &sent["object"];
    assert_eq!(
        (&sent["type"], &vote["type"], &vote["name"]),
        (&json!("Create"), &json!("Note"), &json!("Coffee"))
    );
    assert_eq!((&vote["inReplyTo"], &vote["to"]), (&json!(TEA), &json!([ANN])));
    assert_eq!(vote.get("content"), None);
    // Somebody else's vote in it is no business of ours.
    let bob = settle_in(&kit, "w.example", "bob");
    say(&kit, &vote_by(&bob, 1, TEA, "Tea")).await;
    assert_eq!(stand(&kit, TEA).await, (vec![1, 3], Some(4)));
}

#[tokio::test]
async fn new_counts_come_without_a_new_text() {
    let (kit, nurse) = asked(theirs(&[("Tea", 1), ("Coffee", 2)])).await;
    let mut counted = theirs(&[("Tea", 5), ("Coffee", 6)]);
    counted["votersCount"] = json!(11);
    say(&kit, &act(1, "Update", counted.clone())).await;
    assert_eq!(stand(&kit, TEA).await, (vec![5, 6], Some(11)));
    let by = PostRef::Uri(TEA.to_owned());
    let post = kit.app.posts().find(&nurse, &by).await.unwrap();
    assert_eq!(post.edited, None, "no text was changed");
    counted["updated"] = json!("2026-12-01T08:59:55Z");
    counted["content"] = json!("<p>Coffee or tea?</p>");
    say(&kit, &act(2, "Update", counted.clone())).await;
    counted["oneOf"][0]["replies"]["totalItems"] = json!(7);
    counted["closed"] = json!("2026-12-01T08:59:58Z");
    say(&kit, &act(3, "Update", counted)).await;
    assert_eq!(stand(&kit, TEA).await, (vec![7, 6], Some(11)));
    let post = kit.app.posts().find(&nurse, &by).await.unwrap();
    assert_eq!(post.html.to_plain(), "Coffee or tea?");
    assert!(post.poll.unwrap().is_closed(kit.app.now()));
    let refused = kit.app.posts().vote(&nurse, "nurse", &by, &[0]).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
}

#[tokio::test]
async fn what_was_voted_on_is_not_changed() {
    let (kit, nurse) = asked(theirs(&[("Tea", 0), ("Coffee", 0)])).await;
    let by = PostRef::Uri(TEA.to_owned());
    let titles = async || {
        let post = kit.app.posts().find(&nurse, &by).await.unwrap();
        let poll = post.poll.unwrap();
        poll.options.into_iter().map(|option| option.title).collect::<Vec<_>>()
    };
    let changed = |number: u32, options: &[(&str, u64)]| {
        let mut question = theirs(options);
        question["updated"] = json!(format!("2026-12-01T08:59:{}Z", 50 + number));
        act(number, "Update", question)
    };
    say(&kit, &changed(1, &[("Green tea", 0), ("Coffee", 0)])).await;
    assert_eq!(titles().await, ["Green tea", "Coffee"], "nobody had voted");
    kit.app.posts().vote(&nurse, "nurse", &by, &[0]).await.unwrap();
    say(&kit, &changed(2, &[("Poison", 1), ("Coffee", 0)])).await;
    assert_eq!(titles().await, ["Green tea", "Coffee"]);
    let mut note = changed(3, &[("Green tea", 1), ("Coffee", 0)]);
    note["object"]["type"] = json!("Note");
    say(&kit, &note).await;
    assert_eq!(titles().await, ["Green tea", "Coffee"]);
}

/// Only who votes sends a vote: one that is found somewhere counts for nothing, and is no reply.
#[tokio::test]
async fn what_looks_like_a_vote_is_not_kept_when_it_is_found() {
    let (kit, _nurse) = asked(theirs(&[("Tea", 1), ("Coffee", 2)])).await;
    let bob = settle_in(&kit, "w.example", "bob");
    let uri = "https://w.example/notes/1";
    let found = |content: &str| {
        json!({"id": uri, "type": "Note", "attributedTo": bob, "name": "Tea", "inReplyTo": TEA,
            "content": content, "to": [PUBLIC]})
        .to_string()
    };
    let posts = async || post::Entity::find().count(kit.app.db().read()).await.unwrap();
    kit.remote.put(uri, &found(""));
    say(&kit, &act(1, "Announce", json!(uri))).await;
    assert_eq!(posts().await, 1);
    kit.remote.put(uri, &found("<p>Tea, please</p>"));
    say(&kit, &act(2, "Announce", json!(uri))).await;
    assert_eq!(posts().await, 2, "with a text it is a reply");
    assert_eq!(stand(&kit, TEA).await, (vec![1, 2], Some(3)));
}

/// S-055.
#[tokio::test]
async fn a_poll_with_too_many_answers_is_refused_and_long_ones_are_cut() {
    let many: Vec<String> = (0..21).map(|number| number.to_string()).collect();
    let many: Vec<(&str, u64)> = many.iter().map(|name| (name.as_str(), 0)).collect();
    let (kit, _nurse) = asked(theirs(&many)).await;
    assert_eq!(post::Entity::find().count(kit.app.db().read()).await.unwrap(), 0);
    let long = "x".repeat(100_000);
    let mut question = theirs(&many[..19]);
    question["oneOf"].as_array_mut().unwrap().push(json!({"type": "Note", "name": long}));
    say(&kit, &act(1, "Create", question)).await;
    let rows = poll_option::Entity::find().all(kit.app.db().read()).await.unwrap();
    assert_eq!(rows.len(), 20);
    assert_eq!(rows.iter().map(|row| row.title.len()).max(), Some(200));
}
