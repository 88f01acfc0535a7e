//! Worker slots, and the floor of the mint.

use carefolk_domain::{Moment, Span};
use carefolk_store::dialect::{highest_id, lease_worker, release_worker, renew_worker};
use carefolk_store::{Db, DbKind, Worker};
use sea_orm::ConnectionTrait;

use crate::database::{fresh, kind};
use crate::given::{NOW, in_tx};
use crate::migrations::tables;

const LEASE: Span = Span::minutes(1);

async fn lease(db: &Db, holder: &str, now: Moment) -> Option<u16> {
    let got = in_tx(db, async |tx| lease_worker(tx, holder, now, now + LEASE).await.unwrap()).await;
    got.map(Worker::slot)
}

#[tokio::test]
async fn each_process_gets_a_slot_of_its_own() {
    let db = fresh("worker_slots").await;
    assert_eq!(lease(&db, "serve", NOW).await, Some(0));
    assert_eq!(lease(&db, "console", NOW).await, Some(1));
}

/// whose lease ran out may be alive, after a jump of the clock.
#[tokio::test]
async fn what_ran_out_is_taken_last_and_the_oldest_of_it_first() {
    let db = fresh("worker_ran_out").await;
    for slot in 0..64 {
        let at = if slot == 5 { NOW - Span(1) } else { NOW };
        assert_eq!(lease(&db, &format!("process-{slot}"), at).await, Some(slot));
        if slot == 1 {
            assert_eq!(lease(&db, "late", NOW + LEASE).await, Some(2), "nobody has it");
            let slot = Worker::new(2).unwrap();
            in_tx(&db, async |tx| release_worker(tx, slot, "late").await.unwrap()).await;
        }
    }
    assert_eq!(lease(&db, "later", NOW + LEASE).await, Some(5));
}

#[tokio::test]
async fn a_lease_is_renewed_by_its_holder_alone() {
    let db = fresh("worker_renew").await;
    lease(&db, "serve", NOW).await;
    let slot = Worker::new(0).unwrap();
    let renew = async |holder| {
        let until = NOW + LEASE + LEASE;
        in_tx(&db, async |tx| renew_worker(tx, slot, holder, until).await.unwrap()).await
    };
    assert!(renew("serve").await);
    assert_eq!(lease(&db, "console", NOW + LEASE).await, Some(1), "slot 0 was renewed");
    assert!(!renew("console").await);
}

#[tokio::test]
async fn a_released_slot_is_free_at_once() {
    let db = fresh("worker_release").await;
    lease(&db, "serve", NOW).await;
    let slot = Worker::new(0).unwrap();
    in_tx(&db, async |tx| release_worker(tx, slot, "somebody else").await.unwrap()).await;
    assert_eq!(lease(&db, "console", NOW).await, Some(1));
    in_tx(&db, async |tx| release_worker(tx, slot, "serve").await.unwrap()).await;
    assert_eq!(lease(&db, "third", NOW).await, Some(0));
}

#[tokio::test]
async fn the_sixty_fifth_process_gets_no_slot() {
    let db = fresh("worker_full").await;
    for slot in 0..64 {
        assert_eq!(lease(&db, &format!("process-{slot}"), NOW).await, Some(slot));
    }
    assert_eq!(lease(&db, "one more", NOW).await, None);
}

#[tokio::test]
async fn the_floor_is_the_highest_id_of_every_table() {
    let db = fresh("worker_floor").await;
    assert_eq!(highest_id(db.read()).await.unwrap(), 0);
    let mut id = 1_000_000;
    for (table, columns) in tables(&db).await {
        if !columns.iter().any(|column| column.name == "id") || table == "seaql_migrations" {
            continue;
        }
        id += 1;
        let tx = db.begin().await.unwrap();
        // The row refers to nothing that is there; it goes when `tx` is dropped.
        let lenient = match kind() {
            DbKind::Sqlite => "PRAGMA defer_foreign_keys = ON",
            DbKind::Postgres => "SET LOCAL session_replication_role = replica",
        };
        tx.conn().execute_unprepared(lenient).await.unwrap();
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let values: Vec<String> = columns.iter().map(|column| column.sample(id)).collect();
        let names = names.join("\", \"");
        let insert = format!("INSERT INTO {table} (\"{names}\") VALUES ({})", values.join(", "));
        tx.conn().execute_unprepared(&insert).await.unwrap();
        assert_eq!(highest_id(tx.conn()).await.unwrap(), id, "{table} is not looked at");
    }
    assert_eq!(id, 1_000_023, "as many tables have ids of ours");
}
