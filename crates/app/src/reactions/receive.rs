//! Likes and boosts that come from other servers.

use carefolk_domain::{PostState, ReactionKind, UriHash, uri};
use carefolk_store::entity::{actor, reaction};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::rows::{self, New};
use crate::App;
use crate::actors::{bury, is_tombstone};
use crate::follows::receive::Named;
use crate::kernel::{error::Error, outcome::Outcome, tx::Tx};
use crate::posts::visible::may_see;
use crate::{blocked, posts};

/// `Like` or `Announce` of a post that is here.
pub(crate) async fn react(
    app: &App,
    tx: &Tx,
    actor: &actor::Model,
    uri: &str,
    object: &str,
    kind: ReactionKind,
) -> Result<Outcome, Error> {
    let found = posts::by_uri(tx.conn(), object).await?;
    let Some(post) = found.filter(|post| post.state == PostState::Published) else {
        return Ok(Outcome::Ignored("we do not have it"));
    };
    if !may_see(tx, actor, &post).await?
        || (kind == ReactionKind::Boost && !post.audience.is_open())
    {
        return Ok(Outcome::Refused("it is not for them"));
    }
    if blocked::is_blocked(tx.conn(), post.actor_id, actor.id).await? {
        return Ok(Outcome::Refused("whose it is blocks them"));
    }
    if is_tombstone(tx, uri, &actor.uri).await? {
        return Ok(Outcome::Ignored("it was taken back before it came"));
    }
    if rows::find(tx, actor, &post, kind).await?.is_some() {
        return Ok(Outcome::Ignored("we know it already"));
    }
    // Held, so that what is deleted at the same time has no reaction afterwards.
    let post = match posts::held(tx, post.id).await {
        Ok(post) => post,
        Err(Error::NotFound(_)) => return Ok(Outcome::Ignored("we do not have it")),
        Err(other) => return Err(other),
    };
    let new = New { actor, post: &post, kind, uri: uri.to_owned() };
    rows::insert(app, tx, new).await?;
    Ok(Outcome::Applied)
}

/// `Undo` of a `Like` or `Announce`. Only whose it was can (S-045).
pub(crate) async fn undo(tx: &Tx, from: &actor::Model, named: &Named) -> Result<Outcome, Error> {
    if let Some(row) = find(tx, from, named).await? {
        rows::delete(tx, &row).await?;
        return Ok(Outcome::Applied);
    }
    // It may have overtaken what it undoes.
    if let Some(id) = named.id.as_deref().filter(|id| uri::same_origin(id, &from.uri)) {
        bury(tx, id, &from.uri).await?;
    }
    Ok(Outcome::Ignored("it undoes nothing here"))
}

async fn find(
    tx: &Tx,
    from: &actor::Model,
    named: &Named,
) -> Result<Option<reaction::Model>, Error> {
    if let Some(id) = &named.id {
        let found = reaction::Entity::find()
            .filter(reaction::Column::ActivityHash.eq(UriHash::of(id)))
            .one(tx.conn())
            .await?;
        if let Some(row) = found {
            return Ok(Some(row).filter(|row| row.actor_id == from.id));
        }
    }
    let kind = match named.kind.as_deref() {
        Some("Like") => ReactionKind::Like,
        Some("Announce") => ReactionKind::Boost,
        _ => return Ok(None),
    };
    let Some(object) = named.object.as_deref().filter(|_| named.is_by(from)) else {
        return Ok(None);
    };
    match posts::by_uri(tx.conn(), object).await? {
        Some(post) => rows::find(tx, from, &post, kind).await,
        None => Ok(None),
    }
}
