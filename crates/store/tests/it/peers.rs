//! Other servers: whom a post goes to, and rows that are made when they are needed.

use std::time::Duration;

use carefolk_domain::{ActorId, ActorState, DeliveryId, FollowId, OutboxId, PeerId, Standing};
use carefolk_store::dialect::{
    FollowerAt, FollowerInbox, NewDelivery, NewPeer, ensure_peers, follower_inboxes,
    follower_inboxes_at, followers_after, hold_peers, insert_deliveries_batch, settle_standings,
    told_inboxes,
};
use carefolk_store::entity::delivery::{self, DeliveryState};
use carefolk_store::entity::follow::{self, FollowState};
use carefolk_store::entity::{actor, peer};
use carefolk_store::{Db, DbKind, WriteTx};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set,
};

use crate::database::fresh;
use crate::given::{self, NOW, in_tx, stored};

const AUTHOR: ActorId = ActorId(1);

async fn follower(db: &Db, row: actor::Model) {
    let id = row.id;
    stored(db, row).await;
    stored(db, given::follow(id.0, id, AUTHOR)).await;
}

#[tokio::test]
async fn each_inbox_of_the_followers_is_named_once() {
    let db = fresh("peer_inboxes").await;
    stored(&db, given::domain()).await;
    stored(&db, given::local_actor(1)).await;
    stored(&db, given::peer(1, "one.example")).await;
    follower(&db, given::remote_actor(2, "one.example")).await;
    follower(&db, given::remote_actor(3, "one.example")).await;
    follower(&db, given::local_actor(4)).await;
    let lonely = actor::Model { shared_inbox: None, ..given::remote_actor(5, "two.example") };
    follower(&db, lonely).await;

    let inboxes = follower_inboxes(db.read(), AUTHOR).await.unwrap();
    let wanted = [
        ("https://one.example/inbox", "one.example", Some(PeerId(1))),
        ("https://two.example/users/5/inbox", "two.example", None),
    ]
    .map(|(inbox, host, peer)| FollowerInbox { inbox: inbox.into(), host: host.into(), peer });
    assert_eq!(inboxes, wanted);
}

#[tokio::test]
async fn the_inboxes_of_followers_are_found_by_what_their_server_runs() {
    let db = fresh("peer_software").await;
    stored(&db, given::domain()).await;
    stored(&db, given::local_actor(1)).await;
    let runs = |id, host, software: Option<&str>| peer::Model {
        software: software.map(str::to_owned),
        ..given::peer(id, host)
    };
    for (id, host, software) in [
        (1, "one.example", Some("Lemmy")),
        (2, "two.example", Some("mastodon")),
        (3, "three.example", None),
        (4, "four.example", Some("piefed")),
    ] {
        stored(&db, runs(id, host, software)).await;
        follower(&db, given::remote_actor(id + 1, host)).await;
    }
    follower(&db, given::remote_actor(6, "one.example")).await;
    let banned = ActorState::Suspended;
    let lonely = actor::Model { shared_inbox: None, ..given::remote_actor(7, "one.example") };
    follower(&db, actor::Model { state: banned, ..lonely }).await;
    let suspended =
        peer::Model { effective: Standing::Suspended, ..runs(5, "bad.example", Some("lemmy")) };
    stored(&db, suspended).await;
    follower(&db, given::remote_actor(8, "bad.example")).await;
    // Whoever does not follow is not told.
    stored(&db, runs(6, "else.example", Some("lemmy"))).await;
    stored(&db, given::remote_actor(9, "else.example")).await;

    let found = follower_inboxes_at(db.read(), AUTHOR, &["lemmy", "piefed"]).await.unwrap();
    assert_eq!(found, ["https://four.example/inbox", "https://one.example/inbox"]);
}

