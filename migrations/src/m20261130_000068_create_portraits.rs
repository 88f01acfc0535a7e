//! Pictures of people, providers and groups.

use sea_orm_migration::prelude::*;

use crate::schema::{big_integer_null, index, text_null, where_set};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Who a picture is of.
const OF: [&str; 2] = ["actor_id", "group_id"];

/// How the row of who it is of names it, and where somebody elsewhere says that theirs is.
const NAMED: [(&str, &str); 5] = [
    ("actor", "portrait_key"),
    ("actor", "portrait_focus"),
    ("actor", "icon_url"),
    ("care_group", "portrait_key"),
    ("care_group", "portrait_focus"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in OF {
            let add = Table::alter().table("picture").add_column(big_integer_null(column)).take();
            manager.alter_table(add).await?;
            manager.create_index(where_set(index("picture", &[column]), column)).await?;
        }
        for (table, column) in NAMED {
            let add = Table::alter().table(table).add_column(text_null(column)).take();
            manager.alter_table(add).await?;
        }
        Ok(())
    }

    /// Such pictures stand nowhere then, and are forgotten.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in NAMED {
            let drop = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(drop).await?;
        }
        for column in OF {
            let name = format!("picture__{column}");
            manager.drop_index(Index::drop().name(name).table("picture").to_owned()).await?;
            let drop = Table::alter().table("picture").drop_column(column).to_owned();
            manager.alter_table(drop).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
