//! Counts that are kept in rows, moved up and down and never below nothing.

use carefolk_domain::{ActorId, PostId, ReactionKind};
use sea_orm::ConnectionTrait;

use super::sql::Sql;
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

/// Changes the count of likes or boosts of `post` by `by`.
///
/// # Errors
///
/// As any statement.
pub async fn bump_reaction_count(
    tx: &WriteTx,
    post: PostId,
    kind: ReactionKind,
    by: i64,
) -> Result<(), StoreError> {
    let column = match kind {
        ReactionKind::Like => "like_count",
        ReactionKind::Boost => "boost_count",
    };
    let update = format!(
        "UPDATE post SET {column} = CASE WHEN {column} + $2 < 0 THEN 0 ELSE {column} + $2 END \
         WHERE id = $1"
    );
    tx.conn().execute_raw(Sql::new(update, [post.into(), by.into()]).on(tx.conn())).await?;
    Ok(())
}

/// Changes the count of replies of `post` by `by`.
///
/// # Errors
///
/// As any statement.
pub async fn bump_reply_count(tx: &WriteTx, post: PostId, by: i64) -> Result<(), StoreError> {
    const UPDATE: &str = "UPDATE post SET \
        reply_count = CASE WHEN reply_count + $2 < 0 THEN 0 ELSE reply_count + $2 END \
        WHERE id = $1";
    tx.conn().execute_raw(Sql::new(UPDATE, [post.into(), by.into()]).on(tx.conn())).await?;
    Ok(())
}
