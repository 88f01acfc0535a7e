//! Who is in groups that stay on this server, and is alone in seeing what is said there.
//!
//! Invariant: it is asked anew each time, so that who left or was turned away sees nothing from then on (S-172).

use carefolk_domain::{ActorId, GroupId, GroupRole};
use carefolk_store::dialect::padded;
use carefolk_store::entity::group_member;
use sea_orm::sea_query::SelectStatement;
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

/// Somebody who is gone is in no group any more, and nothing is said of them.
pub(crate) async fn forget(tx: &Tx, who: ActorId) -> Result<(), Error> {
    group_member::Entity::delete_many()
        .filter(group_member::Column::ActorId.eq(who))
        .exec(tx.conn())
        .await?;
    Ok(())
}
