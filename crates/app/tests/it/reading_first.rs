//! Groups whose moderators read what is said before anybody else does.

use carefolk_app::groups::{NewGroup, Waiting};
use carefolk_app::pictures::PictureSize;
use carefolk_app::posts::{NewPost, PostRef, PostView, Submitted};
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::{
    ApprovalRule, Denial, GroupKind, GroupRole, HeldId, NotificationKind, RemovalReason, Span,
};
use carefolk_testkit::{Kit, operator};
use serde_json::json;

use crate::grouping::{conversations, heard_of_group, scene, table, uri};
use crate::stranger::{PUBLIC, act, note, say};

fn reads(approval: ApprovalRule) -> NewGroup {
    NewGroup { approval, ..table() }
}

fn in_table(author: &str, text: &str) -> NewPost {
    NewPost { group: Some("table".to_owned()), ..Kit::words(author, text) }
}

async fn submit(kit: &Kit, caller: &Caller, new: NewPost) -> Option<PostView> {
    match kit.app.posts().submit(caller, new).await.unwrap() {
        Submitted::Published(view) => Some(*view),
        Submitted::Waits(group) => {
            assert_eq!(group.handle, "table");
            None
        }
    }
}

async fn waiting(kit: &Kit, who: &Caller) -> Vec<Waiting> {
    kit.app.groups().waiting(who, "table").await.unwrap()
}

async fn told(kit: &Kit, who: &Caller) -> Vec<NotificationKind> {
    let Caller::Member(member) = who else { panic!("nobody is told") };
    let page = kit.app.updates().list(member, Page::first(50)).await.unwrap();
    page.updates.into_iter().map(|update| update.kind).collect()
}

#[tokio::test]
async fn the_first_posts_of_a_person_are_read_first_and_published_as_of_then() {
    let (kit, mo, carer) = scene(reads(ApprovalRule::First)).await;
    assert!(submit(&kit, &mo, in_table("mo", "Welcome")).await.is_some(), "moderators do not wait");
    let direct = kit.app.posts().publish(&carer, in_table("carer", "Hello")).await;
    assert!(matches!(direct, Err(Error::Denied(Denial::ReadFirst))), "{direct:?}");
    let said = NewPost {
        title: Some("New here".to_owned()),
        warning: Some("Tears".to_owned()),
        ..in_table("carer", "Hello **all**, and @mo")
    };
    assert!(submit(&kit, &carer, said).await.is_none());
    assert_eq!(conversations(&kit).await, ["Welcome"]);
    assert_eq!(told(&kit, &mo).await, [NotificationKind::PostWaits]);
    let unread = waiting(&kit, &mo).await;
    assert_eq!(unread.len(), 1);
    assert_eq!(unread[0].title.as_deref(), Some("New here"));
    assert_eq!(unread[0].warning.as_deref(), Some("Tears"));
    assert!(unread[0].html.as_str().contains("<strong>all</strong>"));
    assert_eq!((unread[0].is_own, &unread[0].source), (false, &None));
    kit.clock.advance(Span::hours(3));
    let page = kit.app.groups().let_through(&mo, "table", unread[0].id).await.unwrap();
    let slug = page.rsplit('/').next().unwrap().to_owned();
    let by = PostRef::Page { handle: "carer".to_owned(), slug };
    let post = kit.app.posts().find(&Caller::Visitor, &by).await.unwrap();
    assert_eq!(post.published, kit.app.now());
    assert_eq!(conversations(&kit).await.len(), 2);
    assert_eq!(told(&kit, &mo).await, [NotificationKind::Mention], "nothing is left to decide");
    assert_eq!(told(&kit, &carer).await, [NotificationKind::PostLetThrough]);
    assert!(waiting(&kit, &mo).await.is_empty());
    let acts = kit.app.audit().list(&operator(), None, 50).await.unwrap();
    let let_through: Vec<_> = acts.iter().filter(|act| act.act == "group.let_through").collect();
    assert_eq!((let_through.len(), let_through[0].target.as_str()), (1, post.uri.as_str()));
    // An answer waits as well; after three of them nothing does.
    let answer =
        |text| NewPost { in_reply_to: Some(post.uri.clone()), ..Kit::words("carer", text) };
    for text in ["One", "Two"] {
        assert!(submit(&kit, &carer, answer(text)).await.is_none(), "{text}");
        let unread = waiting(&kit, &mo).await;
        assert_eq!(unread[0].answers.as_deref(), Some(page.as_str()));
        kit.app.groups().let_through(&mo, "table", unread[0].id).await.unwrap();
    }
    assert!(submit(&kit, &carer, answer("Three")).await.is_some());
    kit.settle().await;
}

