//! Two communities that talk with each other over real HTTP with real signatures. The stories an
//! operator tells: what was said arrives, once, in order, and nothing else does.

use std::time::Duration;

use carefolk_app::posts::{EditPost, NewPost, PostRef, PostView, Thread};
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::{Address, Audience, Span};
use carefolk_store::entity::delivery::DeliveryState;
use carefolk_store::entity::follow::FollowState;
use carefolk_testkit::{operator, rows};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::pair::Pair;
use crate::town::Town;

async fn thread(town: &Town, uri: &str) -> Result<Thread, Error> {
    let by = PostRef::Uri(uri.to_owned());
    town.app.posts().thread(&Caller::Visitor, &by, Page::first(20)).await
}

/// The texts of what answers a post in a town.
async fn replies(town: &Town, uri: &str) -> Vec<String> {
    thread(town, uri).await.unwrap().replies.iter().map(|post| post.html.to_plain()).collect()
}

fn answer(author: &str, to: &PostView, text: &str) -> NewPost {
    NewPost { in_reply_to: Some(to.uri.clone()), ..carefolk_testkit::Kit::words(author, text) }
}

#[tokio::test]
async fn a_follow_is_accepted_and_both_sides_know_it() {
    let pair = Pair::strangers().await;
    pair.follow().await;
    let state = async || {
        let list = pair.birch.app.follows().following(&pair.fan, "fan", Page::first(5)).await;
        list.unwrap()[0].state
    };
    assert_eq!(state().await, FollowState::Pending);
    pair.settle().await;
    assert_eq!(state().await, FollowState::Accepted);
    assert_eq!(pair.followers().await, 1);
    let [(follow, _)] = &pair.alder.heard()[..] else { panic!("{:?}", pair.alder.heard()) };
    let [(accept, _)] = &pair.birch.heard()[..] else { panic!("{:?}", pair.birch.heard()) };
    assert_eq!((follow.as_str(), accept.as_str()), ("Follow", "Accept"));
}

#[tokio::test]
async fn a_post_arrives_in_the_others_home_and_on_its_page_with_its_origin() {
    let pair = Pair::new().await;
    let post = pair.say("The café is **open**.").await;
    pair.settle().await;
    assert_eq!(pair.home().await, ["The café is open."]);
    let there = thread(&pair.birch, &post.uri).await.unwrap().post;
    assert_eq!(there.html, post.html);
    assert_eq!(there.published, post.published);
    assert_eq!(there.origin.as_deref(), Some(pair.alder.host.as_str()));
    assert_eq!(there.author.name, "The hazelbank");
}

#[tokio::test]
async fn a_reply_joins_the_thread_and_so_does_the_answer_to_it() {
    let pair = Pair::new().await;
    let post = pair.say("Any questions?").await;
    pair.settle().await;
    let asked = pair.birch.publish(&pair.fan, answer("fan", &post, "Is there cake?")).await;
    pair.settle().await;
    assert_eq!(replies(&pair.alder, &post.uri).await, ["Is there cake?"]);
    assert_eq!(thread(&pair.alder, &post.uri).await.unwrap().post.replies, 1);

    pair.alder.publish(&pair.nurse, answer("hazelbank", &asked, "There is.")).await;
    pair.settle().await;
    let both = ["Is there cake?", "There is."];
    assert_eq!(replies(&pair.alder, &post.uri).await, both);
    assert_eq!(replies(&pair.birch, &post.uri).await, both);
}

#[tokio::test]
async fn an_edit_and_a_deletion_arrive() {
    let pair = Pair::new().await;
    let post = pair.say("Lunch at 12").await;
    pair.settle().await;
    pair.clock.advance(Span::minutes(1));
    let edit = EditPost {
        post: post.id,
        text: "Lunch at 1".into(),
        warning: None,
        lang: None,
        pictures: None,
    };
    pair.alder.app.posts().edit(&pair.nurse, edit).await.unwrap();
    pair.settle().await;
    assert_eq!(pair.home().await, ["Lunch at 1"]);
    assert!(thread(&pair.birch, &post.uri).await.unwrap().post.edited.is_some());

    pair.alder.app.posts().delete(&pair.nurse, post.id).await.unwrap();
    pair.settle().await;
    assert!(pair.home().await.is_empty());
    let there = thread(&pair.birch, &post.uri).await.unwrap().post;
    assert!(there.deleted && there.html.as_str().is_empty());
}

