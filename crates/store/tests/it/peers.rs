//! Other servers: whom a post goes to, and rows that are made when they are needed.

use std::time::Duration;

use carefolk_domain::{ActorId, ActorState, PeerId, Standing};
use carefolk_store::dialect::{
    FollowerInbox, NewPeer, ensure_peers, follower_inboxes, hold_peers, settle_standings,
};
use carefolk_store::entity::follow::{self, FollowState};
use carefolk_store::entity::{actor, peer};
use carefolk_store::{Db, DbKind};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

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
