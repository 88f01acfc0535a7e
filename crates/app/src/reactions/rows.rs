//! The rows of reactions, and what follows from them.

use carefolk_domain::{NotificationId, ReactionId, ReactionKind, UriHash};
use carefolk_store::dialect;
use carefolk_store::entity::{account, actor, notification, post, reaction};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};

use crate::kernel::{error::Error, tx::Tx};
use crate::{App, timelines};

/// A reaction about to be written.
pub(super) struct New<'a> {
    pub actor: &'a actor::Model,
    pub post: &'a post::Model,
    pub kind: ReactionKind,
    pub uri: String,
}

/// The reaction of that kind by `actor` to `post`.
pub(super) async fn find(
    tx: &Tx,
    actor: &actor::Model,
    post: &post::Model,
    kind: ReactionKind,
) -> Result<Option<reaction::Model>, Error> {
    Ok(reaction::Entity::find()
        .filter(reaction::Column::ActorId.eq(actor.id))
        .filter(reaction::Column::PostId.eq(post.id))
        .filter(reaction::Column::Kind.eq(kind))
        .one(tx.conn())
        .await?)
}

/// Writes it, counts it, tells the author, and puts what was passed on where it is read.
pub(super) async fn insert(app: &App, tx: &Tx, new: New<'_>) -> Result<reaction::Model, Error> {
    let New { actor, post, kind, uri } = new;
    let row = reaction::ActiveModel {
        id: Set(ReactionId(app.id())),
        actor_id: Set(actor.id),
        post_id: Set(post.id),
        kind: Set(kind),
        activity_hash: Set(UriHash::of(&uri)),
        activity_uri: Set(uri),
        created_at: Set(tx.now()),
    }
    .insert(tx.conn())
    .await?;
    dialect::bump_reaction_count(tx.store(), post.id, kind, 1).await?;
    notify(app, tx, actor, post, kind).await?;
    if kind == ReactionKind::Boost {
        timelines::pass_on(tx, post, actor.id).await?;
    }
    Ok(row)
}

/// Takes it away, and what followed from it.
pub(super) async fn delete(tx: &Tx, row: &reaction::Model) -> Result<(), Error> {
    let gone = reaction::Entity::delete_by_id(row.id).exec(tx.conn()).await?;
    if gone.rows_affected == 0 {
        // Another process took it back at the same time, and counted it.
        return Ok(());
    }
    notification::Entity::delete_many()
        .filter(notification::Column::PostId.eq(row.post_id))
        .filter(notification::Column::ActorId.eq(row.actor_id))
        .filter(notification::Column::Kind.eq(told_as(row.kind)))
        .exec(tx.conn())
        .await?;
    dialect::bump_reaction_count(tx.store(), row.post_id, row.kind, -1).await?;
    if row.kind == ReactionKind::Boost {
        timelines::take_back(tx, row.post_id, row.actor_id).await?;
    }
    Ok(())
}

/// How a notification calls it.
fn told_as(kind: ReactionKind) -> &'static str {
    match kind {
        ReactionKind::Like => "like",
        ReactionKind::Boost => "boost",
    }
}

async fn notify(
    app: &App,
    tx: &Tx,
    actor: &actor::Model,
    post: &post::Model,
    kind: ReactionKind,
) -> Result<(), Error> {
    let author = account::Entity::find()
        .filter(account::Column::ActorId.eq(post.actor_id))
        .one(tx.conn())
        .await?;
    let Some(author) = author.filter(|_| post.actor_id != actor.id) else { return Ok(()) };
    notification::ActiveModel {
        id: Set(NotificationId(app.id())),
        account_id: Set(author.id),
        kind: Set(told_as(kind).to_owned()),
        actor_id: Set(actor.id),
        post_id: Set(Some(post.id)),
        created_at: Set(tx.now()),
        read_at: Set(None),
    }
    .insert(tx.conn())
    .await?;
    Ok(())
}