#[tokio::test]
async fn who_unfollows_hears_nothing_more() {
    let pair = Pair::new().await;
    pair.birch.app.follows().unfollow(&pair.fan, "fan", &pair.hazelbank()).await.unwrap();
    pair.settle().await;
    assert_eq!(pair.followers().await, 0);
    let before = pair.birch.heard();
    pair.say("Anybody there?").await;
    pair.settle().await;
    assert_eq!(pair.birch.heard(), before);
}

#[tokio::test]
async fn who_is_reconsidered_waits_on_both_sides_until_answered_anew() {
    let pair = Pair::new().await;
    let fan = Address::parse(&format!("fan@{}", pair.birch.host)).unwrap();
    let follows = pair.alder.app.follows();
    let state = async || {
        let list = pair.birch.app.follows().following(&pair.fan, "fan", Page::first(5)).await;
        (list.unwrap()[0].state, pair.followers().await)
    };
    for refuses in [false, true] {
        if refuses {
            follows.refuse(&pair.nurse, "hazelbank", &fan).await.unwrap();
            pair.settle().await;
            assert_eq!(state().await, (FollowState::Rejected, 0));
        }
        follows.reconsider(&pair.nurse, "hazelbank", &fan).await.unwrap();
        pair.settle().await;
        assert_eq!(state().await, (FollowState::Pending, 0));
        follows.approve(&pair.nurse, "hazelbank", &fan).await.unwrap();
        pair.settle().await;
        assert_eq!(state().await, (FollowState::Accepted, 1));
    }
    pair.say("Welcome back").await;
    pair.settle().await;
    assert_eq!(pair.home().await, ["Welcome back"]);
}

#[tokio::test]
async fn what_is_for_people_here_never_leaves() {
    let pair = Pair::new().await;
    let before = pair.birch.seen().len();
    let local = carefolk_testkit::Kit::words("hazelbank", "The alarm code is 4711");
    let local = NewPost { audience: Audience::Local, ..local };
    let post = pair.alder.publish(&pair.nurse, local).await;
    let edit = EditPost {
        post: post.id,
        text: "It is 4712".into(),
        warning: None,
        lang: None,
        pictures: None,
    };
    pair.alder.app.posts().edit(&pair.nurse, edit).await.unwrap();
    pair.settle().await;
    pair.alder.app.posts().delete(&pair.nurse, post.id).await.unwrap();
    pair.settle().await;
    assert_eq!(pair.birch.seen().len(), before);
    assert!(pair.home().await.is_empty());
    // Nor can it be fetched by who learns its address.
    let written = format!("{:?}", rows(pair.birch.app.db()).await);
    assert!(!written.contains(&post.uri));
    assert!(thread(&pair.birch, &post.uri).await.is_err());
}

