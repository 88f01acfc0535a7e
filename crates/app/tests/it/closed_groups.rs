//! Closed and private groups: who knows of them, who gets in, and that nothing gets out.

use carefolk_app::groups::{Joined, NewGroup};
use carefolk_app::posts::{NewPost, PostRef, PostView};
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::{
    Audience, Denial, FieldError, GroupKind, GroupRole, Invalid, PostingRule, Role, Span,
};
use carefolk_store::entity::{addressed, mention, notification, outbox_activity};
use carefolk_testkit::{Kit, operator};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::grouping::{begin, home, table};

pub(crate) fn kept(kind: GroupKind) -> NewGroup {
    NewGroup { kind, ..table() }
}

/// A kit with a group "table" kept by Mo and Molly, Sam who is in it, and Bob who is not.
pub(crate) async fn scene(kind: GroupKind) -> (Kit, Caller, Caller, Caller) {
    let kit = Kit::new().await;
    let mo = kit.account("mo", Role::Member).await;
    kit.account("molly", Role::Member).await;
    let sam = kit.account("sam", Role::Member).await;
    let bob = kit.account("bob", Role::Member).await;
    kit.app.groups().create(&operator(), kept(kind)).await.unwrap();
    kit.app.groups().invite(&mo, "table", "sam").await.unwrap();
    kit.app.groups().join(&sam, "sam", "table").await.unwrap();
    (kit, mo, sam, bob)
}

pub(crate) async fn answer(
    kit: &Kit,
    by: &Caller,
    handle: &str,
    to: &PostView,
) -> Result<PostView, Error> {
    let new = NewPost { in_reply_to: Some(to.uri.clone()), ..Kit::words(handle, "I am") };
    kit.app.posts().publish(by, new).await
}

pub(crate) async fn reads(kit: &Kit, who: &Caller, post: &PostView) -> bool {
    kit.app.posts().find(who, &PostRef::Uri(post.uri.clone())).await.is_ok()
}

async fn conversations(kit: &Kit, who: &Caller) -> Result<usize, Error> {
    let page = kit.app.groups().conversations(who, "table", Page::first(20)).await?;
    Ok(page.posts.len())
}

pub(crate) fn is_unknown<T: std::fmt::Debug>(done: Result<T, Error>) -> bool {
    matches!(done, Err(Error::NotFound("group")))
}

#[tokio::test]
async fn a_closed_group_says_what_it_is_and_shows_the_rest_to_who_was_let_in() {
    let (kit, mo, sam, bob) = scene(GroupKind::Closed).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    assert_eq!(post.audience, Audience::Group);
    for outsider in [&Caller::Visitor, &bob, &operator()] {
        let page = kit.app.groups().show(outsider, "table").await.unwrap();
        assert_eq!(page.group.name.name, "Sunday table");
        assert_eq!((page.moderators.len(), page.group.rules.len()), (2, 2));
        assert!(page.group.actor.is_none() && page.may_begin_as.is_empty());
        assert_eq!(conversations(&kit, outsider).await.unwrap(), 0);
        assert!(!reads(&kit, outsider, &post).await);
    }
    let members =
        async |who: &Caller| kit.app.groups().show(who, "table").await.unwrap().group.members;
    assert_eq!((members(&Caller::Visitor).await, members(&bob).await), (None, None), "S-173");
    assert_eq!(members(&mo).await, Some(3));

    let groups = kit.app.groups();
    let join = || groups.join(&bob, "bob", "table");
    assert_eq!((join().await.unwrap(), join().await.unwrap()), (Joined::Asked, Joined::Asked));
    assert!(!reads(&kit, &bob, &post).await, "asking is not enough");
    assert_eq!(kit.app.groups().show(&bob, "table").await.unwrap().mine, Some(GroupRole::Asked));
    for not_them in [&bob, &sam] {
        let done = kit.app.groups().approve(not_them, "table", "bob").await;
        assert!(matches!(done, Err(Error::Denied(Denial::GroupOrder))), "{done:?}");
    }
    kit.app.groups().approve(&mo, "table", "bob").await.unwrap();
    assert!(reads(&kit, &bob, &post).await);
    assert_eq!(conversations(&kit, &bob).await.unwrap(), 1);
    assert_eq!(home(&kit, &bob).await, ["Who is awake?"], "it finds them at home");
    begin(&kit, &mo, "mo", "Still?").await.unwrap();
    assert_eq!(home(&kit, &bob).await, ["Still?", "Who is awake?"]);
    kit.keeps_its_rules().await;
}

