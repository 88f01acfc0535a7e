//! Groups and servers that know groups (FEP-1b12): what ours say to them, and what theirs say to us. The shapes are
//! those that Lemmy 0.19 sends.

use carefolk_app::posts::{EditPost, NewPost, PostRef};
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::{Address, Role};
use carefolk_testkit::Kit;
use serde_json::{Value, json};

use crate::grouping::{ann_joins, begin, conversations, home, scene, table, uri};
use crate::stranger::{PUBLIC, act, note, person, say};

const LEMMY: &str = "lemmy.example";
pub(crate) const FERNS: &str = "https://lemmy.example/c/ferns";
pub(crate) const LOU: &str = "https://lemmy.example/users/lou";
pub(crate) const THEIR_INBOX: &str = "https://lemmy.example/inbox";

/// Lou, who lives on a server that knows groups, follows ours.
pub(crate) async fn lou_joins(kit: &Kit) {
    kit.remote.put(LOU, &person(LEMMY, "lou").to_string());
    let follow = json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Follow",
        "id": "https://lemmy.example/follow/1", "actor": LOU, "object": uri(kit).await});
    say(kit, &follow).await;
    runs(kit, "lemmy").await;
}

/// Their server is of that software, as it says.
async fn runs(kit: &Kit, software: &str) {
    let sql = format!("UPDATE peer SET software = '{software}' WHERE host = '{LEMMY}'");
    kit.database.meddle(&sql).await;
}

/// What their server was told inside an `Announce` of the group: type and what it is about.
pub(crate) async fn told(kit: &Kit) -> Vec<(String, String)> {
    kit.settle().await;
    let sent = kit.remote.sent_to(THEIR_INBOX);
    let inside =
        sent.iter().filter(|said| said["type"] == "Announce" && said["object"].is_object());
    let object = |said: &Value| match &said["object"]["object"] {
        Value::String(id) => id.clone(),
        object => object["id"].as_str().unwrap().to_owned(),
    };
    let kind = |said: &Value| said["object"]["type"].as_str().unwrap().to_owned();
    // Of different posts there is no order.
    let mut told: Vec<(String, String)> = inside.map(|said| (object(said), kind(said))).collect();
    told.sort_by(|a, b| a.0.cmp(&b.0));
    told.into_iter().map(|(object, kind)| (kind, object)).collect()
}

fn pair(kind: &str, id: &str) -> (String, String) {
    (kind.to_owned(), id.to_owned())
}

#[tokio::test]
async fn who_knows_groups_is_told_all_that_is_done_in_ours_and_others_what_begins() {
    let (kit, mo, carer) = scene(table()).await;
    ann_joins(&kit).await;
    lou_joins(&kit).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    let answer = NewPost { in_reply_to: Some(post.uri.clone()), ..Kit::words("carer", "I am") };
    let answer = kit.app.posts().publish(&carer, answer).await.unwrap();
    let text = "Who else is awake?".to_owned();
    let edit = EditPost { post: post.id, text, warning: None, lang: None, pictures: None };
    kit.app.posts().edit(&mo, edit).await.unwrap();
    kit.app.posts().delete(&carer, answer.id).await.unwrap();
    // Deleted before it was sent, the answer is told of as gone alone.
    let mut wanted =
        [pair("Create", &post.uri), pair("Update", &post.uri), pair("Delete", &answer.uri)];
    wanted.sort_by(|a, b| a.1.cmp(&b.1));
    assert_eq!(told(&kit).await, wanted);
    let sent = kit.remote.sent_to(THEIR_INBOX);
    let created = sent.iter().find(|said| said["object"]["type"] == "Create").unwrap();
    let (group, inner) = (uri(&kit).await, &created["object"]);
    assert_eq!((&created["actor"], &created["to"]), (&json!(group), &json!([PUBLIC])));
    assert_eq!(inner["object"]["audience"], json!(group));
    assert!(inner["to"].as_array().unwrap().contains(&json!(PUBLIC)));
    // The same activity that its author said, to be read again where it lives.
    let slug = inner["id"].as_str().unwrap().rsplit('/').next().unwrap();
    let said = kit.app.outbox().document(slug).await.unwrap().0;
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap()["id"], inner["id"]);
    // Nobody finds the group's by its address, and would take it for a boost.
    let slug = created["id"].as_str().unwrap().rsplit('/').next().unwrap();
    assert!(matches!(kit.app.outbox().document(slug).await, Err(Error::NotFound(_))));
    // Ann's server does not say that it knows groups.
    let anns = kit.remote.sent_to(crate::stranger::SHARED_INBOX);
    let inside =
        anns.iter().filter(|said| said["type"] == "Announce" && said["object"].is_object());
    assert_eq!(inside.count(), 0, "a flood: {anns:?}");
    let boosts = anns.iter().filter(|said| said["type"] == "Announce");
    assert_eq!(boosts.count(), 1);
}

