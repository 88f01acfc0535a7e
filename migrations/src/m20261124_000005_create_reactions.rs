//! Likes and boosts of posts.
//!
//! A reaction is a row of its own: it can be undone by its id, it counts once however often it is
//! told, and whose it is is known (S-045, S-054). Counts stand beside the post, so that no page
//! counts rows. A home timeline remembers who brought a post there.

use sea_orm_migration::prelude::*;

use crate::schema::{
    Addition, NewTable, WithParent, big_integer, big_integer_null, blob, id, index, moment, text,
    unique,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        addition().make(manager).await?;
        for column in ["like_count", "boost_count"] {
            let column = big_integer(column).default(0).take();
            manager.alter_table(Table::alter().table("post").add_column(column).take()).await?;
        }
        let by = big_integer_null("boosted_by");
        manager.alter_table(Table::alter().table("home").add_column(by).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = |table: &'static str, column: &'static str| {
            Table::alter().table(table).drop_column(column).take()
        };
        manager.alter_table(drop("home", "boosted_by")).await?;
        for column in ["boost_count", "like_count"] {
            manager.alter_table(drop("post", column)).await?;
        }
        addition().unmake(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn addition() -> Addition {
    Addition {
        tables: vec![reaction()],
        indexes: vec![
            unique("reaction", &["activity_hash"]),
            unique("reaction", &["actor_id", "post_id", "kind"]),
            index("reaction", &["post_id", "kind", "id"]),
        ],
    }
}

fn reaction() -> NewTable {
    NewTable::of(
        "reaction",
        vec![
            id(),
            big_integer("actor_id"),
            big_integer("post_id"),
            text("kind"),
            text("activity_uri"),
            blob("activity_hash"),
            moment("created_at"),
        ],
    )
    .refers("actor_id", "actor", WithParent::Goes)
    .refers("post_id", "post", WithParent::Goes)
}
