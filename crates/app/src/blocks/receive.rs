//! Blocks that come from other servers.

use carefolk_domain::{UriHash, uri};
use carefolk_store::entity::{actor, block};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::row;
use crate::App;
use crate::actors::{bury, is_tombstone, queries as actors};
use crate::blocked::find;
use crate::follows::receive::{Named, drop_between};
use crate::kernel::{error::Error, outcome::Outcome, tx::Tx};

/// `Block` of somebody here.
pub(crate) async fn block(
    app: &App,
    tx: &Tx,
    from: &actor::Model,
    uri: &str,
    object: &str,
) -> Result<Outcome, Error> {
    let target = actors::by_uri(tx.conn(), object).await?;
    let Some(target) = target.filter(|row| row.domain_id.is_some()) else {
        return Ok(Outcome::Ignored("it blocks nobody here"));
    };
    if is_tombstone(tx, uri, &from.uri).await? {
        return Ok(Outcome::Ignored("it was taken back before it came"));
    }
    if find(tx.conn(), from.id, target.id).await?.is_some() {
        return Ok(Outcome::Ignored("we know it already"));
    }
    let made = row(app, from, &target, uri.to_owned(), true, tx.now());
    made.into_active_model().reset_all().insert(tx.conn()).await?;
    drop_between(tx, from, &target).await?;
    Ok(Outcome::Applied)
}

/// `Undo` of a `Block`. Only whose it was can (S-045).
pub(crate) async fn undo(tx: &Tx, from: &actor::Model, named: &Named) -> Result<Outcome, Error> {
    if let Some(row) = named_row(tx, from, named).await? {
        block::Entity::delete_by_id(row.id).exec(tx.conn()).await?;
        return Ok(Outcome::Applied);
    }
    // It may have overtaken what it undoes.
    if let Some(id) = named.id.as_deref().filter(|id| uri::same_origin(id, &from.uri)) {
        bury(tx, id, &from.uri).await?;
    }
    Ok(Outcome::Ignored("it undoes nothing here"))
}

async fn named_row(
    tx: &Tx,
    from: &actor::Model,
    named: &Named,
) -> Result<Option<block::Model>, Error> {
    if let Some(id) = &named.id {
        let hash = block::Column::ActivityHash.eq(UriHash::of(id));
        let found = block::Entity::find().filter(hash).one(tx.conn()).await?;
        if let Some(row) = found {
            return Ok(Some(row).filter(|row| row.actor_id == from.id));
        }
    }
    let Some(object) = named.object.as_deref().filter(|_| named.is_by(from)) else {
        return Ok(None);
    };
    match actors::by_uri(tx.conn(), object).await? {
        Some(target) => find(tx.conn(), from.id, target.id).await,
        None => Ok(None),
    }
}
