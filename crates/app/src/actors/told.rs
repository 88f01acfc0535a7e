//! What other servers are told of an actor of ours (docs/federation/actor.md).

use carefolk_domain::Audience;
use carefolk_store::entity::actor;
use carefolk_wire::PUBLIC;
use carefolk_wire::write::Activity;

use crate::App;
use crate::kernel::{error::Error, tx::Tx};
use crate::outbox::{self, Recipients, Saying};

/// Something that is said of `actor` to everybody, by itself.
pub(crate) fn saying(
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

/// Everybody elsewhere who follows `actor`.
pub(crate) fn followers(actor: &actor::Model) -> Recipients {
    Recipients { followers_of: Some(actor.id), ..Recipients::default() }
}

/// Tells the servers of who follows an actor what it says about itself now (`Update`, with the whole of it inside).
pub(crate) async fn tell_of_change(app: &App, tx: &Tx, row: &actor::Model) -> Result<(), Error> {
    let document = app.actors().document_on(tx.conn(), row.clone()).await?;
    let update = |uri| Activity::update_actor(uri, document);
    outbox::say(app, tx, saying(app, row, "Update", update), followers(row)).await
}
