//! What other servers are told of blocks, where they are told (docs/federation/block.md).

use carefolk_domain::Audience;
use carefolk_store::entity::{actor, block};
use carefolk_wire::write::Activity;

use crate::outbox::Saying;

fn activity(actor: &actor::Model, target: &actor::Model, row: &block::Model) -> Activity {
    Activity::block(row.activity_uri.clone(), actor.uri.clone(), target.uri.clone())
}

fn saying(actor: &actor::Model, kind: &'static str, slug: String, activity: &Activity) -> Saying {
    Saying {
        actor: actor.id,
        uri: activity.id.clone(),
        slug,
        kind,
        post: None,
        order_key: actor.id.0,
        audience: Audience::Direct,
        body: activity.to_json(),
    }
}

/// `Block`.
pub(super) fn block(
    actor: &actor::Model,
    target: &actor::Model,
    row: &block::Model,
    slug: String,
) -> Saying {
    saying(actor, "Block", slug, &activity(actor, target, row))
}

/// `Undo{Block}`, with the whole of it inside.
pub(super) fn undo(
    actor: &actor::Model,
    target: &actor::Model,
    row: &block::Model,
    uri: String,
    slug: String,
) -> Saying {
    saying(actor, "Undo", slug, &Activity::undo_activity(uri, activity(actor, target, row)))
}