#[tokio::test]
async fn a_private_group_is_not_there_for_who_was_not_invited() {
    let (kit, mo, sam, bob) = scene(GroupKind::Private).await;
    let boss = kit.account("boss", Role::Admin).await;
    let open = NewGroup { handle: "open".to_owned(), name: "Alpha".to_owned(), ..table() };
    kit.app.groups().create(&operator(), open).await.unwrap();
    let names = async |who: &Caller| -> Vec<String> {
        let list = kit.app.groups().list(who).await.unwrap();
        list.into_iter().map(|group| group.name.handle).collect()
    };
    for outsider in [&Caller::Visitor, &bob, &boss] {
        assert_eq!(names(outsider).await, ["open"]);
        assert!(is_unknown(kit.app.groups().show(outsider, "table").await));
        assert!(is_unknown(conversations(&kit, outsider).await));
    }
    for done in [
        kit.app.groups().join(&bob, "bob", "table").await.map(|_joined| ()),
        kit.app.groups().leave(&bob, "bob", "table").await,
        kit.app.groups().members(&bob, "table").await.map(|_members| ()),
        kit.app.groups().invite(&bob, "table", "bob").await,
        kit.app.groups().approve(&boss, "table", "bob").await,
        kit.app.groups().appoint(&boss, "table", "bob", GroupRole::Moderator).await,
        begin(&kit, &bob, "bob", "Anybody?").await.map(|_post| ()),
    ] {
        assert!(is_unknown(done));
    }
    assert!(kit.app.actors().find_local("table").await.is_err(), "it has no actor");

    kit.app.groups().invite(&sam, "table", "bob").await.unwrap_err();
    kit.app.groups().invite(&mo, "table", "bob").await.unwrap();
    kit.app.groups().invite(&mo, "table", "bob").await.unwrap();
    assert_eq!(names(&bob).await, ["open", "table"]);
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    assert!(!reads(&kit, &bob, &post).await, "an invitation shows what it is, and no more");
    kit.app.groups().leave(&bob, "bob", "table").await.unwrap();
    assert_eq!(names(&bob).await, ["open"], "declined");
    kit.app.groups().invite(&mo, "table", "bob").await.unwrap();
    assert_eq!(kit.app.groups().join(&bob, "bob", "table").await.unwrap(), Joined::In);
    assert!(reads(&kit, &bob, &post).await);
    kit.keeps_its_rules().await;
}

