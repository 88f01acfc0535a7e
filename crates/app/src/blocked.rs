//! Who blocks whom, as everything else that two actors do with each other has to ask.

use std::collections::{BTreeSet, HashSet};

use carefolk_domain::ActorId;
use carefolk_store::dialect::padded;
use carefolk_store::entity::block;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait,
};

use crate::kernel::error::Error;

/// The block of `target` by `actor`.
pub(crate) async fn find(
    conn: &impl ConnectionTrait,
    actor: ActorId,
    target: ActorId,
) -> Result<Option<block::Model>, Error> {
    Ok(block::Entity::find()
        .filter(block::Column::ActorId.eq(actor))
        .filter(block::Column::TargetId.eq(target))
        .one(conn)
        .await?)
}

/// Whether `actor` blocks `target`.
pub(crate) async fn is_blocked(
    conn: &impl ConnectionTrait,
    actor: ActorId,
    target: ActorId,
) -> Result<bool, Error> {
    let rows = block::Entity::find()
        .filter(block::Column::ActorId.eq(actor))
        .filter(block::Column::TargetId.eq(target));
    Ok(rows.count(conn).await? > 0)
}

/// Who of `actors` blocks whom of `targets`.
pub(crate) async fn among(
    conn: &impl ConnectionTrait,
    actors: &BTreeSet<ActorId>,
    targets: &BTreeSet<ActorId>,
) -> Result<HashSet<(ActorId, ActorId)>, Error> {
    if actors.is_empty() || targets.is_empty() {
        return Ok(HashSet::new());
    }
    let found: Vec<(ActorId, ActorId)> = block::Entity::find()
        .select_only()
        .columns([block::Column::ActorId, block::Column::TargetId])
        .filter(block::Column::ActorId.is_in(padded(actors.iter().copied())))
        .filter(block::Column::TargetId.is_in(padded(targets.iter().copied())))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(found.into_iter().collect())
}

/// Who blocks `actor`, as part of another query.
pub(crate) fn blockers_of(actor: ActorId) -> SelectStatement {
    block::Entity::find()
        .select_only()
        .column(block::Column::ActorId)
        .filter(block::Column::TargetId.eq(actor))
        .into_query()
}

/// Whom `actor` blocks, as part of another query.
pub(crate) fn blocked_by(actor: ActorId) -> SelectStatement {
    block::Entity::find()
        .select_only()
        .column(block::Column::TargetId)
        .filter(block::Column::ActorId.eq(actor))
        .into_query()
}
