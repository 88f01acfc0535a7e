//! Removing what was said and nobody needs any more.

use std::sync::atomic::{AtomicI64, Ordering};

use carefolk_domain::{Audience, OutboxId, Span};
use carefolk_store::entity::{delivery, outbox_activity};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::App;
use crate::kernel::{error::Error, tx::Tx};

/// How long everything that was said is kept, for who wonders and for who asks for its id.
const SAID_KEPT: Span = Span::days(30);

/// How many rows one sweep looks at.
const LOOKED_AT: u64 = 2_000;

/// What can still be read at its id, as long as it has words: it is what a post came with. Edits,
/// likes and follows were said once, and what they changed says it now.
const READ_AGAIN: [&str; 2] = ["Create", "Announce"];

/// Up to which row the last sweep looked: most stay, and none is looked at twice in one round.
#[derive(Debug, Default)]
pub(crate) struct SweepMark(AtomicI64);

/// Removes some of what is a month old, has no delivery left and is not read again; returns how many.
/// The next sweep goes on behind it, and from the beginning after the end.
pub(crate) async fn forget_said(app: &App, tx: &Tx) -> Result<u64, Error> {
    let mark = &app.0.said_mark.0;
    let rows: Vec<OutboxId> = outbox_activity::Entity::find()
        .select_only()
        .column(outbox_activity::Column::Id)
        .filter(outbox_activity::Column::Id.gt(mark.load(Ordering::Relaxed)))
        .order_by_asc(outbox_activity::Column::Id)
        .limit(LOOKED_AT)
        .into_tuple()
        .all(tx.conn())
        .await?;
    let is_last = u64::try_from(rows.len()).unwrap_or(0) < LOOKED_AT;
    let next = rows.last().filter(|_| !is_last).map_or(0, |id| id.0);
    let delivered = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::ActivityId)
        .filter(delivery::Column::ActivityId.is_in(rows.iter().copied()))
        .into_query();
    let read_again = Condition::all()
        .add(outbox_activity::Column::Audience.is_in([Audience::Public, Audience::Quiet]))
        .add(outbox_activity::Column::Kind.is_in(READ_AGAIN))
        .add(outbox_activity::Column::Body.ne(""));
    let gone = outbox_activity::Entity::delete_many()
        .filter(outbox_activity::Column::Id.is_in(rows))
        .filter(outbox_activity::Column::CreatedAt.lt(tx.now() - SAID_KEPT))
        .filter(read_again.not())
        .filter(outbox_activity::Column::Id.not_in_subquery(delivered))
        .exec(tx.conn())
        .await?;
    mark.store(next, Ordering::Relaxed);
    Ok(gone.rows_affected)
}
