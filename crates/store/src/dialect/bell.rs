//! Waking workers in other processes, and turns at what only one process may do.
//!
//! A bell that is lost does no harm: every worker also looks by itself. So bells are rung after a
//! commit, outside of any transaction, and never waited for.

use sea_orm::ConnectionTrait;
use sea_orm::sqlx::postgres::PgListener;

use super::sql::Sql;
use crate::db::{Db, DbKind};
use crate::error::StoreError;
use crate::tx::WriteTx;

/// Where bells are rung. Each database has its own.
const CHANNEL: &str = "carefolk_bells";

/// The number of the turn to bring the schema up to date; it spells "step".
const SCHEMA_TURN: i64 = 0x7374_6570;

/// Says `words` to every process that listens; a few letters, and nothing that anybody wrote.
/// Nothing on SQLite, where there is one process.
///
/// # Errors
///
/// As any statement.
pub async fn ring(db: &Db, words: &str) -> Result<(), StoreError> {
    if db.kind() == DbKind::Postgres {
        let ring = Sql::new("SELECT pg_notify($1, $2)", [CHANNEL.into(), words.into()]);
        db.read().query_one_raw(ring.on(db.read())).await?;
    }
    Ok(())
}

/// Hears what other processes ring. It has a connection of its own for as long as it lives.
#[derive(Debug)]
pub struct Listener(PgListener);

impl Listener {
    /// Begins to listen; nothing on SQLite.
    ///
    /// # Errors
    ///
    /// As any connection.
    pub async fn open(db: &Db) -> Result<Option<Self>, StoreError> {
        if db.kind() != DbKind::Postgres {
            return Ok(None);
        }
        let mut listener =
            PgListener::connect_with(db.read().get_postgres_connection_pool()).await?;
        listener.listen(CHANNEL).await?;
        Ok(Some(Self(listener)))
    }

    /// The next words that were rung. What was rung while the connection was lost is not heard.
    ///
    /// # Errors
    ///
    /// As any connection; then it is to be opened anew.
    pub async fn hear(&mut self) -> Result<String, StoreError> {
        Ok(self.0.recv().await?.payload().to_owned())
    }
}

/// Waits for the turn to bring the schema up to date and to make the first rows: several processes
/// may be started at once. It ends when what is returned is dropped. On SQLite the lock on the
/// folder does this.
///
/// # Errors
///
/// [`StoreError::Busy`] when another process has had its turn for ten minutes.
pub async fn schema_turn(db: &Db) -> Result<Option<WriteTx>, StoreError> {
    if db.kind() != DbKind::Postgres {
        return Ok(None);
    }
    let tx = db.begin().await?;
    // A step of the schema may take longer than any other wait.
    for set in
        ["SET LOCAL lock_timeout = '10min'", "SET LOCAL idle_in_transaction_session_timeout = 0"]
    {
        tx.conn().execute_raw(Sql::new(set, []).on(tx.conn())).await?;
    }
    let lock = Sql::new("SELECT pg_advisory_xact_lock($1)", [SCHEMA_TURN.into()]);
    tx.conn().query_one_raw(lock.on(tx.conn())).await?;
    Ok(Some(tx))
}