#[tokio::test]
async fn what_somebody_elsewhere_does_in_our_group_is_passed_on_as_they_said_it() {
    let (kit, _mo, _carer) = scene(table()).await;
    ann_joins(&kit).await;
    lou_joins(&kit).await;
    let mut hello = note(1, "Is there room at your table?");
    hello["cc"] = json!([uri(&kit).await]);
    let create = act(1, "Create", hello.clone());
    say(&kit, &create).await;
    let mut answer = note(2, "Mum brings her own cushion");
    answer["inReplyTo"] = hello["id"].clone();
    say(&kit, &act(2, "Create", answer.clone())).await;
    let mut later = hello.clone();
    later["content"] = json!("Is there still room?");
    later["updated"] = json!("2026-12-01T10:00:00Z");
    say(&kit, &act(3, "Update", later)).await;
    say(&kit, &act(4, "Delete", hello["id"].clone())).await;
    let id = |note: &Value| note["id"].as_str().unwrap().to_owned();
    let wanted = [
        pair("Create", &id(&hello)),
        pair("Update", &id(&hello)),
        pair("Delete", &id(&hello)),
        pair("Create", &id(&answer)),
    ];
    assert_eq!(told(&kit).await, wanted);
    let sent = kit.remote.sent_to(THEIR_INBOX);
    let first = sent.iter().find(|said| said["object"]["type"] == "Create").unwrap();
    assert_eq!(first["object"], create, "word for word");
    // And whoever knows no groups sees the boost go with what was boosted.
    let anns = kit.remote.sent_to(crate::stranger::SHARED_INBOX);
    let undone = anns.iter().filter(|said| said["type"] == "Undo");
    assert_eq!(undone.count(), 1, "{anns:?}");
    // Who is banned is passed on no more.
    kit.app
        .groups()
        .appoint(
            &carefolk_testkit::operator(),
            "table",
            "ann@v.example",
            carefolk_domain::GroupRole::Banned,
        )
        .await
        .unwrap();
    let mut changed = answer.clone();
    changed["content"] = json!("Buy my bread");
    changed["updated"] = json!("2026-12-01T11:00:00Z");
    say(&kit, &act(6, "Update", changed)).await;
    let mut again = note(3, "Hello?");
    again["cc"] = json!([uri(&kit).await]);
    say(&kit, &act(5, "Create", again)).await;
    let told = told(&kit).await;
    let words = told.iter().filter(|(kind, _)| kind != "Block");
    assert_eq!(words.count(), 4, "{told:?}");
}

/// The document of a group there.
fn ferns(name: &str) -> Value {
    let mut group = person(LEMMY, name);
    let id = format!("https://lemmy.example/c/{name}");
    for (name, value) in [
        ("id", json!(id)),
        ("type", json!("Group")),
        ("inbox", json!(format!("{id}/inbox"))),
        ("outbox", json!(format!("{id}/outbox"))),
        ("followers", json!(format!("{id}/followers"))),
    ] {
        group[name] = value;
    }
    group["publicKey"]["id"] = json!(format!("{id}#main-key"));
    group["publicKey"]["owner"] = json!(id);
    group
}

