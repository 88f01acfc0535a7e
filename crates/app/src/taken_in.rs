//! What comes from other servers into groups of ours, or does not.
//!
//! Invariant: who may not write in a group is not passed on by it, by whatever path it came.

use carefolk_domain::{ActorKind, GroupRole, Moment, Span};
use carefolk_store::entity::{actor, post};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter,
};

use crate::grouped::{Place, is_limited, of_post, pass_on, role};
use crate::kernel::{error::Error, tx::Tx};
use crate::{App, locked};

/// A post came from elsewhere that names groups of ours (`named`), or answers something that is in one
/// (`parent`): it belongs there if its author may write there, and the group passes on what begins a conversation.
/// What a group does not want stays a post that names it; the group says nothing of it. Returns the group that
/// took it, with the post as it is then.
pub(crate) async fn began_here(
    app: &App,
    tx: &Tx,
    row: &post::Model,
    author: &actor::Model,
    parent: Option<&post::Model>,
    named: &[actor::Model],
) -> Result<Option<(Place, post::Model)>, Error> {
    if !row.audience.is_open() || is_limited(app, author).await? {
        return Ok(None);
    }
    let place = match parent {
        Some(parent) => of_post(tx.conn(), parent).await?,
        None if row.in_reply_to_uri.is_some() => None,
        None => first_group(tx, named).await?,
    };
    let Some(place) = place else { return Ok(None) };
    match place.admit(tx.conn(), author, parent).await {
        Ok(()) => {}
        Err(Error::Denied(why)) => {
            tracing::info!(group = %place.name().handle, post = %row.uri, %why, "not taken into the group");
            return Ok(None);
        }
        Err(other) => return Err(other),
    }
    if parent.is_none() && has_begun_enough(tx, &place, author).await? {
        tracing::info!(group = %place.name().handle, host = %author.host, "too many conversations");
        return Ok(None);
    }
    let mut changed = row.clone().into_active_model();
    changed.group_id = Set(Some(place.row.id));
    let row = changed.update(tx.conn()).await?;
    pass_on(app, tx, &place, &row, author).await?;
    Ok(Some((place, row)))
}

/// Whether the moderators of the group that `parent` is in do not want `author` to answer there, or nobody to: `said`
/// is when it was written, and what was written before a conversation was closed belongs to it.
pub(crate) async fn is_unwanted_below(
    conn: &impl ConnectionTrait,
    parent: &post::Model,
    author: &actor::Model,
    said: Moment,
) -> Result<bool, Error> {
    let Some(place) = of_post(conn, parent).await? else { return Ok(false) };
    match role(conn, &place.row, author).await? {
        Some(GroupRole::Banned) => Ok(true),
        Some(GroupRole::Moderator) => Ok(false),
        _ => Ok(locked::since(conn, parent).await?.is_some_and(|since| said >= since)),
    }
}

/// How many conversations one person elsewhere begins in a group in an hour; more stay posts that name it. Each
/// is told to everybody who follows the group.
pub(crate) const GROUP_CONVERSATIONS_AN_HOUR: u64 = 12;

/// Whether `author` began as many in the last hour as one may.
async fn has_begun_enough(tx: &Tx, place: &Place, author: &actor::Model) -> Result<bool, Error> {
    let began = post::Entity::find()
        .filter(post::Column::ActorId.eq(author.id))
        .filter(post::Column::GroupId.eq(place.row.id))
        .filter(post::Column::InReplyToUri.is_null())
        .filter(post::Column::CreatedAt.gt(tx.now() - Span::hours(1)))
        .count(tx.conn());
    Ok(began.await? >= GROUP_CONVERSATIONS_AN_HOUR)
}

/// A post belongs to one group, the first that it names.
async fn first_group(tx: &Tx, named: &[actor::Model]) -> Result<Option<Place>, Error> {
    for actor in named.iter().filter(|actor| actor.kind == ActorKind::Group) {
        if let Some(place) = Place::of_actor(tx.conn(), actor).await? {
            return Ok(Some(place));
        }
    }
    Ok(None)
}