#[tokio::test]
async fn a_post_for_followers_reaches_them_and_is_shown_to_nobody_else() {
    let pair = Pair::new().await;
    let words = carefolk_testkit::Kit::words("hazelbank", "For friends");
    let post = NewPost { audience: Audience::Followers, ..words };
    let post = pair.alder.publish(&pair.nurse, post).await;
    pair.settle().await;
    assert_eq!(pair.home().await, ["For friends"]);
    assert!(matches!(thread(&pair.birch, &post.uri).await, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn a_suspended_peer_is_answered_403_and_sent_nothing() {
    let pair = Pair::new().await;
    let post = pair.say("Any questions?").await;
    pair.settle().await;
    pair.alder.app.peers().suspend(&operator(), &pair.birch.host).await.unwrap();
    let (seen, before) = (pair.birch.seen().len(), rows(pair.alder.app.db()).await);

    pair.birch.publish(&pair.fan, answer("fan", &post, "Is there cake?")).await;
    pair.settle().await;
    let tried = &pair.birch.app.outbox();
    let tried = tried.list(&operator(), DeliveryState::Waiting, Page::first(5)).await.unwrap();
    assert_eq!((tried.len(), tried[0].status), (1, Some(403)));
    assert_eq!(rows(pair.alder.app.db()).await, before);

    pair.say("Can you hear me?").await;
    pair.settle().await;
    assert_eq!(pair.waiting().await, 0);
    assert_eq!(pair.birch.seen().len(), seen);
    // Fan's own words and what came before.
    assert_eq!(pair.home().await, ["Is there cake?", "Any questions?"]);
}

#[tokio::test]
async fn a_restart_of_the_sender_loses_nothing_and_says_nothing_twice() {
    let mut pair = Pair::new().await;
    let first = pair.say("first").await;
    pair.clock.advance(Span::minutes(2));
    let second = pair.say("second").await;
    pair.clock.advance(Span::minutes(2));
    assert_eq!(pair.waiting().await, 2);
    pair.alder = pair.alder.restart().await;
    assert_eq!(pair.waiting().await, 2);
    pair.settle().await;
    assert_eq!(pair.home().await, ["second", "first"]);
    let creates: Vec<_> =
        pair.birch.heard().into_iter().filter(|(kind, _)| kind == "Create").collect();
    assert_eq!(creates.len(), 2);
    assert!(creates.iter().all(|(_, post)| [&first.uri, &second.uri].contains(&post)));
    // The new process goes on where the old one stopped.
    pair.say("third").await;
    pair.settle().await;
    assert_eq!(pair.home().await, ["third", "second", "first"]);
}

#[tokio::test]
async fn a_restart_of_the_receiver_loses_nothing_that_it_answered_202() {
    let mut pair = Pair::new().await;
    pair.say("heard, not yet applied").await;
    assert_eq!(pair.alder.app.outbox().deliver_due().await.unwrap(), 1);
    assert_eq!(pair.alder.app.outbox().count(DeliveryState::Waiting).await.unwrap(), 0);
    assert!(pair.home().await.is_empty());
    pair.birch = pair.birch.restart().await;
    pair.settle().await;
    assert_eq!(pair.home().await, ["heard, not yet applied"]);
}

#[tokio::test]
async fn a_peer_that_was_down_gets_everything_in_order_when_it_is_back() {
    let mut pair = Pair::new().await;
    let heard = pair.birch.heard().len();
    pair.birch.shut().await;
    let first = pair.say("Lunch at 12").await;
    pair.settle().await;
    let edit = EditPost {
        post: first.id,
        text: "Lunch at 1".into(),
        warning: None,
        lang: None,
        pictures: None,
    };
    pair.clock.advance(Span::minutes(10));
    pair.alder.app.posts().edit(&pair.nurse, edit).await.unwrap();
    pair.settle().await;
    pair.clock.advance(Span::hours(5));
    let second = pair.say("Lunch is over").await;
    pair.settle().await;
    let menus = menus_mended_twice(&pair).await;
    pair.settle().await;
    assert_eq!(pair.waiting().await, 3 + 3 * 6);
    assert_eq!(pair.birch.heard().len(), heard);

    pair.birch.open();
    pair.clock.advance(Span::days(1));
    pair.settle().await;
    assert_eq!(pair.waiting().await, 0);
    let home = pair.home().await;
    assert_eq!(home.last().unwrap(), "Lunch at 1");
    assert!(home.contains(&"Lunch is over".to_owned()));
    assert_eq!(home.iter().filter(|text| text.ends_with(", as cooked")).count(), 6);
    // What was said of one post came in the order in which it was said, each once.
    let all = pair.birch.heard();
    let of = |post: &PostView| -> Vec<&str> {
        let its = all[heard..].iter().filter(|(_, object)| *object == post.uri);
        its.map(|(kind, _)| kind.as_str()).collect()
    };
    assert_eq!(of(&first), ["Create", "Update"]);
    assert_eq!(of(&second), ["Create"]);
    for menu in &menus {
        assert_eq!(of(menu), ["Create", "Update", "Update"]);
    }
}

/// Six posts, each edited twice: enough that a wrong order would show.
async fn menus_mended_twice(pair: &Pair) -> Vec<PostView> {
    let mut menus = Vec::new();
    for day in 1..=6 {
        let menu = pair.say(&format!("Menu of day {day}")).await;
        for text in [format!("Menu of day {day}, mended"), format!("Menu of day {day}, as cooked")]
        {
            let edit = EditPost { post: menu.id, text, warning: None, lang: None, pictures: None };
            pair.alder.app.posts().edit(&pair.nurse, edit).await.unwrap();
        }
        menus.push(menu);
    }
    menus
}

/// The same with the workers of a real server running: nobody pushes the queues on.
#[tokio::test]
async fn a_post_is_on_the_others_home_within_two_seconds() {
    let pair = Pair::new().await;
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    for town in [&pair.alder, &pair.birch] {
        town.app.start_workers(&tasks, &stop);
    }
    tasks.close();
    pair.say("The café is open.").await;
    // Ten times the two seconds, so that a slow machine does not fail it.
    let arrived = tokio::time::timeout(Duration::from_secs(20), async {
        while pair.home().await.is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    arrived.await.unwrap();
    assert_eq!(pair.home().await, ["The café is open."]);
    stop.cancel();
    tasks.wait().await;
}
