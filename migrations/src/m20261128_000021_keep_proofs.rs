//! An activity is proven once for each key of its actor, and the proven text is what every try sends (ADR-0003).

use sea_orm_migration::prelude::*;

use crate::schema::{big_integer_null, text_null};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [text_null("proven_body"), big_integer_null("proven_by")] {
            let add = Table::alter().table("outbox_activity").add_column(column).take();
            manager.alter_table(add).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["proven_by", "proven_body"] {
            let drop = Table::alter().table("outbox_activity").drop_column(column).take();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
