//! Conversations of which a part came: what is missing above is looked for, within bounds.

use carefolk_app::ports::PortError;
use carefolk_app::posts::PostRef;
use carefolk_app::{Caller, Page};
use carefolk_domain::{Address, Role, Span};
use carefolk_store::entity::{job, notification, post};
use carefolk_testkit::{Kit, operator};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::stranger::{PUBLIC, act, note, say, settle_in};

fn uri(number: u32) -> String {
    format!("https://v.example/notes/{number}")
}

/// Note `number` of a chain in which each answers the one before; the first answers nothing.
fn link(number: u32) -> Value {
    let mut link = note(number, &format!("step {number}"));
    if number > 1 {
        link["inReplyTo"] = json!(uri(number - 1));
    }
    link
}

/// A kit in which the notes below `last` can be read, and `last` comes and names somebody here.
async fn chain(last: u32) -> (Kit, Caller) {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    settle_in(&kit, "v.example", "ann");
    for number in 1..last {
        kit.remote.put(&uri(number), &link(number).to_string());
    }
    (kit, nurse)
}

async fn naming_the_nurse(kit: &Kit, mut note: Value) -> Value {
    let nurse = kit.app.actors().find_local("nurse").await.unwrap().uri;
    note["tag"] = json!([{"type": "Mention", "href": nurse, "name": "@nurse"}]);
    note
}

async fn deliver(kit: &Kit, last: u32) {
    let end = naming_the_nurse(kit, link(last)).await;
    say(kit, &act(900 + last, "Create", end)).await;
}

async fn above(kit: &Kit, last: u32) -> Vec<String> {
    let by = PostRef::Uri(uri(last));
    let thread = kit.app.posts().thread(&Caller::Visitor, &by, Page::first(9)).await.unwrap();
    thread.ancestors.iter().map(|post| post.html.to_plain()).collect()
}

#[tokio::test]
async fn what_a_post_answers_is_looked_for_up_to_where_it_began() {
    let (kit, _nurse) = chain(4).await;
    kit.remote.put(&uri(2), &naming_the_nurse(&kit, link(2)).await.to_string());
    deliver(&kit, 4).await;
    assert_eq!(above(&kit, 4).await, ["step 1", "step 2", "step 3"]);
    // What was looked for is news to nobody, even to who is named in it: only the post that came is.
    assert_eq!(notification::Entity::find().count(kit.app.db().read()).await.unwrap(), 1);
}

#[tokio::test]
async fn the_way_up_has_an_end() {
    let (kit, _nurse) = chain(40).await;
    deliver(&kit, 40).await;
    assert_eq!(above(&kit, 40).await.len(), 20);
}

