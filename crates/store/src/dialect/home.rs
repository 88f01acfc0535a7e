//! Home timelines: written when something is said, trimmed when they grow.

use carefolk_domain::{AccountId, ActorId, Moment, PostId};
use sea_orm::{ConnectionTrait, QueryResult};

use super::sql::{Sql, padded, sized};
use crate::error::StoreError;
use crate::tx::WriteTx;

/// Puts posts into home timelines, each with who passed it on; what is there already stays, and of two of
/// these the first.
///
/// # Errors
///
/// As any statement.
pub async fn insert_home_batch(
    tx: &WriteTx,
    rows: &[(AccountId, PostId, Option<ActorId>)],
) -> Result<(), StoreError> {
    for chunk in sized(rows) {
        let values = chunk
            .iter()
            .map(|(account, post, by)| [(*account).into(), (*post).into(), (*by).into()]);
        let statement = Sql::new("INSERT INTO home (account_id, post_id, boosted_by) VALUES ", [])
            .rows(values)
            .text(" ON CONFLICT (account_id, post_id) DO NOTHING")
            .on(tx.conn());
        tx.conn().execute_raw(statement).await?;
    }
    Ok(())
}

/// Whose homes what these actors say belongs into: the accounts behind them, and those that follow them,
/// as far as they were seen since `seen_since`. Each actor with each account, once.
///
/// # Errors
///
/// As any statement.
pub async fn home_readers(
    tx: &WriteTx,
    actors: &[ActorId],
    seen_since: Moment,
) -> Result<Vec<(ActorId, AccountId)>, StoreError> {
    const FOLLOWERS: &str = "SELECT f.followee_id, a.id FROM follow f \
        JOIN account a ON a.actor_id = f.follower_id \
        WHERE f.state = 'accepted' AND a.last_seen_at >= $1 AND f.followee_id IN (VALUES ";
    const THEMSELVES: &str = ") UNION SELECT actor_id, id FROM account \
        WHERE last_seen_at >= $1 AND actor_id IN (VALUES ";
    let actors = padded(actors.iter().copied());
    if actors.is_empty() {
        return Ok(Vec::new());
    }
    let rows = || actors.iter().map(|actor| [(*actor).into()]);
    let statement = Sql::new(FOLLOWERS, [seen_since.into()])
        .rows(rows())
        .text(THEMSELVES)
        .rows(rows())
        .text(")")
        .on(tx.conn());
    let found = tx.conn().query_all_raw(statement).await?;
    let pair = |row: &QueryResult| {
        Ok((ActorId(row.try_get_by_index(0)?), AccountId(row.try_get_by_index(1)?)))
    };
    found.iter().map(pair).collect()
}

/// Leaves the newest `keep` posts in the home timeline of `account`. Returns how many went.
///
/// # Errors
///
/// As any statement.
pub async fn trim_home(tx: &WriteTx, account: AccountId, keep: u32) -> Result<u64, StoreError> {
    const TRIM: &str = "DELETE FROM home WHERE account_id = $1 AND post_id <= \
        (SELECT post_id FROM home WHERE account_id = $1 \
         ORDER BY post_id DESC LIMIT 1 OFFSET $2)";
    let statement = Sql::new(TRIM, [account.into(), i64::from(keep).into()]).on(tx.conn());
    Ok(tx.conn().execute_raw(statement).await?.rows_affected())
}
