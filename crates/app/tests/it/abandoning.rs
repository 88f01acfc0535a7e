//! Order where something is given up (P5), and what is taken back before it was sent.

use carefolk_app::outbox::Failed;
use carefolk_app::ports::{PortError, Receipt};
use carefolk_app::posts::{EditPost, NewPost, PostView};
use carefolk_app::{Caller, Page};
use carefolk_domain::{Address, Audience, Span};
use carefolk_store::entity::delivery::DeliveryState;
use carefolk_testkit::{Kit, operator};
use serde_json::json;

use crate::delivering::{down, heard};
use crate::scheduling::in_state;
use crate::stranger::{ANN, SHARED_INBOX, act, follow, say};

fn taken() -> Receipt {
    Receipt::Accepted { status: 202, profile: None }
}

async fn edit(kit: &Kit, nurse: &Caller, post: &PostView, text: &str) {
    let text = text.to_owned();
    let edit = EditPost { post: post.id, text, warning: None, lang: None, pictures: None };
    kit.app.posts().edit(nurse, edit).await.unwrap();
}

/// What was sent about a post since the first `before`, by type.
fn sent_of(kit: &Kit, before: usize) -> Vec<String> {
    let sent = kit.remote.sent_to(SHARED_INBOX).split_off(before);
    sent.iter().map(|activity| activity["type"].as_str().unwrap().to_owned()).collect()
}

///
#[tokio::test]
async fn one_that_is_rejected_holds_up_none_of_a_hundred() {
    let (kit, nurse) = heard().await;
    kit.remote.answer_to("the odd one", Receipt::Rejected { status: 422 });
    for n in 0..100 {
        let text = if n == 3 { "the odd one".to_owned() } else { format!("post {n}") };
        kit.post(&nurse, "hazelbank", &text).await;
    }
    kit.settle().await;
    let outbox = kit.app.outbox();
    assert_eq!(outbox.count(DeliveryState::Waiting).await.unwrap(), 0);
    assert_eq!(outbox.count(DeliveryState::Dead).await.unwrap(), 1);
    // One is the answer to Ann's Follow.
    assert_eq!(outbox.count(DeliveryState::Done).await.unwrap(), 99 + 1);
}

///
#[tokio::test]
async fn a_host_that_comes_and_goes_never_hears_of_a_change_before_the_post() {
    let (kit, nurse) = heard().await;
    let before = kit.remote.sent_to(SHARED_INBOX).len();
    let flaps = [true, false, true, true, false, true];
    let mut told: Vec<String> = Vec::new();
    let flap = async |kit: &Kit, up: bool, told: &mut Vec<String>| {
        kit.remote.answer(SHARED_INBOX, if up { taken() } else { down() });
        let from = kit.remote.sent_to(SHARED_INBOX).len();
        kit.settle().await;
        kit.clock.advance(Span::minutes(20));
        kit.settle().await;
        if up {
            told.extend(sent_of(kit, from));
        }
    };
    kit.remote.answer(SHARED_INBOX, down());
    let post = kit.post(&nurse, "hazelbank", "one").await;
    kit.settle().await;
    for (n, up) in flaps.into_iter().enumerate() {
        if n < 3 {
            edit(&kit, &nurse, &post, &format!("edit {n}")).await;
        }
        if n == 4 {
            kit.app.posts().delete(&nurse, post.id).await.unwrap();
        }
        flap(&kit, up, &mut told).await;
    }
    assert_eq!(told, ["Create", "Update", "Update", "Update", "Delete"]);
    assert!(kit.remote.sent_to(SHARED_INBOX).len() > before + told.len(), "it never flapped");
}

