//! What an admin sees of the queues, and does about them.

use carefolk_app::inbound::Parked;
use carefolk_app::outbox::{Failed, Which};
use carefolk_app::ports::{PortError, Receipt};
use carefolk_app::posts::PostRef;
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::{DeliveryId, InboundId, Role, Span};
use carefolk_store::entity::delivery::DeliveryState;
use carefolk_store::entity::inbound_activity::InboundState;
use carefolk_testkit::{Kit, operator};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::delivering::heard;
use crate::scheduling::in_state;
use crate::stranger::{SHARED_INBOX, act, hand_in, note, settle_in};

#[tokio::test]
async fn a_delivery_says_when_it_is_tried_next_and_nothing_of_its_words() {
    let (kit, nurse) = heard().await;
    let receipt = Receipt::Throttled { status: 429, retry_after: Some(Span::hours(3)) };
    kit.remote.answer(SHARED_INBOX, receipt);
    kit.post(&nurse, "hazelbank", "a private matter").await;
    kit.settle().await;
    kit.post(&nurse, "hazelbank", "a private matter").await;
    let waiting = in_state(&kit, DeliveryState::Waiting).await;
    assert_eq!(waiting.len(), 2);
    for delivery in &waiting {
        assert_eq!(delivery.next_try, kit.app.now() + Span::hours(3), "{delivery:?}");
        assert!(!format!("{delivery:?}").contains("private matter"));
    }
    let outbox = kit.app.outbox();
    let shown = outbox.show(&operator(), waiting[1].id).await.unwrap();
    assert_eq!((shown.host.as_str(), shown.status, shown.attempts), ("v.example", Some(429), 1));
    let of = |host: &str| Which { state: DeliveryState::Waiting, host: Some(host.to_owned()) };
    let page = Page::first(9);
    assert_eq!(outbox.list(&operator(), of("V.example"), page).await.unwrap().len(), 2);
    assert!(outbox.list(&operator(), of("w.example"), page).await.unwrap().is_empty());
    let nobody = outbox.show(&operator(), DeliveryId(1)).await;
    assert!(matches!(nobody, Err(Error::NotFound(_))), "{nobody:?}");
    assert!(matches!(outbox.show(&nurse, shown.id).await, Err(Error::Denied(_))));
    assert!(matches!(outbox.list(&nurse, of("v.example"), page).await, Err(Error::Denied(_))));
}

#[tokio::test]
async fn what_is_tried_again_is_tried_at_once_however_long_its_server_was_to_rest() {
    let (kit, nurse) = heard().await;
    kit.remote.answer(SHARED_INBOX, Receipt::Rejected { status: 422 });
    kit.post(&nurse, "hazelbank", "one").await;
    kit.settle().await;
    let asked = Receipt::Throttled { status: 503, retry_after: Some(Span::hours(3)) };
    kit.remote.answer(SHARED_INBOX, asked);
    kit.post(&nurse, "hazelbank", "two").await;
    kit.settle().await;
    kit.remote.answer(SHARED_INBOX, Receipt::Accepted { status: 202, profile: None });
    let outbox = kit.app.outbox();
    assert_eq!(outbox.retry(&operator(), &Failed::All).await.unwrap(), 1);
    kit.settle().await;
    assert_eq!(outbox.count(DeliveryState::Dead).await.unwrap(), 0);
    let acts = kit.app.audit().list(&operator(), None, 1).await.unwrap();
    let last = (acts[0].act.as_str(), acts[0].target.as_str(), acts[0].detail.as_str());
    assert_eq!(last, ("delivery.retry", "all", "1"));
    let none = outbox.retry(&operator(), &Failed::All).await;
    assert!(matches!(none, Err(Error::NotFound(_))), "{none:?}");
}

/// A kit that Ann answers, and whose server cannot apply what holds "poison".
async fn poisoned() -> (Kit, Caller, String) {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    settle_in(&kit, "v.example", "ann");
    let post = kit.post(&nurse, "nurse", "Any questions?").await;
    crate::poison::break_on(&kit, "rendition", "html").await;
    (kit, nurse, post.uri)
}

async fn answer(kit: &Kit, number: u32, text: &str, to: &str) {
    let mut reply = note(number, text);
    reply["inReplyTo"] = json!(to);
    hand_in(kit, &act(number, "Create", reply)).await;
}

async fn is_here(kit: &Kit, number: u32) -> bool {
    let by = PostRef::Uri(format!("https://v.example/notes/{number}"));
    kit.app.posts().find(&Caller::Visitor, &by).await.is_ok()
}

