//! Answers to follows that are taken back, here and by others.

use carefolk_app::follows::Approval;
use carefolk_app::posts::NewPost;
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::{Address, Audience, Role, Span};
use carefolk_store::entity::follow::FollowState;
use carefolk_testkit::Kit;
use serde_json::{Value, json};

use crate::stranger::{ANN, ANN_INBOX, SHARED_INBOX, act, follow, note, say, settle_in};

fn ann() -> Address {
    Address::parse("ann@v.example").unwrap()
}

/// A kit in which Ann follows a provider.
async fn scene() -> (Kit, Caller) {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &hazelbank.uri)).await;
    (kit, nurse)
}

/// Who follows Hazelbank, asks to or was refused.
async fn states(kit: &Kit, nurse: &Caller) -> Vec<FollowState> {
    let page = Page::first(9);
    let list = kit.app.follows().followers_of_mine(nurse, "hazelbank", page).await.unwrap();
    list.iter().map(|row| row.state).collect()
}

async fn followers(kit: &Kit) -> u64 {
    kit.app.actors().find_local("hazelbank").await.unwrap().followers
}

/// The last thing that Ann heard.
async fn heard(kit: &Kit) -> Value {
    kit.settle().await;
    kit.remote.sent_to(ANN_INBOX).pop().unwrap()
}

#[tokio::test]
async fn who_was_approved_waits_again_and_hears_nothing_until_answered_anew() {
    let (kit, nurse) = scene().await;
    let follows = kit.app.follows();
    let accept = heard(&kit).await;
    // What waits for her alone is taken back with it.
    let private = NewPost { audience: Audience::Followers, ..Kit::words("hazelbank", "Before") };
    kit.app.posts().publish(&nurse, private).await.unwrap();
    follows.reconsider(&nurse, "hazelbank", &ann()).await.unwrap();
    follows.reconsider(&nurse, "hazelbank", &ann()).await.unwrap();
    let undo = heard(&kit).await;
    assert_eq!(kit.remote.sent_to(ANN_INBOX).len(), 2, "the second time is no news");
    let hazelbank = kit.app.actors().find_local("hazelbank").await.unwrap().uri;
    assert_eq!((&undo["type"], &undo["actor"]), (&json!("Undo"), &json!(hazelbank)));
    assert_eq!(undo["to"], json!([ANN]));
    let mut inner = accept;
    inner.as_object_mut().unwrap().remove("@context");
    assert_eq!(undo["object"], inner, "the whole answer, with its own id");
    assert_eq!(states(&kit, &nurse).await, [FollowState::Pending]);
    assert_eq!(followers(&kit).await, 0);
    kit.post(&nurse, "hazelbank", "Between").await;
    kit.settle().await;
    assert!(kit.remote.sent_to(SHARED_INBOX).is_empty());

    // A Follow that is repeated meanwhile goes on waiting, though anybody may follow.
    say(&kit, &follow(2, &hazelbank)).await;
    assert_eq!(states(&kit, &nurse).await, [FollowState::Pending]);
    follows.approve(&nurse, "hazelbank", &ann()).await.unwrap();
    let accept = heard(&kit).await;
    assert_eq!(accept["type"], "Accept");
    assert_eq!(accept["object"]["id"], "https://v.example/follows/2");
    assert_eq!(followers(&kit).await, 1);
}

