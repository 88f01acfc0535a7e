//! What other servers tell us: once each, in order, and not lost.

use carefolk_domain::{InboundId, Span};
use carefolk_store::dialect::Insertion::{Known, New};
use carefolk_store::dialect::{
    Blame, InboundEnd, Starts, claim_inbound, finish_inbound, insert_inbound_batch, waiting_inbound,
};
use carefolk_store::entity::inbound_activity::{self, InboundState};
use sea_orm::EntityTrait;

use crate::database::fresh;
use crate::given::{self, NOW, in_tx};

const LEASE: Span = Span::minutes(2);

#[tokio::test]
async fn an_activity_that_comes_twice_is_stored_once() {
    let db = fresh("inbound_twice").await;
    let first =
        [given::inbound(1, "https://a.example/1"), given::inbound(2, "https://a.example/2")];
    let second = [
        given::inbound(3, "https://a.example/2"),
        given::inbound(4, "https://a.example/3"),
        given::inbound(5, "https://a.example/3"),
    ];

    let one = in_tx(&db, async |tx| insert_inbound_batch(tx, &first).await.unwrap()).await;
    let two = in_tx(&db, async |tx| insert_inbound_batch(tx, &second).await.unwrap()).await;

    assert_eq!((one, two), (vec![New, New], vec![Known, New, Known]));
    let mut rows = inbound_activity::Entity::find().all(db.read()).await.unwrap();
    rows.sort_by_key(|row| row.id);
    assert_eq!(rows, [first[0].clone(), first[1].clone(), second[1].clone()]);
}

#[tokio::test]
async fn nothing_to_store_is_no_error() {
    let db = fresh("inbound_nothing").await;
    in_tx(&db, async |tx| {
        assert!(insert_inbound_batch(tx, &[]).await.unwrap().is_empty());
        finish_inbound(tx, &[]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_is_claimed_is_hidden_until_its_lease_ends() {
    let db = fresh("inbound_lease").await;
    let rows: Vec<_> =
        (1..=5).map(|id| given::inbound(id, &format!("https://a.example/{id}"))).collect();
    in_tx(&db, async |tx| insert_inbound_batch(tx, &rows).await.unwrap()).await;
    let claim = async |now| {
        let got = in_tx(&db, async |tx| {
            claim_inbound(tx, now, now + LEASE, Starts::Below(9), 3).await.unwrap()
        })
        .await;
        got.into_iter().map(|row| (row.id.0, row.attempts)).collect::<Vec<_>>()
    };

    assert_eq!(claim(NOW).await, [(1, 1), (2, 1), (3, 1)]);
    assert_eq!(claim(NOW).await, [(4, 1), (5, 1)]);
    assert!(claim(NOW).await.is_empty());
    assert_eq!(claim(NOW + LEASE).await, [(1, 2), (2, 2), (3, 2)]);
}

#[tokio::test]
async fn what_was_begun_often_is_claimed_apart() {
    let db = fresh("inbound_often").await;
    let row = |id: i64, attempts, waits| inbound_activity::Model {
        attempts,
        waits,
        ..given::inbound(id, &format!("https://a.example/{id}"))
    };
    let rows = [row(1, 2, 0), row(2, 1, 0), row(3, 9, 8), row(4, 3, 0)];
    in_tx(&db, async |tx| insert_inbound_batch(tx, &rows).await.unwrap()).await;
    let claim = async |starts, limit| {
        let claim =
            async |tx: &_| claim_inbound(tx, NOW, NOW + LEASE, starts, limit).await.unwrap();
        let got = in_tx(&db, claim).await;
        got.into_iter().map(|row| row.id.0).collect::<Vec<_>>()
    };
    assert_eq!(
        claim(Starts::Below(2), 9).await,
        [2, 3],
        "a try that another spoilt counts as none"
    );
    assert_eq!(claim(Starts::From(2), 1).await, [1]);
    assert_eq!(claim(Starts::From(2), 9).await, [4]);
}

#[tokio::test]
async fn an_end_is_written_down_and_ends_the_work() {
    let db = fresh("inbound_end").await;
    let rows = [given::inbound(1, "https://a.example/1"), given::inbound(2, "https://a.example/2")];
    in_tx(&db, async |tx| insert_inbound_batch(tx, &rows).await.unwrap()).await;
    in_tx(&db, async |tx| claim_inbound(tx, NOW, NOW + LEASE, Starts::Below(9), 9).await.unwrap())
        .await;
    let later = NOW + Span::seconds(30);
    let ends = [
        InboundEnd {
            id: InboundId(1),
            state: InboundState::Ignored,
            run_at: NOW,
            blame: Blame::Ours,
            outcome: Some("type".to_owned()),
            error: None,
            keep: false,
        },
        InboundEnd {
            id: InboundId(2),
            state: InboundState::Waiting,
            run_at: later,
            blame: Blame::Theirs,
            outcome: None,
            error: Some("no answer".to_owned()),
            keep: false,
        },
    ];
    in_tx(&db, async |tx| finish_inbound(tx, &ends).await.unwrap()).await;

    let ignored =
        inbound_activity::Entity::find_by_id(InboundId(1)).one(db.read()).await.unwrap().unwrap();
    assert_eq!((ignored.state, ignored.outcome.as_deref()), (InboundState::Ignored, Some("type")));
    assert_eq!(ignored.locked_until, None);
    assert_eq!(ignored.body, "", "what is over keeps no words");
    let again = in_tx(&db, async |tx| {
        claim_inbound(tx, later, later + LEASE, Starts::Below(9), 9).await.unwrap()
    })
    .await;
    assert_eq!(again.len(), 1);
    assert_eq!((again[0].id, again[0].error.as_deref()), (InboundId(2), Some("no answer")));
    assert_eq!((again[0].body.as_str(), again[0].attempts, again[0].waits), ("{}", 2, 1));
}

#[tokio::test]
async fn what_there_was_no_room_for_counts_as_no_try() {
    let db = fresh("inbound_no_room").await;
    let rows = [given::inbound(1, "https://a.example/1")];
    in_tx(&db, async |tx| insert_inbound_batch(tx, &rows).await.unwrap()).await;
    in_tx(&db, async |tx| claim_inbound(tx, NOW, NOW + LEASE, Starts::Below(9), 9).await.unwrap())
        .await;
    let end = InboundEnd {
        id: InboundId(1),
        state: InboundState::Waiting,
        run_at: NOW,
        blame: Blame::NoRoom,
        outcome: None,
        error: None,
        keep: false,
    };
    in_tx(&db, async |tx| finish_inbound(tx, &[end]).await.unwrap()).await;
    let again = in_tx(&db, async |tx| {
        claim_inbound(tx, NOW, NOW + LEASE, Starts::Below(9), 9).await.unwrap()
    })
    .await;
    assert_eq!((again[0].attempts, again[0].waits), (1, 0));
}

#[tokio::test]
async fn only_what_waits_is_still_to_be_worked_on() {
    let db = fresh("inbound_waiting").await;
    let done = inbound_activity::Model {
        state: InboundState::Done,
        ..given::inbound(2, "https://a.example/2")
    };
    let rows = [given::inbound(1, "https://a.example/1"), done];
    in_tx(&db, async |tx| insert_inbound_batch(tx, &rows).await.unwrap()).await;
    let ids = [InboundId(1), InboundId(2), InboundId(3)];
    let waiting = in_tx(&db, async |tx| waiting_inbound(tx, &ids).await.unwrap()).await;
    assert_eq!(waiting, [InboundId(1)].into());
}
