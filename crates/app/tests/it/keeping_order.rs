//! Conversations that moderators of a group close and pin, and bans that end by themselves.

use carefolk_app::posts::{NewPost, PostRef, PostView};
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::group::GROUP_PINS_MAX;
use carefolk_domain::{Denial, GroupKind, GroupRole, RemovalReason, Span};
use carefolk_store::entity::group_pin;
use carefolk_testkit::Kit;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::closed_groups;
use crate::group_servers::{THEIR_INBOX, lou_joins};
use crate::grouping::{ann_joins, begin, scene, table, uri};
use crate::refusing::of as refusals;
use crate::stranger::{PUBLIC, act, note, person, say};

pub(crate) async fn lock(
    kit: &Kit,
    who: &Caller,
    uri: &str,
    is_locked: bool,
) -> Result<String, Error> {
    kit.app.groups().lock(who, &PostRef::Uri(uri.to_owned()), is_locked).await
}

async fn pin(kit: &Kit, who: &Caller, uri: &str, is_pinned: bool) -> Result<String, Error> {
    kit.app.groups().pin(who, &PostRef::Uri(uri.to_owned()), is_pinned).await
}

pub(crate) async fn answer(
    kit: &Kit,
    who: &Caller,
    name: &str,
    to: &str,
) -> Result<PostView, Error> {
    let new = NewPost { in_reply_to: Some(to.to_owned()), ..Kit::words(name, "So do I") };
    kit.app.posts().publish(who, new).await
}

pub(crate) fn is_locked_out(done: &Result<PostView, Error>) -> bool {
    matches!(done, Err(Error::Denied(Denial::Locked)))
}

/// What their server was told of what moderators did: type, then what it is about or takes back.
pub(crate) async fn deeds(kit: &Kit) -> Vec<Value> {
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

    // What is said aside is no answer in it.
    let mut aside = note(2, "Thank you");
    aside["inReplyTo"] = json!(post.uri);
    aside["to"] = json!([mo_uri(&kit).await]);
    aside["cc"] = json!([]);
    say(&kit, &act(2, "Create", aside.clone())).await;
    let aside = PostRef::Uri(aside["id"].as_str().unwrap().to_owned());
    assert!(kit.app.posts().find(&mo, &aside).await.is_ok());
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
    assert_eq!(
        below(&kit, &post.uri).await,
        ["I am"],
        "what came later brings itself in by no way"
    );
    // An hour later nobody believes it any more.
    let mut old = note(3, "I was");
    old["inReplyTo"] = json!(post.uri);
    let old_id = old["id"].as_str().unwrap().to_owned();
    kit.remote.put(&old_id, &old.to_string());
    kit.clock.advance(Span::hours(1));
    let mut late = note(4, "Good, too");
    late["inReplyTo"] = json!(old_id);
    late["cc"] = json!([carer_uri(&kit).await]);
    say(&kit, &act(4, "Create", late)).await;
    kit.settle().await;
    assert_eq!(below(&kit, &post.uri).await, ["I am"]);
}

/// What anybody reads below what begins a conversation.
async fn below(kit: &Kit, uri: &str) -> Vec<String> {
    let by = PostRef::Uri(uri.to_owned());
    let thread = kit.app.posts().thread(&Caller::Visitor, &by, Page::first(50)).await.unwrap();
    thread.replies.iter().map(|reply| reply.html.to_plain()).collect()
}

#[tokio::test]
async fn an_answer_that_is_in_no_group_opens_no_way_round_a_lock_or_a_ban() {
    for is_banned in [false, true] {
        let (kit, mo, carer) = scene(table()).await;
        ann_joins(&kit).await;
        let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
        // For one of us alone: it is in no group, and in the conversation.
        let mut aside = note(1, "I am");
        aside["inReplyTo"] = json!(post.uri);
        aside["to"] = json!([mo_uri(&kit).await]);
        aside["cc"] = json!([]);
        say(&kit, &act(1, "Create", aside.clone())).await;
        if is_banned {
            let (groups, role) = (kit.app.groups(), GroupRole::Banned);
            groups.appoint(&mo, "table", "ann@v.example", role).await.unwrap();
        } else {
            lock(&kit, &mo, &post.uri, true).await.unwrap();
        }
        let mut loud = note(2, "Buy my bread");
        loud["inReplyTo"] = aside["id"].clone();
        say(&kit, &act(2, "Create", loud)).await;
        kit.settle().await;
        assert!(below(&kit, &post.uri).await.is_empty(), "{is_banned}");
        // Between the two of them it goes on.
        let mut soft = note(3, "What happened?");
        soft["inReplyTo"] = aside["id"].clone();
        soft["to"] = json!([mo_uri(&kit).await]);
        soft["cc"] = json!([]);
        say(&kit, &act(3, "Create", soft.clone())).await;
        let soft = PostRef::Uri(soft["id"].as_str().unwrap().to_owned());
        assert!(kit.app.posts().find(&mo, &soft).await.is_ok(), "{is_banned}");
        let aside = aside["id"].as_str().unwrap();
        let ours = answer(&kit, &mo, "mo", aside).await;
        assert!(ours.is_ok(), "who keeps order has the last word: {ours:?}");
        assert_eq!(answer(&kit, &carer, "carer", &post.uri).await.is_ok(), is_banned);
    }
}

