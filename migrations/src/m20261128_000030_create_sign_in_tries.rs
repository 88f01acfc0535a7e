//! Tries to sign in are counted where every process sees them.

use sea_orm_migration::prelude::*;

use crate::schema::{Addition, NewTable, big_integer, blob, index, moment};

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

fn addition() -> Addition {
    let columns = vec![blob("who_hash"), moment("since"), big_integer("tries")];
    let tries = NewTable::of("sign_in_try", columns).keyed_by(&["who_hash"]);
    Addition { tables: vec![tries], indexes: vec![index("sign_in_try", &["since"])] }
}
