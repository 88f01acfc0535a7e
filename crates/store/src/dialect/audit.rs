//! The audit is one chain, whoever writes into it.

use sea_orm::ConnectionTrait;

use super::sql::Sql;
use crate::db::DbKind;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// Makes sure that nobody else adds to the audit until `tx` ends: each row holds the hash of the
/// one before. On SQLite a transaction is alone anyway.
///
/// # Errors
///
/// As any statement.
pub async fn lock_audit(tx: &WriteTx) -> Result<(), StoreError> {
    if tx.kind() == DbKind::Postgres {
        // The number is only ours in this database; it spells "audi".
        const AUDIT_LOCK: i64 = 0x6175_6469;
        let lock = Sql::new("SELECT pg_advisory_xact_lock($1)", [AUDIT_LOCK.into()]);
        tx.conn().query_one_raw(lock.on(tx.conn())).await?;
    }
    Ok(())
}
