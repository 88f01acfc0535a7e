//! What moderators take away from a group, with a reason, and give back.

use carefolk_app::posts::{EditPost, NewPost, PostRef, PostView};
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::{Denial, GroupKind, RemovalReason, Role};
use carefolk_testkit::{Kit, operator};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::closed_groups;
use crate::grouping::{ann_joins, begin, conversations, heard_of_group, home, scene, table, uri};
use crate::stranger::{SHARED_INBOX, act, note, say};

async fn find(kit: &Kit, who: &Caller, uri: &str) -> Result<PostView, Error> {
    kit.app.posts().find(who, &PostRef::Uri(uri.to_owned())).await
}

async fn remove(kit: &Kit, who: &Caller, uri: &str) -> Result<String, Error> {
    let reason = RemovalReason::Private;
    kit.app.groups().remove(who, &PostRef::Uri(uri.to_owned()), reason).await
}

async fn restore(kit: &Kit, who: &Caller, uri: &str) -> Result<String, Error> {
    kit.app.groups().restore(who, &PostRef::Uri(uri.to_owned())).await
}

#[tokio::test]
async fn who_finds_the_gap_is_told_why_and_nobody_reads_the_words() {
    let (kit, mo, carer) = scene(table()).await;
    ann_joins(&kit).await;
    kit.app.groups().join(&carer, "carer", "table").await.unwrap();
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    let new = NewPost { in_reply_to: Some(post.uri.clone()), ..Kit::words("carer", "Ring 0117") };
    let reply = kit.app.posts().publish(&carer, new).await.unwrap();
    kit.settle().await;
    for not_them in [&carer, &Caller::Visitor] {
        assert!(matches!(remove(&kit, not_them, &reply.uri).await, Err(Error::Denied(_))));
    }
    remove(&kit, &mo, &reply.uri).await.unwrap();
    remove(&kit, &mo, &reply.uri).await.unwrap();
    kit.settle().await;
    let by = PostRef::Uri(post.uri.clone());
    let thread = kit.app.posts().thread(&Caller::Visitor, &by, Page::first(5)).await.unwrap();
    let gap = &thread.replies[0];
    assert_eq!((gap.removed, gap.deleted), (Some(RemovalReason::Private), true));
    assert!(gap.html.as_str().is_empty() && thread.post.replies == 0);
    let own = find(&kit, &carer, &reply.uri).await.unwrap();
    assert!(own.is_own && own.html.as_str().is_empty() && !own.may_change);
    assert!(kit.app.posts().history(&mo, &PostRef::Id(reply.id)).await.is_err());
    let text = "Ring 0118".to_owned();
    let edit = EditPost { post: reply.id, text, warning: None, lang: None, pictures: None };
    assert!(matches!(kit.app.posts().edit(&carer, edit).await, Err(Error::NotFound(_))));
    // Who has it elsewhere is asked to forget it.
    let sent = kit.remote.sent_to(SHARED_INBOX);
    let gone = |said: &&Value| said["type"] == "Delete" && said["object"]["id"] == reply.uri;
    assert_eq!(sent.iter().filter(gone).count(), 0, "Ann never had the answer");
    let log = kit.app.groups().removed(&Caller::Visitor, "table", Page::first(5)).await.unwrap();
    assert_eq!((log.len(), log[0].reason, log[0].is_reply), (1, RemovalReason::Private, true));

    restore(&kit, &mo, &reply.uri).await.unwrap();
    restore(&kit, &mo, &reply.uri).await.unwrap();
    let back = find(&kit, &Caller::Visitor, &reply.uri).await.unwrap();
    assert_eq!((back.html.to_plain().as_str(), back.removed), ("Ring 0117", None));
    assert_eq!(find(&kit, &mo, &post.uri).await.unwrap().replies, 1);
    assert!(kit.app.groups().removed(&mo, "table", Page::first(5)).await.unwrap().is_empty());
    kit.settle().await;
}

