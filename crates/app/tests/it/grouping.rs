//! Open groups and announce-only ones: who joins, who begins conversations, and what the group passes on.

use carefolk_app::groups::NewGroup;
use carefolk_app::posts::{EditPost, NewPost, PostRef, PostView};
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::{Audience, Denial, GroupKind, GroupRole, PostingRule, Role};
use carefolk_testkit::{Kit, operator};
use serde_json::{Value, json};

use crate::stranger::{ANN, PUBLIC, SHARED_INBOX, act, note, say, settle_in};

/// Where Ann's follows of the group come from.
const FOLLOW: u32 = 700;

pub(crate) fn table() -> NewGroup {
    NewGroup {
        handle: "table".to_owned(),
        name: "Sunday table".to_owned(),
        about: "For everybody who cares for somebody".to_owned(),
        kind: GroupKind::Open,
        posting: PostingRule::Anyone,
        approval: carefolk_domain::ApprovalRule::None,
        rules: "Be kind\n\n  Say how steep it is ".to_owned(),
        lang: None,
        area: "Alderbrook".to_owned(),
        moderators: vec!["mo".to_owned(), "@MOLLY".to_owned(), "mo".to_owned()],
    }
}

/// A kit with two moderators, a member and a provider, and that group.
pub(crate) async fn scene(new: NewGroup) -> (Kit, Caller, Caller) {
    let kit = Kit::new().await;
    let mo = kit.account("mo", Role::Member).await;
    kit.account("molly", Role::Member).await;
    let carer = kit.account("carer", Role::Member).await;
    kit.provider("bakery", "carer").await;
    kit.app.groups().create(&operator(), new).await.unwrap();
    settle_in(&kit, "v.example", "ann");
    (kit, mo, carer)
}

pub(crate) async fn begin(
    kit: &Kit,
    caller: &Caller,
    author: &str,
    text: &str,
) -> Result<PostView, Error> {
    let new = NewPost { group: Some("table".to_owned()), ..Kit::words(author, text) };
    kit.app.posts().publish(caller, new).await
}

pub(crate) async fn uri(kit: &Kit) -> String {
    kit.app.groups().show(&Caller::Visitor, "table").await.unwrap().group.actor.unwrap().uri
}

/// Ann follows the group, which is how one joins it from elsewhere.
pub(crate) async fn ann_joins(kit: &Kit) {
    let group = uri(kit).await;
    say(kit, &act(FOLLOW, "Follow", json!(group))).await;
    kit.settle().await;
}

/// What was sent to Ann's server that the group says.
pub(crate) async fn heard_of_group(kit: &Kit) -> Vec<Value> {
    let group = uri(kit).await;
    kit.settle().await;
    let sent = kit.remote.sent().into_iter().filter(|(inbox, _)| inbox == SHARED_INBOX);
    let said = sent.map(|(_, body)| serde_json::from_str::<Value>(&body).unwrap());
    said.filter(|activity| activity["actor"] == json!(group)).collect()
}

pub(crate) async fn conversations(kit: &Kit) -> Vec<String> {
    let page = Page::first(20);
    let page = kit.app.groups().conversations(&Caller::Visitor, "table", page).await.unwrap();
    page.posts.into_iter().map(|post| post.html.to_plain()).collect()
}

pub(crate) async fn home(kit: &Kit, of: &Caller) -> Vec<String> {
    let Caller::Member(member) = of else { panic!() };
    let page = kit.app.timelines().home(member, Page::first(20)).await.unwrap();
    page.posts.into_iter().map(|post| post.html.to_plain()).collect()
}

#[tokio::test]
async fn a_conversation_is_passed_on_once_to_who_joined_and_answers_are_not() {
    let (kit, mo, carer) = scene(table()).await;
    ann_joins(&kit).await;
    kit.app.groups().join(&carer, "carer", "table").await.unwrap();
    kit.app.groups().join(&carer, "carer", "table").await.unwrap();
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    let answer = NewPost { in_reply_to: Some(post.uri.clone()), ..Kit::words("carer", "I am") };
    let answer = kit.app.posts().publish(&carer, answer).await.unwrap();
    let said = heard_of_group(&kit).await;
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0]["type"], "Announce");
    assert_eq!(said[0]["object"], json!(post.uri));
    assert_eq!(said[0]["to"], json!([PUBLIC]));
    assert_eq!(conversations(&kit).await, ["Who is awake?"]);
    // Who answers in a group is in it as well.
    assert_eq!(answer.group.map(|group| group.handle).as_deref(), Some("table"));
    assert!(home(&kit, &carer).await.contains(&"Who is awake?".to_owned()));
    let page = kit.app.groups().show(&carer, "table").await.unwrap();
    assert_eq!((page.group.members, page.mine), (Some(4), Some(GroupRole::Member)));
    kit.keeps_its_rules().await;
}

