//! What begins in a group is found without a look at what answers it: a group has a few conversations, and each of
//! them many answers.

use sea_orm_migration::prelude::*;

use crate::schema::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const NAME: &str = "post__group_id__id__begins";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let begins = index("post", &["group_id", "id"])
            .name(NAME)
            .and_where(Expr::col("in_reply_to_uri").is_null())
            .to_owned();
        manager.create_index(begins).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(NAME).table("post").to_owned()).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
