//! What the moderators of a group are told, by whom, and who else reads it.

use carefolk_app::posts::{NewPost, PostRef, PostView};
use carefolk_app::reports::{NewReport, Readers, ReportState, ReportView};
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::{
    Address, Audience, Denial, GroupKind, GroupRole, Invalid, NotificationKind, RemovalReason, Role,
};
use carefolk_testkit::{Kit, operator};
use serde_json::json;

use crate::closed_groups::{answer, scene};
use crate::group_servers::{FERNS, LOU, announce, follows_ferns, page};
use crate::grouping::{begin, table};
use crate::stranger::{ANN, PUBLIC, act, follow, note, say, settle_in};

fn about(post: &PostView, reporter: &str, to: Readers) -> NewReport {
    NewReport {
        reporter: reporter.to_owned(),
        about: Address::parse(&post.author.address()).unwrap(),
        posts: vec![post.uri.clone()],
        comment: "This hurts".to_owned(),
        to,
        forward: true,
    }
}

async fn told(kit: &Kit, who: &Caller) -> usize {
    let Caller::Member(member) = who else { panic!("not a member") };
    let all = kit.app.updates().list(member, Page::first(50)).await.unwrap().updates;
    all.iter().filter(|it| it.kind == NotificationKind::PostReported).count()
}

async fn of_group(kit: &Kit, who: &Caller) -> Result<Vec<ReportView>, Error> {
    kit.app.reports().of_group(who, "table", Page::first(50)).await
}

#[tokio::test]
async fn moderators_of_a_private_group_are_told_and_nobody_else_is() {
    let (kit, mo, sam, bob) = scene(GroupKind::Private).await;
    let boss = kit.account("boss", Role::Admin).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    let rude = answer(&kit, &sam, "sam", &post).await.unwrap();
    kit.app.groups().invite(&mo, "table", "bob").await.unwrap();
    kit.app.groups().join(&bob, "bob", "table").await.unwrap();
    let id = kit.app.reports().send(&bob, about(&rude, "bob", Readers::Group)).await.unwrap();

    let shown = of_group(&kit, &mo).await.unwrap().remove(0);
    assert_eq!((shown.comment.as_str(), shown.posts.len()), ("This hurts", 1));
    assert_eq!((shown.reporter, shown.host), (None, None), "moderators are not told who it was");
    assert_eq!((told(&kit, &mo).await, told(&kit, &boss).await, told(&kit, &sam).await), (1, 0, 0));
    for (who, is_known) in [(&sam, true), (&bob, true), (&boss, false)] {
        let refused = of_group(&kit, who).await;
        let is_denied = matches!(refused, Err(Error::Denied(Denial::GroupOrder)));
        assert!(is_denied == is_known && refused.is_err(), "{refused:?}");
        assert!(kit.app.reports().close(who, id).await.is_err());
    }
    for reader in [&boss, &operator()] {
        let list = kit.app.reports().list(reader, ReportState::Open, Page::first(50)).await;
        assert!(list.unwrap().is_empty(), "what a group that stays here says among itself");
    }
    for outside in [&boss, &operator()] {
        let hidden = kit.app.reports().show(outside, id).await;
        assert!(matches!(hidden, Err(Error::NotFound("report"))), "{hidden:?}");
        assert!(kit.app.reports().close(outside, id).await.is_err());
        assert!(of_group(&kit, outside).await.is_err());
    }

    // Who says so to those who run the community shows them the post, and says who they are.
    kit.app.reports().send(&bob, about(&rude, "bob", Readers::Community)).await.unwrap();
    let list = kit.app.reports().list(&boss, ReportState::Open, Page::first(50)).await.unwrap();
    assert_eq!((list[0].reporter.as_deref(), list[0].posts.len()), (Some("bob"), 1));
    assert_eq!((told(&kit, &boss).await, told(&kit, &mo).await), (1, 1));
    assert_eq!(of_group(&kit, &mo).await.unwrap().len(), 1);

    // What is taken away is dealt with, for the moderators of its group.
    let by = PostRef::Uri(rude.uri.clone());
    kit.app.groups().remove(&mo, &by, RemovalReason::Unkind).await.unwrap();
    assert!(of_group(&kit, &mo).await.unwrap().is_empty());
    assert_eq!(kit.app.reports().count_in_group(&mo, "table").await.unwrap(), 0);
    let list = kit.app.reports().list(&boss, ReportState::Open, Page::first(50)).await.unwrap();
    assert_eq!(list.len(), 1, "those who run the community look for themselves");
    kit.keeps_its_rules().await;
}

