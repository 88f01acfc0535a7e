//! Home timelines: written when something is said, trimmed when they grow.

use carefolk_domain::{AccountId, ActorId, PostId};
use sea_orm::ConnectionTrait;

use super::sql::{ROWS_MAX, Sql};
use crate::error::StoreError;
use crate::tx::WriteTx;

/// Puts posts into home timelines, and who passed them on; what is there already stays.
///
/// # Errors
///
/// As any statement.
pub async fn insert_home_batch(
    tx: &WriteTx,
    rows: &[(AccountId, PostId)],
    boosted_by: Option<ActorId>,
) -> Result<(), StoreError> {
    for chunk in rows.chunks(ROWS_MAX) {
        let values = chunk
            .iter()
            .map(|(account, post)| [(*account).into(), (*post).into(), boosted_by.into()]);
        let statement = Sql::new("INSERT INTO home (account_id, post_id, boosted_by) VALUES ", [])
            .rows(values)
            .text(" ON CONFLICT (account_id, post_id) DO NOTHING")
            .on(tx.conn());
        tx.conn().execute_raw(statement).await?;
    }
    Ok(())
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
