//! Inboxes that are gone.

use carefolk_domain::uri;
use carefolk_store::entity::delivery::{self, DeliveryState};
use carefolk_store::entity::peer;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, sea_query::Expr};

use crate::kernel::{error::Error, tx::Tx};

/// Takes back all that still waits for `inbox`; returns how much.
pub(crate) async fn cancel_to(tx: &Tx, inbox: &str) -> Result<u64, Error> {
    let Some(host) = uri::host(inbox) else { return Ok(0) };
    let peer = peer::Entity::find()
        .select_only()
        .column(peer::Column::Id)
        .filter(peer::Column::Host.eq(host))
        .into_query();
    let done = delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(DeliveryState::Cancelled))
        .col_expr(delivery::Column::EndedAt, Expr::value(tx.now()))
        .filter(delivery::Column::PeerId.in_subquery(peer))
        .filter(delivery::Column::State.eq(DeliveryState::Waiting))
        .filter(delivery::Column::InboxUrl.eq(inbox))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected)
}
