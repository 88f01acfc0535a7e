//! Counts that are kept in rows, moved up and down and never below nothing.

use std::collections::BTreeMap;

use carefolk_domain::{ActorId, PostId, ReactionKind};
use sea_orm::ConnectionTrait;

use super::sql::{Sql, padded, sized};
use crate::db::DbKind;
use crate::error::StoreError;
use crate::tx::WriteTx;

/// By how much the counts of an actor change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ActorCounts {
    /// Its posts.
    pub notes: i64,
    /// Who follows it.
    pub followers: i64,
    /// Whom it follows.
    pub following: i64,
}

/// Changes the counts of `actor` by `by`.
///
/// # Errors
///
/// As any statement.
pub async fn bump_actor_counts(
    tx: &WriteTx,
    actor: ActorId,
    by: ActorCounts,
) -> Result<(), StoreError> {
    const UPDATE: &str = "UPDATE actor SET \
        note_count = CASE WHEN note_count + $2 < 0 THEN 0 ELSE note_count + $2 END, \
        follower_count = CASE WHEN follower_count + $3 < 0 THEN 0 ELSE follower_count + $3 END, \
        following_count = CASE WHEN following_count + $4 < 0 THEN 0 ELSE following_count + $4 END \
        WHERE id = $1";
    let values = [actor.into(), by.notes.into(), by.followers.into(), by.following.into()];
    tx.conn().execute_raw(Sql::new(UPDATE, values).on(tx.conn())).await?;
    Ok(())
}

/// Changes the counts of likes, or of boosts, of these posts, each by its number.
///
/// # Errors
///
/// As any statement.
pub async fn bump_reaction_counts(
    tx: &WriteTx,
    kind: ReactionKind,
    by: &BTreeMap<PostId, i64>,
) -> Result<(), StoreError> {
    let column = match kind {
        ReactionKind::Like => "like_count",
        ReactionKind::Boost => "boost_count",
    };
    bump_all(tx, "post", column, by.iter().map(|(post, by)| (post.0, *by))).await
}

/// Changes the count of replies of `post` by `by`.
///
/// # Errors
///
/// As any statement.
pub async fn bump_reply_count(tx: &WriteTx, post: PostId, by: i64) -> Result<(), StoreError> {
    bump_reply_counts(tx, &BTreeMap::from([(post, by)])).await
}

/// Changes the counts of replies of these posts, each by its number.
///
/// # Errors
///
/// As any statement.
pub async fn bump_reply_counts(tx: &WriteTx, by: &BTreeMap<PostId, i64>) -> Result<(), StoreError> {
    bump_all(tx, "post", "reply_count", by.iter().map(|(post, by)| (post.0, *by))).await
}

/// Changes the counts of posts of these actors, each by its number.
///
/// # Errors
///
/// As any statement.
pub async fn bump_note_counts(tx: &WriteTx, by: &BTreeMap<ActorId, i64>) -> Result<(), StoreError> {
    bump_all(tx, "actor", "note_count", by.iter().map(|(actor, by)| (actor.0, *by))).await
}

/// Changes `column` of many rows, which come in the order of their ids. On PostgreSQL they are taken in that
/// order before: two processes that count the same ones then wait, and never for each other.
async fn bump_all(
    tx: &WriteTx,
    table: &str,
    column: &str,
    by: impl Iterator<Item = (i64, i64)>,
) -> Result<(), StoreError> {
    let all: Vec<(i64, i64)> = by.collect();
    if tx.kind() == DbKind::Postgres && all.len() > 1 {
        let ids = padded(all.iter().map(|(id, _)| *id));
        let hold = Sql::new(format!("SELECT id FROM {table} WHERE id IN (VALUES "), [])
            .rows(ids.into_iter().map(|id| [id.into()]))
            .text(") ORDER BY id FOR NO KEY UPDATE")
            .on(tx.conn());
        tx.conn().query_all_raw(hold).await?;
    }
    for chunk in sized(&all) {
        let rows = chunk.iter().map(|(id, by)| [(*id).into(), (*by).into()]);
        let update = format!(
            ") UPDATE {table} SET {column} = CASE WHEN {column} + counted.more < 0 THEN 0 \
             ELSE {column} + counted.more END FROM counted WHERE {table}.id = counted.id"
        );
        let statement = Sql::new("WITH counted (id, more) AS (VALUES ", [])
            .rows(rows)
            .text(&update)
            .on(tx.conn());
        tx.conn().execute_raw(statement).await?;
    }
    Ok(())
}
