//! Work for later, and the record of what was done with special rights.

use sea_orm_migration::prelude::*;

use crate::schema::{
    Addition, NewTable, blob, id, index, integer, moment, moment_null, text, text_null, unique,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        addition().make(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        addition().unmake(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn addition() -> Addition {
    Addition {
        tables: vec![job(), audit()],
        indexes: vec![unique("job", &["unique_key"]), index("job", &["state", "run_at", "id"])],
    }
}

fn job() -> NewTable {
    NewTable::of(
        "job",
        vec![
            id(),
            text("name"),
            text("payload"),
            text_null("unique_key"),
            text("state"),
            integer("attempts"),
            moment("run_at"),
            moment_null("locked_until"),
            text_null("last_error"),
            moment("created_at"),
        ],
    )
}

fn audit() -> NewTable {
    NewTable::of(
        "audit",
        vec![
            id(),
            moment("at"),
            text("who"),
            text("act"),
            text("target"),
            text("detail"),
            blob("previous_hash"),
            blob("hash"),
        ],
    )
}
