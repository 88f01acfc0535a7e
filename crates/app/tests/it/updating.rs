//! What people are told about, and what they are not.

use carefolk_app::posts::{NewPost, PostRef};
use carefolk_app::reports::{NewReport, Readers};
use carefolk_app::updates::{NEW_COUNTED_MAX, Update};
use carefolk_app::{Caller, Page};
use carefolk_domain::{
    Address, GroupKind, GroupRole, NotificationKind as Kind, RemovalReason, Role,
};
use carefolk_store::entity::notification;
use carefolk_testkit::Kit;
use sea_orm::EntityTrait;

use crate::closed_groups::scene as closed;
use crate::grouping::{begin, scene, table};

/// What somebody is told, the latest first.
async fn told(kit: &Kit, who: &Caller) -> Vec<Update> {
    let Caller::Member(member) = who else { panic!("nobody is told") };
    kit.app.updates().list(member, Page::first(50)).await.unwrap().updates
}

async fn kinds(kit: &Kit, who: &Caller) -> Vec<Kind> {
    told(kit, who).await.into_iter().map(|update| update.kind).collect()
}

async fn new_count(kit: &Kit, who: &Caller) -> usize {
    let Caller::Member(member) = who else { panic!("nobody is told") };
    kit.app.updates().new_count(member).await.unwrap()
}

#[tokio::test]
async fn one_is_told_who_wrote_to_one_and_says_when_one_saw_it() {
    let (kit, mo, carer) = scene(table()).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    let answer = NewPost { in_reply_to: Some(post.uri.clone()), ..Kit::words("carer", "I am") };
    let answer = kit.app.posts().publish(&carer, answer).await.unwrap();
    let told_mo = told(&kit, &mo).await;
    let update = &told_mo[0];
    assert_eq!((told_mo.len(), update.kind, update.is_new), (1, Kind::Mention, true));
    assert_eq!(update.by.as_ref().unwrap().handle, "carer");
    assert_eq!(update.post.as_ref().unwrap().id, answer.id);
    assert!(told(&kit, &carer).await.is_empty(), "nobody is told of what they do themselves");
    let Caller::Member(member) = &mo else { panic!() };
    kit.app.posts().publish(&carer, Kit::words("carer", "Come, @mo")).await.unwrap();
    assert_eq!(new_count(&kit, &mo).await, 2);
    kit.app.updates().saw(member, update.id).await.unwrap();
    let again = told(&kit, &mo).await;
    let new: Vec<bool> = again.iter().map(|update| update.is_new).collect();
    assert_eq!((new, new_count(&kit, &mo).await), (vec![true, false], 1), "what came later is new");
    kit.app.posts().delete(&carer, answer.id).await.unwrap();
    assert_eq!(told(&kit, &mo).await.len(), 1, "it goes with the post");
}

#[tokio::test]
async fn a_page_goes_on_where_the_last_one_ended_and_many_are_not_counted() {
    let (kit, mo, carer) = scene(table()).await;
    let Caller::Member(member) = &mo else { panic!() };
    for number in 0..=NEW_COUNTED_MAX + 5 {
        let words = format!("Number {number} for @mo");
        kit.app.posts().publish(&carer, Kit::words("carer", &words)).await.unwrap();
    }
    assert_eq!(new_count(&kit, &mo).await, NEW_COUNTED_MAX + 1);
    let first = kit.app.updates().list(member, Page::first(60)).await.unwrap();
    let before = first.next.as_ref().unwrap().parse().unwrap();
    let page = Page { before: Some(before), ..Page::first(60) };
    let rest = kit.app.updates().list(member, page).await.unwrap();
    assert_eq!((first.updates.len(), rest.updates.len(), rest.next), (60, 45, None));
    assert!(first.updates.last().unwrap().id > rest.updates[0].id);
}