#[tokio::test]
async fn who_was_refused_can_be_reconsidered_for_a_month() {
    let (kit, nurse) = scene().await;
    let follows = kit.app.follows();
    follows.refuse(&nurse, "hazelbank", &ann()).await.unwrap();
    let reject = heard(&kit).await;
    assert_eq!(states(&kit, &nurse).await, [FollowState::Rejected]);
    let early = follows.approve(&nurse, "hazelbank", &ann()).await;
    assert!(matches!(early, Err(Error::Conflict(_))), "{early:?}");

    follows.reconsider(&nurse, "hazelbank", &ann()).await.unwrap();
    let undo = heard(&kit).await;
    assert_eq!(undo["type"], "Undo");
    assert_eq!((&undo["object"]["type"], &undo["object"]["id"]), (&json!("Reject"), &reject["id"]));
    assert_eq!(undo["object"]["object"]["id"], "https://v.example/follows/1");
    assert_eq!(
        (states(&kit, &nurse).await, followers(&kit).await),
        (vec![FollowState::Pending], 0)
    );
    follows.approve(&nurse, "hazelbank", &ann()).await.unwrap();
    assert_eq!((heard(&kit).await["type"].as_str(), followers(&kit).await), (Some("Accept"), 1));

    follows.refuse(&nurse, "hazelbank", &ann()).await.unwrap();
    kit.clock.advance(Span::days(29));
    kit.app.sweep().await.unwrap();
    assert_eq!(states(&kit, &nurse).await, [FollowState::Rejected]);
    kit.clock.advance(Span::days(2));
    kit.app.sweep().await.unwrap();
    assert!(states(&kit, &nurse).await.is_empty());
    let late = follows.reconsider(&nurse, "hazelbank", &ann()).await;
    assert!(matches!(late, Err(Error::NotFound(_))), "{late:?}");
}

#[tokio::test]
async fn who_was_refused_may_ask_again_and_stands_where_everybody_does() {
    for approval in [Approval::Open, Approval::AskFirst] {
        let (kit, nurse) = scene().await;
        let follows = kit.app.follows();
        follows.set_approval(&nurse, "hazelbank", approval).await.unwrap();
        follows.refuse(&nurse, "hazelbank", &ann()).await.unwrap();
        let hazelbank = kit.app.actors().find_local("hazelbank").await.unwrap().uri;
        say(&kit, &follow(2, &hazelbank)).await;
        let (state, count) = match approval {
            Approval::Open => (FollowState::Accepted, 1),
            Approval::AskFirst => (FollowState::Pending, 0),
        };
        assert_eq!((states(&kit, &nurse).await, followers(&kit).await), (vec![state], count));
    }
}

#[tokio::test]
async fn only_who_speaks_for_the_followed_reconsiders_and_a_block_leaves_nothing_to() {
    let (kit, nurse) = scene().await;
    let follows = kit.app.follows();
    let stranger = kit.account("stranger", Role::Member).await;
    let denied = follows.reconsider(&stranger, "hazelbank", &ann()).await;
    assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
    assert_eq!(followers(&kit).await, 1);
    for refused in [false, true] {
        if refused {
            kit.app.blocks().unblock(&nurse, "hazelbank", &ann()).await.unwrap();
            let hazelbank = kit.app.actors().find_local("hazelbank").await.unwrap().uri;
            say(&kit, &follow(2, &hazelbank)).await;
            follows.refuse(&nurse, "hazelbank", &ann()).await.unwrap();
            kit.settle().await;
        }
        let before = kit.remote.sent_to(ANN_INBOX).len();
        kit.app.blocks().block(&nurse, "hazelbank", &ann(), false).await.unwrap();
        kit.settle().await;
        // Who was refused before hears nothing new.
        let told = kit.remote.sent_to(ANN_INBOX).len() - before;
        assert_eq!(told, usize::from(!refused));
        let nothing = follows.reconsider(&nurse, "hazelbank", &ann()).await;
        assert!(matches!(nothing, Err(Error::NotFound(_))), "{nothing:?}");
    }
}

/// A kit in which somebody follows Ann and has a post of hers for followers; the Accept.
async fn fan_of_ann() -> (Kit, Caller, Value) {
    let kit = Kit::new().await;
    let fan = kit.account("fan", Role::Member).await;
    settle_in(&kit, "v.example", "ann");
    kit.app.follows().follow(&fan, "fan", &ann()).await.unwrap();
    let asked = heard(&kit).await;
    let accept = act(1, "Accept", asked);
    say(&kit, &accept).await;
    let mut private = note(1, "For friends");
    private["to"] = json!([format!("{ANN}/followers")]);
    private["cc"] = json!([]);
    say(&kit, &act(2, "Create", private)).await;
    assert_eq!(home(&kit, &fan).await, 1);
    (kit, fan, accept)
}

async fn home(kit: &Kit, fan: &Caller) -> usize {
    let Caller::Member(member) = fan else { panic!("no account") };
    kit.app.timelines().home(member, Page::first(9)).await.unwrap().posts.len()
}

