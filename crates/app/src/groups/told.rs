//! What moderators of a group did, told to servers that know groups (FEP-1b12).

use carefolk_domain::PostId;
use carefolk_store::entity::actor;
use carefolk_wire::write::{Activity, Deed};

use crate::grouped::Place;
use crate::kernel::{error::Error, tx::Tx};
use crate::relayed::About;
use crate::{App, outbox, relayed, voice};

/// What is told.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    /// The post that it is about, if it is about one.
    pub post: Option<PostId>,
    /// Whom it is about, if it is about somebody: their server hears of it, and no other.
    pub who: Option<&'a actor::Model>,
    /// Whether it is done; else that it was done is taken back.
    pub is_done: bool,
}

/// Tells them; `deed` makes the activity of its id and of who did it where. Of a group that stays here nobody is told.
pub(super) async fn tell(
    app: &App,
    tx: &Tx,
    place: &Place,
    told: Told<'_>,
    deed: impl FnOnce(String, Deed) -> Activity + Send,
) -> Result<(), Error> {
    let Some(group) = &place.actor else { return Ok(()) };
    let by = voice::find(tx.conn()).await?;
    let by = by.map_or_else(|| group.uri.clone(), |voice| voice.uri);
    let id = || outbox::activity_uri(app, &app.slug());
    let done = deed(id(), Deed { by, group: group.uri.clone() });
    let said = if told.is_done { done } else { Activity::undo_activity(id(), done) };
    let about = About { post: told.post, who: told.who, later: false };
    relayed::pass_on(app, tx, group, about, &said.to_json()).await
}