#[tokio::test]
async fn moderators_are_told_who_asks_until_it_is_answered() {
    let (kit, mo, _sam, bob) = closed(GroupKind::Closed).await;
    let groups = kit.app.groups();
    groups.join(&bob, "bob", "table").await.unwrap();
    groups.ban(&mo, "table", "bob", 1).await.unwrap();
    assert!(kinds(&kit, &mo).await.is_empty(), "a ban is an answer");
    groups.appoint(&mo, "table", "bob", GroupRole::Member).await.unwrap();
    for outcome in [Some(Kind::GroupLetIn), Some(Kind::GroupRefused), None] {
        groups.join(&bob, "bob", "table").await.unwrap();
        groups.join(&bob, "bob", "table").await.unwrap();
        let asked = told(&kit, &mo).await.remove(0);
        assert_eq!((asked.kind, asked.by.unwrap().handle.as_str()), (Kind::GroupAsked, "bob"));
        assert_eq!(kinds(&kit, &mo).await.len(), 1, "once");
        match outcome {
            Some(Kind::GroupLetIn) => groups.approve(&mo, "table", "bob").await.unwrap(),
            Some(_) => groups.turn_away(&mo, "table", "bob").await.unwrap(),
            None => groups.leave(&bob, "bob", "table").await.unwrap(),
        }
        assert!(kinds(&kit, &mo).await.is_empty(), "nothing is left to decide");
        let news = told(&kit, &bob).await;
        assert_eq!(news.first().map(|update| update.kind), outcome);
        assert!(news.iter().all(|update| update.by.is_none()), "who decided is nobody's business");
        groups.leave(&bob, "bob", "table").await.unwrap();
    }
}

#[tokio::test]
async fn an_invitation_is_told_and_gone_when_it_is_answered_or_taken_back() {
    let (kit, mo, _sam, bob) = closed(GroupKind::Private).await;
    let groups = kit.app.groups();
    for answer in 0..3 {
        groups.invite(&mo, "table", "bob").await.unwrap();
        let news = told(&kit, &bob).await;
        assert_eq!((news.len(), news[0].kind), (1, Kind::GroupInvited));
        assert_eq!(news[0].group.as_ref().unwrap().name, "Sunday table");
        match answer {
            0 => groups.turn_away(&mo, "table", "bob").await.unwrap(),
            1 => groups.leave(&bob, "bob", "table").await.unwrap(),
            _ => drop(groups.join(&bob, "bob", "table").await.unwrap()),
        }
        assert!(kinds(&kit, &bob).await.is_empty(), "{answer}");
    }
}

#[tokio::test]
async fn who_wrote_and_who_reported_learn_what_became_of_it() {
    let (kit, mo, carer) = scene(table()).await;
    let post = begin(&kit, &carer, "carer", "Ring 0117").await.unwrap();
    let report = NewReport {
        reporter: "ruth".to_owned(),
        about: Address::parse("carer@care.example").unwrap(),
        posts: vec![post.uri.clone()],
        comment: "A number".to_owned(),
        to: Readers::Community,
        forward: false,
    };
    let ruth = kit.account("ruth", Role::Member).await;
    kit.app.reports().send(&ruth, report).await.unwrap();
    let by = PostRef::Uri(post.uri.clone());
    kit.app.groups().remove(&mo, &by, RemovalReason::Private).await.unwrap();
    for (who, kind) in [(&carer, Kind::PostRemoved), (&ruth, Kind::ReportDone)] {
        let news = told(&kit, who).await;
        assert_eq!((news.len(), news[0].kind), (1, kind));
        assert!(news[0].by.is_none(), "by nobody's name");
        let gap = news[0].post.as_ref().unwrap();
        assert_eq!((gap.removed, gap.html.as_str()), (Some(RemovalReason::Private), ""));
    }
    kit.app.groups().restore(&mo, &by).await.unwrap();
    assert_eq!(kinds(&kit, &carer).await, [Kind::PostRestored]);
    assert!(kinds(&kit, &ruth).await.is_empty(), "that is true no more");
}

#[tokio::test]
async fn who_writes_for_a_provider_learns_what_became_of_its_post() {
    let (kit, mo, _carer) = scene(table()).await;
    let nurse = kit.account("nurse", Role::Member).await;
    let other = kit.account("other", Role::Member).await;
    kit.provider("hazelbank", "nurse").await;
    let new = NewPost { group: Some("table".into()), ..Kit::words("hazelbank", "Beds for sale") };
    let post = kit.app.posts().publish(&nurse, new).await.unwrap();
    let by = PostRef::Uri(post.uri.clone());
    kit.app.groups().remove(&mo, &by, RemovalReason::Advertising).await.unwrap();
    assert_eq!(kinds(&kit, &nurse).await, [Kind::PostRemoved]);
    assert!(kinds(&kit, &other).await.is_empty());
    kit.app.groups().restore(&mo, &by).await.unwrap();
    assert_eq!(kinds(&kit, &nurse).await, [Kind::PostRestored]);
}