#[tokio::test]
async fn a_parent_that_is_not_for_everybody_or_not_what_it_says_is_not_kept() {
    for spoil in [
        |parent: &mut Value| parent["to"] = json!(["https://v.example/users/ann/followers"]),
        |parent: &mut Value| parent["attributedTo"] = json!("https://e.example/users/eve"),
        |parent: &mut Value| parent["id"] = json!("https://v.example/notes/99"),
    ] {
        let (kit, _nurse) = chain(2).await;
        settle_in(&kit, "e.example", "eve");
        let mut parent = link(1);
        parent["to"] = json!([PUBLIC]);
        spoil(&mut parent);
        kit.remote.put(&uri(1), &parent.to_string());
        deliver(&kit, 2).await;
        assert!(above(&kit, 2).await.is_empty(), "{parent}");
        // Only what came is here, not even hidden.
        assert_eq!(post::Entity::find().count(kit.app.db().read()).await.unwrap(), 1, "{parent}");
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_asked_again() {
    let (kit, _nurse) = chain(2).await;
    kit.remote.fail(&uri(1), PortError::Unavailable("down".to_owned()));
    deliver(&kit, 2).await;
    assert!(above(&kit, 2).await.is_empty());
    kit.remote.put(&uri(1), &link(1).to_string());
    kit.clock.advance(Span::minutes(1));
    kit.settle().await;
    assert_eq!(above(&kit, 2).await, ["step 1"]);
}

#[tokio::test]
async fn nothing_is_looked_for_on_ourselves_or_on_a_suspended_server() {
    let (kit, _nurse) = chain(1).await;
    kit.app.peers().suspend(&operator(), "w.example").await.unwrap();
    for (number, parent) in
        [(1, "https://care.example/ap/post/nothing"), (2, "https://w.example/notes/1")]
    {
        kit.remote.hang(parent);
        let mut answer = naming_the_nurse(&kit, note(number, "hello")).await;
        answer["inReplyTo"] = json!(parent);
        say(&kit, &act(number, "Create", answer)).await;
    }
    let jobs = job::Entity::find().all(kit.app.db().read()).await.unwrap();
    let mut climbs = jobs.iter().filter(|job| job.name == "posts.fetch_parent");
    assert!(climbs.all(|job| job.last_error.is_none()), "{jobs:?}");
}

#[tokio::test]
async fn what_a_server_runs_is_asked_when_it_is_first_heard_and_shown_to_admins() {
    let (kit, _nurse) = chain(1).await;
    kit.remote.runs("v.example", "mastodon", "4.7.0");
    deliver(&kit, 1).await;
    let peer = kit.app.peers().show(&operator(), "v.example").await.unwrap();
    assert_eq!(peer.software.as_deref(), Some("mastodon"));
    // A week later it is asked again.
    kit.remote.runs("v.example", "gotosocial", "0.20.0");
    kit.clock.advance(Span::days(8));
    kit.settle().await;
    let peer = kit.app.peers().show(&operator(), "v.example").await.unwrap();
    assert_eq!(peer.software.as_deref(), Some("gotosocial"));
}

/// What was found first is news when its author's server brings it.
#[tokio::test]
async fn a_post_that_was_found_is_news_once_it_comes() {
    let (kit, nurse) = chain(2).await;
    let address = Address::parse("ann@v.example").unwrap();
    kit.app.follows().follow(&nurse, "nurse", &address).await.unwrap();
    kit.settle().await;
    let asked: Value = serde_json::from_str(&kit.remote.sent().pop().unwrap().1).unwrap();
    say(&kit, &act(800, "Accept", asked)).await;
    let first = naming_the_nurse(&kit, link(1)).await;
    kit.remote.put(&uri(1), &first.to_string());
    deliver(&kit, 2).await;
    let Caller::Member(member) = &nurse else { panic!() };
    let at_home = async || {
        let page = kit.app.timelines().home(member, Page::first(9)).await.unwrap();
        page.posts.iter().map(|post| post.html.to_plain()).collect::<Vec<_>>()
    };
    assert_eq!(at_home().await, ["step 2"]);
    let told = async || notification::Entity::find().count(kit.app.db().read()).await.unwrap();
    assert_eq!(told().await, 1);
    for number in [801, 802] {
        say(&kit, &act(number, "Create", first.clone())).await;
        let mut both = at_home().await;
        both.sort();
        assert_eq!(both, ["step 1", "step 2"]);
        assert_eq!(told().await, 2, "once only");
    }
}

#[tokio::test]
async fn one_server_cannot_fill_the_queue_of_what_is_looked_for() {
    let (kit, _nurse) = chain(1).await;
    for number in 1..=30 {
        let parent = format!("https://slow.example/notes/{number}");
        kit.remote.fail(&parent, PortError::Unavailable("slow".to_owned()));
        let mut answer = naming_the_nurse(&kit, note(number, "hello")).await;
        answer["inReplyTo"] = json!(parent);
        say(&kit, &act(number, "Create", answer)).await;
    }
    let jobs = job::Entity::find().all(kit.app.db().read()).await.unwrap();
    let of_it = jobs.iter().filter(|job| job.payload.contains("slow.example")).count();
    assert_eq!(of_it, 20);
}

/// A number would tell everybody that a private reply is there.
#[tokio::test]
async fn a_private_reply_is_not_counted_when_what_it_answers_is_found() {
    let (kit, _nurse) = chain(2).await;
    let nurse = kit.app.actors().find_local("nurse").await.unwrap().uri;
    let mut secret = naming_the_nurse(&kit, link(2)).await;
    secret["to"] = json!([nurse]);
    secret["cc"] = json!([]);
    say(&kit, &act(2, "Create", secret)).await;
    let posts = post::Entity::find().all(kit.app.db().read()).await.unwrap();
    let parent = posts.iter().find(|post| post.uri == uri(1)).unwrap();
    assert_eq!(parent.reply_count, 0);
    assert_eq!(posts.len(), 2);
}
