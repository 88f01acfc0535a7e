//! Groups of other servers in which a conversation is, so that they hear what is said in it here.
//!
//! Invariant: only a group that somebody here follows, or named, is put into what is said here.

use carefolk_domain::{ActorId, ActorKind, PostId, ReactionKind, UriHash, uri};
use carefolk_store::entity::follow::FollowState;
use carefolk_store::entity::{actor, follow, mention, post, reaction};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
};

use crate::actors::queries as actors;
use crate::blocked;
use crate::kernel::{error::Error, outcome::Outcome, tx::Tx};
use crate::locked;

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

/// A group elsewhere says that a conversation is closed, or open again: one that it passed on, that is in no group of
/// ours, and that lives on its server or names it. Else any group could silence what is said anywhere.
pub(crate) async fn lock(
    tx: &Tx,
    group: &actor::Model,
    object: &str,
    is_locked: bool,
) -> Result<Outcome, Error> {
    let hash = UriHash::of(object);
    let root = post::Entity::find().filter(post::Column::UriHash.eq(hash)).one(tx.conn()).await?;
    let Some(root) = root else { return Ok(Outcome::Ignored("we do not have it")) };
    let passed_on = reaction::Entity::find()
        .filter(reaction::Column::PostId.eq(root.id))
        .filter(reaction::Column::ActorId.eq(group.id))
        .filter(reaction::Column::Kind.eq(ReactionKind::Boost));
    let is_theirs = passed_on.one(tx.conn()).await?.is_some();
    let begins = root.in_reply_to_uri.is_none() && root.group_id.is_none();
    let is_meant = uri::same_origin(&root.uri, &group.uri)
        || named_in(tx.conn(), root.id).await?.is_some_and(|named| named.id == group.id);
    // What a group closed it opens again, also when nobody here follows it any more.
    let is_allowed = is_meant
        && if is_locked {
            is_theirs && begins
        } else {
            root.group_id.is_none() && (is_theirs || uri::same_origin(&root.uri, &group.uri))
        };
    if !is_allowed {
        return Ok(Outcome::Refused("it closes a conversation of others"));
    }
    let changed = locked::set(tx, root.id, is_locked).await?;
    Ok(if changed { Outcome::Applied } else { Outcome::Ignored("we know it already") })
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