/// A kit in which Sam follows a group on a server that knows groups.
pub(crate) async fn follows_ferns() -> (Kit, Caller) {
    let kit = Kit::new().await;
    let sam = kit.account("sam", Role::Member).await;
    kit.remote.put(FERNS, &ferns("ferns").to_string());
    kit.remote.finger("ferns@lemmy.example", FERNS);
    kit.remote.put(LOU, &person(LEMMY, "lou").to_string());
    let address = Address::parse("ferns@lemmy.example").unwrap();
    kit.app.follows().follow(&sam, "sam", &address).await.unwrap();
    kit.settle().await;
    let followed = kit.remote.sent_to(&format!("{FERNS}/inbox")).pop();
    let followed = followed.or_else(|| kit.remote.sent_to(THEIR_INBOX).pop()).unwrap();
    let accept = json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Accept",
        "id": format!("{FERNS}/accept/1"), "actor": FERNS, "object": followed});
    say(&kit, &accept).await;
    (kit, sam)
}

pub(crate) fn page(number: u32, title: &str) -> Value {
    json!({"type": "Page", "id": format!("https://lemmy.example/post/{number}"),
        "attributedTo": LOU, "to": [FERNS, PUBLIC], "name": title, "cc": [],
        "content": "<p>The first frond is out.</p>", "mediaType": "text/html",
        "published": "2026-12-01T08:00:00.123456Z", "audience": FERNS})
}

fn comment(number: u32, to: &str, text: &str) -> Value {
    json!({"type": "Note", "id": format!("https://lemmy.example/comment/{number}"),
        "attributedTo": LOU, "to": [PUBLIC], "cc": [FERNS], "content": text, "inReplyTo": to,
        "published": format!("2026-12-01T08:1{number}:00Z"), "audience": FERNS})
}

/// What the group passes on.
pub(crate) fn announce(number: u32, kind: &str, by: &str, object: Value) -> Value {
    json!({"@context": ["https://join-lemmy.org/context.json", "https://www.w3.org/ns/activitystreams"],
        "type": "Announce", "id": format!("https://lemmy.example/activities/announce/{number}"),
        "actor": FERNS, "to": [PUBLIC], "cc": [format!("{FERNS}/followers")],
        "object": {"type": kind, "id": format!("https://lemmy.example/activities/{kind}/{number}"),
            "actor": by, "to": [PUBLIC], "cc": [FERNS], "audience": FERNS, "object": object}})
}

#[tokio::test]
async fn a_group_elsewhere_brings_conversations_home_and_answers_below_them() {
    let (kit, sam) = follows_ferns().await;
    let first = page(1, "Spring");
    let id = first["id"].as_str().unwrap().to_owned();
    say(&kit, &announce(1, "Create", LOU, first.clone())).await;
    // Lemmy says it a second time, as a boost.
    let boost = json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Announce",
        "id": "https://lemmy.example/activities/announce/page/1", "actor": FERNS, "to": [PUBLIC],
        "cc": [format!("{FERNS}/followers")], "object": id});
    say(&kit, &boost).await;
    for (number, text) in [(2, "Ours too"), (3, "Not ours")] {
        say(&kit, &announce(number, "Create", LOU, comment(number, &id, text))).await;
    }
    assert_eq!(home(&kit, &sam).await, ["The first frond is out."], "answers flood nobody");
    let by = PostRef::Uri(id.clone());
    let thread = kit.app.posts().thread(&sam, &by, Page::first(10)).await.unwrap();
    assert_eq!(thread.post.title.as_deref(), Some("Spring"));
    let answers: Vec<String> = thread.replies.iter().map(|it| it.html.to_plain()).collect();
    assert_eq!(answers, ["Ours too", "Not ours"]);
    // Nothing was asked for that their own server had said already.
    assert!(
        !kit.remote.asked().iter().any(|url| url.contains("/post/") || url.contains("/comment/"))
    );

    let mut later = first;
    later["content"] = json!("<p>The second frond is out.</p>");
    later["updated"] = json!("2026-12-01T09:00:00Z");
    say(&kit, &announce(4, "Update", LOU, later)).await;
    assert_eq!(home(&kit, &sam).await, ["The second frond is out."]);
    // Gone where it lives, it is gone here; else the group alone takes it away.
    let comment = PostRef::Uri("https://lemmy.example/comment/2".to_owned());
    let gone = "https://lemmy.example/comment/2";
    say(&kit, &announce(7, "Delete", LOU, json!(gone))).await;
    assert!(!kit.app.posts().find(&sam, &comment).await.unwrap().deleted, "404 says nothing");
    kit.remote.fail(gone, carefolk_app::ports::PortError::Gone);
    say(&kit, &announce(5, "Delete", LOU, json!(gone))).await;
    assert!(kit.app.posts().find(&sam, &comment).await.unwrap().deleted);
    kit.remote.put(&id, &page(1, "Spring").to_string());
    say(&kit, &announce(6, "Delete", LOU, json!(id))).await;
    assert!(home(&kit, &sam).await.is_empty());
    assert!(!kit.app.posts().find(&sam, &by).await.unwrap().deleted, "its author has it still");
}