#[tokio::test]
async fn nothing_that_waits_is_said_to_anybody() {
    let (kit, mo, carer) = scene(reads(ApprovalRule::All)).await;
    crate::grouping::ann_joins(&kit).await;
    let picture = kit.picture(&carer, "A pie").await;
    let new = NewPost { pictures: vec![picture.clone()], ..in_table("carer", "@molly and a pie") };
    assert!(submit(&kit, &carer, new).await.is_none());
    let before = kit.remote.sent().len();
    kit.settle().await;
    assert_eq!(kit.remote.sent().len(), before);
    let molly = kit.app.accounts().seen_as(&operator(), "molly").await.unwrap();
    assert_eq!(
        told(&kit, &molly).await,
        [NotificationKind::PostWaits],
        "and not that she is named"
    );
    let shows = async |who: &Caller| {
        kit.app.pictures().show(who, &picture.key, PictureSize::Small).await.is_ok()
    };
    assert!(shows(&mo).await && shows(&carer).await);
    let bob = kit.account("bob", carefolk_domain::Role::Member).await;
    for outsider in [&bob, &Caller::Visitor, &operator()] {
        assert!(!shows(outsider).await);
    }
    assert!(waiting(&kit, &bob).await.is_empty());
    let taken = NewPost { pictures: vec![picture.clone()], ..in_table("bob", "Mine now") };
    let taken = kit.app.posts().submit(&bob, taken).await;
    assert!(matches!(taken, Err(Error::Invalid(_))), "{taken:?}");
    let id = waiting(&kit, &mo).await[0].id;
    for outsider in [&bob, &carer] {
        let done = kit.app.groups().let_through(outsider, "table", id).await;
        assert!(matches!(done, Err(Error::Denied(_))), "{done:?}");
        let reason = RemovalReason::Rules;
        let done = kit.app.groups().turn_down(outsider, "table", id, reason).await;
        assert!(matches!(done, Err(Error::Denied(_))), "{done:?}");
    }
    let taken = kit.app.groups().take_back(&bob, "table", id).await;
    assert!(matches!(taken, Err(Error::NotFound(_))), "{taken:?}");
    // The sweep leaves its picture alone, and it is published with it.
    kit.clock.advance(Span::hours(30));
    kit.app.sweep().await.unwrap();
    kit.app.groups().let_through(&mo, "table", id).await.unwrap();
    assert!(shows(&Caller::Visitor).await);
    assert_eq!(heard_of_group(&kit).await.len(), 1, "the Announce");
    kit.settle().await;
}

#[tokio::test]
async fn what_is_not_taken_goes_back_to_who_wrote_it_with_why() {
    let (kit, mo, carer) = scene(reads(ApprovalRule::All)).await;
    let picture = kit.picture(&carer, "A pie").await;
    let new = NewPost { pictures: vec![picture.clone()], ..in_table("carer", "Buy *my* pies") };
    assert!(submit(&kit, &carer, new).await.is_none());
    let id = waiting(&kit, &carer).await[0].id;
    let reason = RemovalReason::Advertising;
    kit.app.groups().turn_down(&mo, "table", id, reason).await.unwrap();
    for again in [
        kit.app.groups().turn_down(&mo, "table", id, reason).await.err(),
        kit.app.groups().let_through(&mo, "table", id).await.err(),
    ] {
        assert!(matches!(again, Some(Error::NotFound(_))), "{again:?}");
    }
    assert!(waiting(&kit, &mo).await.is_empty());
    assert_eq!(told(&kit, &carer).await, [NotificationKind::PostRefused]);
    let own = waiting(&kit, &carer).await;
    assert_eq!((own[0].refused, own[0].source.as_deref()), (Some(reason), Some("Buy *my* pies")));
    kit.app.groups().take_back(&carer, "table", id).await.unwrap();
    assert!(waiting(&kit, &carer).await.is_empty());
    kit.app.sweep().await.unwrap();
    kit.app.sweep().await.unwrap();
    assert_eq!(kit.files.names(), Vec::<String>::new());
    // What waits can be taken back too, and nobody has to read it any more.
    assert!(submit(&kit, &carer, in_table("carer", "Never mind")).await.is_none());
    let id = waiting(&kit, &carer).await[0].id;
    kit.app.groups().take_back(&carer, "table", id).await.unwrap();
    assert!(waiting(&kit, &mo).await.is_empty() && told(&kit, &mo).await.is_empty());
}