#[tokio::test]
async fn nothing_is_told_of_what_one_may_not_see_any_more() {
    let (kit, mo, sam, _bob) = closed(GroupKind::Private).await;
    let post = begin(&kit, &sam, "sam", "Who is awake?").await.unwrap();
    let answer = NewPost { in_reply_to: Some(post.uri.clone()), ..Kit::words("mo", "I am") };
    kit.app.posts().publish(&mo, answer).await.unwrap();
    let by = PostRef::Uri(post.uri.clone());
    kit.app.groups().remove(&mo, &by, RemovalReason::Unkind).await.unwrap();
    assert_eq!(kinds(&kit, &sam).await, [Kind::PostRemoved, Kind::Mention]);
    kit.app.groups().turn_away(&mo, "table", "sam").await.unwrap();
    assert!(kinds(&kit, &sam).await.is_empty());
    assert_eq!(new_count(&kit, &sam).await, 0);
}

#[tokio::test]
async fn who_blocks_whom_they_reported_learns_what_became_of_it() {
    let (kit, mo, carer) = scene(table()).await;
    let post = begin(&kit, &carer, "carer", "Come @ruth, or else").await.unwrap();
    let ruth = kit.account("ruth", Role::Member).await;
    let about = Address::parse("carer@care.example").unwrap();
    let report = NewReport {
        reporter: "ruth".to_owned(),
        about: about.clone(),
        posts: vec![post.uri.clone()],
        comment: "A threat".to_owned(),
        to: Readers::Community,
        forward: false,
    };
    kit.app.reports().send(&ruth, report).await.unwrap();
    kit.app.blocks().block(&ruth, "ruth", &about, false).await.unwrap();
    let by = PostRef::Uri(post.uri.clone());
    kit.app.groups().remove(&mo, &by, RemovalReason::Unkind).await.unwrap();
    let news = told(&kit, &ruth).await;
    assert_eq!((news.len(), news[0].kind), (1, Kind::ReportDone));
    assert!(news[0].post.is_none(), "they do not have to see it");
    assert_eq!(new_count(&kit, &ruth).await, 1);
}

#[tokio::test]
async fn what_is_not_shown_is_not_counted_and_can_be_seen_to() {
    let (kit, mo, carer) = scene(table()).await;
    let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
    let new = NewPost { in_reply_to: Some(post.uri.clone()), ..Kit::words("carer", "I am") };
    let answer = kit.app.posts().publish(&carer, new).await.unwrap();
    assert_eq!((new_count(&kit, &mo).await, told(&kit, &mo).await.len()), (1, 1));
    // Whoever is suspended is shown to nobody, as is what they wrote.
    let sql = format!("UPDATE actor SET state = 'suspended' WHERE id = {}", answer.author.id.0);
    kit.database.meddle(&sql).await;
    let Caller::Member(member) = &mo else { panic!() };
    let page = kit.app.updates().list(member, Page::first(50)).await.unwrap();
    assert_eq!((new_count(&kit, &mo).await, page.updates.len()), (0, 0));
    kit.app.updates().saw(member, page.latest.unwrap()).await.unwrap();
    let sql = format!("UPDATE actor SET state = 'active' WHERE id = {}", answer.author.id.0);
    kit.database.meddle(&sql).await;
    let again = told(&kit, &mo).await;
    assert_eq!((again.len(), again[0].is_new), (1, false));
}

#[tokio::test]
async fn who_left_is_told_nothing_of_what_goes_on_there() {
    let (kit, mo, sam, _bob) = closed(GroupKind::Private).await;
    let post = begin(&kit, &sam, "sam", "Who is awake?").await.unwrap();
    kit.app.groups().leave(&sam, "sam", "table").await.unwrap();
    let by = PostRef::Uri(post.uri.clone());
    kit.app.groups().remove(&mo, &by, RemovalReason::Unkind).await.unwrap();
    kit.app.groups().restore(&mo, &by).await.unwrap();
    let rows = notification::Entity::find().all(kit.app.db().read()).await.unwrap();
    assert!(rows.is_empty(), "{rows:?}");
}