///
#[tokio::test]
async fn what_changes_a_post_that_was_rejected_is_dropped_with_it() {
    let (kit, nurse) = heard().await;
    let before = kit.remote.sent_to(SHARED_INBOX).len();
    kit.remote.answer(SHARED_INBOX, Receipt::Rejected { status: 422 });
    let post = kit.post(&nurse, "hazelbank", "one").await;
    edit(&kit, &nurse, &post, "two").await;
    edit(&kit, &nurse, &post, "three").await;
    kit.settle().await;
    kit.remote.answer(SHARED_INBOX, taken());
    edit(&kit, &nurse, &post, "said afterwards").await;
    kit.settle().await;
    assert_eq!(sent_of(&kit, before), ["Create"]);
    let dead = in_state(&kit, DeliveryState::Dead).await;
    let why: Vec<_> = dead.iter().map(|delivery| delivery.error.clone().unwrap()).collect();
    let dropped = "what it changes was given up";
    assert_eq!(why, [dropped, dropped, dropped, "the peer rejected it"]);

    // Whoever tries it all again has it all, in order.
    let all = Failed::To("v.example".to_owned());
    kit.app.outbox().retry(&operator(), &all).await.unwrap();
    kit.settle().await;
    assert_eq!(sent_of(&kit, before + 1), ["Create", "Update", "Update", "Update"]);
}

/// It may have come there another way, say because somebody looked it up.
#[tokio::test]
async fn a_deletion_of_a_post_that_was_rejected_is_sent() {
    let (kit, nurse) = heard().await;
    let before = kit.remote.sent_to(SHARED_INBOX).len();
    kit.remote.answer(SHARED_INBOX, Receipt::Rejected { status: 422 });
    let post = kit.post(&nurse, "hazelbank", "one").await;
    kit.settle().await;
    kit.remote.answer(SHARED_INBOX, taken());
    kit.app.posts().delete(&nurse, post.id).await.unwrap();
    kit.settle().await;
    assert_eq!(sent_of(&kit, before), ["Create", "Delete"]);
}

/// A host that did not answer may have the post all the same: it hears of the deletion.
#[tokio::test]
async fn a_deletion_goes_where_nobody_knows_whether_the_post_arrived() {
    let (kit, nurse) = heard().await;
    kit.remote.answer(SHARED_INBOX, down());
    let post = kit.post(&nurse, "hazelbank", "one").await;
    kit.settle().await;
    kit.clock.advance(Span::days(8));
    kit.settle().await;
    edit(&kit, &nurse, &post, "two").await;
    kit.clock.advance(Span::days(7));
    kit.settle().await;
    assert_eq!(in_state(&kit, DeliveryState::Dead).await.len(), 2, "the post and its edit");
    kit.remote.answer(SHARED_INBOX, taken());
    let before = kit.remote.sent_to(SHARED_INBOX).len();
    kit.app.posts().delete(&nurse, post.id).await.unwrap();
    kit.clock.advance(Span::hours(10));
    kit.settle().await;
    assert_eq!(sent_of(&kit, before), ["Delete"]);
}

///
#[tokio::test]
async fn what_is_for_followers_and_waits_is_not_sent_to_who_was_removed() {
    let (kit, nurse) = heard().await;
    kit.remote.answer(SHARED_INBOX, down());
    let private = NewPost { audience: Audience::Followers, ..Kit::words("hazelbank", "for you") };
    kit.app.posts().publish(&nurse, private).await.unwrap();
    kit.post(&nurse, "hazelbank", "for anybody").await;
    kit.settle().await;
    let ann = Address::parse("ann@v.example").unwrap();
    kit.app.follows().refuse(&nurse, "hazelbank", &ann).await.unwrap();
    kit.remote.answer(SHARED_INBOX, taken());
    let before = kit.remote.sent_to(SHARED_INBOX).len();
    kit.clock.advance(Span::hours(1));
    kit.settle().await;
    let sent = kit.remote.sent_to(SHARED_INBOX).split_off(before);
    assert_eq!(sent.len(), 1);
    assert!(sent[0].to_string().contains("for anybody"), "{}", sent[0]);
    assert_eq!(kit.app.outbox().count(DeliveryState::Waiting).await.unwrap(), 0);
}

