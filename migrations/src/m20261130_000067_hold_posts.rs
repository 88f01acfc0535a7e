//! What waits until moderators of its group have read it.

use sea_orm_migration::prelude::*;

use crate::schema::{
    Addition, NewTable, WithParent, big_integer, big_integer_null, id, index, moment, moment_null,
    text, text_null, unique, where_set,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let rule = text("approval").default("none").take();
        manager.alter_table(Table::alter().table("care_group").add_column(rule).take()).await?;
        let held = big_integer_null("held_id");
        manager.alter_table(Table::alter().table("picture").add_column(held).take()).await?;
        addition().make(manager).await
    }

    /// What waited is forgotten, and nothing waits any more.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        addition().unmake(manager).await?;
        for (table, column) in [("picture", "held_id"), ("care_group", "approval")] {
            let drop = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn addition() -> Addition {
    let columns = vec![
        id(),
        big_integer("group_id"),
        big_integer("actor_id"),
        big_integer_null("account_id"),
        big_integer_null("post_id"),
        text("said"),
        text_null("reason"),
        moment_null("refused_at"),
        moment("created_at"),
    ];
    let held = NewTable::of("held_post", columns)
        .refers("group_id", "care_group", WithParent::Goes)
        .refers("actor_id", "actor", WithParent::Goes)
        .refers("account_id", "account", WithParent::Goes)
        .refers("post_id", "post", WithParent::Goes);
    let indexes = vec![
        index("held_post", &["group_id", "id"]),
        index("held_post", &["account_id"]),
        index("held_post", &["actor_id"]),
        where_set(unique("held_post", &["post_id"]), "post_id"),
    ];
    Addition { tables: vec![held], indexes }
}
