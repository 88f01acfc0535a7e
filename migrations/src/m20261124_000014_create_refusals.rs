//! How often and why something of another server was refused.

use sea_orm_migration::prelude::*;

use crate::schema::{Addition, NewTable, big_integer, moment, text};

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
    let columns = vec![
        text("host"),
        text("reason"),
        big_integer("count"),
        moment("first_at"),
        moment("last_at"),
    ];
    let refusal = NewTable::of("refusal", columns).keyed_by(&["host", "reason"]);
    Addition { tables: vec![refusal], indexes: Vec::new() }
}
