//! Reports that moderators of a group read.

use sea_orm_migration::prelude::*;

use crate::schema::{big_integer_null, index, where_set};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let group = big_integer_null("group_id");
        manager.alter_table(Table::alter().table("report").add_column(group).take()).await?;
        manager.create_index(where_set(index("report", &["group_id"]), "group_id")).await
    }

    /// What was for the moderators of a group is for those who run the community then.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Index::drop().name("report__group_id").table("report").to_owned();
        manager.drop_index(drop).await?;
        let drop = Table::alter().table("report").drop_column("group_id").to_owned();
        manager.alter_table(drop).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
