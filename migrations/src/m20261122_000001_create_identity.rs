//! Who is here and who may sign in: domains, actors and their keys, accounts, sessions, teams
//! (ADR-0004 for ids and moments).

use sea_orm_migration::prelude::*;

use crate::schema::{
    Addition, NewTable, WithParent, big_integer, big_integer_null, blob, blob_null, boolean, id,
    index, integer, moment, moment_null, text, text_null, unique, where_set,
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
        tables: vec![
            domain(),
            setting(),
            worker_lease(),
            actor(),
            handle_history(),
            actor_key(),
            account(),
            session(),
            team_member(),
        ],
        indexes: vec![
            unique("domain", &["handle_host"]),
            unique("actor", &["uri_hash"]),
            // Local names alone are ours to keep apart; elsewhere a name can be given anew.
            where_set(unique("actor", &["domain_id", "handle_folded"]), "domain_id"),
            index("actor", &["host", "handle_folded"]),
            // An actor can list what it likes, also a key of somebody else.
            unique("actor_key", &["key_uri_hash", "actor_id"]),
            index("actor_key", &["actor_id"]),
            unique("account", &["actor_id"]),
            unique("account", &["email_folded"]),
            unique("session", &["token_hash"]),
            index("session", &["account_id"]),
            index("session", &["expires_at"]),
            index("team_member", &["account_id"]),
        ],
    }
}

fn domain() -> NewTable {
    NewTable::of("domain", vec![id(), text("base_url"), text("handle_host"), moment("created_at")])
}

fn setting() -> NewTable {
    NewTable::of("setting", vec![text("key").primary_key().take(), text("value")])
}

fn worker_lease() -> NewTable {
    NewTable::of(
        "worker_lease",
        vec![integer("slot").primary_key().take(), text("holder"), moment("until")],
    )
}

fn actor() -> NewTable {
    NewTable::of(
        "actor",
        vec![
            id(),
            big_integer_null("domain_id"),
            text("kind"),
            text("state"),
            text("uri"),
            blob("uri_hash"),
            text("handle"),
            text("handle_folded"),
            text("host"),
            text("name"),
            text_null("summary_source"),
            text("summary_html"),
            text("url"),
            text("inbox"),
            text_null("shared_inbox"),
            text_null("outbox"),
            text_null("followers_uri"),
            text_null("following_uri"),
            text_null("featured_uri"),
            boolean("manually_approves"),
            boolean("discoverable"),
            boolean("indexable"),
            text_null("moved_to"),
            moment_null("published"),
            moment("created_at"),
            moment("updated_at"),
            moment_null("fetched_at"),
            big_integer("note_count"),
            big_integer("follower_count"),
            big_integer("following_count"),
        ],
    )
    .refers("domain_id", "domain", WithParent::Holds)
}

/// A name that was taken once stays taken, also when its actor is gone: so nothing is referred to.
fn handle_history() -> NewTable {
    NewTable::of(
        "handle_history",
        vec![
            big_integer("domain_id"),
            text("handle_folded"),
            big_integer("actor_id"),
            moment("created_at"),
        ],
    )
    .keyed_by(&["domain_id", "handle_folded"])
}

fn actor_key() -> NewTable {
    NewTable::of(
        "actor_key",
        vec![
            id(),
            big_integer("actor_id"),
            text("key_uri"),
            blob("key_uri_hash"),
            text("algorithm"),
            text("public_key"),
            blob_null("sealed_private"),
            moment("created_at"),
            moment_null("fetched_at"),
            moment_null("retired_at"),
        ],
    )
    .refers("actor_id", "actor", WithParent::Goes)
}

fn account() -> NewTable {
    NewTable::of(
        "account",
        vec![
            id(),
            big_integer("actor_id"),
            text("email"),
            text("email_folded"),
            text_null("password_hash"),
            text("role"),
            text("state"),
            text_null("locale"),
            moment("created_at"),
            moment_null("last_seen_at"),
        ],
    )
    .refers("actor_id", "actor", WithParent::Holds)
}

fn session() -> NewTable {
    NewTable::of(
        "session",
        vec![
            id(),
            big_integer("account_id"),
            blob("token_hash"),
            moment("created_at"),
            moment("last_seen_at"),
            moment("expires_at"),
            text("user_agent"),
        ],
    )
    .refers("account_id", "account", WithParent::Goes)
}

fn team_member() -> NewTable {
    NewTable::of(
        "team_member",
        vec![
            big_integer("provider_id"),
            big_integer("account_id"),
            text("role"),
            moment("created_at"),
        ],
    )
    .keyed_by(&["provider_id", "account_id"])
    .refers("provider_id", "actor", WithParent::Goes)
    .refers("account_id", "account", WithParent::Goes)
}