#[tokio::test]
async fn followers_come_page_by_page_in_the_order_of_their_rows() {
    let db = fresh("peer_pages").await;
    stored(&db, given::domain()).await;
    stored(&db, given::local_actor(1)).await;
    stored(&db, given::peer(1, "one.example")).await;
    for id in [5, 3, 2] {
        follower(&db, given::remote_actor(id, "one.example")).await;
    }
    follower(&db, given::local_actor(4)).await;
    let lonely = actor::Model { shared_inbox: None, ..given::remote_actor(6, "two.example") };
    follower(&db, lonely).await;
    let banned = ActorState::Suspended;
    follower(&db, actor::Model { state: banned, ..given::remote_actor(7, "two.example") }).await;
    let suspended = peer::Model { effective: Standing::Suspended, ..given::peer(3, "bad.example") };
    stored(&db, suspended).await;
    follower(&db, given::remote_actor(8, "bad.example")).await;

    let page = async |after, limit| {
        let read =
            async |tx: &WriteTx| followers_after(tx, AUTHOR, FollowId(after), limit).await.unwrap();
        let rows = in_tx(&db, read).await;
        rows.into_iter().map(|row| row.follow.0).collect::<Vec<_>>()
    };
    assert_eq!(page(0, 2).await, [2, 3]);
    assert_eq!(page(3, 2).await, [5, 6]);
    assert!(page(6, 2).await.is_empty());
    let read = async |tx: &WriteTx| followers_after(tx, AUTHOR, FollowId(5), 9).await.unwrap();
    let last = in_tx(&db, read).await;
    let wanted = FollowerAt {
        follow: FollowId(6),
        inbox: "https://two.example/users/6/inbox".into(),
        host: "two.example".into(),
        peer: None,
    };
    assert_eq!(last, [wanted]);
}

/// Who ends a follow takes back what waits, and has to see what is being written just then.
#[tokio::test]
async fn nobody_stops_following_while_a_page_is_written() {
    let db = fresh("peer_held").await;
    if db.kind() == DbKind::Sqlite {
        return; // one change at a time
    }
    stored(&db, given::domain()).await;
    stored(&db, given::local_actor(1)).await;
    follower(&db, given::remote_actor(2, "one.example")).await;
    let page = db.begin().await.unwrap();
    assert_eq!(followers_after(&page, AUTHOR, FollowId(0), 9).await.unwrap().len(), 1);
    let end = async |tx: &WriteTx| {
        tx.conn().execute_unprepared("SET LOCAL lock_timeout = '50ms'").await.unwrap();
        follow::Entity::delete_many().exec(tx.conn()).await
    };
    let other = db.begin().await.unwrap();
    assert!(end(&other).await.is_err(), "it waits for the page");
    drop(other);
    page.commit().await.unwrap();
    assert_eq!(in_tx(&db, end).await.unwrap().rows_affected, 1);
}

#[tokio::test]
async fn what_an_inbox_was_told_is_seen_whatever_became_of_it() {
    let db = fresh("peer_told").await;
    stored(&db, given::peer(1, "one.example")).await;
    stored(&db, given::peer(2, "two.example")).await;
    let to = |id, peer, activity, inbox: &str| NewDelivery {
        activity_id: OutboxId(activity),
        order_key: 7,
        inbox_url: inbox.to_owned(),
        ..given::delivery(id, peer)
    };
    let rows = [to(1, 1, 5, "a"), to(2, 1, 5, "b"), to(3, 1, 6, "c"), to(4, 2, 5, "d")];
    in_tx(&db, async |tx| insert_deliveries_batch(tx, &rows).await.unwrap()).await;
    for (id, state) in [(1, DeliveryState::Done), (2, DeliveryState::Cancelled)] {
        in_tx(&db, async |tx| {
            let id = Set(DeliveryId(id));
            let row = delivery::ActiveModel { id, state: Set(state), ..Default::default() };
            row.update(tx.conn()).await.unwrap();
        })
        .await;
    }
    let told = async |peers: &[PeerId]| {
        let told = async |tx: &WriteTx| told_inboxes(tx, OutboxId(5), 7, peers).await.unwrap();
        let mut told = in_tx(&db, told).await;
        told.sort();
        told
    };
    assert_eq!(told(&[PeerId(1)]).await, ["a", "b"]);
    assert_eq!(told(&[PeerId(1), PeerId(2)]).await, ["a", "b", "d"]);
    assert!(told(&[]).await.is_empty());
}

