//! The claim of deliveries: windows, probes, order, fairness, leases, and what it costs.

use carefolk_domain::{DeliveryId, Moment, Span, Standing, backoff};
use carefolk_store::dialect::{
    DeliveryClaim, DeliveryEnd, NewDelivery, choose_deliveries, claim_deliveries,
    explain_claim_deliveries, finish_deliveries, insert_deliveries_batch,
};
use carefolk_store::entity::delivery::{self, DeliveryState};
use carefolk_store::entity::peer;
use carefolk_store::{Db, DbKind};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbBackend, EntityTrait, Set, Statement};
use tokio::task::JoinSet;

use crate::database::{fresh, kind};
use crate::given::{self, NOW, in_tx, stored};

const LEASE: Span = Span::minutes(2);

fn claim_at(now: Moment) -> DeliveryClaim<'static> {
    DeliveryClaim {
        now,
        lease_until: now + LEASE,
        holder: "worker-a",
        window_per_host: 8,
        limit: 64,
    }
}

async fn claim(db: &Db, claim: DeliveryClaim<'_>) -> Vec<i64> {
    let chosen = choose_deliveries(db.read(), &claim).await.unwrap();
    let chosen = chosen.as_deref();
    let claimed = in_tx(db, async |tx| claim_deliveries(tx, &claim, chosen).await.unwrap()).await;
    claimed.into_iter().map(|row| row.id.0).collect()
}

async fn queue(db: &Db, rows: Vec<NewDelivery>) {
    in_tx(db, async |tx| insert_deliveries_batch(tx, &rows).await.unwrap()).await;
}

fn end(id: i64, state: DeliveryState) -> DeliveryEnd {
    DeliveryEnd {
        id: DeliveryId(id),
        state,
        run_at: NOW,
        last_status: Some(202),
        last_error: None,
        ended_at: Some(NOW),
        refused_since: None,
    }
}

async fn finish(db: &Db, holder: &str, ends: &[DeliveryEnd]) -> u64 {
    in_tx(db, async |tx| finish_deliveries(tx, holder, ends).await.unwrap()).await
}

/// SQLite chooses without holding the pen; what changes meanwhile counts.
#[tokio::test]
async fn what_was_cancelled_or_suspended_after_it_was_chosen_is_not_taken() {
    let db = fresh("delivery_chosen").await;
    for (id, host) in [(1, "one.example"), (2, "two.example"), (3, "three.example")] {
        stored(&db, given::peer(id, host)).await;
        queue(&db, vec![given::delivery(id, id)]).await;
    }
    let chosen = choose_deliveries(db.read(), &claim_at(NOW)).await.unwrap();
    if kind() == DbKind::Postgres {
        assert!(chosen.is_none(), "the claim itself chooses there");
        return;
    }
    let chosen = chosen.unwrap();
    assert_eq!(chosen.len(), 3);
    in_tx(&db, async |tx| {
        for change in [
            "UPDATE delivery SET state = 'cancelled' WHERE id = 1",
            "UPDATE peer SET effective = 'suspended' WHERE id = 2",
        ] {
            tx.conn().execute_unprepared(change).await.unwrap();
        }
        let claimed = claim_deliveries(tx, &claim_at(NOW), Some(&chosen)).await.unwrap();
        assert_eq!(claimed.iter().map(|row| row.id.0).collect::<Vec<_>>(), [3]);
        let again = claim_deliveries(tx, &claim_at(NOW), Some(&chosen)).await.unwrap();
        assert!(again.is_empty(), "it is in work");
    })
    .await;
}

