//! Counting tries to sign in: one statement, so that tries at once in several processes all count.

use carefolk_domain::Moment;
use sea_orm::ConnectionTrait;

use super::sql::Sql;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// Counts one try; those from before `forgotten` do not count any more. Since when is counted, and
/// how many there were.
///
/// # Errors
///
/// As any statement.
pub async fn count_sign_in(
    tx: &WriteTx,
    who_hash: &[u8],
    now: Moment,
    forgotten: Moment,
) -> Result<(Moment, i64), StoreError> {
    const COUNT: &str = "INSERT INTO sign_in_try (who_hash, since, tries) VALUES ($1, $2, 1) \
        ON CONFLICT (who_hash) DO UPDATE SET \
        tries = CASE WHEN sign_in_try.since > $3 THEN sign_in_try.tries + 1 ELSE 1 END, \
        since = CASE WHEN sign_in_try.since > $3 THEN sign_in_try.since ELSE $2 END \
        RETURNING since, tries";
    let values = [who_hash.to_vec().into(), now.into(), forgotten.into()];
    let row = tx.conn().query_one_raw(Sql::new(COUNT, values).on(tx.conn())).await?;
    let row = row.ok_or_else(|| StoreError::bug("a try was not counted"))?;
    Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))
}