#[tokio::test]
async fn nothing_goes_to_who_does_not_follow_or_is_suspended() {
    let db = fresh("peer_suspended").await;
    stored(&db, given::domain()).await;
    stored(&db, given::local_actor(1)).await;
    let suspended = peer::Model { effective: Standing::Suspended, ..given::peer(1, "one.example") };
    stored(&db, suspended).await;
    follower(&db, given::remote_actor(2, "one.example")).await;
    let banned =
        actor::Model { state: ActorState::Suspended, ..given::remote_actor(3, "two.example") };
    follower(&db, banned).await;
    stored(&db, given::remote_actor(4, "three.example")).await;
    let asked = given::follow(4, ActorId(4), AUTHOR);
    stored(&db, follow::Model { state: FollowState::Pending, ..asked }).await;

    assert!(follower_inboxes(db.read(), AUTHOR).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_server_has_one_row_however_often_it_is_met() {
    let db = fresh("peer_ensure").await;
    stored(&db, given::peer(1, "one.example")).await;
    let met = |id, host: &str| NewPeer { id: PeerId(id), host: host.to_owned() };
    let peers = [met(2, "one.example"), met(3, "two.example"), met(4, "two.example")];

    let ids = in_tx(&db, async |tx| ensure_peers(tx, NOW, &peers).await.unwrap()).await;
    assert_eq!(ids.len(), 2);
    assert_eq!((ids["one.example"], ids["two.example"]), (PeerId(1), PeerId(3)));
}

#[tokio::test]
async fn what_holds_for_a_server_is_the_nearest_decision_above_it() {
    let db = fresh("peer_settle").await;
    let met = |id, host: &str| NewPeer { id: PeerId(id), host: host.to_owned() };
    let hosts = ["rude.example", "a.rude.example", "good.a.rude.example", "crude.example"];
    let peers: Vec<NewPeer> = (1..).zip(hosts).map(|(id, host)| met(id, host)).collect();
    in_tx(&db, async |tx| ensure_peers(tx, NOW, &peers).await.unwrap()).await;
    for (host, standing) in
        [("rude.example", Standing::Suspended), ("good.a.rude.example", Standing::Allowed)]
    {
        in_tx(&db, async |tx| {
            peer::Entity::update_many()
                .col_expr(peer::Column::Standing, Expr::value(standing))
                .filter(peer::Column::Host.eq(host))
                .exec(tx.conn())
                .await
                .unwrap();
            settle_standings(tx, host).await.unwrap();
        })
        .await;
    }
    // Who is met later is held to the same.
    let late = [met(9, "late.rude.example"), met(10, "late.good.a.rude.example")];
    in_tx(&db, async |tx| ensure_peers(tx, NOW, &late).await.unwrap()).await;

    let rows = peer::Entity::find().order_by_asc(peer::Column::Id).all(db.read()).await.unwrap();
    let found: Vec<_> = rows.iter().map(|row| (row.host.as_str(), row.effective)).collect();
    let wanted = [
        ("rude.example", Standing::Suspended),
        ("a.rude.example", Standing::Suspended),
        ("good.a.rude.example", Standing::Allowed),
        ("crude.example", Standing::Unknown),
        ("late.rude.example", Standing::Suspended),
        ("late.good.a.rude.example", Standing::Allowed),
    ];
    assert_eq!(found, wanted);
}

#[tokio::test]
async fn a_change_waits_for_servers_that_another_one_holds() {
    let db = fresh("peers_held").await;
    if db.kind() == DbKind::Sqlite {
        return;
    }
    for id in [1, 2] {
        stored(&db, given::peer(id, &format!("p{id}.example"))).await;
    }
    let first = db.begin().await.unwrap();
    hold_peers(&first, &[PeerId(2)]).await.unwrap();
    let second = db.begin().await.unwrap();
    let all = [PeerId(2), PeerId(1)];
    let mut held = std::pin::pin!(hold_peers(&second, &all));
    let early = tokio::time::timeout(Duration::from_millis(300), &mut held).await;
    assert!(early.is_err(), "the first holds one of them");
    first.commit().await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), held).await.unwrap().unwrap();
}