#[tokio::test]
async fn in_an_open_group_whoever_looks_after_everything_reads_along() {
    let kit = Kit::new().await;
    let mo = kit.account("mo", Role::Member).await;
    kit.account("molly", Role::Member).await;
    let bob = kit.account("bob", Role::Member).await;
    let keeper = kit.account("keeper", Role::Moderator).await;
    kit.app.groups().create(&operator(), table()).await.unwrap();
    let cara = kit.account("cara", Role::Member).await;
    let post = begin(&kit, &cara, "cara", "Soup?").await.unwrap();
    let outside = kit.post(&mo, "mo", "By myself").await;
    let nowhere = kit.app.reports().send(&bob, about(&outside, "bob", Readers::Group)).await;
    match nowhere {
        Err(Error::Invalid(wrong)) => {
            assert_eq!((wrong[0].field, wrong[0].invalid), ("to", Invalid::Choice));
        }
        other => panic!("{other:?}"),
    }
    let id = kit.app.reports().send(&bob, about(&post, "bob", Readers::Group)).await.unwrap();
    let list = kit.app.reports().list(&keeper, ReportState::Open, Page::first(50)).await.unwrap();
    assert_eq!((list.len(), list[0].reporter.as_deref()), (1, None));
    let denied = kit.app.reports().list(&bob, ReportState::Open, Page::first(50)).await;
    assert!(matches!(denied, Err(Error::Denied(Denial::Role))), "{denied:?}");
    assert_eq!(kit.app.reports().count_in_group(&bob, "table").await.unwrap(), 0);
    assert_eq!(kit.app.reports().count_in_group(&mo, "table").await.unwrap(), 1);
    kit.app.reports().close(&mo, id).await.unwrap();
    assert!(of_group(&kit, &mo).await.unwrap().is_empty());
    // Who keeps order no more is told no more.
    kit.app.reports().send(&bob, about(&post, "bob", Readers::Group)).await.unwrap();
    assert_eq!(told(&kit, &mo).await, 1);
    kit.account("third", Role::Member).await;
    kit.app.groups().appoint(&operator(), "table", "third", GroupRole::Moderator).await.unwrap();
    kit.app.groups().appoint(&operator(), "table", "mo", GroupRole::Member).await.unwrap();
    assert_eq!(told(&kit, &mo).await, 0);
}