/// who goes by themselves, who blocks us, and who closed their account.
#[tokio::test]
async fn what_is_for_followers_and_waits_is_not_sent_to_who_left() {
    for kind in ["Undo", "Block", "Delete"] {
        let (kit, nurse) = heard().await;
        let hazelbank = kit.app.actors().find_local("hazelbank").await.unwrap().uri;
        kit.remote.answer(SHARED_INBOX, down());
        let private =
            NewPost { audience: Audience::Followers, ..Kit::words("hazelbank", "for you") };
        kit.app.posts().publish(&nurse, private).await.unwrap();
        kit.settle().await;
        let object = match kind {
            "Undo" => follow(1, &hazelbank),
            "Block" => json!(hazelbank),
            _ => json!(ANN),
        };
        if kind == "Delete" {
            kit.remote.fail(ANN, PortError::Gone);
        }
        say(&kit, &act(7, kind, object)).await;
        kit.remote.answer(SHARED_INBOX, taken());
        let before = kit.remote.sent_to(SHARED_INBOX).len();
        kit.clock.advance(Span::hours(1));
        kit.settle().await;
        assert_eq!(sent_of(&kit, before), Vec::<String>::new(), "after {kind}");
        assert_eq!(kit.app.outbox().count(DeliveryState::Waiting).await.unwrap(), 0);
    }
}

/// a host may be well, and break on one thing that we say.
#[tokio::test]
async fn one_that_breaks_its_server_holds_up_none_of_the_others() {
    let (kit, nurse) = heard().await;
    kit.remote.answer_to("the odd one", down());
    kit.post(&nurse, "hazelbank", "the odd one").await;
    kit.settle().await;
    for n in 0..20 {
        kit.post(&nurse, "hazelbank", &format!("post {n}")).await;
    }
    // As the worker looks: a first time when the host has rested, and again and again.
    for _ in 0..60 {
        kit.clock.advance(Span::seconds(1));
        kit.settle().await;
    }
    assert_eq!(kit.app.outbox().count(DeliveryState::Waiting).await.unwrap(), 1);
}

/// the next try is still to come.
#[tokio::test]
async fn who_is_back_on_the_last_day_hears_what_waited() {
    let (kit, nurse) = heard().await;
    kit.remote.answer(SHARED_INBOX, down());
    for n in 0..3 {
        kit.post(&nurse, "hazelbank", &format!("post {n}")).await;
    }
    kit.settle().await;
    let end = kit.app.now() + Span::days(14) + Span::minutes(40);
    while kit.app.now() < end {
        let waiting = in_state(&kit, DeliveryState::Waiting).await;
        if waiting.iter().all(|delivery| delivery.next_try > end) {
            kit.remote.answer(SHARED_INBOX, taken());
        }
        let is_near = end - kit.app.now() < Span::days(1);
        kit.clock.advance(if is_near { Span::minutes(20) } else { Span::hours(4) });
        kit.settle().await;
        kit.app.sweep().await.unwrap();
    }
    assert_eq!(in_state(&kit, DeliveryState::Waiting).await.len(), 3, "nobody has asked yet");
    kit.clock.advance(Span::hours(10));
    kit.settle().await;
    assert!(in_state(&kit, DeliveryState::Dead).await.is_empty());
    assert!(in_state(&kit, DeliveryState::Waiting).await.is_empty());
}

///
#[tokio::test]
async fn what_waits_for_a_server_that_is_suspended_is_never_sent() {
    let (kit, nurse) = heard().await;
    kit.remote.answer(SHARED_INBOX, down());
    for n in 0..20 {
        kit.post(&nurse, "hazelbank", &format!("post {n}")).await;
    }
    kit.settle().await;
    kit.app.peers().suspend(&operator(), "v.example").await.unwrap();
    kit.remote.answer(SHARED_INBOX, taken());
    let before = kit.remote.sent().len();
    kit.post(&nurse, "hazelbank", "said afterwards").await;
    kit.clock.advance(Span::days(1));
    kit.settle().await;
    assert_eq!(kit.app.outbox().count(DeliveryState::Waiting).await.unwrap(), 0);
    kit.app.peers().allow(&operator(), "v.example").await.unwrap();
    kit.clock.advance(Span::days(1));
    kit.settle().await;
    assert_eq!(kit.remote.sent().len(), before);
    let page = Page::first(9);
    assert_eq!(kit.app.follows().followers(&nurse, "hazelbank", page).await.unwrap().len(), 1);
}
