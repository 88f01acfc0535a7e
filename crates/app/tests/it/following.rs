//! Follows across servers.

use carefolk_app::follows::Approval;
use carefolk_app::{Caller, Page};
use carefolk_domain::{Address, Role};
use carefolk_store::entity::follow::FollowState;
use carefolk_testkit::Kit;
use serde_json::json;

use crate::stranger::{ANN, ANN_INBOX, SHARED_INBOX, act, follow, say, settle_in};

#[tokio::test]
async fn a_stranger_follows_a_provider_is_answered_and_hears_its_next_post_once() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");

    say(&kit, &follow(1, &hazelbank.uri)).await;
    let answers = kit.remote.sent_to(ANN_INBOX);
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0]["type"], "Accept");
    assert_eq!(answers[0]["object"]["id"], "https://v.example/follows/1");
    assert_eq!(answers[0]["object"]["actor"], ANN);

    kit.post(&nurse, "hazelbank", "The café is open").await;
    kit.settle().await;
    let heard = kit.remote.sent_to(SHARED_INBOX);
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0]["type"], "Create");
    assert_eq!(heard[0]["object"]["content"], "<p>The café is open</p>");
}

#[tokio::test]
async fn a_repeated_follow_is_answered_again_and_counts_once() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &hazelbank.uri)).await;
    say(&kit, &follow(2, &hazelbank.uri)).await;
    assert_eq!(kit.remote.sent_to(ANN_INBOX).len(), 2);
    assert_eq!(kit.app.actors().find_local("hazelbank").await.unwrap().followers, 1);
}

#[tokio::test]
async fn who_takes_a_follow_back_hears_nothing_more_and_nobody_else_can_take_it_back() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    let eve = settle_in(&kit, "e.example", "eve");
    let first = follow(1, &hazelbank.uri);
    say(&kit, &first).await;

    let forged = json!({"id": "https://e.example/acts/1", "type": "Undo", "actor": eve,
        "object": first});
    say(&kit, &forged).await;
    assert_eq!(kit.app.actors().find_local("hazelbank").await.unwrap().followers, 1);

    say(&kit, &act(2, "Undo", first.clone())).await;
    assert_eq!(kit.app.actors().find_local("hazelbank").await.unwrap().followers, 0);
    // The same Follow, captured and sent again, brings nothing back (S-023).
    say(&kit, &first).await;
    kit.post(&nurse, "hazelbank", "Anybody there?").await;
    kit.settle().await;
    assert!(kit.remote.sent_to(SHARED_INBOX).is_empty());
}

#[tokio::test]
async fn our_follow_waits_until_exactly_the_one_who_was_asked_accepts() {
    let kit = Kit::new().await;
    let fan = kit.account("fan", Role::Member).await;
    settle_in(&kit, "v.example", "ann");
    let eve = settle_in(&kit, "e.example", "eve");
    let address = Address::parse("ann@v.example").unwrap();
    let made = kit.app.follows().follow(&fan, "fan", &address).await.unwrap();
    assert_eq!(made.state, FollowState::Pending);
    kit.settle().await;
    let asked = kit.remote.sent_to(ANN_INBOX).remove(0);
    assert_eq!((asked["type"].as_str(), asked["object"].as_str()), (Some("Follow"), Some(ANN)));

    let state = async || {
        let list = kit.app.follows().following(&Caller::Visitor, "fan", Page::first(9)).await;
        list.unwrap()[0].state
    };
    let forged = json!({"id": "https://e.example/acts/1", "type": "Accept", "actor": eve,
        "object": asked});
    say(&kit, &forged).await;
    assert_eq!(state().await, FollowState::Pending);
    say(&kit, &act(3, "Accept", asked["id"].clone())).await;
    assert_eq!(state().await, FollowState::Accepted);
    say(&kit, &act(4, "Accept", asked)).await;
    assert_eq!(kit.app.actors().find_local("fan").await.unwrap().following, 1);
}

#[tokio::test]
async fn who_must_ask_first_hears_nothing_until_approved_and_is_told_when_removed() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    let ann = Address::parse("ann@v.example").unwrap();
    let follows = kit.app.follows();
    follows.set_approval(&nurse, "hazelbank", Approval::AskFirst).await.unwrap();

    say(&kit, &follow(1, &hazelbank.uri)).await;
    kit.post(&nurse, "hazelbank", "Before").await;
    kit.settle().await;
    assert!(kit.remote.sent_to(ANN_INBOX).is_empty());
    assert!(kit.remote.sent_to(SHARED_INBOX).is_empty());
    let mine = follows.followers_of_mine(&nurse, "hazelbank", Page::first(9)).await.unwrap();
    assert_eq!(mine[0].state, FollowState::Pending);

    let stranger = kit.account("stranger", Role::Member).await;
    let denied = follows.approve(&stranger, "hazelbank", &ann).await;
    assert!(matches!(denied, Err(carefolk_app::Error::Denied(_))), "{denied:?}");
    let denied = follows.followers_of_mine(&stranger, "hazelbank", Page::first(9)).await;
    assert!(matches!(denied, Err(carefolk_app::Error::Denied(_))));

    follows.approve(&nurse, "hazelbank", &ann).await.unwrap();
    follows.approve(&nurse, "hazelbank", &ann).await.unwrap();
    kit.post(&nurse, "hazelbank", "Between").await;
    kit.settle().await;
    let told = kit.remote.sent_to(ANN_INBOX);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["type"], "Accept");
    assert_eq!(told[0]["object"]["id"], "https://v.example/follows/1");
    assert_eq!(kit.remote.sent_to(SHARED_INBOX).len(), 1);

    follows.refuse(&nurse, "hazelbank", &ann).await.unwrap();
    kit.post(&nurse, "hazelbank", "After").await;
    kit.settle().await;
    let told = kit.remote.sent_to(ANN_INBOX);
    assert_eq!((told.len(), &told[1]["type"]), (2, &json!("Reject")));
    assert_eq!(told[1]["object"]["id"], "https://v.example/follows/1");
    assert_eq!(told[1]["actor"], hazelbank.uri.as_str());
    assert_eq!(kit.remote.sent_to(SHARED_INBOX).len(), 1);
    assert_eq!(kit.app.actors().find_local("hazelbank").await.unwrap().followers, 0);
    let again = follows.refuse(&nurse, "hazelbank", &ann).await;
    assert!(matches!(again, Err(carefolk_app::Error::NotFound(_))));
}
