//! Who is in groups that stay on this server, and is alone in seeing what is said there.
//!
//! Invariant: it is asked anew each time, so that who left or was turned away sees nothing from then on (S-172).

use std::collections::HashSet;

use carefolk_domain::{ActorId, GroupId, GroupRole, NotificationKind};
use carefolk_store::dialect::padded;
use carefolk_store::entity::{group_member, notification, post};
use sea_orm::sea_query::{SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::kernel::{error::Error, tx::Tx};

/// The groups that `who` is in.
pub(crate) fn groups_of(who: ActorId) -> SelectStatement {
    group_member::Entity::find()
        .select_only()
        .column(group_member::Column::GroupId)
        .filter(group_member::Column::ActorId.eq(who))
        .filter(group_member::Column::Role.is_in(GroupRole::INSIDE))
        .into_query()
}

/// Who is in `group`.
pub(crate) fn of(group: GroupId) -> SelectStatement {
    group_member::Entity::find()
        .select_only()
        .column(group_member::Column::ActorId)
        .filter(group_member::Column::GroupId.eq(group))
        .filter(group_member::Column::Role.is_in(GroupRole::INSIDE))
        .into_query()
}

/// Which of these are in `group`.
pub(crate) async fn among(
    conn: &impl ConnectionTrait,
    group: GroupId,
    who: Vec<ActorId>,
) -> Result<Vec<ActorId>, Error> {
    if who.is_empty() {
        return Ok(Vec::new());
    }
    let found = group_member::Entity::find()
        .select_only()
        .column(group_member::Column::ActorId)
        .filter(group_member::Column::GroupId.eq(group))
        .filter(group_member::Column::ActorId.is_in(padded(who)))
        .filter(group_member::Column::Role.is_in(GroupRole::INSIDE));
    Ok(found.into_tuple().all(conn).await?)
}

/// The groups of these posts that `who` is in.
pub(crate) async fn groups_among(
    conn: &impl ConnectionTrait,
    who: ActorId,
    posts: &[&post::Model],
) -> Result<HashSet<GroupId>, Error> {
    let groups: HashSet<GroupId> = posts.iter().filter_map(|post| post.group_id).collect();
    let found: Vec<GroupId> = group_member::Entity::find()
        .select_only()
        .column(group_member::Column::GroupId)
        .filter(group_member::Column::ActorId.eq(who))
        .filter(group_member::Column::GroupId.is_in(padded(groups)))
        .filter(group_member::Column::Role.is_in(GroupRole::INSIDE))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(found.into_iter().collect())
}

/// Whether `who` is in `group`; nobody is in none.
pub(crate) async fn has(
    conn: &impl ConnectionTrait,
    group: Option<GroupId>,
    who: ActorId,
) -> Result<bool, Error> {
    match group {
        Some(group) => Ok(!among(conn, group, vec![who]).await?.is_empty()),
        None => Ok(false),
    }
}

/// Somebody who is gone is in no group any more. A ban stays: who lives elsewhere may come back under their name.
pub(crate) async fn forget(tx: &Tx, who: ActorId) -> Result<(), Error> {
    group_member::Entity::delete_many()
        .filter(group_member::Column::ActorId.eq(who))
        .filter(group_member::Column::Role.ne(GroupRole::Banned))
        .exec(tx.conn())
        .await?;
    // Nor does anybody have to decide what they asked.
    notification::Entity::delete_many()
        .filter(notification::Column::ActorId.eq(who))
        .filter(notification::Column::Kind.eq(NotificationKind::GroupAsked))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// No group is left without anybody who keeps order in it.
///
/// # Errors
///
/// [`Error::Conflict`] if `leaving` is the last who does, in any group.
pub(crate) async fn keep_order_without(tx: &Tx, leaving: ActorId) -> Result<(), Error> {
    let keepers = |filter: SimpleExpr| {
        group_member::Entity::find()
            .select_only()
            .column(group_member::Column::GroupId)
            .filter(filter)
            .filter(group_member::Column::Role.eq(GroupRole::Moderator))
    };
    let others = keepers(group_member::Column::ActorId.ne(leaving)).into_query();
    let alone = keepers(group_member::Column::ActorId.eq(leaving))
        .filter(group_member::Column::GroupId.not_in_subquery(others))
        .into_tuple::<GroupId>()
        .one(tx.conn())
        .await?;
    match alone {
        Some(_) => Err(Error::Conflict("a group has nobody else who keeps order in it")),
        None => Ok(()),
    }
}
