//! Bans that end by themselves, and orders that come from elsewhere.

use carefolk_app::Error;
use carefolk_app::Page;
use carefolk_app::posts::{NewPost, PostRef};
use carefolk_domain::{Address, Denial, GroupRole, Span};
use carefolk_testkit::Kit;
use serde_json::json;

use crate::group_servers::{FERNS, LOU, announce, follows_ferns, lou_joins, page};
use crate::grouping::{ann_joins, begin, scene, table, uri};
use crate::keeping_order::{answer, deeds, is_locked_out, mo_uri};
use crate::refusing::of as refusals;
use crate::stranger::{act, say};

#[tokio::test]
async fn who_keeps_no_order_is_refused_and_counted() {
    let (kit, mo, _carer) = scene(table()).await;
    ann_joins(&kit).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    let group = uri(&kit).await;
    say(&kit, &act(1, "Lock", json!(post.uri))).await;
    let mut add = act(2, "Add", json!(post.uri));
    add["target"] = json!(format!("{group}/featured"));
    say(&kit, &add).await;
    // What bans somebody from a place blocks nobody.
    let mut ban = act(3, "Block", json!(mo_uri(&kit).await));
    ban["target"] = json!(group);
    say(&kit, &ban).await;
    let by = PostRef::Uri(post.uri.clone());
    let thread = kit.app.posts().thread(&mo, &by, Page::first(5)).await.unwrap();
    assert_eq!((thread.locked, thread.is_pinned), (None, false));
    let refusals = refusals(&kit, Some("v.example")).await;
    for why in [
        "it keeps order where its actor does not",
        "it keeps order in a group of ours, and may not",
        "it bans somebody from a group or a server",
    ] {
        assert!(refusals.iter().any(|(said, _)| said == why), "{why}: {refusals:?}");
    }
}

#[tokio::test]
async fn a_ban_ends_by_itself() {
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
    kit.clock.advance(Span::days(7) - Span::minutes(1));
    kit.settle().await;
    assert!(begin(&kit, &carer, "carer", "I am back").await.is_err());
    kit.clock.advance(Span::minutes(2));
    kit.settle().await;
    begin(&kit, &carer, "carer", "I am back").await.unwrap();
    assert!(deeds(&kit).await.is_empty(), "who is banned here is nobody's business elsewhere");
}

#[tokio::test]
async fn a_ban_ends_also_where_its_job_failed() {
    let (kit, mo, carer) = scene(table()).await;
    kit.app.groups().ban(&mo, "table", "carer", 7).await.unwrap();
    kit.database.meddle("UPDATE job SET state = 'failed' WHERE name = 'groups.lift_ban'").await;
    kit.clock.advance(Span::days(6));
    kit.app.sweep_all().await.unwrap();
    assert!(begin(&kit, &carer, "carer", "I am back").await.is_err());
    kit.clock.advance(Span::days(1));
    kit.app.sweep_all().await.unwrap();
    begin(&kit, &carer, "carer", "I am back").await.unwrap();
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
    // It opens what it closed also when nobody here follows it any more.
    let lock = json!({"type": "Lock", "id": "https://lemmy.example/activities/lock/2",
        "actor": LOU, "object": id});
    say(&kit, &announce(5, "Lock", LOU, json!(id))).await;
    let address = Address::parse("ferns@lemmy.example").unwrap();
    kit.app.follows().unfollow(&sam, "sam", &address).await.unwrap();
    say(&kit, &announce(6, "Undo", LOU, lock)).await;
    answer(&kit, &sam, "sam", &id).await.unwrap();
}

#[tokio::test]
async fn a_group_elsewhere_closes_only_conversations_of_its_own() {
    let (kit, sam) = follows_ferns().await;
    let boost = |number: u32, object: &str| {
        json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Announce",
            "id": format!("https://lemmy.example/activities/announce/page/{number}"),
            "actor": FERNS, "to": [crate::stranger::PUBLIC], "cc": [], "object": object})
    };
    let why = |said: &str| said == "it closes a conversation of others";
    let refused = async || {
        let found = refusals(&kit, Some("lemmy.example")).await;
        found.iter().find(|(said, _)| why(said)).map_or(0, |(_, count)| *count)
    };
    // One that it passed on and that is somebody's own.
    let mine = kit.app.posts().publish(&sam, Kit::words("sam", "Tea?")).await.unwrap();
    say(&kit, &boost(1, &mine.uri)).await;
    say(&kit, &announce(2, "Lock", LOU, json!(mine.uri))).await;
    assert!(answer(&kit, &sam, "sam", &mine.uri).await.is_ok());
    assert_eq!(refused().await, 1);
    // One that names it and that it did not pass on.
    let named = NewPost {
        group: Some("ferns@lemmy.example".to_owned()),
        ..Kit::words("sam", "Is it out?")
    };
    let named = kit.app.posts().publish(&sam, named).await.unwrap();
    say(&kit, &announce(3, "Lock", LOU, json!(named.uri))).await;
    assert!(answer(&kit, &sam, "sam", &named.uri).await.is_ok());
    assert_eq!(refused().await, 2);
    // An answer begins nothing.
    say(&kit, &boost(4, &named.uri)).await;
    let below = answer(&kit, &sam, "sam", &named.uri).await.unwrap();
    say(&kit, &boost(5, &below.uri)).await;
    say(&kit, &announce(6, "Lock", LOU, json!(below.uri))).await;
    assert!(answer(&kit, &sam, "sam", &below.uri).await.is_ok());
    assert_eq!(refused().await, 3);
    // And one that names it and that it passed on.
    say(&kit, &announce(7, "Lock", LOU, json!(named.uri))).await;
    assert!(is_locked_out(&answer(&kit, &sam, "sam", &named.uri).await));
}

#[tokio::test]
async fn the_server_of_who_is_banned_hears_of_it_and_of_the_end() {
    let (kit, mo, _carer) = scene(table()).await;
    lou_joins(&kit).await;
    let (groups, lou) = (kit.app.groups(), "lou@lemmy.example");
    groups.ban(&mo, "table", lou, 7).await.unwrap();
    groups.appoint(&mo, "table", lou, GroupRole::Banned).await.unwrap();
    groups.appoint(&mo, "table", lou, GroupRole::Member).await.unwrap();
    // Nothing was said against them any more, and so nothing is taken back.
    groups.appoint(&mo, "table", lou, GroupRole::Member).await.unwrap();
    let told = deeds(&kit).await;
    let kinds: Vec<&str> = told.iter().map(|deed| deed["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["Block", "Block", "Undo"]);
    assert_eq!((&told[0]["object"], &told[2]["object"]["object"]), (&json!(LOU), &json!(LOU)));
    let (ban, group) = (&told[0], uri(&kit).await);
    assert_eq!(
        (&ban["endTime"], &ban["expires"]),
        (&json!("2026-12-08T09:00:00Z"), &ban["endTime"])
    );
    assert_eq!((&ban["target"], &ban["removeData"]), (&json!(group), &json!(false)));
    assert_eq!(told[1].get("endTime"), None);
}