#[tokio::test]
async fn what_was_possible_then_may_not_be_any_more() {
    let (kit, mo, carer) = scene(reads(ApprovalRule::All)).await;
    let begun = submit(&kit, &mo, in_table("mo", "Who is awake?")).await.unwrap();
    let answer = NewPost { in_reply_to: Some(begun.uri.clone()), ..Kit::words("carer", "I am") };
    assert!(submit(&kit, &carer, answer).await.is_none());
    assert!(submit(&kit, &carer, in_table("carer", "And I")).await.is_none());
    kit.app.posts().delete(&mo, begun.id).await.unwrap();
    let ids: Vec<HeldId> = waiting(&kit, &mo).await.iter().map(|it| it.id).collect();
    let gone = kit.app.groups().let_through(&mo, "table", ids[0]).await;
    assert!(matches!(gone, Err(Error::Invalid(_))), "{gone:?}");
    kit.app.groups().appoint(&mo, "table", "carer", GroupRole::Banned).await.unwrap();
    let banned = kit.app.groups().let_through(&mo, "table", ids[1]).await;
    assert!(matches!(banned, Err(Error::Denied(Denial::GroupBanned))), "{banned:?}");
    assert_eq!(waiting(&kit, &mo).await.len(), 2, "nothing is lost");
    kit.clock.advance(Span::days(91));
    kit.app.sweep().await.unwrap();
    assert!(waiting(&kit, &mo).await.is_empty());
}

#[tokio::test]
async fn answers_from_elsewhere_buy_no_trust_and_what_is_answered_meanwhile_comes_along() {
    let (kit, mo, carer) = scene(reads(ApprovalRule::First)).await;
    crate::grouping::ann_joins(&kit).await;
    let group = uri(&kit).await;
    let begun = submit(&kit, &mo, in_table("mo", "Who is awake?")).await.unwrap();
    for number in [1, 2, 3] {
        let mut answer = note(number, "<p>Me</p>");
        answer["inReplyTo"] = json!(begun.uri);
        answer["cc"] = json!([group]);
        say(&kit, &act(number, "Create", answer)).await;
    }
    let mut begins = note(4, "<p>Buy pies</p>");
    begins["to"] = json!([PUBLIC]);
    begins["cc"] = json!([group]);
    say(&kit, &act(4, "Create", begins)).await;
    let unread = waiting(&kit, &mo).await;
    assert_eq!(unread.len(), 1);
    assert!(unread[0].page.as_deref().unwrap().starts_with("/@ann@v.example/"));
    let answer = NewPost {
        in_reply_to: Some("https://v.example/notes/4".to_owned()),
        ..Kit::words("carer", "I would like one")
    };
    let answer = submit(&kit, &carer, answer).await.unwrap();
    kit.app.groups().let_through(&mo, "table", unread[0].id).await.unwrap();
    let by = PostRef::Id(answer.id);
    kit.app.groups().remove(&mo, &by, RemovalReason::OffTopic).await.unwrap();
}

#[tokio::test]
async fn nobody_decides_about_their_own_or_what_they_may_not_read_and_who_stepped_down_hears_nothing()
 {
    let (kit, mo, carer) = scene(reads(ApprovalRule::All)).await;
    assert!(submit(&kit, &carer, in_table("carer", "Hello")).await.is_none());
    let id = waiting(&kit, &mo).await[0].id;
    let boss = kit.account("boss", carefolk_domain::Role::Admin).await;
    let done = kit.app.groups().let_through(&boss, "table", id).await;
    assert!(matches!(done, Err(Error::NotFound(_))), "{done:?}");
    let groups = kit.app.groups();
    groups.join(&carer, "carer", "table").await.unwrap();
    groups.appoint(&mo, "table", "carer", GroupRole::Moderator).await.unwrap();
    let own = groups.let_through(&carer, "table", id).await;
    assert!(matches!(own, Err(Error::Denied(Denial::GroupOrder))), "{own:?}");
    assert_eq!(told(&kit, &mo).await, [NotificationKind::PostWaits]);
    groups.appoint(&carer, "table", "mo", GroupRole::Member).await.unwrap();
    assert!(told(&kit, &mo).await.is_empty());
}

