//! One unit of change.

use sea_orm::{ConnectionTrait, DatabaseTransaction, TransactionTrait};

use crate::db::DbKind;
use crate::error::StoreError;

/// One unit of change. Dropped without [`WriteTx::commit`], it leaves no trace.
///
/// On SQLite it holds the only pen from its first moment (`BEGIN IMMEDIATE`); so it is kept short,
/// and nothing waits for a network inside it.
#[derive(Debug)]
#[must_use = "a transaction that is dropped is rolled back"]
pub struct WriteTx(DatabaseTransaction);

impl WriteTx {
    pub(crate) fn new(inner: DatabaseTransaction) -> Self {
        Self(inner)
    }

    /// What statements of this change are sent to.
    pub fn conn(&self) -> &DatabaseTransaction {
        &self.0
    }

    /// Which database this is.
    pub fn kind(&self) -> DbKind {
        DbKind::of(self.0.get_database_backend())
    }

    /// A part of this change that can fail alone. Its `commit` merges it into this one.
    ///
    /// # Errors
    ///
    /// As any statement.
    pub async fn savepoint(&self) -> Result<Self, StoreError> {
        Ok(Self(self.0.begin().await?))
    }

    /// Makes the change last. When this returns, a power cut does not take it back.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the disk is full; nothing is left of the change then.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}

/// What is read together: all statements see the database as it was at the first of them on SQLite, and go over one
/// connection on both. Nothing that asks for another connection may be called meanwhile: all could wait for each other.
#[derive(Debug)]
#[must_use = "what was read together must be ended"]
pub struct ReadTx(DatabaseTransaction);

impl ReadTx {
    pub(crate) fn new(inner: DatabaseTransaction) -> Self {
        Self(inner)
    }

    /// What statements are sent to.
    pub fn conn(&self) -> &DatabaseTransaction {
        &self.0
    }

    /// Gives the connection back.
    ///
    /// # Errors
    ///
    /// As any statement.
    pub async fn end(self) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}
