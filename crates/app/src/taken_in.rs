//! What comes from other servers into groups of ours, or does not.
//!
//! Invariant: who may not write in a group is not passed on by it, by whatever path it came.

use std::collections::HashSet;

use carefolk_domain::{ActorId, ActorKind, Audience, GroupRole, Moment, PostId, Span};
use carefolk_store::entity::{actor, post};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};

use crate::grouped::{Place, is_limited, of_conversation, of_post, pass_on, role, roles};
use crate::kernel::{error::Error, tx::Tx};
use crate::waiting::{self, Unread, WAITING_SAID_MAX_BYTES};
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
    (named, said): (&[actor::Model], Option<&str>),
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
    // What answers stands below what it answers, as on every other server.
    if parent.is_none() && waiting::must_wait(tx.conn(), &place, author).await? {
        if waiting::has(tx, row.id).await? {
            return Ok(None);
        }
        let said = said.filter(|said| said.len() <= WAITING_SAID_MAX_BYTES);
        let said = said.unwrap_or_default().to_owned();
        let (group, actor, post) = (place.row.id, author.id, Some(row.id));
        let unread = Unread { group, actor, account: None, post, said };
        return match waiting::keep(app, tx, unread).await {
            Ok(_) | Err(Error::Throttled { .. }) => Ok(None),
            Err(other) => Err(other),
        };
    }
    let mut changed = row.clone().into_active_model();
    changed.group_id = Set(Some(place.row.id));
    let row = changed.update(tx.conn()).await?;
    pass_on(app, tx, &place, &row, author).await?;
    Ok(Some((place, row)))
}

/// How long after a conversation was closed we believe what is looked for that it was written before: who writes
/// chooses what it says of its time.
const BEFORE_LOCK_BELIEVED: Span = Span::hours(1);

/// Whether the moderators of the group that the conversation of `parent` is in do not want `author` to answer there, or
/// nobody to. `written` is when something that was looked for says that it was written: what was there before a
/// conversation was closed belongs to it. What comes by itself comes now.
pub(crate) async fn is_unwanted_below(
    tx: &Tx,
    parent: &post::Model,
    author: &actor::Model,
    (audience, written): (Audience, Option<Moment>),
) -> Result<bool, Error> {
    // What is said aside belongs to those it is for, and not into the group.
    let place = if audience.is_open() {
        of_conversation(tx.conn(), parent).await?
    } else {
        of_post(tx.conn(), parent).await?
    };
    let Some(place) = place else { return Ok(false) };
    match role(tx.conn(), &place.row, author).await? {
        Some(GroupRole::Banned) => Ok(true),
        Some(GroupRole::Moderator) => Ok(false),
        _ if !audience.is_open() => Ok(false),
        _ => Ok(locked::since(tx.conn(), parent).await?.is_some_and(|since| {
            let is_earlier = written.is_some_and(|written| written < since);
            !(is_earlier && tx.now() - since < BEFORE_LOCK_BELIEVED)
        })),
    }
}

/// Which of `orphans`, which came before the post `above` that they answer, may not stand below it: those of whom its
/// moderators want nothing, and those that came after the conversation was closed.
pub(crate) async fn unwanted_among(
    tx: &Tx,
    above: &post::Model,
    orphans: &[post::Model],
) -> Result<HashSet<PostId>, Error> {
    let Some(place) = of_conversation(tx.conn(), above).await? else { return Ok(HashSet::new()) };
    let authors: Vec<ActorId> = orphans.iter().map(|orphan| orphan.actor_id).collect();
    let roles = roles(tx.conn(), &place.row, &authors).await?;
    let since = locked::since(tx.conn(), above).await?;
    let is_unwanted = |orphan: &&post::Model| match roles.get(&orphan.actor_id) {
        // What is said aside belongs to those it is for.
        _ if !orphan.audience.is_open() => false,
        Some(GroupRole::Banned) => true,
        Some(GroupRole::Moderator) => false,
        _ => since.is_some_and(|since| orphan.created_at >= since),
    };
    Ok(orphans.iter().filter(is_unwanted).map(|orphan| orphan.id).collect())
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
