//! What is said to many is written out page by page: how far each has come, and the followers of somebody in
//! the order of their rows.

use sea_orm_migration::prelude::*;

use crate::schema::{
    Addition, NewTable, WithParent, big_integer, big_integer_null, index, integer, moment,
    text_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const BY_STATE: [&str; 2] = ["followee_id", "state"];
const IN_ORDER: [&str; 3] = ["followee_id", "state", "id"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        addition().make(manager).await?;
        // The new index does all that this one did.
        manager.drop_index(dropped(&BY_STATE)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(index("follow", &BY_STATE)).await?;
        manager.drop_index(dropped(&IN_ORDER)).await?;
        addition().unmake(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn addition() -> Addition {
    Addition { tables: vec![fan_out()], indexes: vec![index("follow", &IN_ORDER)] }
}

fn fan_out() -> NewTable {
    NewTable::of(
        "fan_out",
        vec![
            big_integer("activity_id").primary_key().take(),
            big_integer_null("followee_id"),
            big_integer("order_key"),
            integer("turn"),
            big_integer("after_follow"),
            text_null("inboxes"),
            moment("run_at"),
            moment("created_at"),
        ],
    )
    .refers("activity_id", "outbox_activity", WithParent::Goes)
}

fn dropped(columns: &[&str]) -> IndexDropStatement {
    Index::drop().name(format!("follow__{}", columns.join("__"))).table("follow").to_owned()
}
