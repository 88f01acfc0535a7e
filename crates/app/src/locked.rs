//! Conversations that who keeps order in them closed: nobody else answers in them.

use carefolk_domain::{Moment, PostId};
use carefolk_store::entity::post;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::kernel::{error::Error, tx::Tx};

/// Since when the conversation that `post` is in is closed, if it is. Who begins it holds that for all of it.
pub(crate) async fn since(
    conn: &impl ConnectionTrait,
    post: &post::Model,
) -> Result<Option<Moment>, Error> {
    let Some(root) = post.root_id else { return Ok(post.locked_at) };
    let found: Option<Option<Moment>> = post::Entity::find_by_id(root)
        .select_only()
        .column(post::Column::LockedAt)
        .into_tuple()
        .one(conn)
        .await?;
    Ok(found.flatten())
}

/// Closes a conversation, or opens it again; whether that changed anything.
pub(crate) async fn set(tx: &Tx, root: PostId, is_locked: bool) -> Result<bool, Error> {
    let column = post::Column::LockedAt;
    let other = if is_locked { column.is_null() } else { column.is_not_null() };
    let done = post::Entity::update_many()
        .col_expr(column, Expr::value(is_locked.then(|| tx.now())))
        .filter(post::Column::Id.eq(root))
        .filter(other)
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected > 0)
}
