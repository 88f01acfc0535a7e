//! Counting refusals: many at once, added to what was counted before.

use sea_orm::ConnectionTrait;

use super::sql::{Sql, sized};
use crate::entity::refusal::Model;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// Adds these counts; none of `rows` has host and reason of another.
///
/// # Errors
///
/// As any statement.
pub async fn add_refusals(tx: &WriteTx, rows: &[Model]) -> Result<(), StoreError> {
    const INSERT: &str = "INSERT INTO refusal (host, reason, count, first_at, last_at) VALUES ";
    const ADD: &str = " ON CONFLICT (host, reason) DO UPDATE SET \
        count = refusal.count + excluded.count, last_at = excluded.last_at";
    for chunk in sized(rows) {
        let values = chunk.iter().map(|row| {
            [
                row.host.clone().into(),
                row.reason.clone().into(),
                row.count.into(),
                row.first_at.into(),
                row.last_at.into(),
            ]
        });
        let statement = Sql::new(INSERT, []).rows(values).text(ADD).on(tx.conn());
        tx.conn().execute_raw(statement).await?;
    }
    Ok(())
}