#[tokio::test]
async fn nothing_of_it_leaves_this_server_or_calls_anybody_in_from_outside() {
    let (kit, mo, sam, bob) = scene(GroupKind::Private).await;
    let text = "@sam @bob @ann@v.example has #news";
    let post = begin(&kit, &mo, "mo", text).await.unwrap();
    let reply = answer(&kit, &sam, "sam", &post).await.unwrap();
    assert_eq!((reply.audience, reply.group.unwrap().handle.as_str()), (Audience::Group, "table"));
    kit.app.posts().delete(&mo, post.id).await.unwrap();
    kit.settle().await;
    assert!(kit.remote.sent().is_empty());
    assert!(kit.remote.asked().is_empty(), "not even who Ann is: {:?}", kit.remote.asked());
    let said = outbox_activity::Entity::find().all(kit.app.db().read()).await.unwrap();
    assert!(said.is_empty(), "{said:?}");
    let post = begin(&kit, &mo, "mo", text).await.unwrap();
    let html = post.html.as_str();
    // A link for one and none for the other would tell everybody who is in it.
    assert!(html.contains("/@sam\"") && html.contains("/@bob\""), "{html}");
    assert!(!html.contains("v.example/"), "{html}");
    assert!(!html.contains("/tags/"), "{html}");
    let conn = kit.app.db().read();
    let named = mention::Entity::find().filter(mention::Column::PostId.eq(post.id));
    assert_eq!(named.count(conn).await.unwrap(), 1);
    let told = addressed::Entity::find().filter(addressed::Column::PostId.eq(post.id));
    assert_eq!(told.count(conn).await.unwrap(), 1);
    let Caller::Member(bob) = &bob else { panic!() };
    let told = notification::Entity::find().filter(notification::Column::AccountId.eq(bob.account));
    assert_eq!(told.count(conn).await.unwrap(), 0);
    // Who has left is not told of what answers them.
    kit.app.groups().turn_away(&operator(), "table", "sam").await.unwrap();
    let before = notification::Entity::find().count(conn).await.unwrap();
    let own = kit.app.groups().conversations(&mo, "table", Page::first(5)).await.unwrap();
    assert_eq!(own.posts.len(), 1);
    answer(&kit, &mo, "mo", &own.posts[0]).await.unwrap();
    assert_eq!(notification::Entity::find().count(conn).await.unwrap(), before);
}

#[tokio::test]
async fn an_answer_is_for_who_reads_what_it_answers() {
    let (kit, mo, sam, bob) = scene(GroupKind::Closed).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    let from_outside = answer(&kit, &bob, "bob", &post).await;
    let unknown = FieldError { field: "in_reply_to", invalid: Invalid::Unknown };
    let Err(Error::Invalid(wrong)) = from_outside else { panic!("{from_outside:?}") };
    assert_eq!(wrong, [unknown], "as for a post that is not there");
    let reply = answer(&kit, &sam, "sam", &post).await.unwrap();
    assert!(!reads(&kit, &bob, &reply).await && reads(&kit, &mo, &reply).await);
    let seen = kit.app.posts().find(&mo, &PostRef::Id(post.id)).await.unwrap();
    assert_eq!(seen.replies, 1);
    // What moderators took out of the group is its author's alone, and goes on nowhere.
    kit.app.groups().take_out(&mo, &PostRef::Uri(post.uri.clone())).await.unwrap();
    assert!(reads(&kit, &mo, &post).await && !reads(&kit, &sam, &post).await);
    let after = answer(&kit, &mo, "mo", &post).await;
    assert!(matches!(after, Err(Error::Invalid(_))), "{after:?}");
    for who in [&bob, &sam] {
        let done = kit.app.groups().take_out(who, &PostRef::Uri(reply.uri.clone())).await;
        assert!(matches!(done, Err(Error::NotFound("post"))), "{done:?}");
    }
    kit.keeps_its_rules().await;
}

#[tokio::test]
async fn it_is_read_in_the_group_and_at_home_and_on_no_other_page() {
    let (kit, mo, sam, bob) = scene(GroupKind::Closed).await;
    begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    let mos = kit.app.actors().find_local("mo").await.unwrap();
    for who in [&mo, &sam, &bob] {
        let page = kit.app.timelines().profile(who, mos.id, Page::first(5)).await.unwrap();
        assert!(page.posts.is_empty());
    }
    assert_eq!(mos.posts, 0, "a number would tell that it is there (S-173)");
    // Bob follows Mo, and is not in the group.
    let address = carefolk_domain::Address::parse("mo@care.example").unwrap();
    kit.app.follows().follow(&bob, "bob", &address).await.unwrap();
    assert!(home(&kit, &bob).await.is_empty());
    kit.app.follows().follow(&sam, "sam", &address).await.unwrap();
    kit.app.follows().unfollow(&sam, "sam", &address).await.unwrap();
    assert_eq!(home(&kit, &sam).await, ["Who is awake?"], "it comes by the group, not by Mo");
    // Whoever was away long has their home written anew.
    kit.clock.advance(Span::days(20));
    begin(&kit, &mo, "mo", "Still?").await.unwrap();
    let token = kit.app.accounts().sign_in("sam", carefolk_testkit::PASSWORD, "test").await;
    kit.app.accounts().session(&token.unwrap()).await.unwrap();
    assert_eq!(home(&kit, &sam).await, ["Still?", "Who is awake?"]);
    let token = kit.app.accounts().sign_in("bob", carefolk_testkit::PASSWORD, "test").await;
    kit.app.accounts().session(&token.unwrap()).await.unwrap();
    assert!(home(&kit, &bob).await.is_empty());
}