#[tokio::test]
async fn the_post_itself_says_in_which_group_it_is() {
    let (kit, mo, _carer) = scene(table()).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    let slug = post.uri.rsplit('/').next().unwrap().to_owned();
    let document = kit.app.posts().document(&slug).await.unwrap();
    let carefolk_app::posts::PostDocument::Note(note) = document else { panic!() };
    let note: Value = serde_json::from_str(&note).unwrap();
    let group = uri(&kit).await;
    assert_eq!(note["audience"], json!(group));
    assert!(note["cc"].as_array().unwrap().contains(&json!(group)), "{note}");
}

#[tokio::test]
async fn who_lives_elsewhere_begins_a_conversation_by_naming_the_group() {
    let (kit, _mo, carer) = scene(table()).await;
    ann_joins(&kit).await;
    kit.app.groups().join(&carer, "carer", "table").await.unwrap();
    let group = uri(&kit).await;
    let mut hello = note(1, "Is there room at your table?");
    hello["cc"] = json!([group]);
    say(&kit, &act(1, "Create", hello.clone())).await;
    say(&kit, &act(2, "Create", hello.clone())).await;
    let said = heard_of_group(&kit).await;
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0]["object"], hello["id"]);
    assert_eq!(conversations(&kit).await, ["Is there room at your table?"]);
    assert_eq!(home(&kit, &carer).await, ["Is there room at your table?"]);

    // An answer that names nobody belongs to it all the same, and nobody is told of it twice.
    let mut answer = note(2, "Mum brings her own cushion");
    answer["inReplyTo"] = hello["id"].clone();
    say(&kit, &act(3, "Create", answer.clone())).await;
    let found = PostRef::Uri(answer["id"].as_str().unwrap().to_owned());
    let found = kit.app.posts().find(&Caller::Visitor, &found).await.unwrap();
    assert_eq!(found.group.map(|group| group.handle).as_deref(), Some("table"));
    assert_eq!(heard_of_group(&kit).await.len(), 1);
    kit.keeps_its_rules().await;
}

#[tokio::test]
async fn the_outbox_of_a_group_holds_what_it_passed_on() {
    let (kit, mo, _carer) = scene(table()).await;
    ann_joins(&kit).await;
    for number in 1..=22 {
        kit.clock.advance(carefolk_domain::Span::seconds(1));
        begin(&kit, &mo, "mo", &format!("Number {number}")).await.unwrap();
    }
    let said = heard_of_group(&kit).await;
    let slug = uri(&kit).await.rsplit('/').next().unwrap().to_owned();
    let read = async |page: Option<Page>| -> Value {
        let document = kit.app.posts().outbox_document(&slug, page).await.unwrap();
        serde_json::from_str(&document).unwrap()
    };
    assert_eq!(read(None).await["totalItems"], json!(22));
    let first = read(Some(Page::first(20))).await;
    let items = first["orderedItems"].as_array().unwrap();
    assert_eq!(items.len(), 20);
    let newest = said.last().unwrap();
    for part in ["id", "type", "actor", "object", "published", "to", "cc"] {
        assert_eq!(items[0][part], newest[part], "{part}: as it was said");
    }
    let before = first["next"].as_str().unwrap().rsplit('=').next().unwrap();
    let second = read(Some(Page::after(Some(before), 20))).await;
    assert_eq!(second["orderedItems"].as_array().unwrap().len(), 2);
    assert!(second.get("next").is_none());
}

#[tokio::test]
async fn what_is_not_for_everybody_is_not_passed_on() {
    let (kit, mo, _carer) = scene(table()).await;
    ann_joins(&kit).await;
    let group = uri(&kit).await;
    let mut whisper = note(1, "Only for you");
    whisper["to"] = json!([group]);
    whisper["cc"] = json!([]);
    say(&kit, &act(1, "Create", whisper)).await;
    assert!(heard_of_group(&kit).await.is_empty());
    assert!(conversations(&kit).await.is_empty());
    for audience in [Audience::Local, Audience::Followers, Audience::Quiet] {
        let group = Some("table".to_owned());
        let new = NewPost { audience, group, ..Kit::words("mo", "Between us") };
        let wrong = kit.app.posts().publish(&mo, new).await.unwrap_err();
        assert!(matches!(wrong, Error::Invalid(_)), "{audience:?}");
    }
}