#[tokio::test]
async fn a_server_gets_no_more_than_its_window_at_once() {
    let db = fresh("delivery_window").await;
    stored(&db, given::peer(1, "one.example")).await;
    queue(&db, (1..=20).map(|id| given::delivery(id, 1)).collect()).await;

    assert_eq!(claim(&db, claim_at(NOW)).await, (1..=8).collect::<Vec<_>>());
    assert!(claim(&db, claim_at(NOW)).await.is_empty(), "the window is full");

    assert_eq!(finish(&db, "worker-a", &[end(2, DeliveryState::Done)]).await, 1);
    assert_eq!(claim(&db, claim_at(NOW)).await, [9], "one place is free");
}

#[tokio::test]
async fn a_failing_server_gets_one_probe_at_a_time() {
    let db = fresh("delivery_probe").await;
    stored(&db, peer::Model { failures: 3, ..given::peer(1, "one.example") }).await;
    queue(&db, (1..=5).map(|id| given::delivery(id, 1)).collect()).await;

    assert_eq!(claim(&db, claim_at(NOW)).await, [1]);
    assert!(claim(&db, claim_at(NOW)).await.is_empty());
}

#[tokio::test]
async fn a_server_that_is_suspended_or_backing_off_gets_nothing() {
    let db = fresh("delivery_backoff").await;
    let until = Some(NOW + Span::minutes(5));
    stored(&db, peer::Model { backoff_until: until, ..given::peer(1, "one.example") }).await;
    let suspended = peer::Model { effective: Standing::Suspended, ..given::peer(2, "two.example") };
    stored(&db, suspended).await;
    stored(&db, given::peer(3, "three.example")).await;
    queue(&db, (1..=3).map(|peer| given::delivery(peer, peer)).collect()).await;

    assert_eq!(claim(&db, claim_at(NOW)).await, [3]);
    assert_eq!(claim(&db, claim_at(NOW + Span::minutes(5))).await, [1, 3]);
}

/// nobody is made to wait so long, so the clock was wrong when that was written down.
#[tokio::test]
async fn what_waits_longer_than_anybody_is_made_to_wait_is_due() {
    let db = fresh("delivery_ahead").await;
    let ahead = Some(NOW + backoff::WAIT_MAX + Span(1));
    let longest = Some(NOW + backoff::WAIT_MAX);
    let peers = [
        peer::Model { backoff_until: ahead, ..given::peer(1, "one.example") },
        peer::Model { asked_until: ahead, ..given::peer(2, "two.example") },
        given::peer(3, "three.example"),
        given::peer(4, "four.example"),
        peer::Model { backoff_until: longest, ..given::peer(5, "five.example") },
        peer::Model { asked_until: longest, ..given::peer(6, "six.example") },
        given::peer(7, "seven.example"),
    ];
    for row in peers {
        stored(&db, row).await;
    }
    let at = |id, run_at: Option<Moment>| NewDelivery {
        run_at: run_at.unwrap_or(NOW),
        ..given::delivery(id, id)
    };
    let put_off = [at(3, ahead), at(7, longest)];
    queue(&db, [1, 2, 4, 5, 6].map(|id| at(id, None)).into_iter().chain(put_off).collect()).await;
    // The fourth was in flight then, and its worker is gone.
    in_tx(&db, async |tx| {
        let locked = delivery::ActiveModel {
            id: Set(DeliveryId(4)),
            locked_until: Set(ahead),
            ..Default::default()
        };
        locked.update(tx.conn()).await.unwrap();
    })
    .await;
    let mut claimed = claim(&db, claim_at(NOW)).await;
    claimed.sort_unstable();
    assert_eq!(claimed, [1, 2, 3, 4]);
}