#[tokio::test]
async fn who_keeps_order_in_it_is_in_it() {
    let (kit, mo, sam, bob) = scene(GroupKind::Closed).await;
    let keeper = kit.account("keeper", Role::Moderator).await;
    kit.provider("bakery", "sam").await;
    let groups = kit.app.groups();
    for who in [&keeper, &bob, &sam] {
        let done = groups.invite(who, "table", "bob").await;
        assert!(matches!(done, Err(Error::Denied(Denial::GroupOrder))), "{done:?}");
        assert!(groups.members(who, "table").await.is_err(), "lists of members are hidden");
    }
    let appointed = groups.appoint(&mo, "table", "bob", GroupRole::Moderator).await;
    assert!(matches!(appointed, Err(Error::Invalid(_))), "nobody is put in: {appointed:?}");
    for (who, role) in [("bakery", GroupRole::Announcer), ("bob", GroupRole::Member)] {
        let appointed = groups.appoint(&mo, "table", who, role).await;
        assert!(matches!(appointed, Err(Error::Invalid(_))), "{appointed:?}");
    }
    let joined = groups.join(&sam, "bakery", "table").await;
    assert!(matches!(joined, Err(Error::Conflict(_))), "{joined:?}");
    let turned = groups.turn_away(&mo, "table", "molly").await;
    assert!(matches!(turned, Err(Error::Conflict(_))), "two stay: {turned:?}");
    groups.appoint(&mo, "table", "sam", GroupRole::Moderator).await.unwrap();
    groups.turn_away(&sam, "table", "molly").await.unwrap();
    let roles = async || -> Vec<(String, GroupRole)> {
        let members = groups.members(&sam, "table").await.unwrap();
        members.into_iter().map(|member| (member.who.handle, member.role)).collect()
    };
    groups.join(&bob, "bob", "table").await.unwrap();
    let (moderator, asked) = (GroupRole::Moderator, GroupRole::Asked);
    let wanted = [("bob", asked), ("mo", moderator), ("sam", moderator)];
    assert_eq!(roles().await, wanted.map(|(who, role)| (who.to_owned(), role)));
    groups.turn_away(&sam, "table", "bob").await.unwrap();
    assert_eq!(roles().await.len(), 2, "refused; they may ask again");
    assert_eq!(groups.join(&bob, "bob", "table").await.unwrap(), Joined::Asked);
    groups.invite(&sam, "table", "bob").await.unwrap();
    assert!(roles().await.contains(&("bob".to_owned(), GroupRole::Member)), "who asked is in");
}

