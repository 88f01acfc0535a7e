//! Deliveries that are woken, buried or dropped together.

use carefolk_domain::{
    ActorId, Audience, DeliveryId, Moment, OutboxId, PeerId, PostId, Span, UriHash,
};
use carefolk_store::Db;
use carefolk_store::dialect::{
    NewDelivery, bury_overdue, drop_after_abandoned, drop_edits_after_abandoned,
    insert_deliveries_batch, wake_deliveries,
};
use carefolk_store::entity::delivery::{self, DeliveryState};
use carefolk_store::entity::{outbox_activity, peer};
use sea_orm::{ActiveModelTrait, EntityTrait, Set};

use crate::database::fresh;
use crate::given::{self, NOW, in_tx, stored};

async fn queue(db: &Db, rows: Vec<NewDelivery>) {
    in_tx(db, async |tx| insert_deliveries_batch(tx, &rows).await.unwrap()).await;
}

async fn all(db: &Db) -> Vec<delivery::Model> {
    let mut rows = delivery::Entity::find().all(db.read()).await.unwrap();
    rows.sort_by_key(|row| row.id);
    rows
}

async fn change(db: &Db, id: i64, change: impl FnOnce(&mut delivery::ActiveModel)) {
    in_tx(db, async move |tx| {
        let mut row = delivery::ActiveModel { id: Set(DeliveryId(id)), ..Default::default() };
        change(&mut row);
        row.update(tx.conn()).await.unwrap();
    })
    .await;
}

/// Activity number `id` of that type about post 1.
async fn said(db: &Db, id: i64, kind: &str) {
    let uri = format!("https://care.example/ap/activity/{id}");
    let row = outbox_activity::Model {
        id: OutboxId(id),
        actor_id: ActorId(1),
        uri_hash: UriHash::of(&uri),
        uri,
        slug: format!("slug{id}"),
        kind: kind.to_owned(),
        post_id: Some(PostId(1)),
        order_key: 77,
        audience: Audience::Public,
        body: "{}".to_owned(),
        created_at: NOW,
        proven_body: None,
        proven_by: None,
    };
    stored(db, row).await;
}

/// Activities `1..` of these types, each with a delivery of its number to the same inbox.
async fn told(name: &str, kinds: &[&str]) -> Db {
    let db = fresh(name).await;
    stored(&db, given::domain()).await;
    stored(&db, given::local_actor(1)).await;
    stored(&db, given::peer(1, "one.example")).await;
    for (id, kind) in (1..).zip(kinds) {
        said(&db, id, kind).await;
        queue(&db, vec![of(id, id, 1)]).await;
    }
    db
}

fn of(id: i64, activity: i64, peer: i64) -> NewDelivery {
    NewDelivery { activity_id: OutboxId(activity), order_key: 77, ..given::delivery(id, peer) }
}

async fn states(db: &Db) -> Vec<DeliveryState> {
    all(db).await.into_iter().map(|row| row.state).collect()
}

#[tokio::test]
async fn what_was_not_answered_is_due_again_and_what_was_refused_keeps_its_time() {
    let db = fresh("endings_wake").await;
    stored(&db, given::peer(1, "one.example")).await;
    stored(&db, given::peer(2, "two.example")).await;
    let later = NOW + Span::hours(8);
    let put_off = |id, peer| NewDelivery { run_at: later, ..given::delivery(id, peer) };
    queue(&db, (1..=7).map(|id| put_off(id, 1)).chain([put_off(8, 2)]).collect()).await;
    for (id, status) in [(1, None), (2, Some(500)), (3, Some(301)), (4, Some(404)), (5, Some(401))]
    {
        change(&db, id, |row| row.last_status = Set(status)).await;
    }
    change(&db, 6, |row| row.state = Set(DeliveryState::Dead)).await;
    change(&db, 7, |row| row.locked_until = Set(Some(NOW + Span::minutes(2)))).await;

    let woken = in_tx(&db, async |tx| wake_deliveries(tx, &[PeerId(1)], NOW).await.unwrap()).await;
    assert_eq!(woken, 3);
    let due: Vec<i64> =
        all(&db).await.iter().filter(|row| row.run_at <= NOW).map(|row| row.id.0).collect();
    assert_eq!(due, [1, 2, 3]);
    let none = in_tx(&db, async |tx| wake_deliveries(tx, &[], NOW).await.unwrap()).await;
    assert_eq!(none, 0);
}