#[tokio::test]
async fn s_043_a_group_speaks_for_nobody_elsewhere() {
    let (kit, sam) = follows_ferns().await;
    crate::stranger::settle_in(&kit, "v.example", "ann");
    let mut forged = note(1, "I never said this");
    forged["to"] = json!([PUBLIC]);
    kit.remote.put("https://v.example/notes/1", &{
        let mut real = note(1, "I said this");
        real["@context"] = json!("https://www.w3.org/ns/activitystreams");
        real.to_string()
    });
    say(&kit, &announce(1, "Create", crate::stranger::ANN, forged.clone())).await;
    assert_eq!(home(&kit, &sam).await, ["I said this"], "it is read where it lives");
    let mut edit = forged;
    edit["updated"] = json!("2026-12-01T10:00:00Z");
    say(&kit, &announce(2, "Update", crate::stranger::ANN, edit)).await;
    assert_eq!(home(&kit, &sam).await, ["I said this"]);
    // A loop, somebody else's words under a name of theirs, and orders of another group.
    let inner = announce(3, "Create", LOU, page(3, "x"));
    let mut theirs = page(4, "y");
    theirs["attributedTo"] = json!(crate::stranger::ANN);
    for (number, kind, object) in [
        (4, "Announce", inner),
        (5, "Create", theirs),
        (6, "Block", json!(crate::stranger::ANN)),
        (7, "Like", json!("https://v.example/notes/1")),
    ] {
        say(&kit, &announce(number, kind, LOU, object)).await;
    }
    assert_eq!(home(&kit, &sam).await.len(), 1);
    let by = PostRef::Uri("https://v.example/notes/1".to_owned());
    assert_eq!(kit.app.posts().find(&sam, &by).await.unwrap().likes, 0, "S-054");
    // Whom nobody follows brings nothing, and a person is no group.
    let mut lou = announce(8, "Create", LOU, page(8, "z"));
    lou["actor"] = json!(LOU);
    say(&kit, &lou).await;
    kit.app
        .follows()
        .unfollow(&sam, "sam", &Address::parse("ferns@lemmy.example").unwrap())
        .await
        .unwrap();
    say(&kit, &announce(9, "Create", LOU, page(9, "z"))).await;
    for number in [3, 4, 8, 9] {
        let by = PostRef::Uri(format!("https://lemmy.example/post/{number}"));
        assert!(kit.app.posts().find(&sam, &by).await.is_err(), "{number}");
    }
}

