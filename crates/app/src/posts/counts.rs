//! How many posts somebody has and how many answers a post has.

use std::collections::BTreeMap;

use carefolk_domain::{ActorId, Audience, PostId};
use carefolk_store::dialect;
use carefolk_store::entity::post;
use sea_orm::EntityTrait;

use crate::kernel::{error::Error, tx::Tx};

/// Counts a post in (`by` is 1) or out (-1) at its author and at what it answers. What only some
/// may see is not counted: a number would tell everybody that it is there.
pub(super) async fn count(tx: &Tx, row: &post::Model, by: i64) -> Result<(), Error> {
    count_all(tx, std::slice::from_ref(row), by).await
}

/// The same of several.
pub(super) async fn count_all(tx: &Tx, rows: &[post::Model], by: i64) -> Result<(), Error> {
    let mut notes: BTreeMap<ActorId, i64> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.audience.is_open()) {
        *notes.entry(row.actor_id).or_default() += by;
    }
    dialect::bump_note_counts(tx.store(), &notes).await?;
    count_answers(tx, rows.iter(), by).await
}

/// The same at what these answer alone: they stay posts.
pub(super) async fn count_answers(
    tx: &Tx,
    rows: impl Iterator<Item = &post::Model> + Send,
    by: i64,
) -> Result<(), Error> {
    let mut replies: BTreeMap<PostId, i64> = BTreeMap::new();
    for row in rows {
        if let Some(parent) = row.in_reply_to_id
            && is_counted(tx, row, parent).await?
        {
            *replies.entry(parent).or_default() += by;
        }
    }
    dialect::bump_reply_counts(tx.store(), &replies).await?;
    Ok(())
}

/// Whether a reply counts: everybody who may see what `row` answers may see `row`, too.
pub(super) async fn is_counted(tx: &Tx, row: &post::Model, parent: PostId) -> Result<bool, Error> {
    if row.audience.is_open() {
        return Ok(true);
    }
    let parent = post::Entity::find_by_id(parent).one(tx.conn()).await?;
    Ok(parent.is_some_and(|parent| {
        let same = parent.audience == row.audience;
        same && matches!(row.audience, Audience::Local | Audience::Followers | Audience::Group)
    }))
}
