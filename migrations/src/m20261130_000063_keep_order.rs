//! Conversations that are closed or pinned, and bans that end by themselves.

use sea_orm_migration::prelude::*;

use crate::schema::{
    Addition, NewTable, WithParent, big_integer, index, moment, moment_null, where_set,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The columns that are new: where, and what.
const COLUMNS: [(&str, &str); 2] = [("post", "locked_at"), ("group_member", "until")];

const LOCKED: &str = "post__group_id__id__locked";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in COLUMNS {
            let add = Table::alter().table(table).add_column(moment_null(column)).to_owned();
            manager.alter_table(add).await?;
        }
        addition().make(manager).await?;
        let locked = index("post", &["group_id", "id"]).name(LOCKED).to_owned();
        manager.create_index(where_set(locked, "locked_at")).await
    }

    /// What was closed is open again, and a ban that would have ended does not.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        addition().unmake(manager).await?;
        manager.drop_index(Index::drop().name(LOCKED).table("post").to_owned()).await?;
        for (table, column) in COLUMNS {
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
    let pin = NewTable::of(
        "group_pin",
        vec![big_integer("group_id"), big_integer("post_id"), moment("created_at")],
    )
    .keyed_by(&["group_id", "post_id"])
    .refers("group_id", "care_group", WithParent::Goes)
    .refers("post_id", "post", WithParent::Goes);
    Addition { tables: vec![pin], indexes: vec![index("group_pin", &["post_id"])] }
}
