//! The numbers for whoever watches: they say what is in the queues and what became of it.

use carefolk_app::ports::Receipt;
use carefolk_domain::{Health, Role, Span};
use carefolk_testkit::Kit;

use crate::stranger::{SHARED_INBOX, follow, say, settle_in};

#[tokio::test]
async fn what_waits_is_counted_by_host_with_the_age_of_the_oldest() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &hazelbank.uri)).await;
    kit.settle().await;
    let before = kit.app.meters().results().find(|(name, _)| *name == "accepted").unwrap().1;
    assert!(before > 0, "the answer to the follow was taken");
    assert!(kit.app.figures().await.unwrap().queues.is_empty());

    let down = Receipt::Failed { status: None, why: "connection refused".to_owned() };
    kit.remote.answer(SHARED_INBOX, down);
    kit.post(&nurse, "hazelbank", "one").await;
    kit.settle().await;
    kit.clock.advance(Span::minutes(30));
    kit.post(&nurse, "hazelbank", "two").await;
    let figures = kit.app.figures().await.unwrap();
    assert_eq!(figures.queues.len(), 1, "{figures:?}");
    let queue = &figures.queues[0];
    assert_eq!((queue.host.as_str(), queue.waiting), ("v.example", 2));
    assert_eq!(queue.oldest, Span::minutes(30));
    assert!(figures.peers.contains(&(Health::Failing, 1)), "{figures:?}");
    let failed = kit.app.meters().results().find(|(name, _)| *name == "failed").unwrap().1;
    assert_eq!(failed, 1);
    assert!(kit.app.meters().processing.steps().count > 0);

    kit.clock.advance(Span::days(15));
    kit.settle().await;
    let figures = kit.app.figures().await.unwrap();
    assert!(figures.dead_letters >= 1, "{figures:?}");
}
