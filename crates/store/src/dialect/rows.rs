//! Many rows of one table.

use sea_orm::{ActiveModelTrait, EntityTrait, Insert};

use super::sql::sized;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// Inserts these rows, in few statements.
///
/// # Errors
///
/// As any statement; [`StoreError::Conflict`] if a key is taken.
pub async fn insert_all<A>(
    tx: &WriteTx,
    rows: Vec<<A::Entity as EntityTrait>::Model>,
) -> Result<(), StoreError>
where
    A: ActiveModelTrait + From<<A::Entity as EntityTrait>::Model>,
{
    let rows: Vec<A> = rows.into_iter().map(A::from).collect();
    for chunk in sized(&rows) {
        Insert::many(chunk.iter().cloned()).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}
