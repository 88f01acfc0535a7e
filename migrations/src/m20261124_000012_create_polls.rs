//! Polls: what is asked, the answers to choose from, and who chose which.
//!
//! A vote is a row, so that it counts once however often it is told (S-054); it is read only to know
//! that, and to mark for its owner what they chose. Counts stand beside the options: of a poll of
//! another server nothing else is known.

use sea_orm_migration::prelude::*;

use crate::schema::{
    Addition, NewTable, WithParent, big_integer, big_integer_null, blob, boolean, index, integer,
    moment, moment_null, text, unique,
};

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
    Addition {
        tables: vec![poll(), poll_option(), poll_vote()],
        indexes: vec![
            unique("poll_vote", &["uri_hash"]),
            // The votes of an actor that is gone are erased.
            index("poll_vote", &["actor_id"]),
        ],
    }
}

fn poll() -> NewTable {
    NewTable::of(
        "poll",
        vec![
            big_integer("post_id").primary_key().take(),
            boolean("multiple"),
            moment_null("closes_at"),
            moment_null("closed_at"),
            big_integer_null("voters"),
        ],
    )
    .refers("post_id", "post", WithParent::Goes)
}

fn poll_option() -> NewTable {
    NewTable::of(
        "poll_option",
        vec![big_integer("post_id"), integer("position"), text("title"), big_integer("votes")],
    )
    .keyed_by(&["post_id", "position"])
    .refers("post_id", "post", WithParent::Goes)
}

fn poll_vote() -> NewTable {
    NewTable::of(
        "poll_vote",
        vec![
            big_integer("post_id"),
            big_integer("actor_id"),
            integer("position"),
            text("uri"),
            blob("uri_hash"),
            moment("created_at"),
        ],
    )
    .keyed_by(&["post_id", "actor_id", "position"])
    .refers("post_id", "post", WithParent::Goes)
    .refers("actor_id", "actor", WithParent::Goes)
}