#[tokio::test]
async fn what_shares_an_order_key_goes_one_after_the_other() {
    let db = fresh("delivery_order").await;
    stored(&db, given::peer(1, "one.example")).await;
    stored(&db, given::peer(2, "two.example")).await;
    let ordered = |id, peer| NewDelivery { order_key: 77, ..given::delivery(id, peer) };
    queue(&db, vec![ordered(1, 1), ordered(2, 1), ordered(3, 1), ordered(4, 2)]).await;

    assert_eq!(claim(&db, claim_at(NOW)).await, [1, 4], "another server is another order");
    let later = NOW + Span::minutes(1);
    let again = DeliveryEnd { run_at: later, ended_at: None, ..end(1, DeliveryState::Waiting) };
    finish(&db, "worker-a", &[again]).await;
    assert!(claim(&db, claim_at(NOW)).await.is_empty(), "the second waits for the first");
    assert_eq!(claim(&db, claim_at(later)).await, [1]);
    finish(&db, "worker-a", &[end(1, DeliveryState::Dead)]).await;
    assert_eq!(claim(&db, claim_at(later)).await, [2], "what is over holds nobody up");
}

/// a deletion must not overtake its post.
#[tokio::test]
async fn what_is_taken_back_on_its_way_holds_up_what_follows_until_it_is_over() {
    let db = fresh("delivery_taken_back").await;
    stored(&db, given::peer(1, "one.example")).await;
    let ordered = |id| NewDelivery { order_key: 77, ..given::delivery(id, 1) };
    queue(&db, vec![ordered(1), ordered(2)]).await;
    let cancel = "UPDATE delivery SET state = 'cancelled' WHERE id = ";

    assert_eq!(claim(&db, claim_at(NOW)).await, [1]);
    in_tx(&db, async |tx| tx.conn().execute_unprepared(&format!("{cancel} 1")).await.unwrap())
        .await;
    assert!(claim(&db, claim_at(NOW)).await.is_empty(), "it is still on its way");
    assert_eq!(finish(&db, "worker-a", &[end(1, DeliveryState::Done)]).await, 0);
    let row = delivery::Entity::find_by_id(DeliveryId(1)).one(db.read()).await.unwrap().unwrap();
    assert_eq!((row.state, row.locked_until), (DeliveryState::Cancelled, None));
    assert_eq!(claim(&db, claim_at(NOW)).await, [2]);
}

#[tokio::test]
async fn every_server_has_its_first_before_any_has_its_second() {
    let db = fresh("delivery_fairness").await;
    for peer in 1..=3 {
        stored(&db, given::peer(peer, &format!("peer{peer}.example"))).await;
    }
    let mut rows: Vec<_> = (1..=50).map(|id| given::delivery(id, 1)).collect();
    rows.extend([given::delivery(51, 2), given::delivery(52, 3)]);
    queue(&db, rows).await;

    assert_eq!(claim(&db, DeliveryClaim { limit: 4, ..claim_at(NOW) }).await, [1, 2, 51, 52]);
}

#[tokio::test]
async fn what_is_not_due_waits() {
    let db = fresh("delivery_due").await;
    stored(&db, given::peer(1, "one.example")).await;
    let later = NOW + Span::seconds(1);
    queue(&db, vec![NewDelivery { run_at: later, ..given::delivery(1, 1) }]).await;

    assert!(claim(&db, claim_at(NOW)).await.is_empty());
    assert_eq!(claim(&db, claim_at(later)).await, [1]);
}

#[tokio::test]
async fn a_lease_that_ran_out_is_claimed_again_and_the_late_answer_does_not_count() {
    let db = fresh("delivery_lease").await;
    stored(&db, given::peer(1, "one.example")).await;
    queue(&db, vec![given::delivery(1, 1)]).await;
    claim(&db, claim_at(NOW)).await;

    let later = NOW + LEASE;
    assert!(claim(&db, claim_at(later - Span(1))).await.is_empty());
    let second = DeliveryClaim { holder: "worker-b", ..claim_at(later) };
    assert_eq!(claim(&db, second).await, [1]);

    assert_eq!(finish(&db, "worker-a", &[end(1, DeliveryState::Dead)]).await, 0);
    assert_eq!(finish(&db, "worker-b", &[end(1, DeliveryState::Done)]).await, 1);
    let row = delivery::Entity::find_by_id(DeliveryId(1)).one(db.read()).await.unwrap().unwrap();
    assert_eq!((row.state, row.attempts), (DeliveryState::Done, 2));
    assert_eq!((row.locked_until, row.locked_by), (None, None));
    assert_eq!((row.last_status, row.ended_at), (Some(202), Some(NOW)));
}

