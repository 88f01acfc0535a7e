//! When a delivery is tried again, and when no more (P7).

use std::time::{Duration, Instant};

use carefolk_app::outbox::{DeliveryView, Which};
use carefolk_app::ports::Receipt;
use carefolk_app::posts::EditPost;
use carefolk_app::{Caller, Page};
use carefolk_domain::{Moment, Span};
use carefolk_store::entity::delivery::DeliveryState;
use carefolk_testkit::{BEGINNING, Kit, operator};
use tokio::task::JoinSet;

use crate::delivering::{down, heard};
use crate::stranger::{ANN_INBOX, SHARED_INBOX, act, hand_in, note, say};

fn taken() -> Receipt {
    Receipt::Accepted { status: 202, profile: None }
}

pub(crate) async fn in_state(kit: &Kit, state: DeliveryState) -> Vec<DeliveryView> {
    let which = Which { state, host: None };
    kit.app.outbox().list(&operator(), which, Page::first(100)).await.unwrap()
}

/// Waits for the next try and makes it; says when, if there was one.
async fn next_try(kit: &Kit) -> Option<Moment> {
    let waiting = in_state(kit, DeliveryState::Waiting).await;
    let at = waiting.iter().map(|delivery| delivery.next_try).min()?;
    kit.clock.advance((at - kit.app.now()).max(Span::ZERO));
    kit.settle().await;
    Some(kit.app.now())
}

/// Makes every try up to `end`; says at which ages of the queue.
async fn tries_until(kit: &Kit, end: Span) -> Vec<Span> {
    let mut ages = Vec::new();
    loop {
        let waiting = in_state(kit, DeliveryState::Waiting).await;
        match waiting.iter().map(|delivery| delivery.next_try).min() {
            Some(at) if at - BEGINNING < end => {
                ages.push(next_try(kit).await.unwrap() - BEGINNING);
            }
            _ => return ages,
        }
    }
}

fn near(got: Span, wanted: Span) {
    let (low, high) = (wanted.0 * 8 / 10, wanted.0 * 12 / 10);
    assert!((low..=high).contains(&got.0), "{got:?} is not near {wanted:?}");
}

///
#[tokio::test]
async fn a_peer_that_is_back_on_the_last_day_hears_what_it_missed() {
    let (kit, nurse) = heard().await;
    kit.remote.answer(SHARED_INBOX, down());
    kit.post(&nurse, "hazelbank", "hello").await;
    kit.settle().await;
    let back = Span::days(13) + Span::hours(23);
    let ages = tries_until(&kit, back).await;
    let mut before = Span::ZERO;
    let table = [
        Span::seconds(10),
        Span::minutes(1),
        Span::minutes(5),
        Span::minutes(15),
        Span::hours(1),
        Span::hours(2),
        Span::hours(4),
        Span::hours(8),
        Span::hours(8),
    ];
    for (age, wait) in ages.iter().zip(table) {
        near(*age - before, wait);
        before = *age;
    }
    kit.remote.answer(SHARED_INBOX, taken());
    next_try(&kit).await.unwrap();
    assert!(in_state(&kit, DeliveryState::Waiting).await.is_empty());
    assert!(in_state(&kit, DeliveryState::Dead).await.is_empty());
    assert_eq!(kit.remote.sent_to(SHARED_INBOX).last().unwrap()["type"], "Create");
}

/// all that waited for it, and not one by one.
#[tokio::test]
async fn what_a_peer_missed_for_fifteen_days_is_given_up_where_an_admin_sees_it() {
    let (kit, nurse) = heard().await;
    kit.remote.answer(SHARED_INBOX, down());
    for n in 0..20 {
        kit.post(&nurse, "hazelbank", &format!("post {n}")).await;
    }
    kit.settle().await;
    let first = in_state(&kit, DeliveryState::Waiting).await;
    assert_eq!(first.len(), 20);
    let before = kit.remote.sent_to(SHARED_INBOX).len();
    tries_until(&kit, Span::days(14)).await;
    // Seven waits of the table, then one each eight hours, a fifth more or less.
    let tries = kit.remote.sent_to(SHARED_INBOX).len() - before;
    assert!((38..=60).contains(&tries), "{tries} tries of all together");
    assert_eq!(in_state(&kit, DeliveryState::Waiting).await.len(), 20);
    kit.clock.advance(Span::days(15) - (kit.app.now() - BEGINNING));
    kit.settle().await;
    kit.app.sweep().await.unwrap();
    assert!(in_state(&kit, DeliveryState::Waiting).await.is_empty());
    let dead = in_state(&kit, DeliveryState::Dead).await;
    assert_eq!(dead.len(), 20);
    for delivery in &dead {
        assert_eq!(delivery.host, "v.example");
        assert!(delivery.error.is_some() && delivery.ended_at.is_some(), "{delivery:?}");
    }
    // What is said afterwards has its own fourteen days.
    kit.post(&nurse, "hazelbank", "a new one").await;
    kit.settle().await;
    kit.app.sweep().await.unwrap();
    assert_eq!(in_state(&kit, DeliveryState::Waiting).await.len(), 1);
}

