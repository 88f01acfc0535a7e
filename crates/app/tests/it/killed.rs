//! Arrivals whose work was broken off, as by a kill: each is begun again, and one that kills is parked alone.

use carefolk_app::Page;
use carefolk_domain::Span;
use carefolk_store::dialect::{self, Starts};
use carefolk_store::entity::inbound_activity::InboundState;
use carefolk_testkit::{Kit, operator};

use crate::poison::{answer, count, is_here, with_nurse};

/// Claims as the worker does, and is killed.
async fn begun_and_killed(kit: &Kit, starts: Starts, limit: u32) {
    let tx = kit.app.db().begin().await.unwrap();
    let now = kit.app.now();
    dialect::claim_inbound(&tx, now, now + Span::minutes(2), starts, limit).await.unwrap();
    tx.commit().await.unwrap();
    kit.clock.advance(Span::minutes(2));
}

/// Three answers that wait, after the first came well.
async fn three_wait() -> Kit {
    let (kit, _nurse, post) = with_nurse().await;
    answer(&kit, 1, &post).await;
    kit.settle().await;
    for number in 2..5 {
        answer(&kit, number, &post).await;
    }
    kit
}

/// the process may be killed again and again for whatever reason.
#[tokio::test]
async fn who_is_in_work_beside_what_kills_is_not_parked() {
    let kit = three_wait().await;
    for _ in 0..12 {
        begun_and_killed(&kit, Starts::Below(2), 99).await;
    }
    kit.app.inbound().process_due().await.unwrap();
    assert!(is_here(&kit, 2).await && !is_here(&kit, 3).await, "one at a time");
    kit.settle().await;
    assert!(is_here(&kit, 3).await && is_here(&kit, 4).await);
    assert_eq!(count(&kit, InboundState::Failed).await, 0);
}

/// An activity whose work was broken off, as by a kill, is not begun for ever.
#[tokio::test]
async fn what_never_ends_is_parked_and_takes_nobody_with_it() {
    let kit = three_wait().await;
    begun_and_killed(&kit, Starts::Below(2), 99).await;
    begun_and_killed(&kit, Starts::Below(2), 99).await;
    kit.app.inbound().process_due().await.unwrap();
    kit.app.inbound().process_due().await.unwrap();
    assert!(is_here(&kit, 2).await && is_here(&kit, 3).await && !is_here(&kit, 4).await);
    for _ in 0..3 {
        begun_and_killed(&kit, Starts::From(2), 1).await;
    }
    kit.app.inbound().process_due().await.unwrap();
    assert_eq!(count(&kit, InboundState::Failed).await, 1);
    let page = Page::first(9);
    let failed =
        kit.app.inbound().list(&operator(), InboundState::Failed, None, page).await.unwrap();
    assert_eq!(failed[0].error.as_deref(), Some("the work on it was broken off each time"));
    let all = carefolk_app::inbound::Parked::All;
    kit.app.inbound().retry(&operator(), &all).await.unwrap();
    kit.settle().await;
    assert!(is_here(&kit, 4).await);
}