#[tokio::test]
async fn workers_that_claim_at_once_never_share_a_row_or_overfill_a_window() {
    let db = fresh("delivery_race").await;
    stored(&db, given::peer(1, "one.example")).await;
    queue(&db, (1..=40).map(|id| given::delivery(id, 1)).collect()).await;

    let mut workers = JoinSet::new();
    for _ in 0..6 {
        let db = db.clone();
        workers.spawn(async move { claim(&db, claim_at(NOW)).await });
    }
    let mut all = workers.join_all().await.concat();
    all.sort_unstable();
    assert_eq!(all, (1..=8).collect::<Vec<_>>());
}

#[tokio::test]
async fn on_postgres_a_claim_waits_for_the_one_before_and_counts_it() {
    if kind() != DbKind::Postgres {
        return; // SQLite has one pen: two claims cannot meet.
    }
    let db = fresh("delivery_claim_lock").await;
    stored(&db, given::peer(1, "one.example")).await;
    queue(&db, (1..=20).map(|id| given::delivery(id, 1)).collect()).await;

    let first = db.begin().await.unwrap();
    assert_eq!(claim_deliveries(&first, &claim_at(NOW), None).await.unwrap().len(), 8);
    let mut second = JoinSet::new();
    let other = db.clone();
    second.spawn(async move { claim(&other, claim_at(NOW)).await });
    let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let mut met = None;
    while met.is_none() {
        let waiting = Statement::from_sql_and_values(DbBackend::Postgres, waiting, []);
        let row = db.read().query_one_raw(waiting).await.unwrap().unwrap();
        let is_waiting = row.try_get_by_index::<i64>(0).unwrap() > 0;
        met = second.try_join_next().map(Result::unwrap).or(is_waiting.then(Vec::new));
    }
    assert_eq!(met, Some(vec![]), "the second did not wait");
    first.commit().await.unwrap();
    assert!(second.join_all().await.concat().is_empty(), "the window is full");
}

/// What SQLite may walk over: the servers, and the few rows that the steps before found.
const OURS: [&str; 5] = ["p", "ready", "turns", "chosen", "due"];

#[tokio::test]
async fn a_claim_never_walks_over_the_queue() {
    let db = fresh("delivery_plan").await;
    for peer in 1..=20 {
        stored(&db, given::peer(peer, &format!("peer{peer}.example"))).await;
    }
    // Enough that walking over all of it looks dear to PostgreSQL.
    for chunk in 0..8_i64 {
        let rows = (1..=1_000).map(|n| given::delivery(chunk * 1_000 + n, n % 20 + 1)).collect();
        queue(&db, rows).await;
    }
    claim(&db, claim_at(NOW)).await;
    for statistics in ["SELECT 1", "ANALYZE"] {
        let tx = db.begin().await.unwrap();
        tx.conn().execute_unprepared(statistics).await.unwrap();
        let plan = explain_claim_deliveries(&tx, &claim_at(NOW)).await.unwrap();

        let walks = |line: &&String| match kind() {
            DbKind::Sqlite => line
                .strip_prefix("SCAN ")
                .is_some_and(|what| !what.starts_with("(subquery") && !OURS.contains(&what)),
            DbKind::Postgres => line.contains("Seq Scan on delivery"),
        };
        // What is due may be nearly everything, so the index of what is due is no help here.
        let wrong = |line: &&String| line.contains("delivery__state__run_at__id");
        let found = plan.iter().find(|line| walks(line) || wrong(line));
        assert_eq!(found, None, "in\n{}", plan.join("\n"));
        assert!(plan.iter().any(|line| line.contains("delivery__peer_id__state__order_key__id")));
    }
}
