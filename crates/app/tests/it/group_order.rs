//! Who keeps order in a group, and how.

use carefolk_app::Error;
use carefolk_app::groups::NewGroup;
use carefolk_app::posts::{NewPost, PostRef};
use carefolk_domain::{Denial, FieldError, GroupRole, Invalid};
use carefolk_testkit::{Kit, operator};
use serde_json::{Value, json};

use crate::grouping::{ann_joins, begin, conversations, heard_of_group, home, scene, table, uri};
use crate::stranger::{act, note, say};

#[tokio::test]
async fn a_group_needs_two_moderators_who_join_it() {
    let (kit, mo, carer) = scene(table()).await;
    let page = kit.app.groups().show(&mo, "table").await.unwrap();
    assert_eq!(page.group.rules, ["Be kind", "Say how steep it is"]);
    assert_eq!(page.group.members, Some(2));
    assert_eq!(page.moderators.len(), 2);
    assert_eq!(page.mine, Some(GroupRole::Moderator));
    assert_eq!(page.group.name.page, "/groups/table");

    let alone = NewGroup {
        handle: "other".to_owned(),
        moderators: vec!["mo".to_owned(), "Mo".to_owned()],
        ..table()
    };
    let wrong = kit.app.groups().create(&operator(), alone).await.unwrap_err();
    let too_few = FieldError { field: "moderators", invalid: Invalid::TooFew(2) };
    assert!(matches!(wrong, Error::Invalid(fields) if fields == [too_few]));
    let stranger = NewGroup {
        handle: "other".to_owned(),
        moderators: vec!["mo".to_owned(), "bakery".to_owned()],
        ..table()
    };
    let wrong = kit.app.groups().create(&operator(), stranger).await.unwrap_err();
    assert!(matches!(wrong, Error::Invalid(_)), "a provider keeps no order");
    let denied = kit.app.groups().create(&carer, table()).await.unwrap_err();
    assert!(matches!(denied, Error::Denied(Denial::Role)));

    let left = kit.app.groups().leave(&mo, "mo", "table").await.unwrap_err();
    assert!(matches!(left, Error::Conflict(_)));
    kit.app.groups().appoint(&mo, "table", "carer", GroupRole::Moderator).await.unwrap();
    kit.app.groups().leave(&mo, "mo", "table").await.unwrap();
    let page = kit.app.groups().show(&mo, "table").await.unwrap();
    assert_eq!((page.mine, page.moderators.len()), (None, 2));
    let denied = kit.app.groups().appoint(&mo, "table", "mo", GroupRole::Moderator).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::GroupOrder))));
}

#[tokio::test]
async fn who_is_banned_may_not_write_join_or_answer() {
    let (kit, mo, carer) = scene(table()).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    kit.app.groups().join(&carer, "carer", "table").await.unwrap();
    kit.app.groups().appoint(&mo, "table", "carer", GroupRole::Banned).await.unwrap();
    let answer = NewPost { in_reply_to: Some(post.uri.clone()), ..Kit::words("carer", "I am") };
    let tries = [
        begin(&kit, &carer, "carer", "Let me in").await.map(|_post| ()),
        kit.app.posts().publish(&carer, answer.clone()).await.map(|_post| ()),
        kit.app.groups().join(&carer, "carer", "table").await.map(|_joined| ()),
    ];
    for done in tries {
        assert!(matches!(done, Err(Error::Denied(Denial::GroupBanned))), "{done:?}");
    }
    // Leaving does not end it.
    kit.app.groups().leave(&carer, "carer", "table").await.unwrap();
    assert!(kit.app.posts().publish(&carer, answer.clone()).await.is_err());
    kit.app.groups().appoint(&mo, "table", "carer", GroupRole::Member).await.unwrap();
    kit.app.posts().publish(&carer, answer).await.unwrap();
}

#[tokio::test]
async fn who_lives_elsewhere_can_be_banned_and_what_they_began_taken_out() {
    let (kit, mo, carer) = scene(table()).await;
    ann_joins(&kit).await;
    kit.app.groups().join(&carer, "carer", "table").await.unwrap();
    let group = uri(&kit).await;
    let hello = |number: u32, text: &str| {
        let mut hello = note(number, text);
        hello["cc"] = json!([group]);
        hello
    };
    let spam = hello(1, "Buy my bread");
    say(&kit, &act(1, "Create", spam.clone())).await;
    assert_eq!(home(&kit, &carer).await, ["Buy my bread"]);

    let spam = PostRef::Uri(spam["id"].as_str().unwrap().to_owned());
    let denied = kit.app.groups().take_out(&carer, &spam).await.unwrap_err();
    assert!(matches!(denied, Error::Denied(Denial::GroupOrder)));
    kit.app.groups().take_out(&mo, &spam).await.unwrap();
    assert!(conversations(&kit).await.is_empty() && home(&kit, &carer).await.is_empty());
    let kinds: Vec<Value> =
        heard_of_group(&kit).await.into_iter().map(|said| said["type"].clone()).collect();
    assert_eq!(kinds, [json!("Announce"), json!("Undo")]);
    let again = kit.app.groups().take_out(&mo, &spam).await.unwrap_err();
    assert!(matches!(again, Error::NotFound("post")));
    let elsewhere = kit.post(&mo, "mo", "In no group").await;
    let hidden = PostRef::Uri(elsewhere.uri);
    let other = kit.app.groups().take_out(&carer, &hidden).await.unwrap_err();
    assert!(matches!(other, Error::NotFound("post")), "as one that is not there");

    kit.app.groups().appoint(&mo, "table", "@ann@v.example", GroupRole::Banned).await.unwrap();
    kit.settle().await;
    let rejected =
        kit.remote.sent().into_iter().any(|(_, body)| {
            serde_json::from_str::<Value>(&body).unwrap()["type"] == json!("Reject")
        });
    assert!(rejected, "her server is told that she follows no more");
    say(&kit, &act(2, "Create", hello(2, "Buy my cake"))).await;
    assert!(conversations(&kit).await.is_empty());
    // Who is banned is remembered, however long nothing was heard of them.
    kit.clock.advance(carefolk_domain::Span::days(40));
    kit.app.sweep().await.unwrap();
    say(&kit, &act(3, "Create", hello(3, "Buy my pie"))).await;
    assert!(conversations(&kit).await.is_empty());
    kit.keeps_its_rules().await;
}

