//! Home timelines.

use carefolk_domain::{AccountId, PostId};
use carefolk_store::Db;
use carefolk_store::dialect::{insert_home_batch, trim_home};
use carefolk_store::entity::home;
use sea_orm::{EntityTrait, QueryOrder};

use crate::database::fresh;
use crate::given::in_tx;

async fn all(db: &Db) -> Vec<(i64, i64)> {
    let rows = home::Entity::find().order_by_asc(home::Column::AccountId);
    let rows = rows.order_by_asc(home::Column::PostId).all(db.read()).await.unwrap();
    rows.into_iter().map(|row| (row.account_id.0, row.post_id.0)).collect()
}

#[tokio::test]
async fn a_post_stands_once_in_a_timeline() {
    let db = fresh("home_once").await;
    let rows = [(AccountId(1), PostId(5)), (AccountId(2), PostId(5))];
    in_tx(&db, async |tx| insert_home_batch(tx, &rows, None).await.unwrap()).await;
    let more = [(AccountId(1), PostId(5)), (AccountId(1), PostId(6))];
    in_tx(&db, async |tx| insert_home_batch(tx, &more, None).await.unwrap()).await;
    assert_eq!(all(&db).await, [(1, 5), (1, 6), (2, 5)]);
}

#[tokio::test]
async fn trimming_leaves_the_newest_and_other_peoples_timelines() {
    let db = fresh("home_trim").await;
    let mut rows: Vec<_> = (1..=2_500).map(|post| (AccountId(1), PostId(post))).collect();
    rows.push((AccountId(2), PostId(1)));
    in_tx(&db, async |tx| insert_home_batch(tx, &rows, None).await.unwrap()).await;

    let gone = in_tx(&db, async |tx| trim_home(tx, AccountId(1), 800).await.unwrap()).await;
    let again = in_tx(&db, async |tx| trim_home(tx, AccountId(1), 800).await.unwrap()).await;

    assert_eq!((gone, again), (1_700, 0));
    let left = all(&db).await;
    assert_eq!((left.len(), left[0], left[800]), (801, (1, 1_701), (2, 1)));
}
