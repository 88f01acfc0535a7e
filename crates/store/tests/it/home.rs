//! Home timelines.

use carefolk_domain::{AccountId, AccountState, ActorId, PostId, Role, Span};
use carefolk_store::Db;
use carefolk_store::dialect::{home_readers, insert_home_batch, trim_home};
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::{account, follow, home};
use sea_orm::{EntityTrait, QueryOrder};

use crate::database::fresh;
use crate::given::{self, NOW, in_tx, stored};

async fn all(db: &Db) -> Vec<(i64, i64)> {
    let rows = home::Entity::find().order_by_asc(home::Column::AccountId);
    let rows = rows.order_by_asc(home::Column::PostId).all(db.read()).await.unwrap();
    rows.into_iter().map(|row| (row.account_id.0, row.post_id.0)).collect()
}

#[tokio::test]
async fn a_post_stands_once_in_a_timeline() {
    let db = fresh("home_once").await;
    let rows = [(AccountId(1), PostId(5), None), (AccountId(2), PostId(5), None)];
    in_tx(&db, async |tx| insert_home_batch(tx, &rows).await.unwrap()).await;
    let more = [(AccountId(1), PostId(5), Some(ActorId(3))), (AccountId(1), PostId(6), None)];
    in_tx(&db, async |tx| insert_home_batch(tx, &more).await.unwrap()).await;
    assert_eq!(all(&db).await, [(1, 5), (1, 6), (2, 5)]);
}

#[tokio::test]
async fn of_two_who_pass_it_on_the_first_stands_with_a_post() {
    let db = fresh("home_first").await;
    let by = |actor: i64| (AccountId(1), PostId(5), Some(ActorId(actor)));
    in_tx(&db, async |tx| insert_home_batch(tx, &[by(8), by(7)]).await.unwrap()).await;
    in_tx(&db, async |tx| insert_home_batch(tx, &[by(6)]).await.unwrap()).await;
    let rows = home::Entity::find().all(db.read()).await.unwrap();
    let brought: Vec<_> = rows.iter().map(|row| row.boosted_by).collect();
    assert_eq!(brought, [Some(ActorId(8))]);
}

#[tokio::test]
async fn trimming_leaves_the_newest_and_other_peoples_timelines() {
    let db = fresh("home_trim").await;
    let mut rows: Vec<_> = (1..=2_500).map(|post| (AccountId(1), PostId(post), None)).collect();
    rows.push((AccountId(2), PostId(1), None));
    in_tx(&db, async |tx| insert_home_batch(tx, &rows).await.unwrap()).await;

    let gone = in_tx(&db, async |tx| trim_home(tx, AccountId(1), 800).await.unwrap()).await;
    let again = in_tx(&db, async |tx| trim_home(tx, AccountId(1), 800).await.unwrap()).await;

    assert_eq!((gone, again), (1_700, 0));
    let left = all(&db).await;
    assert_eq!((left.len(), left[0], left[800]), (801, (1, 1_701), (2, 1)));
}

fn account(actor: i64, seen_before: Span) -> account::Model {
    account::Model {
        id: AccountId(actor * 10),
        actor_id: ActorId(actor),
        email: format!("{actor}@care.example"),
        email_folded: format!("{actor}@care.example"),
        password_hash: None,
        role: Role::Member,
        state: AccountState::Active,
        locale: None,
        created_at: NOW,
        last_seen_at: Some(NOW - seen_before),
    }
}

#[tokio::test]
async fn what_somebody_says_is_for_them_and_for_all_who_follow_and_were_here_lately() {
    let db = fresh("home_readers").await;
    stored(&db, given::domain()).await;
    for id in 1..=3 {
        stored(&db, given::local_actor(id)).await;
    }
    for id in [8, 9] {
        stored(&db, given::remote_actor(id, "one.example")).await;
    }
    for (actor, seen) in [(1, Span::days(1)), (2, Span::days(1)), (3, Span::days(20))] {
        stored(&db, account(actor, seen)).await;
    }
    // The second asked the ninth and was not answered; the third was not here for long.
    let follows = [(1, 1, 8), (2, 2, 8), (3, 3, 8), (4, 1, 9), (5, 2, 9), (6, 1, 2)];
    for (id, from, to) in follows {
        let row = given::follow(id, ActorId(from), ActorId(to));
        let state = if id == 5 { FollowState::Pending } else { row.state };
        stored(&db, follow::Model { state, ..row }).await;
    }
    let readers = async |actors: &[i64]| {
        let actors: Vec<_> = actors.iter().map(|id| ActorId(*id)).collect();
        let since = NOW - Span::days(14);
        let found = in_tx(&db, async |tx| home_readers(tx, &actors, since).await.unwrap()).await;
        let mut pairs: Vec<_> = found.iter().map(|(a, b)| (a.0, b.0)).collect();
        pairs.sort_unstable();
        pairs
    };
    assert_eq!(readers(&[8, 9]).await, [(8, 10), (8, 20), (9, 10)]);
    assert_eq!(readers(&[2]).await, [(2, 10), (2, 20)]);
    assert_eq!(readers(&[3]).await, []);
    assert_eq!(readers(&[]).await, []);
}
