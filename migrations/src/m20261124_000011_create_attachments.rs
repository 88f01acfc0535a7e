//! What goes with a post from elsewhere, and when and where an event is.

use sea_orm_migration::prelude::*;

use crate::schema::{
    Addition, NewTable, WithParent, big_integer, integer, moment_null, text, text_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        addition().make(manager).await?;
        for column in [moment_null("starts_at"), moment_null("ends_at"), text_null("place")] {
            manager.alter_table(Table::alter().table("post").add_column(column).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["place", "ends_at", "starts_at"] {
            let drop = Table::alter().table("post").drop_column(column).take();
            manager.alter_table(drop).await?;
        }
        addition().unmake(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn addition() -> Addition {
    let columns = vec![
        big_integer("post_id"),
        integer("position"),
        text("kind"),
        text("url"),
        text_null("media_type"),
        text_null("name"),
    ];
    let attachment = NewTable::of("attachment", columns).keyed_by(&["post_id", "position"]).refers(
        "post_id",
        "post",
        WithParent::Goes,
    );
    Addition { tables: vec![attachment], indexes: Vec::new() }
}
