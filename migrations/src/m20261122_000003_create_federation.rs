//! Other servers, what we said to them and what they told us (ADR-0003: stored first, then worked
//! on).

use sea_orm_migration::prelude::*;

use crate::schema::{
    Addition, NewTable, WithParent, big_integer, big_integer_null, blob, id, index, integer,
    integer_null, moment, moment_null, text, text_null, unique, where_set,
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
        tables: vec![peer(), outbox_activity(), delivery(), inbound_activity(), tombstone()],
        indexes: vec![
            unique("peer", &["host"]),
            // The few about which somebody decided something.
            index("peer", &["standing"]),
            index("peer", &["effective"]),
            unique("outbox_activity", &["uri_hash"]),
            unique("outbox_activity", &["slug"]),
            index("outbox_activity", &["actor_id", "id"]),
            where_set(index("outbox_activity", &["post_id"]), "post_id"),
            index("delivery", &["activity_id"]),
            index("tombstone", &["at"]),
            // What is due, what is over.
            index("delivery", &["state", "run_at", "id"]),
            // What goes next to one server, and whether something must go before it.
            index("delivery", &["peer_id", "state", "order_key", "id"]),
            // How much of one server is in flight: a handful of rows out of any number.
            where_set(index("delivery", &["peer_id", "locked_until"]), "locked_until"),
            unique("inbound_activity", &["uri_hash"]),
            index("inbound_activity", &["state", "run_at", "id"]),
        ],
    }
}

fn peer() -> NewTable {
    NewTable::of(
        "peer",
        vec![
            id(),
            text("host"),
            text("standing"),
            text("effective"),
            text_null("reason"),
            text_null("note"),
            text("health"),
            text_null("software"),
            text_null("software_version"),
            moment_null("backoff_until"),
            integer("failures"),
            moment_null("failing_since"),
            moment_null("last_ok_at"),
            moment_null("last_heard_at"),
            text_null("last_error"),
            text_null("signature_profile"),
            moment("created_at"),
            moment("updated_at"),
        ],
    )
}

fn outbox_activity() -> NewTable {
    NewTable::of(
        "outbox_activity",
        vec![
            id(),
            big_integer("actor_id"),
            text("uri"),
            blob("uri_hash"),
            text("slug"),
            text("kind"),
            big_integer_null("post_id"),
            big_integer("order_key"),
            text("audience"),
            text("body"),
            moment("created_at"),
        ],
    )
    .refers("actor_id", "actor", WithParent::Holds)
}

/// Written in floods: it refers to nothing, because each reference costs a look-up for each row.
fn delivery() -> NewTable {
    NewTable::of(
        "delivery",
        vec![
            id(),
            big_integer("activity_id"),
            big_integer("peer_id"),
            text("inbox_url"),
            big_integer("order_key"),
            text("state"),
            integer("attempts"),
            moment("run_at"),
            moment_null("locked_until"),
            text_null("locked_by"),
            integer_null("last_status"),
            text_null("last_error"),
            moment("created_at"),
            moment_null("ended_at"),
        ],
    )
}

fn inbound_activity() -> NewTable {
    NewTable::of(
        "inbound_activity",
        vec![
            id(),
            text("uri"),
            blob("uri_hash"),
            text("actor_uri"),
            text("host"),
            text("kind"),
            text("body"),
            moment("received_at"),
            text("state"),
            integer("attempts"),
            integer("waits"),
            moment("run_at"),
            moment_null("locked_until"),
            text_null("outcome"),
            text_null("error"),
        ],
    )
}

fn tombstone() -> NewTable {
    NewTable::of(
        "tombstone",
        vec![blob("uri_hash").primary_key().take(), text("uri"), text("said_by"), moment("at")],
    )
}