///
#[tokio::test]
async fn a_peer_that_speaks_after_three_days_is_told_all_at_once_and_no_more_than_it_bears() {
    let (kit, nurse) = heard().await;
    kit.remote.answer(SHARED_INBOX, down());
    for n in 0..12 {
        let post = kit.post(&nurse, "hazelbank", &format!("post {n}")).await;
        let text = format!("post {n}, better");
        let edit = EditPost { post: post.id, text, warning: None, lang: None, pictures: None };
        kit.app.posts().edit(&nurse, edit).await.unwrap();
    }
    kit.settle().await;
    tries_until(&kit, Span::days(3)).await;
    kit.remote.answer(SHARED_INBOX, taken());
    let before = kit.remote.sent_to(SHARED_INBOX).len();

    // No time passes from here on.
    hand_in(&kit, &act(5, "Create", note(5, "hello"))).await;
    kit.app.inbound().process_due().await.unwrap();
    assert_eq!(
        kit.app.outbox().deliver_due().await.unwrap(),
        1,
        "one that asks whether it is true"
    );
    let held = kit.remote.hold().await;
    let app = kit.app.clone();
    let mut many = JoinSet::new();
    many.spawn(async move { app.outbox().deliver_due().await.unwrap() });
    let deadline = Instant::now() + Duration::from_secs(20);
    while kit.remote.in_flight().0 < 8 {
        assert!(Instant::now() < deadline, "{:?} in flight", kit.remote.in_flight());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(held);
    assert_eq!(many.join_all().await, [8]);
    kit.settle().await;
    assert_eq!(kit.remote.in_flight().1, 8);
    assert!(in_state(&kit, DeliveryState::Waiting).await.is_empty());
    let sent = kit.remote.sent_to(SHARED_INBOX).split_off(before);
    assert_eq!(sent.len(), 24);
    let mut made = std::collections::HashSet::new();
    for activity in &sent {
        let post = activity["object"]["id"].as_str().unwrap().to_owned();
        assert_eq!(activity["type"] == "Create", made.insert(post), "{activity}");
    }
}

/// One that speaks all the time and takes nothing is not knocked at with each of its words.
#[tokio::test]
async fn a_peer_that_talks_and_does_not_listen_is_woken_once_a_minute() {
    let (kit, nurse) = heard().await;
    kit.remote.answer(SHARED_INBOX, down());
    kit.post(&nurse, "hazelbank", "hello").await;
    kit.settle().await;
    tries_until(&kit, Span::days(1)).await;
    let before = kit.remote.sent_to(SHARED_INBOX).len();
    for n in 10..70 {
        say(&kit, &act(n, "Create", note(n, "me again"))).await;
        kit.clock.advance(Span::seconds(5));
    }
    let tries = kit.remote.sent_to(SHARED_INBOX).len() - before;
    assert!((4..=6).contains(&tries), "{tries} tries in five minutes");
}

async fn refused_with(kit: &Kit, nurse: &Caller, receipt: Receipt) -> Span {
    kit.remote.answer(SHARED_INBOX, receipt);
    kit.post(nurse, "hazelbank", "hello").await;
    kit.settle().await;
    let waiting = in_state(kit, DeliveryState::Waiting).await;
    waiting.iter().map(|delivery| delivery.next_try).min().unwrap() - kit.app.now()
}

///
#[tokio::test]
async fn who_asks_us_to_wait_is_left_alone_for_so_long_and_no_longer_than_a_day() {
    for (asked, waited) in
        [(Some(Span::seconds(7)), Span::seconds(7)), (Some(Span::days(3_650)), Span::hours(24))]
    {
        let (kit, nurse) = heard().await;
        let receipt = Receipt::Throttled { status: 429, retry_after: asked };
        assert_eq!(refused_with(&kit, &nurse, receipt).await, waited);
        kit.remote.answer(SHARED_INBOX, taken());
        let before = kit.remote.sent_to(SHARED_INBOX).len();
        kit.post(&nurse, "hazelbank", "another one").await;
        // Not even because it speaks.
        kit.clock.advance(waited - Span(1));
        say(&kit, &act(5, "Create", note(5, "hello"))).await;
        assert_eq!(kit.remote.sent_to(SHARED_INBOX).len(), before);
        kit.clock.advance(Span(1));
        kit.settle().await;
        assert_eq!(kit.remote.sent_to(SHARED_INBOX).len(), before + 2);
    }
    let (kit, nurse) = heard().await;
    let nonsense = Receipt::Throttled { status: 503, retry_after: None };
    near(refused_with(&kit, &nurse, nonsense).await, Span::seconds(10));
}

///
#[tokio::test]
async fn who_refuses_our_signature_for_an_hour_hears_everything_in_the_end() {
    for silent in [Span::ZERO, Span::days(5)] {
        let (kit, nurse) = heard().await;
        kit.remote.answer(SHARED_INBOX, down());
        kit.post(&nurse, "hazelbank", "hello").await;
        kit.settle().await;
        tries_until(&kit, silent).await;
        kit.remote.answer(SHARED_INBOX, Receipt::Refused { status: 401 });
        let since = next_try(&kit).await.unwrap() - BEGINNING;
        tries_until(&kit, since + Span::hours(1)).await;
        kit.remote.answer(SHARED_INBOX, taken());
        next_try(&kit).await.unwrap();
        assert!(in_state(&kit, DeliveryState::Waiting).await.is_empty());
        assert!(in_state(&kit, DeliveryState::Dead).await.is_empty(), "after {silent:?}");
    }
}

/// what waits for one that refuses everything is not knocked with, each for itself.
#[tokio::test]
async fn who_refuses_everything_is_asked_with_one_at_a_time() {
    let (kit, nurse) = heard().await;
    kit.clock.advance(Span::minutes(11));
    kit.remote.answer(SHARED_INBOX, Receipt::Refused { status: 401 });
    for _ in 0..20 {
        kit.post(&nurse, "hazelbank", "hello").await;
    }
    let before = kit.remote.sent_to(SHARED_INBOX).len();
    let pass = async |span: Span| {
        for _ in 0..span.0 / Span::minutes(1).0 {
            kit.settle().await;
            kit.clock.advance(Span::minutes(1));
        }
    };
    pass(Span::hours(1)).await;
    let tries = kit.remote.sent_to(SHARED_INBOX).len() - before;
    assert!((18..=28).contains(&tries), "{tries} tries within an hour");
    kit.remote.answer(SHARED_INBOX, taken());
    pass(Span::hours(2)).await;
    assert!(in_state(&kit, DeliveryState::Waiting).await.is_empty());
    assert!(in_state(&kit, DeliveryState::Dead).await.is_empty());
}

/// on the schedule for two days; others wait for minutes with it, at most.
#[tokio::test]
async fn who_refuses_one_activity_for_two_days_gets_all_others() {
    let (kit, nurse) = heard().await;
    kit.remote.answer_to("the odd one", Receipt::Refused { status: 403 });
    kit.post(&nurse, "hazelbank", "the odd one").await;
    kit.settle().await;
    let ages = tries_until(&kit, Span::days(3)).await;
    near(ages[0], Span::seconds(10));
    near(ages[1] - ages[0], Span::minutes(1));
    let last = *ages.last().unwrap();
    assert!(last >= Span::days(2) && last < Span::days(2) + Span::hours(10), "{last:?}");
    assert!((10..=17).contains(&ages.len()), "{} tries", ages.len());
    let dead = in_state(&kit, DeliveryState::Dead).await;
    assert_eq!(dead.len(), 1);
    assert_eq!((dead[0].status, dead[0].error.as_deref()), (Some(403), Some("refused")));
    kit.post(&nurse, "hazelbank", "fine").await;
    kit.clock.advance(Span::minutes(6));
    kit.settle().await;
    assert!(in_state(&kit, DeliveryState::Waiting).await.is_empty());
}

/// a shared inbox that is gone costs that delivery alone; somebody's own inbox costs them.
#[tokio::test]
async fn whose_inbox_is_gone_is_written_to_no_more() {
    let (kit, nurse) = heard().await;
    let followers = async |kit: &Kit, nurse: &Caller| {
        kit.app.follows().followers(nurse, "hazelbank", Page::first(9)).await.unwrap().len()
    };
    kit.remote.answer(SHARED_INBOX, Receipt::Gone);
    kit.post(&nurse, "hazelbank", "one").await;
    kit.settle().await;
    assert_eq!(in_state(&kit, DeliveryState::Dead).await.len(), 1);
    assert_eq!(followers(&kit, &nurse).await, 1);
    kit.remote.answer(SHARED_INBOX, taken());
    kit.post(&nurse, "hazelbank", "two").await;
    kit.settle().await;
    assert_eq!(in_state(&kit, DeliveryState::Dead).await.len(), 1);

    // From now on nobody elsewhere shares one.
    kit.database.meddle("UPDATE actor SET shared_inbox = NULL").await;
    kit.post(&nurse, "hazelbank", "three").await;
    kit.settle().await;
    assert_eq!(kit.remote.sent_to(ANN_INBOX).last().unwrap()["type"], "Create");
    kit.remote.answer(ANN_INBOX, Receipt::Gone);
    kit.post(&nurse, "hazelbank", "four").await;
    kit.post(&nurse, "hazelbank", "five").await;
    kit.settle().await;
    assert_eq!(followers(&kit, &nurse).await, 0);
    let before = kit.remote.sent().len();
    kit.post(&nurse, "hazelbank", "six").await;
    kit.settle().await;
    assert_eq!(kit.remote.sent().len(), before);
    assert!(in_state(&kit, DeliveryState::Waiting).await.is_empty());
}

/// it comes back, or not.
#[tokio::test]
async fn an_inbox_that_is_not_found_is_asked_three_times_over_three_days() {
    let (kit, nurse) = heard().await;
    let before = kit.remote.sent_to(SHARED_INBOX).len();
    near(refused_with(&kit, &nurse, Receipt::NotFound).await, Span::hours(36));
    next_try(&kit).await.unwrap();
    kit.remote.answer(SHARED_INBOX, taken());
    next_try(&kit).await.unwrap();
    assert!(in_state(&kit, DeliveryState::Dead).await.is_empty());
    assert_eq!(kit.remote.sent_to(SHARED_INBOX).len(), before + 3);

    near(refused_with(&kit, &nurse, Receipt::NotFound).await, Span::hours(36));
    let from = kit.app.now();
    while next_try(&kit).await.is_some() {}
    assert_eq!(kit.app.now() - from, Span::days(3));
    assert_eq!(kit.remote.sent_to(SHARED_INBOX).len(), before + 6);
    assert_eq!(in_state(&kit, DeliveryState::Dead).await[0].status, Some(404));
}

///
#[tokio::test]
async fn a_redirect_is_a_failure() {
    let (kit, nurse) = heard().await;
    let moved = Receipt::Failed { status: Some(301), why: "status 301".to_owned() };
    near(refused_with(&kit, &nurse, moved).await, Span::seconds(10));
    let waiting = in_state(&kit, DeliveryState::Waiting).await;
    assert_eq!((waiting[0].status, waiting[0].attempts), (Some(301), 1));
}

/// What fails in one outage is one failure of its host, also where it was not written down together.
#[tokio::test]
async fn what_hangs_together_counts_once() {
    let (kit, nurse) = heard().await;
    kit.remote.answer(SHARED_INBOX, down());
    let held = kit.remote.hold().await;
    let mut flying = JoinSet::new();
    let deadline = Instant::now() + Duration::from_secs(20);
    for n in 1..=6 {
        kit.post(&nurse, "hazelbank", &format!("post {n}")).await;
        let app = kit.app.clone();
        flying.spawn(async move { app.outbox().deliver_due().await.unwrap() });
        while kit.remote.in_flight().0 < n {
            assert!(Instant::now() < deadline, "{:?} in flight", kit.remote.in_flight());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    drop(held);
    assert_eq!(flying.join_all().await, [1; 6]);
    let second = next_try(&kit).await.unwrap() - BEGINNING;
    near(second, Span::seconds(10));
    let third = next_try(&kit).await.unwrap() - BEGINNING;
    near(third - second, Span::minutes(1));
}

/// what failed while the clock stood ten days ahead does not wait for that day.
#[tokio::test]
async fn what_failed_while_the_clock_was_ahead_is_tried_once_it_is_right() {
    let (kit, nurse) = heard().await;
    kit.clock.advance(Span::days(10));
    kit.remote.answer(SHARED_INBOX, down());
    kit.post(&nurse, "hazelbank", "hello").await;
    kit.settle().await;
    kit.clock.advance(Span(-Span::days(10).0));
    kit.remote.answer(SHARED_INBOX, taken());
    kit.settle().await;
    assert!(in_state(&kit, DeliveryState::Waiting).await.is_empty());
}

/// also where the server had asked us to wait.
#[tokio::test]
async fn what_a_server_asked_for_while_the_clock_was_ahead_is_forgotten_once_it_is_right() {
    let (kit, nurse) = heard().await;
    kit.clock.advance(Span::days(10));
    let asked = Receipt::Throttled { status: 429, retry_after: Some(Span::hours(24)) };
    kit.remote.answer(SHARED_INBOX, asked);
    kit.post(&nurse, "hazelbank", "hello").await;
    kit.settle().await;
    kit.clock.advance(Span(-Span::days(10).0));
    kit.remote.answer(SHARED_INBOX, taken());
    kit.settle().await;
    assert!(in_state(&kit, DeliveryState::Waiting).await.is_empty());
}