#[tokio::test]
async fn a_conversation_goes_from_every_list_and_comes_back() {
    let (kit, mo, carer) = scene(table()).await;
    ann_joins(&kit).await;
    kit.app.groups().join(&carer, "carer", "table").await.unwrap();
    let post = begin(&kit, &mo, "mo", "Buy my bread").await.unwrap();
    kit.settle().await;
    remove(&kit, &operator(), &post.uri).await.unwrap();
    kit.settle().await;
    assert!(conversations(&kit).await.is_empty() && home(&kit, &carer).await.is_empty());
    let said = heard_of_group(&kit).await;
    let kinds: Vec<&str> = said.iter().map(|said| said["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["Announce", "Undo"]);
    let sent = kit.remote.sent_to(SHARED_INBOX);
    let gone = sent.iter().filter(|said| said["type"] == "Delete");
    assert_eq!(gone.count(), 1, "{sent:?}");
    let new = NewPost { in_reply_to: Some(post.uri.clone()), ..Kit::words("carer", "Yes") };
    assert!(kit.app.posts().publish(&carer, new).await.is_err(), "a gap is not answered");
    restore(&kit, &operator(), &post.uri).await.unwrap();
    kit.settle().await;
    assert_eq!(conversations(&kit).await, ["Buy my bread"]);
    assert_eq!(heard_of_group(&kit).await.len(), 3, "it is passed on anew");
}

#[tokio::test]
async fn what_somebody_elsewhere_wrote_is_taken_away_here() {
    let (kit, mo, _carer) = scene(table()).await;
    ann_joins(&kit).await;
    let mut hello = note(1, "Buy my bread");
    hello["cc"] = json!([uri(&kit).await]);
    let id = hello["id"].as_str().unwrap().to_owned();
    say(&kit, &act(1, "Create", hello.clone())).await;
    kit.database.meddle("UPDATE peer SET software = 'lemmy'").await;
    remove(&kit, &mo, &id).await.unwrap();
    kit.settle().await;
    let sent = kit.remote.sent_to(SHARED_INBOX);
    let told = sent.iter().rev().find(|said| said["object"]["type"] == "Delete").unwrap();
    let by = told["object"]["actor"].as_str().unwrap();
    let voice = kit.app.actors().document(by.rsplit('/').next().unwrap()).await.unwrap();
    assert!(voice.to_json().contains(r#""preferredUsername":"moderators""#), "and no name");
    assert_eq!(told["object"]["object"]["id"], json!(id));
    assert!(!sent.iter().any(|said| said["type"] == "Delete"), "we delete nothing of hers");
    // She changes it, or says it once more: it stays away.
    hello["content"] = json!("Cake, too");
    hello["updated"] = json!("2026-12-01T10:00:00Z");
    say(&kit, &act(2, "Update", hello.clone())).await;
    say(&kit, &act(3, "Create", hello)).await;
    assert!(conversations(&kit).await.is_empty());
    assert_eq!(find(&kit, &mo, &id).await.unwrap().removed, Some(RemovalReason::Private));
    restore(&kit, &mo, &id).await.unwrap();
    assert_eq!(conversations(&kit).await, ["Buy my bread"]);
    // And she takes it away herself, for good.
    remove(&kit, &mo, &id).await.unwrap();
    say(&kit, &act(4, "Delete", json!(id))).await;
    assert_eq!(find(&kit, &mo, &id).await.unwrap().removed, None);
    assert!(matches!(restore(&kit, &mo, &id).await, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn in_a_closed_group_only_its_own_moderators_take_away_and_nobody_outside_sees_a_gap() {
    let (kit, mo, sam, bob) = closed_groups::scene(GroupKind::Private).await;
    let boss = kit.account("boss", Role::Admin).await;
    let post = begin(&kit, &sam, "sam", "Ring 0117").await.unwrap();
    for not_them in [&bob, &boss, &Caller::Visitor] {
        let done = remove(&kit, not_them, &post.uri).await;
        assert!(matches!(done, Err(Error::NotFound("post"))), "{done:?}");
    }
    let done = remove(&kit, &sam, &post.uri).await;
    assert!(matches!(done, Err(Error::Denied(Denial::GroupOrder))), "{done:?}");
    remove(&kit, &mo, &post.uri).await.unwrap();
    assert!(find(&kit, &sam, &post.uri).await.unwrap().removed.is_some());
    assert!(find(&kit, &bob, &post.uri).await.is_err());
    assert!(kit.app.groups().removed(&bob, "table", Page::first(5)).await.is_err());
    assert_eq!(kit.app.groups().removed(&sam, "table", Page::first(5)).await.unwrap().len(), 1);
    restore(&kit, &mo, &post.uri).await.unwrap();
    assert_eq!(home(&kit, &mo).await, ["Ring 0117"]);
    kit.settle().await;
    assert!(kit.remote.sent().is_empty());
}

#[tokio::test]
async fn whose_words_were_taken_away_ends_them_and_what_is_gone_is_not_given_back() {
    let (kit, mo, carer) = scene(table()).await;
    ann_joins(&kit).await;
    let kept = begin(&kit, &carer, "carer", "Who is awake?").await.unwrap();
    let own = begin(&kit, &carer, "carer", "Ring 0117").await.unwrap();
    remove(&kit, &mo, &own.uri).await.unwrap();
    kit.app.posts().delete(&carer, own.id).await.unwrap();
    kit.settle().await;
    assert_eq!(find(&kit, &mo, &own.uri).await.unwrap().removed, None);
    assert!(restore(&kit, &mo, &own.uri).await.is_err());
    // Two of Ann's, so that one counted twice would be seen.
    for number in [1, 2] {
        let mut hello = note(number, "Buy my bread");
        hello["cc"] = json!([uri(&kit).await]);
        say(&kit, &act(number, "Create", hello)).await;
    }
    remove(&kit, &mo, "https://v.example/notes/1").await.unwrap();
    say(&kit, &act(5, "Delete", json!("https://v.example/notes/1"))).await;
    kit.settle().await;
    remove(&kit, &mo, &kept.uri).await.unwrap();
    kit.app.profiles().close(&operator(), "carer").await.unwrap();
    let restored = restore(&kit, &mo, &kept.uri).await;
    assert!(matches!(restored, Err(Error::NotFound(_))), "{restored:?}");
    let words = carefolk_store::entity::rendition::Entity::find();
    let words = words.all(kit.app.db().read()).await.unwrap();
    assert!(!words.iter().any(|text| text.html.as_str().contains("awake")), "{words:?}");
    kit.settle().await;
}

#[tokio::test]
async fn what_answered_a_gap_stands_below_it_again_and_what_was_found_can_be_taken_away() {
    let (kit, mo, _carer) = scene(table()).await;
    ann_joins(&kit).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    remove(&kit, &mo, &post.uri).await.unwrap();
    let mut answer = note(1, "I am");
    answer["inReplyTo"] = json!(post.uri);
    answer["cc"] = json!([kit.app.actors().find_local("mo").await.unwrap().uri]);
    say(&kit, &act(1, "Create", answer.clone())).await;
    restore(&kit, &mo, &post.uri).await.unwrap();
    let by = PostRef::Uri(post.uri.clone());
    let thread = kit.app.posts().thread(&mo, &by, Page::first(5)).await.unwrap();
    assert_eq!((thread.replies.len(), thread.post.replies), (1, 1));
    // It is of the group as well, or nobody could take it away. Who blocks a moderator hides nothing from them.
    let mo_address = carefolk_domain::Address::parse("ann@v.example").unwrap();
    kit.app.blocks().block(&mo, "mo", &mo_address, false).await.unwrap();
    let answer = answer["id"].as_str().unwrap();
    let shown = kit.app.groups().to_remove(&mo, &PostRef::Uri(answer.to_owned())).await.unwrap();
    assert_eq!(shown.html.to_plain(), "I am");
    let page = remove(&kit, &mo, answer).await.unwrap();
    assert!(page.starts_with("/@ann@v.example/"), "{page}");
    kit.settle().await;
}