///
#[tokio::test]
async fn an_arrival_that_breaks_us_is_parked_seen_and_applied_after_the_mending() {
    let (kit, nurse, post) = poisoned().await;
    answer(&kit, 1, "this is poison", &post).await;
    answer(&kit, 2, "this is fine", &post).await;
    kit.settle().await;
    assert!(is_here(&kit, 2).await, "nothing unrelated waits");
    let inbound = kit.app.inbound();
    let list = async |state| inbound.list(&operator(), state, None, Page::first(9)).await.unwrap();
    for tries in 1..5 {
        let waiting = list(InboundState::Waiting).await;
        assert_eq!((waiting.len(), waiting[0].attempts), (1, tries));
        kit.clock.advance(Span::hours(1));
        kit.settle().await;
    }
    assert!(list(InboundState::Waiting).await.is_empty());
    let failed = list(InboundState::Failed).await;
    assert_eq!((failed.len(), failed[0].attempts), (1, 5));
    assert!(failed[0].error.as_ref().unwrap().contains("bad medicine"), "{failed:?}");
    assert!(failed[0].bytes > 0, "its text is kept for later");
    assert!(!format!("{failed:?}").contains("this is poison"));
    let shown = inbound.show(&operator(), failed[0].id).await.unwrap();
    assert_eq!((shown.host.as_str(), shown.kind.as_str()), ("v.example", "Create"));
    assert!(matches!(inbound.show(&nurse, shown.id).await, Err(Error::Denied(_))));
    assert!(matches!(inbound.show(&operator(), InboundId(1)).await, Err(Error::NotFound(_))));
    let (host, page) = (Some("w.example"), Page::first(9));
    let elsewhere = inbound.list(&operator(), InboundState::Failed, host, page).await.unwrap();
    assert!(elsewhere.is_empty());

    crate::poison::mend(&kit, "rendition").await;
    assert!(matches!(inbound.retry(&nurse, &Parked::All).await, Err(Error::Denied(_))));
    assert_eq!(inbound.retry(&operator(), &Parked::From("V.example".into())).await.unwrap(), 1);
    kit.settle().await;
    assert!(is_here(&kit, 1).await);
    assert!(list(InboundState::Failed).await.is_empty());
    let acts = kit.app.audit().list(&operator(), None, 1).await.unwrap();
    assert_eq!((acts[0].act.as_str(), acts[0].detail.as_str()), ("arrival.retry", "1"));
}

#[tokio::test]
async fn an_arrival_that_was_discarded_loses_its_text_and_does_not_come_again() {
    let (kit, nurse, post) = poisoned().await;
    answer(&kit, 1, "this is poison", &post).await;
    for _ in 0..5 {
        kit.settle().await;
        kit.clock.advance(Span::hours(1));
    }
    let inbound = kit.app.inbound();
    let failed =
        inbound.list(&operator(), InboundState::Failed, None, Page::first(9)).await.unwrap();
    let this = Parked::One(failed[0].id);
    assert!(matches!(inbound.discard(&nurse, &this).await, Err(Error::Denied(_))));
    assert_eq!(inbound.discard(&operator(), &this).await.unwrap(), 1);
    let shown = inbound.show(&operator(), failed[0].id).await.unwrap();
    assert_eq!((shown.state, shown.bytes), (InboundState::Ignored, 0));
    let acts = kit.app.audit().list(&operator(), None, 1).await.unwrap();
    let target = format!("arrival {}", failed[0].id);
    assert_eq!((acts[0].act.as_str(), acts[0].target.as_str()), ("arrival.discard", &*target));
    crate::poison::mend(&kit, "rendition").await;
    answer(&kit, 1, "this is poison", &post).await;
    kit.settle().await;
    assert!(!is_here(&kit, 1).await);
    assert!(matches!(inbound.retry(&operator(), &this).await, Err(Error::NotFound(_))));
}

/// what it needs is on a server that does not answer.
#[tokio::test]
async fn an_arrival_waits_for_another_server_for_fourteen_days_and_is_then_parked() {
    for answers in [true, false] {
        let kit = Kit::new().await;
        let nurse = kit.account("nurse", Role::Member).await;
        let post = kit.post(&nurse, "nurse", "Any questions?").await;
        let ann = "https://v.example/users/ann";
        kit.remote.fail(ann, PortError::Unavailable("no answer".to_owned()));
        answer(&kit, 1, "hello", &post.uri).await;
        for _ in 0..13 * 4 {
            kit.settle().await;
            kit.clock.advance(Span::hours(6));
        }
        let list = async |state| {
            let page = Page::first(9);
            kit.app.inbound().list(&operator(), state, None, page).await.unwrap()
        };
        let waiting = list(InboundState::Waiting).await;
        assert_eq!(waiting.len(), 1);
        assert!(waiting[0].attempts > 20, "{} tries", waiting[0].attempts);
        if answers {
            settle_in(&kit, "v.example", "ann");
        }
        for _ in 0..8 {
            kit.settle().await;
            kit.clock.advance(Span::hours(6));
        }
        assert_eq!(is_here(&kit, 1).await, answers);
        assert!(list(InboundState::Waiting).await.is_empty());
        assert_eq!(list(InboundState::Failed).await.len(), usize::from(!answers));
        let by = PostRef::Uri(post.uri.clone());
        let thread = kit.app.posts().thread(&nurse, &by, Page::first(9)).await.unwrap();
        assert_eq!(thread.replies.len(), usize::from(answers));
    }
}

/// P6 for what goes out: one inbox never answers.
#[tokio::test]
async fn an_inbox_that_never_answers_delays_no_other() {
    use std::time::{Duration, Instant};
    let (kit, nurse) = heard().await;
    let hazelbank = kit.app.actors().find_local("hazelbank").await.unwrap();
    settle_in(&kit, "w.example", "bob");
    let mut follow = crate::stranger::follow(1, &hazelbank.uri);
    follow["actor"] = json!("https://w.example/users/bob");
    follow["id"] = json!("https://w.example/follows/1");
    crate::stranger::say(&kit, &follow).await;
    kit.remote.hang(SHARED_INBOX);
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    kit.app.start_workers(&tasks, &stop);
    let deadline = Instant::now() + Duration::from_secs(20);
    for n in 1..=12 {
        kit.post(&nurse, "hazelbank", &format!("post {n}")).await;
        while kit.remote.sent_to("https://w.example/inbox").len() < n {
            assert!(Instant::now() < deadline, "post {n} waits for somebody else's inbox");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    assert_eq!(kit.remote.hanging(), 8, "and no more than eight hang there");
    stop.cancel();
}
