//! How people deal with each other: what is pinned, who is blocked, what is reported, who moved.

use sea_orm_migration::prelude::*;

use crate::schema::{
    Addition, NewTable, WithParent, big_integer, big_integer_null, blob, boolean, id, index,
    moment, moment_null, text, text_null, unique,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        addition().make(manager).await?;
        for column in [text_null("also_known_as"), moment_null("moved_at")] {
            manager.alter_table(Table::alter().table("actor").add_column(column).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["moved_at", "also_known_as"] {
            let drop = Table::alter().table("actor").drop_column(column).take();
            manager.alter_table(drop).await?;
        }
        addition().unmake(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn addition() -> Addition {
    Addition {
        tables: vec![pin(), block(), report(), report_post()],
        indexes: vec![
            index("pin", &["post_id"]),
            unique("block", &["activity_hash"]),
            unique("block", &["actor_id", "target_id"]),
            index("block", &["target_id"]),
            unique("report", &["uri_hash"]),
            index("report", &["state", "id"]),
            index("report", &["host", "state"]),
            index("report_post", &["post_id"]),
        ],
    }
}

fn pin() -> NewTable {
    NewTable::of("pin", vec![big_integer("actor_id"), big_integer("post_id"), moment("created_at")])
        .keyed_by(&["actor_id", "post_id"])
        .refers("actor_id", "actor", WithParent::Goes)
        .refers("post_id", "post", WithParent::Goes)
}

fn block() -> NewTable {
    NewTable::of(
        "block",
        vec![
            id(),
            big_integer("actor_id"),
            big_integer("target_id"),
            text("activity_uri"),
            blob("activity_hash"),
            boolean("told"),
            moment("created_at"),
        ],
    )
    .refers("actor_id", "actor", WithParent::Goes)
    .refers("target_id", "actor", WithParent::Goes)
}

fn report() -> NewTable {
    NewTable::of(
        "report",
        vec![
            id(),
            text("uri"),
            blob("uri_hash"),
            big_integer_null("reporter_id"),
            text_null("host"),
            big_integer("about_id"),
            text("comment"),
            text("state"),
            boolean("forwarded"),
            moment("created_at"),
            moment_null("closed_at"),
        ],
    )
    .refers("about_id", "actor", WithParent::Goes)
}

fn report_post() -> NewTable {
    NewTable::of("report_post", vec![big_integer("report_id"), big_integer("post_id")])
        .keyed_by(&["report_id", "post_id"])
        .refers("report_id", "report", WithParent::Goes)
        .refers("post_id", "post", WithParent::Goes)
}
