//! Workers in other processes are woken, where there can be any.

use std::time::Duration;

use carefolk_domain::Role;
use carefolk_store::DbKind;
use carefolk_store::dialect::Listener;
use carefolk_testkit::Kit;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::stranger::{follow, say, settle_in};

#[tokio::test]
async fn what_waits_to_be_delivered_is_rung_in_other_processes() {
    let kit = Kit::new().await;
    let Some(mut elsewhere) = Listener::open(kit.app.db()).await.unwrap() else {
        assert_eq!(kit.app.db().kind(), DbKind::Sqlite, "on PostgreSQL there is a listener");
        return;
    };
    let nurse = kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &hazelbank.uri)).await;
    // A process without any duty, as one that shows pages.
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    kit.app.start_duties(&[], &tasks, &stop);
    tasks.close();
    kit.post(&nurse, "hazelbank", "Soup at noon.").await;
    let rung = async { while !elsewhere.hear().await.unwrap().contains('d') {} };
    assert!(tokio::time::timeout(Duration::from_secs(10), rung).await.is_ok());
    stop.cancel();
    tasks.wait().await;
}