pub(crate) async fn mo_uri(kit: &Kit) -> String {
    kit.app.actors().find_local("mo").await.unwrap().uri
}

#[tokio::test]
async fn what_answered_a_gap_comes_back_with_it_only_if_its_author_may_answer() {
    let (kit, mo, carer) = scene(table()).await;
    ann_joins(&kit).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    let first = answer(&kit, &carer, "carer", &post.uri).await.unwrap();
    let by = PostRef::Uri(first.uri.clone());
    kit.app.groups().remove(&mo, &by, RemovalReason::Rules).await.unwrap();
    kit.app.groups().appoint(&mo, "table", "ann@v.example", GroupRole::Banned).await.unwrap();
    let mut loud = note(1, "Buy my bread");
    loud["inReplyTo"] = json!(first.uri);
    loud["cc"] = json!([carer_uri(&kit).await]);
    say(&kit, &act(1, "Create", loud)).await;
    // Nor below an answer by somebody whom nobody minds.
    let bob = "https://w.example/users/bob";
    kit.remote.put(bob, &person("w.example", "bob").to_string());
    let (base, soft) = ("https://www.w3.org/ns/activitystreams", "https://w.example/notes/1");
    let soft = json!({"@context": base, "type": "Create", "id": "https://w.example/acts/1",
        "actor": bob, "to": [PUBLIC], "object": {"type": "Note", "id": soft, "attributedTo": bob,
        "content": "Quite", "inReplyTo": first.uri, "to": [PUBLIC], "cc": [carer_uri(&kit).await]}});
    say(&kit, &soft).await;
    let mut below_it = note(2, "Cake, too");
    below_it["inReplyTo"] = soft["object"]["id"].clone();
    below_it["cc"] = json!([carer_uri(&kit).await]);
    say(&kit, &act(2, "Create", below_it.clone())).await;
    let below_it = PostRef::Uri(below_it["id"].as_str().unwrap().to_owned());
    assert!(kit.app.posts().find(&carer, &below_it).await.is_ok(), "it names her");
    kit.app.groups().restore(&mo, &by).await.unwrap();
    kit.settle().await;
    assert_eq!(below(&kit, &post.uri).await, ["So do I", "Quite"]);
}

#[tokio::test]
async fn what_leaves_the_group_is_open_again_and_pinned_no_more() {
    let (kit, mo, carer) = scene(table()).await;
    lou_joins(&kit).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    lock(&kit, &mo, &post.uri, true).await.unwrap();
    pin(&kit, &mo, &post.uri, true).await.unwrap();
    kit.app.groups().take_out(&mo, &PostRef::Uri(post.uri.clone())).await.unwrap();
    answer(&kit, &carer, "carer", &post.uri).await.unwrap();
    let told = deeds(&kit).await;
    let kinds = told.iter().map(|deed| deed["type"].as_str().unwrap());
    assert_eq!(kinds.collect::<Vec<_>>(), ["Lock", "Add", "Undo", "Remove"]);
    // And nothing more can be done with it.
    assert!(matches!(lock(&kit, &mo, &post.uri, true).await, Err(Error::NotFound("post"))));
}

#[tokio::test]
async fn what_was_removed_is_not_pinned_and_a_lock_comes_back_with_it() {
    let (kit, mo, _carer) = scene(table()).await;
    lou_joins(&kit).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    pin(&kit, &mo, &post.uri, true).await.unwrap();
    lock(&kit, &mo, &post.uri, true).await.unwrap();
    kit.settle().await;
    let by = PostRef::Uri(post.uri.clone());
    kit.app.groups().remove(&mo, &by, RemovalReason::Rules).await.unwrap();
    assert!(matches!(pin(&kit, &mo, &post.uri, true).await, Err(Error::NotFound("post"))));
    kit.app.groups().restore(&mo, &by).await.unwrap();
    assert!(pinned(&kit, &mo).await.is_empty());
    let told = deeds(&kit).await;
    let locks = told.iter().filter(|deed| deed["type"] == "Lock").count();
    assert_eq!(locks, 2, "who forgot the post forgot that it was closed: {told:?}");
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
    let rows = group_pin::Entity::find().count(kit.app.db().read()).await.unwrap();
    assert_eq!(rows, 3, "what is gone takes no place");
    let told = deeds(&kit).await;
    let of = |kind: &str| told.iter().filter(|deed| deed["type"] == kind).count();
    assert_eq!((of("Add"), of("Remove")), (6, 2), "taken out, and unpinned: {told:?}");
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

async fn carer_uri(kit: &Kit) -> String {
    let views = kit.app.actors().find_local("carer").await.unwrap();
    views.uri
}