#[tokio::test]
async fn what_waits_behind_a_server_that_failed_ever_since_is_buried() {
    let db = fresh("endings_bury").await;
    let long_ago = NOW - Span::days(15);
    let failing = |since: Moment| peer::Model {
        failures: 40,
        failing_since: Some(since),
        ..given::peer(1, "")
    };
    stored(&db, peer::Model { host: "one.example".into(), ..failing(long_ago) }).await;
    let lately = peer::Model { id: PeerId(2), host: "two.example".into(), ..failing(NOW) };
    stored(&db, lately).await;
    stored(&db, given::peer(3, "well.example")).await;
    let old = |id, peer| NewDelivery { created_at: long_ago, ..given::delivery(id, peer) };
    queue(&db, vec![old(1, 1), old(2, 1), old(3, 1), given::delivery(4, 1), old(5, 2), old(6, 3)])
        .await;
    change(&db, 3, |row| row.locked_until = Set(Some(NOW + Span::minutes(2)))).await;
    change(&db, 2, |row| row.last_error = Set(Some("connection refused".to_owned()))).await;

    let before = NOW - Span::days(14);
    let buried = async |limit| {
        let mut ids =
            in_tx(&db, async |tx| bury_overdue(tx, before, NOW, limit).await.unwrap()).await;
        ids.sort_unstable();
        ids
    };
    assert_eq!(buried(1).await.len(), 1);
    assert_eq!(buried(9).await.len(), 1);
    assert!(buried(9).await.is_empty());
    let rows = all(&db).await;
    let dead: Vec<_> = rows.iter().filter(|row| row.state == DeliveryState::Dead).collect();
    assert_eq!(dead.iter().map(|row| row.id.0).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(dead[0].last_error.as_deref(), Some("its turn never came"));
    assert_eq!(dead[1].last_error.as_deref(), Some("connection refused"));
    assert_eq!(dead[0].ended_at, Some(NOW));
}

#[tokio::test]
async fn changes_are_dropped_with_what_they_change_for_that_inbox_alone() {
    use DeliveryState::{Dead, Waiting};
    let kinds = ["Create", "Update", "Like", "Delete"];
    for status in [Some(422), Some(500), None] {
        let db = told(&format!("endings_drop_{}", status.unwrap_or(0)), &kinds).await;
        stored(&db, given::peer(2, "two.example")).await;
        let elsewhere =
            NewDelivery { inbox_url: "https://one.example/other".into(), ..of(5, 2, 1) };
        let other = NewDelivery { order_key: 78, ..of(6, 2, 1) };
        queue(&db, vec![elsewhere, other, of(7, 2, 2)]).await;
        change(&db, 1, |row| {
            row.state = Set(Dead);
            row.last_status = Set(status);
        })
        .await;
        let given_up = [DeliveryId(1)];
        in_tx(&db, async |tx| drop_after_abandoned(tx, &given_up, NOW).await.unwrap()).await;
        assert_eq!(states(&db).await, [Dead, Dead, Waiting, Waiting, Waiting, Waiting, Waiting]);
        assert_eq!(all(&db).await[1].ended_at, Some(NOW));
    }
    // An Update takes nothing with it.
    let db = told("endings_drop_update", &["Create", "Update", "Update"]).await;
    change(&db, 2, |row| row.state = Set(Dead)).await;
    let given_up = [DeliveryId(2)];
    let dropped =
        in_tx(&db, async |tx| drop_after_abandoned(tx, &given_up, NOW).await.unwrap()).await;
    assert_eq!(dropped, 0);
}

#[tokio::test]
async fn an_edit_said_later_is_dropped_where_its_post_was_given_up() {
    use DeliveryState::{Cancelled, Dead, Done, Waiting};
    for (create, status, update) in [
        (Dead, Some(422), Dead),
        (Dead, None, Dead),
        (Cancelled, None, Dead),
        (Done, Some(202), Waiting),
        (Waiting, None, Waiting),
    ] {
        let name = format!("endings_later_{create:?}_{}", status.unwrap_or(0)).to_lowercase();
        let db = told(&name, &["Create", "Update", "Delete"]).await;
        change(&db, 1, |row| {
            row.state = Set(create);
            row.last_status = Set(status);
        })
        .await;
        in_tx(&db, async |tx| drop_edits_after_abandoned(tx, &[DeliveryId(2)], NOW).await.unwrap())
            .await;
        assert_eq!(states(&db).await, [create, update, Waiting], "{create:?} {status:?}");
    }
}
