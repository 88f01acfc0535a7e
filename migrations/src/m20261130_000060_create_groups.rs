//! Groups of this server, and who is what in them.

use sea_orm_migration::prelude::*;

use crate::schema::{
    Addition, NewTable, WithParent, big_integer, id, index, moment, text, text_null, unique,
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

pub(crate) fn addition() -> Addition {
    Addition {
        tables: vec![group(), member()],
        indexes: vec![
            unique("care_group", &["actor_id"]),
            index("group_member", &["actor_id", "group_id"]),
        ],
    }
}

// "group" is a word of SQL.
fn group() -> NewTable {
    NewTable::of(
        "care_group",
        vec![
            id(),
            big_integer("actor_id"),
            text("kind"),
            text("posting"),
            text("rules"),
            text("lang"),
            text_null("area"),
            moment("created_at"),
        ],
    )
    .refers("actor_id", "actor", WithParent::Goes)
}

pub(crate) fn member() -> NewTable {
    NewTable::of(
        "group_member",
        vec![big_integer("group_id"), big_integer("actor_id"), text("role"), moment("created_at")],
    )
    .keyed_by(&["group_id", "actor_id"])
    .refers("group_id", "care_group", WithParent::Goes)
    .refers("actor_id", "actor", WithParent::Goes)
}