#[tokio::test]
async fn what_answers_something_aside_in_the_conversation_waits_too() {
    let (kit, mo, carer) = scene(reads(ApprovalRule::All)).await;
    let begun = submit(&kit, &mo, in_table("mo", "Who is awake?")).await.unwrap();
    let bob = kit.account("bob", carefolk_domain::Role::Member).await;
    let aside = NewPost { in_reply_to: Some(begun.uri.clone()), ..Kit::words("mo", "I am") };
    let aside = submit(&kit, &mo, aside).await.unwrap();
    let out = format!("UPDATE post SET group_id = NULL WHERE id = {}", aside.id.0);
    kit.database.meddle(&out).await;
    let answer = NewPost { in_reply_to: Some(aside.uri.clone()), ..Kit::words("bob", "Spam") };
    assert!(submit(&kit, &bob, answer).await.is_none());
    let id = waiting(&kit, &mo).await[0].id;
    kit.app.groups().let_through(&mo, "table", id).await.unwrap();
    let thread = kit.app.posts().thread(&carer, &PostRef::Id(begun.id), Page::first(10)).await;
    assert_eq!(thread.unwrap().replies.len(), 2);
}

#[tokio::test]
async fn so_much_of_one_person_waits_and_no_more() {
    let (kit, mo, carer) = scene(reads(ApprovalRule::All)).await;
    for number in 0..20 {
        let text = format!("Number {number}");
        assert!(submit(&kit, &carer, in_table("carer", &text)).await.is_none());
    }
    let more = kit.app.posts().submit(&carer, in_table("carer", "One more")).await;
    assert!(matches!(more, Err(Error::Throttled { .. })), "{more:?}");
    assert_eq!(waiting(&kit, &mo).await.len(), 20);
    assert!(submit(&kit, &mo, in_table("mo", "Mine")).await.is_some());
}

#[tokio::test]
async fn a_conversation_from_elsewhere_waits_and_is_passed_on_when_it_was_read() {
    let (kit, mo, _carer) = scene(reads(ApprovalRule::First)).await;
    crate::grouping::ann_joins(&kit).await;
    let group = uri(&kit).await;
    let begins = |number: u32| {
        let mut note = note(number, "<p>Is there a ramp?</p>");
        note["to"] = json!([PUBLIC]);
        note["cc"] = json!([group]);
        note["tag"] = json!([{"type": "Mention", "href": group, "name": "@table"}]);
        act(number, "Create", note)
    };
    let before = heard_of_group(&kit).await.len();
    for number in [1, 2] {
        say(&kit, &begins(number)).await;
    }
    kit.settle().await;
    assert!(conversations(&kit).await.is_empty());
    assert_eq!(heard_of_group(&kit).await.len(), before);
    let unread = waiting(&kit, &mo).await;
    assert_eq!(unread.len(), 2);
    assert_eq!(unread[0].author.address(), "ann@v.example");
    let page = kit.app.groups().let_through(&mo, "table", unread[0].id).await.unwrap();
    assert!(page.starts_with("/@ann@v.example/"), "{page}");
    assert_eq!(conversations(&kit).await.len(), 1);
    assert_eq!(heard_of_group(&kit).await.len(), before + 1);
    kit.app.groups().turn_down(&mo, "table", unread[1].id, RemovalReason::OffTopic).await.unwrap();
    assert_eq!(conversations(&kit).await.len(), 1);
    assert!(waiting(&kit, &mo).await.is_empty());
    // What is deleted where it comes from waits for nobody.
    say(&kit, &begins(3)).await;
    let gone = json!({"id": "https://v.example/notes/3", "type": "Tombstone"});
    say(&kit, &act(4, "Delete", gone)).await;
    assert!(waiting(&kit, &mo).await.is_empty() && told(&kit, &mo).await.is_empty());
    kit.settle().await;
}

#[tokio::test]
async fn what_waits_in_a_private_group_is_read_by_its_moderators_alone() {
    let private = NewGroup { kind: GroupKind::Private, ..reads(ApprovalRule::All) };
    let (kit, mo, carer) = scene(private).await;
    kit.app.groups().invite(&mo, "table", "carer").await.unwrap();
    kit.app.groups().join(&carer, "carer", "table").await.unwrap();
    assert!(submit(&kit, &carer, in_table("carer", "Between us")).await.is_none());
    let bob = kit.account("bob", carefolk_domain::Role::Admin).await;
    assert!(crate::closed_groups::is_unknown(kit.app.groups().waiting(&bob, "table").await));
    assert!(matches!(kit.app.groups().waiting(&operator(), "table").await, Err(Error::Denied(_))));
    assert_eq!(waiting(&kit, &mo).await.len(), 1);
    // Who is out has no part in it any more, whatever they wrote.
    let id = waiting(&kit, &mo).await[0].id;
    kit.app.groups().leave(&carer, "carer", "table").await.unwrap();
    let done = kit.app.groups().let_through(&mo, "table", id).await;
    assert!(done.is_err(), "{done:?}");
}
