//! What other servers are told of what becomes of an actor (docs/federation/actor.md, move.md).

use carefolk_store::entity::actor;
use carefolk_wire::write::Activity;

use crate::App;
use crate::actors::told::saying;
use crate::outbox::Saying;

/// `Move` to another actor.
pub(super) fn moved(app: &App, actor: &actor::Model, target: &str) -> Saying {
    let target = target.to_owned();
    saying(app, actor, "Move", |uri| Activity::moved(uri, actor.uri.clone(), target))
}

/// `Delete` of an actor, for ever.
pub(super) fn delete(app: &App, actor: &actor::Model) -> Saying {
    saying(app, actor, "Delete", |uri| Activity::delete_actor(uri, actor.uri.clone()))
}
