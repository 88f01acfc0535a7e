//! Who may answer and quote a post, and which quotes were allowed.

use sea_orm_migration::prelude::*;

use crate::schema::{
    Addition, NewTable, WithParent, big_integer, blob, id, index, moment, text, unique,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        addition().make(manager).await?;
        for column in ["reply_policy", "quote_policy"] {
            let column = text(column).default("anyone").take();
            manager.alter_table(Table::alter().table("post").add_column(column).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["quote_policy", "reply_policy"] {
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
        id(),
        text("slug"),
        big_integer("post_id"),
        big_integer("actor_id"),
        text("quoting_uri"),
        blob("quoting_hash"),
        moment("created_at"),
    ];
    let stamp = NewTable::of("quote_stamp", columns)
        .refers("post_id", "post", WithParent::Goes)
        .refers("actor_id", "actor", WithParent::Goes);
    Addition {
        tables: vec![stamp],
        indexes: vec![
            unique("quote_stamp", &["slug"]),
            unique("quote_stamp", &["quoting_hash", "post_id"]),
            index("quote_stamp", &["post_id"]),
        ],
    }
}