#[tokio::test]
async fn what_somebody_elsewhere_said_in_a_group_of_ours_is_reported_to_its_moderators() {
    let kit = Kit::new().await;
    let mo = kit.account("mo", Role::Member).await;
    kit.account("molly", Role::Member).await;
    let made = kit.app.groups().create(&operator(), table()).await.unwrap();
    let group = made.actor.unwrap().uri;
    settle_in(&kit, "v.example", "ann");
    settle_in(&kit, "w.example", "will");
    say(&kit, &follow(1, &group)).await;
    let mut post = note(7, "<p>Buy this</p>");
    post["to"] = json!([PUBLIC, group]);
    post["tag"] = json!([{"type": "Mention", "href": group, "name": "@table@care.example"}]);
    say(&kit, &act(1, "Create", post.clone())).await;
    let flag = json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Flag",
        "id": "https://w.example/flags/1", "actor": "https://w.example/users/will",
        "object": post["id"], "summary": "Spam", "to": [group]});
    say(&kit, &flag).await;
    let shown = of_group(&kit, &mo).await.unwrap().remove(0);
    assert_eq!((shown.about.uri.as_str(), shown.host.as_deref()), (ANN, Some("w.example")));
    assert_eq!((shown.comment.as_str(), shown.posts.len()), ("Spam", 1));
    assert_eq!(told(&kit, &mo).await, 1);
    // What they said elsewhere is nothing to us.
    let mut other = flag.clone();
    other["id"] = json!("https://w.example/flags/2");
    other["object"] = json!("https://v.example/notes/8");
    say(&kit, &other).await;
    assert_eq!(of_group(&kit, &mo).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_group_elsewhere_is_told_beside_the_server_of_who_wrote() {
    let (kit, sam) = follows_ferns().await;
    say(&kit, &announce(1, "Create", LOU, page(1, "Spring"))).await;
    let by = PostRef::Uri("https://lemmy.example/post/1".to_owned());
    let post = kit.app.posts().find(&sam, &by).await.unwrap();
    kit.app.reports().send(&sam, about(&post, "sam", Readers::Community)).await.unwrap();
    kit.settle().await;
    let flag = kit.remote.sent_to(&format!("{FERNS}/inbox")).pop().unwrap();
    assert_eq!(flag["type"], "Flag");
    assert_eq!(flag["object"], json!([LOU, post.uri]));
    assert_eq!(flag["to"], json!([LOU, FERNS]));
    assert!(!flag.to_string().contains("sam"), "{flag}");
}

#[tokio::test]
async fn nobody_reads_or_closes_what_is_about_themselves() {
    let (kit, mo, sam, _bob) = scene(GroupKind::Private).await;
    let molly = kit.app.accounts().seen_as(&operator(), "molly").await.unwrap();
    let boss = kit.account("boss", Role::Admin).await;
    kit.provider("hazelbank", "boss").await;
    let post = begin(&kit, &mo, "mo", "You are all lazy").await.unwrap();
    let id = kit.app.reports().send(&sam, about(&post, "sam", Readers::Group)).await.unwrap();
    assert_eq!((told(&kit, &mo).await, told(&kit, &molly).await), (0, 1));
    assert_eq!(of_group(&kit, &mo).await.unwrap().len(), 0);
    assert_eq!(kit.app.reports().count_in_group(&mo, "table").await.unwrap(), 0);
    let refused = kit.app.reports().close(&mo, id).await;
    assert!(matches!(refused, Err(Error::NotFound("report"))), "{refused:?}");
    assert_eq!(of_group(&kit, &molly).await.unwrap().len(), 1);
    kit.app.reports().close(&molly, id).await.unwrap();
    assert_eq!(told(&kit, &molly).await, 0, "what was dealt with waits in nobody's list");

    // Nor does who runs the community, of themselves and of whom they speak for.
    let theirs = kit.post(&boss, "hazelbank", "No visitors on Sundays").await;
    kit.app.reports().send(&sam, about(&theirs, "sam", Readers::Community)).await.unwrap();
    assert_eq!(told(&kit, &boss).await, 0);
    let list = kit.app.reports().list(&boss, ReportState::Open, Page::first(50)).await.unwrap();
    assert!(list.is_empty(), "{list:?}");
    let list = kit.app.reports().list(&operator(), ReportState::Open, Page::first(50)).await;
    assert_eq!(list.unwrap().len(), 1);
}

#[tokio::test]
async fn who_blocks_the_moderators_hides_nothing_from_them() {
    let (kit, mo, sam, bob) = scene(GroupKind::Closed).await;
    kit.app.groups().invite(&mo, "table", "bob").await.unwrap();
    kit.app.groups().join(&bob, "bob", "table").await.unwrap();
    let moderator = Address::parse("mo@care.example").unwrap();
    kit.app.blocks().block(&sam, "sam", &moderator, false).await.unwrap();
    let rude = begin(&kit, &sam, "sam", "Mo is a fool").await.unwrap();
    kit.app.reports().send(&bob, about(&rude, "bob", Readers::Group)).await.unwrap();
    assert_eq!(told(&kit, &mo).await, 1);
    assert_eq!(of_group(&kit, &mo).await.unwrap()[0].posts.len(), 1);
}

#[tokio::test]
async fn the_same_again_is_one_report_and_twenty_may_wait() {
    let kit = Kit::new().await;
    let sam = kit.account("sam", Role::Member).await;
    let bob = kit.account("bob", Role::Member).await;
    let mut first = None;
    for number in 0..20 {
        let post = kit.post(&sam, "sam", &format!("Rubbish {number}")).await;
        let report = about(&post, "bob", Readers::Community);
        let id = kit.app.reports().send(&bob, report.clone()).await.unwrap();
        assert_eq!(kit.app.reports().send(&bob, report).await.unwrap(), id);
        first = first.or(Some((id, post)));
    }
    let (first, about_it) = first.unwrap();
    let post = kit.post(&sam, "sam", "More rubbish").await;
    let over = kit.app.reports().send(&bob, about(&post, "bob", Readers::Community)).await;
    assert!(matches!(over, Err(Error::Throttled { .. })), "{over:?}");
    kit.app.reports().close(&operator(), first).await.unwrap();
    // Other words about the same are not lost.
    let comment = "And it is not true".to_owned();
    let more = NewReport { comment, ..about(&about_it, "bob", Readers::Community) };
    let more = kit.app.reports().send(&bob, more).await.unwrap();
    kit.app.reports().close(&operator(), more).await.unwrap();
    let again = about(&about_it, "bob", Readers::Community);
    let again = kit.app.reports().send(&bob, again).await.unwrap();
    let open = kit.app.reports().list(&operator(), ReportState::Open, Page::first(50)).await;
    assert_eq!((open.unwrap().len(), again == more), (20, false));
}

#[tokio::test]
async fn who_presses_twice_reports_once_and_other_words_are_another_report() {
    let kit = Kit::new().await;
    let sam = kit.account("sam", Role::Member).await;
    let bob = kit.account("bob", Role::Member).await;
    let reports = kit.app.reports();
    for number in 0..6 {
        let post = kit.post(&sam, "sam", &format!("Rubbish {number}")).await;
        let report = about(&post, "bob", Readers::Community);
        let at_once = (0..4).map(|_| reports.send(&bob, report.clone()));
        let ids = futures_util::future::try_join_all(at_once).await.unwrap();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        let more = NewReport { comment: "And it is not true".to_owned(), ..report };
        assert_ne!(reports.send(&bob, more).await.unwrap(), ids[0]);
    }
}

#[tokio::test]
async fn what_is_reported_beside_something_in_a_group_is_not_for_its_moderators() {
    let kit = Kit::new().await;
    let mo = kit.account("mo", Role::Member).await;
    kit.account("molly", Role::Member).await;
    let keeper = kit.account("keeper", Role::Moderator).await;
    kit.app.groups().create(&operator(), table()).await.unwrap();
    let sam = kit.account("sam", Role::Member).await;
    settle_in(&kit, "v.example", "ann");
    let me = kit.app.actors().find_local("sam").await.unwrap().uri;
    say(&kit, &follow(1, &me)).await;
    let inside = begin(&kit, &sam, "sam", "Soup?").await.unwrap();
    let aside = NewPost { audience: Audience::Followers, ..Kit::words("sam", "zq between us") };
    let aside = kit.app.posts().publish(&sam, aside).await.unwrap();
    let flag = json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Flag",
        "id": "https://v.example/flags/1", "actor": ANN, "content": "Both",
        "object": [me, inside.uri, aside.uri]});
    say(&kit, &flag).await;
    assert!(of_group(&kit, &mo).await.unwrap().is_empty());
    assert_eq!((told(&kit, &mo).await, told(&kit, &keeper).await), (0, 1));
    let list = kit.app.reports().list(&keeper, ReportState::Open, Page::first(50)).await.unwrap();
    assert_eq!(list[0].posts.len(), 2);
}

#[tokio::test]
async fn a_report_about_two_posts_waits_until_both_are_gone() {
    let kit = Kit::new().await;
    let mo = kit.account("mo", Role::Member).await;
    kit.account("molly", Role::Member).await;
    let (sam, bob) =
        (kit.account("sam", Role::Member).await, kit.account("bob", Role::Member).await);
    kit.app.groups().create(&operator(), table()).await.unwrap();
    let posts = [
        begin(&kit, &sam, "sam", "Pills").await.unwrap(),
        begin(&kit, &sam, "sam", "More pills").await.unwrap(),
    ];
    let mut report = about(&posts[0], "bob", Readers::Group);
    report.posts.push(posts[1].uri.clone());
    kit.app.reports().send(&bob, report).await.unwrap();
    for (post, left) in posts.iter().zip([1, 0]) {
        let by = PostRef::Uri(post.uri.clone());
        kit.app.groups().remove(&mo, &by, RemovalReason::Advertising).await.unwrap();
        assert_eq!(of_group(&kit, &mo).await.unwrap().len(), left);
    }
}
