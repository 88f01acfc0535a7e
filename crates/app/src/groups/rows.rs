//! The rows that say what somebody is in a group.

use carefolk_domain::group::GROUP_MODERATORS_MIN;
use carefolk_domain::{ActorId, ActorState, GroupId, GroupRole, Moment};
use carefolk_store::entity::{actor, group, group_member};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Set,
};

use crate::kernel::{error::Error, tx::Tx};

/// Somebody is that from now on, whatever they were.
pub(super) async fn set_role(
    tx: &Tx,
    group: GroupId,
    who: ActorId,
    role: GroupRole,
) -> Result<(), Error> {
    set_role_until(tx, group, who, (role, None)).await
}

/// The same, until then if there is an end.
pub(super) async fn set_role_until(
    tx: &Tx,
    group: GroupId,
    who: ActorId,
    (role, until): (GroupRole, Option<Moment>),
) -> Result<(), Error> {
    // Whoever closes the account meanwhile waits, or was first.
    let here = actor::Entity::find_by_id(who).lock_shared().one(tx.conn()).await?;
    if here.is_none_or(|here| here.state == ActorState::Deleted) {
        return Err(Error::NotFound("actor"));
    }
    drop_role(tx, group, who).await?;
    group_member::ActiveModel {
        group_id: Set(group),
        actor_id: Set(who),
        role: Set(role),
        created_at: Set(tx.now()),
        until: Set(until),
    }
    .insert(tx.conn())
    .await?;
    Ok(())
}

/// Nothing is said of somebody any more.
pub(super) async fn drop_role(tx: &Tx, group: GroupId, who: ActorId) -> Result<(), Error> {
    group_member::Entity::delete_by_id((group, who)).exec(tx.conn()).await?;
    Ok(())
}

/// Holds a group for this change alone: two who leave at once would each count the other as staying.
pub(super) async fn hold(tx: &Tx, group: GroupId) -> Result<(), Error> {
    let held = group::Entity::find_by_id(group).lock_exclusive().one(tx.conn()).await?;
    held.map(drop).ok_or(Error::NotFound("group"))
}

/// A group that `leaving` is no moderator of any more must have enough others.
pub(super) async fn keep_moderators(
    tx: &Tx,
    row: &group::Model,
    leaving: ActorId,
) -> Result<(), Error> {
    hold(tx, row.id).await?;
    let moderators = || {
        group_member::Entity::find()
            .filter(group_member::Column::GroupId.eq(row.id))
            .filter(group_member::Column::Role.eq(GroupRole::Moderator))
    };
    let is_one = moderators().filter(group_member::Column::ActorId.eq(leaving)).count(tx.conn());
    if is_one.await? == 0 {
        return Ok(());
    }
    let others = moderators().filter(group_member::Column::ActorId.ne(leaving)).count(tx.conn());
    if others.await? < u64::try_from(GROUP_MODERATORS_MIN).unwrap_or(u64::MAX) {
        return Err(Error::Conflict("a group needs two moderators"));
    }
    Ok(())
}
