//! The rows of reactions, and what follows from them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use carefolk_domain::{
    AccountId, ActorId, ActorKind, Audience, NotificationId, NotificationKind, PostId, ReactionId,
    ReactionKind, UriHash,
};
use carefolk_store::dialect::{self, insert_all, padded};
use carefolk_store::entity::{account, actor, notification, post, reaction};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::kernel::{error::Error, tx::Tx};
use crate::{App, homes, insiders};

/// A reaction about to be written.
pub(crate) struct New<'a> {
    pub(crate) actor: &'a actor::Model,
    pub(crate) post: &'a post::Model,
    pub(crate) kind: ReactionKind,
    pub(crate) uri: String,
}

/// The reaction of that kind by `actor` to `post`.
pub(crate) async fn find(
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

/// Which of these ids an activity has already that somebody likes or boosts with.
pub(crate) async fn taken(tx: &Tx, ids: Vec<UriHash>) -> Result<HashSet<UriHash>, Error> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let found: Vec<UriHash> = reaction::Entity::find()
        .select_only()
        .column(reaction::Column::ActivityHash)
        .filter(reaction::Column::ActivityHash.is_in(padded(ids)))
        .into_tuple()
        .all(tx.conn())
        .await?;
    Ok(found.into_iter().collect())
}

/// Writes these, counts them, tells the authors, and puts what was passed on where it is read.
pub(crate) async fn insert(
    app: &App,
    tx: &Tx,
    new: Vec<New<'_>>,
) -> Result<Vec<reaction::Model>, Error> {
    let rows: Vec<reaction::Model> = new
        .iter()
        .map(|New { actor, post, kind, uri }| reaction::Model {
            id: ReactionId(app.id()),
            actor_id: actor.id,
            post_id: post.id,
            kind: *kind,
            activity_hash: UriHash::of(uri),
            activity_uri: uri.clone(),
            created_at: tx.now(),
        })
        .collect();
    insert_all::<reaction::ActiveModel>(tx.store(), rows.clone()).await?;
    for kind in [ReactionKind::Like, ReactionKind::Boost] {
        let mut counts: BTreeMap<PostId, i64> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.kind == kind) {
            *counts.entry(row.post_id).or_default() += 1;
        }
        dialect::bump_reaction_counts(tx.store(), kind, &counts).await?;
    }
    notify(app, tx, &new).await?;
    let boosts: Vec<(PostId, ActorId)> = rows
        .iter()
        .filter(|row| row.kind == ReactionKind::Boost)
        .map(|row| (row.post_id, row.actor_id))
        .collect();
    homes::pass_on(tx, &boosts).await?;
    Ok(rows)
}

/// Takes it away, and what followed from it.
pub(crate) async fn delete(tx: &Tx, row: &reaction::Model) -> Result<(), Error> {
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
    let one = BTreeMap::from([(row.post_id, -1)]);
    dialect::bump_reaction_counts(tx.store(), row.kind, &one).await?;
    if row.kind == ReactionKind::Boost {
        homes::take_back(tx, row.post_id, row.actor_id).await?;
    }
    Ok(())
}

/// How a notification calls it.
fn told_as(kind: ReactionKind) -> NotificationKind {
    match kind {
        ReactionKind::Like => NotificationKind::Like,
        ReactionKind::Boost => NotificationKind::Boost,
    }
}

/// Tells the authors who have an account here; nobody of what they do themselves.
async fn notify(app: &App, tx: &Tx, new: &[New<'_>]) -> Result<(), Error> {
    let authors: BTreeSet<ActorId> = new.iter().map(|new| new.post.actor_id).collect();
    let accounts: HashMap<ActorId, AccountId> = account::Entity::find()
        .select_only()
        .columns([account::Column::ActorId, account::Column::Id])
        .filter(account::Column::ActorId.is_in(padded(authors)))
        .into_tuple()
        .all(tx.conn())
        .await?
        .into_iter()
        .collect();
    let mut deaf: Vec<PostId> = Vec::new();
    for post in new.iter().map(|new| new.post).filter(|post| post.audience == Audience::Group) {
        if !insiders::has(tx.conn(), post.group_id, post.actor_id).await? {
            deaf.push(post.id);
        }
    }
    // That a group passes on what was said in it is no news.
    let is_news = |new: &New<'_>| new.actor.kind != ActorKind::Group;
    let tells = |new: &&New<'_>| {
        new.post.actor_id != new.actor.id && is_news(new) && !deaf.contains(&new.post.id)
    };
    let rows = new.iter().filter(tells).filter_map(|new| {
        Some(notification::Model {
            id: NotificationId(app.id()),
            account_id: *accounts.get(&new.post.actor_id)?,
            kind: told_as(new.kind),
            actor_id: new.actor.id,
            post_id: Some(new.post.id),
            group_id: None,
            created_at: tx.now(),
            read_at: None,
        })
    });
    Ok(insert_all::<notification::ActiveModel>(tx.store(), rows.collect()).await?)
}
