//! Copies of pictures that stand on other servers, and how large they say those are.

use sea_orm_migration::prelude::*;

use crate::schema::{
    Addition, NewTable, big_integer, blob, index, integer, integer_null, moment, moment_null, text,
    text_null,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const COLUMNS: [&str; 2] = ["width", "height"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            let add =
                Table::alter().table("attachment").add_column(integer_null(column)).to_owned();
            manager.alter_table(add).await?;
        }
        addition().make(manager).await
    }

    /// The files stay where they are.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        addition().unmake(manager).await?;
        for column in COLUMNS {
            let drop = Table::alter().table("attachment").drop_column(column).to_owned();
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
        blob("url_hash"),
        text("url"),
        text_null("media_type"),
        text_null("small_type"),
        big_integer("bytes"),
        integer("tries"),
        moment_null("retry_at"),
        moment("used_at"),
    ];
    let copy = NewTable::of("remote_picture", columns).keyed_by(&["url_hash"]);
    Addition { tables: vec![copy], indexes: vec![index("remote_picture", &["used_at"])] }
}