#[tokio::test]
async fn who_lives_here_writes_in_a_group_elsewhere() {
    let (kit, sam) = follows_ferns().await;
    let new = NewPost {
        group: Some("ferns@lemmy.example".to_owned()),
        title: Some("A bracken".to_owned()),
        ..Kit::words("sam", "On the wall behind the hospice")
    };
    let begun = kit.app.posts().publish(&sam, new.clone()).await.unwrap();
    let first = page(1, "Spring");
    say(&kit, &announce(1, "Create", LOU, first.clone())).await;
    let id = first["id"].as_str().unwrap().to_owned();
    let answer = NewPost { in_reply_to: Some(id), ..Kit::words("sam", "Here as well") };
    let answer = kit.app.posts().publish(&sam, answer).await.unwrap();
    let edit = EditPost {
        post: begun.id,
        text: "By the wall".to_owned(),
        warning: None,
        lang: None,
        pictures: None,
    };
    kit.app.posts().edit(&sam, edit).await.unwrap();
    kit.settle().await;
    let sent = kit.remote.sent_to(THEIR_INBOX);
    let sent: Vec<&Value> = sent.iter().filter(|said| said["object"].is_object()).collect();
    let about = |uri: &str, kind: &str| {
        sent.iter()
            .find(|said| said["object"]["id"] == uri && said["type"] == kind)
            .copied()
            .unwrap()
    };
    for (uri, kind) in [(&begun.uri, "Create"), (&answer.uri, "Create"), (&begun.uri, "Update")] {
        let said = &about(uri, kind)["object"];
        assert_eq!(said["audience"], FERNS, "{uri} {kind}");
        assert!(said["cc"].as_array().unwrap().contains(&json!(FERNS)), "{said}");
        assert!(said["to"].as_array().unwrap().contains(&json!(PUBLIC)), "{said}");
    }
    assert_eq!(about(&begun.uri, "Create")["object"]["name"], "A bracken");
    // A group that nobody here follows passes the same on, and is named in nothing.
    let other = ferns("moss");
    let moss = other["id"].as_str().unwrap();
    kit.remote.put(moss, &other.to_string());
    let boost = json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Announce",
        "id": format!("{moss}/1"), "actor": moss, "to": [PUBLIC], "object": begun.uri});
    say(&kit, &boost).await;
    let own = NewPost { in_reply_to: Some(begun.uri.clone()), ..Kit::words("sam", "And moss") };
    let own = kit.app.posts().publish(&sam, own).await.unwrap();
    kit.settle().await;
    let sent = kit.remote.sent_to(THEIR_INBOX);
    let said = sent.iter().find(|said| said["object"]["id"] == own.uri).unwrap();
    assert_eq!(said["object"]["audience"], FERNS);
    assert!(!said.to_string().contains("/c/moss"), "{said}");
    let unknown = NewPost { group: Some("lichen@lemmy.example".to_owned()), ..new };
    let unknown = kit.app.posts().publish(&sam, unknown).await;
    assert!(matches!(unknown, Err(Error::NotFound("group"))), "{unknown:?}");
}

#[tokio::test]
async fn other_servers_learn_who_keeps_order_in_our_group() {
    let (kit, _mo, _carer) = scene(table()).await;
    let slug = uri(&kit).await.rsplit('/').next().unwrap().to_owned();
    let actor = kit.app.actors().document(&slug).await.unwrap();
    let actor: Value = serde_json::from_str(&actor.to_json()).unwrap();
    assert_eq!(actor["attributedTo"], json!(format!("{}/moderators", uri(&kit).await)));
    assert_eq!(actor["postingRestrictedToMods"], json!(false));
    let list = kit.app.groups().moderators_document(&slug).await.unwrap();
    let list: Value = serde_json::from_str(&list).unwrap();
    let mut wanted = Vec::new();
    for name in ["mo", "molly", "moderators"] {
        wanted.push(json!(kit.app.actors().find_local(name).await.unwrap().uri));
    }
    assert_eq!(list["orderedItems"], json!(wanted));
    let person = kit.app.actors().find_local("mo").await.unwrap().uri;
    let slug = person.rsplit('/').next().unwrap();
    assert!(kit.app.groups().moderators_document(slug).await.is_err());
    assert!(conversations(&kit).await.is_empty());
}
