//! Pictures that somebody here sent.

use sea_orm_migration::prelude::*;

use crate::schema::{
    Addition, NewTable, WithParent, big_integer_null, id, index, integer, moment, moment_null,
    text, text_null, unique, where_set,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        addition().make(manager).await
    }

    /// The files stay where they are.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        addition().unmake(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn addition() -> Addition {
    let columns = vec![
        id(),
        text("key"),
        text("shared_key"),
        big_integer_null("account_id"),
        big_integer_null("post_id"),
        integer("position"),
        text("media_type"),
        text("small_type"),
        integer("width"),
        integer("height"),
        integer("small_width"),
        integer("small_height"),
        text("blurhash"),
        text_null("description"),
        text("focus"),
        moment_null("ready_at"),
        moment_null("gone_at"),
        moment("created_at"),
    ];
    let picture = NewTable::of("picture", columns)
        .refers("account_id", "account", WithParent::Holds)
        .refers("post_id", "post", WithParent::Holds);
    let indexes = vec![
        unique("picture", &["key"]),
        unique("picture", &["shared_key"]),
        where_set(index("picture", &["post_id", "position"]), "post_id"),
        // How many somebody sent in a day, and what was never used.
        index("picture", &["account_id", "created_at"]),
        where_set(index("picture", &["gone_at"]), "gone_at"),
    ];
    Addition { tables: vec![picture], indexes }
}