#[tokio::test]
async fn a_name_belongs_to_one_group_whatever_its_kind() {
    let (kit, _mo, _sam, _bob) = scene(GroupKind::Closed).await;
    for kind in [GroupKind::Open, GroupKind::Closed, GroupKind::Private] {
        let made = kit.app.groups().create(&operator(), kept(kind)).await;
        let taken = FieldError { field: "handle", invalid: Invalid::Taken };
        let Err(Error::Invalid(wrong)) = made else { panic!("{kind:?} {made:?}") };
        assert_eq!(wrong, [taken]);
    }
    let open = NewGroup { handle: "open".to_owned(), ..table() };
    kit.app.groups().create(&operator(), open.clone()).await.unwrap();
    let again = NewGroup { kind: GroupKind::Private, ..open };
    assert!(matches!(kit.app.groups().create(&operator(), again).await, Err(Error::Invalid(_))));
    let open = kit.app.groups().invite(&operator(), "open", "sam").await;
    assert!(matches!(open, Err(Error::Conflict(_))), "anybody joins: {open:?}");
    let rule = NewGroup {
        handle: "quiet".to_owned(),
        posting: PostingRule::Anyone,
        approval: carefolk_domain::ApprovalRule::None,
        ..kept(GroupKind::Private)
    };
    let made = kit.app.groups().create(&operator(), rule).await.unwrap();
    assert_eq!(made.posting, PostingRule::Members, "there is nobody else");
}

#[tokio::test]
async fn who_closes_their_account_is_in_no_group_any_more() {
    let (kit, mo, _sam, _bob) = scene(GroupKind::Private).await;
    kit.app.profiles().close(&operator(), "sam").await.unwrap();
    let members = kit.app.groups().members(&mo, "table").await.unwrap();
    assert_eq!(members.len(), 2, "{members:?}");
    kit.settle().await;
}

#[tokio::test]
async fn who_runs_the_server_handles_what_is_reported_and_takes_it_out() {
    let (kit, mo, sam, bob) = scene(GroupKind::Closed).await;
    let before = kit.app.instance().info().await.unwrap().posts;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    assert_eq!(kit.app.instance().info().await.unwrap().posts, before, "S-173");
    let report = |reporter: &str| carefolk_app::reports::NewReport {
        reporter: reporter.to_owned(),
        about: carefolk_domain::Address::parse("mo@care.example").unwrap(),
        posts: vec![post.uri.clone()],
        comment: "It names somebody".to_owned(),
        to: carefolk_app::reports::Readers::Community,
        forward: false,
    };
    assert!(kit.app.reports().send(&bob, report("bob")).await.is_err());
    assert!(kit.app.reports().send(&operator(), report("bob")).await.is_err());
    let id = kit.app.reports().send(&operator(), report("sam")).await.unwrap();
    let shown = kit.app.reports().show(&operator(), id).await.unwrap();
    assert_eq!(shown.posts[0].html.to_plain(), "Who is awake?");
    assert!(!reads(&kit, &operator(), &post).await, "they see what was reported, and no more");
    let page = post.url.replace("https://care.example/", "https://care.example/cy/");
    kit.app.groups().take_out(&operator(), &PostRef::Uri(page)).await.unwrap();
    assert!(!reads(&kit, &sam, &post).await && reads(&kit, &mo, &post).await);
}

#[tokio::test]
async fn who_may_see_costs_no_question_for_each_post() {
    let statements = std::sync::Arc::default();
    let options = carefolk_testkit::KitOptions {
        statements: std::sync::Arc::clone(&statements),
        ..carefolk_testkit::KitOptions::default()
    };
    let kit = Kit::with(options).await;
    let mo = kit.account("mo", Role::Member).await;
    kit.account("molly", Role::Member).await;
    kit.app.groups().create(&operator(), kept(GroupKind::Private)).await.unwrap();
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    let asked = async |answers: usize| {
        for _ in 0..answers {
            answer(&kit, &mo, "mo", &post).await.unwrap();
        }
        let before = statements.load(std::sync::atomic::Ordering::SeqCst);
        let by = PostRef::Uri(post.uri.clone());
        let thread = kit.app.posts().thread(&mo, &by, Page::first(50)).await.unwrap();
        let after = statements.load(std::sync::atomic::Ordering::SeqCst);
        (thread.replies.len(), after - before)
    };
    let (few, many) = (asked(2).await, asked(28).await);
    assert_eq!((few.0, many.0), (2, 30));
    assert_eq!(few.1, many.1, "a page of two costs as much as one of thirty");
}