#[tokio::test]
async fn where_only_members_begin_a_stranger_does_not() {
    let (kit, _mo, carer) = scene(NewGroup {
        posting: PostingRule::Members,
        approval: carefolk_domain::ApprovalRule::None,
        ..table()
    })
    .await;
    let group = uri(&kit).await;
    let mut hello = note(1, "Hello from outside");
    hello["cc"] = json!([group]);
    say(&kit, &act(1, "Create", hello)).await;
    assert!(heard_of_group(&kit).await.is_empty() && conversations(&kit).await.is_empty());
    let denied = begin(&kit, &carer, "carer", "Hello").await.unwrap_err();
    assert!(matches!(denied, Error::Denied(Denial::GroupMembers)));

    ann_joins(&kit).await;
    kit.app.groups().join(&carer, "carer", "table").await.unwrap();
    let mut hello = note(2, "Hello from inside");
    hello["cc"] = json!([group]);
    say(&kit, &act(2, "Create", hello)).await;
    begin(&kit, &carer, "carer", "Hello").await.unwrap();
    assert_eq!(conversations(&kit).await, ["Hello", "Hello from inside"]);
    assert_eq!(heard_of_group(&kit).await.len(), 2);
}

#[tokio::test]
async fn only_moderators_and_chosen_providers_announce_and_anybody_asks_below() {
    let (kit, mo, carer) = scene(NewGroup { kind: GroupKind::Announce, ..table() }).await;
    ann_joins(&kit).await;
    kit.app.groups().join(&carer, "carer", "table").await.unwrap();
    for author in ["carer", "bakery"] {
        let denied = begin(&kit, &carer, author, "Buy my bread").await.unwrap_err();
        assert!(matches!(denied, Error::Denied(Denial::GroupModerators)), "{author}");
    }
    let group = uri(&kit).await;
    let mut spam = note(1, "Buy my bread");
    spam["to"] = json!([PUBLIC, group]);
    spam["audience"] = json!(group);
    say(&kit, &act(1, "Create", spam)).await;
    assert!(heard_of_group(&kit).await.is_empty() && conversations(&kit).await.is_empty());

    kit.app.groups().appoint(&mo, "table", "bakery", GroupRole::Announcer).await.unwrap();
    assert_eq!(
        kit.app.groups().show(&carer, "table").await.unwrap().may_begin_as,
        ["bakery"],
        "the page offers what may be done"
    );
    let news = begin(&kit, &carer, "bakery", "Open on Sunday").await.unwrap();
    let mut ask = note(2, "From when?");
    ask["inReplyTo"] = json!(news.uri);
    say(&kit, &act(2, "Create", ask)).await;
    let thread = PostRef::Id(news.id);
    let thread = kit.app.posts().thread(&Caller::Visitor, &thread, Page::first(9)).await.unwrap();
    assert_eq!(thread.replies.len(), 1);
    assert_eq!(heard_of_group(&kit).await.len(), 1);
}

#[tokio::test]
async fn a_deleted_conversation_is_taken_back_where_the_group_told_of_it() {
    let (kit, mo, _carer) = scene(table()).await;
    ann_joins(&kit).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    kit.settle().await;
    kit.app.posts().delete(&mo, post.id).await.unwrap();
    let said = heard_of_group(&kit).await;
    let kinds: Vec<&str> = said.iter().filter_map(|it| it["type"].as_str()).collect();
    assert_eq!(kinds, ["Announce", "Undo"]);
    assert_eq!(said[1]["object"]["object"], json!(post.uri));
    assert!(conversations(&kit).await.is_empty());
    kit.keeps_its_rules().await;
}

#[tokio::test]
async fn a_change_is_told_where_the_group_told_of_the_post() {
    let (kit, mo, _carer) = scene(table()).await;
    ann_joins(&kit).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    let text = "Who is still awake?".to_owned();
    let edit = EditPost { post: post.id, text, warning: None, lang: None, pictures: None };
    kit.app.posts().edit(&mo, edit).await.unwrap();
    kit.settle().await;
    let told = kit.remote.sent().into_iter().filter(|(inbox, _)| inbox == SHARED_INBOX);
    let told: Vec<Value> = told
        .map(|(_, body)| serde_json::from_str::<Value>(&body).unwrap()["type"].clone())
        .collect();
    assert_eq!(told, [json!("Announce"), json!("Update")], "nobody there follows Mo");
}

/// No loops: what a group passes on, here or elsewhere, is not passed on by another.
#[tokio::test]
async fn what_another_passes_on_is_not_passed_on_again() {
    let (kit, mo, _carer) = scene(table()).await;
    ann_joins(&kit).await;
    let post = kit.post(&mo, "mo", "Not in the group").await;
    let group = uri(&kit).await;
    let mut boost = act(1, "Announce", json!(post.uri));
    boost["to"] = json!([PUBLIC]);
    boost["cc"] = json!([group, format!("{ANN}/followers")]);
    say(&kit, &boost).await;
    assert!(heard_of_group(&kit).await.is_empty());
}
