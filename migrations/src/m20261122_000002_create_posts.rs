//! What is said and who reads it: posts with their texts, follows, hashtags, home timelines,
//! notifications.

use sea_orm_migration::prelude::*;

use crate::schema::{
    Addition, NewTable, WithParent, big_integer, big_integer_null, blob, blob_null, boolean, id,
    index, moment, moment_null, text, text_null, unique, where_set,
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
            follow(),
            post(),
            rendition(),
            revision(),
            addressed(),
            mention(),
            hashtag(),
            post_hashtag(),
            home(),
            notification(),
        ],
        indexes: vec![
            unique("follow", &["activity_hash"]),
            unique("follow", &["follower_id", "followee_id"]),
            index("follow", &["followee_id", "state"]),
            unique("post", &["uri_hash"]),
            where_set(unique("post", &["slug"]), "slug"),
            index("post", &["actor_id", "id"]),
            where_set(index("post", &["root_id", "id"]), "root_id"),
            where_set(index("post", &["in_reply_to_hash"]), "in_reply_to_hash"),
            index("post", &["state", "audience", "id"]),
            index("revision", &["post_id", "id"]),
            index("addressed", &["actor_id", "post_id"]),
            unique("hashtag", &["name"]),
            index("post_hashtag", &["post_id"]),
            where_set(index("post", &["group_id", "id"]), "group_id"),
            where_set(index("post", &["publish_at"]), "publish_at"),
            index("home", &["post_id"]),
            index("notification", &["account_id", "id"]),
            where_set(index("notification", &["post_id"]), "post_id"),
        ],
    }
}

fn follow() -> NewTable {
    NewTable::of(
        "follow",
        vec![
            id(),
            big_integer("follower_id"),
            big_integer("followee_id"),
            text("state"),
            text("activity_uri"),
            blob("activity_hash"),
            moment("created_at"),
            moment_null("answered_at"),
        ],
    )
    .refers("follower_id", "actor", WithParent::Goes)
    .refers("followee_id", "actor", WithParent::Goes)
}

fn post() -> NewTable {
    NewTable::of(
        "post",
        vec![
            id(),
            big_integer("actor_id"),
            text("uri"),
            blob("uri_hash"),
            text_null("slug"),
            text("url"),
            text("kind"),
            text("audience"),
            big_integer_null("group_id"),
            text("state"),
            text_null("state_reason"),
            big_integer_null("state_by"),
            text_null("in_reply_to_uri"),
            big_integer_null("in_reply_to_id"),
            blob_null("in_reply_to_hash"),
            big_integer_null("root_id"),
            text_null("context_uri"),
            boolean("sensitive"),
            moment_null("publish_at"),
            moment_null("published"),
            moment_null("edited_at"),
            moment("created_at"),
            big_integer("reply_count"),
            moment_null("fetched_at"),
        ],
    )
    .refers("actor_id", "actor", WithParent::Holds)
}

fn rendition() -> NewTable {
    NewTable::of(
        "rendition",
        vec![
            big_integer("post_id"),
            text("kind"),
            text("lang"),
            text_null("title"),
            text_null("summary"),
            text_null("source"),
            text("html"),
        ],
    )
    .keyed_by(&["post_id", "kind", "lang"])
    .refers("post_id", "post", WithParent::Goes)
}

fn revision() -> NewTable {
    NewTable::of(
        "revision",
        vec![
            id(),
            big_integer("post_id"),
            big_integer_null("made_by"),
            big_integer_null("approved_by"),
            moment("at"),
            text("kind"),
            text("lang"),
            text_null("title"),
            text_null("summary"),
            text_null("source"),
            text("html"),
        ],
    )
    .refers("post_id", "post", WithParent::Goes)
}

fn addressed() -> NewTable {
    NewTable::of("addressed", vec![big_integer("post_id"), big_integer("actor_id")])
        .keyed_by(&["post_id", "actor_id"])
        .refers("post_id", "post", WithParent::Goes)
        .refers("actor_id", "actor", WithParent::Goes)
}

fn mention() -> NewTable {
    NewTable::of(
        "mention",
        vec![
            big_integer("post_id"),
            text("href"),
            blob("href_hash"),
            text("name"),
            big_integer_null("actor_id"),
        ],
    )
    .keyed_by(&["post_id", "href_hash"])
    .refers("post_id", "post", WithParent::Goes)
}

fn hashtag() -> NewTable {
    NewTable::of("hashtag", vec![id(), text("name")])
}

fn post_hashtag() -> NewTable {
    NewTable::of("post_hashtag", vec![big_integer("hashtag_id"), big_integer("post_id")])
        .keyed_by(&["hashtag_id", "post_id"])
        .refers("hashtag_id", "hashtag", WithParent::Goes)
        .refers("post_id", "post", WithParent::Goes)
}

/// Written in floods and trimmed all the time: it refers to nothing, and readers join it to posts.
fn home() -> NewTable {
    NewTable::of("home", vec![big_integer("account_id"), big_integer("post_id")])
        .keyed_by(&["account_id", "post_id"])
}

fn notification() -> NewTable {
    NewTable::of(
        "notification",
        vec![
            id(),
            big_integer("account_id"),
            text("kind"),
            big_integer("actor_id"),
            big_integer_null("post_id"),
            moment("created_at"),
            moment_null("read_at"),
        ],
    )
    .refers("account_id", "account", WithParent::Goes)
}
