//! Groups of other servers in which a conversation is, so that they hear what is said in it here.
//!
//! Invariant: only a group that somebody here follows, or named, is put into what is said here.

use carefolk_domain::{ActorId, ActorKind, PostId, ReactionKind, uri};
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::{actor, follow, mention, post, reaction};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
};

use crate::actors::queries as actors;
use crate::blocked;
use crate::kernel::error::Error;

/// The group elsewhere that a conversation is in, by any post of it: one that somebody here follows and that passed
/// on what began it, best of its own server; or the one that somebody here named when they began it. Anybody else's
/// word for it would put a stranger into what `by` says.
pub(crate) async fn group_of(
    conn: &impl ConnectionTrait,
    post: &post::Model,
    by: ActorId,
) -> Result<Option<actor::Model>, Error> {
    let root = match post.root_id {
        Some(root) => post::Entity::find_by_id(root).one(conn).await?,
        None => Some(post.clone()),
    };
    let Some(root) = root else { return Ok(None) };
    let boosts = reaction::Entity::find()
        .select_only()
        .column(reaction::Column::ActorId)
        .filter(reaction::Column::PostId.eq(root.id))
        .filter(reaction::Column::Kind.eq(ReactionKind::Boost))
        .into_query();
    let followed = follow::Entity::find()
        .select_only()
        .column(follow::Column::FolloweeId)
        .filter(follow::Column::State.eq(FollowState::Accepted))
        .filter(follow::Column::FollowerId.in_subquery(actors::local_ids()))
        .into_query();
    let mut found = groups_among(boosts).filter(actor::Column::Id.in_subquery(followed));
    found = found.limit(GROUPS_MAX);
    let mut found: Vec<actor::Model> = found.all(conn).await?;
    found.retain(actors::is_shown);
    found.sort_by_key(|group| !uri::same_origin(&group.uri, &root.uri));
    if root.slug.is_some() {
        found.extend(named_in(conn, root.id).await?);
    }
    for group in found {
        if !blocked::is_blocked(conn, by, group.id).await? {
            return Ok(Some(group));
        }
    }
    Ok(None)
}

/// How many groups that passed on one post are looked at.
const GROUPS_MAX: u64 = 10;

/// The group elsewhere that a post names.
pub(crate) async fn named_in(
    conn: &impl ConnectionTrait,
    post: PostId,
) -> Result<Option<actor::Model>, Error> {
    let named = mention::Entity::find()
        .select_only()
        .column(mention::Column::ActorId)
        .filter(mention::Column::PostId.eq(post))
        .into_query();
    let found = groups_among(named).one(conn).await?;
    Ok(found.filter(actors::is_shown))
}

/// Groups of other servers among these actors.
fn groups_among(among: SelectStatement) -> Select<actor::Entity> {
    actor::Entity::find()
        .filter(actor::Column::Id.in_subquery(among))
        .filter(actor::Column::Kind.eq(ActorKind::Group))
        .filter(actor::Column::DomainId.is_null())
        .order_by_asc(actor::Column::Id)
}
