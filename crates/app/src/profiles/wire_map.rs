//! What other servers are told of what becomes of an actor (docs/federation/actor.md, move.md).

use carefolk_domain::Audience;
use carefolk_store::entity::actor;
use carefolk_wire::PUBLIC;
use carefolk_wire::write::{Activity, Actor};

use crate::App;
use crate::outbox::{self, Recipients, Saying};

fn saying(
    app: &App,
    actor: &actor::Model,
    kind: &'static str,
    make: impl FnOnce(String) -> Activity,
) -> Saying {
    let slug = app.slug();
    let uri = outbox::activity_uri(app, &slug);
    let followers = actor.followers_uri.iter().cloned().collect();
    let activity = make(uri.clone()).addressed(vec![PUBLIC.to_owned()], followers);
    Saying {
        actor: actor.id,
        uri,
        slug,
        kind,
        post: None,
        order_key: actor.id.0,
        audience: Audience::Public,
        body: activity.to_json(),
    }
}

/// `Update` of an actor, with the whole of it inside.
pub(super) fn update(app: &App, actor: &actor::Model, document: Actor) -> Saying {
    saying(app, actor, "Update", |uri| Activity::update_actor(uri, document))
}

/// `Move` to another actor.
pub(super) fn moved(app: &App, actor: &actor::Model, target: &str) -> Saying {
    let target = target.to_owned();
    saying(app, actor, "Move", |uri| Activity::moved(uri, actor.uri.clone(), target))
}

/// `Delete` of an actor, for ever.
pub(super) fn delete(app: &App, actor: &actor::Model) -> Saying {
    saying(app, actor, "Delete", |uri| Activity::delete_actor(uri, actor.uri.clone()))
}

/// Everybody elsewhere who follows `actor`.
pub(super) fn followers(actor: &actor::Model) -> Recipients {
    Recipients { followers_of: Some(actor.id), ..Recipients::default() }
}
