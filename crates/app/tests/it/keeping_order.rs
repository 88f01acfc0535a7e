//! Conversations that moderators of a group close and pin, and bans that end by themselves.

use carefolk_app::posts::{NewPost, PostRef, PostView};
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::group::GROUP_PINS_MAX;
use carefolk_domain::{Denial, GroupKind, GroupRole, Span};
use carefolk_testkit::Kit;
use serde_json::{Value, json};

use crate::closed_groups;
use crate::group_servers::{FERNS, LOU, THEIR_INBOX, announce, follows_ferns, lou_joins, page};
use crate::grouping::{ann_joins, begin, scene, table, uri};
use crate::refusing::of as refusals;
use crate::stranger::{act, note, say};

async fn lock(kit: &Kit, who: &Caller, uri: &str, is_locked: bool) -> Result<String, Error> {
    kit.app.groups().lock(who, &PostRef::Uri(uri.to_owned()), is_locked).await
}

async fn pin(kit: &Kit, who: &Caller, uri: &str, is_pinned: bool) -> Result<String, Error> {
    kit.app.groups().pin(who, &PostRef::Uri(uri.to_owned()), is_pinned).await
}

async fn answer(kit: &Kit, who: &Caller, name: &str, to: &str) -> Result<PostView, Error> {
    let new = NewPost { in_reply_to: Some(to.to_owned()), ..Kit::words(name, "So do I") };
    kit.app.posts().publish(who, new).await
}

fn is_locked_out(done: &Result<PostView, Error>) -> bool {
    matches!(done, Err(Error::Denied(Denial::Locked)))
}

/// What their server was told of what moderators did: type, then what it is about or takes back.
async fn deeds(kit: &Kit) -> Vec<Value> {
    kit.settle().await;
    let order = ["Lock", "Undo", "Add", "Remove", "Block"];
    let sent = kit.remote.sent_to(THEIR_INBOX);
    let inside = sent.into_iter().filter(|said| said["type"] == "Announce");
    let inside = inside.map(|said| said["object"].clone()).filter(Value::is_object);
    inside.filter(|deed| order.iter().any(|kind| deed["type"] == *kind)).collect()
}