/// How the follow of the fan stands, and how many are counted.
async fn standing(kit: &Kit) -> (Option<FollowState>, u64) {
    let list = kit.app.follows().following(&Caller::Visitor, "fan", Page::first(9)).await.unwrap();
    let count = kit.app.actors().find_local("fan").await.unwrap().following;
    (list.first().map(|row| row.state), count)
}

#[tokio::test]
async fn an_accept_that_is_taken_back_lets_our_follow_wait_again() {
    let (kit, fan, accept) = fan_of_ann().await;
    let eve = settle_in(&kit, "e.example", "eve");
    let mut eves = accept.clone();
    eves["actor"] = json!(eve);
    eves["id"] = json!("https://e.example/acts/2");
    // S-046: by nobody else, whoever they say gave it.
    for (number, inner) in [(3, accept.clone()), (4, eves)] {
        let forged = json!({"id": format!("https://e.example/acts/{number}"), "type": "Undo",
            "actor": eve, "object": inner});
        say(&kit, &forged).await;
    }
    // What it does not hold whole could be anything.
    say(&kit, &act(5, "Undo", accept["id"].clone())).await;
    assert_eq!(standing(&kit).await, (Some(FollowState::Accepted), 1));

    say(&kit, &act(6, "Undo", accept.clone())).await;
    assert_eq!(standing(&kit).await, (Some(FollowState::Pending), 0));
    assert_eq!(home(&kit, &fan).await, 0, "what was for followers is not shown any more");
    say(&kit, &act(7, "Accept", accept["object"]["id"].clone())).await;
    assert_eq!(standing(&kit).await, (Some(FollowState::Accepted), 1));
    // Named by its id, the follow is found as well.
    let mut short = accept.clone();
    short["object"] = accept["object"]["id"].clone();
    say(&kit, &act(8, "Undo", short)).await;
    assert_eq!(standing(&kit).await, (Some(FollowState::Pending), 0));
}

#[tokio::test]
async fn a_reject_that_is_taken_back_lets_our_follow_wait_again() {
    let (kit, fan, accept) = fan_of_ann().await;
    let reject = act(3, "Reject", accept["object"].clone());
    say(&kit, &reject).await;
    assert_eq!(standing(&kit).await, (Some(FollowState::Rejected), 0));
    assert_eq!(home(&kit, &fan).await, 0);
    // An Accept that comes late, and an Undo of what does not stand, change nothing.
    say(&kit, &act(4, "Accept", accept["object"].clone())).await;
    say(&kit, &act(5, "Undo", accept.clone())).await;
    assert_eq!(standing(&kit).await, (Some(FollowState::Rejected), 0));
    say(&kit, &act(6, "Undo", reject)).await;
    assert_eq!(standing(&kit).await, (Some(FollowState::Pending), 0));
    say(&kit, &act(7, "Accept", accept["object"].clone())).await;
    assert_eq!(standing(&kit).await, (Some(FollowState::Accepted), 1));
}

#[tokio::test]
async fn who_was_refused_may_leave_without_a_word_and_ask_anew() {
    let (kit, fan, accept) = fan_of_ann().await;
    say(&kit, &act(3, "Reject", accept["object"].clone())).await;
    let before = kit.remote.sent_to(ANN_INBOX).len();
    kit.app.follows().unfollow(&fan, "fan", &ann()).await.unwrap();
    kit.settle().await;
    assert_eq!(standing(&kit).await, (None, 0));
    assert_eq!(kit.remote.sent_to(ANN_INBOX).len(), before);
    kit.app.follows().follow(&fan, "fan", &ann()).await.unwrap();
    let asked = heard(&kit).await;
    say(&kit, &act(4, "Reject", asked)).await;
    kit.app.follows().follow(&fan, "fan", &ann()).await.unwrap();
    let again = heard(&kit).await;
    assert_eq!(standing(&kit).await, (Some(FollowState::Pending), 0));
    say(&kit, &act(5, "Accept", again)).await;
    assert_eq!(standing(&kit).await, (Some(FollowState::Accepted), 1));
}
