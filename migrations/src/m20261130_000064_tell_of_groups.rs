//! People are told of what is done in groups.

use sea_orm_migration::prelude::*;

use crate::schema::{big_integer_null, index, where_set};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const NAME: &str = "notification__group_id";
const NEW: &str = "notification__account_id__id__new";

/// What is told of groups alone.
const KINDS: &str = "'group_asked', 'group_invited', 'group_let_in', 'group_refused', \
    'post_removed', 'post_restored', 'report_done'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter()
            .table("notification")
            .add_column(big_integer_null("group_id"))
            .to_owned();
        manager.alter_table(add).await?;
        let by_group = index("notification", &["group_id"]).name(NAME).to_owned();
        manager.create_index(where_set(by_group, "group_id")).await?;
        // Nobody could say so before: what is old is not new.
        let seen = "UPDATE notification SET read_at = created_at WHERE read_at IS NULL";
        manager.get_connection().execute_unprepared(seen).await?;
        let new = index("notification", &["account_id", "id"])
            .name(NEW)
            .and_where(Expr::col("read_at").is_null())
            .to_owned();
        manager.create_index(new).await
    }

    /// What was told of groups is forgotten.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let delete = format!("DELETE FROM notification WHERE kind IN ({KINDS})");
        manager.get_connection().execute_unprepared(&delete).await?;
        manager.drop_index(Index::drop().name(NEW).table("notification").to_owned()).await?;
        manager.drop_index(Index::drop().name(NAME).table("notification").to_owned()).await?;
        let drop = Table::alter().table("notification").drop_column("group_id").to_owned();
        manager.alter_table(drop).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