#[tokio::test]
async fn in_a_closed_conversation_only_moderators_answer() {
    let (kit, mo, carer) = scene(table()).await;
    ann_joins(&kit).await;
    lou_joins(&kit).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    let first = answer(&kit, &carer, "carer", &post.uri).await.unwrap();
    for not_them in [&carer, &Caller::Visitor] {
        assert!(matches!(lock(&kit, not_them, &post.uri, true).await, Err(Error::Denied(_))));
    }
    // By any post of it; twice is no error, and is said once.
    lock(&kit, &mo, &first.uri, true).await.unwrap();
    lock(&kit, &mo, &post.uri, true).await.unwrap();
    for to in [&post.uri, &first.uri] {
        let done = answer(&kit, &carer, "carer", to).await;
        assert!(is_locked_out(&done), "{done:?}");
    }
    answer(&kit, &mo, "mo", &first.uri).await.unwrap();
    let by = PostRef::Uri(first.uri.clone());
    let seen = kit.app.posts().thread(&Caller::Visitor, &by, Page::first(5)).await.unwrap();
    assert_eq!(seen.locked, Some(kit.app.now()));
    // Nobody elsewhere answers either, and that is counted.
    let mut late = note(1, "I, too");
    late["inReplyTo"] = json!(post.uri);
    say(&kit, &act(1, "Create", late.clone())).await;
    let id = PostRef::Uri(late["id"].as_str().unwrap().to_owned());
    assert!(kit.app.posts().find(&mo, &id).await.is_err());
    assert!(
        refusals(&kit, Some("v.example"))
            .await
            .iter()
            .any(|(why, _)| why == "its author may not answer that")
    );

    lock(&kit, &mo, &post.uri, false).await.unwrap();
    lock(&kit, &mo, &post.uri, false).await.unwrap();
    answer(&kit, &carer, "carer", &first.uri).await.unwrap();
    let told = deeds(&kit).await;
    let kinds: Vec<&str> = told.iter().map(|deed| deed["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["Lock", "Undo"]);
    let (group, lock) = (uri(&kit).await, &told[0]);
    assert_eq!((&lock["object"], &lock["audience"]), (&json!(post.uri), &json!(group)));
    assert_eq!(told[1]["object"]["type"], "Lock");
    let anns = kit.remote.sent_to(crate::stranger::SHARED_INBOX);
    assert!(anns.iter().all(|said| said["object"]["type"] != "Lock"), "Ann knows no groups");
}

#[tokio::test]
async fn what_moderators_do_is_told_in_one_name_for_all_of_them() {
    let (kit, mo, _carer) = scene(table()).await;
    lou_joins(&kit).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    lock(&kit, &mo, &post.uri, true).await.unwrap();
    let by = deeds(&kit).await[0]["actor"].as_str().unwrap().to_owned();
    let slug = by.rsplit('/').next().unwrap();
    let voice = kit.app.actors().document(slug).await.unwrap();
    let voice: Value = serde_json::from_str(&voice.to_json()).unwrap();
    assert_eq!(
        (&voice["type"], &voice["preferredUsername"]),
        (&json!("Service"), &json!("moderators"))
    );
    // Who asks whether they may do that finds them among the moderators.
    let group = uri(&kit).await;
    let list = kit.app.groups().moderators_document(group.rsplit('/').next().unwrap()).await;
    let list: Value = serde_json::from_str(&list.unwrap()).unwrap();
    assert!(list["orderedItems"].as_array().unwrap().contains(&json!(by)), "{list}");
}

#[tokio::test]
async fn what_was_written_before_a_conversation_was_closed_belongs_to_it() {
    let (kit, mo, carer) = scene(table()).await;
    ann_joins(&kit).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    let mut early = note(1, "I am");
    early["inReplyTo"] = json!(post.uri);
    let early_id = early["id"].as_str().unwrap().to_owned();
    kit.remote.put(&early_id, &early.to_string());
    lock(&kit, &mo, &post.uri, true).await.unwrap();
    kit.clock.advance(Span::minutes(1));
    // What answers it comes by itself and is too late; what that answers is looked for.
    let mut late = note(2, "Good");
    late["inReplyTo"] = json!(early_id);
    late["cc"] = json!([carer_uri(&kit).await]);
    say(&kit, &act(2, "Create", late)).await;
    kit.settle().await;
    let by = PostRef::Uri(early_id);
    let found = kit.app.posts().find(&carer, &by).await.unwrap();
    assert_eq!(found.in_reply_to.unwrap().uri, post.uri);
}

async fn carer_uri(kit: &Kit) -> String {
    let views = kit.app.actors().find_local("carer").await.unwrap();
    views.uri
}

#[tokio::test]
async fn pinned_conversations_come_first_the_last_pinned_before_the_others() {
    let (kit, mo, carer) = scene(table()).await;
    lou_joins(&kit).await;
    let mut posts = Vec::new();
    for number in 0..=GROUP_PINS_MAX {
        let words = format!("Number {number}");
        posts.push(begin(&kit, &mo, "mo", &words).await.unwrap());
    }
    assert!(matches!(pin(&kit, &carer, &posts[0].uri, true).await, Err(Error::Denied(_))));
    let (last, some) = posts.split_last().unwrap();
    for post in some {
        kit.clock.advance(Span::seconds(1));
        pin(&kit, &mo, &post.uri, true).await.unwrap();
        pin(&kit, &mo, &post.uri, true).await.unwrap();
    }
    let wrong = pin(&kit, &mo, &last.uri, true).await;
    assert!(matches!(wrong, Err(Error::Conflict(_))), "{wrong:?}");
    assert_eq!(
        pinned(&kit, &carer).await,
        ["Number 4", "Number 3", "Number 2", "Number 1", "Number 0"]
    );
    let list = featured(&kit).await;
    assert_eq!(list["totalItems"], json!(5));
    assert_eq!(list["orderedItems"][0]["id"], json!(some[4].uri));
    kit.settle().await;
    // What goes from the group in any way is pinned no more, and makes room.
    kit.app.groups().take_out(&mo, &PostRef::Uri(some[4].uri.clone())).await.unwrap();
    kit.app.posts().delete(&mo, some[3].id).await.unwrap();
    pin(&kit, &mo, &some[2].uri, false).await.unwrap();
    pin(&kit, &mo, &last.uri, true).await.unwrap();
    assert_eq!(pinned(&kit, &Caller::Visitor).await, ["Number 5", "Number 1", "Number 0"]);
    let told = deeds(&kit).await;
    let of = |kind: &str| told.iter().filter(|deed| deed["type"] == kind).count();
    assert_eq!((of("Add"), of("Remove")), (6, 1), "{told:?}");
    assert!(told[0]["target"].as_str().unwrap().ends_with("/featured"));
}

async fn pinned(kit: &Kit, viewer: &Caller) -> Vec<String> {
    let shown = kit.app.groups().show(viewer, "table").await.unwrap();
    shown.pinned.iter().map(|post| post.html.to_plain()).collect()
}

async fn featured(kit: &Kit) -> Value {
    let group = uri(kit).await;
    let slug = group.rsplit('/').next().unwrap();
    serde_json::from_str(&kit.app.posts().featured_document(slug).await.unwrap()).unwrap()
}

#[tokio::test]
async fn nothing_of_a_closed_group_is_told_or_shown_outside() {
    let (kit, mo, sam, bob) = closed_groups::scene(GroupKind::Closed).await;
    let post = begin(&kit, &sam, "sam", "Ring 0117").await.unwrap();
    for not_them in [&bob, &Caller::Visitor] {
        assert!(lock(&kit, not_them, &post.uri, true).await.is_err());
        assert!(pin(&kit, not_them, &post.uri, true).await.is_err());
    }
    pin(&kit, &mo, &post.uri, true).await.unwrap();
    lock(&kit, &mo, &post.uri, true).await.unwrap();
    assert!(is_locked_out(&answer(&kit, &sam, "sam", &post.uri).await));
    assert_eq!(pinned(&kit, &sam).await, ["Ring 0117"]);
    assert!(pinned(&kit, &bob).await.is_empty());
    kit.settle().await;
    assert!(kit.remote.sent().is_empty());
}

#[tokio::test]
async fn a_ban_ends_by_itself_and_other_servers_know_when() {
    let (kit, mo, carer) = scene(table()).await;
    lou_joins(&kit).await;
    kit.app.groups().join(&carer, "carer", "table").await.unwrap();
    for days in [0, 367] {
        let wrong = kit.app.groups().ban(&mo, "table", "carer", days).await;
        assert!(matches!(wrong, Err(Error::Invalid(_))), "{wrong:?}");
    }
    let begun = kit.app.now();
    kit.app.groups().ban(&mo, "table", "carer", 7).await.unwrap();
    let wrong = begin(&kit, &carer, "carer", "I am back").await;
    assert!(matches!(wrong, Err(Error::Denied(Denial::GroupBanned))), "{wrong:?}");
    let shown = kit.app.groups().show(&carer, "table").await.unwrap();
    assert_eq!(shown.banned_until, Some(begun + Span::days(7)));
    let told = deeds(&kit).await.remove(0);
    assert_eq!(told["type"], "Block");
    assert_eq!(
        (&told["endTime"], &told["expires"]),
        (&json!("2026-12-08T09:00:00Z"), &told["endTime"])
    );
    assert_eq!((&told["target"], &told["removeData"]), (&json!(uri(&kit).await), &json!(false)));
    kit.clock.advance(Span::days(7) - Span::minutes(1));
    kit.settle().await;
    assert!(begin(&kit, &carer, "carer", "I am back").await.is_err());
    kit.clock.advance(Span::minutes(2));
    kit.settle().await;
    begin(&kit, &carer, "carer", "I am back").await.unwrap();
    assert_eq!(deeds(&kit).await.len(), 1, "they know when it ends");
}

#[tokio::test]
async fn the_end_of_an_earlier_ban_ends_no_later_one() {
    let (kit, mo, carer) = scene(table()).await;
    lou_joins(&kit).await;
    kit.app.groups().ban(&mo, "table", "carer", 1).await.unwrap();
    kit.app.groups().appoint(&mo, "table", "carer", GroupRole::Banned).await.unwrap();
    kit.clock.advance(Span::days(2));
    kit.settle().await;
    assert!(begin(&kit, &carer, "carer", "I am back").await.is_err());
    kit.app.groups().appoint(&mo, "table", "carer", GroupRole::Member).await.unwrap();
    begin(&kit, &carer, "carer", "I am back").await.unwrap();
    let told = deeds(&kit).await;
    let kinds: Vec<&str> = told.iter().map(|deed| deed["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["Block", "Block", "Undo"]);
    assert_eq!(told[1].get("endTime"), None);
}

#[tokio::test]
async fn what_a_group_elsewhere_closes_is_not_answered_from_here() {
    let (kit, sam) = follows_ferns().await;
    let first = page(1, "Spring");
    let id = first["id"].as_str().unwrap().to_owned();
    say(&kit, &announce(1, "Create", LOU, first)).await;
    answer(&kit, &sam, "sam", &id).await.unwrap();
    say(&kit, &announce(2, "Lock", LOU, json!(id))).await;
    assert!(is_locked_out(&answer(&kit, &sam, "sam", &id).await));
    let lock = json!({"type": "Lock", "id": "https://lemmy.example/activities/lock/1",
        "actor": LOU, "object": id});
    say(&kit, &announce(3, "Undo", LOU, lock)).await;
    answer(&kit, &sam, "sam", &id).await.unwrap();
    // What is no conversation of its own it cannot close, even where it passed it on.
    let mine = kit.app.posts().publish(&sam, Kit::words("sam", "Tea?")).await.unwrap();
    let boost = json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Announce",
        "id": "https://lemmy.example/activities/announce/page/9", "actor": FERNS,
        "to": [crate::stranger::PUBLIC], "cc": [], "object": mine.uri});
    say(&kit, &boost).await;
    say(&kit, &announce(4, "Lock", LOU, json!(mine.uri))).await;
    answer(&kit, &sam, "sam", &mine.uri).await.unwrap();
    assert!(
        refusals(&kit, Some("lemmy.example"))
            .await
            .iter()
            .any(|(why, _)| why == "it closes a conversation of others")
    );
}

#[tokio::test]
async fn the_server_of_who_is_banned_hears_of_it_and_of_the_end() {
    let (kit, mo, _carer) = scene(table()).await;
    lou_joins(&kit).await;
    kit.app.groups().appoint(&mo, "table", "lou@lemmy.example", GroupRole::Banned).await.unwrap();
    kit.app.groups().appoint(&mo, "table", "lou@lemmy.example", GroupRole::Member).await.unwrap();
    let told = deeds(&kit).await;
    let kinds: Vec<&str> = told.iter().map(|deed| deed["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["Block", "Undo"]);
    assert_eq!((&told[0]["object"], &told[1]["object"]["object"]), (&json!(LOU), &json!(LOU)));
}
