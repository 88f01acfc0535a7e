//! What is about an actor is found at once: those elsewhere whom nothing is about are forgotten
//! (S-104), and an inbox that is gone is looked for.

use sea_orm_migration::prelude::*;

use crate::schema::{index, where_set};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Of each table the column that holds an actor or its inbox, and whether it may be empty.
const COLUMNS: [(&str, &str, bool); 7] = [
    ("mention", "actor_id", true),
    ("home", "boosted_by", true),
    ("notification", "actor_id", false),
    ("quote_stamp", "actor_id", false),
    ("report", "about_id", false),
    ("actor", "inbox", false),
    ("actor", "shared_inbox", true),
];

/// Answers that are old are found without reading everything that was ever said.
const ANSWERS: (&str, [&str; 2]) = ("outbox_activity", ["kind", "created_at"]);

/// What is kept with its proof, for as long as it is sent.
const PROVEN: (&str, [&str; 1]) = ("outbox_activity", ["proven_by"]);

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column, may_be_empty) in COLUMNS {
            let all = index(table, &[column]);
            let made = if may_be_empty { where_set(all, column) } else { all };
            manager.create_index(made).await?;
        }
        manager.create_index(index(ANSWERS.0, &ANSWERS.1)).await?;
        manager.create_index(where_set(index(PROVEN.0, &PROVEN.1), PROVEN.1[0])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = |table: &'static str, columns: &[&str]| {
            let name = format!("{table}__{}", columns.join("__"));
            Index::drop().name(name).table(table).to_owned()
        };
        manager.drop_index(drop(PROVEN.0, &PROVEN.1)).await?;
        manager.drop_index(drop(ANSWERS.0, &ANSWERS.1)).await?;
        for (table, column, _) in COLUMNS.into_iter().rev() {
            manager.drop_index(drop(table, &[column])).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