#[tokio::test]
async fn who_is_limited_here_is_not_passed_on() {
    let (kit, _mo, _carer) = scene(table()).await;
    ann_joins(&kit).await;
    kit.app.peers().limit(&operator(), "v.example").await.unwrap();
    let group = uri(&kit).await;
    let mut hello = note(1, "Hello");
    hello["cc"] = json!([group]);
    say(&kit, &act(1, "Create", hello)).await;
    assert!(heard_of_group(&kit).await.is_empty());
}

/// What is sent in great numbers is not sent on to everybody.
#[tokio::test]
async fn who_begins_very_many_is_not_passed_on_without_end() {
    let (kit, _mo, _carer) = scene(table()).await;
    ann_joins(&kit).await;
    let group = uri(&kit).await;
    for number in 1..=15 {
        let mut hello = note(number, "Buy my bread");
        hello["cc"] = json!([group]);
        say(&kit, &act(number, "Create", hello)).await;
    }
    assert_eq!(conversations(&kit).await.len(), 12);
    kit.clock.advance(carefolk_domain::Span::hours(1));
    let mut hello = note(99, "A quiet question");
    hello["cc"] = json!([group]);
    say(&kit, &act(99, "Create", hello)).await;
    assert_eq!(conversations(&kit).await.len(), 13);
}

#[tokio::test]
async fn who_is_banned_elsewhere_does_not_answer_either() {
    let (kit, mo, _carer) = scene(table()).await;
    ann_joins(&kit).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    kit.app.groups().appoint(&mo, "table", "ann@v.example", GroupRole::Banned).await.unwrap();
    let mut answer = note(1, "Buy my bread");
    answer["inReplyTo"] = json!(post.uri);
    say(&kit, &act(1, "Create", answer)).await;
    let by = PostRef::Id(post.id);
    let thread = kit.app.posts().thread(&mo, &by, carefolk_app::Page::first(9)).await.unwrap();
    assert!(thread.replies.is_empty());
}

#[tokio::test]
async fn a_closed_group_takes_nothing_in() {
    let (kit, mo, _carer) = scene(table()).await;
    ann_joins(&kit).await;
    let (post, group) = (begin(&kit, &mo, "mo", "Who is awake?").await.unwrap(), uri(&kit).await);
    kit.app.profiles().close(&operator(), "table").await.unwrap();
    kit.settle().await;
    let before = kit.remote.sent().len();
    let mut hello = note(1, "Hello?");
    hello["cc"] = json!([group]);
    say(&kit, &act(1, "Create", hello)).await;
    assert_eq!(kit.remote.sent().len(), before);
    let by = PostRef::Id(post.id);
    assert!(kit.app.posts().find(&mo, &by).await.unwrap().group.is_none());
    assert!(kit.app.groups().list(&operator()).await.unwrap().is_empty());
}

#[tokio::test]
async fn who_closes_their_account_is_forgotten_where_the_group_told_of_them() {
    let (kit, _mo, carer) = scene(table()).await;
    ann_joins(&kit).await;
    begin(&kit, &carer, "carer", "Who is awake?").await.unwrap();
    kit.settle().await;
    kit.app.profiles().close(&operator(), "carer").await.unwrap();
    kit.settle().await;
    let told =
        kit.remote.sent().into_iter().filter(|(inbox, _)| inbox == crate::stranger::SHARED_INBOX);
    let kinds: Vec<Value> = told
        .map(|(_, body)| serde_json::from_str::<Value>(&body).unwrap()["type"].clone())
        .collect();
    assert!(kinds.contains(&json!("Delete")), "{kinds:?}");
}

/// What is written again for who was away holds what their groups told of.
#[tokio::test]
async fn conversations_are_at_home_for_who_joins_later_and_for_who_was_away() {
    let (kit, mo, carer) = scene(table()).await;
    begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    kit.app.groups().join(&carer, "carer", "table").await.unwrap();
    assert_eq!(home(&kit, &carer).await, ["Who is awake?"]);
    kit.clock.advance(carefolk_domain::Span::days(20));
    begin(&kit, &mo, "mo", "Still?").await.unwrap();
    kit.app.accounts().sign_in("carer", carefolk_testkit::PASSWORD, "").await.unwrap();
    assert_eq!(home(&kit, &carer).await, ["Still?", "Who is awake?"]);
}
