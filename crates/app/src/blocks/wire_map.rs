//! What other servers are told of blocks, where they are told (docs/federation/block.md).

use carefolk_store::entity::{actor, block};
use carefolk_wire::write::Activity;

use crate::outbox::{Saying, order_between};

fn activity(actor: &actor::Model, target: &actor::Model, row: &block::Model) -> Activity {
    Activity::block(row.activity_uri.clone(), actor.uri.clone(), target.uri.clone())
}

/// `Block`.
pub(super) fn block(
    actor: &actor::Model,
    target: &actor::Model,
    row: &block::Model,
    slug: String,
) -> Saying {
    let order = order_between(actor.id.0, target.id.0);
    Saying::direct(actor.id, "Block", order, slug, &activity(actor, target, row))
}

/// `Undo{Block}`, with the whole of it inside.
pub(super) fn undo(
    actor: &actor::Model,
    target: &actor::Model,
    row: &block::Model,
    uri: String,
    slug: String,
) -> Saying {
    let order = order_between(actor.id.0, target.id.0);
    let undo = Activity::undo_activity(uri, activity(actor, target, row));
    Saying::direct(actor.id, "Undo", order, slug, &undo)
}
