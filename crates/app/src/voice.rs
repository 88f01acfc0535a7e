//! Who keeps order in groups, as other servers see it: one actor for all moderators here.
//!
//! Invariant: no name of a moderator stands in what is told of what they did. Lemmy wants a person, or a bot, who did
//! something in a group, and takes one of the group's own server for somebody who may.

use carefolk_domain::{ActorKind, Handle};
use carefolk_store::StoreError;
use carefolk_store::entity::actor;
use sea_orm::ConnectionTrait;

use crate::App;
use crate::actors::local::{self, NewActor};
use crate::actors::queries as actors;
use crate::kernel::error::Error;

/// The local name that nobody else can take.
pub(crate) const VOICE_HANDLE: &str = "moderators";

/// The actor, if there is one.
pub(crate) async fn find(conn: &impl ConnectionTrait) -> Result<Option<actor::Model>, Error> {
    let found = actors::by_handle(conn, VOICE_HANDLE).await?;
    Ok(found.filter(|row| row.kind == ActorKind::Service && row.domain_id.is_some()))
}

/// The actor, made if there is none. Not to be called within a change: keys take a while.
pub(crate) async fn ensure(app: &App) -> Result<(), Error> {
    if find(app.read()).await?.is_some() {
        return Ok(());
    }
    let keys = local::mint_keys(app).await?;
    let handle =
        Handle::parse(VOICE_HANDLE).map_err(|_never| Error::Bug("the moderators' own handle"))?;
    let tx = app.begin().await?;
    if find(tx.conn()).await?.is_some() {
        return Ok(());
    }
    let name = &app.settings().instance_name;
    // Nobody reads what is written to it. Where people can be reached stands on that page, in words of their language.
    let summary = format!("{}/help", app.settings().uri_base());
    let actor = NewActor { kind: ActorKind::Service, handle: &handle, name, summary: &summary };
    match local::insert(app, &tx, actor, keys).await {
        Ok(_made) => tx.commit().await,
        // Another process was first.
        Err(Error::Invalid(_) | Error::Store(StoreError::Conflict)) => Ok(()),
        Err(other) => Err(other),
    }
}
