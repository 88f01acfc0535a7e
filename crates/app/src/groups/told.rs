//! What moderators of a group did, told to servers that know groups (FEP-1b12).

use carefolk_store::entity::post;
use carefolk_wire::write::{Activity, Deed};

use crate::grouped::Place;
use crate::kernel::{error::Error, tx::Tx};
use crate::relayed::About;
use crate::{App, outbox, relayed, voice};

/// Tells them that it is done, or takes that back; `deed` makes the activity of its id and of who did it where. Of a
/// group that stays here nobody is told.
pub(super) async fn tell(
    app: &App,
    tx: &Tx,
    place: &Place,
    (about, is_done): (About<'_>, bool),
    deed: impl FnOnce(String, Deed) -> Activity + Send,
) -> Result<(), Error> {
    let Some(group) = &place.actor else { return Ok(()) };
    let by = voice::find(tx.conn()).await?;
    let by = by.map_or_else(|| group.uri.clone(), |voice| voice.uri);
    let id = || outbox::activity_uri(app, &app.slug());
    let done = deed(id(), Deed { by, group: group.uri.clone() });
    let said = if is_done { done } else { Activity::undo_activity(id(), done) };
    relayed::pass_on(app, tx, group, about, &said.to_json()).await
}

/// Tells that a conversation is closed, or open again.
pub(super) async fn of_lock(
    app: &App,
    tx: &Tx,
    place: &Place,
    root: &post::Model,
    is_locked: bool,
) -> Result<(), Error> {
    let uri = root.uri.clone();
    let lock = |id, deed| Activity::lock(id, deed, uri);
    tell(app, tx, place, (About::post(root.id), is_locked), lock).await
}

/// Tells that a conversation is pinned, or no more.
pub(super) async fn of_pin(
    app: &App,
    tx: &Tx,
    place: &Place,
    root: &post::Model,
    is_pinned: bool,
) -> Result<(), Error> {
    let featured = place.actor.as_ref().and_then(|actor| actor.featured_uri.clone());
    let Some(list) = featured else { return Ok(()) };
    let uri = root.uri.clone();
    let way = if is_pinned { Activity::add_in_group } else { Activity::remove_in_group };
    // What leaves the list is not taken back, but taken out.
    tell(app, tx, place, (About::post(root.id), true), |id, deed| way(id, deed, uri, list)).await
}
